"""Reference systems: what their names mean, and boxes and shapes brought into them.

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

from ogc_widgets.area.boxes import STANDARD, in_words
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS, Transformer

    from ogc_widgets.area.boxes import Shape

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

# WGS 84, and ETRS89, which PROJ takes to be the same.
_GEOGRAPHIC = {"4326", "4979", "4258"}
_EPSG = pattern(r"epsg[/:].*?(\d+)$", re.IGNORECASE)
_SHORT = pattern(r"\w+:\w+", re.ASCII)
_NAME = pattern(
    r"(urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/|\w+:)[\w.:/]*", re.ASCII
)
_CRS84 = pattern(r"(crs[:/]?84h?|crs[:/]?wgs ?84|wgs[ _]?84)$", re.IGNORECASE)
_UNITS = {"metre": "metres", "degree": "degrees", "foot": "feet"}
_MOST_LETTERS = 200
_MAX_FROM_ZONE = 20.0  # degrees; beyond, UTM is no longer a map of anything
_STRAIGHT = ("mercator", "equidistant cylindrical", "equirectangular")


@dataclass(frozen=True)
class System:
    """A reference system.

    Args:
        text: What a description or a file calls it.
        in_degrees: Whether it is WGS 84.
        y_first: Whether numbers stand in it with latitude or northing first.
        proj: What PROJ knows of it; None for WGS 84, and where it is not known.
    """

    text: str
    in_degrees: bool = False
    y_first: bool = False
    proj: CRS | None = None

    @property
    def is_known(self) -> bool:
        """Whether numbers in it can be made from degrees."""
        return self.in_degrees or self.proj is not None

    @property
    def short_name(self) -> str:
        """``CRS84``, ``EPSG:4326``: what people call it."""
        code = _code_of(self.text)
        if code:
            return f"EPSG:{code}"
        return "CRS84" if self.in_degrees and not self.y_first else self.text[:60]

    @property
    def full_name(self) -> str:
        """What PROJ calls it: its code, or the name in a definition."""
        code = self.proj.to_epsg() if self.proj else None
        return f"EPSG:{code}" if code or not self.proj else str(self.proj.name)

    @property
    def unit(self) -> str:
        """Unit of its coordinates, in the plural."""
        if self.proj is None or not self.proj.axis_info:
            return "degrees" if self.in_degrees else "metres"
        unit = self.proj.axis_info[0].unit_name
        return _UNITS.get(unit, unit)

    @property
    def axes(self) -> str:
        """The order and the unit of a box: "west, south, east, north in degrees"."""
        if not self.is_known:
            return "four numbers in its own coordinates"
        if self.in_degrees:
            return f"{in_words('swne' if self.y_first else STANDARD)} in degrees"
        a, b = "yx" if self.y_first else "xy"
        return f"min {a}, min {b}, max {a}, max {b} in {self.unit}"

    @cached_property
    def is_straight(self) -> bool:
        """Whether meridians and parallels are straight and parallel to the axes."""
        if self.in_degrees:
            return True
        operation = self.proj.coordinate_operation if self.proj else None
        method = operation.method_name.lower() if operation else ""
        is_turned = "transverse" in method or "oblique" in method
        return any(one in method for one in _STRAIGHT) and not is_turned

    def box_from_degrees(self, box: Sequence[float]) -> list[float]:
        """Bring west, south, east, north into the system, in its order.

        Raises:
            InputError: It is not known, or does not reach that far.
        """
        if not self.in_degrees:
            self._require_reach(*box)
            digits = 6 if self.is_straight or self.unit == "degrees" else 3
            box = self._turned(box, "INVERSE", digits)
        left, low, right, high = box
        return [low, left, high, right] if self.y_first else [left, low, right, high]

    def box_in_degrees(self, numbers: Sequence[float]) -> list[float]:
        """West, south, east, north around a box that stands in the system's order.

        Raises:
            InputError: The system is not known, or does not reach that far.
        """
        a, b, c, d = numbers
        box = [b, a, d, c] if self.y_first else [a, b, c, d]
        return box if self.in_degrees else self._turned(box, "FORWARD", 9)

    def shape_in_degrees(self, shape: Shape) -> Shape:
        """A shape with x and y of the system as one in degrees.

        Raises:
            InputError: The system is not known, or does not reach that far.
        """
        import numpy as np
        import shapely

        def change(positions: Any) -> Any:  # noqa: ANN401 # arrays of numpy
            made = np.column_stack(self._to_degrees.transform(*positions.T))
            if not np.isfinite(made).all():
                raise InputError("Coordinates lie outside of their reference system.")
            return made.round(9)

        return shapely.transform(shape, change)

    @cached_property
    def _to_degrees(self) -> Transformer:
        from pyproj import Transformer

        if self.proj is None:
            raise InputError(
                f"{self.short_name} is no reference system that is known here.",
                advice="Choose another one, or type the four numbers in it.",
            )
        return Transformer.from_crs(self.proj, "OGC:CRS84", always_xy=True)

    def _turned(self, box: Sequence[float], way: str, digits: int) -> list[float]:
        """The box around a box on the other side of the transformation."""
        left, low, right, high = box
        change = self._to_degrees
        if self.is_straight:
            ends = ((left, low), (right, high))
            made = [n for end in ends for n in change.transform(*end, direction=way)]
        else:
            made = [*change.transform_bounds(left, low, right, high, 21, direction=way)]
        if not all(map(math.isfinite, made)):
            raise InputError(
                "The area lies outside of what the reference system covers."
            )
        return [round(side, digits) for side in made]

    def _require_reach(
        self, west: float, south: float, east: float, north: float
    ) -> None:
        """PROJ computes far beyond where a system is of any use."""
        known = self.proj.area_of_use if self.proj else None
        if self.proj is None or known is None:
            return
        if self.is_straight and max(-south, north) > known.north:
            raise InputError(
                f"{self.full_name} ends at {known.north:.0f} degrees north and south."
            )
        middle = (known.west + known.east) / 2
        away = max(abs((side - middle + 180) % 360 - 180) for side in (west, east))
        zone = self.proj.utm_zone
        if zone and away > _MAX_FROM_ZONE:
            raise InputError(
                f"The area is too far from UTM zone {zone[:-1]} ({self.full_name}), "
                f"which is for {known.west:g} to {known.east:g} degrees of longitude.",
                advice="Choose another reference system, or a smaller area there.",
            )


# Descriptions and files name them, so there may be any number.
@lru_cache(64)
def system_of(crs: str | None) -> System:
    """The system of a name in a description; no name means degrees.

    Of texts that are no name, PROJ is not asked.
    """
    text = crs or ""
    name = text.strip()
    if len(text) > _MOST_LETTERS:
        return System(text[:_MOST_LETTERS])
    if not name or _CRS84.search(name):
        return System(text, in_degrees=True)
    code, is_short = _code_of(text), bool(_SHORT.fullmatch(name))
    if code in _GEOGRAPHIC:
        return System(text, in_degrees=True, y_first=not is_short)
    if not code and not _NAME.fullmatch(name):
        return System(text)
    proj = _asked(f"EPSG:{code}" if code else name)
    axes = proj.axis_info if proj else []
    is_northing = {one.direction.lower() for one in axes[:1]} & {"north", "south"}
    return System(text, y_first=bool(is_northing) and not is_short, proj=proj)


@lru_cache(64)
def system_of_file(definition: str) -> System:
    """The system of a name or definition (WKT) in a file, whose numbers are x first."""
    is_wgs84 = system_of(definition).in_degrees
    proj = None if is_wgs84 else _asked(definition)
    return System(definition, in_degrees=is_wgs84, proj=proj)


def _asked(definition: str) -> CRS | None:
    """What PROJ knows of a system, if degrees can be made of it."""
    import pyproj

    try:
        found = pyproj.CRS.from_user_input(definition)
        pyproj.Transformer.from_crs(found, "OGC:CRS84", always_xy=True).transform(0, 0)
    except pyproj.exceptions.ProjError:
        return None
    return found


def _code_of(text: str) -> str:
    """Digits of the EPSG code in a name, URI or URN, or an empty text."""
    match = _EPSG.search(text.strip()) if len(text) <= _MOST_LETTERS else None
    return match[1] if match else ""
