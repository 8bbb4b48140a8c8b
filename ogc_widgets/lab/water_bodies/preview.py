"""A small picture of a water mask that can be laid over a web map."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import array_bounds, from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform, transform_bounds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    from ogc_widgets.lab.water_bodies.rasters import Masked

MAX_SIZE = 512  # pixels of the longer side
_WATER = (23, 105, 192, 220)


def write_preview(dataset: DatasetReader, target: Path) -> dict[str, Any]:
    """Write a mask as a PNG with blue water, transparent elsewhere.

    Web maps are drawn in EPSG:3857, so the picture is, too: laid between the corners of
    its bounding box it fits the map exactly.

    Args:
        dataset: An open water mask.
        target: The file to write.

    Returns:
        Members of the STAC asset: ``proj:code``, ``proj:bbox``, ``proj:shape``, and
        ``bbox``, which is ``[west, south, east, north]`` in degrees.
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

    Args:
        dataset: An open raster.
        resampling: How rasterio computes the new pixels.
        max_size: Pixels of the longer side of the result, at most.

    Returns:
        Masked array of shape (bands, rows, columns), and the asset members described
        at :func:`write_preview`.
    """
    transform, width, height = calculate_default_transform(
        dataset.crs, "EPSG:3857", dataset.width, dataset.height, *dataset.bounds
    )
    bounds = array_bounds(height, width, transform)
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
    bands, height, width = pixels.shape
    with warnings.catch_warnings():
        # A picture for people; where it lies is said in the STAC asset.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            target,
            "w",
            driver="PNG",
            count=bands,
            height=height,
            width=width,
            dtype="uint8",
            zlevel=9,
        ) as picture:
            picture.write(pixels)
