"""Follow a run by what its engine says: real progress, and why it failed."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from math import prod
from sys import maxsize
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ogc_widgets.lab.engines.engine import JobFolder

# What cwltool says on stderr. "[job crop_2]" is the second execution of step crop.
_STARTED = re.compile(r"\[job (?P<name>\S+)\] \S+\$ ")
_COMPLETED = re.compile(r"\[job (?P<name>\S+)\] completed (?P<status>\w+)")
_ERROR = re.compile(r"^(?:ERROR|CRITICAL)\s+(?P<text>.*)$")
_NOT_FOUND = re.compile(r"^ERROR '(?P<program>[^']+)' not found")
_NEXT_ENTRY = re.compile(r"^(INFO|WARNING|ERROR|DEBUG)\b")
# What Toil says. All executions of a scattered step have the same name.
_TOIL_STARTED = re.compile(r"Issued job 'CWLJob' (?P<name>\S+) ")
_TOIL_COMPLETED = re.compile(r"CWL step complete: (?P<name>\S+)")
# What a step says last when it cannot go on.
_OWN_WORDS = re.compile(r"^error:\s*(?P<sentence>.+)$", re.IGNORECASE)
_COURSE_PREFIX = "node_"
_UNKNOWN = object()  # a value that only exists once a step has run
_TAIL_BYTES = 64 * 1024
_LONGEST = 1000


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


class Tracker:
    """Follows one run by the lines of cwltool or Toil, from executions expected."""

    def __init__(self, expected: Mapping[str, int]) -> None:
        self._expected = Counter(expected)
        self._started: dict[str, tuple[str, int]] = {}
        self._seen: Counter[str] = Counter()
        self._completed: list[str] = []
        self._failed: list[str] = []

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
            return self._words(running[-1])
        if self._completed:
            return f"{self._words(self._completed[-1])} done"
        return "starting"

    def feed(self, line: str) -> bool:
        """Take one line of the engine; returns whether anything changed."""
        if match := _STARTED.search(line):
            self._start(match["name"], self._step(match["name"]))
        elif match := _COMPLETED.search(line):
            succeeded = match["status"] == "success"
            (self._completed if succeeded else self._failed).append(match["name"])
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

    def why_it_failed(self, folder: JobFolder, exit_code: int) -> tuple[str, int]:
        """Return why the job failed, in one sentence, and the fitting HTTP status.

        The status is 400 where a step refused what it was given, 500 where something
        broke. A step that ends with a line ``error: <sentence>`` has said it itself.
        Otherwise the step's name and its last lines, or what the engine said.
        """
        sentence, status = self._reason(folder, exit_code)
        if len(sentence) > _LONGEST:
            sentence = sentence[: _LONGEST - 1] + "…"
        return sentence, status

    def _reason(self, folder: JobFolder, exit_code: int) -> tuple[str, int]:
        logs = dict(folder.step_logs())
        lines = {name: _tail(logs.get(name)) for name in self._failed}
        titles = {name: _title(self._started.get(name, (name, 1))[0]) for name in lines}
        for name, title in titles.items():
            for line in reversed(lines[name]):
                if match := _OWN_WORDS.match(line):
                    return f"{title} failed: {match['sentence'].strip()}", 400
        said = _tail(folder.log)
        name, title = next(iter(titles.items()), ("", "A step"))
        for line in said:
            if match := _NOT_FOUND.match(line):
                return (
                    f"{title} failed: the program {match['program']!r} is not "
                    "installed here. The lab runs steps as plain programs, without "
                    "containers."
                ), 500
        if name:
            last = " / ".join(lines[name][-3:])
            return f"{title} failed: {last or 'it said nothing on stderr'}", 500
        if text := _first_error(said):
            return f"The package could not be run: {text}", 500
        last = " / ".join(said[-3:])
        return f"The runner ended with code {exit_code}. {last}".strip(), 500

    def _words(self, name: str) -> str:
        """Return an execution in words: ``crop_2`` is ``crop 2 of 4``."""
        step, number = self._started.get(name, (name, 1))
        total = max(self._expected[step], self._seen[step])
        return f"{_title(step)} {number} of {total}" if total > 1 else _title(step)

    def _start(self, name: str, step: str) -> None:
        self._seen[step] += 1
        self._started[name] = (step, self._seen[step])

    def _step(self, name: str) -> str:
        for known in (name, f"{_COURSE_PREFIX}{name}"):
            if known in self._expected:
                return known
        base = re.sub(r"_\d+$", "", name)
        return base if base in self._expected or base in self._seen else name


def _title(step: str) -> str:
    """Return a step's name for people.

    Packages of the course say ``node_crop``; Toil calls it ``water-bodies.0.crop``.
    """
    return step.rpartition(".")[2].removeprefix(_COURSE_PREFIX)


def _first_error(lines: list[str]) -> str:
    """Return the engine's first error with the lines that belong to it."""
    for index, line in enumerate(lines):
        if match := _ERROR.match(line):
            words = [match["text"].strip()]
            for follower in lines[index + 1 : index + 6]:
                if _NEXT_ENTRY.match(follower):
                    break
                words.append(follower.strip())
            return " ".join(words).strip()
    return ""


def _tail(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        with path.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()]
