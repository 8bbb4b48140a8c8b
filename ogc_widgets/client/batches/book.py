"""The entries of a batch: in memory, in its file, and told to those who watch."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.batch_file import kept_status, reason_of
from ogc_widgets.client.batches.entries import OPEN, STATES
from ogc_widgets.client.http.loop import start_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ogc_widgets.client.batches.batch_file import BatchFile, BatchHead
    from ogc_widgets.client.batches.entries import BatchEntry, BatchState
    from ogc_widgets.protocol.documents.status import StatusInfo

_log = logging.getLogger("ogc_widgets")


class Book:
    """What is known of each request of a batch.

    It is changed in the loop thread only, and may be read in any.

    Attributes:
        head: What is the same for all of them.
        file: Where they are kept.
        trouble: Why nothing is sent at the moment, in words, or ``""``.
        left_out: Ids of the secret inputs that were not in the file, and are missing.
    """

    def __init__(
        self,
        head: BatchHead,
        entries: Sequence[BatchEntry],
        file: BatchFile,
        *,
        left_out: Iterable[str] = (),
    ) -> None:
        self.head = head
        self.file = file
        self.trouble = ""
        self.left_out = frozenset(left_out)
        self._entries = list(entries)
        self._counts = Counter(entry.state for entry in entries)
        self._dirty: set[int] = set()
        self._statuses: dict[int, Mapping[str, Any]] = {}
        self._writing = asyncio.Lock()
        # A thread of its own: those of the loop may all wait for another file.
        self._writer = ThreadPoolExecutor(1, "ogc_widgets-batch")
        self._watchers: list[Callable[[frozenset[int]], object]] = []

    def __getitem__(self, index: int) -> BatchEntry:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[BatchEntry, ...]:
        """All entries, in their order."""
        return tuple(self._entries)

    @property
    def counts(self) -> dict[BatchState, int]:
        """How many entries are in which state."""
        return {state: self._counts[state] for state in STATES if self._counts[state]}

    @property
    def is_ended(self) -> bool:
        """Whether nothing waits, is being sent, or runs."""
        return not any(self._counts[state] for state in OPEN)

    @cached_property
    def differing(self) -> tuple[str, ...]:
        """Ids of the inputs that are not the same in all entries."""
        entries = self.entries
        names = dict.fromkeys(name for entry in entries for name in entry.inputs)
        first = entries[0].inputs
        missing = object()
        return tuple(
            name
            for name in names
            if any(
                entry.inputs.get(name, missing) != first.get(name, missing)
                for entry in entries
            )
        )

    def statuses(self, indexes: Sequence[int]) -> dict[int, Mapping[str, Any]]:
        """The last status documents of jobs that have ended, as far as known."""
        unwritten = dict(self._statuses)  # first: they are in the file a moment later
        return {**self.file.statuses(indexes), **unwritten}

    # -- changes, in the loop thread

    def read_again(self) -> None:
        """Take over what another process has written since, if anything."""
        if not self.file.has_changed:
            return
        self.head, entries = self.file.read()
        secrets = self.head.secrets
        for entry in entries:
            known = self._entries[entry.index].inputs
            given = {name: known[name] for name in secrets if name in known}
            self._entries[entry.index] = replace(
                entry, inputs={**entry.inputs, **given}
            )
        self._counts = Counter(entry.state for entry in self._entries)
        self.__dict__.pop("differing", None)
        self.tell(frozenset(range(len(entries))))

    def change(
        self,
        index: int,
        status: StatusInfo | None = None,
        **changes: Any,  # noqa: ANN401 # fields of BatchEntry
    ) -> None:
        """Change one entry; what must not be lost is written soon."""
        before = self._entries[index]
        after = replace(before, **changes)
        if after == before:
            return
        self._entries[index] = after
        self._counts[before.state] -= 1
        self._counts[after.state] += 1
        if "inputs" in changes:
            self.__dict__.pop("differing", None)
        if status is not None:
            self._statuses[index] = kept_status(status)
        # Progress and messages come again, and are not worth a write each.
        if {*changes} - {"progress", "message"} and after != replace(
            before, progress=after.progress, message=after.message
        ):
            self._dirty.add(index)
            start_task(self._write_soon())
        self.tell(frozenset({index}))

    async def save(self, index: int, **changes: Any) -> None:  # noqa: ANN401 # see change
        """Change one entry, and return when it is in the file."""
        self.change(index, **changes)
        await self.flush()

    async def flush(self) -> None:
        """Write what has changed; return when it is in the file."""
        async with self._writing:
            # Whoever waited here may find that the one before has written all.
            dirty, self._dirty = self._dirty, set()
            statuses = dict(self._statuses)
            if not dirty:
                return
            entries = [self._entries[index] for index in sorted(dirty)]
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self._writer, self.file.write, entries, statuses, self.head
                )
            except BaseException as error:
                self._dirty |= dirty
                if isinstance(error, (OSError, sqlite3.Error)):
                    raise OSError(0, reason_of(error)) from error
                raise
            for index, status in statuses.items():
                if self._statuses.get(index) is status:
                    del self._statuses[index]

    def keep_head(self, head: BatchHead) -> None:
        """Change what is the same for all entries."""
        self.head = head
        self._dirty.add(0)
        start_task(self._write_soon())
        self.tell(frozenset())

    async def _write_soon(self) -> None:
        try:
            await self.flush()
        except OSError as error:
            _log.warning("A batch could not be written: %s.", reason_of(error))

    # -- to be told

    def watch(self, callback: Callable[[frozenset[int]], object]) -> Callable[[], None]:
        """Be told, in the loop thread, which entries have changed.

        Args:
            callback: Called with their indexes; with none of them where something
                else about the batch has changed. It must not block.

        Returns:
            A function that ends the watching; safe from any thread, also twice.
        """
        self._watchers.append(callback)

        def stop() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return stop

    def tell(self, indexes: frozenset[int]) -> None:
        """Tell those who watch."""
        for callback in tuple(self._watchers):
            try:
                callback(indexes)
            # A watcher must not stop the others, nor the thread that they share.
            except BaseException:  # noqa: BLE001 # whatever it raises
                _log.exception("A watcher of a batch raised")
