"""Real progress: how many step executions there will be, and how many are done."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from math import prod
from sys import maxsize
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.lab.server.values import Json

# What cwltool says on stderr. "[job crop_2]" is the second execution of step crop.
_STARTED = re.compile(r"\[job (?P<name>\S+)\] \S+\$ ")
_COMPLETED = re.compile(r"\[job (?P<name>\S+)\] completed (?P<status>\w+)")
# What Toil says. All executions of a scattered step have the same name.
_TOIL_STARTED = re.compile(r"Issued job 'CWLJob' (?P<name>\S+) ")
_TOIL_COMPLETED = re.compile(r"CWL step complete: (?P<name>\S+)")
_COURSE_PREFIX = "node_"
_UNKNOWN = object()  # a value that only exists once a step has run


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
                present = {
                    name: value for name, value in inner.items() if value is not None
                }
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
    except CycleError:  # the runner will refuse it
        return steps


def _unknown(lengths: Sequence[int]) -> Json:
    """Return what a scattered step gathers: lists in lists of unknown values."""
    gathered: Json = range(lengths[-1])
    for length in reversed(lengths[:-1]):
        gathered = [gathered] * length
    return gathered


def _length(value: Json) -> int:
    return len(value) if isinstance(value, (list, range)) else 1


def _element(value: Json, index: int) -> Json:
    if isinstance(value, (list, range)):
        return value[index] if index < len(value) else None
    return _UNKNOWN


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
            self._start(match["name"], self._step(match["name"]))
        elif match := _COMPLETED.search(line):
            succeeded = match["status"] == "success"
            (self._completed if succeeded else self.failed).append(match["name"])
        elif match := _TOIL_STARTED.search(line):
            step = self._step(match["name"].rpartition(".")[2])
            self._start(f"{match['name']} {self._seen[step] + 1}", step)
        elif match := _TOIL_COMPLETED.search(line):
            for each in self._started:
                if each.startswith(f"{match['name']} ") and each not in self._completed:
                    self._completed.append(each)
                    return True
            return False
        else:
            return False
        return True

    def _start(self, name: str, step: str) -> None:
        self._seen[step] += 1
        self._started[name] = (step, self._seen[step])

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
