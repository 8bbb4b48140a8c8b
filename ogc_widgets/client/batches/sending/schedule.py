"""What of a batch is sent when: so many at once, each once, and later if it is refused.

::

    waiting --> sending --> accepted --> running --> successful | failed | dismissed
       ^           |                                 | lost
       |           +--> failed     refused: nothing was started
       |           +--> unknown    no answer came; never sent again by itself
       +-----------+               not sent, or refused as too busy (429, 503)

``sending`` is in the file before anything is sent, and what became of it right after.
So whatever ends the process, the file says which fates are not known.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.entries import GOES_ON
from ogc_widgets.client.batches.following import at_the_end, in_words, until_ended
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
from ogc_widgets.protocol.jobs.watching import YOUNG_S
from ogc_widgets.protocol.notices import silent

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol.answers.job_replies import Submitted

# How long to wait after a refusal that does not say it, and how much longer each time.
_FIRST_HOLD_S = 2.0
_GROWTH = 1.5
_LONGEST_HOLD_S = 60.0
_BUSY = frozenset({429, 503})
_DISMISSED_S = 5.0
_CLOSE_S = 10.0
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class _NotNowError(Exception):
    """Nothing was sent, for a reason of our own."""


class Schedule:
    """Sends the requests of a batch and follows its jobs. Used in the loop thread only.

    Args:
        book: The entries.
        execution: What sends them.
        owner: The batch, which is kept for as long as it runs.

    Attributes:
        is_paused: Whether nothing new is sent.
        is_held_back: Whether it is paused for a reason that is not the user's wish.
    """

    def __init__(self, book: Book, execution: Execution, owner: object) -> None:
        self._book = book
        self._execution = execution
        self._owner = owner
        self.is_paused = True
        self.is_held_back = False
        self._lock = RunLock(book.file.path)
        self._pace = Pace(book.head.at_once)
        self._waiting: deque[int] = deque()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._going: dict[int, AsyncJob] = {}
        # Of a job that the server has answered at once, the answer is all there is.
        self._answered: dict[int, AsyncJob] = {}
        self._main: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._not_before = 0.0
        self._hold_s = _FIRST_HOLD_S
        self._is_own_hold = False
        self._is_stopping = False
        # After a refusal one request goes alone, to see.
        self._is_feeling = False

    @property
    def is_running(self) -> bool:
        """Whether the batch is worked on, or paused, here and not elsewhere."""
        return self._main is not None

    @property
    def is_stuck(self) -> bool:
        """Whether it is held back and nothing goes on any more."""
        return self.is_held_back and not self._tasks

    def job(self, index: int) -> AsyncJob | None:
        """The job of an entry that goes on, or that the server has answered at once."""
        return self._going.get(index) or self._answered.get(index)

    # -- what the user wishes

    def own(self) -> None:
        """Take the batch in hand, and what an earlier process has left of it.

        Raises:
            InputError: Another process has it.
        """
        if self._main is not None:
            return
        self._lock.take()
        try:
            self._book.read_again()
            self._take_up()
        except BaseException:
            self._lock.give_back()
            raise
        self._main = start_task(self._run())

    def resume(self) -> None:
        """Send what waits, from now on, and look at what runs.

        Raises:
            InputError: Another process runs the batch.
        """
        self.own()
        for job in self._going.values():
            job.resume()
        self.is_paused = self.is_held_back = False
        if self._is_own_hold:
            self._not_before = 0.0
        self._say("")

    def pause(self, trouble: str = "") -> None:
        """Send nothing new; jobs go on and are followed."""
        self.is_paused = True
        self.is_held_back = bool(trouble)
        self._say(trouble)

    async def stop(self) -> None:
        """Send nothing new, and dismiss what runs.

        Raises:
            InputError: Another process runs the batch.
            ServerError: A job could not be dismissed; all the others were tried.
        """
        self.own()
        self._is_stopping = True
        try:
            self._waiting.clear()
            for entry in self._book.entries:
                if entry.state == "waiting":
                    self._leave_out(entry.index)
            # What is on its way is dismissed as soon as there is a job.
            await self._until_answered()
        finally:
            self._is_stopping = False
        jobs, tasks = tuple(self._going.values()), tuple(self._tasks.values())
        said = await asyncio.gather(
            *(job.dismiss() for job in jobs), return_exceptions=True
        )
        if tasks:
            await asyncio.wait(tasks, timeout=_DISMISSED_S)
        await self._book.flush()
        for error in said:
            if isinstance(error, BaseException):
                raise error

    async def close(self) -> None:
        """Neither send nor follow anything; jobs go on."""
        self.is_paused = True
        # Else what became of it would not be known.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._until_answered()
        await asyncio.sleep(0)  # a task that never began would not end what it holds
        await _cancelled(*self._tasks.values())
        await self._flush()
        if self._main is not None:
            await _cancelled(self._main)
        self._book.tell(frozenset())

    async def _until_answered(self) -> None:
        while sending := [
            task for index, task in self._tasks.items() if index not in self._going
        ]:
            await asyncio.wait(sending, timeout=0.1)

    def _leave_out(self, index: int) -> None:
        words = "It was not sent: the batch was stopped."
        self._book.change(index, state="dismissed", message=words)

    def send_later(self, index: int) -> None:
        """Send one that waits, when it is its turn."""
        self._answered.pop(index, None)
        self._waiting.append(index)
        self._wake.set()

    def adopt(self, index: int, job: AsyncJob) -> None:
        """Follow a job that was found for an entry."""
        self.own()
        self._book.change(
            index, state="accepted", job_id=job.id, url=job.url, error="", message=""
        )
        self._go_on(index, job)

    def set_at_once(self, value: int) -> None:
        """Let more or fewer go on at the same time; those that do are left alone."""
        self._pace.at_once = value
        self._wake.set()

    # -- which is next

    def _say(self, trouble: str) -> None:
        self._book.trouble = trouble
        self._wake.set()
        self._book.tell(frozenset())

    def _take_up(self) -> None:
        self._waiting.clear()
        for entry in self._book.entries:
            if entry.state == "waiting":
                self._waiting.append(entry.index)
            elif entry.state == "sending":
                self._book.change(
                    entry.index,
                    state="unknown",
                    error="The program ended while the request was on its way.",
                )
            elif entry.state in GOES_ON and not entry.url:
                self._book.change(
                    entry.index,
                    state="unknown",
                    error="The server has answered at once, and the answer was lost "
                    "with the program.",
                )
            elif entry.state in GOES_ON:
                self._go_on(entry.index, self._known_job(entry))

    def _known_job(self, entry: BatchEntry) -> AsyncJob:
        """The job of an entry; a new one may not be known everywhere on its server."""
        age_s = (datetime.now(UTC) - (entry.started_at or _LONG_AGO)).total_seconds()
        return self._execution.known_job(
            entry.job_id,
            entry.url,
            self._book.head.process_id,
            entry.inputs,
            outputs=self._book.head.outputs,
            is_new=age_s < YOUNG_S,
        )

    async def _run(self) -> None:
        stop = self._execution.signing_in.when_signed_in(self._signed_in)
        try:
            while self._tasks or not self._book.is_ended:
                self._wake.clear()
                for _ in range(self._free()):
                    index = self._waiting.popleft()
                    if self._book[index].state == "waiting":
                        self._start(index, self._send_and_follow(index))
                hold_s = self._not_before - time.monotonic()
                is_held = bool(self._waiting) and hold_s > 0 and not self.is_paused
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(hold_s if is_held else None):
                        await self._wake.wait()
                if not self._tasks and self._book.is_ended:
                    await self._flush()
        finally:
            stop()
            self._main = None
            self._lock.give_back()
        self._book.tell(frozenset())

    def _free(self) -> int:
        """How many may be sent now."""
        if self.is_paused or time.monotonic() < self._not_before:
            return 0
        free = min(self._book.head.at_once - len(self._tasks), len(self._waiting))
        if self._is_feeling:
            is_asking = any(index not in self._going for index in self._tasks)
            free = min(free, 0 if is_asking else 1)
        return max(free, 0)

    def _hold(self, asked_s: float | None, words: str) -> None:
        """Send nothing for a while; when that is over, one alone to see."""
        self._is_own_hold = asked_s is None
        delay_s = self._hold_s if asked_s is None else asked_s
        self._hold_s = min(self._hold_s * _GROWTH, _LONGEST_HOLD_S)
        self._not_before = max(self._not_before, time.monotonic() + delay_s)
        self._is_feeling = True
        self._say(words)

    def _signed_in(self) -> None:
        if self.is_held_back:
            self.resume()

    # -- one request

    def _start(self, index: int, work: Coroutine[Any, Any, None]) -> None:
        async def whole() -> None:
            try:
                with silent():
                    await work
            finally:
                self._tasks.pop(index, None)
                if self._going.pop(index, None) is not None and self._is_own_hold:
                    # A server that bounds how many run has room again.
                    self._not_before, self._is_own_hold = 0.0, False
                self._wake.set()

        self._tasks[index] = start_task(whole())

    def _go_on(self, index: int, job: AsyncJob) -> None:
        self._going[index] = job
        self._start(index, self._follow(index, job))

    async def _send_and_follow(self, index: int) -> None:
        job = await self._send(index)
        if job is not None:
            self._going[index] = job
            self._wake.set()
            await self._follow(index, job)

    async def _follow(self, index: int, job: AsyncJob) -> None:
        await until_ended(self._book, index, job, self._pace)
        if not job.id:
            self._answered[index] = job
        self._end(index, status=job.status, **await at_the_end(job))

    async def _send(self, index: int) -> AsyncJob | None:
        """Send one request; return the job, or ``None`` where there is none."""
        entry, head = self._book[index], self._book.head
        is_sent = False

        async def sending() -> None:
            nonlocal is_sent
            if not threading.main_thread().is_alive():
                self.pause("The program ends.")
            if self.is_paused or self._book[index].state != "waiting":
                raise _NotNowError
            try:
                await self._book.save(
                    index,
                    state="sending",
                    started_at=datetime.now(UTC),
                    attempt=entry.attempt + 1,
                    message="",
                )
            except OSError as error:
                self._wait_again(index)
                self._pause_unwritten(error)
                raise _NotNowError from error
            is_sent = True

        def answered(made: Submitted) -> None:
            self._book.change(
                index, state="accepted", job_id=made.job_id, url=made.job_url
            )

        try:
            sent = await self._execution.submit(
                head.process_id,
                entry.inputs,
                outputs=head.outputs,
                response=head.response,
                extra=head.extra,
                sending=sending,
                answered=answered,
            )
        except _NotNowError:
            if self._book[index].state == "waiting" and index not in self._waiting:
                self._waiting.appendleft(index)
            return None
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if self._book[index].url:
                # It was answered, and only noting that elsewhere has failed.
                return self._known_job(self._book[index])
            self._not_answered(index, error, is_sent=is_sent)
            if not isinstance(error, OgcError):
                raise  # a fault of ours, which is logged
            return None
        if time.monotonic() >= self._not_before:  # not sent before a refusal
            self._hold_s, self._is_feeling = _FIRST_HOLD_S, False
            if self._book.trouble and not self.is_held_back:
                self._say("")
        try:
            return await self._execution.job_of(sent)
        except ServerError as error:  # of results that stand elsewhere
            self._end(index, state="failed", error=in_words(error))
            return None

    def _not_answered(self, index: int, error: BaseException, *, is_sent: bool) -> None:
        """Note why there is no job, and what may be done about it."""
        words = in_words(error)
        is_busy = isinstance(error, ProblemError) and error.status_code in _BUSY
        is_cut_off = isinstance(error, TransportError) and (
            not is_sent or isinstance(error, ConnectionFailedError)
        )
        if isinstance(error, SignInError) or (
            is_sent and isinstance(error, InputError)  # there is no token to send
        ):
            # The others would be refused in the same way.
            self._wait_again(index, words)
            self.pause(words)
        elif is_busy or (is_cut_off and not isinstance(error, PrivateAddressError)):
            self._wait_again(index, words)
            self._hold(getattr(error, "retry_after_s", None), words)
        elif not is_sent or isinstance(error, (ProblemError, TransportError)):
            self._end(index, state="failed", error=words)
        else:
            self._book.change(index, state="unknown", error=words)

    def _wait_again(self, index: int, words: str = "") -> None:
        """Put one back that was not sent, or that the server has not taken."""
        entry = self._book[index]
        if entry.state not in ("waiting", "sending"):  # stopped meanwhile
            return
        if self._is_stopping:
            self._leave_out(index)
            return
        attempt = entry.attempt - (entry.state == "sending")
        fields: dict[str, Any] = {"attempt": attempt, "started_at": None}
        self._book.change(index, state="waiting", message=words, **fields)
        self._waiting.appendleft(index)

    # -- what is kept

    def _end(self, index: int, **changes: Any) -> None:  # noqa: ANN401 # fields
        # Written soon, together with what is sent next: until then the file says that
        # the job goes on, and it would be asked for once more.
        self._book.change(index, ended_at=datetime.now(UTC), **changes)

    async def _flush(self) -> None:
        try:
            await self._book.flush()
        except OSError as error:
            self._pause_unwritten(error)

    def _pause_unwritten(self, error: OSError) -> None:
        self.pause(f"The file of the batch cannot be written: {error.strerror}.")


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
