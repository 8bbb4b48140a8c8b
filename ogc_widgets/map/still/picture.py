"""Draw what a map shows: land, rasters, footprints, and the area of interest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from ogc_widgets.map.still.furniture import (
    Key,
    draw_grid,
    draw_land,
    draw_legend,
    draw_scale,
    label_grid,
)
from ogc_widgets.map.still.paper import Paper, to_paper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ogc_widgets.area.boxes import Shape
    from ogc_widgets.map.still.paper import Points
    from ogc_widgets.raster.colours import Legend

MOST_SHAPES: Final = 5_000
"""Footprints that are drawn; evenly chosen ones of more."""
_WATER: Final = "#f3f5f6"
_CONTEXT: Final = "#7a7f84"
_FOOTPRINT: Final = "#1565c0"
_FEW: Final = 300
_MOST_RASTERS: Final = 6
_MOST_CLASSES: Final = 6


@dataclass(frozen=True)
class StillRaster:
    """A raster or picture on the map.

    Attributes:
        title: What it is.
        picture: A PNG, JPEG or WebP in the grid of web maps.
        box: Its west, south, east and north in degrees; east over 180 across 180.
        legend: What its colours mean, if anything.
        opacity: 0 to 1.
        small: The same in few bytes, as WebP.
    """

    title: str
    picture: bytes
    box: tuple[float, ...]
    legend: Legend | None = None
    opacity: float = 1.0
    small: bytes = b""


@dataclass(frozen=True)
class Colours:
    """What the colours of footprints mean.

    Attributes:
        title: Name of the property, with its unit.
        of_shapes: ``#rrggbb`` of each footprint.
        ramp: Colours from the lowest to the highest value.
        ends: The lowest and the highest value.
    """

    title: str
    of_shapes: Sequence[str]
    ramp: tuple[str, ...]
    ends: tuple[str, str]


@dataclass(frozen=True)
class StillMap:
    """What is on a map; longitudes run past 180 where something crosses it.

    Attributes:
        shapes: Footprints.
        total: How many items there are.
        kept: How many of them a filter has kept; None without one.
        selected: Number of the selected footprint, -1 for none.
        colours: What their colours mean, if each has its own.
        areas: Shapes of the areas of interest, each with its colour.
        area_keys: What their colours mean, where they mean something.
        context: What is outlined in grey, such as input scenes.
        rasters: The lowest first.
    """

    shapes: Sequence[Shape] = ()
    total: int = 0
    kept: int | None = None
    selected: int = -1
    colours: Colours | None = None
    areas: Sequence[tuple[Shape, str]] = ()
    area_keys: Sequence[Key] = ()
    context: Sequence[Shape] = ()
    rasters: Sequence[StillRaster] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on the map."""
        return not (self.shapes or self.areas or self.context or self.rasters)

    @property
    def extent(self) -> list[float]:
        """West, south, east and north of what it is about; of the world for nothing.

        Input scenes are only looked at before there are results.
        """
        parts = [*self.shapes, *(area for area, _ in self.areas)]
        if not self.shapes and not self.rasters:
            parts += self.context
        boxes = [shapely.total_bounds(parts)] if parts else []
        boxes += [np.array(one.box) for one in self.rasters]
        if not boxes:
            return [-170.0, -58.0, 170.0, 78.0]
        found = np.array(boxes)
        return [*found[:, :2].min(axis=0).tolist(), *found[:, 2:].max(axis=0).tolist()]

    @property
    def drawn(self) -> Sequence[int]:
        """Numbers of the footprints that are drawn; the selected one is the last."""
        count = len(self.shapes)
        chosen: Sequence[int] = range(count)
        if count > MOST_SHAPES:
            evenly = np.linspace(0, count - 1, MOST_SHAPES).round().astype(int)
            chosen = evenly.tolist()
        if not 0 <= self.selected < count:
            return chosen
        others = [one for one in chosen if one != self.selected]
        return [*others[: MOST_SHAPES - 1], self.selected]


def still_picture(shown: StillMap) -> bytes:
    """Draw a map as it stands.

    Returns:
        A PNG, or a JPEG where rasters would make that large; 1280 × 800 pixels, or half
        of that.
    """
    paper = Paper(shown.extent, _WATER)
    draw_land(paper)
    lines = draw_grid(paper)
    for raster in shown.rasters[-_MOST_RASTERS:]:
        paper.picture(raster.picture, raster.box, raster.opacity)
    for shape in shown.context:
        for places, _, _ in _rings(paper, shape):
            paper.line(places, _CONTEXT, 1)
    _draw_shapes(paper, shown)
    for area, colour in shown.areas:
        _draw_area(paper, area, colour)
    page = paper.finish()
    draw_scale(page, paper)
    top = draw_legend(page, legend_of(shown))
    label_grid(page, paper, *lines, bottom=top)
    return page.encode()


