"""Well-known text, read and written by shapely."""

from __future__ import annotations

import re

from ogc_widgets.area.geometry import GEOMETRY_TYPES, Geometry, Shape, geojson_of
from ogc_widgets.area.numbers import short
from ogc_widgets.errors import InputError

_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_WHOLE = re.compile(r"\.0(?=[ ,)])")
_START = re.compile(
    rf"\s*(SRID\s*=|({'|'.join(GEOMETRY_TYPES)})(Z|M|ZM)?\b)", re.IGNORECASE
)


def looks_like_wkt(text: str) -> bool:
    """Whether a text starts as well-known text does."""
    return _START.match(text) is not None


def read_wkt(text: str) -> Geometry:
    """Read well-known text; longitude first, in degrees.

    Raises:
        InputError: It is not well-known text, or names another reference system.
    """
    import numpy as np
    import shapely

    srid = _SRID.match(text)
    if srid and srid[1] not in {"4326", "0"}:
        raise InputError(
            f"The text is in SRID {srid[1]}; areas are given in degrees (4326)."
        )
    text = text[srid.end() if srid else 0 :].rstrip(" \t\r\n;")
    if text.upper().count("COLLECTION") > 2:  # GEOS reads them one inside of the other
        raise InputError("Nested GeometryCollections cannot be used.")
    try:
        with np.errstate(over="ignore"):
            found = shapely.from_wkt(text, on_invalid="fix")
    except (shapely.errors.ShapelyError, NotImplementedError):
        found = None
    if found is None:
        raise InputError(
            "This is not complete well-known text.",
            advice="It looks like: POLYGON((-10 40, 5 40, 5 50, -10 50, -10 40))",
        )
    if found.is_empty:
        raise InputError("The geometry is empty.")
    return geojson_of(found)


def write_wkt(shape: Shape) -> str:
    """Write a shape as well-known text, ``POLYGON((x y,...))``.

    Each number is written so that it is read again exactly, which GEOS does not do.
    """
    name: str = shape.geom_type.upper()
    if name == "GEOMETRYCOLLECTION":
        return f"{name}({','.join(map(write_wkt, shape.geoms))})"
    return name + _WHOLE.sub("", _inside(shape))


def _inside(shape: Shape) -> str:
    import shapely

    if hasattr(shape, "geoms"):
        parts = [_inside(part) for part in shape.geoms]
    elif shape.geom_type == "Polygon":
        parts = [_inside(ring) for ring in (shape.exterior, *shape.interiors)]
    else:
        rows = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
        parts = [" ".join(map(repr, row)) for row in rows]
        for number, part in enumerate(parts):
            if "e" in part:
                parts[number] = " ".join(map(short, rows[number]))
    return f"({','.join(parts)})"
