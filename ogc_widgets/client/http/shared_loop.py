"""The loop of the package, and which thread drives it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from ogc_widgets.protocol.notices import own_context

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType
else:
    # What signal wraps in enumerations, which takes a third of all that is done here.
    import _signal as signal

T = TypeVar("T")

_log = logging.getLogger("ogc_widgets")

# On Windows a signal does not end the waiting for sockets.
_MAY_BE_DRIVEN = sys.platform != "win32"
# So long the thread rests after a call. Nothing is late by more than that.
_REST_S = 0.05
# The longest that Ctrl-C or Jupyter's stop button has to wait where the system does not
# interrupt a waiting thread, as when it was just about to wait.
ATTENTION_S = 0.25
_STOP_S = 2.0


class SharedLoop:
    """The loop, and a thread that drives it when nobody waits for a call.

    To wake a thread and to be woken by it takes a fifth of the time of a request. So
    the thread rests after a call, for the next one to drive the loop itself. It goes on
    when something else is handed in, or no call comes. A portal of anyio would end with
    a ``SystemExit``.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_say_what_failed)
        self.is_ending = self._is_over = False
        self._turn = threading.Lock()  # of whoever drives
        self._driver = 0
        self._driven_s = 0.0
        # Kept from call to call: to stop and start a timer is a part of a short one.
        self._attention: asyncio.TimerHandle | None = None
        self._wanted = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="ogc_widgets-io", daemon=True
        )
        self._thread.start()

    @property
    def is_driven_here(self) -> bool:
        """Whether the calling thread is the one that drives it."""
        return self._driver == threading.get_ident()

    def wake(self) -> None:
        """Let the thread drive it, as soon as nobody else does."""
        self._wanted.set()

    def let_go(self, done: concurrent.futures.Future[Any]) -> None:
        """Stop driving it for now: what somebody waited for is done."""
        if not done.cancelled():
            done.exception()  # is raised where it is waited for
        if self.is_driven_here:
            self.loop.stop()

    def drive(
        self, work: Callable[[], Coroutine[Any, Any, T]]
    ) -> asyncio.Task[T] | None:
        """Drive it here until some work is done; ``None`` where that cannot be.

        Raises:
            KeyboardInterrupt: The user pressed Ctrl-C, or the stop button.
        """
        if not _MAY_BE_DRIVEN or self.is_ending or self._turn.locked():
            return None
        task = None
        with _interrupts(self.loop) as interrupts:
            if interrupts is not None and self._turn.acquire(blocking=False):
                try:
                    self._driver = threading.get_ident()
                    with _outer_loop_left():
                        task = self._drive(work, interrupts)
                finally:
                    self._leave()
        if interrupts:
            raise KeyboardInterrupt
        if task is not None and not task.done():
            raise asyncio.CancelledError
        return task

    def _drive(
        self, work: Callable[[], Coroutine[Any, Any, T]], interrupts: list[int]
    ) -> asyncio.Task[T]:
        async def ending() -> T:
            await asyncio.sleep(0)  # a server may have closed a connection meanwhile
            try:
                return await contained(work)
            finally:
                self.loop.stop()  # in this turn; a callback would take one more

        task = self.loop.create_task(ending(), context=own_context())
        try:
            while not (task.done() or interrupts or self._is_over):
                if self._attention is None:
                    self._attention = self.loop.call_later(ATTENTION_S, self._look_up)
                self.loop.run_forever()
        finally:
            if not task.done():
                task.cancel()
            elif not task.cancelled():
                task.exception()  # is raised where it is waited for
        return task

    def _look_up(self) -> None:
        """Let whoever drives see whether it was interrupted."""
        self._attention = None
        self.loop.stop()

    def _leave(self) -> None:
        self._driver, self._driven_s = 0, time.monotonic()
        self._turn.release()
        if self._has_work():  # of others, which no next call should hold up
            self.wake()

    def _has_work(self) -> bool:
        return bool(asyncio.all_tasks(self.loop))

    def _catch_up(self) -> None:
        """Do what can be done at once."""
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        while not self._is_over:
            while not self._wanted.wait(_REST_S):
                if self._driven_s + _REST_S < time.monotonic():
                    break
            self._turn.acquire()
            self._driver = threading.get_ident()
            self._drive_on()
            self._leave()
        with self._turn:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    def _drive_on(self) -> None:
        """Drive it until it is let go and nothing is under way."""
        is_let_go = False
        while not self._is_over:
            try:
                self._wanted.clear()
                self._catch_up()  # with what was handed in before that
                if is_let_go and not self._has_work():
                    self._catch_up()  # what is done has to be told
                    if not self._has_work():
                        return
                if not self._is_over:
                    self.loop.run_forever()
                is_let_go = True
            except BaseException as error:  # noqa: BLE001 # SystemExit in a callback, say
                say(error)

    def stop(self) -> None:
        """End what is under way, and the thread."""
        if self.loop.is_closed():
            return
        self.is_ending = True
        with contextlib.suppress(RuntimeError, concurrent.futures.TimeoutError):
            ending = asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop)
            self.wake()
            ending.result(_STOP_S)
        self._is_over = True
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self.wake()
        self._thread.join(_STOP_S)


@contextlib.contextmanager
def _interrupts(loop: asyncio.AbstractEventLoop) -> Iterator[list[int] | None]:
    """Note interrupts and stop the loop, which they would tear where they are raised.

    Gives ``None`` where somebody else handles them, who may raise as well.
    """
    interrupts: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT) if is_main else None
    if handler is not signal.default_int_handler:
        yield None if callable(handler) else interrupts
        return

    def note(number: int, _frame: FrameType | None) -> None:
        if interrupts:
            raise KeyboardInterrupt  # what runs does not let go
        interrupts.append(number)
        loop.call_soon_threadsafe(loop.stop)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def _outer_loop_left() -> Iterator[None]:
    """Let ours run where the loop of a cell runs, which stands still meanwhile."""
    outer = asyncio._get_running_loop()  # noqa: SLF001 # for who writes a loop
    task = None if outer is None else asyncio.current_task(outer)
    if outer is not None and task is not None:
        asyncio.tasks._leave_task(outer, task)  # noqa: SLF001 # documented
    asyncio._set_running_loop(None)  # noqa: SLF001 # as above
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)  # noqa: SLF001 # as above
        if outer is not None and task is not None:
            asyncio.tasks._enter_task(outer, task)  # noqa: SLF001 # documented


async def _cancel_all() -> None:
    myself = {asyncio.current_task()}
    while others := asyncio.all_tasks() - myself:
        # A task that is cancelled before it begins never awaits what it was given,
        # and Python warns of that.
        await asyncio.sleep(0)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def say(error: BaseException) -> None:
    """Log what failed where nobody waits for it."""
    if isinstance(error, RuntimeError) and "schedule new futures" in str(error):
        return  # the program ends, and has no threads any more that could write
    _log.error(
        "Something failed in the background (%s). Jobs on a server are not touched by "
        "it; if it happens again, report it with these lines.",
        type(error).__name__,
        exc_info=error,
    )


def _say_what_failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a callback of the loop raised, or a task that nobody looked at."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        say(error)
    else:
        loop.default_exception_handler(context)


async def contained(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Keep what ends a program from ending the loop that all requests share."""
    try:
        return await work()
    except (SystemExit, KeyboardInterrupt) as error:
        name = type(error).__name__
        raise RuntimeError(f"{name} was raised in the package's thread") from error
