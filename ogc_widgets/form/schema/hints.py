"""Wishes of a description about presentation (``x-ui-*``), under Cuiman's names.

Read are ``x-ui: {"widget": ...}``, ``x-ui-widget``, ``x-ui:widget``, ``ui-widget`` and
``ui:widget``, beside the schema or in it; the input's own word goes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema.keywords import plain_text

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

NAMES: Final = frozenset(
    {
        "widget",
        "order",
        "advanced",
        "hidden",
        "placeholder",
        "password",
        "minimum",
        "maximum",
        "step",
        "title",
        "rows",
    }
)
_NAME: Final = re.compile(r"^(?:x-)?ui[-:](\w+)$", re.IGNORECASE)


def read(*sources: JsonValue) -> dict[str, Any]:
    """The hints of all sources; those of earlier sources win.

    Returns:
        Hint name to value, names from :data:`NAMES` only.
    """
    hints: dict[str, Any] = {}
    for source in reversed(sources):
        if not isinstance(source, Mapping):
            continue
        for keyword, value in source.items():
            if not isinstance(keyword, str):
                continue
            if keyword in ("x-ui", "ui") and isinstance(value, Mapping):
                hints |= {k: v for k, v in value.items() if k in NAMES}
                continue
            found = _NAME.match(keyword)
            if found and found.group(1).lower() in NAMES:
                hints[found.group(1).lower()] = value
    return hints


def of_input(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The hints of the description of an input, its ``placeholder`` included."""
    found = read(raw, raw.get("schema"))
    placeholder = plain_text(raw.get("placeholder"), limit=200, lines=False)
    return {"placeholder": placeholder, **found} if placeholder else found


def text(hints: Mapping[str, Any], name: str) -> str:
    """A hint that must be text, else ""."""
    value = hints.get(name)
    return value if isinstance(value, str) else ""


def number(hints: Mapping[str, Any], name: str) -> float | None:
    """A hint that must be a number, else None."""
    value = hints.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value
