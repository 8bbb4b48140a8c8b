"""Shapes as the page holds them: in one piece, longitudes may run past 180 degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.area.geometry import Geometry, bounds, continuous
from ogc_widgets.area.parsing import read_text, read_value

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.area.geometry import Json


def geometry_of(shape: dict[str, Any]) -> Geometry:
    """Geometry of a shape as the page holds it; longitudes may run past 180."""
    if "geometry" in shape:
        return dict(shape["geometry"])
    west, south, east, north = shape["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def shape_of(area: Area) -> dict[str, Any]:
    """Shape for the page: a box where the area is one, which has other handles."""
    if area.is_box:
        west, south, east, north = area.bbox
        return {"bbox": [west, south, east + 360 if area.crosses else east, north]}
    return {"geometry": in_one_piece(area)}


def in_one_piece(area: Area) -> Geometry:
    """Geometry whose longitudes run past 180 where the area was cut there."""
    return continuous(area.shape)


def extent_of(geometries: list[Geometry]) -> list[float]:
    """Box around shapes whose longitudes may run past 180."""
    boxes = [bounds(geometry) for geometry in geometries]
    return [
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    ]


def area_from(value: Json) -> Area:
    """An area from text, GeoJSON, numbers or an object with ``__geo_interface__``.

    Raises:
        InputError: It is none.
    """
    return read_text(value) if isinstance(value, str) else read_value(value)
