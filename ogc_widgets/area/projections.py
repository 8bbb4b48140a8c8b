"""From degrees to the coordinates of a reference system, and back.

Web Mercator and UTM are computed here; every other system needs pyproj, which the extra
``files`` installs. A box that is bent by the projection becomes the box around it: each
side is followed at 21 points, as GDAL's ``transform_bounds`` does.
"""

from __future__ import annotations

import importlib
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ogc_widgets.area import utm
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    Transform = Callable[[float, float], tuple[float, float]]

_RADIUS_M = 6_378_137.0
_MAX_MERCATOR_LATITUDE = 85.06
_MERCATOR = {"3857", "3785", "900913", "102100"}
_UTM = re.compile(r"(326|327)(\d\d)|(258)(28|29|3[0-8])")
_POINTS_ON_SIDE = 21
_MAX_FROM_MERIDIAN = 20.0  # degrees; beyond, UTM is no longer a map of anything


@dataclass(frozen=True)
class Projection:
    """How positions of one reference system are computed.

    Args:
        name: Short name, such as ``EPSG:32633``.
        unit: Unit of its coordinates, in the plural.
        forward: Longitude and latitude in degrees to x and y.
        inverse: x and y to longitude and latitude in degrees.
        northing_first: Whether the system itself gives y before x.
        straight: Whether meridians and parallels are straight and parallel to the axes.
    """

    name: str
    unit: str
    forward: Transform
    inverse: Transform
    northing_first: bool = False
    straight: bool = False


# Descriptions and files name them, so there may be any number.
@lru_cache(64)
def projection(code: str) -> Projection | None:
    """The projection of an EPSG code, or None where it cannot be computed here.

    Args:
        code: Digits of the EPSG code; geographic WGS 84 is not asked for here.
    """
    if code in _MERCATOR:
        return Projection(
            f"EPSG:{code}", "metres", _to_mercator, _from_mercator, straight=True
        )
    match = _UTM.fullmatch(code)
    if match and 1 <= int(match[2] or match[4]) <= 60:
        return _utm(code, int(match[2] or match[4]), south=match[1] == "327")
    return _with_pyproj(f"EPSG:{code}")


@lru_cache(64)
def projection_of_text(definition: str) -> Projection | None:
    """The projection that a definition (WKT of a ``.prj`` file) describes, or None."""
    return _with_pyproj(definition)


def can_compute_all() -> bool:
    """Whether pyproj is installed."""
    return _pyproj() is not None


def project_box(box: list[float], to: Projection) -> list[float]:
    """Box around ``[west, south, east, north]`` in degrees: minimum and maximum x, y.

    Raises:
        InputError: The system does not reach that far.
    """
    west, south, east, north = box
    east += 360 if east < west else 0
    if to.straight:
        return [*to.forward(west, south), *to.forward(east, north)]
    points = [to.forward(*point) for point in _along([west, south, east, north])]
    return _around(points)


def unproject_box(box: list[float], out_of: Projection) -> list[float]:
    """``[west, south, east, north]`` in degrees around a box of x and y.

    Raises:
        InputError: The system does not reach that far.
    """
    if out_of.straight:
        return [*out_of.inverse(*box[:2]), *out_of.inverse(*box[2:])]
    points = [out_of.inverse(*point) for point in _along(box)]
    first = points[0][0]
    points = [(first + (x - first + 180) % 360 - 180, y) for x, y in points]
    return [round(side, 9) for side in _around(points)]


def unproject(coordinates: Any, out_of: Projection) -> Any:  # noqa: ANN401 # GeoJSON
    """GeoJSON coordinates of any nesting in degrees.

    Raises:
        InputError: They are not coordinates, or the system does not reach that far.
    """
    if not isinstance(coordinates, list) or not coordinates:
        raise InputError("The coordinates are not nested as GeoJSON wants them.")
    if isinstance(coordinates[0], list):
        return [unproject(member, out_of) for member in coordinates]
    try:
        x, y = (float(number) for number in coordinates[:2])
    except (TypeError, ValueError, OverflowError):
        raise InputError("Coordinates must be numbers.") from None
    longitude, latitude = out_of.inverse(x, y)
    return [round(longitude, 9), round(latitude, 9)]


