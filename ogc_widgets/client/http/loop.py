"""One loop, ours: the thread in which all requests of this package are made.

The kernel's own loop stands still while a cell runs, and callbacks of widgets may come
from threads with loops of their own. So everything that waits runs as a coroutine on
one loop in one daemon thread, and every other thread only hands work to it.

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
import sys
import threading
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.notices import own_context

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("ogc_widgets")

_HAS_THREADS = sys.platform != "emscripten"
# The longest that Ctrl-C or Jupyter's stop button has to wait where the system does not
# interrupt a waiting thread.
_ATTENTION_S = 0.25
# Read in some ten milliseconds, which nobody notices.
_LARGE_BYTES = 256 * 1024
_STOP_S = 2.0


class _LoopThread:
    """The loop and its thread. A portal of anyio would end with a ``SystemExit``."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_say_what_failed)
        self.is_ending = False
        self.thread = threading.Thread(
            target=self._run, name="ogc_widgets-io", daemon=True
        )
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        is_over = False
        while not is_over:
            try:
                self.loop.run_forever()
            except BaseException as error:  # noqa: BLE001 # SystemExit in a callback, say
                _say(error)
            else:
                is_over = True
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def stop(self) -> None:
        if self.loop.is_closed():
            return
        self.is_ending = True
        with contextlib.suppress(RuntimeError, concurrent.futures.TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop).result(_STOP_S)
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(_STOP_S)


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
_current: _LoopThread | None = None


def get_loop() -> asyncio.AbstractEventLoop:
    """Return the package's loop, starting its thread when it is first needed."""
    global _current  # there is one per process, made on first use
    if not _HAS_THREADS:
        return asyncio.get_running_loop()
    with _lock:
        if _current is None:
            _current = _LoopThread()
        return _current.loop


def in_loop_thread() -> bool:
    """Whether the caller runs in the package's loop thread."""
    if not _HAS_THREADS:
        return True
    return _current is not None and threading.current_thread() is _current.thread


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
    return own_context().run(
        asyncio.run_coroutine_threadsafe,
        _contained(function(*args, **kwargs)),
        get_loop(),
    )


async def _contained(coroutine: Coroutine[Any, Any, T]) -> T:
    """Keep what ends a program from ending the loop that all requests share."""
    try:
        return await coroutine
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
    future = submit(function, *args, **kwargs)
    try:
        while True:
            try:
                return future.result(_ATTENTION_S)
            except TimeoutError:
                if future.done():  # its own TimeoutError, or it ended just now
                    return future.result()
    except concurrent.futures.CancelledError:
        if _current is not None and _current.is_ending:
            # A thread that still waits at exit ends too, and prints nothing.
            raise SystemExit from None
        raise
    except BaseException:
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
