"""Shapes as the page holds them: in one piece, longitudes may run past 180 degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.area.geometry import Geometry, bounds, box_of
from ogc_widgets.area.parsing import from_geo_interface, parse_text
from ogc_widgets.map.footprints import continuous

if TYPE_CHECKING:
    from ogc_widgets.area.rings import Json


def geometry_of(shape: dict[str, Any]) -> Geometry:
    """Geometry of a shape as the page holds it; longitudes may run past 180."""
    if "geometry" in shape:
        return dict(shape["geometry"])
    west, south, east, north = shape["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def shape_of(geometry: Geometry) -> dict[str, Any]:
    """Shape for the page: a box where the geometry is one, which has other handles."""
    found = box_of(geometry)
    if found:
        west, south, east, north = found
        return {"bbox": [west, south, east + 360 if east < west else east, north]}
    return {"geometry": continuous(geometry)}


def extent_of(geometries: list[Geometry]) -> list[float]:
    """Box around shapes whose longitudes may run past 180."""
    boxes = [bounds(geometry) for geometry in geometries]
    return [
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    ]


def area_from(value: Json) -> Geometry:
    """An area from text, GeoJSON, numbers or an object with ``__geo_interface__``.

    Raises:
        InputError: It is none.
    """
    if isinstance(value, str):
        return parse_text(value)
    return from_geo_interface(value)
