"""Example values for the process of the lesson: a first run takes two clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Mapping

# The area of the tutorial, over which the generated scenes lie.
_AREA = "-121.399,39.834,-120.74,40.472"


def with_examples(
    process_id: str, inputs: Mapping[str, Any], scenes: str
) -> dict[str, Any]:
    """Add ``examples`` (JSON Schema 2020-12) to the inputs of a built-in process."""
    found = dict(inputs)
    if process_id == "water-bodies":
        items = [f"{scenes}/{name}/{name}.json" for name in SCENES]
        for key, example in (("aoi", _AREA), ("stac_items", items)):
            schema = {**inputs[key]["schema"], "examples": [example]}
            found[key] = {**inputs[key], "schema": schema}
    return found
