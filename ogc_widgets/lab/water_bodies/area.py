"""The area of interest: from the text that a person typed to a window of a raster."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

_CODE = re.compile(r"(?:epsg:|urn:ogc:def:crs:epsg:.*:|https?://.*/epsg/.*/)?(\d{1,6})")
_HAIR = 1e-6  # of a pixel: an edge on the border of a pixel must not add one
_DENSIFY = 21  # points per side when a box is carried to another reference system


class Box(NamedTuple):
    """A bounding box in the units of its reference system."""

    west: float
    south: float
    east: float
    north: float

    def overlap(self, other: Box) -> Box | None:
        """Return the common part of two boxes, or None when there is none."""
        common = Box(
            max(self.west, other.west),
            max(self.south, other.south),
            min(self.east, other.east),
            min(self.north, other.north),
        )
        if common.west < common.east and common.south < common.north:
            return common
        return None

    def size(self) -> float:
        """Return the size of the box in square units of its reference system."""
        return (self.east - self.west) * (self.north - self.south)

    def grown(self, crs: CRS) -> Box:
        """Return the box with its own size added on each side, within the globe."""
        width, height = self.east - self.west, self.north - self.south
        box = Box(
            self.west - width,
            self.south - height,
            self.east + width,
            self.north + height,
        )
        if crs.is_geographic:
            return box._replace(south=max(box.south, -90), north=min(box.north, 90))
        return box

    def words(self) -> str:
        """Return the box as ``west, south, east, north`` for a person to read."""
        digits = 3 if max(map(abs, self)) <= 360 else 0
        return ", ".join(f"{value:.{digits}f}" for value in self)


def parse_crs(text: str) -> CRS:
    """Return the reference system that a text names.

    Args:
        text: ``EPSG:4326``, ``4326``, ``CRS84``, or the URN or address of an EPSG code.

    Raises:
        InputError: The text is not a code, or there is no such code.
    """
    name = text.strip()
    if name.lower().endswith("crs84"):
        return CRS.from_epsg(4326)
    match = _CODE.fullmatch(name.lower())
    if match is None:
        raise InputError(
            f"The EPSG code '{text}' could not be read; it must look like EPSG:4326."
        )
    try:
        crs = CRS.from_epsg(int(match[1]))
    except CRSError:
        raise InputError(
            f"There is no EPSG code {match[1]}.",
            advice="Use EPSG:4326 for longitude and latitude in degrees.",
        ) from None
    if not (crs.is_geographic or crs.is_projected):
        raise InputError(
            f"EPSG:{match[1]} is not a reference system for maps.",
            advice="Use EPSG:4326 for longitude and latitude in degrees.",
        )
    return crs


def parse_box(text: str, crs: CRS) -> Box:
    """Return the box that a text gives as ``west,south,east,north``.

    Args:
        text: Four numbers between commas, in the units of ``crs``, x before y.
        crs: Reference system in which the text is written.

    Raises:
        InputError: Not four numbers, or numbers that do not make a box.
    """
    order = "west,south,east,north"
    try:
        values = [float(part) for part in text.strip().strip("[]()").split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(map(math.isfinite, values)):
        raise InputError(
            f"The area of interest '{text}' is not four numbers between commas "
            f"({order})."
        )
    box = Box(*values)
    if crs.is_geographic and (abs(box.south) > 90 or abs(box.north) > 90):
        raise InputError(
            f"The area of interest '{text}' has a latitude beyond 90 degrees.",
            advice=f"Check the order ({order}) and the EPSG code.",
        )
    if crs.is_geographic and max(abs(box.west), abs(box.east)) > 360:
        raise InputError(
            f"The area of interest '{text}' has a longitude beyond 360 degrees.",
            advice="Check the EPSG code: are the numbers in metres?",
        )
    for low, high, first, second in (
        ("west", "east", box.west, box.east),
        ("south", "north", box.south, box.north),
    ):
        if first >= second:
            hint = (
                " An area across the 180 degree meridian must be run as two."
                if crs.is_geographic and low == "west" and first > 0 > second
                else ""
            )
            raise InputError(
                f"The area of interest '{text}' has its {low} edge ({first:g}) at or "
                f"beyond its {high} edge ({second:g}).",
                advice=f"The order is {order}.{hint}",
            )
    return box


def extent_in(dataset: DatasetReader, crs: CRS) -> Box:
    """Return the bounding box of a raster in another reference system."""
    box = Box(
        *transform_bounds(dataset.crs, crs, *dataset.bounds, densify_pts=_DENSIFY)
    )
    if crs.is_geographic and box.west > box.east:
        return box._replace(east=box.east + 360)
    return box


class Cut(NamedTuple):
    """The part of a raster that an area asks for."""

    window: Window
    share: float
    """How much of the area the raster's bounding box covers, 0 to 1."""


def cut(dataset: DatasetReader, area: Box, crs: CRS, name: str) -> Cut:
    """Return the whole pixels of a raster that an area touches.

    Args:
        dataset: North-up raster with a reference system.
        area: The area of interest in ``crs``.
        crs: Reference system of the area.
        name: What to call the raster when the area lies outside of it.

    Raises:
        InputError: The area and the raster have nothing in common.
    """
    extent = extent_in(dataset, crs)
    shifts = (0, 360, -360) if crs.is_geographic else (0,)
    for shift in shifts:
        moved = area._replace(west=area.west + shift, east=area.east + shift)
        common = moved.overlap(extent)
        if common is not None:
            break
    else:
        raise _outside(area, extent, crs, name)
    # A projection such as UTM gives nonsense far from its zone, and people do draw the
    # whole world: what is far from the raster is cut off first.
    near = moved.overlap(extent.grown(crs)) or common
    projected = Box(
        *transform_bounds(crs, dataset.crs, *near, densify_pts=_DENSIFY)
    ).overlap(Box(*dataset.bounds))
    if projected is None:
        raise _outside(area, extent, crs, name)
    wanted = from_bounds(*projected, dataset.transform)
    first_column = max(math.floor(wanted.col_off + _HAIR), 0)
    first_row = max(math.floor(wanted.row_off + _HAIR), 0)
    end_column = math.ceil(wanted.col_off + wanted.width - _HAIR)
    end_row = math.ceil(wanted.row_off + wanted.height - _HAIR)
    window = Window(
        first_column,
        first_row,
        max(min(end_column, dataset.width) - first_column, 1),
        max(min(end_row, dataset.height) - first_row, 1),
    )
    return Cut(window, common.size() / area.size())


def _outside(area: Box, extent: Box, crs: CRS, name: str) -> InputError:
    return InputError(
        f"The area of interest ({area.words()}) lies outside {name}, which covers "
        f"{extent.words()} (EPSG:{crs.to_epsg()}).",
        advice=(
            "The area looks like degrees: is the EPSG code right?"
            if crs.is_projected and max(map(abs, area)) <= 360
            else "Draw the area inside the image, or choose another item."
        ),
    )
