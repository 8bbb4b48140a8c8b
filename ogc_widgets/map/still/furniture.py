"""What a map has besides what it shows: land, coordinates, a scale bar, a legend."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.map.still.paper import HEIGHT, WIDTH, to_paper
from ogc_widgets.view.scripts import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ogc_widgets.map.still.paper import Page, Paper, Points


_GRID: Final = "#78808724"
_HALO: Final = "#ffffffd0"
_PANEL: Final = "#fffffff0"
_RIM: Final = "#00000030"
_SOFT: Final = "#5d6469"
_ROW: Final = 17
_STEPS: Final = (30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)
_LABELS_APART: Final = 84
_METRES_PER_DEGREE: Final = 111_319.5
_MOST_ROWS: Final = 12
_LONGEST: Final = 32
_LAND = "#e3e2da"
_COAST = "#a9a798"
_BORDER = "#c9c7ba"
_PARTS_OF_A_DEGREE = 20


@dataclass(frozen=True)
class Key:
    """One line of the legend.

    Attributes:
        label: What it stands for.
        kind: ``"dashes"``, ``"outline"``, ``"thick"``, ``"swatch"``, ``"ramp"``, or
            ``"title"``, which has no colour.
        colours: Its colour, or those of a ramp from the first to the last.
        ends: What the first and the last colour of a ramp stand for.
    """

    label: str
    kind: str
    colours: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")


def draw_grid(paper: Paper) -> tuple[list[float], list[float], float]:
    """Draw meridians and parallels.

    Returns:
        Longitudes, latitudes, and how many degrees they are apart.
    """
    step = next(
        (one for one in reversed(_STEPS) if one / paper.span >= _LABELS_APART), 45
    )
    west, south, east, north = paper.bounds

    def multiples(low: float, high: float) -> list[float]:
        first, last = math.ceil(low / step), math.floor(high / step)
        return [number * step for number in range(first, last + 1)]

    lons, lats = multiples(west, east), multiples(south, north)
    for lon in lons:
        paper.line(to_paper([(lon, south), (lon, north)]), _GRID, 0.75)
    for lat in lats:
        paper.line(to_paper([(west, lat), (east, lat)]), _GRID, 0.75)
    return lons, lats, step


def label_grid(
    page: Page,
    paper: Paper,
    lons: Sequence[float],
    lats: Sequence[float],
    step: float,
    *,
    bottom: float = HEIGHT,
) -> None:
    """Write coordinates along the upper edge, and the right one down to ``bottom``."""
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))

    def words(value: float, letters: str) -> str:
        text = f"{abs(value):.{decimals}f}"
        is_on_line = float(text) == 0 or (letters == "EW" and float(text) == 180)
        return f"{text}°" if is_on_line else f"{text}° {letters[value < 0]}"

    for lon in lons:
        x, _ = paper.place(lon, 0)
        if 40 < x < WIDTH - 60:
            label = words((lon + 180) % 360 - 180, "EW")
            page.text((x, 10), label, colour=_SOFT, anchor="mm", size=10, halo=_HALO)
    for lat in lats:
        _, y = paper.place(0, lat)
        if 24 < y < bottom - 8:
            label = words(lat, "NS")
            at = (WIDTH - 8, y)
            page.text(at, label, colour=_SOFT, anchor="rm", size=10, halo=_HALO)


def draw_scale(page: Page, paper: Paper) -> None:
    """Draw a scale bar in the lower left corner; of the whole world there is none."""
    middle = math.radians(paper.lat_at(HEIGHT / 2))
    metres_per_pixel = paper.span * _METRES_PER_DEGREE * math.cos(middle)
    longest = metres_per_pixel * 100
    if longest > 1_500_000:
        return
    power = 10 ** math.floor(math.log10(longest))
    metres = power * next(one for one in (5, 2, 1) if one * power <= longest)
    length = metres / metres_per_pixel
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    left, bottom = 12, HEIGHT - 12
    page.text((left, bottom - 9), words, anchor="lm", size=10, halo=_HALO)
    corners = (left, bottom - 4, left, bottom, left + length, bottom)
    page.line([*corners, left + length, bottom - 4], "#33373b", 1)


def draw_legend(page: Page, keys: Sequence[Key]) -> float:
    """Draw the legend in the lower right corner, as large as it must be.

    Returns:
        Where it begins, from the top.
    """
    rows = [*keys[:_MOST_ROWS]]
    if len(keys) > _MOST_ROWS:
        rows[-1] = Key(f"{len(keys) - _MOST_ROWS + 1} more", "title")
    if not rows:
        return HEIGHT
    labels = [_short(key.label) for key in rows]
    words = [
        page.width_of(label) + (0 if key.kind == "title" else 28)
        for key, label in zip(rows, labels, strict=True)
    ]
    ends = [
        page.width_of(f"{key.ends[0]}    {key.ends[1]}", 10)
        for key in rows
        if key.kind == "ramp"
    ]
    width = max([*words, *ends, 130 if ends else 0]) + 20
    # A ramp has its ends below it.
    heights = [_ROW + (24 if key.kind == "ramp" else 0) for key in rows]
    left, top = WIDTH - 10 - width, HEIGHT - 10 - sum(heights) - 10
    page.box((left, top, WIDTH - 10, HEIGHT - 10), _PANEL, _RIM, 3)
    y = top + 5 + _ROW / 2
    for key, label, height in zip(rows, labels, heights, strict=True):
        _draw_key(page, key, label, (left + 10, y), width - 20)
        y += height
    return top


def _draw_key(
    page: Page, key: Key, label: str, at: tuple[float, float], width: float
) -> None:
    left, y = at
    if key.kind in {"title", "ramp"}:
        page.text((left, y), label)
    else:
        page.text((left + 28, y), label)
    if key.kind == "dashes":
        for start in (0, 8, 16):
            x = left + start
            page.line((x, y, x + 5, y), key.colours[0], 2)
    elif key.kind in {"outline", "thick"}:
        wide = 3 if key.kind == "thick" else 1.5
        page.line((left, y, left + 20, y), key.colours[0], wide)
    elif key.kind == "swatch":
        page.box((left + 3, y - 5, left + 16, y + 5), key.colours[0], _RIM, 1)
    elif key.kind == "ramp":
        _draw_ramp(page, key.colours, (left, y + 10, left + width, y + 18))
        page.text((left, y + 26), key.ends[0], colour=_SOFT, size=10)
        right = (left + width, y + 26)
        page.text(right, key.ends[1], colour=_SOFT, anchor="rm", size=10)


def _draw_ramp(page: Page, colours: Sequence[str], box: Sequence[float]) -> None:
    """Draw colours that run into each other."""
    left, top, right, bottom = box
    stops = np.array(
        [[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in colours]
    )
    count = max(2, round(right - left))
    at = np.linspace(0, len(stops) - 1, count)
    mixed = [np.interp(at, np.arange(len(stops)), stops[:, axis]) for axis in range(3)]
    for number, colour in enumerate(np.transpose(mixed).round().astype(int).tolist()):
        x = left + number * (right - left) / count
        written = "#{:02x}{:02x}{:02x}".format(*colour)
        page.box((x, top, x + (right - left) / count + 0.5, bottom), written)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


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
