"""What a raster is, before anything of its pixels is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ogc_widgets.errors import InputError
from ogc_widgets.raster.warping import EDGE_M, HIGHEST, TILE_PX

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Box
    from ogc_widgets.raster.bands import Band, RasterClass
    from ogc_widgets.raster.warping import Located

NEARLY: Final = 0.25
"""Zooms are the same that are so close: pixels a fifth larger."""


@dataclass(frozen=True)
class Grid:
    """The grid of one file.

    Attributes:
        bounds: West, south, east and north in degrees; east is over 180 across 180.
        zoom: Zoom at which a pixel of a tile is as large as one of the file.
        min_zoom: Zoom at which the whole is about one tile.
        max_zoom: Whole number of ``zoom``.
        width: In pixels.
        height: In pixels.
        factors: By how much its small versions (overviews) are smaller, as they come.
        is_pixelwise: Whether all bands of a pixel lie beside each other in the file.
        system: Code and name of its reference system.
        pixel: Width and height of a pixel in units of that system.
        unit: That unit.
    """

    bounds: Box
    zoom: float
    min_zoom: int
    max_zoom: int
    width: int
    height: int
    factors: tuple[int, ...]
    is_pixelwise: bool
    system: str
    pixel: tuple[float, float]
    unit: str

    def level(self, zoom: float) -> tuple[int | None, float]:
        """Which small version is just fine enough for a zoom, and its own zoom.

        None is the file itself.
        """
        found: tuple[int | None, float] = None, self.zoom
        for number, factor in enumerate(self.factors):
            own = self.zoom - math.log2(factor)
            if zoom - NEARLY <= own < found[1]:
                found = number, own
        return found


@dataclass(frozen=True)
class RasterInfo:
    """What a raster is.

    Attributes:
        name: Name of the file; of several, of the first.
        bands: Its bands; of several files, all of them.
        bounds: West, south, east and north in degrees; east is over 180 across 180.
        min_zoom: Zoom at which the whole is about one tile.
        max_zoom: Zoom at which a pixel of a tile is about one of the file.
        width: In pixels.
        height: In pixels.
        bytes: Size of the files.
        has_overviews: Whether a picture needs only a small part of the file.
        system: Code and name of the reference system of the first file.
        pixel: Width and height of its pixels, in units of that system.
        unit: That unit.
    """

    name: str
    bands: tuple[Band, ...]
    bounds: Box
    min_zoom: int
    max_zoom: int
    width: int
    height: int
    bytes: int
    has_overviews: bool
    system: str
    pixel: tuple[float, float]
    unit: str

    @property
    def classes(self) -> tuple[RasterClass, ...]:
        """What the numbers of the first band with classes stand for."""
        return next((band.classes for band in self.bands if band.classes), ())

    def band(self, index: int) -> Band:
        """The band of a number, from 1.

        Raises:
            InputError: There is none.
        """
        if not 1 <= index <= len(self.bands):
            count = len(self.bands)
            have = "one band" if count == 1 else f"the bands 1 to {count}"
            raise InputError(f"There is no band {index}: {self.name} has {have}.")
        return self.bands[index - 1]


def read_grid(located: Located) -> Grid:
    """Read where a raster lies and how fine it is.

    Raises:
        InputError: Its numbers are of a kind that cannot be drawn.
    """
    dataset = located.dataset
    if any(str(dtype).startswith("complex") for dtype in dataset.dtypes):
        raise InputError(
            "The pixels are complex numbers, which have no colour.",
            advice="Ask for their amplitude, or open the file in Python.",
        )
    bounds = bounds_in_degrees(located)
    zoom = _zoom(located, bounds)
    whole = math.log2(max(dataset.width, dataset.height, 256) / 256)
    return Grid(
        bounds=bounds,
        zoom=zoom,
        min_zoom=max(0, round(zoom - whole)),
        max_zoom=round(zoom),
        width=dataset.width,
        height=dataset.height,
        factors=tuple(dataset.overviews(1)),
        is_pixelwise=dataset.count > 1
        and str(dataset.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE", "")) == "PIXEL",
        system=_system(located),
        pixel=_pixel(located),
        unit="degrees" if located.crs.is_geographic else located.crs.linear_units,
    )


def _system(located: Located) -> str:
    """Code and name of a reference system: ``EPSG:32633, WGS 84 / UTM zone 33N``."""
    from pyproj import CRS

    system = CRS.from_wkt(located.crs.to_wkt())
    authority = system.to_authority()
    return ", ".join([*([":".join(authority)] if authority else []), system.name])


def _pixel(located: Located) -> tuple[float, float]:
    """Width and height of a pixel, also where the grid is turned."""
    grid = located.transform
    return math.hypot(grid.a, grid.d), math.hypot(grid.b, grid.e)


def _zoom(located: Located, bounds: Box) -> float:
    """Zoom at which a pixel of a tile is about as large as one in the middle."""
    from pyproj import Geod
    from rasterio.warp import transform

    column, row = located.dataset.width / 2, located.dataset.height / 2
    places = [
        located.transform @ place
        for place in ((column, row), (column + 1, row), (column, row + 1))
    ]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    lons, lats = transform(located.crs, "EPSG:4326", xs, ys)
    earth = Geod(ellps="WGS84")
    sides = [
        earth.inv(lons[0], lats[0], lons[at], lats[at])[2]
        for at in (1, 2)
        if all(map(math.isfinite, (lons[0], lats[0], lons[at], lats[at])))
    ]
    side = min((one for one in sides if one > 0), default=1000.0)
    # A web map is coarsest where it is nearest to the equator.
    _, south, _, north = bounds
    lat = 0.0 if south <= 0 <= north else min(abs(south), abs(north))
    coarsest = 2 * EDGE_M / TILE_PX * math.cos(math.radians(min(lat, HIGHEST)))
    return max(0.0, min(24.0, math.log2(coarsest / side)))


def bounds_in_degrees(located: Located) -> Box:
    """Box around a raster, by GDAL; east is over 180 where it lies across 180."""
    from rasterio.warp import transform_bounds

    try:
        west, south, east, north = transform_bounds(
            located.crs, "EPSG:4326", *located.box, densify_pts=21
        )
    except Exception:  # noqa: BLE001 # of GDAL: corners that lie beside the Earth
        west, south, east, north = math.nan, math.nan, math.nan, math.nan
    if not all(map(math.isfinite, (west, south, east, north))):
        return -180.0, -90.0, 180.0, 90.0
    south, north = max(south, -90.0), min(north, 90.0)
    if west > east:
        east += 360
    # A grid of the whole Earth may begin anywhere, and be half a pixel too wide.
    if east - west >= 360 - 1e-6:
        return -180.0, south, 180.0, north
    turned = (west + 180) % 360 - 180
    # A box that ends at 180 is left as it is, rounding aside.
    if west >= -180 - 1e-9 and east <= 180 + 1e-9:
        turned = west
    return turned, south, east - west + turned, north
