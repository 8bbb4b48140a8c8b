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
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.batch_file import reason_of
from ogc_widgets.client.batches.entries import GOES_ON
from ogc_widgets.client.batches.following import (
    Going,
    at_the_end,
    cancelled,
    in_words,
    sent_job,
    until_ended,
)
from ogc_widgets.client.batches.pace import HoldingBack, Pace
from ogc_widgets.client.batches.running import RunLock
from ogc_widgets.client.batches.unknown import fate_of, note_cut_off
from ogc_widgets.client.http.loop import start_task
from ogc_widgets.errors import InputError, OgcError, ServerError

if TYPE_CHECKING:
    from ogc_widgets.client.batches.book import Book
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol.answers.job_replies import Submitted


_DISMISSED_S = 5.0
_CLOSE_S = 10.0


class _NotNowError(Exception):
    """Nothing was sent, for a reason of our own."""


class Schedule:
    """Sends the requests of a batch and follows its jobs. Used in the loop thread only.

    Attributes:
        is_paused: Whether nothing new is sent.
        is_held_back: Whether it is paused for a reason that is not the user's wish.
        closings: How many times it was closed: what was begun before is over then.
    """

    def __init__(self, book: Book, execution: Execution, owner: object) -> None:
        self._book = book
        self._execution = execution
        self.is_paused = True
        self.is_held_back = False
        self.closings = 0
        self._lock = RunLock(book.file.path, keeps=owner)
        self._pace = Pace(book.head.at_once)
        self._waiting: deque[int] = deque()
        self._going = Going(self._one_has_ended)
        # Of a job that the server has answered at once, the answer is all there is.
        self._answered: dict[int, AsyncJob] = {}
        self._main: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._holding_back = HoldingBack()
        self._is_stopping = False
        self._closing = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether the batch is worked on, or paused, here and not elsewhere."""
        return self._main is not None

    @property
    def is_stuck(self) -> bool:
        """Whether it is held back and nothing goes on any more."""
        return self.is_held_back and not self._going

    def job(self, index: int) -> AsyncJob | None:
        """The job of an entry that goes on, or that the server has answered at once."""
        return self._going.jobs.get(index) or self._answered.get(index)

    # -- what the user wishes

    def own(self) -> None:
        """Take the batch in hand, and what an earlier process has left of it."""
        if self._closing.locked():
            # What was begun now would go on when others may have the file.
            raise InputError(
                "The batch is being closed.",
                safe="Nothing was sent.",
                advice="Go on with it in a moment: batch.resume().",
            )
        if self._main is not None:
            return
        try:
            self._lock.take()
        except OSError as error:
            raise InputError(
                f"The batch cannot go on from its file: {reason_of(error)}.",
                safe="Nothing was sent.",
            ) from error
        try:
            self._book.read_again()
            self._take_up()
        except BaseException:
            self._lock.give_back()
            raise
        self._main = start_task(self._run())

    def resume(self) -> None:
        """Send what waits, from now on, and look at what runs."""
        self.own()
        for job in self._going.jobs.values():
            job.resume()
        self.is_paused = self.is_held_back = False
        self._holding_back.lift()
        self._say("")

    def pause(self, trouble: str = "") -> None:
        """Send nothing new; jobs go on and are followed."""
        self.is_paused = True
        self.is_held_back = bool(trouble)
        self._say(trouble)

    async def stop(self) -> None:
        """Send nothing new, and dismiss what runs."""
        self.own()
        self._is_stopping = True
        try:
            self._waiting.clear()
            for entry in self._book.entries:
                if entry.state == "waiting":
                    self._leave_out(entry.index)
            # What is on its way is dismissed as soon as there is a job.
            await self._going.until_answered()
        finally:
            self._is_stopping = False
        errors = await self._going.dismiss(_DISMISSED_S)
        await self.flush()
        if errors:
            raise errors[0]

    async def close(self) -> None:
        """Neither send nor follow anything; jobs go on."""
        async with self._closing:
            self.closings += 1
            self.is_paused = True
            # Else what became of it would not be known.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._going.until_answered()
            await self._going.cancel()
            await self.flush()
            if self._main is not None:
                await cancelled(self._main)
        self._book.tell(frozenset())

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
        note_cut_off(self._book)
        for entry in self._book.entries:
            if entry.state == "waiting":
                self._waiting.append(entry.index)
            elif entry.state in GOES_ON:
                self._go_on(
                    entry.index, sent_job(self._book, self._execution, entry.index)
                )

    async def _run(self) -> None:
        stop = self._execution.signing_in.when_signed_in(self._signed_in)
        try:
            while self._going or not self._book.is_ended:
                self._wake.clear()
                for _ in range(self._free()):
                    index = self._waiting.popleft()
                    if self._book[index].state == "waiting":
                        self._going.start(index, self._send_and_follow(index))
                hold_s = self._holding_back.left_s
                is_held = bool(self._waiting) and hold_s > 0 and not self.is_paused
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(hold_s if is_held else None):
                        await self._wake.wait()
                if not self._going and self._book.is_ended:
                    await self.flush()
        finally:
            stop()
            self._main = None
            self._lock.give_back()
        self._book.tell(frozenset())

    def _free(self) -> int:
        """How many may be sent now."""
        if self.is_paused or self._holding_back.left_s > 0:
            return 0
        free = min(self._book.head.at_once - len(self._going), len(self._waiting))
        if self._holding_back.is_probing:
            free = min(free, 0 if self._going.unanswered else 1)
        return max(free, 0)

    def _signed_in(self) -> None:
        if self.is_held_back and not self._closing.locked():
            self.resume()

    # -- one request

    def _one_has_ended(self, had_job: bool) -> None:  # noqa: FBT001 # see Going
        if had_job:
            # A server that bounds how many run has room again.
            self._holding_back.lift()
        self._wake.set()

    def _go_on(self, index: int, job: AsyncJob) -> None:
        self._going.jobs[index] = job
        self._going.start(index, self._follow(index, job))

    async def _send_and_follow(self, index: int) -> None:
        job = await self._send(index)
        if job is not None:
            self._going.jobs[index] = job
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
                return sent_job(self._book, self._execution, index)
            self._not_answered(index, error, is_sent=is_sent)
            if not isinstance(error, OgcError):
                raise  # a fault of ours, which is logged
            return None
        is_over = self._holding_back.taken()
        if is_over and self._book.trouble and not self.is_held_back:
            self._say("")
        try:
            return await self._execution.job_of(sent)
        except ServerError as error:  # of results that stand elsewhere
            self._end(index, state="failed", error=in_words(error))
            return None

    def _not_answered(self, index: int, error: BaseException, *, is_sent: bool) -> None:
        """Note why there is no job, and what may be done about it."""
        words = in_words(error)
        fate = fate_of(error, is_sent=is_sent)
        if fate == "failed":
            self._end(index, state="failed", error=words)
        elif fate == "unknown":
            self._book.change(index, state="unknown", error=words)
        else:
            self._wait_again(index, words)
            if fate == "pause":
                self.pause(words)
            else:
                self._holding_back.begin(getattr(error, "retry_after_s", None))
                self._say(words)

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

    async def flush(self) -> None:
        """Write what has changed; where it cannot be, pause and say so."""
        try:
            await self._book.flush()
        except OSError as error:
            self._pause_unwritten(error)

    def _pause_unwritten(self, error: OSError) -> None:
        self.pause(f"The file of the batch cannot be written: {error.strerror}.")
