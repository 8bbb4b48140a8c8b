"""Many runs of one process, with awaitable verbs."""

from __future__ import annotations

import asyncio
import time
import weakref
from math import inf
from typing import TYPE_CHECKING

from ogc_widgets.client.batches.any_batch import AnyBatch
from ogc_widgets.client.batches.entries import OPEN, WORD_OF, about, group_counts
from ogc_widgets.client.batches.schedule import Schedule
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.progress import shown_while
from ogc_widgets.client.progress.steps import Step
from ogc_widgets.errors import (
    InputError,
    JobTimeoutError,
    ServerError,
    need_number,
)
from ogc_widgets.lazy import from_above
from ogc_widgets.protocol.documents.status import FINISHED, StatusInfo
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    import geopandas as gpd

    from ogc_widgets.client.batches.batch_results import BatchResults, Merging
    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.job_list import Jobs
    from ogc_widgets.client.progress import Progress

_SAID_EACH_S = 0.2
_NOT_WELL = frozenset({"failed", "lost", "unknown", "dismissed"})


class BatchSteps:
    """Makes steps of what is known of one batch; seconds count from here on."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, batch: AnyBatch) -> Step:
        """Say how far the batch is."""
        groups = group_counts(batch.counts)
        total = sum(groups.values())
        is_open = groups.get("running", 0) + groups.get("waiting", 0)
        is_bad = bool(_NOT_WELL & groups.keys())
        counted = _NOT_WELL | {"successful"} if batch.is_ended else _NOT_WELL
        told = [] if batch.is_ended else [f"{total - is_open:,} of {total:,} ended"]
        told += [
            f"{number:,} {WORD_OF[one]}"
            for one, number in groups.items()
            if one in counted
        ]
        if batch.left_s is not None and not batch.is_ended:
            told.append(f"{about(batch.left_s)} left")
        state = "paused" if batch.is_paused else "running"
        return Step(
            "ended" if batch.is_ended else state,
            clean(batch.trouble or batch.first_error, limit=300),
            ", ".join(told),
            share=(total - is_open) / total if total else None,
            elapsed_s=time.monotonic() - self._began,
            tone="warn" if is_bad else "good" if batch.is_ended else "work",
            is_ended=batch.is_ended,
        )


class AsyncBatch(AnyBatch):
    """Many runs of one process. Made by :meth:`AsyncClient.execute_many`.

    The requests are sent in turn, so many at once, each once. The batch is a file from
    before the first one: ``ogc.recent_batches()`` takes it up again.
    """

    def __init__(self, book: Book, execution: Execution, job_list: Jobs) -> None:
        self.book = book
        self.schedule = Schedule(book, execution, self)
        self._execution = execution
        self.job_list = job_list
        self._merging: Merging | None = None
        # Jobs that have ended are made anew when they are asked for.
        self._made = weakref.WeakValueDictionary[tuple[int, int], "AsyncJob"]()

    @property
    def jobs(self) -> list[AsyncJob]:
        """The jobs that there are, in the order of the inputs; asks nothing."""
        found = [
            one.index
            for one in self.entries
            if one.job_id or self.schedule.job(one.index)
        ]
        statuses = self.book.statuses(found)
        return [self._job(index, statuses) for index in found]

    def job(self, index: int) -> AsyncJob:
        """The job of one request; asks nothing.

        Args:
            index: Its place.

        Raises:
            InputError: There is none, or none yet.
        """
        entry = self._entry(index)
        if not entry.job_id and self.schedule.job(index) is None:
            lost = "The server answered at once, and its answer was not kept."
            raise InputError(
                f"Request {index} of the batch has no job: it is {entry.state}.",
                advice=lost if entry.state == "successful" else entry.error,
            )
        return self._job(index, self.book.statuses([index]))

    def _job(self, index: int, statuses: Mapping[int, Mapping[str, Any]]) -> AsyncJob:
        entry = self.book[index]
        job = self.schedule.job(index) or self._made.get((index, entry.attempt))
        if job is None:
            raw = statuses.get(index)
            status = StatusInfo.from_json(raw, entry.url) if raw else None
            if status is None and entry.state in FINISHED:
                words = (entry.job_id, entry.state, entry.state, self.process_id)
                status = StatusInfo(*words, message=entry.message)
            job = self._made[index, entry.attempt] = self._execution.known_job(
                entry.job_id,
                entry.url,
                self.process_id,
                entry.inputs,
                status=status,
                outputs=self.book.head.outputs,
            )
        return job

    def showing(self, progress: Progress[AsyncBatch]) -> AbstractContextManager[None]:
        """Show how far the batch is while something waits for it; see :meth:`wait`."""
        title = clean(self.title, limit=60)
        return shown_while(self, progress, title, BatchSteps(), self._watch_whole)

    def _watch_whole(self, say: Callable[[AsyncBatch], object]) -> Callable[[], None]:
        said_at = 0.0

        def changed(_indexes: frozenset[int]) -> None:
            nonlocal said_at
            # What is left is reckoned anew each time, from all that has ended.
            if time.monotonic() - said_at >= _SAID_EACH_S:
                said_at = time.monotonic()
                say(self)

        changed(frozenset())
        stop = self.watch(changed)

        def end() -> None:
            stop()
            say(self)

        return end

    @on_loop
    async def wait(
        self, timeout_s: float | None = None, progress: Progress[AsyncBatch] = None
    ) -> AsyncBatch:
        """Wait until all has ended, well or not, and return the batch.

        Args:
            timeout_s: Seconds to wait at most; without it, as long as it takes.
            progress: Whether to show how far it is, as for a job; a function is called
                with the awaitable batch when something has changed, in the loop of the
                package.

        Raises:
            InputError: It does not run here.
            JobTimeoutError: It has not ended in time; it goes on.
            ServerError: Nothing more is sent, for a reason that ``batch.trouble`` says,
                and nothing runs any more.
        """
        need_number("timeout_s", timeout_s or 0, "number of seconds", least=-inf)
        try:
            async with asyncio.timeout(timeout_s):
                with self.showing(progress or False):
                    await self._until(lambda _: self.is_ended)
                await self.schedule.flush()
        except TimeoutError:
            raise JobTimeoutError(
                f"After {timeout_s:g} s the batch has not ended.",
                safe="It goes on, and so do its jobs.",
                advice="Wait again with batch.wait().",
            ) from None
        return self

    async def __aiter__(self) -> AsyncIterator[AsyncJob]:
        """Give each job as it ends, well or not, the ones that have ended first."""
        seen: set[tuple[int, int]] = set()
        while found := await self.ended(seen):
            for job in found:
                yield job

    @on_loop
    async def ended(self, seen: set[tuple[int, int]]) -> list[AsyncJob]:
        """Wait for further jobs to end; an empty list when there will be none.

        Args:
            seen: Which were given before; the new ones are added.
        """
        found: list[BatchEntry] = []

        def are_there(changed: Iterable[int]) -> bool:
            if any(self.book[index].state not in OPEN for index in changed):
                found[:] = [
                    one
                    for one in self.entries
                    if one.state not in OPEN
                    and (one.job_id or self.schedule.job(one.index))
                    and (one.index, one.attempt) not in seen
                ]
            return bool(found) or self.is_ended

        await self._until(are_there)
        found.sort(key=lambda one: one.ended_at or self.created_at)
        seen |= {(one.index, one.attempt) for one in found}
        # Off the loop: the file may be busy for a moment.
        indexes = [one.index for one in found]
        statuses = await asyncio.to_thread(self.book.statuses, indexes)
        return [self._job(index, statuses) for index in indexes]

    @on_loop
    async def results(self) -> BatchResults:
        """Read the results of the jobs that have ended well, those of each job once.

        What cannot be read is left out, and tried again the next time.

        Returns:
            What there is by now; its ``note`` says what is missing.
        """
        from ogc_widgets.client.batches.batch_results import Merging

        if self._merging is None:
            self._merging = Merging(self, self.job_list.discovery)
        return await self._merging.results()

    @on_loop
    async def report(self, path: str | Path | None = None) -> Path:
        """Write a report for people: all jobs, what came out, and what failed and why.

        It is one HTML file without scripts, like that of a job. Secrets are left out.

        Args:
            path: Where to; ``report-<process>-batch-<id>.html`` if left out. A file
                that is there is replaced.

        Returns:
            The path.

        Raises:
            InputError: The file cannot be written.
        """
        write = await asyncio.to_thread(from_above, "report_of_batch")  # imports a lot
        written: Path = await write(self, path)
        return written

    @on_loop
    async def to_geodataframe(self) -> gpd.GeoDataFrame:
        """The items of all jobs for geopandas, with the inputs that differ as columns.

        Inputs are columns ``inputs:<id>``. Where jobs give no items there is a row for
        each job, with its area and its outputs that are one number or word.

        Raises:
            MissingExtraError: geopandas is not installed (extra ``data``).
        """
        return await (await self.results()).aio_to_geodataframe()

    @on_loop
    async def stop(self) -> None:
        """Send nothing new, and dismiss what runs.

        Raises:
            ServerError: A job could not be dismissed; all the others were tried.
        """
        await self.schedule.stop()

    @on_loop
    async def look(self) -> None:
        """Look in the job list for what became of requests whose fate is unknown.

        A job is taken where it is the only new one with exactly these inputs; else the
        entry says what was found, and stays as it is.

        Raises:
            ServerError: The list could not be read.
        """
        self.schedule.own()
        await self._look()

    @on_loop
    async def adopt(self, index: int, job_id_or_url: str) -> None:
        """Say which job a request has started whose fate is unknown.

        Args:
            index: Place of the request.
            job_id_or_url: Id or address of the job.

        Raises:
            InputError: What became of the request is known, or the job is of another.
            ServerError: The status of the job could not be read.
        """
        self.schedule.own()
        self._need_unknown(index)
        job = await self.job_list.job(job_id_or_url)
        is_taken = any(one.job_id == job.id for one in self.entries)
        if is_taken or job.process_id not in (self.process_id, ""):
            other = "request of this batch" if is_taken else "process"
            raise InputError(f"Job {clean(job.id)} is of another {other}.")
        self._need_unknown(index)
        self.schedule.adopt(index, job)

    @on_loop
    async def close(self) -> None:
        """Neither send nor follow anything from here; jobs go on on the server."""
        await self.schedule.close()

    async def _until(self, is_so: Callable[[Iterable[int]], bool]) -> None:
        """Wait until something is so, of entries that have changed; at first of all."""
        event, changed = asyncio.Event(), set(range(len(self)))

        def look(indexes: frozenset[int]) -> None:
            changed.update(indexes)
            event.set()

        stop = self.watch(look)
        try:
            while not is_so(changed):
                changed.clear()
                if self.schedule.is_stuck:
                    raise ServerError(
                        "The batch is paused: " + self.trouble,
                        safe="What is done is kept, and nothing was sent twice.",
                        advice="When that is mended, go on with batch.resume().",
                    )
                if not self.is_running:
                    raise InputError(
                        "The batch does not run here, so it would not end.",
                        advice="Go on with it first: batch.resume().",
                    )
                await event.wait()
                event.clear()
        finally:
            stop()
