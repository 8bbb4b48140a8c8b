"""Asks for a job's status again and again while somebody watches it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from ogc_widgets.client.http.loop import call_soon, start_task
from ogc_widgets.protocol.jobs.watching import JobView, Moment, Watch
from ogc_widgets.protocol.notices import silent

# A future that it returns is waited for by Poller.settled().
Callback = Callable[[JobView], object]

_log = logging.getLogger("ogc_widgets")


def now() -> Moment:
    """Read both clocks."""
    return Moment(time.monotonic(), time.time())


class _Watcher:
    __slots__ = ("callback", "is_active", "last")

    def __init__(self, callback: Callback, last: JobView) -> None:
        self.callback = callback
        self.last = last
        self.is_active = True


class Poller:
    """One poller for any number of watchers of one job.

    Args:
        watch: Decides when to ask; its view is what watchers are told.
        check: Asks once, and feeds the answer to ``watch``.
        name: For log lines.
    """

    def __init__(
        self, watch: Watch, check: Callable[[], Awaitable[object]], *, name: str
    ) -> None:
        self._watch = watch
        self._check = check
        self._name = name
        self._watchers: list[_Watcher] = []
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._follow_ups: set[Future[Any]] = set()

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Tell a callback the view of now, and every later one from the loop thread."""
        # The first call is made here, without any lock, before the loop knows of the
        # watcher; so the views come in order and nothing waits for anything.
        watcher = _Watcher(callback, self._watch.view)
        self._tell(watcher, watcher.last)

        def start() -> None:
            if watcher.is_active:
                self._watchers.append(watcher)
                self._tell_if_new(watcher)
                self._keep_polling()

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

        def stop_from_anywhere() -> None:
            if watcher.is_active:
                watcher.is_active = False
                call_soon(stop)

        call_soon(start)
        return stop_from_anywhere

    def resume(self) -> None:
        """Look again at once, also after a pause; safe from any thread."""

        def look_again() -> None:
            self._watch.resume(now())
            self.publish()
            self._keep_polling()
            self._wake.set()

        call_soon(look_again)

    def publish(self) -> None:
        """Tell all watchers if the view has changed. Only in the loop thread."""
        for watcher in tuple(self._watchers):
            self._tell_if_new(watcher)

    async def settled(self, timeout_s: float) -> None:
        """Wait until the watchers have done what they had to, at most so long."""
        waiting = [asyncio.wrap_future(one) for one in tuple(self._follow_ups)]
        for one in waiting:
            one.add_done_callback(_note_how_it_ended)
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_s)

    def _keep_polling(self) -> None:
        is_idle = self._task is None or self._task.done()
        if self._watchers and is_idle and self._watch.wait_s(now()) is not None:
            self._task = start_task(self._poll())

    async def _poll(self) -> None:
        with silent():
            while (delay_s := self._watch.wait_s(now())) is not None:
                if delay_s > 0:
                    await self._sleep(delay_s)
                    continue
                try:
                    await self._check()
                except asyncio.CancelledError:
                    raise
                except BaseException as error:  # noqa: BLE001 # none ends in silence
                    _log.exception("Watching job %s failed", self._name)
                    self._watch.broke(error, now())
                    self.publish()

    async def _sleep(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _tell_if_new(self, watcher: _Watcher) -> None:
        if watcher.is_active and watcher.last is not self._watch.view:
            watcher.last = self._watch.view
            self._tell(watcher, watcher.last)

    def _tell(self, watcher: _Watcher, view: JobView) -> None:
        try:
            follow_up = watcher.callback(view)
        # A watcher must not stop the others, nor the thread that they share.
        except BaseException:  # noqa: BLE001 # whatever it raises
            _log.exception("A watcher of job %s raised", self._name)
        else:
            if isinstance(follow_up, Future):
                self._follow_ups.add(follow_up)
                follow_up.add_done_callback(self._follow_ups.discard)


def _note_how_it_ended(future: asyncio.Future[Any]) -> None:
    # What went wrong is told by the watcher; asyncio would say it once more.
    if not future.cancelled():
        future.exception()
