"""How far a run is: what is expected of it, and what its engine says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from math import prod
from sys import maxsize
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    EventKind = Literal["started", "succeeded", "failed"]
    ReadLine = Callable[[str], "Event | None"]
    from collections.abc import Sequence

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


_UNKNOWN = object()  # a value that only exists once a step has run


def expected_executions(
    plan: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Counter[str]:
    """Count the executions of each step, following scatter and sub-workflows.

    Args:
        plan: The shape of the package, as ``describe`` found it.
        inputs: The inputs of the job, without the package's defaults.

    Returns:
        Step name (as in the engine's log) to number of executions. Where a length
        is only known later, one execution is assumed; the count grows when more
        are seen.
    """
    if plan["class"] != "Workflow":
        return Counter({plan["name"]: 1})
    known = {**plan["defaults"], **inputs}
    counts: Counter[str] = Counter()
    for step in _in_order(plan["steps"]):
        values = {
            # Several sources are merged into a list of as many.
            name: range(len(sources)) if len(sources) > 1 else known.get(*sources)
            for name, sources in step["inputs"].items()
            if sources
        }
        lengths = [_length(values.get(name)) for name in step["scatter"]]
        times = 1
        if lengths:
            crossed = "crossproduct" in step["method"]
            times = min(prod(lengths), maxsize) if crossed else min(lengths)
        nested = step["method"] == "nested_crossproduct"
        result = _unknown(lengths if nested else [times]) if lengths else _UNKNOWN
        known.update(dict.fromkeys(step["outputs"], result))
        run = step["run"]
        if run["class"] == "Workflow":
            for index in range(times):
                inner = {
                    name: _element(value, index) if name in step["scatter"] else value
                    for name, value in values.items()
                }
                present = {k: value for k, value in inner.items() if value is not None}
                counts += expected_executions(run, present)
        elif run["class"] == "CommandLineTool":
            counts[step["name"]] += times
    return counts


def _in_order(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort steps so that sources come before their readers."""
    by_name = {step["name"]: step for step in steps}
    sources = {
        name: {
            source.partition("/")[0]
            for sources in step["inputs"].values()
            for source in sources
            if "/" in source
        }
        & by_name.keys()
        for name, step in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(sources).static_order()]
    except CycleError:  # the engine will refuse it
        return steps


def _unknown(lengths: Sequence[int]) -> Sequence[object]:
    """Return what a scattered step gathers: lists in lists of unknown values."""
    gathered: Sequence[object] = range(lengths[-1])
    for length in reversed(lengths[:-1]):
        gathered = [gathered] * length
    return gathered


def _length(value: object) -> int:
    return len(value) if isinstance(value, (list, range)) else 1


def _element(value: object, index: int) -> object:
    if isinstance(value, (list, range)):
        return value[index] if index < len(value) else None
    return _UNKNOWN
