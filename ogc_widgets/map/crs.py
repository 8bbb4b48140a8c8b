"""The few reference systems in which a box can be sent without a projection library.

OGC API - Features lets a box follow the axis order of its ``bbox-crs``; a box of
Processes is read the same way here, which its standard does not spell out. So the URI
and URN forms of EPSG:4326 are latitude first. The short form ``EPSG:4326`` is taken as
longitude first, as it is widely used.
"""

from __future__ import annotations

import math
import re

from ogc_widgets.errors import InputError

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

_RADIUS_M = 6_378_137.0
_MAX_MERCATOR_LATITUDE = 85.06
_MERCATOR = {"3857", "3785", "900913", "102100"}
_EPSG = re.compile(r"epsg[/:].*?(\d+)$", re.IGNORECASE)


def kind_of_crs(crs: str | None) -> str | None:
    """Tell how numbers in a reference system are made from degrees.

    Returns:
        ``"lonlat"``, ``"latlon"``, ``"mercator"`` (metres), or None when it cannot be
        computed here.
    """
    if crs and len(crs) > 200:
        return None
    if not crs or re.search(r"CRS[:/]?84h?$", crs.strip(), re.IGNORECASE):
        return "lonlat"
    match = _EPSG.search(crs.strip())
    if not match:
        return None
    if match[1] in {"4326", "4979"}:
        is_short = re.fullmatch(r"epsg:\d+", crs.strip(), re.IGNORECASE)
        return "lonlat" if is_short else "latlon"
    return "mercator" if match[1] in _MERCATOR else None


def axes_in_words(crs: str | None) -> str:
    """Words for the order of a box in a reference system."""
    if kind_of_crs(crs) == "latlon":
        return "south, west, north, east"
    return "west, south, east, north"


def to_crs(box: list[float], crs: str | None) -> list[float]:
    """Bring ``[west, south, east, north]`` in degrees into a reference system.

    Raises:
        InputError: The reference system needs a projection that is not known here.
    """
    west, south, east, north = box
    kind = kind_of_crs(crs)
    if kind == "lonlat":
        return [west, south, east, north]
    if kind == "latlon":
        return [south, west, north, east]
    if kind == "mercator":
        if max(abs(south), abs(north)) > _MAX_MERCATOR_LATITUDE:
            raise InputError("Web Mercator ends at 85 degrees north and south.")
        corners = [*_forward(west, south), *_forward(east, north)]
        return [round(value, 6) for value in corners]
    raise _unknown(crs)


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
    if kind == "mercator":
        return [*_inverse(a, b), *_inverse(c, d)]
    raise _unknown(crs)


def _forward(longitude: float, latitude: float) -> tuple[float, float]:
    x = _RADIUS_M * math.radians(longitude)
    y = _RADIUS_M * math.asinh(math.tan(math.radians(latitude)))
    return x, y


def _inverse(x: float, y: float) -> tuple[float, float]:
    longitude = math.degrees(x / _RADIUS_M)
    latitude = math.degrees(math.atan(math.sinh(y / _RADIUS_M)))
    return longitude, latitude


def _unknown(crs: str | None) -> InputError:
    return InputError(
        f"Areas cannot be converted to {crs} here.",
        advice="Choose CRS84 or EPSG:4326, or edit this input as JSON.",
    )
