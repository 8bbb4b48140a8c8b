"""How many step executions are expected, and what a run says on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab_api import PACKAGES

import ogc_widgets.lab
from ogc_widgets.lab.engines.by_name import engine_by_name
from ogc_widgets.lab.engines.describe import describe
from ogc_widgets.lab.engines.progress import Tracker, expected_executions

WATER_BODIES = Path(ogc_widgets.lab.__file__).parent / "water_bodies/water-bodies.cwl"


def workflow(tmp_path: Path, scatter: str) -> dict[str, Any]:
    package = tmp_path / "package.cwl"
    package.write_text(
        f"""
cwlVersion: v1.2
$graph:
- class: Workflow
  id: main
  requirements: {{ScatterFeatureRequirement: {{}}}}
  inputs: {{a: 'string[]', b: 'string[]'}}
  outputs: {{}}
  steps:
    second:
      run: '#tool'
      scatter: a
      in: {{a: first/out, b: {{default: x}}}}
      out: [out]
    first:
      run: '#tool'
      {scatter}
      in: {{a: a, b: b}}
      out: [out]
- class: CommandLineTool
  id: tool
  baseCommand: 'true'
  inputs: {{a: Any, b: Any}}
  outputs: {{out: stdout}}
"""
    )
    return describe(package)["plan"]


@pytest.mark.parametrize(
    ("scatter", "first", "second"),
    [
        ("scatter: a", 2, 2),
        ("scatter: [a, b]\n      scatterMethod: dotproduct", 2, 2),
        ("scatter: [a, b]\n      scatterMethod: flat_crossproduct", 6, 6),
        # The outer list is as long as a.
        ("scatter: [a, b]\n      scatterMethod: nested_crossproduct", 6, 2),
    ],
)
def test_scatter_is_counted_over_the_inputs_when_lengths_differ(
    tmp_path: Path, scatter: str, first: int, second: int
) -> None:
    plan = workflow(tmp_path, scatter)
    counts = expected_executions(plan, {"a": ["x", "y"], "b": ["1", "2", "3"]})
    assert counts == {"first": first, "second": second}


def test_water_bodies_is_counted_when_it_has_two_items_and_its_default_bands() -> None:
    counts = expected_executions(
        describe(WATER_BODIES)["plan"], {"aoi": "1,2,3,4", "stac_items": ["a", "b"]}
    )
    assert sum(counts.values()) == 4 + 2 + 2 + 1


def test_sub_workflow_is_counted_with_its_own_scatter_when_nested() -> None:
    plan = describe(PACKAGES / "chain.cwl")["plan"]
    assert expected_executions(plan, {"words": ["a", "b", "c"]}) == {
        "node_count": 6,  # three words, by default each of them twice
        "node_join": 3,
        "node_sum": 1,
    }
    assert expected_executions(plan, {"words": [], "repeat": [1]}) == {"node_sum": 1}


def test_tracker_names_the_step_and_never_goes_back_when_more_steps_come() -> None:
    tracker = Tracker({"node_crop": 2, "stac": 1}, engine_by_name("cwltool").read)
    assert (tracker.percent, tracker.message) == (0, "starting")
    seen = [tracker.percent]
    for line, message in [
        ("INFO [job node_crop] /tmp/a$ crop \\", "crop 1 of 2"),
        ("INFO [job node_crop_2] /tmp/b$ crop \\", "crop 2 of 2"),
        ("INFO [job node_crop_2] completed success", "crop 1 of 2"),
        ("INFO [job node_crop] completed success", "crop 1 of 2 done"),
        ("INFO [job stac] /tmp/c$ stac", "stac"),
        ("INFO [job stac] completed success", "stac done"),
    ]:
        assert tracker.feed(line)
        assert tracker.message == message
        seen.append(tracker.percent)
    assert seen == [0, 0, 0, 33, 66, 66, 99]
    assert not tracker.feed("INFO [workflow ] completed success")


def test_tracker_counts_what_it_sees_when_nothing_was_expected() -> None:
    tracker = Tracker({}, engine_by_name("cwltool").read)
    for number in range(3):
        tracker.feed(f"INFO [job a_{number}] /tmp/x$ a")
    assert tracker.percent == 0
    tracker.feed("INFO [job a_0] completed success")
    assert tracker.percent == 33
