"""How many executions of each step a job will have, before it runs."""

from __future__ import annotations

from collections import Counter
from graphlib import CycleError, TopologicalSorter
from math import prod
from sys import maxsize
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
