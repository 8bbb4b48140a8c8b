"""What 10,000 and 100,000 result items cost on a map in JupyterLab, all of them drawn.

Ours is all of ``ResultsMap``: map, table and what belongs to them. The others are
``ipyleaflet.GeoJSON(data=items)``, which most people write, and lonboard, which gets
the table of geopandas that it wants for nothing. All have maps of the same size with
the same view and no background, in the same Chromium without a graphics card: WebGL is
drawn by the processor, as are a canvas and SVG.

When is all of it drawn? Ours says how many shapes its canvas has, and a pixel of it can
be read. ipyleaflet has an SVG path for each. lonboard hands WebGL two triangles for
each in one frame, of which a pixel can be read. For all of them two more frames follow.
"""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING

from many_items import MAKERS
from map_window import Shown, answers_ms, show, window
from measure import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage

_ROUNDS = int(os.environ.get("ROUNDS", "3"))
_LIMIT_S = 120.0
_OURS = "ours"
# For 100,000 items.
_MEGABYTES = 6.0
_PYTHON_S = 0.6
_PICTURE_S = 1.5
_FRAME_MS = 1000 / 30
_ANSWER_MS = 100.0  # what is felt as at once


def rows() -> Iterator[Row]:
    """Measure."""
    with window() as page:
        for number in (10_000, 100_000):
            yield from _rows(page, number)


def _rows(page: LabPage, number: int) -> Iterator[Row]:
    found: dict[str, list[Shown]] = {name: [] for name in MAKERS}
    answers: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        # They take turns, so that a machine that gets slower is unfair to none.
        for name, mine in found.items():
            shown = show(page, name, number, limit_s=_LIMIT_S)
            if shown is None:
                print(f"  {name} did not draw {number:,} in {_LIMIT_S:.0f} s")
                continue
            mine.append(shown)
            if name == _OURS:
                answers.append(answers_ms(page))
    ours = found[_OURS]
    of = f"{number:,}"
    is_all = number == 100_000
    for name, theirs in found.items():
        if name == _OURS or not theirs:
            continue
        is_leaflet = name != "lonboard"
        yield _row(f"bytes to the page: {of} / {name}", "megabytes", ours, theirs,
                   0.1 if is_leaflet else None, "MB")  # fmt: skip
        yield _row(f"Python: {of} / {name}", "python_s", ours, theirs)
        yield _row(f"to the picture: {of} / {name}", "picture_s", ours, theirs,
                   0.1 if is_leaflet and is_all else 1.0)  # fmt: skip
        yield _row(f"a frame while panning: {of} / {name}", "frame_ms", ours, theirs,
                   unit="ms")  # fmt: skip
        yield _row(f"the slowest in 20: {of} / {name}", "slow_ms", ours, theirs,
                   unit="ms")  # fmt: skip
    if found["lonboard"]:
        before = _median(found["lonboard"], "before_s")
        name = f"Python: {of} / the table that lonboard wants"
        yield Row(name, _median(ours, "python_s"), before)
    if not is_all:
        return
    for name, member, goal, unit in (
        (f"bytes to the page / {_MEGABYTES:.0f} MB", "megabytes", _MEGABYTES, "MB"),
        (f"Python / {_PYTHON_S} s", "python_s", _PYTHON_S, "s"),
        (f"to the picture / {_PICTURE_S} s", "picture_s", _PICTURE_S, "s"),
        ("a frame while panning / 30 in a second", "frame_ms", _FRAME_MS, "ms"),
    ):
        yield Row(name, _median(ours, member), goal, 1.0, unit)
    tip, selected = (statistics.median(all_) for all_ in zip(*answers, strict=True))
    yield Row(
        f"a tip under the mouse / {_ANSWER_MS:.0f} ms", tip, _ANSWER_MS, 1.0, "ms"
    )
    name = f"a click selects / {_ANSWER_MS:.0f} ms"
    yield Row(name, selected, _ANSWER_MS, 1.0, "ms")


def _median(shown: list[Shown], member: str) -> float:
    return float(statistics.median(getattr(one, member) for one in shown))


def _row(
    name: str,
    member: str,
    ours: list[Shown],
    theirs: list[Shown],
    goal: float | None = None,
    unit: str = "s",
) -> Row:
    return Row(name, _median(ours, member), _median(theirs, member), goal, unit)
