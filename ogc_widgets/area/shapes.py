"""Shapes of shapely: boxes, what is around them, and their text as others read it.

This module and :mod:`ogc_widgets.area.mending` are loaded with the first shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ogc_widgets.area.boxes import AREA_TYPES, checked_box, short, tidy
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.area.boxes import Box, Geometry, Shape

_MOST_TIDIED = 2_000  # corners of a ring; nobody reads more
_ALL_DECIMALS = 30  # GEOS then writes as many as the number needs
_EXPONENT = pattern(r"(?<![-\d.])[-\d.]++e[-+]?\d+")


def box_shape(west: float, south: float, east: float, north: float) -> Shape:
    """A box, or two that meet at 180 degrees where ``west > east``.

    Raises:
        InputError: The box is upside down, has no area, or is not on the Earth.
    """
    west, south, east, north = checked_box(west, south, east, north)
    parts = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    made = [
        shapely.Polygon([(w, south), (e, south), (e, north), (w, north)])
        for w, e in parts
    ]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def polygons_of(shapes: Sequence[Shape]) -> Shape | None:
    """The polygons of several shapes as one shape; None if there are none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    polygons = [part for part in parts if part.geom_type == "Polygon"]
    if len(polygons) < 2:
        return polygons[0] if polygons else None
    return shapely.MultiPolygon(polygons)


def bounds_of(shape: Shape) -> Box:
    """Smallest box around a shape; ``west > east`` where it crosses the antimeridian.

    RFC 7946 section 5.2: islands on both sides of 180 degrees have one small box.

    Raises:
        InputError: The shape has no positions.
    """
    parts = shapely.get_parts(shapely.get_parts(shape))
    spans = shapely.bounds(parts[~shapely.is_empty(parts)])
    if not len(spans):
        raise InputError("The geometry has no coordinates.")
    west, south, _, _ = spans.min(axis=0)
    _, _, east, north = spans.max(axis=0)
    if len(spans) > 1 and west >= -180 and east <= 180:
        spans = spans[spans[:, 0].argsort()]
        ends, starts = np.maximum.accumulate(spans[:-1, 2]), spans[1:, 0]
        gap, right, left = max(zip(starts - ends, ends, starts, strict=True))
        touches = (west, east) == (-180, 180)
        if gap > 0 and (touches or right + 360 - left <= 180):
            west, east = left, right
    return tidy(west), tidy(south), tidy(east), tidy(north)


def is_box(shape: Shape) -> bool:
    """Whether a shape is a box, or two that meet at 180 degrees."""
    parts = shapely.get_parts(shapely.force_2d(shape))
    if shape.geom_type not in AREA_TYPES or len(parts) > 2:
        return False
    if (shapely.get_num_coordinates(parts) != 5).any():
        return False
    if not shapely.equals_exact(parts, shapely.envelope(parts), normalize=True).all():
        return False
    if len(parts) == 1:
        return True
    left, right = sorted(shapely.bounds(parts).tolist())
    meet = left[0] == -180 and right[2] == 180 and left[1::2] == right[1::2]
    return bool(meet and left[2] < right[0])


def geojson_of(shape: Shape) -> Geometry:
    """The GeoJSON of a shape; whole numbers are written as such if they can be seen."""
    kind = shape.geom_type
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [geojson_of(one) for one in shape.geoms]}
    return {"type": kind, "coordinates": _lists(shape)}


def in_one_piece(shape: Shape) -> Shape:
    """The shape; its longitudes run past 180 where it was cut there."""
    if shape.geom_type.startswith("Multi"):
        west, _, east, _ = bounds_of(shape)
        if west > east:
            turn = np.array([360, 0])
            shape = shapely.transform(shape, lambda xy: xy + turn * (xy[:, :1] < west))
    return shape


def wkt_of(shape: Shape) -> str:
    """Well-known text, ``POLYGON((x y,...))``, exact and without exponents."""
    text: str = shapely.to_wkt(shape, rounding_precision=_ALL_DECIMALS)
    text = text.replace(" Z (", "(").replace(", ", ",").replace(" (", "(")
    if "e" not in text:
        return text
    return _EXPONENT.sub(lambda number: short(float(number[0])), text)


def _lists(shape: Shape) -> Any:  # noqa: ANN401 # nested as deep as the type wants
    if hasattr(shape, "geoms"):
        return [_lists(part) for part in shape.geoms]
    if shape.geom_type == "Polygon":
        return [_lists(ring) for ring in (shape.exterior, *shape.interiors)]
    rows = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    if len(rows) <= _MOST_TIDIED:
        rows = [[tidy(number) for number in row] for row in rows]
    return rows[0] if shape.geom_type == "Point" else rows
