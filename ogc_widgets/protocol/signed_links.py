"""Links that are signed for some time, as object stores give them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from ogc_widgets.protocol.links import split_address

AGAIN: Final = "Ask for the results again."
# How long a link lasts, from when, by the prefix of Amazon's scheme and of Google's.
_SCHEMES: Final = (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires"))
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_SHORT_DAY: Final = timedelta(hours=20)


def signed_until(url: str) -> tuple[datetime | None, int | None]:
    """Until when a link is signed, and for how many seconds; None where unknown."""
    query = {name.lower(): value for name, value in parse_qsl(split_address(url).query)}
    with contextlib.suppress(ValueError, OverflowError, OSError):
        for start, span in _SCHEMES:
            if start in query and span in query:
                begin = datetime.strptime(query[start], "%Y%m%dT%H%M%S%z")
                seconds = int(query[span])
                return begin + timedelta(seconds=seconds), seconds
        if "expires" in query and ("signature" in query or "key-pair-id" in query):
            return datetime.fromtimestamp(int(query["expires"]), UTC), None
        if "se" in query and "sig" in query:
            until = datetime.fromisoformat(query["se"])
            return until if until.tzinfo else until.replace(tzinfo=UTC), None
    return None, None


def is_signed(url: str) -> bool:
    """Whether a link is one of those that run out."""
    return signed_until(url)[0] is not None


def why_it_ended(url: str, now: datetime | None = None) -> str:
    """Say of a link that gave nothing whether its time is over, and what to do."""
    now = now or datetime.now(UTC)
    until, seconds = signed_until(url)
    if until is None:
        return f"The link may have run out. {AGAIN}"
    if until > now:
        return AGAIN
    day = "" if now - until < _SHORT_DAY else f"{until:%d %B} "
    span = f"for {_span(seconds)}, " if seconds else ""
    return (
        f"The link has run out: it was signed {span}until {day}{until:%H:%M} UTC. "
        f"{AGAIN}"
    )


def _span(seconds: int) -> str:
    size, unit = next(
        (one for one in _UNITS if seconds >= one[0] and seconds % one[0] == 0),
        (1, "second"),
    )
    count = seconds // size
    return f"one {unit}" if count == 1 else f"{count:,} {unit}s"
