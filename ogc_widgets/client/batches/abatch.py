"""Many runs of one process, with awaitable verbs."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.entries import OPEN
from ogc_widgets.client.batches.merged.merging import Merging
from ogc_widgets.client.batches.schedule import Schedule
from ogc_widgets.client.batches.unknown import look_for
from ogc_widgets.client.http.loop import in_loop_thread, on_loop, run, start_task
from ogc_widgets.errors import InputError, JobTimeoutError, ServerError
from ogc_widgets.protocol.documents.status import StatusInfo

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Callable,
        Generator,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import datetime
    from pathlib import Path

    import geopandas as gpd

    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.batches.entries import BatchEntry, BatchState
    from ogc_widgets.client.batches.merged.batch_results import BatchResults
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.job_list import Jobs

# A repeated request needs these to be gone first.
_RETRIED = frozenset({"failed", "lost"})


class AnyBatch:
    """What both faces of a batch know and can do without waiting for the server.

    Attributes:
        book: Its entries.
        schedule: What is sent when.
        job_list: What finds jobs.
    """

    book: Book
    schedule: Schedule
    job_list: Jobs

    @property
    def id(self) -> str:
        """Its id, on this machine."""
        return self.book.head.id

    @property
    def title(self) -> str:
        """Words for people; the id of the process if none were given."""
        return self.book.head.title or self.process_id

    @property
    def process_id(self) -> str:
        """Id of the process."""
        return self.book.head.process_id

    @property
    def server_url(self) -> str:
        """Address of the server."""
        return self.book.head.server_url

    @property
    def created_at(self) -> datetime:
        """When it was made, in UTC."""
        return self.book.head.created_at

    @property
    def where(self) -> Path:
        """The file that it is kept in."""
        return self.book.file.path

    @property
    def at_once(self) -> int:
        """How many requests and jobs go on at the same time; settable."""
        return self.book.head.at_once

    @at_once.setter
    def at_once(self, value: int) -> None:
        wanted = positive(value)

        def change() -> None:
            self.book.keep_head(replace(self.book.head, at_once=wanted))
            self.schedule.set_at_once(wanted)

        _do(change)

    @property
    def entries(self) -> tuple[BatchEntry, ...]:
        """All requests, in the order of their inputs."""
        return self.book.entries

    @property
    def counts(self) -> dict[BatchState, int]:
        """How many requests are in which state, of the states that occur."""
        return self.book.counts

    @property
    def differing(self) -> tuple[str, ...]:
        """Ids of the inputs that are not the same in all requests."""
        return self.book.differing

    @property
    def is_paused(self) -> bool:
        """Whether nothing new is sent; :attr:`trouble` may say why."""
        return self.schedule.is_paused

    @property
    def is_ended(self) -> bool:
        """Whether nothing waits, is being sent, or runs; unknown fates do not count."""
        return self.book.is_ended

    @property
    def trouble(self) -> str:
        """Why nothing is sent at the moment, in words, or ``""``."""
        return self.book.trouble

    @property
    def first_error(self) -> str:
        """The error of the first request that has one, or ``""``."""
        return next((one.error for one in self.entries if one.error), "")

    @property
    def left_s(self) -> float | None:
        """Seconds until the end, from what has ended; ``None`` before anything has."""
        return left_s(self.entries, self.at_once)

    def watch(self, callback: Callable[[frozenset[int]], object]) -> Callable[[], None]:
        """Be told, in the loop thread, which entries have changed.

        Args:
            callback: Called with their indexes; with none of them where something
                else about the batch has changed. It must not block.

        Returns:
            A function that ends the watching; safe from any thread, also twice.
        """
        return self.book.watch(callback)

    def pause(self) -> None:
        """Send nothing new. Jobs that run go on, and are followed."""
        _do(self.schedule.pause)

    def resume(self) -> None:
        """Go on after a pause, or with a batch that was opened.

        Raises:
            InputError: It runs in another kernel or program, or inputs that are not
                kept in its file are missing.
        """
        _do(self._resume)

    def retry_failed(self, inputs: Mapping[str, Any] | None = None) -> None:
        """Send those again that have failed, or whose job the server has lost.

        Args:
            inputs: Members that take the place of those in each of them.
        """
        found = [one.index for one in self.entries if one.state in _RETRIED]
        self.retry(found, inputs)

    def retry(
        self, indexes: Iterable[int], inputs: Mapping[str, Any] | None = None
    ) -> None:
        """Send some again that have ended, well or not.

        Args:
            indexes: Their places.
            inputs: Members that take the place of those in each of them.

        Raises:
            InputError: One of them has not ended, or its fate is not known.
        """
        wanted = sorted(set(indexes))
        changes = dict(inputs or {})
        for index in wanted:
            state = self._entry(index).state
            if state == "unknown":
                raise InputError(
                    f"It is not known whether request {index} of the batch has "
                    "started a job.",
                    safe="Nothing was sent.",
                    advice="Look first: batch.look(). If it has not: "
                    f"batch.send_again({index}).",
                )
            if state in OPEN:
                raise InputError(
                    f"Request {index} of the batch has not ended: it is {state}.",
                    safe="Nothing was sent.",
                )
        _do(lambda: self._send_again(wanted, changes))

    def send_again(self, index: int) -> None:
        """Send one again whose fate is unknown, because you know it did not start.

        Args:
            index: Its place.

        Raises:
            InputError: Its fate is known.
        """
        if self._entry(index).state != "unknown":
            raise InputError(
                f"What became of request {index} of the batch is known.",
                safe="Nothing was sent.",
                advice=f"To run it once more: batch.retry([{index}]).",
            )
        _do(lambda: self._send_again([index], {}))

    def _entry(self, index: int) -> BatchEntry:
        if not 0 <= index < len(self.book):
            raise InputError(
                f"The batch has no request {index}: they are 0 to {len(self.book) - 1}."
            )
        return self.book[index]

    def _resume(self) -> None:
        waiting = [one for one in self.entries if one.state == "waiting"]
        self._need_secrets(waiting)
        cut_off = [one.index for one in self.entries if one.state == "sending"]
        self.schedule.resume()
        if any(self.book[index].state == "unknown" for index in cut_off):
            start_task(self._look_after_an_end())

    async def _look_after_an_end(self) -> None:
        """Look for what an earlier process has sent without hearing an answer."""
        with contextlib.suppress(ServerError):  # said in the entries, and looked again
            await self._look()

    async def _look(self) -> None:
        for index, job in (await look_for(self.book, self.job_list)).items():
            if self.book[index].state == "unknown":
                self.schedule.adopt(index, job)

    def _need_secrets(self, entries: Iterable[BatchEntry]) -> None:
        missing = {
            name
            for one in entries
            for name in self.book.head.secrets
            if name not in one.inputs and name in self.book.left_out
        }
        if missing:
            named = ", ".join(sorted(missing))
            raise InputError(
                f"The batch needs inputs again that are secret and not kept: {named}.",
                safe="Nothing was sent; the batch is as it was.",
                advice="Pass them: ogc.recent_batches()[0].resume(client, "
                f"inputs={{{min(missing)!r}: ...}}).",
            )

    def _send_again(self, indexes: Sequence[int], changes: Mapping[str, Any]) -> None:
        again = [
            replace(self.book[index], inputs={**self.book[index].inputs, **changes})
            for index in indexes
        ]
        self._need_secrets(again)
        for entry in again:
            self.book.change(
                entry.index,
                inputs=entry.inputs,
                state="waiting",
                progress=None,
                message="",
                error="",
                started_at=None,
                ended_at=None,
                job_id="",
                url="",
            )
            self.schedule.send_later(entry.index)

    def __len__(self) -> int:
        return len(self.book)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {state}" for state, count in self.counts.items())
        return f"<{type(self).__name__} {self.process_id}: {counts}>"


class AsyncBatch(AnyBatch):
    """Many runs of one process. Made by :meth:`AsyncClient.execute_many`.

    The requests are sent in turn, so many at once, each once. The batch is a file from
    before the first one: ``ogc.recent_batches()`` takes it up again.
    """

    def __init__(self, book: Book, execution: Execution, job_list: Jobs) -> None:
        self.book = book
        self.schedule = Schedule(book, execution)
        self._execution = execution
        self.job_list = job_list
        self._merging = Merging(self, job_list.discovery)
        # Jobs that have ended are made anew when they are asked for.
        self._made = weakref.WeakValueDictionary[tuple[int, int], "AsyncJob"]()

    @property
    def jobs(self) -> list[AsyncJob]:
        """The jobs that there are, in the order of the inputs; asks nothing."""
        found = [one.index for one in self.entries if one.job_id]
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
            raise InputError(
                f"Request {index} of the batch has no job: it is {entry.state}.",
                advice=entry.error,
            )
        return self._job(index, self.book.statuses([index]))

    def _job(self, index: int, statuses: Mapping[int, Mapping[str, Any]]) -> AsyncJob:
        entry = self.book[index]
        job = self.schedule.job(index) or self._made.get((index, entry.attempt))
        if job is None:
            raw = statuses.get(index)
            status = StatusInfo.from_json(raw, entry.url) if raw else None
            job = self._made[index, entry.attempt] = self._execution.known_job(
                entry.job_id,
                entry.url,
                self.process_id,
                entry.inputs,
                status=status,
                outputs=self.book.head.outputs,
            )
        return job

    @on_loop
    async def wait(self, timeout_s: float | None = None) -> AsyncBatch:
        """Wait until all has ended, well or not, and return the batch.

        Args:
            timeout_s: Seconds to wait at most; without it, as long as it takes.

        Raises:
            JobTimeoutError: It has not ended in time; it goes on.
            ServerError: Nothing more is sent, for a reason that ``batch.trouble`` says,
                and nothing runs any more.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._until(lambda: self.is_ended)
                await self.book.flush()
        except TimeoutError:
            raise JobTimeoutError(
                f"After {timeout_s:g} s the batch has not ended.",
                safe="It goes on, and so do its jobs.",
                advice="Wait again with batch.wait().",
            ) from None
        return self

    def __await__(self) -> Generator[Any, None, AsyncBatch]:
        return self.wait().__await__()

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

        def fresh() -> list[BatchEntry]:
            return [
                one
                for one in self.entries
                if one.job_id
                and one.state not in OPEN
                and (one.index, one.attempt) not in seen
            ]

        await self._until(lambda: bool(fresh()) or self.is_ended)
        found = sorted(fresh(), key=lambda one: (one.ended_at is None, one.ended_at))
        seen |= {(one.index, one.attempt) for one in found}
        return [self.job(one.index) for one in found]

    @on_loop
    async def results(self) -> BatchResults:
        """Read the results of the jobs that have ended well, those of each job once.

        What cannot be read is left out, and tried again the next time.

        Returns:
            What there is by now; its ``note`` says what is missing.
        """
        return await self._merging.results()

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
        if self._entry(index).state != "unknown":
            raise InputError(f"What became of request {index} of the batch is known.")
        job = await self.job_list.job(job_id_or_url)
        if any(one.job_id == job.id for one in self.entries):
            raise InputError(f"Job {job.id} is of another request of this batch.")
        self.schedule.adopt(index, job)

    @on_loop
    async def close(self) -> None:
        """Neither send nor follow anything from here; jobs go on on the server."""
        await self.schedule.close()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        changed = asyncio.Event()
        stop = self.watch(lambda _: changed.set())
        try:
            while not is_so():
                if self.schedule.is_stuck:
                    raise ServerError(
                        "The batch is paused: " + self.trouble,
                        safe="What is done is kept, and nothing was sent twice.",
                        advice="When that is mended, go on with batch.resume().",
                    )
                await changed.wait()
                changed.clear()
        finally:
            stop()


def left_s(entries: Sequence[BatchEntry], at_once: int) -> float | None:
    """Estimate the seconds until all have ended, from those that have."""
    from datetime import UTC, datetime

    took = [
        (one.ended_at - one.started_at).total_seconds()
        for one in entries
        if one.ended_at and one.started_at and one.job_id
    ]
    if not took:
        return None
    usual_s = sum(took) / len(took)
    now = datetime.now(UTC)
    left = [usual_s for one in entries if one.state == "waiting"]
    longest_s = 0.0
    for one in entries:
        if one.state in OPEN and one.started_at:
            rest_s = max(0.0, usual_s - (now - one.started_at).total_seconds())
            left.append(rest_s)
            longest_s = max(longest_s, rest_s)
    return max(sum(left) / at_once, longest_s)


def positive(value: int) -> int:
    """Check how many may go on at once.

    Raises:
        InputError: It is no whole number from 1 on.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(
            f"at_once is a whole number from 1 on, not {value!r}.",
            safe="Nothing was sent.",
        )
    return value


def _do(change: Callable[[], object]) -> None:
    """Change something in the loop thread, and return when it is done."""

    async def do() -> None:
        change()

    if in_loop_thread():
        change()
    else:
        run(do)
