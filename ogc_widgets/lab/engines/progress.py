"""Real progress: how many step executions there will be, and how many are done."""

from __future__ import annotations

import re
from collections import Counter
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.lab.server.values import Json

# What cwltool says on stderr. "[job crop_2]" is the second execution of step crop.
_STARTED = re.compile(r"\[job (?P<name>\S+)\] \S+\$ ")
_COMPLETED = re.compile(r"\[job (?P<name>\S+)\] completed (?P<status>\w+)")
# What Toil says. All executions of a scattered step have the same name.
_TOIL_STARTED = re.compile(r"Issued job 'CWLJob' (?P<name>\S+) ")
_TOIL_COMPLETED = re.compile(r"CWL step complete: (?P<name>\S+)")


_COURSE_PREFIX = "node_"


class _Unknown:
    """A value that only exists once a step has run."""


class _UnknownList(_Unknown):
    """The gathered outputs of a scattered step.

    Args:
        shape: Its length, and those of the lists in it.
    """

    def __init__(self, *shape: int) -> None:
        self.shape = shape


def expected_executions(
    plan: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Counter[str]:
    """Count the executions of each step, following scatter and sub-workflows.

    Args:
        plan: The shape of the package, as ``describe`` found it.
        inputs: The inputs of the job, without the package's defaults.

    Returns:
        Step name (as in the runner's log) to number of executions. Where a length
        is only known later, one execution is assumed; the count grows when more
        are seen.
    """
    if plan["class"] != "Workflow":
        return Counter({plan["name"]: 1})
    known = {**plan["defaults"], **inputs}
    counts: Counter[str] = Counter()
    gathered: dict[str, _Unknown] = {}
    for step in _in_order(plan["steps"]):
        values = {
            name: _value(source, known, gathered)
            for name, source in step["inputs"].items()
        }
        lengths = [_length(values.get(name)) for name in step["scatter"]]
        times = 1
        if lengths:
            crossed = "crossproduct" in step["method"]
            times = prod(lengths) if crossed else min(lengths)
        shape = lengths if step["method"] == "nested_crossproduct" else [times]
        for output in step["outputs"]:
            gathered[output] = _UnknownList(*shape) if lengths else _Unknown()
        run = step["run"]
        if run["class"] == "Workflow":
            for index in range(times):
                inner = {
                    name: _element(value, index) if name in step["scatter"] else value
                    for name, value in values.items()
                }
                present = {
                    name: value for name, value in inner.items() if value is not None
                }
                counts += expected_executions(run, present)
        elif run["class"] == "CommandLineTool":
            counts[step["name"]] += times
    return counts


def _in_order(steps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort steps so that sources come before their readers."""
    waiting = list(steps)
    made_here = {output for step in waiting for output in step["outputs"]}
    done: set[str] = set()
    ordered: list[Mapping[str, Any]] = []
    while waiting:
        ready = [
            step
            for step in waiting
            if all(
                source in done or source not in made_here
                for sources in step["inputs"].values()
                for source in sources
            )
        ]
        if not ready:  # a circle; the runner will refuse it
            return ordered + waiting
        for step in ready:
            done |= set(step["outputs"])
            waiting.remove(step)
        ordered += ready
    return ordered


def _value(
    sources: list[str], known: Mapping[str, Any], gathered: Mapping[str, _Unknown]
) -> Json:
    if len(sources) > 1:
        return _UnknownList(len(sources))
    if not sources:
        return None
    if sources[0] in gathered:
        return gathered[sources[0]]
    return known.get(sources[0])


def _length(value: Json) -> int:
    if isinstance(value, _UnknownList):
        return value.shape[0]
    return len(value) if isinstance(value, list) else 1


def _element(value: Json, index: int) -> Json:
    if isinstance(value, list):
        return value[index] if index < len(value) else None
    if isinstance(value, _UnknownList) and len(value.shape) > 1:
        return _UnknownList(*value.shape[1:])
    return _Unknown()


class Tracker:
    """Follows one run by the runner's lines.

    Args:
        expected: Executions per step; see :func:`expected_executions`.
    """

    def __init__(self, expected: Mapping[str, int]) -> None:
        self._expected = Counter(expected)
        self._started: dict[str, tuple[str, int]] = {}
        self._seen: Counter[str] = Counter()
        self._completed: list[str] = []
        self.failed: list[str] = []

    @property
    def percent(self) -> int:
        """Whole percent of step executions that are done, 0 to 99."""
        total = max(sum(self._expected.values()), len(self._started), 1)
        return min(99, 100 * len(self._completed) // total)

    @property
    def message(self) -> str:
        """What is being done, such as ``crop 2 of 4``."""
        running = [name for name in self._started if name not in self._completed]
        if running:
            return self.describe(running[-1])
        if self._completed:
            return f"{self.describe(self._completed[-1])} done"
        return "starting"

    def describe(self, name: str) -> str:
        """Return an execution in words: ``crop_2`` is ``crop 2 of 4``."""
        step, number = self._started.get(name, (name, 1))
        total = max(self._expected[step], self._seen[step])
        words = step_title(step)
        return f"{words} {number} of {total}" if total > 1 else words

    def step_of(self, name: str) -> str:
        """Return the step that an execution belongs to."""
        return self._started.get(name, (name, 1))[0]

    def feed(self, line: str) -> bool:
        """Take one line of the runner; returns whether anything changed."""
        if match := _STARTED.search(line):
            name = match["name"]
            step = self._step(name)
            self._seen[step] += 1
            self._started[name] = (step, self._seen[step])
            return True
        if match := _COMPLETED.search(line):
            if match["status"] == "success":
                self._completed.append(match["name"])
            else:
                self.failed.append(match["name"])
            return True
        return self._feed_toil(line)

    def _feed_toil(self, line: str) -> bool:
        if match := _TOIL_STARTED.search(line):
            name = match["name"]
            step = self._step(name.rpartition(".")[2])
            self._seen[step] += 1
            self._started[f"{name} {self._seen[step]}"] = (step, self._seen[step])
            return True
        if match := _TOIL_COMPLETED.search(line):
            for each in self._started:
                if each.startswith(f"{match['name']} ") and each not in self._completed:
                    self._completed.append(each)
                    return True
        return False

    def _step(self, name: str) -> str:
        for known in (name, f"{_COURSE_PREFIX}{name}"):
            if known in self._expected:
                return known
        base = re.sub(r"_\d+$", "", name)
        return base if base in self._expected or base in self._seen else name


def step_title(step: str) -> str:
    """Return a step's name for people.

    Packages of the course say ``node_crop``; Toil calls it ``water-bodies.0.crop``.
    """
    return step.rpartition(".")[2].removeprefix(_COURSE_PREFIX)
