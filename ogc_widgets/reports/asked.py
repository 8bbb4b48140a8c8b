"""What a job was asked, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.reports.markup import Markup, joined, tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.documents.processes import Process

_MOST_INPUTS = 200
_MOST_SIGNS = 600


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
