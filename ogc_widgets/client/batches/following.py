"""What of a batch goes on: a task for each request that is sent or followed."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import start_task
from ogc_widgets.errors import OgcError, ProblemError, ServerError
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean
from ogc_widgets.protocol.watching import YOUNG_S

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.batches.pace import Pace
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol.watching import JobView


# How long to ask why a job failed.
_REASON_S = 20.0
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def sent_job(book: Book, execution: Execution, index: int) -> AsyncJob:
    """The job of an entry; a new one may not be known everywhere on its server."""
    entry, head = book[index], book.head
    age_s = (datetime.now(UTC) - (entry.started_at or _LONG_AGO)).total_seconds()
    return execution.known_job(
        entry.job_id,
        entry.url,
        head.process_id,
        entry.inputs,
        outputs=head.outputs,
        is_new=age_s < YOUNG_S,
    )


async def until_ended(book: Book, index: int, job: AsyncJob, pace: Pace) -> None:
    """Show in the entry what is known of its job, until that has ended."""
    started_at = book[index].started_at or datetime.now(UTC)
    # The job may have been sent long ago, by another process.
    before_s = max(0.0, (datetime.now(UTC) - started_at).total_seconds())
    began, seen_s = time.monotonic(), 0.0 if before_s < 1.0 else None
    ended = asyncio.Event()

    def elapsed_s() -> float:
        return before_s + time.monotonic() - began

    def look(view: JobView) -> None:
        nonlocal seen_s
        if not view.is_final:
            seen_s = elapsed_s()
            book.change(index, **_shown(view))
            return
        if seen_s is not None:
            pace.took(seen_s, elapsed_s())
        ended.set()

    job.poller.set_pace(lambda _: pace.delay_s(elapsed_s()))
    stop = job.watch(look)
    try:
        await ended.wait()
    finally:
        stop()


async def at_the_end(job: AsyncJob) -> dict[str, Any]:
    """What an entry says of a job that has ended, as its fields."""
    view = job.view
    error = ""
    if view.phase == "lost" and view.error is not None:
        error = in_words(view.error)
    elif view.phase == "failed":
        error = await _why_failed(job)
    # A word of the server's own ends it: only its results can say whether well.
    state = "successful" if view.phase == "ended" else view.phase
    return {"state": state, "error": error, **_said(view)}


def in_words(error: BaseException) -> str:
    """Say what went wrong; without the address, which all requests share."""
    words = error.what if isinstance(error, OgcError) else str(error)
    if isinstance(error, ProblemError):
        said = words.partition(": ")[2]
        words = f"Refused ({error.status_code}): {said}" if said else words
    return clean(words or type(error).__name__, limit=MESSAGE_LIMIT)


def _shown(view: JobView) -> dict[str, Any]:
    """What an entry says of a job that goes on, as its fields."""
    state = "accepted" if view.phase in ("submitting", "accepted") else "running"
    is_cut_off = view.connection in ("paused", "sign-in")
    error = in_words(view.error) if view.error is not None and is_cut_off else ""
    return {"state": state, "error": error, **_said(view)}


def _said(view: JobView) -> dict[str, Any]:
    status = view.status
    if status is None:
        return {}
    progress = None if status.progress is None else round(status.progress)
    return {
        "progress": progress,
        "message": clean(status.message, limit=MESSAGE_LIMIT),
    }


async def _why_failed(job: AsyncJob) -> str:
    try:
        async with asyncio.timeout(_REASON_S):
            reason = await job.why_failed()
    except (ServerError, TimeoutError):
        reason = job.status.message
    reason = clean(reason, limit=MESSAGE_LIMIT)
    return reason or "The job failed; the server does not say why."


class Going:
    """The requests that go on, by their index, and the jobs of those that have one.

    Attributes:
        jobs: Index to job.
    """

    def __init__(self, ended: Callable[[bool], object]) -> None:
        self.jobs: dict[int, AsyncJob] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ended = ended

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def unanswered(self) -> list[asyncio.Task[None]]:
        """The tasks of those that have no job yet."""
        return [task for index, task in self._tasks.items() if index not in self.jobs]

    def start(self, index: int, work: Coroutine[Any, Any, None]) -> None:
        """Work on a request in the background."""

        async def whole() -> None:
            try:
                with silent():
                    await work
            finally:
                self._tasks.pop(index, None)
                self._ended(self.jobs.pop(index, None) is not None)

        self._tasks[index] = start_task(whole())

    async def until_answered(self) -> None:
        """Wait until each has a job, or has ended."""
        while unanswered := self.unanswered:
            await asyncio.wait(unanswered, timeout=0.1)

    async def dismiss(self, patience_s: float) -> list[BaseException]:
        """Dismiss all jobs; return what went wrong."""
        tasks = tuple(self._tasks.values())
        said = await asyncio.gather(
            *(job.dismiss() for job in self.jobs.values()), return_exceptions=True
        )
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)
        return [one for one in said if isinstance(one, BaseException)]

    async def cancel(self) -> None:
        """End all the work; jobs go on."""
        await asyncio.sleep(0)  # a task that never began would not end what it holds
        await cancelled(*self._tasks.values())


async def cancelled(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and return when they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
