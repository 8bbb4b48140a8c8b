"""What a job was asked, states and times, as reports say them."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets import __version__
from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.reports.page import Markup, facts, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ogc_widgets.protocol.documents.processes import Process

_MOST_INPUTS: Final = 200
_MOST_SIGNS: Final = 600
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


def rows_of_inputs(
    inputs: Mapping[str, Any], process: Process | None
) -> list[tuple[Markup, str]]:
    """Title and value of each input, in the order of the process.

    Args:
        inputs: What was sent, without secrets.
        process: The process, which says what they are called.
    """
    described = process.inputs if process else {}
    order = [*(name for name in described if name in inputs), *inputs]
    rows = []
    for name in [*dict.fromkeys(order)][:_MOST_INPUTS]:
        one = described.get(name)
        title = (one and one.title) or name
        unit = one.unit if one else ""
        below = tag("small", name, limit=80) if title != name else None
        parts = [tag("span", title, limit=120), below]
        value = _shortened(f"{text_of(inputs[name])} {unit}".strip())
        rows.append((joined(parts), value))
    return rows


def text_of(value: object) -> str:
    """A value in words: texts as they are, one to a line where there are several."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return "\n".join(value) if max(map(len, value)) > 30 else ", ".join(value)
    if isinstance(value, dict) and set(value) <= {"href", "type"} and "href" in value:
        return str(value["href"])
    return dump_json(value, is_lenient=True)


def _shortened(text: str) -> str:
    more = len(text) - _MOST_SIGNS
    return f"{text[:_MOST_SIGNS]}… ({more:,} more characters)" if more > 0 else text


def versions(process_id: str, process: Process | None) -> Iterator[Markup]:
    """What it was made with."""
    yield tag("h3", "Versions")
    yield facts(
        [
            ("Process", f"{process_id} {process.version if process else ''}"),
            ("ogc_widgets", __version__),
            ("Python", platform.python_version()),
        ]
    )
