"""Files as text, by upload or by reference, and the JSON that stands for them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import Vault
    from ogc_widgets.protocol.wire import JsonValue


def value_of(field: Field, draft: Mapping[str, Any], vault: Vault) -> JsonValue:
    """The value that a file draft stands for.

    Raises:
        NotJsonError: JSON was chosen as media type and the text is not JSON.
    """
    chosen = draft.get("type") or ""
    if draft.get("mode") == "reference":
        href = draft.get("href")
        if not isinstance(href, str) or not href.strip():
            return UNSET
        return {"href": href.strip(), **({"type": chosen} if chosen else {})}
    chosen = chosen or field.typed
    if draft.get("mode") == "upload":
        content = vault.get(draft.get("ref"))
        if not isinstance(content, bytes):
            return UNSET
        text = _text(field, content, chosen)
        if text is None:
            coded = base64.b64encode(content).decode("ascii")
            return _qualified(field, coded, chosen, is_base64=True)
        parsed = _parsed(field, text, chosen)
        return _qualified(field, parsed, chosen, is_base64=False)
    text = draft.get("text")
    if not isinstance(text, str) or (not text and not draft.get("empty")):
        return UNSET
    is_base64 = not words.is_text(chosen) if chosen else field.binary
    return _qualified(field, _parsed(field, text, chosen), chosen, is_base64=is_base64)


def draft_of(field: Field, value: JsonValue) -> dict[str, Any] | None:
    """The draft that shows a value in a file field, or None."""
    if isinstance(value, str):
        if exact.SURROGATE.search(value):
            return None
        empty = {"empty": True} if value == "" else {}
        return {"mode": "text", "text": value, "type": None, **empty}
    if not isinstance(value, Mapping):
        return None
    if "href" in value and value.keys() <= {"href", "type"}:
        if "reference" not in field.modes:
            return None
        return {
            "mode": "reference",
            "href": value["href"],
            "type": value.get("type") or None,
        }
    if "value" not in value or not value.keys() <= {"value", "mediaType", "encoding"}:
        return None
    inner = value["value"]
    text = inner if isinstance(inner, str) else exact.dumps(inner, indent=2)
    empty = {"empty": True} if text == "" else {}
    return {
        "mode": "text",
        "text": text,
        "type": value.get("mediaType") or None,
        **empty,
    }


def _qualified(
    field: Field, content: JsonValue, chosen: str, *, is_base64: bool
) -> JsonValue:
    """Content with its media type and encoding, where these have to be said."""
    is_one = len(field.media_types) == 1 and chosen in field.media_types
    says_type = bool(chosen) and (field.qualified or bool(field.typed) or not is_one)
    if isinstance(content, str) and not says_type and not field.qualified:
        return content
    qualified = {"value": content}
    if says_type:
        qualified["mediaType"] = chosen
    if is_base64:
        # Servers take a qualified value as text unless its member "encoding" says so.
        qualified["encoding"] = "base64"
    return qualified


def _parsed(field: Field, text: str, chosen: str) -> JsonValue:
    """Text as it is sent: JSON goes as JSON where the field takes JSON."""
    if not field.qualified:
        return text
    if chosen:
        return exact.loads(text) if words.is_json(chosen) else text
    if any(words.is_json(name) for name in field.media_types) or not field.media_types:
        stripped = text.strip()
        if stripped[:1] in ("{", "["):
            if not any(not words.is_json(name) for name in field.media_types):
                return exact.loads(stripped)
            try:
                return exact.loads(stripped)
            except exact.NotJsonError:
                return text
    return text


def _text(field: Field, content: bytes, chosen: str) -> str | None:
    """Uploaded bytes as text; None if they are not, or are sent as base64 anyway."""
    names = (chosen,) if chosen else field.media_types
    if field.binary or not (not names or any(map(words.is_text, names))):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
