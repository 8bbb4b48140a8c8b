"""The logs of a job: its steps as they show them, one of them fetched and followed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import traitlets

from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.documents.status import log_links
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing

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

_TRACEBACK = pattern(r"^\s*Traceback \(most recent call last\):", re.MULTILINE)
_ERROR = pattern(
    r"(error|exception)\b|\b(traceback|fatal|segmentation fault|killed)\b",
    re.IGNORECASE,
)
# Lines that carry the words above and tell of no failure at all.
_HARMLESS = pattern(
    r"\b(no|0|zero|without)\s+(errors?|exceptions?)\b|\berrors?\s*[:=]\s*0\b",
    re.IGNORECASE,
)

_TERMINAL = pattern(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
)


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


# -- what happened, for reading --------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """A failure told in two parts.

    Attributes:
        lead: What happened, for reading; may have several lines.
        details: The server's traceback, word for word; empty if there is none.
    """

    lead: str
    details: str = ""


def read_failure(message: str) -> Failure:
    """Split a failed job's message into what happened and the traceback.

    Servers that run Python put the whole traceback into ``message``: its last line
    says what happened, the rest is for whoever wrote the process.
    """
    text = message.strip()
    found = _TRACEBACK.search(text)
    if found is None:
        return Failure(text)
    before = text[: found.start()].strip()
    last = _conclusion(text[found.start() :])
    lead = "\n".join(part for part in (before.rstrip(":"), last) if part)
    return Failure(lead or text.splitlines()[-1].strip(), text)


def _conclusion(traceback: str) -> str:
    """The exception line of a traceback, with the lines that continue it."""
    lines = traceback.splitlines()
    last_frame = max(
        (i for i, line in enumerate(lines) if line.startswith((" ", "\t"))), default=0
    )
    rest = [line.strip() for line in lines[last_frame + 1 :] if line.strip()]
    if not rest:
        rest = [line.strip() for line in lines if line.strip()][-1:]
    return "\n".join(rest)


def first_error_line(text: str) -> int | None:
    """Index of the first line that tells of an error, counted from 0; None if none."""
    for index, line in enumerate(text.split("\n")):
        if _ERROR.search(line) and not _HARMLESS.search(line):
            return index
    return None


def log_lines(text: str) -> str:
    """A log as a terminal would show it, without colours or controls.

    Progress bars rewrite their line with carriage returns; only the last state of
    such a line is kept.
    """
    plain = _TERMINAL.sub("", text).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n")]
    return clean("\n".join(lines), limit=len(text) + 1, lines=True)


# -- logs of a server ------------------------------------------------------------------


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


class JobLogs(StateView):
    """Base of the view of a job that shows its logs."""

    _job: Job | None

    log_view: Any = traitlets.Dict().tag(sync=True)
    """The open log: step, number, title, text, note, first_error; empty if none."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 # of the view
        self._following = self._latest()
        super().__init__(**kwargs)
        self.handle(close_log=self.close_log)

    def _forget_logs(self) -> None:
        """Know nothing yet of the logs of another job."""
        self._steps = StepBook()
        self._open: LogKey | None = None

    def open_log(self, step: str, number: int | None = None) -> None:
        """Open the log of a step in the panel and follow it while the job runs.

        Args:
            step: Step as listed in ``panel.steps``.
            number: Which execution of the step; the latest if left out.

        Raises:
            InputError: There is no log of that step, or no such execution of it.
        """
        numbers = self.steps.get(step, [])
        key = LogKey(step, numbers[-1] if numbers and number is None else number or 0)
        if key.number not in numbers:
            known = ", ".join(self.steps) or "none yet"
            raise InputError(
                f"There is no log of step {step!r}"
                + (f", execution {number}." if number is not None else "."),
                advice=f"Steps with logs: {known}.",
            )
        with publishing(self):
            self._open = key
            self.log_view = loading_log(key)
        self._follow_log(is_live=self.state["ticking"])

    def close_log(self) -> None:
        """Close the open log."""
        self._following.stop()
        with publishing(self):
            self._open = None
            self.log_view = {}

    @property
    def steps(self) -> dict[str, list[int]]:
        """Steps with logs in order of appearance, and the numbers of their logs."""
        return self._steps.numbers()

    def _follow_log(self, *, is_live: bool) -> None:
        """Fetch the open log, and go on while the job runs."""
        job, key = self._job, self._open
        if job is None or key is None:
            return
        show = partial(self._log_read, key)
        self._following.start(lambda: follow_log(job, key, show, is_live=is_live))

    def _log_read(self, key: LogKey, log: LogState) -> None:
        with publishing(self):
            if key == self._open and not self._closed:
                before = self.log_view
                if log["bad"] and before.get("text"):
                    # Keep what can be read; say that it is not the newest.
                    log = {**before, "note": log["note"], "bad": True}
                self.log_view = log

    def _on_open_log(self, step: str, number: int | None = None) -> None:
        # A page that is a message behind may name a step of the job before.
        if step in self.steps:
            self.open_log(step, number)
