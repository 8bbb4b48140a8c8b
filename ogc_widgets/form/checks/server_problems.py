"""Which inputs a server's problem document speaks of, and what it says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ogc_widgets.protocol.text import clean

_LISTS: Final = (
    *("errors", "invalid-params", "invalidParams", "invalid_params", "violations"),
    *("causes", "detail"),
)
_NAMES: Final = (
    *("pointer", "name", "field", "parameter", "input", "loc", "location", "path"),
    *("propertyPath", "id"),
)
_TEXTS: Final = ("detail", "reason", "message", "msg", "description", "title")
# Ids as short as this are words of any sentence.
_SHORT: Final = 3


def messages_for(problem: object, ids: Iterable[str]) -> dict[str, str]:
    """Input id to what the server says of it in a problem document, or an error's.

    Only inputs that the document names; plain text, cut to a readable length.
    """
    document = _document(problem)
    known = list(ids)
    found: dict[str, str] = {}
    for entry in _entries(document):
        named = _named_input(entry, known)
        if named:
            found.setdefault(named, _said(entry) or _said(document))
    if found:
        return found
    for member in ("detail", "description", "message", "exception", "title"):
        text = document.get(member)
        if isinstance(text, str) and (names := _ids_in(text, known)):
            return dict.fromkeys(names, clean(text, limit=600))
    return {}


def _document(problem: object) -> Mapping[str, Any]:
    """The document that was read into a problem, or into that of an error."""
    raw = getattr(problem, "problem", problem)
    raw = getattr(raw, "raw", raw)
    if isinstance(raw, Mapping) and raw:
        return raw
    return {"detail": getattr(problem, "detail", None) or str(problem)}


def _entries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in _LISTS:
        value = document.get(name)
        if isinstance(value, Mapping):
            for key, text in value.items():
                yield {"name": key, "detail": text if isinstance(text, str) else ""}
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, Mapping):
                yield entry
    yield document


def _named_input(entry: Mapping[str, Any], known: list[str]) -> str:
    for name in _NAMES:
        value = entry.get(name)
        parts = value if isinstance(value, list) else [value]
        if isinstance(value, str):
            parts = re.split(r"[/.\[\]#$'\"]+", value)
        for part in parts:
            if part in known and isinstance(part, str):
                return part
    return ""


def _said(entry: Mapping[str, Any]) -> str:
    for name in _TEXTS:
        value = entry.get(name)
        if isinstance(value, str) and value.strip():
            return clean(value, limit=600)
    return "was refused by the server"


def _ids_in(text: str, known: list[str]) -> list[str]:
    """Ids that a sentence names: quoted ones first, else whole words."""
    quoted = set(re.findall(r"[\"'`‘“<\[(]([^\"'`’”>\])]{1,100})[\"'`’”>\])]", text))
    named = [name for name in known if name in quoted]
    return named or [
        name
        for name in known
        if len(name) >= _SHORT
        and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    ]
