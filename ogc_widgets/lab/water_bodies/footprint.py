"""The true outline of a raster on the globe, in longitude and latitude."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

_PARTS = 8  # pieces per side: a straight line in UTM is a curve on the globe
_DIGITS = 7  # of a degree, about a centimetre

Ring = list[list[float]]


def corner_ring(bounds: tuple[float, float, float, float], parts: int = 1) -> Ring:
    """Return the outline of a box, counter-clockwise and closed.

    Args:
        bounds: west, south, east, north.
        parts: Into how many pieces each side is cut.
    """
    west, south, east, north = bounds
    corners = [(west, south), (east, south), (east, north), (west, north)]
    ring: Ring = []
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        for part in range(parts):
            share = part / parts
            ring.append([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share])
    return [*ring, ring[0]]


def footprint(dataset: DatasetReader) -> tuple[dict[str, Any], list[float]]:
    """Return the outline and the bounding box of a raster in longitude and latitude.

    Args:
        dataset: An open raster with a reference system.

    Returns:
        A GeoJSON Polygon (a MultiPolygon cut at the 180 degree meridian where the
        raster crosses it), and ``[west, south, east, north]`` in degrees, with west
        greater than east for such a raster (RFC 7946, section 5.2).

    Raises:
        InputError: The raster has places that have no longitude and latitude.
    """
    from rasterio.errors import RasterioError
    from rasterio.warp import transform

    ring = corner_ring(tuple(dataset.bounds), _PARTS)
    xs, ys = zip(*ring, strict=True)
    try:
        longitudes, latitudes = transform(dataset.crs, "OGC:CRS84", xs, ys)
    except (RasterioError, ValueError):
        longitudes = latitudes = [float("inf")]
    if not all(-1e4 < value < 1e4 for value in (*longitudes, *latitudes)):
        raise InputError(
            "The outline of the raster cannot be expressed in longitude and latitude."
        )
    degrees = [
        [round(x, _DIGITS), round(y, _DIGITS)]
        for x, y in zip(_continuous(longitudes), latitudes, strict=True)
    ]
    west, east = min(x for x, _ in degrees), max(x for x, _ in degrees)
    south, north = min(y for _, y in degrees), max(y for _, y in degrees)
    if east <= 180:
        geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [degrees]}
        return geometry, [west, south, east, north]
    sides = [
        [[round(x - turn, _DIGITS), y] for x, y in _cut(degrees, side)]
        for side, turn in ((1, 0), (-1, 360))
    ]
    geometry = {"type": "MultiPolygon", "coordinates": [[side] for side in sides]}
    return geometry, [west, south, round(east - 360, _DIGITS), north]


def _continuous(longitudes: list[float]) -> list[float]:
    """Let longitudes run on beyond 180 instead of jumping to -180."""
    if max(longitudes) - min(longitudes) <= 180:
        return longitudes
    return [value + 360 if value < 0 else value for value in longitudes]


def _cut(ring: Ring, side: int) -> Ring:
    """Return the part of a ring west (1) or east (-1) of 180 degrees.

    Sutherland and Hodgman's clipping against one line; enough for convex outlines.
    """
    kept: Ring = []
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        inside0, inside1 = side * (180 - x0) >= 0, side * (180 - x1) >= 0
        if inside0:
            kept.append([x0, y0])
        if inside0 != inside1:
            share = (180 - x0) / (x1 - x0)
            kept.append([180.0, round(y0 + share * (y1 - y0), _DIGITS)])
    return [*kept, kept[0]]
