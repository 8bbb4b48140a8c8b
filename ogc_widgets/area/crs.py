"""Reference systems: what their names mean, and boxes and geometries brought into them.

OGC API - Features lets a box follow the axis order of its ``bbox-crs``; a box of
Processes is read the same way here, which its standard does not spell out. So the URI
and URN forms of EPSG:4326 are latitude first. The short form ``EPSG:4326`` is taken as
longitude first, as it is widely used. The same holds for all systems whose first axis
points north.

PROJ knows the systems; it is loaded when the first one that is not WGS 84 is named.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

# WGS 84, and ETRS89, which PROJ takes to be the same.
_GEOGRAPHIC = {"4326", "4979", "4258"}
_EPSG = re.compile(r"epsg[/:].*?(\d+)$", re.IGNORECASE)
_SHORT = re.compile(r"\w+:\w+", re.ASCII)
_NAME = re.compile(
    r"(urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/|\w+:)[\w.:/]*", re.ASCII
)
_CRS84 = re.compile(r"(crs[:/]?84h?|crs[:/]?wgs ?84|wgs[ _]?84)$", re.IGNORECASE)
_UNITS = {"metre": "metres", "degree": "degrees", "foot": "feet"}
_MOST_LETTERS = 200
_MAX_FROM_ZONE = 20.0  # degrees; beyond, UTM is no longer a map of anything
_STRAIGHT = ("mercator", "equidistant cylindrical", "equirectangular")


@dataclass(frozen=True)
class System:
    """A reference system other than WGS 84, x first.

    Args:
        crs: What PROJ knows of it.
    """

    crs: CRS

    @property
    def name(self) -> str:
        """Short name, such as ``EPSG:32633``."""
        code = self.crs.to_epsg()
        return f"EPSG:{code}" if code else self.crs.name

    @property
    def unit(self) -> str:
        """Unit of its coordinates, in the plural."""
        unit = self.crs.axis_info[0].unit_name if self.crs.axis_info else "metre"
        return _UNITS.get(unit, unit)

    @property
    def northing_first(self) -> bool:
        """Whether the system itself gives y before x."""
        axes = self.crs.axis_info
        return bool(axes) and axes[0].direction.lower() in {"north", "south"}

    @property
    def straight(self) -> bool:
        """Whether meridians and parallels are straight and parallel to the axes."""
        operation = self.crs.coordinate_operation
        method = operation.method_name.lower() if operation else ""
        is_turned = "transverse" in method or "oblique" in method
        return any(one in method for one in _STRAIGHT) and not is_turned

    @cached_property
    def _there(self) -> Transformer:
        from pyproj import Transformer

        return Transformer.from_crs("OGC:CRS84", self.crs, always_xy=True)

    @cached_property
    def back(self) -> Transformer:
        """From this system to degrees."""
        from pyproj import Transformer

        return Transformer.from_crs(self.crs, "OGC:CRS84", always_xy=True)

    def project_box(self, box: list[float]) -> list[float]:
        """Box around ``[west, south, east, north]``: minimum and maximum x and y.

        Raises:
            InputError: The system does not reach that far.
        """
        west, south, east, north = box
        self._require_reach(west, south, east if west < east else east + 360, north)
        if self.straight:
            ends = [*self._there.transform(west, south)]
            made = [*ends, *self._there.transform(east, north)]
        else:
            made = [*self._there.transform_bounds(west, south, east, north, 21)]
        return _finite(made)

    def unproject_box(self, box: list[float]) -> list[float]:
        """``[west, south, east, north]`` in degrees around a box of x and y.

        Raises:
            InputError: The system does not reach that far.
        """
        left, low, right, high = box
        if self.straight:
            ends = [*self.back.transform(left, low)]
            made = [*ends, *self.back.transform(right, high)]
        else:
            made = [*self.back.transform_bounds(left, low, right, high, 21)]
        return [round(side, 9) for side in _finite(made)]

    def _require_reach(
        self, west: float, south: float, east: float, north: float
    ) -> None:
        """PROJ computes far beyond where a system is of any use."""
        known = self.crs.area_of_use
        if known is None:
            return
        if self.straight and max(-south, north) > known.north:
            raise InputError(
                f"{self.name} ends at {known.north:.0f} degrees north and south."
            )
        middle = (known.west + known.east) / 2
        away = max(abs((side - middle + 180) % 360 - 180) for side in (west, east))
        if self.crs.utm_zone and away > _MAX_FROM_ZONE:
            raise InputError(
                f"The area is too far from UTM zone {self.crs.utm_zone[:-1]} "
                f"({self.name}), which is for {known.west:g} to {known.east:g} degrees "
                "of longitude.",
                advice="Choose another reference system, or a smaller area there.",
            )


# Descriptions and files name them, so there may be any number.
@lru_cache(64)
def system_of(definition: str) -> System | None:
    """The system of a name or definition (WKT), or None where PROJ does not know it."""
    import pyproj

    try:
        found = System(pyproj.CRS.from_user_input(definition))
        found.back.transform(0, 0)
    except pyproj.exceptions.ProjError:
        return None
    return found


def _named(crs: str | None) -> System | None:
    """The system of a name in a description; of other texts, PROJ is not asked."""
    name = (crs or "").strip()
    code = code_of(name)
    if not code and not (len(name) <= _MOST_LETTERS and _NAME.fullmatch(name)):
        return None
    return system_of(f"EPSG:{code}" if code else name)


def code_of(crs: str | None) -> str:
    """Digits of the EPSG code in a name, URI or URN, or an empty text."""
    match = _EPSG.search(crs.strip()) if crs and len(crs) <= _MOST_LETTERS else None
    return match[1] if match else ""


def kind_of_crs(crs: str | None) -> str | None:
    """Tell how numbers in a reference system are made from degrees.

    Returns:
        ``"lonlat"``, ``"latlon"``, ``"projected"``, or None when it is not known.
    """
    if crs and len(crs) > _MOST_LETTERS:
        return None
    if not crs or _CRS84.search(crs.strip()):
        return "lonlat"
    if code_of(crs) in _GEOGRAPHIC:
        return "lonlat" if _SHORT.fullmatch(crs.strip()) else "latlon"
    return "projected" if _named(crs) else None


def in_degrees(crs: str | None) -> bool:
    """Whether the numbers of a system are degrees on WGS 84."""
    return kind_of_crs(crs) in {"lonlat", "latlon"}


def is_straight(crs: str | None) -> bool:
    """Whether a box of a system is a box of degrees, x first."""
    if kind_of_crs(crs) == "projected":
        return _known(crs).straight
    return kind_of_crs(crs) == "lonlat"


def short_name(crs: str | None) -> str:
    """``CRS84``, ``EPSG:4326``: what people call a reference system."""
    code = code_of(crs)
    if code:
        return f"EPSG:{code}"
    return "CRS84" if kind_of_crs(crs) == "lonlat" else (crs or "")[:60]


def axes_in_words(crs: str | None) -> str:
    """Words for the order and the unit of a box: "west, ... north in degrees"."""
    kind = kind_of_crs(crs)
    if kind == "latlon":
        return "south, west, north, east in degrees"
    if kind == "lonlat":
        return "west, south, east, north in degrees"
    if kind is None:
        return "four numbers in its own coordinates"
    found = _known(crs)
    first, second = ("y", "x") if _northing_first(crs, found) else ("x", "y")
    order = f"min {first}, min {second}, max {first}, max {second}"
    return f"{order} in {found.unit}"


def to_crs(box: list[float], crs: str | None) -> list[float]:
    """Bring ``[west, south, east, north]`` in degrees into a reference system.

    Raises:
        InputError: The reference system is not known, or does not reach that far.
    """
    west, south, east, north = box
    kind = kind_of_crs(crs)
    if kind == "lonlat":
        return [west, south, east, north]
    if kind == "latlon":
        return [south, west, north, east]
    found = _known(crs)
    digits = 6 if found.straight or found.unit == "degrees" else 3
    left, low, right, high = (round(side, digits) for side in found.project_box(box))
    if _northing_first(crs, found):
        return [low, left, high, right]
    return [left, low, right, high]


def from_crs(box: list[float], crs: str | None) -> list[float]:
    """Turn a box in a reference system into ``[west, south, east, north]`` degrees.

    Raises:
        InputError: The reference system is not known.
    """
    a, b, c, d = box
    kind = kind_of_crs(crs)
    if kind == "lonlat":
        return [a, b, c, d]
    if kind == "latlon":
        return [b, a, d, c]
    found = _known(crs)
    if _northing_first(crs, found):
        a, b, c, d = b, a, d, c
    return found.unproject_box([a, b, c, d])


def shape_in_degrees(shape: Any, system: System | str) -> Any:  # noqa: ANN401 # shapely
    """A shape with x and y of a system as one in degrees.

    Raises:
        InputError: The system is not known, or does not reach that far.
    """
    import numpy as np
    import shapely

    found = _known(system) if isinstance(system, str) else system

    def change(positions: Any) -> Any:  # noqa: ANN401 # of numpy
        made = np.column_stack(found.back.transform(*positions.T))
        if not np.isfinite(made).all():
            raise InputError("Coordinates lie outside of their reference system.")
        return made.round(9)

    return shapely.transform(shape, change)


def _finite(numbers: list[float]) -> list[float]:
    if not all(map(math.isfinite, numbers)):
        raise InputError("The area lies outside of what the reference system covers.")
    return numbers


def _northing_first(crs: str | None, found: System) -> bool:
    return found.northing_first and not _SHORT.fullmatch((crs or "").strip())


def _known(crs: str | None) -> System:
    found = _named(crs)
    if found is None:
        raise InputError(
            f"{short_name(crs)} is no reference system that is known here.",
            advice="Choose another one, or type the four numbers in it.",
        )
    return found
