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
import functools
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ogc_widgets.client.http.shared_loop import (
    ATTENTION_S,
    SharedLoop,
    contained,
    say,
)
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.notices import own_context

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")

_HAS_THREADS = sys.platform != "emscripten"
# Read in some ten milliseconds, which nobody notices.
_LARGE_BYTES = 256 * 1024


_lock = threading.Lock()
_current: SharedLoop | None = None


def get_loop() -> asyncio.AbstractEventLoop:
    """Return the package's loop, starting its thread when it is first needed."""
    return _shared().loop if _HAS_THREADS else asyncio.get_running_loop()


def _shared() -> SharedLoop:
    global _current  # there is one per process, made on first use
    if _current is None:
        with _lock:
            _current = _current or SharedLoop()
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
        contained(functools.partial(function, *args, **kwargs)),
        get_loop(),
    )
    if _current is not None:
        _current.wake()
    return future


def follow(
    future: concurrent.futures.Future[T],
    done: Callable[[concurrent.futures.Future[T]], object],
    failed: Callable[[BaseException], object] = say,
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
            say(error)

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
            say(error)

    task = asyncio.get_running_loop().create_task(work())
    # Python warns of one that is never awaited, as when it is cancelled at once.
    task.add_done_callback(lambda _task: coroutine.close())
    return task


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
                return future.result(ATTENTION_S)
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
                await asyncio.wait([waiting], timeout=ATTENTION_S)
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
