"""States and times, as reports say them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

TONES: Final = {
    "successful": "good",
    "failed": "bad",
    "lost": "warn",
    "unknown": "warn",
    "running": "work",
    "accepted": "work",
    "sending": "work",
}


def moment(at: datetime | None) -> str:
    """A time as people read it, in the zone in which it was told."""
    if at is None:
        return ""
    zone = at.strftime("%Z") or "server's clock"
    return f"{at:%Y-%m-%d %H:%M:%S} {zone}"


def took_in_words(seconds: float | None) -> str:
    """46 -> ``46 s``, 3723 -> ``1 h 2 min``."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return (
        f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
    )
