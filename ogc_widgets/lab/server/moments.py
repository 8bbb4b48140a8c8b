"""Moments and intervals as OGC and STAC APIs write them in ``datetime``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_OPEN = frozenset({"", ".."})
# fromisoformat also takes week dates and the like, which RFC 3339 does not have.
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?"
_ZONE = r"([Zz]|[+-]\d{2}:\d{2})"
_EXACT = re.compile(_DATE + _TIME + _ZONE)
_LOOSE = re.compile(f"{_DATE}({_TIME}{_ZONE}?)?")


def interval(text: str, *, exact: bool = False) -> tuple[float | None, float | None]:
    """Return start and end of ``datetime``; None where it is open.

    A date alone means that whole day, and a moment without a zone is in UTC.

    Args:
        text: ``2024-10-22T04:18:54Z``, ``2024-10-22``, or two of them with a slash
            between; ``..`` or nothing leaves one end open.
        exact: Refuse dates alone and moments without a zone, as STAC wants it.

    Returns:
        Seconds since 1970, both included.

    Raises:
        ValueError: The text is none of these; its message says how to write one.
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start, exact=exact), _moment(start, exact=exact, is_end=True)
    if start in _OPEN and end in _OPEN:
        raise ValueError("an interval needs a start or an end")
    first = None if start in _OPEN else _moment(start, exact=exact)
    last = None if end in _OPEN else _moment(end, exact=exact, is_end=True)
    if first is not None and last is not None and first > last:
        raise ValueError("the interval ends before it starts")
    return first, last


def _moment(text: str, *, exact: bool, is_end: bool = False) -> float:
    pattern = _EXACT if exact else _LOOSE
    try:
        # Nothing at all is no date either.
        moment = datetime.fromisoformat(text.upper() if pattern.fullmatch(text) else "")
    except ValueError:
        example = "2024-10-22T04:18:54Z"
        open_end = example if exact else "2024-10-22"
        raise ValueError(
            f"must be RFC 3339, such as {example} or ../{open_end}"
        ) from None
    if len(text) == len("2024-10-22") and is_end:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
