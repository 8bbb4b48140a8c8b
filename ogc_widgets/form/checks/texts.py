"""Dates, times and addresses as people write them; what is wrong, in plain words."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE: Final = pattern(r"(\d{4})-(\d\d)-(\d\d)$", re.ASCII)
_TIME: Final = pattern(
    r"(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d:?\d\d)?$", re.ASCII
)
_URI: Final = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$")
_HTTP: Final = pattern(r"https?://[^\s/?#]+", re.IGNORECASE)
_DURATION: Final = pattern(
    r"P(?!$)(?:\d+W|(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?)$",
    re.ASCII,
)

EXAMPLES: Final = {
    "date": "must be a date like 2021-07-13",
    "time": "must be a time like 10:30:00Z",
    "date-time": "must be a date and time like 2021-07-13T10:30:00Z",
    "duration": "must be a duration like P1D (a day) or PT2H30M",
    "uri": "must be a web address like https://example.org/item.json",
}
"""What a format asks for."""


def date_fault(text: str) -> str:
    """What is wrong with a date, or ""."""
    found = _DATE.match(text)
    if not found:
        return EXAMPLES["date"]
    try:
        date(*(int(part) for part in found.groups()))
    except ValueError:
        return f"must be a day that exists; {text} does not"
    return ""


def time_fault(text: str) -> str:
    """What is wrong with a time of day, or ""."""
    found = _TIME.match(text)
    if not found:
        return EXAMPLES["time"]
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if hour > 23 or minute > 59 or second > 60:  # the clock
        return f"must be a time that exists; {text} does not"
    return ""


def datetime_fault(text: str) -> str:
    """What is wrong with a date and time, or ""."""
    day, *times = re.split("[Tt ]", text, maxsplit=1)
    if not times or not _DATE.match(day) or not _TIME.match(times[0]):
        return EXAMPLES["date-time"]
    return date_fault(day) or time_fault(times[0])


def lacks_zone(text: str) -> bool:
    """Whether a date and time does not say its time zone."""
    return not datetime_fault(text) and not re.search(
        r"(Z|[+-]\d\d:?\d\d)$", text, re.IGNORECASE
    )


def uri_fault(text: str) -> str:
    """What is wrong with a web address, or ""."""
    if any(character.isspace() for character in text):
        return "must be a web address without spaces"
    is_http = text.lower().startswith(("http:", "https:"))
    is_whole = _URI.match(text) and (_HTTP.match(text) or not is_http)
    return "" if is_whole else EXAMPLES["uri"]


FAULT_OF: Final[dict[str, Callable[[str], str]]] = {
    "date": date_fault,
    "time": time_fault,
    "datetime": datetime_fault,
    "duration": lambda text: "" if _DURATION.match(text) else EXAMPLES["duration"],
    "uri": uri_fault,
}
"""Kind of field, or format, to what finds faults in its texts."""
