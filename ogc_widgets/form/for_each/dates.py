"""Days from one to another, every so many."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final, Literal, get_args

from ogc_widgets.errors import InputError

Unit = Literal["days", "weeks", "months", "years"]
UNITS: Final = get_args(Unit)
MOST: Final = 10_000


def days_between(
    start: str, end: str, every: int = 1, unit: Unit = "days"
) -> list[str]:
    """The days from one to another, both included.

    Args:
        start: First day, as ``2021-06-01``.
        end: Last day.
        every: How many units lie between two days.
        unit: ``days``, ``weeks``, ``months`` or ``years``; the 31st becomes the last
            day of shorter months.

    Raises:
        InputError: These are no days, or too many.
    """
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        raise InputError(
            "Give a first and a last day.", advice="For example 2021-06-01."
        ) from None
    if last < first:
        raise InputError("The last day is before the first.")
    if every < 1 or unit not in UNITS:
        raise InputError("Between two days is at least one day.")
    found: list[str] = []
    while len(found) <= MOST:
        try:
            day = _after(first, len(found) * every, unit)
        except (ValueError, OverflowError):  # the calendar ends
            return found
        if day > last:
            return found
        found.append(day.isoformat())
    raise InputError(f"These are more than {MOST:,} days.")


def _after(first: dt.date, count: int, unit: Unit) -> dt.date:
    if unit in ("days", "weeks"):
        return first + dt.timedelta(days=count * (7 if unit == "weeks" else 1))
    months = first.year * 12 + first.month - 1 + count * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
