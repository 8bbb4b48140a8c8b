"""One loop, ours: where all requests of this package are made.

The kernel's own loop stands still while a cell runs, and callbacks of widgets may come
from threads with loops of their own. So everything that waits runs as a coroutine on
one loop, and whoever wants something hands work to it. One thread at a time drives the
loop: the one that waits for a call, or else a daemon thread. Whichever does is what is
called the loop thread.

A process that forks gets a fresh thread on first use; at exit the loop is stopped after
what is open was closed. Where threads do not exist (Pyodide) the same coroutines run as
tasks of the only loop there is.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import functools
import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.notices import own_context

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("ogc_widgets")

_HAS_THREADS = sys.platform != "emscripten"
# On Windows a signal does not end the waiting for sockets.
_MAY_BE_DRIVEN = sys.platform != "win32"
# So long the thread rests after a call. Nothing is late by more than that.
_REST_S = 0.05
# The longest that Ctrl-C or Jupyter's stop button has to wait where the system does not
# interrupt a waiting thread, as when it was just about to wait.
_ATTENTION_S = 0.25
# Read in some ten milliseconds, which nobody notices.
_LARGE_BYTES = 256 * 1024
_STOP_S = 2.0


class _SharedLoop:
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

    def let_go(
        self, done: asyncio.Future[Any] | concurrent.futures.Future[Any]
    ) -> None:
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
                if self._has_work():  # of others, which no next call should hold up
                    self.wake()
        if interrupts:
            raise KeyboardInterrupt
        if task is not None and not task.done():
            raise asyncio.CancelledError
        return task

    def _drive(
        self, work: Callable[[], Coroutine[Any, Any, T]], interrupts: list[int]
    ) -> asyncio.Task[T]:
        self._catch_up()  # a server may have closed a connection meanwhile
        task = self.loop.create_task(_contained(work), context=own_context())
        task.add_done_callback(self.let_go)
        try:
            while not (task.done() or interrupts or self._is_over):
                attention = self.loop.call_later(_ATTENTION_S, self.loop.stop)
                self.loop.run_forever()
                attention.cancel()
        finally:
            if not task.done():
                task.cancel()
                self.wake()
        return task

    def _leave(self) -> None:
        self._driver, self._driven_s = 0, time.monotonic()
        self._turn.release()

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
                _say(error)

    def stop(self) -> None:
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


def _say(error: BaseException) -> None:
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
        _say(error)
    else:
        loop.default_exception_handler(context)


_lock = threading.Lock()
_current: _SharedLoop | None = None


def get_loop() -> asyncio.AbstractEventLoop:
    """Return the package's loop, starting its thread when it is first needed."""
    return _shared().loop if _HAS_THREADS else asyncio.get_running_loop()


def _shared() -> _SharedLoop:
    global _current  # there is one per process, made on first use
    if _current is None:
        with _lock:
            _current = _current or _SharedLoop()
    return _current


def in_loop_thread() -> bool:
    """Whether the caller runs in the package's loop thread."""
    if not _HAS_THREADS:
        return True
    return _current is not None and _current.is_driven_here


def has_ended() -> bool:
    """Whether the loop was stopped, as at exit; its connections are closed then."""
    return _HAS_THREADS and _current is not None and _current.loop.is_closed()


# -- to start something and go on


