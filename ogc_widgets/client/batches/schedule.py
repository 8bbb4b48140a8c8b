"""What of a batch is sent when: so many at once, each once, and later if it is refused.

::

    waiting --> sending --> accepted --> running --> successful | failed | dismissed
       ^           |                                 | lost
       |           +--> failed     refused: nothing was started
       |           +--> unknown    no answer came; never sent again by itself
       +-----------+               not sent, or refused as too busy (429, 503)

``sending`` is in the file before anything is sent, and what became of it before
anything else is. So whatever ends the process, the file says which fates are not known.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.entries import GOES_ON
from ogc_widgets.client.batches.pace import Pace
from ogc_widgets.client.batches.running import RunLock
from ogc_widgets.client.http.loop import start_task
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    OgcError,
    PrivateAddressError,
    ProblemError,
    ServerError,
    SignInError,
    TransportError,
)
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

if TYPE_CHECKING:
    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol.jobs.watching import JobView

# How long to wait after a refusal that does not say it, and how much longer each time.
_FIRST_HOLD_S = 2.0
_GROWTH = 1.5
_LONGEST_HOLD_S = 60.0
_BUSY = frozenset({429, 503})
_REASON_S = 20.0
NOT_SENT = "It was not sent: the batch was stopped."

_log = logging.getLogger("ogc_widgets")


class _NotNowError(Exception):
    """Nothing was sent, for a reason of our own."""


class Schedule:
    """Sends the requests of a batch and follows its jobs. Used in the loop thread only.

    Attributes:
        is_paused: Whether nothing new is sent.
        is_held_back: Whether it is paused for a reason that is not the user's wish.
    """

    def __init__(self, book: Book, execution: Execution) -> None:
        self._book = book
        self._execution = execution
        self.is_paused = True
        self.is_held_back = False
        self._lock = RunLock(book.file.path)
        self._pace = Pace(book.head.at_once)
        self._waiting: deque[int] = deque()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._going: dict[int, AsyncJob] = {}
        self._main: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._not_before = 0.0
        self._hold_s = _FIRST_HOLD_S
        # After a refusal one request goes alone, to see.
        self._is_feeling = False
        execution.signing_in.when_signed_in(self._signed_in)

    @property
    def is_stuck(self) -> bool:
        """Whether it is held back and nothing goes on any more."""
        return self.is_held_back and not self._tasks

    # -- what the user wishes

    def resume(self) -> None:
        """Send and follow what there is, from now on.

        Raises:
            InputError: Another process runs the batch.
        """
        if self._main is None:
            self._lock.take()
            self._take_up()
        for job in self._going.values():
            job.resume()
        self.is_paused = self.is_held_back = False
        self._not_before = 0.0
        self._book.trouble = ""
        self._look()

    def pause(self, trouble: str = "") -> None:
        """Send nothing new; jobs go on and are followed."""
        self.is_paused = True
        self.is_held_back = bool(trouble)
        self._book.trouble = trouble
        self._look()

    async def stop(self) -> None:
        """Send nothing new, and dismiss what runs.

        Raises:
            ServerError: A job could not be dismissed; all the others were tried.
        """
        for entry in self._book.entries:
            if entry.state == "waiting":
                self._book.change(entry.index, state="dismissed", message=NOT_SENT)
        self._waiting.clear()
        self._look()
        while any(entry.state == "sending" for entry in self._book.entries):
            await asyncio.wait(
                [*self._tasks.values()], timeout=0.1, return_when="FIRST_COMPLETED"
            )
        jobs = tuple(self._going.values())
        ended = await asyncio.gather(
            *(job.dismiss() for job in jobs), return_exceptions=True
        )
        if self._tasks:
            await asyncio.wait([*self._tasks.values()], timeout=1.0)
        await self._book.flush()
        for error in ended:
            if isinstance(error, BaseException):
                raise error

    async def close(self) -> None:
        """Neither send nor follow anything; the jobs go on."""
        main, self._main = self._main, None
        tasks = [*self._tasks.values(), *([main] if main else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._book.flush()
        self._lock.give_back()
        self.is_paused = True
        self._book.tell(frozenset())

    def send_later(self, index: int) -> None:
        """Send one that waits, when it is its turn."""
        self._waiting.append(index)
        self._look()

    def adopt(self, index: int, job: AsyncJob) -> None:
        """Follow a job that was found for an entry."""
        self._book.change(
            index, state="accepted", job_id=job.id, url=job.url, error="", message=""
        )
        self._follow_on(index, job)

    def set_at_once(self, value: int) -> None:
        """Let more or fewer go on at the same time; those that do are left alone."""
        self._pace.at_once = value
        self._look()

    def job(self, index: int) -> AsyncJob | None:
        """The job of an entry that goes on."""
        return self._going.get(index)

    # -- the work

    def _look(self) -> None:
        self._wake.set()
        self._book.tell(frozenset())
        if self._main is None and not self.is_paused and not self._book.is_ended:
            self._lock.take()
            self._main = start_task(self._run())

    def _take_up(self) -> None:
        """Go on with what an earlier process has left."""
        self._waiting.clear()
        for entry in self._book.entries:
            if entry.state == "waiting":
                self._waiting.append(entry.index)
            elif entry.state == "sending" and entry.index not in self._tasks:
                self._book.change(
                    entry.index,
                    state="unknown",
                    error="The program ended while the request was on its way.",
                )
            elif entry.state in GOES_ON and entry.index not in self._tasks:
                job = self._execution.known_job(
                    entry.job_id, entry.url, self._book.head.process_id, entry.inputs
                )
                self._follow_on(entry.index, job)

    async def _run(self) -> None:
        try:
            while self._tasks or not self._book.is_ended:
                self._wake.clear()
                for _ in range(self._free()):
                    index = self._waiting.popleft()
                    if self._book[index].state == "waiting":
                        task = start_task(self._one(index))
                        self._tasks[index] = task
                hold_s = self._not_before - time.monotonic()
                is_held = bool(self._waiting) and hold_s > 0 and not self.is_paused
                try:
                    async with asyncio.timeout(hold_s if is_held else None):
                        await self._wake.wait()
                except TimeoutError:
                    pass
        finally:
            if self._main is asyncio.current_task():
                self._main = None
                self._lock.give_back()
        await self._book.flush()
        self._book.tell(frozenset())

    def _free(self) -> int:
        if self.is_paused or time.monotonic() < self._not_before:
            return 0
        free = min(self._book.head.at_once - len(self._tasks), len(self._waiting))
        if self._is_feeling:
            is_asking = len(self._tasks) > len(self._going)
            free = min(free, 0 if is_asking else 1)
        return max(free, 0)

    def _follow_on(self, index: int, job: AsyncJob) -> None:
        async def follow() -> None:
            try:
                await self._follow(index, job)
            finally:
                self._done(index)

        self._going[index] = job
        self._tasks[index] = start_task(follow())
        self._look()

    def _done(self, index: int) -> None:
        self._tasks.pop(index, None)
        self._going.pop(index, None)
        self._wake.set()

    async def _one(self, index: int) -> None:
        try:
            job = await self._send(index)
            if job is not None:
                self._going[index] = job
                self._wake.set()
                await self._follow(index, job)
        finally:
            self._done(index)

    async def _send(self, index: int) -> AsyncJob | None:
        """Send one request; return the job, or ``None`` where there is none."""
        entry, head = self._book[index], self._book.head
        is_sent = False

        async def sending() -> None:
            nonlocal is_sent
            if self.is_paused or self._book[index].state != "waiting":
                raise _NotNowError
            attempt = entry.attempt + 1
            now = datetime.now(UTC)
            fields: dict[str, Any] = {"started_at": now, "attempt": attempt}
            try:
                await self._book.save(index, state="sending", **fields)
            except OSError as error:
                self._book.change(index, state="waiting", attempt=entry.attempt)
                self.pause(f"The file of the batch cannot be written: {error}")
                raise _NotNowError from error
            is_sent = True

        try:
            sent = await self._execution.submit(
                head.process_id,
                entry.inputs,
                outputs=head.outputs,
                response=head.response,
                extra=head.extra,
                sending=sending,
            )
        except _NotNowError:
            if self._book[index].state == "waiting":
                self._waiting.appendleft(index)
            return None
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 # no fate is lost
            await self._not_answered(index, error, is_sent=is_sent)
            return None
        self._hold_s, self._is_feeling = _FIRST_HOLD_S, False
        if self._book.trouble and not self.is_held_back:
            self._book.trouble = ""
        found = {"job_id": sent.made.job_id, "url": sent.made.job_url}
        await self._keep(index, state="accepted", **found)
        try:
            return await self._execution.job_of(sent)
        except ServerError as error:  # of results that stand elsewhere
            await self._end(index, state="failed", error=in_words(error))
            return None

    async def _not_answered(
        self, index: int, error: BaseException, *, is_sent: bool
    ) -> None:
        """Note why there is no job, and what may be done about it."""
        words = in_words(error)
        is_busy = isinstance(error, ProblemError) and error.status_code in _BUSY
        # On the way to the server, before anything was sent.
        is_cut_off = isinstance(error, TransportError) and (
            not is_sent or isinstance(error, ConnectionFailedError)
        )
        if isinstance(error, SignInError) or (
            is_sent and isinstance(error, InputError)  # there is no token to send
        ):
            self._wait_again(index, words)
            self.pause(words)
        elif is_busy or (is_cut_off and not isinstance(error, PrivateAddressError)):
            self._wait_again(index, words)
            self._hold(getattr(error, "retry_after_s", None), words)
        elif not is_sent or isinstance(error, (ProblemError, TransportError)):
            await self._end(index, state="failed", error=words)
        else:
            if not isinstance(error, OgcError):
                _log.error("Sending a request of a batch failed", exc_info=error)
            await self._keep(index, state="unknown", error=words)

    def _wait_again(self, index: int, words: str) -> None:
        entry = self._book[index]
        if entry.state == "dismissed":  # stopped before it was sent
            return
        attempt = entry.attempt - (entry.state == "sending")
        fields: dict[str, Any] = {"attempt": attempt, "started_at": None}
        self._book.change(index, state="waiting", message=words, **fields)
        self._waiting.appendleft(index)

    def _hold(self, asked_s: float | None, words: str) -> None:
        """Send nothing for a while; when that is over, one alone to see."""
        delay_s = asked_s or self._hold_s
        self._hold_s = min(self._hold_s * _GROWTH, _LONGEST_HOLD_S)
        self._not_before = max(self._not_before, time.monotonic() + delay_s)
        self._is_feeling = True
        self._book.trouble = words
        self._look()

    async def _follow(self, index: int, job: AsyncJob) -> None:
        """Watch a job until it has ended."""
        began = last = time.monotonic()
        ended = asyncio.Event()
        job.poller.set_pace(self._pace.delay_s)

        def look(view: JobView) -> None:
            nonlocal last
            if view.is_final:
                self._pace.took(last - began, time.monotonic() - began)
                ended.set()
            else:
                last = time.monotonic()
                self._book.change(index, **_shown(view))

        stop = job.watch(look)
        try:
            await ended.wait()
        finally:
            stop()
        await self._note_end(index, job)

    async def _note_end(self, index: int, job: AsyncJob) -> None:
        view, status = job.view, job.status
        error = ""
        if view.phase == "lost" and view.error is not None:
            error = in_words(view.error)
        elif view.phase == "failed":
            error = await _why_failed(job)
        phase = view.phase
        # An end in a word of the server's own: whether it was a good one is not known.
        state = "successful" if phase == "ended" else phase
        await self._end(
            index,
            state=state,
            status=status.raw or None,
            error=error,
            **_said(view),
        )

    async def _end(self, index: int, **changes: Any) -> None:  # noqa: ANN401 # fields
        await self._keep(index, ended_at=datetime.now(UTC), **changes)

    async def _keep(self, index: int, **changes: Any) -> None:  # noqa: ANN401 # fields
        """Change an entry; a file that cannot be written stops what comes next."""
        try:
            await self._book.save(index, **changes)
        except OSError as error:
            self.pause(f"The file of the batch cannot be written: {error}")

    def _signed_in(self) -> None:
        if self.is_held_back and self._main is not None:
            self.resume()


def in_words(error: BaseException) -> str:
    """Say what went wrong, in one line."""
    words = error.what if isinstance(error, OgcError) else str(error)
    return clean(words or type(error).__name__, limit=MESSAGE_LIMIT)


def _said(view: JobView) -> dict[str, Any]:
    status = view.status
    if status is None:
        return {}
    progress = None if status.progress is None else round(status.progress)
    return {
        "progress": progress,
        "message": clean(status.message, limit=MESSAGE_LIMIT),
    }


def _shown(view: JobView) -> dict[str, Any]:
    """What is shown of a job that goes on."""
    state = "accepted" if view.phase in ("submitting", "accepted") else "running"
    is_cut_off = view.connection in ("paused", "sign-in") and view.error is not None
    error = in_words(view.error) if is_cut_off and view.error else ""
    return {"state": state, "error": error, **_said(view)}


async def _why_failed(job: AsyncJob) -> str:
    try:
        async with asyncio.timeout(_REASON_S):
            reason = await job.why_failed()
    except (ServerError, TimeoutError):
        reason = job.status.message
    reason = clean(reason, limit=MESSAGE_LIMIT)
    return reason or "The job failed; the server does not say why."
