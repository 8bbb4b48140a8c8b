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
_ORDER = "west,south,east,north"
_DEGREES = "Use EPSG:4326 for longitude and latitude in degrees."


class Box(NamedTuple):
    """A bounding box in the units of its reference system."""

    west: float
    south: float
    east: float
    north: float

    def overlap(self, other: Box) -> Box | None:
        """Return the common part of two boxes, or None when there is none."""
        common = Box(*map(max, self[:2], other[:2]), *map(min, self[2:], other[2:]))
        has_size = common.west < common.east and common.south < common.north
        return common if has_size else None

    def size(self) -> float:
        """Return the size of the box in square units of its reference system."""
        return (self.east - self.west) * (self.north - self.south)

    def grown(self, crs: CRS) -> Box:
        """Return the box with its own size added on each side, within the globe."""
        width, height = self.east - self.west, self.north - self.south
        south, north = self.south - height, self.north + height
        if crs.is_geographic:
            south, north = max(south, -90), min(north, 90)
        return Box(self.west - width, south, self.east + width, north)

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
    name = text.strip().lower()
    if name.endswith("crs84"):
        return CRS.from_epsg(4326)
    match = _CODE.fullmatch(name)
    if match is None:
        raise InputError(
            f"The EPSG code '{text}' could not be read; it must look like EPSG:4326."
        )
    try:
        crs = CRS.from_epsg(int(match[1]))
    except CRSError:
        problem = f"There is no EPSG code {match[1]}."
        raise InputError(problem, advice=_DEGREES) from None
    if not (crs.is_geographic or crs.is_projected):
        problem = f"EPSG:{match[1]} is not a reference system for maps."
        raise InputError(problem, advice=_DEGREES)
    return crs


def parse_box(text: str, crs: CRS) -> Box:
    """Return the box that a text gives as ``west,south,east,north``, x before y.

    Raises:
        InputError: Not four numbers, or numbers that do not make a box.
    """
    the_area = f"The area of interest '{text}'"
    try:
        values = [float(part) for part in text.strip().strip("[]()").split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(map(math.isfinite, values)):
        raise InputError(f"{the_area} is not four numbers between commas ({_ORDER}).")
    box = Box(*values)
    if crs.is_geographic and max(abs(box.south), abs(box.north)) > 90:
        raise InputError(
            f"{the_area} has a latitude beyond 90 degrees.",
            advice=f"Check the order ({_ORDER}) and the EPSG code.",
        )
    if crs.is_geographic and max(abs(box.west), abs(box.east)) > 360:
        raise InputError(
            f"{the_area} has a longitude beyond 360 degrees.",
            advice="Check the EPSG code: are the numbers in metres?",
        )
    for low, high, first, second in (
        ("west", "east", box.west, box.east),
        ("south", "north", box.south, box.north),
    ):
        if first >= second:
            hint = ""
            if crs.is_geographic and low == "west" and first > 0 > second:
                hint = " An area across the 180 degree meridian must be run as two."
            raise InputError(
                f"{the_area} has its {low} edge ({first:g}) at or beyond its {high} "
                f"edge ({second:g}).",
                advice=f"The order is {_ORDER}.{hint}",
            )
    return box


class Cut(NamedTuple):
    """The part of a raster that an area asks for."""

    window: Window
    share: float
    """How much of the area the raster's bounding box covers, 0 to 1."""


def cut(dataset: DatasetReader, area: Box, crs: CRS, name: str) -> Cut:
    """Return the whole pixels of a north-up raster that an area touches.

    Raises:
        InputError: The area and the raster have nothing in common.
    """
    bounds = Box(*dataset.bounds)
    extent = _carried(bounds, dataset.crs, crs)
    if crs.is_geographic and extent.west > extent.east:
        extent = extent._replace(east=extent.east + 360)
    for shift in (0, 360, -360) if crs.is_geographic else (0,):
        moved = area._replace(west=area.west + shift, east=area.east + shift)
        if common := moved.overlap(extent):
            break
    else:
        raise _outside(area, extent, crs, name)
    # A projection such as UTM gives nonsense far from its zone, and people do draw the
    # whole world: what is far from the raster is cut off first.
    near = moved.overlap(extent.grown(crs)) or common
    projected = _carried(near, crs, dataset.crs).overlap(bounds)
    if projected is None:
        raise _outside(area, extent, crs, name)
    wanted = from_bounds(*projected, dataset.transform)
    column, width = _whole(wanted.col_off, wanted.width, dataset.width)
    row, height = _whole(wanted.row_off, wanted.height, dataset.height)
    return Cut(Window(column, row, width, height), common.size() / area.size())


def _carried(box: Box, source: CRS, target: CRS) -> Box:
    return Box(*transform_bounds(source, target, *box, densify_pts=_DENSIFY))


def _whole(offset: float, length: float, limit: int) -> tuple[int, int]:
    """Return the whole pixels of one side: the first, and how many."""
    first = max(math.floor(offset + _HAIR), 0)
    end = min(math.ceil(offset + length - _HAIR), limit)
    return first, max(end - first, 1)


def _outside(area: Box, extent: Box, crs: CRS, name: str) -> InputError:
    advice = "Draw the area inside the image, or choose another item."
    if crs.is_projected and max(map(abs, area)) <= 360:
        advice = "The area looks like degrees: is the EPSG code right?"
    return InputError(
        f"The area of interest ({area.words()}) lies outside {name}, which covers "
        f"{extent.words()} (EPSG:{crs.to_epsg()}).",
        advice=advice,
    )
