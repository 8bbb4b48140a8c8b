"""The order of the four numbers of a box: a part of how it is written.

An order is a text of four letters, ``"wsen"`` for west, south, east, north. That one is
the standard's (OGC API - Processes, ``bbox.yaml``); climate services ask for ``nwse``,
radar and street map tools for ``snwe`` and ``swne``, plotting tools for ``wesn``.

The id of an encoding ends with its order unless that is the usual one: ``bbox-array``,
``bbox-array-nwse``. The usual order of ``bbox-object`` is that of its reference system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.geometry import checked_box
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STANDARD = "wsen"
UNDECIDED = "undecided"
"""In the place of an order: the server does not say it, and the user has to."""
COMMON = (STANDARD, "swne", "nwse", "wesn", "snwe", "wnes")
"""The orders that are in use, to choose from."""

SIDES = {"w": "west", "s": "south", "e": "east", "n": "north"}
BY_CRS = ""
_USUAL = {"bbox-text": STANDARD, "bbox-array": STANDARD, "bbox-object": BY_CRS}


def form_of(encoding: str) -> str:
    """An encoding without its order: ``bbox-array-nwse`` -> ``bbox-array``."""
    return next((form for form in _USUAL if encoding.startswith(form)), encoding)


def order_of(encoding: str) -> str:
    """The order that an encoding writes a box in, :data:`UNDECIDED`, or BY_CRS."""
    form = form_of(encoding)
    return encoding[len(form) + 1 :] or _USUAL.get(form, STANDARD)


def with_order(form: str, order: str) -> str:
    """The id of an encoding that writes boxes in an order."""
    return form if order == _USUAL[form] else f"{form}-{order}"


def alternatives(form: str, possible: Sequence[str]) -> tuple[str, ...]:
    """A way to write boxes in each order: the possible ones, then the others in use.

    Args:
        form: ``bbox-array`` or another encoding without an order.
        possible: The orders that a description leaves open; with more than one of them
            the user has to choose, and that stands first.
    """
    first = (UNDECIDED,) if len(possible) != 1 else ()
    orders = dict.fromkeys((*first, *possible, *COMMON))
    return tuple(with_order(form, order) for order in orders)


def in_words(order: str, separator: str = ", ") -> str:
    """``nwse`` -> ``north, west, south, east``."""
    return separator.join(SIDES[side] for side in order)


def arranged(numbers: Sequence[float], order: str) -> list[float]:
    """Numbers of a box in another order.

    Args:
        numbers: West, south, east, north; or six, with a height after each corner.
        order: The order to bring them in.

    Raises:
        InputError: The order is not decided.
    """
    order = _decided(order)
    heights = [numbers[2], numbers[5]] if len(numbers) == 6 else []
    west, south, east, north = _without_heights(numbers)
    by_side = {"w": west, "s": south, "e": east, "n": north}
    made = [by_side[side] for side in order]
    if not heights:
        return made
    if _has_corners(order):
        return [*made[:2], heights[0], *made[2:], heights[1]]
    return [*made, *heights]


def to_standard(numbers: Sequence[float], order: str) -> list[float]:
    """Numbers that stand in an order as west, south, east, north, heights included.

    Raises:
        InputError: The order is not decided.
    """
    order = _decided(order)
    if len(numbers) not in (4, 6):
        return list(numbers)
    if len(numbers) == 6 and _has_corners(order):
        plain, heights = _without_heights(numbers), [numbers[2], numbers[5]]
    else:
        plain, heights = numbers[:4], list(numbers[4:])
    by_side = dict(zip(order, plain, strict=True))
    west, south, east, north = (by_side[side] for side in STANDARD)
    if not heights:
        return [west, south, east, north]
    return [west, south, heights[0], east, north, heights[1]]


def fits(numbers: Sequence[float], order: str) -> bool:
    """Whether four numbers are a box when they are read in an order."""
    try:
        _, south, _, north = to_standard(numbers, order)
        checked_box(*to_standard(numbers, order))
    except (InputError, TypeError):
        return False
    return max(-south, north) <= 90


def orders_of(numbers: Sequence[float], among: Iterable[str]) -> tuple[str, ...]:
    """The orders in which four numbers are a box.

    Boxes that cross the 180th meridian are rare, so they count only where the numbers
    are nothing else.
    """
    possible = tuple(order for order in among if fits(numbers, order))
    straight = tuple(
        order for order in possible if _is_straight(to_standard(numbers, order))
    )
    return straight or possible


def _is_straight(sides: Sequence[float]) -> bool:
    return sides[0] < sides[2]


def _has_corners(order: str) -> bool:
    """Whether the first two numbers are one corner, and the last two the other."""
    return len({side in "we" for side in order[:2]}) == 2


def _without_heights(numbers: Sequence[float]) -> Sequence[float]:
    return numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]


def _decided(order: str) -> str:
    if order == UNDECIDED:
        raise InputError("Choose the order of the four numbers.")
    return order or STANDARD
