"""The names under which objects and inputs keep the four sides of a box."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIDES = ("west", "south", "east", "north")
# The same sides as others call them: lower-case letters and digits.
_NAMES = (
    SIDES,
    ("w", "s", "e", "n"),
    ("left", "bottom", "right", "top"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("minx", "miny", "maxx", "maxy"),
    ("lonmin", "latmin", "lonmax", "latmax"),
    ("minlon", "minlat", "maxlon", "maxlat"),
    ("lon0", "lat0", "lon1", "lat1"),
    ("lon1", "lat1", "lon2", "lat2"),
    ("longitudemin", "latitudemin", "longitudemax", "latitudemax"),
    ("minlongitude", "minlatitude", "maxlongitude", "maxlatitude"),
    ("westlongitude", "southlatitude", "eastlongitude", "northlatitude"),
    ("westlon", "southlat", "eastlon", "northlat"),
    ("lonwest", "latsouth", "loneast", "latnorth"),
    (
        "westboundlongitude",
        "southboundlatitude",
        "eastboundlongitude",
        "northboundlatitude",
    ),
    ("llx", "lly", "urx", "ury"),
)


def sides_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names of west, south, east and north among others, or nothing.

    All four must be there under names of the same making: ``xmin`` goes with ``ymin``.
    """
    by_word = {re.sub(r"[^a-z0-9]", "", str(name).lower()): str(name) for name in names}
    for words in _NAMES:
        if all(word in by_word for word in words):
            return tuple(by_word[word] for word in words)
    return ()
