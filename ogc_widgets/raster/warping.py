"""Parts of a raster in the grid of web maps, at any size: all of them by rio-tiler."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rio_tiler.models import ImageData

    from ogc_widgets.area.boxes import Box

EDGE_M: Final = 20037508.342789244
"""Half of the side of a web map, in its metres."""
HIGHEST: Final = 85.0511287798066
"""Latitude at which web maps end."""
TILE_PX: Final = 256

NoData: TypeAlias = float | Literal["none"] | None
"""What stands for nothing: a number in the file, none at all, or what the file says."""


@dataclass(frozen=True)
class Located:
    """An open dataset, and where it lies.

    Attributes:
        dataset: The dataset of rasterio.
        crs: Its reference system.
        transform: From its pixels to the reference system.
    """

    dataset: Any
    crs: Any
    transform: Any

    @property
    def box(self) -> Box:
        """Left, bottom, right and top in its reference system; it may be turned."""
        width, height = self.dataset.width, self.dataset.height
        corners = [
            self.transform @ corner
            for corner in ((0, 0), (width, 0), (0, height), (width, height))
        ]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def joined(
    arrays: Sequence[np.ma.MaskedArray[Any, Any]], axis: int
) -> np.ma.MaskedArray[Any, Any]:
    """Arrays one after the other, with their holes."""
    return np.ma.MaskedArray(
        np.concatenate([array.data for array in arrays], axis=axis),
        np.concatenate([np.ma.getmaskarray(array) for array in arrays], axis=axis),
    )


def to_web_map(lon: float, lat: float) -> tuple[float, float]:
    """Place of a point on the square of web maps; latitudes are cut where it ends."""
    cut = math.radians(max(-HIGHEST, min(HIGHEST, lat)))
    y = math.log(math.tan(math.pi / 4 + cut / 2)) * EDGE_M / math.pi
    return lon * EDGE_M / 180, y


def from_web_map(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the square of web maps."""
    lat = math.degrees(2 * math.atan(math.exp(y * math.pi / EDGE_M)) - math.pi / 2)
    return x * 180 / EDGE_M, lat


def tile_box(z: int, x: int, y: int) -> Box:
    """The box of a tile in metres of the web map: left, bottom, right, top."""
    side = 2 * EDGE_M / 2**z
    left, top = -EDGE_M + x * side, EDGE_M - y * side
    return left, top - side, left + side, top


def read_box(
    located: Located,
    box: Box,
    size: tuple[int, int],
    indexes: Sequence[int],
    *,
    nodata: NoData,
    is_smooth: bool = False,
) -> ImageData:
    """Read a part of a raster into a grid of the web map.

    Args:
        located: An open dataset.
        box: In metres of the web map; may reach beyond its edge.
        size: Width and height in pixels.
        indexes: Which bands.
        nodata: The number that stands for nothing; ``"none"`` if no number does.
        is_smooth: Mean of neighbours where pixels get smaller, in place of one of them.
    """
    from rio_tiler.models import ImageData

    images = [
        _read_inside(located, part, (width, size[1]), indexes, nodata, is_smooth)
        for part, width in _on_the_map(box, size[0])
    ]
    alphas = [image.alpha_mask for image in images if image.alpha_mask is not None]
    return ImageData(
        joined([image.array for image in images], axis=2),
        alpha_mask=np.concatenate(alphas, axis=1) if alphas else None,
        bounds=box,
        crs=images[0].crs,
    )


def _on_the_map(box: Box, width: int) -> list[tuple[Box, int]]:
    """The parts of a box that may reach over 180 degrees, each within the map.

    Between neighbouring pixels on both sides of 180 GDAL would interpolate the way
    around the Earth.
    """
    left, bottom, right, top = box
    step = (right - left) / width
    parts: list[tuple[Box, int]] = []
    for turn in (-2 * EDGE_M, 0.0, 2 * EDGE_M):
        first = min(width, max(0, round((turn - EDGE_M - left) / step)))
        last = min(width, max(0, round((turn + EDGE_M - left) / step)))
        if last > first:
            # Less than a pixel is cut, else GDAL looks for it on the other side.
            start = max(left + first * step - turn, -EDGE_M)
            end = min(left + last * step - turn, EDGE_M)
            parts.append(((start, bottom, end, top), last - first))
    return parts


def _read_inside(
    located: Located,
    box: Box,
    size: tuple[int, int],
    indexes: Sequence[int],
    nodata: NoData,
    is_smooth: bool,  # noqa: FBT001 # handed on by the only caller
) -> ImageData:
    from rasterio.transform import from_bounds
    from rio_tiler.reader import read

    width, height = size
    options = {
        "src_crs": located.crs,
        "crs": "EPSG:3857",
        "transform": from_bounds(*box, width, height),
        "width": width,
        "height": height,
        # Without pixels around, GDAL misses what it needs for a very small part.
        "SOURCE_EXTRA": "2",
    }
    found: ImageData | None = None
    number, without = nodata_options(located.dataset, nodata)
    for place in _turns(located):
        image = read(
            located.dataset,
            indexes=tuple(indexes),
            width=width,
            height=height,
            nodata=number,
            reproject_method="bilinear" if is_smooth else "nearest",
            vrt_options={**options, **without, "src_transform": place},
        )
        found = image if found is None else _laid_over(found, image)
    if found is None:
        raise AssertionError("a dataset lies somewhere")
    return found


def nodata_options(
    dataset: Any,  # noqa: ANN401 # rasterio ships no types
    nodata: NoData,
) -> tuple[float | None, dict[str, Any]]:
    """How rio-tiler is told what stands for nothing.

    Where no number does, there is still nothing outside of the raster. A number of the
    file cannot say so, so the values become floating-point numbers, which have NaN.

    Returns:
        What it takes as ``nodata``, and further ``vrt_options``.
    """
    if not isinstance(nodata, str):
        return nodata, {}
    is_small = str(dataset.dtypes[0]) in ("uint8", "int8", "uint16", "int16", "float32")
    return math.nan, {"dtype": "float32" if is_small else "float64"}


def _turns(located: Located) -> list[Any]:
    """Transforms that bring longitudes over 180 to where they are on a map.

    Web maps go from 180 west to 180 east; what lies beyond is turned by 360 degrees and
    read once more.
    """
    from affine import Affine

    if not located.crs.is_geographic:
        return [located.transform]
    left, _, right, _ = located.box
    bit = (right - left) / located.dataset.width / 100
    turns = [
        turn * 360
        for turn in (0, -1, 1, -2, 2)
        if left + turn * 360 < 180 - bit and right + turn * 360 > -180 + bit
    ]
    return [Affine.translation(turn, 0) @ located.transform for turn in turns or [0]]


def _laid_over(upper: ImageData, lower: ImageData) -> ImageData:

    holes = np.ma.getmaskarray(upper.array)
    upper.array = np.ma.MaskedArray(
        np.where(holes, lower.array.data, upper.array.data),
        holes & np.ma.getmaskarray(lower.array),
    )
    if upper.alpha_mask is not None and lower.alpha_mask is not None:
        upper.alpha_mask = np.maximum(upper.alpha_mask, lower.alpha_mask)
    return upper
