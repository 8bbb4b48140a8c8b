"""Asks for a job's status again and again while somebody watches it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import call_soon, start_task
from ogc_widgets.errors import NoSuchJobError, OgcError, ServerError, SignInError
from ogc_widgets.protocol.answers.job_replies import read_status
from ogc_widgets.protocol.answers.replies import retry_after_s
from ogc_widgets.protocol.links import find_link, same_origin
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.watching import JobView, Moment, Watch, is_final, phase_of

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.documents.status import StatusInfo

# A future that it returns is waited for by Poller.settled().
Callback = Callable[[JobView], object]

POLL_S = 30.0
# When to ask again about a job that may be too young to be known.
_BLIP_DELAYS_S = (0.25, 0.5, 1.0, 2.0)
# Credentials that were refused this many times in a row are no longer accepted.
_SIGN_IN_TRIES = 3
# An end is heard of soon after it, if the job was seen to go on so short a time ago.
_SEEN_S = 60.0

_log = logging.getLogger("ogc_widgets")
_making = threading.RLock()


def now() -> Moment:
    """Read both clocks."""
    return Moment(time.monotonic(), time.time())


@dataclass(eq=False, slots=True)
class _Watcher:
    callback: Callback
    last: JobView
    is_active: bool = True


class Poller:
    """What is known of one job, asked for as long as somebody watches it.

    A :class:`Watch` decides what an answer means for the job and when to ask again;
    each answer is one of its events, and each new view is told to all watchers.

    Attributes:
        job_id: Id of the job.
        url: Its address.
        status: The last known status.
        phase: Where the job is, as its view says.
        earlier_message: What the server said last before the job ended.
    """

    def __init__(
        self,
        connection: Connection,
        job_id: str,
        url: str,
        status: StatusInfo,
        *,
        process_id: str,
        is_new: bool,
    ) -> None:
        self._connection = connection
        self.job_id = job_id
        self.url = url
        # A list of bare ids has not said whose job it is.
        self._process_id = process_id or status.process_id
        self.status, self.phase = status, phase_of(status)
        self._began, self._is_new = now(), is_new
        self._made: Watch | None = None
        is_over = status.is_finished
        self.earlier_message = "" if is_over else status.message
        self._watchers: list[_Watcher] = []
        self._task: asyncio.Task[None] | None = None
        self._follow_ups: set[Future[Any]] = set()
        # What the history of this machine knows of it, and when it was not over yet.
        self._noted = ""
        is_open = is_new or (status.word and not is_over)
        self._open_at = self._began.unix if is_open else 0.0

    @cached_property  # a list has many jobs of which nobody asks
    def _checking(self) -> asyncio.Lock:
        return asyncio.Lock()

    @cached_property
    def _wake(self) -> asyncio.Event:
        return asyncio.Event()

    @property
    def _watch(self) -> Watch:
        if self._made is None:  # as of most jobs in a list
            with _making:
                self._made = self._made or Watch(
                    self._began, status=self.status, is_new=self._is_new
                )
        return self._made

    @property
    def view(self) -> JobView:
        """What there is to show about the job now."""
        return self._watch.view

    @property
    def process_id(self) -> str:
        """Id of the process, or ``""``."""
        return self._process_id or self.status.process_id

    async def refresh(self) -> StatusInfo:
        """Ask the server for the status now.

        Raises:
            JobGoneError: The server no longer knows the job.
            ServerError: No usable answer.
        """
        if not self.url:
            return self.status
        error = await self.check()
        # Some servers do not know a job yet that they have just made.
        for delay_s in _BLIP_DELAYS_S:
            if not isinstance(error, NoSuchJobError) or self.view.is_final:
                break
            await asyncio.sleep(delay_s)
            error = await self.check()
        if isinstance(error, NoSuchJobError) and self.view.phase == "dismissed":
            return self.status  # as was wished
        if error is not None:
            raise self.view.error or error
        return self.status

    def linked(self, *relations: str) -> str:
        """Where a link of the status leads on the same server, or ``""``."""
        link = find_link(self.status.links, *relations)
        if link is None or not (link.is_json or not link.type):
            return ""
        url = self._connection.rebase(link.href)
        return url if same_origin(url, self.url) else ""

    def need_known(self) -> None:
        """Raise why the job is lost, if the server no longer knows it."""
        if self.view.phase == "lost" and self.view.error is not None:
            raise self.view.error

    async def check(self) -> OgcError | None:
        """Ask once and take in the answer; return what went wrong, if anything."""
        # One check at a time, so that an older answer never overtakes a newer one.
        async with self._checking:
            wait_s = None
            if self.view.connection == "paused":
                self._watch.resume(now())
            try:
                # However patient the user is with other requests, silence is noticed.
                reply = await self._connection.send(
                    requests.get(self.url),
                    timeout_s=min(POLL_S, self._connection.timeout_s),
                )
                wait_s = retry_after_s(reply.headers)
                status = self._connection.read(
                    reply, "status", lambda: read_status(reply)
                )
                self.heard(status, retry_after_s=wait_s)
            except NoSuchJobError as error:
                self.gone(error, for_good=error.status_code == 410)
                return error
            except OgcError as error:
                if isinstance(error, ServerError) and not isinstance(
                    error, SignInError
                ):
                    self._watch.not_heard(error, now(), retry_after_s=wait_s)
                else:  # of the user's own: nothing was sent, for want of a token
                    self._watch.refused(error, now())
                self._publish()
                return error
        return None

    def heard(self, status: StatusInfo, *, retry_after_s: float | None = None) -> None:
        """Take in what the server says about the job."""
        if not status.is_finished:
            self.earlier_message, self._open_at = status.message, time.time()
        self._watch.heard(status, now(), retry_after_s=retry_after_s)
        self._publish()

    def gone(self, error: NoSuchJobError, *, for_good: bool) -> None:
        """Take in that the server does not know the job."""
        self._watch.gone(error, now(), for_good=for_good)
        self._publish()

    def removed(self, status: StatusInfo) -> None:
        """Take in that the server has dismissed the job, as the user wished."""
        self._watch.removed(status, now())
        self._publish()

    def set_pace(self, pace: Callable[[float], float | None]) -> None:
        """Look sooner than for a job alone: see :class:`Watch`."""
        self._watch.pace = pace

    def look_again(self) -> None:
        """Plan a check at once, with new patience. Only in the loop thread."""
        self._watch.resume(now())
        self._publish()
        self._keep_polling()
        self._wake.set()

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Be told about every change, from the first view to the last.

        All watchers of a job share one poller. Closing never touches the job itself.

        Args:
            callback: Called at once with the view of now, later from the package's
                loop thread. It must not block; waiting for the job waits also
                for a :class:`~concurrent.futures.Future` that it returns.

        Returns:
            A function that ends the watching; safe from any thread, also twice.
        """
        # The first call is made here, without any lock, before the loop knows of the
        # watcher; so the views come in order and nothing waits for anything.
        watcher = _Watcher(callback, self.view)
        self._tell(watcher)

        def start() -> None:
            if watcher.is_active:
                self._watchers.append(watcher)
                self._publish()
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

    async def rest(self) -> None:
        """Watch until the job has ended, or checking it is of no use for now."""
        changed = asyncio.Event()
        refused = 0

        def look(view: JobView) -> None:
            nonlocal refused
            refused = refused + 1 if view.connection == "sign-in" else 0
            changed.set()

        stop = self.watch(look)
        try:
            while not self.view.is_final and self.view.connection != "paused":
                if refused >= _SIGN_IN_TRIES:
                    return
                await changed.wait()
                changed.clear()
        finally:
            stop()

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
                    await self.check()
                except asyncio.CancelledError:
                    raise
                except BaseException as error:  # noqa: BLE001 # none ends in silence
                    _log.exception("Watching job %s failed", self.job_id)
                    self._watch.broke(error, now())
                    self._publish()

    async def _sleep(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def note_in_history(self) -> None:
        """Note where the job is, if that is news; it costs no request."""
        phase = self.phase
        if phase == self._noted or not self.url:
            return
        self._noted = phase
        from ogc_widgets.client.history.notes import note_heard  # loads much

        at, is_end = time.time(), is_final(phase)
        noting = note_heard(
            self.job_id,
            self.url,
            phase,
            took_s=self.status.took_s if is_end else None,
            ended_at=at if is_end and at - self._open_at < _SEEN_S else None,
        )
        if noting is not None:
            self._wait_for(noting)

    def _wait_for(self, follow_up: Future[Any]) -> None:
        self._follow_ups.add(follow_up)
        follow_up.add_done_callback(self._follow_ups.discard)

    def _publish(self) -> None:
        view = self.view
        self.status, self.phase = view.status or self.status, view.phase
        self.note_in_history()
        for watcher in tuple(self._watchers):
            if watcher.is_active and watcher.last is not self.view:
                watcher.last = self.view
                self._tell(watcher)

    def _tell(self, watcher: _Watcher) -> None:
        try:
            follow_up = watcher.callback(watcher.last)
        # A watcher must not stop the others, nor the thread that they share.
        except BaseException:  # noqa: BLE001 # whatever it raises
            _log.exception("A watcher of job %s raised", self.job_id)
        else:
            if isinstance(follow_up, Future):
                self._wait_for(follow_up)


def _note_how_it_ended(future: asyncio.Future[Any]) -> None:
    # What went wrong is told by the watcher; asyncio would say it once more.
    if not future.cancelled():
        future.exception()