def legend_of(shown: StillMap) -> list[Key]:
    """What the legend says, from the top."""
    keys = [*shown.area_keys]
    if not keys:
        for _, colour in shown.areas[:1]:
            keys.append(Key("area of interest", "dashes", (colour,)))
    if shown.context:
        keys.append(Key("input scenes", "outline", (_CONTEXT,)))
    if len(shown.drawn):
        words = count_of(shown)
        if shown.colours is None:
            keys.append(Key(words, "outline", (_FOOTPRINT,)))
        else:
            found = shown.colours
            keys += [
                Key(words, "title"),
                Key(found.title, "ramp", found.ramp, found.ends),
            ]
        if 0 <= shown.selected < len(shown.shapes):
            keys.append(Key("selected", "thick", (_colour(shown, shown.selected),)))
    for raster in shown.rasters[-1:]:
        keys += _keys_of(raster)
    return keys


def count_of(shown: StillMap) -> str:
    """Say how many footprints are drawn, and of how many."""
    drawn, total = len(shown.drawn), shown.total
    of = "" if drawn == total else f" of {total:,}"
    noun = "footprint" if total == 1 else "footprints"
    if shown.kept is not None and shown.kept > drawn:
        of = f" of {shown.kept:,} kept"
    return f"{drawn:,}{of} {noun}"


def _keys_of(raster: StillRaster) -> list[Key]:
    legend = raster.legend
    if legend is None or legend.kind == "channels":
        return [Key(raster.title, "title")]
    if legend.kind == "ramp":
        low, high = legend.ranges[0]
        words = f"{legend.title} {legend.unit}".strip()
        colours = tuple(one.colour for one in legend.entries)
        return [Key(words, "ramp", colours, (f"{low:.4g}", f"{high:.4g}"))]
    classes = [one for one in legend.entries if one.colour and one.share != 0]
    named = [
        Key(one.label or f"{one.value:g}", "swatch", (one.colour,))
        for one in classes[:_MOST_CLASSES]
    ]
    more = len(classes) - _MOST_CLASSES
    rest = [Key(f"{more} more classes", "title")] if more > 0 else []
    return [Key(raster.title, "title"), *named, *rest]


def _colour(shown: StillMap, number: int) -> str:
    if shown.colours is None:
        return _FOOTPRINT
    return shown.colours.of_shapes[number] or _FOOTPRINT


def _draw_shapes(paper: Paper, shown: StillMap) -> None:
    numbers = shown.drawn
    is_few = len(numbers) <= _FEW
    shapes = [(one, [*_rings(paper, shown.shapes[one])]) for one in numbers]
    # What lies under a fill is hard to read.
    if is_few and not shown.rasters:
        rings = [ring for _, found in shapes for ring in found]
        paper.veil(
            [(places, is_hole) for places, is_hole, _ in rings], f"{_FOOTPRINT}1c"
        )
    for number, rings_of in shapes:
        colour = _colour(shown, number)
        is_selected = number == shown.selected
        width = 3.0 if is_selected else 1.5 if is_few else 0.75
        for places, _, is_point in rings_of:
            if is_point:
                paper.dot(places, colour, 4 if is_selected else 2.5, "#ffffff")
                continue
            if is_selected:
                paper.line(places, "#ffffffb0", 6)
            paper.line(places, colour, width)


def _draw_area(paper: Paper, area: Shape, colour: str) -> None:
    for places, _, is_point in _rings(paper, area):
        if is_point:
            paper.dot(places, colour, 4.5, "#ffffff")
        else:
            paper.line(places, "#ffffffa0", 4)
            paper.dashes(places, colour, 2, 7)


def _rings(paper: Paper, shape: Shape) -> Iterator[tuple[Points, bool, bool]]:
    """Lines of a shape with whether each is a hole, and whether it is only a point.

    They come in each copy of the world that the paper shows.
    """
    west, _, east, _ = shape.bounds
    for turn in paper.turns(west, east):
        for part in _parts(shape):
            lines: list[tuple[Any, bool]] = [(part, False)]
            if part.geom_type == "Polygon":
                lines = [(part.exterior, False)]
                lines += [(ring, True) for ring in part.interiors]
            for line, is_hole in lines:
                places = to_paper(shapely.get_coordinates(line) + np.array((turn, 0)))
                yield places, is_hole, len(places) == 1


def _parts(shape: Any) -> Iterator[Any]:  # noqa: ANN401 # shapely is not typed
    """Polygons, lines and points of a shape."""
    if hasattr(shape, "geoms"):
        for one in shape.geoms:
            yield from _parts(one)
    elif not shape.is_empty:
        yield shape
