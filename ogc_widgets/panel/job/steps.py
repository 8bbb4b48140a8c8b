"""The steps of a job as its logs show them, in the order in which they appeared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.documents.status import log_links
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.protocol import JobView
    from ogc_widgets.protocol.documents.status import LogLink

_SHOWN_LOGS = 500
# What servers call the log of everything, beside those of the steps.
_WHOLE_JOB = frozenset({"job", "job pod", "pod", "log", "logs", "runlog", "workflow"})


@dataclass(frozen=True)
class LogKey:
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
