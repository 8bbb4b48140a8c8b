"""Wishes of a description about presentation (``x-ui-*``), under Cuiman's names.

Read are ``x-ui: {"widget": ...}``, ``x-ui-widget``, ``x-ui:widget``, ``ui-widget`` and
``ui:widget``, beside the schema or in it; the input's own word goes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.form.schema.keywords import plain_text
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject

Hints: TypeAlias = Mapping[str, Any]
"""Hint name to what a server wrote there."""

_NAMES: Final = frozenset(
    {
        *("widget", "order", "advanced", "hidden", "placeholder", "password"),
        *("minimum", "maximum", "step", "title", "rows"),
    }
)
_NAME: Final = pattern(r"^(?:x-)?ui[-:](\w+)$", re.IGNORECASE)


def read(*sources: object) -> dict[str, Any]:
    """The hints of all sources; those of earlier sources win."""
    hints: dict[str, Any] = {}
    for source in reversed(sources):
        for keyword, value in source.items() if isinstance(source, Mapping) else ():
            if keyword in ("x-ui", "ui") and isinstance(value, Mapping):
                hints |= {name: one for name, one in value.items() if name in _NAMES}
            elif found := _NAME.match(str(keyword)):
                hints[found[1].lower()] = value
    return {name: value for name, value in hints.items() if name in _NAMES}


def of_input(raw: JsonObject) -> dict[str, Any]:
    """The hints of the description of an input, its ``placeholder`` included."""
    found = read(raw, raw.get("schema"))
    placeholder = plain_text(raw.get("placeholder"), limit=200, lines=False)
    return {"placeholder": placeholder, **found} if placeholder else found


def text(hints: Hints, name: str) -> str:
    """A hint that must be text, else ""."""
    value = hints.get(name)
    return value if isinstance(value, str) else ""


def number(hints: Hints, name: str) -> float | None:
    """A hint that must be a number, else None."""
    value = hints.get(name)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else None
