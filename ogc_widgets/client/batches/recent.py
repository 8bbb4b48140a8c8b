"""The batches of this user, which are files: opened, taken up again, forgotten."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.batches.batch_file import BatchFile, batches_path
from ogc_widgets.client.batches.entries import OPEN
from ogc_widgets.client.batches.running import RunLock
from ogc_widgets.client.client import Client
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from ogc_widgets.client.batches.entries import BatchState


@dataclass(frozen=True)
class RecentBatch:
    """A batch in its file, as it was when it was looked at.

    Attributes:
        id: Its id, on this machine.
        title: Words for people, or ``""``.
        server: Address of the server.
        process_id: The process.
        created_at: When it was made, in UTC.
        counts: How many requests are in which state.
        path: The file.
    """

    id: str
    title: str
    server: str
    process_id: str
    created_at: datetime
    counts: Mapping[BatchState, int]
    path: Path = field(repr=False)

    @property
    def is_ended(self) -> bool:
        """Whether nothing waits, is being sent, or runs."""
        return not OPEN & self.counts.keys()

    @property
    def is_running(self) -> bool:
        """Whether it runs now, here or in another kernel or program."""
        return RunLock(self.path).is_taken()

    def open(self, client: Client | None = None) -> Batch:
        """Look at it; nothing is sent until ``batch.resume()``.

        Args:
            client: A client for its server, where that wants to know who you are.

        Raises:
            InputError: The file cannot be read, or the client is for another server.
        """
        return self._open(client, ())

    def resume(
        self,
        client: Client | None = None,
        inputs: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
    ) -> Batch:
        """Go on with it: what was sent is followed, and what was not is sent.

        A request whose fate is not known is looked for in the job list, and not sent.

        Args:
            client: As for :meth:`open`.
            inputs: The inputs that are secret and therefore not in the file: the same
                for all requests, or those of each.

        Raises:
            InputError: It runs in another kernel or program, secret inputs are missing,
                or as for :meth:`open`.
        """
        batch = self._open(client, inputs)
        batch.resume()
        return batch

    def forget(self) -> None:
        """Remove its file; jobs on the server are not touched.

        Raises:
            InputError: It runs, here or in another kernel or program.
        """
        lock = RunLock(self.path)
        lock.take()
        try:
            BatchFile(self.path).remove()
        finally:
            lock.give_back()

    def _open(
        self,
        client: Client | None,
        inputs: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    ) -> Batch:
        batches = (client or Client(self.server)).aio.batches
        return Batch(run(batches.open_batch, self.path, inputs))


def recent_batches() -> list[RecentBatch]:
    """List the batches of this user on this machine, the newest first."""
    found = []
    with contextlib.suppress(OSError, RuntimeError):
        for path in batches_path().glob("*.sqlite"):
            # One that cannot be read is no reason not to show the others.
            with contextlib.suppress(InputError):
                head, counts = BatchFile(path).summary()
                found.append(
                    RecentBatch(
                        head.id,
                        head.title,
                        head.server_url,
                        head.process_id,
                        head.created_at,
                        counts,
                        path,
                    )
                )
    return sorted(found, key=lambda one: one.created_at, reverse=True)
