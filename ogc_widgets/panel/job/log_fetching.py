"""Fetching step logs on the package's loop thread, and following the open one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import OgcError
from ogc_widgets.panel.job.log_text import first_error_line, log_lines
from ogc_widgets.panel.job.steps import LogKey, step_label
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

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


def loading_log(key: LogKey) -> LogState:
    """State of a log that has been asked for and is not there yet."""
    return {
        "step": key.step,
        "label": step_label(key.step),
        "number": key.number,
        "title": "",
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
        return _unreadable(state, error)
    if not text.strip():
        return {**state, "note": "No output yet."}
    return {
        **state,
        "text": text.removesuffix("\n"),
        "note": "",
        "first_error": first_error_line(text),
    }


def _unreadable(state: LogState, error: OgcError) -> LogState:
    return {**state, "note": clean(error, limit=1000, lines=True), "bad": True}


async def follow_log(
    job: Job, key: LogKey, show: Callable[[LogState], None], *, is_live: bool
) -> None:
    """Fetch a log now, and again every two seconds while the job runs.

    Args:
        job: The job.
        key: Which of its logs.
        show: Called with each state of the log.
        is_live: Whether the job runs.
    """
    log: LogFile | None = None
    while True:
        try:
            # Listing asks the server for the job's status, so do it only once.
            log = log or await find_log(job, key)
            state = await read_log(log, key)
        except OgcError as error:
            state = _unreadable(loading_log(key), error)
        show(state)
        if not is_live:
            return
        await asyncio.sleep(FOLLOW_EVERY_S)
