"""Where a raster lies on the globe, and pictures of it that fit a web map."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import array_bounds, from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform, transform, transform_bounds
from shapely.affinity import translate
from shapely.geometry import mapping

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    from ogc_widgets.lab.water_bodies.rasters import Masked

MAX_SIZE = 512  # pixels of the longer side of a picture
_WATER = (23, 105, 192, 220)
_PARTS = 8  # pieces per side: a straight line in UTM is a curve on the globe
_DIGITS = 7  # of a degree, about a centimetre


def corner_ring(bounds: tuple[float, ...], parts: int = 1) -> list[list[float]]:
    """Return the outline of a box, closed, counter-clockwise, each side in parts."""
    west, south, east, north = bounds
    corners = [(west, south), (east, south), (east, north), (west, north)]
    ring = [
        [x0 + (x1 - x0) * part / parts, y0 + (y1 - y0) * part / parts]
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True)
        for part in range(parts)
    ]
    return [*ring, ring[0]]


def footprint(dataset: DatasetReader) -> tuple[dict[str, Any], list[float]]:
    """Return the outline and the bounding box of a raster in longitude and latitude.

    Returns:
        A GeoJSON Polygon (a MultiPolygon cut at the 180 degree meridian where the
        raster crosses it), and ``[west, south, east, north]`` in degrees, with west
        greater than east for such a raster (RFC 7946, section 5.2).

    Raises:
        InputError: The raster has places that have no longitude and latitude.
    """
    xs, ys = zip(*corner_ring(tuple(dataset.bounds), _PARTS), strict=True)
    try:
        degrees = np.array(transform(dataset.crs, "OGC:CRS84", xs, ys))
    except (RasterioError, ValueError):
        degrees = np.array([[np.inf]])
    if not (np.abs(degrees) < 1e4).all():
        raise InputError(
            "The outline of the raster cannot be expressed in longitude and latitude."
        )
    longitudes = degrees[0]
    if np.ptp(longitudes) > 180:  # let them run on instead of jumping to -180
        longitudes[longitudes < 0] += 360
    outline = shapely.Polygon(degrees.T.round(_DIGITS))
    west, south, east, north = outline.bounds
    if east <= 180:
        return mapping(outline), [west, south, east, north]
    # What lies beyond 180 degrees goes to the other side of the map.
    near = shapely.clip_by_rect(outline, -180, -90, 180, 90)
    far = translate(shapely.clip_by_rect(outline, 180, -90, 540, 90), -360)
    halves = shapely.orient_polygons(shapely.MultiPolygon([near, far]))
    rounded = shapely.transform(halves, lambda corners: corners.round(_DIGITS))
    return mapping(rounded), [west, south, round(east - 360, _DIGITS), north]


def write_preview(dataset: DatasetReader, target: Path) -> dict[str, Any]:
    """Write a mask as a PNG with blue water, transparent elsewhere.

    Returns:
        Members of the STAC asset; see :func:`warp_to_web_map`.
    """
    pixels, members = warp_to_web_map(dataset, Resampling.mode)
    rgba = np.zeros((4, *pixels.shape[1:]), dtype="uint8")
    water = pixels[0] == 1
    for band, value in zip(rgba, _WATER, strict=True):
        band[water] = value
    write_png(rgba, target)
    return members


def warp_to_web_map(
    dataset: DatasetReader, resampling: Resampling, max_size: int = MAX_SIZE
) -> tuple[Masked, dict[str, Any]]:
    """Return all bands of a raster in EPSG:3857, made small.

    Web maps are drawn in EPSG:3857: laid between the corners of its bounding box, such
    a picture fits the map exactly.

    Args:
        dataset: An open raster.
        resampling: How rasterio computes the new pixels.
        max_size: Pixels of the longer side of the result, at most.

    Returns:
        Masked array of shape (bands, rows, columns), and members of a STAC asset:
        ``proj:code``, ``proj:bbox``, ``proj:shape``, and ``bbox`` in degrees.
    """
    grid, width, height = calculate_default_transform(
        dataset.crs, "EPSG:3857", dataset.width, dataset.height, *dataset.bounds
    )
    bounds = array_bounds(height, width, grid)
    shrink = min(1.0, max_size / max(width, height))
    width, height = max(round(width * shrink), 1), max(round(height * shrink), 1)
    with WarpedVRT(
        dataset,
        crs="EPSG:3857",
        transform=from_bounds(*bounds, width, height),
        width=width,
        height=height,
        resampling=resampling,
    ) as warped:
        pixels = warped.read(masked=True)
    degrees = transform_bounds("EPSG:3857", "OGC:CRS84", *bounds)
    return pixels, {
        "proj:code": "EPSG:3857",
        "proj:bbox": [round(value, 3) for value in bounds],
        "proj:shape": [height, width],
        "bbox": [round(value, 7) for value in degrees],
    }


def write_png(pixels: NDArray[np.uint8], target: Path) -> None:
    """Write a uint8 array of shape (3 or 4, rows, columns) as a PNG."""
    count, height, width = pixels.shape
    size = {"count": count, "height": height, "width": width}
    with warnings.catch_warnings():
        # A picture for people; where it lies is said in the STAC asset.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            target, "w", driver="PNG", dtype="uint8", zlevel=9, **size
        ) as picture:
            picture.write(pixels)
