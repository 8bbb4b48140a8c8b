"""What came out of a job: numbers, pictures, a table of the items, and other files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from shapely.geometry import shape

from ogc_widgets.charts.still import svg_of
from ogc_widgets.client.results.item_columns import ItemColumns
from ogc_widgets.errors import OgcError
from ogc_widgets.map.chart.of_items import drawn_of, lines_of, ways
from ogc_widgets.map.footprints import footprints, item_ids
from ogc_widgets.map.rasters.map_items import MapItems
from ogc_widgets.map.rows import MOST_ROWS, results_html, row_of
from ogc_widgets.map.still.paper import small_picture
from ogc_widgets.map.still.picture import StillMap, StillRaster, still_picture
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.media_types import sniff
from ogc_widgets.protocol.text import clean, in_bytes
from ogc_widgets.raster import open_raster
from ogc_widgets.reports.page import Markup, joined, picture, table, tag
from ogc_widgets.viewers.plain_viewers import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.area.area import Area
    from ogc_widgets.area.boxes import Shape
    from ogc_widgets.client import Results
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.map.raster_layers import ShownRaster

AREA_COLOUR: Final = "#d9500b"
_MOST_PICTURES: Final = 4
_MOST_RASTERS: Final = 2
_MOST_BYTES: Final = 16_000_000
_MOST_SVG_BYTES: Final = 200_000
_PICTURE_BYTES: Final = 120_000
_RASTER_PX: Final = 600
_FEWEST_ON_CHART: Final = 2
"""Of one item alone there is nothing to compare."""


@dataclass
class Seen:
    """What can be looked at.

    Attributes:
        map: The map with areas, footprints and the first raster; or None.
        pictures: Further pictures, with what they show.
        notes: What could not be shown, and why.
    """

    map: Markup | None = None
    pictures: list[Markup] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def look_at(results: Results | None, areas: Iterable[Area]) -> Seen:
    """Draw what can be looked at; in the loop of the package.

    Args:
        results: What came out, if anything did.
        areas: What was asked for.
    """
    seen, rasters = Seen(), list[StillRaster]()
    contents = [*results.contents.values()] if results is not None else []
    if results is not None:
        rasters = await _raster_of_items(results, seen)
        if not rasters:
            rasters = await _rasters_among(contents, seen)
        await _pictures_among(contents, seen)
    shapes, total = await asyncio.to_thread(_shapes_of, results, contents)
    drawn = StillMap(
        shapes=shapes,
        total=total,
        areas=[(shape(area.outline), AREA_COLOUR) for area in areas],
        rasters=rasters,
    )
    if not drawn.is_empty:
        content = await asyncio.to_thread(still_picture, drawn)
        seen.map = picture(content, _words(drawn), _words(drawn))
    return seen


async def _raster_of_items(results: Results, seen: Seen) -> list[StillRaster]:
    """The raster of the first item that has one."""
    names = item_ids(results.items)
    items = MapItems(results, dict(zip(names, results.items, strict=True)))
    if not items.first:
        return []
    try:
        opened = await items.open(items.first, is_small=True)
        if opened.shown is None:
            return [StillRaster("", opened.content, opened.box)]
        try:
            label = items.label_of(items.first)
            return [await asyncio.to_thread(_still_of, opened.shown, label)]
        finally:
            opened.drop()
    except (OgcError, OSError) as error:
        seen.notes.append(f"The first raster is not on the map. {_why(error)}")
        return []


def _still_of(shown: ShownRaster, label: str) -> StillRaster:
    found = shown.raster.picture(shown.style, _RASTER_PX)
    title = ", ".join(filter(None, (shown.title, label)))
    return StillRaster(title, found.png, found.bounds, shown.legend)


async def _rasters_among(contents: list[Content], seen: Seen) -> list[StillRaster]:
    found = []
    for one in [one for one in contents if one.kind == "raster"][:_MOST_RASTERS]:
        try:
            found.append(await asyncio.to_thread(_raster_of, one))
        except (OgcError, OSError) as error:
            seen.notes.append(f"{_name(one)} is not on the map. {_why(error)}")
    return found


def _raster_of(content: Content) -> StillRaster:
    with open_raster(content.open()) as raster:
        style = raster.default_style()
        found = raster.picture(style, _RASTER_PX)
        return StillRaster(
            clean(content.title, limit=60),
            found.png,
            found.bounds,
            raster.legend(style),
        )


async def _pictures_among(contents: list[Content], seen: Seen) -> None:
    for one in [one for one in contents if one.kind == "picture"][:_MOST_PICTURES]:
        try:
            if await one.source.size() > _MOST_BYTES:
                continue
            data = await one.aio_read()
            shown = await asyncio.to_thread(_small, data)
        except (OgcError, OSError) as error:
            seen.notes.append(f"{_name(one)} is not shown. {_why(error)}")
            continue
        if shown:
            seen.pictures.append(picture(shown, _name(one), _name(one)))


def _small(data: bytes) -> bytes:
    """A picture of bounded size; empty for what is none, or too large an SVG."""
    from PIL import Image

    kind = sniff(data)
    if not kind.startswith("image/") or "tiff" in kind:
        is_svg = b"<svg" in data[:2_000] and len(data) <= _MOST_SVG_BYTES
        return data if is_svg else b""
    if len(data) <= _PICTURE_BYTES and kind in _ANY_PAGE:
        return data
    try:
        return small_picture(data, _PICTURE_BYTES)
    # What Pillow raises of files that are broken, or larger than anybody means.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return b""


_ANY_PAGE: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


def _why(error: Exception) -> str:
    return clean(error.what if isinstance(error, OgcError) else error, limit=300)


def _name(content: Content) -> str:
    return clean(content.title or content.id, limit=120)


def _shapes_of(
    results: Results | None, contents: list[Content]
) -> tuple[list[Shape], int]:
    """Footprints of items and of features that came as values, and how many of them."""
    if results is None:
        return [], 0
    found = footprints(results.items)
    shapes, total = [*found.shapes], found.total
    for one in contents:
        if one.kind == "features" and isinstance(one.value, dict) and not one.url:
            try:
                more = footprints(one.value)
            except OgcError:
                continue
            shapes += more.shapes
            total += more.total
    return shapes, total


def _words(drawn: StillMap) -> str:
    parts = ["Area of interest"] if drawn.areas else []
    if drawn.total:
        noun = "footprint" if len(drawn.shapes) == 1 else "footprints"
        parts.append(f"{len(drawn.shapes):,} {noun}")
    parts += [clean(one.title, limit=80) for one in drawn.rasters if one.title]
    return ", ".join(parts)


# -- in words --------------------------------------------------------------------------


def values_of(results: Results) -> Markup | None:
    """Single numbers and words, large, with their units."""
    values = [
        tag(
            "div",
            tag("b", f"{_value(one)} {clean(one.unit, limit=40)}".strip()),
            tag("span", _name(one), class_="soft"),
        )
        for one in results.contents.values()
        if one.kind == "value"
    ]
    return tag("div", *values, class_="values") if values else None


def _value(content: Content) -> str:
    return clean(written(content.value) or content.value, limit=300)


def items_of(results: Results) -> tuple[Markup | None, Markup | None]:
    """The most telling number of the items as a chart, and the items as a table."""
    items = results.items
    if not items:
        return None, None
    names = item_ids(items)
    columns = ItemColumns.of(items, names)
    rows = [
        row_of(at, item, columns, columns.numeric, results.assets(item))
        for at, item in enumerate(items[:MOST_ROWS])
    ]
    heads = [one.title for one in columns.numeric]
    made = Markup(results_html(heads, rows, len(items)))
    return _chart(columns), tag("div", made, class_="wide")


def _chart(columns: ItemColumns) -> Markup | None:
    if not columns.numeric or len(columns.names) < _FEWEST_ON_CHART:
        return None
    column = columns.numeric[0]
    way, lines = ways(columns, column)[0], lines_of(columns, column)
    drawn = drawn_of(columns, column, way, lines=lines[0] if lines else None)
    svg = svg_of(drawn.data, title=column.title)
    return picture(svg.encode(), f"Chart of {column.title}") if svg else None


def outputs_of(results: Results) -> Markup | None:
    """What else came: its kind, its size, and where it is."""
    rows = [
        (
            _name(one),
            one.kind,
            in_bytes(one.size) if one.size is not None else "",
            clean(without_query(one.url), limit=300) if one.url else "in the answer",
        )
        for one in results.contents.values()
        if one.kind not in ("value", "items")
    ]
    if not rows:
        return None
    head = ["output", "kind", "size", "address"]
    listed = table(head, rows[:MOST_ROWS], total=len(rows))
    return joined([tag("h3", "Files and documents"), listed])


def pictures_and_notes(seen: Seen) -> list[Any]:
    """What was drawn beside the map, and what was not."""
    return [*seen.pictures, *(tag("p", one, class_="soft") for one in seen.notes)]
