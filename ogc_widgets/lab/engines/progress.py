"""How far a run is, by what its engine says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    EventKind = Literal["started", "succeeded", "failed"]
    ReadLine = Callable[[str], "Event | None"]

_COURSE_PREFIX = "node_"


@dataclass(frozen=True)
class Event:
    """What a line of an engine says of one execution of a step.

    Attributes:
        name: The engine's name of the execution, which need not be unique.
        step: The step that it belongs to, as the engine calls it.
    """

    kind: EventKind
    name: str
    step: str


@dataclass
class _Execution:
    name: str
    step: str
    number: int
    state: str = "started"


class Tracker:
    """Follows one run, from the executions that are expected.

    Args:
        expected: Step to number of executions.
        read: What makes an event of a line of the engine.
    """

    def __init__(self, expected: Mapping[str, int], read: ReadLine) -> None:
        self._expected = Counter(expected)
        self._read = read
        self._executions: list[_Execution] = []
        self._last_done: _Execution | None = None

    @property
    def percent(self) -> int:
        """Whole percent of step executions that are done, 0 to 99."""
        total = max(sum(self._expected.values()), len(self._executions), 1)
        return min(99, 100 * len(list(self._in("succeeded"))) // total)

    @property
    def message(self) -> str:
        """What is being done, such as ``crop 2 of 4``."""
        if running := list(self._in("started")):
            return self._words(running[-1])
        if self._last_done:
            return f"{self._words(self._last_done)} done"
        return "starting"

    @property
    def failed(self) -> dict[str, str]:
        """The executions that failed: the engine's name, and the step for people."""
        return {each.name: title(each.step) for each in self._in("failed")}

    def feed(self, line: str) -> bool:
        """Take one line of the engine; returns whether anything changed."""
        event = self._read(line)
        if event is None:
            return False
        if event.kind == "started":
            self._start(event)
            return True
        for each in self._in("started", "interrupted"):
            if each.name == event.name:
                each.state = event.kind
                if event.kind == "succeeded":
                    self._last_done = each
                return True
        return False

    def resume(self, lines: Iterable[str]) -> None:
        """Take what the engine said before it was interrupted, and now goes on."""
        for line in lines:
            self.feed(line)
        for each in self._in("started", "failed"):
            each.state = "interrupted"

    def _in(self, *states: str) -> Iterator[_Execution]:
        return (each for each in self._executions if each.state in states)

    def _start(self, event: Event) -> None:
        for each in self._in("failed", "interrupted"):
            if each.name == event.name:  # the engine tries it again
                each.state = "started"
                return
        step = self._step(event.step)
        number = 1 + sum(each.step == step for each in self._executions)
        self._executions.append(_Execution(event.name, step, number))

    def _words(self, execution: _Execution) -> str:
        """Return an execution in words: ``crop_2`` is ``crop 2 of 4``."""
        step = execution.step
        seen = sum(each.step == step for each in self._executions)
        total = max(self._expected[step], seen)
        name = title(step)
        return f"{name} {execution.number} of {total}" if total > 1 else name

    def _step(self, name: str) -> str:
        for known in (name, f"{_COURSE_PREFIX}{name}"):
            if known in self._expected:
                return known
        base = re.sub(r"_\d+$", "", name)
        seen = any(each.step == base for each in self._executions)
        return base if base in self._expected or seen else name


def title(step: str) -> str:
    """Return a step's name for people; packages of the course say ``node_crop``."""
    return step.removeprefix(_COURSE_PREFIX)
