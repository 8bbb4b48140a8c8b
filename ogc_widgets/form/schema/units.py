"""Units of measure by the short names that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ogc_widgets.form.schema.keywords import plain_text

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

_NAMES: Final = (
    "x-ogc-uom",
    "x-ogc-unit",
    "defaultUOM",
    "uom",
    "unit",
    "UOMs",
    "supportedUOMs",
)
_PARTS: Final = (
    "symbol",
    "code",
    "uom",
    "unit",
    "name",
    "reference",
    "default",
    "supported",
)


def unit_of(described: JsonValue) -> str:
    """The unit that a description, a schema or a domain names, or ""."""
    for name in _NAMES if isinstance(described, Mapping) else ():
        found = _short(described.get(name))
        if found:
            return found
    return ""


def _short(unit: JsonValue) -> str:
    """A unit out of a text, an object or a list whose first is the default.

    "urn:ogc:def:uom:UCUM::m" and ".../def/uom/UCUM/0/m" are both "m".
    """
    if isinstance(unit, list):
        named = [one for one in unit if isinstance(one, Mapping)]
        default = [one for one in named if one.get("default") is True]
        return next(filter(None, map(_short, [*default, *unit])), "")
    if isinstance(unit, Mapping):
        return next(filter(None, (_short(unit.get(part)) for part in _PARTS)), "")
    text = plain_text(unit, limit=200, lines=False) if isinstance(unit, str) else ""
    lowered = text.lower()
    if lowered.startswith("urn:"):
        text = text.rsplit(":", 1)[-1]
    elif lowered.startswith(("http://", "https://")):
        text = unquote(text.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1])
    return text[:40]