def _along(box: list[float]) -> list[tuple[float, float]]:
    """Points on all sides of a box."""
    left, low, right, high = box
    corners = [(left, low), (right, low), (right, high), (left, high), (left, low)]
    steps = [number / (_POINTS_ON_SIDE - 1) for number in range(_POINTS_ON_SIDE)]
    return [
        (a[0] + (b[0] - a[0]) * step, a[1] + (b[1] - a[1]) * step)
        for a, b in pairwise(corners)
        for step in steps
    ]


def _around(points: list[tuple[float, float]]) -> list[float]:
    if not all(math.isfinite(number) for point in points for number in point):
        raise InputError("The area lies outside of what the reference system covers.")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return [min(xs), min(ys), max(xs), max(ys)]


def _to_mercator(longitude: float, latitude: float) -> tuple[float, float]:
    if abs(latitude) > _MAX_MERCATOR_LATITUDE:
        raise InputError("Web Mercator ends at 85 degrees north and south.")
    x = _RADIUS_M * math.radians(longitude)
    return x, _RADIUS_M * math.asinh(math.tan(math.radians(latitude)))


def _from_mercator(x: float, y: float) -> tuple[float, float]:
    longitude = math.degrees(x / _RADIUS_M)
    return longitude, math.degrees(math.atan(math.sinh(y / _RADIUS_M)))


def _utm(code: str, zone: int, *, south: bool) -> Projection:
    middle = utm.central_meridian(zone)

    def forward(longitude: float, latitude: float) -> tuple[float, float]:
        away = abs((longitude - middle + 180) % 360 - 180)
        if away > _MAX_FROM_MERIDIAN:
            raise InputError(
                f"The area is too far from UTM zone {zone} (EPSG:{code}), which is for "
                f"{middle - 3:g} to {middle + 3:g} degrees of longitude.",
                advice="Choose another reference system, or a smaller area there.",
            )
        return utm.forward(longitude, latitude, zone, south=south)

    def inverse(x: float, y: float) -> tuple[float, float]:
        if not (abs(x) < 3e6 and abs(y) < 2.1e7):
            raise InputError(f"These are no coordinates in UTM zone {zone}.")
        return utm.inverse(x, y, zone, south=south)

    return Projection(f"EPSG:{code}", "metres", forward, inverse)


@cache
def _pyproj() -> Any:  # noqa: ANN401 # a module that may be missing
    try:
        return importlib.import_module("pyproj")
    except ImportError:
        return None


def _with_pyproj(definition: str) -> Projection | None:
    pyproj = _pyproj()
    if pyproj is None:
        return None
    try:
        crs = pyproj.CRS.from_user_input(definition)
        code = crs.to_epsg()
        there = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
        back = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
        axes = crs.axis_info
        is_north_first = bool(axes) and axes[0].direction.lower() in ("north", "south")
        unit = axes[0].unit_name if axes else "metre"
    except pyproj.exceptions.ProjError:
        return None

    def forward(longitude: float, latitude: float) -> tuple[float, float]:
        x, y = there.transform(longitude, latitude)
        return float(x), float(y)

    def inverse(x: float, y: float) -> tuple[float, float]:
        longitude, latitude = back.transform(x, y)
        if not (math.isfinite(longitude) and math.isfinite(latitude)):
            raise InputError("Coordinates lie outside of their reference system.")
        return float(longitude), float(latitude)

    units = {"metre": "metres", "degree": "degrees", "foot": "feet"}
    return Projection(
        f"EPSG:{code}" if code else str(crs.name),
        units.get(unit, unit),
        forward,
        inverse,
        northing_first=is_north_first,
    )
