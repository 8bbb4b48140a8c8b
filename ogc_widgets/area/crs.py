"""Reference systems of boxes: what their names mean, and the order of their numbers.

OGC API - Features lets a box follow the axis order of its ``bbox-crs``; a box of
Processes is read the same way here, which its standard does not spell out. So the URI
and URN forms of EPSG:4326 are latitude first. The short form ``EPSG:4326`` is taken as
longitude first, as it is widely used. The same holds for projected systems whose first
axis points north.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogc_widgets.area import projections
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.area.projections import Projection

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

# WGS 84, and ETRS89, which PROJ takes to be the same.
_GEOGRAPHIC = {"4326", "4979", "4258"}
_EPSG = re.compile(r"epsg[/:].*?(\d+)$", re.IGNORECASE)
_SHORT = re.compile(r"epsg:\d+", re.IGNORECASE)
_CRS84 = re.compile(r"(crs[:/]?84h?|crs[:/]?wgs ?84|wgs[ _]?84)$", re.IGNORECASE)


def code_of(crs: str | None) -> str:
    """Digits of the EPSG code in a name, URI or URN, or an empty text."""
    match = _EPSG.search(crs.strip()) if crs and len(crs) <= 200 else None
    return match[1] if match else ""


def kind_of_crs(crs: str | None) -> str | None:
    """Tell how numbers in a reference system are made from degrees.

    Returns:
        ``"lonlat"``, ``"latlon"``, ``"projected"``, or None when it cannot be computed
        here.
    """
    if crs and len(crs) > 200:
        return None
    if not crs or _CRS84.search(crs.strip()):
        return "lonlat"
    code = code_of(crs)
    if code in _GEOGRAPHIC:
        return "lonlat" if _SHORT.fullmatch(crs.strip()) else "latlon"
    return "projected" if code and projections.projection(code) else None


def in_degrees(crs: str | None) -> bool:
    """Whether the numbers of a system are degrees on WGS 84."""
    return kind_of_crs(crs) in {"lonlat", "latlon"}


def is_straight(crs: str | None) -> bool:
    """Whether a box of a system is a box of degrees, x first."""
    if kind_of_crs(crs) == "projected":
        return _projection(crs).straight
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
    found = _projection(crs)
    first, second = ("y", "x") if _northing_first(crs, found) else ("x", "y")
    order = f"min {first}, min {second}, max {first}, max {second}"
    return f"{order} in {found.unit}"


def to_crs(box: list[float], crs: str | None) -> list[float]:
    """Bring ``[west, south, east, north]`` in degrees into a reference system.

    Raises:
        InputError: The reference system needs a projection that is not known here, or
            does not reach that far.
    """
    west, south, east, north = box
    kind = kind_of_crs(crs)
    if kind == "lonlat":
        return [west, south, east, north]
    if kind == "latlon":
        return [south, west, north, east]
    found = _projection(crs)
    digits = 6 if found.straight or found.unit == "degrees" else 3
    left, low, right, high = (
        round(side, digits) for side in projections.project_box(box, found)
    )
    if _northing_first(crs, found):
        return [low, left, high, right]
    return [left, low, right, high]


def from_crs(box: list[float], crs: str | None) -> list[float]:
    """Turn a box in a reference system into ``[west, south, east, north]`` degrees.

    Raises:
        InputError: The reference system needs a projection that is not known here.
    """
    a, b, c, d = box
    kind = kind_of_crs(crs)
    if kind == "lonlat":
        return [a, b, c, d]
    if kind == "latlon":
        return [b, a, d, c]
    found = _projection(crs)
    if _northing_first(crs, found):
        a, b, c, d = b, a, d, c
    return projections.unproject_box([a, b, c, d], found)


def _projection(crs: str | None) -> Projection:
    found = projections.projection(code_of(crs)) if code_of(crs) else None
    if found is None:
        raise unknown(crs)
    return found


def _northing_first(crs: str | None, found: Projection) -> bool:
    return found.northing_first and not _SHORT.fullmatch((crs or "").strip())


def unknown(crs: str | None) -> InputError:
    """The error for a reference system that cannot be computed here."""
    if projections.can_compute_all():
        return InputError(
            f"{short_name(crs)} is no reference system that is known here.",
            advice="Choose another one, or type the four numbers in it.",
        )
    return InputError(
        f"Areas on the map cannot be converted to {short_name(crs)} here.",
        advice="Choose CRS84 or EPSG:4326, type the four numbers in it, or install "
        "pyproj: pip install 'ogc-widgets[files]'",
    )
