"""What is said of areas without a geometry library: types, and boxes as four numbers.

An order is a text of four letters, ``"wsen"`` for west, south, east, north. That one is
the standard's (OGC API - Processes, ``bbox.yaml``); climate services ask for ``nwse``,
radar and street map tools for ``snwe`` and ``swne``, plotting tools for ``wesn``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import is_finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east and north in degrees; ``west > east`` crosses the antimeridian."""
Heights: TypeAlias = tuple[float, float]
"""Lower and upper height."""

Geometry: TypeAlias = dict[str, Any]
"""A GeoJSON geometry: ``type`` and ``coordinates``, longitude first, in degrees."""
Shape: TypeAlias = Any
"""A geometry of shapely, which ships no types; it is loaded with the first one."""

AREA_TYPES = ("Polygon", "MultiPolygon")
GEOMETRY_TYPES = (
    *("Point", "MultiPoint", "LineString", "MultiLineString"),
    *(*AREA_TYPES, "GeometryCollection"),
)

STANDARD = "wsen"
UNDECIDED = "undecided"
"""In the place of an order: the server does not say it, and the user has to."""
COMMON = (STANDARD, "swne", "nwse", "wesn", "snwe", "wnes")
"""The orders that are in use, to choose from."""
SIDES = {"w": "west", "s": "south", "e": "east", "n": "north"}

OVER_THE_POLE = 1.0
"""Degrees that latitudes may exceed 90 by: half a cell of a coarse grid."""
_IN_ORDER = "The order is west, south, east, north"


def tidy(number: float) -> float | int:
    """Whole numbers as int, so that JSON says 10 and not 10.0."""
    return int(number) if float(number).is_integer() else float(number)


def short(number: float) -> str:
    """Write a number exactly, without exponent and superfluous zeros."""
    text = format(Decimal(repr(tidy(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_number(value: object) -> bool:
    """Whether a value is a number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def wrap_longitude(longitude: float) -> float:
    """Bring a longitude back to [-180, 180]; what is already there is not touched."""
    if -180 <= longitude <= 180:
        return longitude
    # Shifting by 360 costs the last digits of a float: 9 decimals are 0.1 mm.
    wrapped = round((longitude + 180) % 360 - 180, 9)
    return 180.0 if wrapped == -180 and longitude > 0 else wrapped


def checked_box(west: float, south: float, east: float, north: float) -> Box:
    """The sides of a box on the Earth.

    Raises:
        InputError: The box is upside down, has no area, or is not on the Earth.
    """
    if not all(map(is_finite, (west, south, east, north))):
        raise InputError("The box holds a number that is not finite.")
    for latitude, name in ((south, "South"), (north, "North")):
        if abs(latitude) > 90 + OVER_THE_POLE:
            raise InputError(
                f"{name} is {latitude:g}, but latitudes lie between -90 and 90.",
                advice=f"{_IN_ORDER}.",
            )
    south, north = max(south, -90), min(north, 90)
    if south > north:
        what = f"South ({south:g}) is above north ({north:g})."
        raise InputError(what, advice=f"{_IN_ORDER}.")
    if south == north or west == east:
        raise InputError("The box has no area: two opposite sides are the same.")
    if east - west >= 360:
        return -180.0, south, 180.0, north
    if max(abs(west), abs(east)) > 540:
        raise InputError(
            f"Longitudes lie between -180 and 180, not {west:g} to {east:g}.",
            advice=f"{_IN_ORDER}, in degrees.",
        )
    if west > east and east - west + 360 > 180:
        what = f"West ({west:g}) is greater than east ({east:g})."
        raise InputError(what, advice=f"{_IN_ORDER}.")
    left, right = wrap_longitude(west), wrap_longitude(east)
    left, right = -180.0 if left == 180 else left, 180.0 if right == -180 else right
    if left == right:  # once around the Earth, but for a rounding
        return -180.0, south, 180.0, north
    return left, south, right, north


# -- orders ----------------------------------------------------------------------------


def in_words(order: str, separator: str = ", ") -> str:
    """``nwse`` -> ``north, west, south, east``."""
    return separator.join(SIDES[side] for side in order)


def arranged(
    box: Sequence[float], order: str, heights: Heights | None = None
) -> list[float]:
    """West, south, east and north in another order, heights after each corner.

    Raises:
        InputError: The order is not decided.
    """
    by_side = dict(zip(STANDARD, box, strict=True))
    made = [by_side[side] for side in _decided(order)]
    if heights:
        low, high = heights
        half = made[:2], made[2:]
        made = (
            [*half[0], low, *half[1], high]
            if _has_corners(order)
            else [*made, *heights]
        )
    return made


def to_standard(
    numbers: Sequence[float], order: str = STANDARD
) -> tuple[list[float], Heights | None]:
    """West, south, east and north of numbers in an order, and heights if there are six.

    Raises:
        InputError: The order is not decided.
    """
    order, heights = _decided(order), None
    if len(numbers) == 6:
        low, high = (2, 5) if _has_corners(order) else (4, 5)
        heights = numbers[low], numbers[high]
        numbers = [one for n, one in enumerate(numbers) if n not in (low, high)]
    by_side = dict(zip(order, numbers, strict=True))
    return [by_side[side] for side in STANDARD], heights


def fits(numbers: Sequence[float], order: str) -> bool:
    """Whether four numbers are a box when they are read in an order."""
    try:
        box, _ = to_standard(numbers, order)
        checked_box(*box)
    except (InputError, TypeError):
        return False
    return max(-box[1], box[3]) <= 90


def orders_of(numbers: Sequence[float], among: Iterable[str]) -> tuple[str, ...]:
    """The orders in which four numbers are a box.

    Boxes that cross the 180th meridian are rare, so they count only where the numbers
    are nothing else.
    """
    possible = tuple(order for order in among if fits(numbers, order))
    boxes = (to_standard(numbers, order)[0] for order in possible)
    straight = [o for o, box in zip(possible, boxes, strict=True) if box[0] < box[2]]
    return tuple(straight) or possible


def _has_corners(order: str) -> bool:
    """Whether the first two numbers are one corner, and the last two the other."""
    return len({side in "we" for side in (order or STANDARD)[:2]}) == 2


def _decided(order: str) -> str:
    if order == UNDECIDED:
        raise InputError("Choose the order of the four numbers.")
    return order or STANDARD
