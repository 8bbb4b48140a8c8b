"""Says that a batch of this server was interrupted, and takes it up again."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client.http.loop import follow, submit

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.app.links.batch_link import BatchLink
    from ogc_widgets.client import Client
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.recent import RecentBatch

# What was left in this kernel is not offered again by the next app of it.
_left: set[str] = set()


class Interrupted(FormLink):
    """Looks, for each process that is opened, whether there is such a batch.

    Args:
        client: The client of the server.
        link: Says so, where no batch is shown.
        on_batch: Called with the batch when it goes on.
        report: Called with what went wrong.
    """

    def __init__(
        self,
        client: Client,
        link: BatchLink,
        on_batch: Callable[[Batch], object],
        report: Callable[[BaseException], object],
    ) -> None:
        self._client, self._link = client, link
        self._on_batch, self._report = on_batch, report

    _is_said = False

    def _follow(self) -> None:
        process_id = self.form.process.id
        if self._is_said:
            self._is_said = False
            self._link.offer()

        def done(future: Future[RecentBatch | None]) -> None:
            found = future.result()
            is_open = self.is_bound and self.form.process.id == process_id
            if found is not None and is_open and not self._link.has_batch:
                self._say(found)

        async def find() -> RecentBatch | None:
            return await asyncio.to_thread(_interrupted, self._client.url, process_id)

        follow(submit(find), done, self._report)

    def _say(self, found: RecentBatch) -> None:
        total = sum(found.counts.values())
        done = found.counts.get("successful", 0)
        jobs = "1 job" if total == 1 else f"{total:,} jobs"
        name = f" ({found.title})" if found.title != found.process_id else ""
        self._is_said = True
        self._link.offer(
            f"A batch of {jobs}{name} was interrupted: {done:,} done.",
            "Take it up again",
            "Leave it",
            partial(self._answer, found),
        )

    def _answer(self, found: RecentBatch, take: bool) -> None:  # noqa: FBT001 # of the offer
        self._is_said = False
        if not take:
            _left.add(found.id)
            return

        def done(future: Future[Batch]) -> None:
            self._on_batch(future.result())

        async def resume() -> Batch:
            return await asyncio.to_thread(found.resume, self._client)

        follow(submit(resume), done, self._report)


def _interrupted(url: str, process_id: str) -> RecentBatch | None:
    """The newest batch of a process that has not ended and that nobody runs."""
    from ogc_widgets.client.batches.recent import recent_batches

    for one in recent_batches():
        is_of = (one.server.rstrip("/"), one.process_id) == (url, process_id)
        if is_of and not one.is_ended and not one.is_running and one.id not in _left:
            return one
    return None