def submit(
    function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> concurrent.futures.Future[T]:
    """Start a coroutine function in the loop thread; safe from any thread.

    Returns:
        A future of the result; cancelling it cancels the coroutine.
    """
    future = own_context().run(
        asyncio.run_coroutine_threadsafe,
        _contained(functools.partial(function, *args, **kwargs)),
        get_loop(),
    )
    if _current is not None:
        _current.wake()
    return future


async def _contained(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Keep what ends a program from ending the loop that all requests share."""
    try:
        return await work()
    except (SystemExit, KeyboardInterrupt) as error:
        name = type(error).__name__
        raise RuntimeError(f"{name} was raised in the package's thread") from error


def follow(
    future: concurrent.futures.Future[T],
    done: Callable[[concurrent.futures.Future[T]], object],
    failed: Callable[[BaseException], object] = _say,
) -> concurrent.futures.Future[T]:
    """Call a function when work that nobody waits for is done; no error is lost.

    ``done`` gets the future that is returned here, and lets through what its
    ``result()`` raises. ``failed`` shows what ``done`` raised; what it raises itself is
    logged. Work that was cancelled has not failed.
    """

    def call(finished: concurrent.futures.Future[T]) -> None:
        try:
            try:
                done(finished)
            except (asyncio.CancelledError, concurrent.futures.CancelledError):
                pass
            except BaseException as error:  # noqa: BLE001 # the loop is shared
                failed(error)
        except BaseException as error:  # noqa: BLE001
            _say(error)

    future.add_done_callback(call)
    return future


def tidy_up(function: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Start to close something; safe from any thread, and after the loop has ended."""
    if not has_ended():
        follow(submit(function), concurrent.futures.Future.result)


def start_task(coroutine: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
    """Start a task of the loop that nobody awaits; only in the loop thread."""

    async def work() -> None:
        try:
            await coroutine
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 # the loop is shared
            _say(error)

    return asyncio.get_running_loop().create_task(work())


def call_soon(function: Callable[[], None]) -> None:
    """Call a function in the loop thread: now if this is it, else without waiting.

    Where the loop has ended there is nothing left to do, and it is not called.
    """
    if in_loop_thread():
        function()  # what it raises is its caller's
    elif not has_ended():
        get_loop().call_soon_threadsafe(function, context=own_context())
        _shared().wake()


# -- to wait for something


def run(
    function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a coroutine function in the loop thread and wait for its result.

    ``KeyboardInterrupt`` (Ctrl-C, or the stop button of Jupyter) ends the waiting and
    cancels the coroutine.

    Raises:
        InputError: Called from the loop thread, where waiting would never end.
    """
    if in_loop_thread():
        raise InputError(
            "A blocking call was made in the thread that does the package's requests, "
            "so it would wait for itself.",
            safe="Nothing was sent.",
            advice="In a watch callback or a coroutine given to submit(), use the "
            "awaitable twin instead: client.aio or job.aio.",
        )
    shared = _shared()
    future: concurrent.futures.Future[T] | None = None
    try:
        task = shared.drive(functools.partial(function, *args, **kwargs))
        if task is not None:
            return task.result()
        future = submit(function, *args, **kwargs)
        future.add_done_callback(shared.let_go)
        while True:
            try:
                return future.result(_ATTENTION_S)
            except TimeoutError:
                if future.done():  # its own TimeoutError, or it ended just now
                    return future.result()
    except (asyncio.CancelledError, concurrent.futures.CancelledError):
        if shared.is_ending:
            # A thread that still waits at exit ends too, and prints nothing.
            raise SystemExit from None
        raise concurrent.futures.CancelledError from None
    except BaseException:
        if future is not None:
            future.cancel()
        raise


def on_loop(
    method: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let a coroutine function be awaited from any loop; it runs on ours."""

    @functools.wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if in_loop_thread():
            return await method(*args, **kwargs)
        waiting = asyncio.wrap_future(submit(method, *args, **kwargs))
        try:
            # The kernel's handler of the stop button only queues a callback; a loop
            # with nothing else to do would sleep on and never see it.
            while not waiting.done():
                await asyncio.wait([waiting], timeout=_ATTENTION_S)
            return waiting.result()
        except BaseException:
            waiting.cancel()
            raise

    return call


async def off_loop(
    size_bytes: int,
    function: Callable[P, T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Read a document of some size: here, or in another thread where it is large.

    The loop is shared, and reading a list of a hundred thousand jobs takes seconds.
    """
    if size_bytes < _LARGE_BYTES or not _HAS_THREADS:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)


# -- when a process forks or ends


def _forget_after_fork() -> None:
    # The thread exists in the parent only.
    global _current, _lock
    _current = None
    _lock = threading.Lock()


def _stop_at_exit() -> None:
    if _current is not None:
        _current.stop()


atexit.register(_stop_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
