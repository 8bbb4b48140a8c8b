"""The true outline of a raster on the globe, in longitude and latitude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from rasterio.errors import RasterioError
from rasterio.warp import transform
from shapely.affinity import translate
from shapely.geometry import mapping

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
    outline = shapely.Polygon(degrees)
    if east <= 180:
        return mapping(outline), [west, south, east, north]
    # What lies beyond 180 degrees goes to the other side of the map.
    near = shapely.clip_by_rect(outline, -180, -90, 180, 90)
    far = translate(shapely.clip_by_rect(outline, 180, -90, 540, 90), -360)
    halves = shapely.orient_polygons(shapely.MultiPolygon([near, far]))
    rounded = shapely.transform(halves, lambda corners: corners.round(_DIGITS))
    return mapping(rounded), [west, south, round(east - 360, _DIGITS), north]


def _continuous(longitudes: list[float]) -> list[float]:
    """Let longitudes run on beyond 180 instead of jumping to -180."""
    if max(longitudes) - min(longitudes) <= 180:
        return longitudes
    return [value + 360 if value < 0 else value for value in longitudes]
