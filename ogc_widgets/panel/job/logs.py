"""The logs of a job: its steps as they show them, one of them fetched and followed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from ogc_widgets.errors import OgcError
from ogc_widgets.panel.job.log_text import first_error_line, log_lines
from ogc_widgets.protocol.documents.status import log_links
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ogc_widgets.client import Job, LogFile
    from ogc_widgets.protocol import JobView
    from ogc_widgets.protocol.documents.status import LogLink

TAIL_BYTES = 262_144
FOLLOW_EVERY_S = 2.0

LogState = dict[str, Any]

_SHOWN_LOGS = 500
# What servers call the log of everything, beside those of the steps.
_WHOLE_JOB = frozenset({"job", "job pod", "pod", "log", "logs", "runlog", "workflow"})


class LogKey(NamedTuple):
    """Names one log of a job: the step, and which execution of it."""

    step: str
    number: int


class StepBook:
    """Remembers the steps of a job in the order in which they appeared.

    Servers list the logs in any order (by name, by directory), so the order on the
    screen is the one in which they appeared; links that appear together keep the
    order of the server.
    """

    def __init__(self) -> None:
        self._logs: dict[str, dict[int, str]] = {}

    def see(self, logs: Iterable[LogLink]) -> None:
        """Take in the logs that the latest status names."""
        for log in logs:
            self._logs.setdefault(log.step, {})[log.number] = log.title

    def numbers(self) -> dict[str, list[int]]:
        """Numbers of the logs of each step, ascending."""
        return {step: sorted(logs) for step, logs in self._logs.items()}

    def keys_newest_first(self) -> list[LogKey]:
        """All logs, the latest steps first."""
        return [
            LogKey(step, number)
            for step in reversed(self._logs)
            for number in sorted(self._logs[step], reverse=True)
        ]

    def states(self, phase: str) -> list[dict[str, Any]]:
        """The steps for the page.

        A step is ``done`` when a later one has begun or the job succeeded, ``active``
        while it is the last one of a running job, and ``bad`` when it is the last one
        of a failed job: nothing more is known from log links. The log of the whole
        job is no step: it stands at the end, as ``whole``.
        """
        steps = [step for step in self._logs if step.casefold() not in _WHOLE_JOB]
        whole = [step for step in self._logs if step.casefold() in _WHOLE_JOB]
        last = steps[-1] if steps else None
        return [
            {
                "step": step,
                "label": step_label(step),
                "state": (
                    "whole" if step in whole else _state(phase, is_last=step == last)
                ),
                "logs": [
                    {"number": number, "title": clean(title, limit=200)}
                    for number, title in sorted(self._logs[step].items())[:_SHOWN_LOGS]
                ],
            }
            for step in (*steps, *whole)
        ]


def step_label(step: str) -> str:
    """A step's name for reading: CWL names have underscores for spaces."""
    return clean(step, limit=60).replace("_", " ")


def _state(phase: str, *, is_last: bool) -> str:
    if phase == "successful" or not is_last:
        return "done"
    return {"failed": "bad", "dismissed": "ended", "lost": "ended"}.get(phase, "active")


def links_of(view: JobView) -> list[LogLink]:
    """The log links of the latest status document."""
    return [] if view.status is None else log_links(view.status)


async def logs_of(job: Job) -> dict[LogKey, LogFile]:
    """The logs that the server lists for a job."""
    return {LogKey(log.step, log.number): log for log in await job.aio.logs()}


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
            log = log or (await logs_of(job)).get(key)
            state = await read_log(log, key)
        except OgcError as error:
            state = _unreadable(loading_log(key), error)
        show(state)
        if not is_live:
            return
        await asyncio.sleep(FOLLOW_EVERY_S)
