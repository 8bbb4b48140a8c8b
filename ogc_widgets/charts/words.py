"""Dates and numbers of a chart in words, as the page has them (js/charts/words.js)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ogc_widgets.charts.data import round_step
from ogc_widgets.client.results.item_columns import short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY_MS: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def amount(value: float, unit: str) -> str:
    """Write a number with its unit; empty where there is none."""
    if not math.isfinite(value):
        return ""
    return f"{short_number(value)} {unit}" if unit else short_number(value)


def when(milliseconds: float) -> datetime | None:
    """A moment in UTC; None where Python's calendar ends."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return None


def number_ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """Round numbers between two, and the step from one to the next."""
    step = round_step((high - low) / max(1, most))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [one * step for one in range(first, last + 1)], step


def number_texts(places: Sequence[float], step: float) -> list[str]:
    """Numbers with as many digits as tell them apart."""
    most = max(map(abs, places), default=0)
    if most >= 1e7 or 0 < most < 1e-3:
        digits = 2 + max(0, math.floor(math.log10(most)) - math.floor(math.log10(step)))
        texts = [f"{one:.{digits}g}" for one in places]
        return [re.sub(r"e\+?(-?)0?", r"e\1", one) for one in texts]
    is_whole = step >= 1 and step == math.floor(step)
    digits = 0 if is_whole else min(12, max(0, 1 - math.floor(math.log10(step))))
    texts = [f"{one:,.{digits}f}".replace(",", "\u202f") for one in places]
    return [one.rstrip("0").rstrip(".") if digits else one for one in texts]


def time_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Moments between two at which a calendar turns over, each with its words."""
    first, last = when(low), when(high)
    if first is None or last is None:
        return []
    span = (high - low) / _DAY_MS
    if span >= 2 * 365 * max(1, most / 4) or span >= 366 * most:
        step = max(1, round(round_step(max(1.0, span / 365.25 / most))))
        years = range(-(-first.year // step) * step, last.year + 1, step)
        found = [datetime(year, 1, 1, tzinfo=UTC) for year in years if year > 0]
        return _within([(one, str(one.year)) for one in found], low, high)
    for months in (1, 2, 3, 6):
        if span / 30.4 / months <= most and span > 45:
            return _within(_month_ticks(first, last, months), low, high)
    if span > 45:
        return _within(_month_ticks(first, last, 6), low, high)
    for days in (1, 2, 5, 10):
        if span / days <= most and span >= 2:
            start = first.replace(hour=0, minute=0, second=0, microsecond=0)
            moments = [start + timedelta(days=n * days) for n in range(most + 2)]
            ticks = _within([(one, _day(one)) for one in moments], low, high)
            return [
                (place, text if number else f"{text} {first.year}")
                for number, (place, text) in enumerate(ticks)
            ]
    minutes = next(
        (one for one in (1, 5, 15, 60, 180, 360, 720) if span * 1440 / one <= most),
        1440,
    )
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    skipped = math.floor((low - _milliseconds(start)) / 60_000 / minutes)
    moments = [
        start + timedelta(minutes=(skipped + n) * minutes) for n in range(most + 2)
    ]
    return _within([(one, f"{one:%H:%M}") for one in moments], low, high)


def _month_ticks(
    first: datetime, last: datetime, months: int
) -> list[tuple[datetime, str]]:
    found, year = [], 0
    for number in range(first.year * 12, (last.year + 1) * 12, months):
        if first.year * 12 + first.month - 1 <= number:
            moment = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
            word = _MONTHS[moment.month - 1]
            found.append(
                (moment, f"{word} {moment.year}" if moment.year != year else word)
            )
            year = moment.year
    return found


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def _milliseconds(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds() * 1000


def _within(
    ticks: Sequence[tuple[datetime, str]], low: float, high: float
) -> list[tuple[float, str]]:
    found = [(_milliseconds(moment), text) for moment, text in ticks]
    return [(place, text) for place, text in found if low <= place <= high]
