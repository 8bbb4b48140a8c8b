"""Fetching step logs on the package's loop thread, and following the open one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import OgcError
from ogc_widgets.panel.job.failure import first_error_line
from ogc_widgets.panel.job.steps import LogKey, step_label
from ogc_widgets.panel.job.terminal_text import log_lines
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client import Job, LogFile

TAIL_BYTES = 262_144
FOLLOW_EVERY_S = 2.0

LogState = dict[str, Any]


async def find_log(job: Job, key: LogKey) -> LogFile | None:
    """The log that ``key`` names, or None if the server does not list it."""
    for log in await job.aio.logs():
        if log.step == key.step and log.number == key.number:
            return log
    return None


def loading_log(key: LogKey, title: str = "") -> LogState:
    """State of a log that has been asked for and is not there yet."""
    return {
        "step": key.step,
        "label": step_label(key.step),
        "number": key.number,
        "title": clean(title),
        "text": "",
        "note": "Fetching the log…",
        "bad": False,
        "first_error": None,
    }


async def read_log(log: LogFile | None, key: LogKey) -> LogState:
    """Fetch the tail of one log and make it ready for reading.

    Failures become a note in the state: a log that cannot be read now must not stop
    the panel, and may be readable at the next try.
    """
    state = loading_log(key)
    if log is None:
        return {**state, "note": "The server no longer lists this log."}
    state["title"] = clean(log.title)
    try:
        text = log_lines(await log.aio_text(TAIL_BYTES))
    except OgcError as error:
        return unreadable(state, error)
    if not text.strip():
        return {**state, "note": "No output yet."}
    return {
        **state,
        "text": text.removesuffix("\n"),
        "note": "",
        "first_error": first_error_line(text),
    }


def unreadable(state: LogState, error: OgcError) -> LogState:
    """State of a log that could not be fetched."""
    return {**state, "note": clean(error, limit=1000, lines=True), "bad": True}


class LogFollower:
    """Keeps one log fetched: again every two seconds while the job runs.

    Args:
        publish: Called from the loop thread with each state of the log.
        start: Starts a coroutine function in the loop thread, and says what it raises.
    """

    def __init__(
        self,
        publish: Callable[[LogKey, LogState], None],
        start: Callable[..., Future[None]],
    ) -> None:
        self._publish = publish
        self._start = start
        self._current: Future[None] | None = None

    def start(self, job: Job, key: LogKey, *, follow: bool) -> None:
        """Fetch a log now, and go on while ``follow``; ends the one before."""
        self.stop()
        every_s = FOLLOW_EVERY_S if follow else None
        self._current = self._start(self._run, job, key, every_s)

    def stop(self) -> None:
        """End following; returns at once."""
        current, self._current = self._current, None
        if current is not None:
            current.cancel()

    async def _run(self, job: Job, key: LogKey, every_s: float | None) -> None:
        log: LogFile | None = None
        while True:
            try:
                # Listing asks the server for the job's status, so do it only once.
                log = log or await find_log(job, key)
                state = await read_log(log, key)
            except OgcError as error:
                state = unreadable(loading_log(key), error)
            self._publish(key, state)
            if every_s is None:
                return
            await asyncio.sleep(every_s)
