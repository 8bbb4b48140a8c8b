"""Moments and intervals as OGC and STAC APIs write them in ``datetime``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_OPEN = frozenset({"", ".."})
# fromisoformat also takes week dates and the like, which RFC 3339 does not have.
_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?)?"
)


def interval(text: str) -> tuple[float | None, float | None]:
    """Return start and end of ``datetime``; None where it is open.

    A date alone means that whole day, and a moment without a zone is in UTC.

    Args:
        text: ``2024-10-22T04:18:54Z``, ``2024-10-22``, or two of them with a slash
            between; ``..`` or nothing leaves one end open.

    Returns:
        Seconds since 1970, both included.

    Raises:
        ValueError: The text is none of these; its message says how to write one.
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start), _moment(start, end_of_day=True)
    if start in _OPEN and end in _OPEN:
        raise ValueError("an interval needs a start or an end")
    first = None if start in _OPEN else _moment(start)
    last = None if end in _OPEN else _moment(end, end_of_day=True)
    if first is not None and last is not None and first > last:
        raise ValueError("the interval ends before it starts")
    return first, last


def _moment(text: str, *, end_of_day: bool = False) -> float:
    try:
        # Nothing at all is no date either.
        moment = datetime.fromisoformat(
            text.upper() if _RFC_3339.fullmatch(text) else ""
        )
    except ValueError:
        raise ValueError(
            "must be RFC 3339, such as 2024-10-22T04:18:54Z or ../2024-10-22"
        ) from None
    if len(text) == len("2024-10-22") and end_of_day:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
