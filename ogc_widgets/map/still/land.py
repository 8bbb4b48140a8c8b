"""Coasts and borders for the still picture, as the page has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ogc_widgets.map.still.paper import to_paper
from ogc_widgets.view.scripts import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.map.still.paper import Paper, Points

_LAND = "#e3e2da"
_COAST = "#a9a798"
_BORDER = "#c9c7ba"
_PARTS_OF_A_DEGREE = 20


def draw_land(paper: Paper) -> None:
    """Draw the land that lies on a paper."""
    land = json.loads((STATIC / "land.json").read_text("utf-8"))
    coasts = list(_seen(paper, land["land"]))
    for ring in coasts:
        paper.polygon(ring, _LAND)
    for ring in coasts:
        paper.line(np.concatenate([ring, ring[:1]]), _COAST, 0.75)
    for line in _seen(paper, land["borders"]):
        paper.line(line, _BORDER, 0.75)


def _seen(paper: Paper, lines: list[list[Any]]) -> Iterator[Points]:
    """Lines on the paper, in all the copies of the world that it shows."""
    _, south, _, north = paper.bounds
    for steps in lines:
        degrees = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / _PARTS_OF_A_DEGREE
        if degrees[:, 1].max() < south or degrees[:, 1].min() > north:
            continue
        for turn in paper.turns(degrees[:, 0].min(), degrees[:, 0].max()):
            yield to_paper(degrees + np.array((turn, 0)))
