"""Files as text, by upload or by reference, and the JSON that stands for them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.form.drafts.tree import members_of
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol import media_types

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue


def value_of(field: Field, draft: Draft, secrets: SecretsStore) -> Value:
    """The value that a file draft stands for.

    Raises:
        NotJsonError: JSON was chosen as media type and the text is not JSON.
    """
    said = members_of(draft)
    chosen = str(said.get("type") or "")
    if said.get("mode") == "reference":
        href = said.get("href")
        if not isinstance(href, str) or not href.strip():
            return UNSET
        return {"href": href.strip(), **({"type": chosen} if chosen else {})}
    chosen = chosen or field.typed
    if said.get("mode") == "upload":
        content = secrets.get(said.get("ref"))
        if not isinstance(content, bytes):
            return UNSET
        decoded = _decoded(field, content, chosen)
        if decoded is None:
            coded = base64.b64encode(content).decode("ascii")
            return _qualified(field, coded, chosen, is_base64=True)
        return _qualified(field, _parsed(field, decoded, chosen), chosen)
    text = said.get("text")
    if not isinstance(text, str) or (not text and not said.get("empty")):
        return UNSET
    is_base64 = not media_types.is_text(chosen) if chosen else field.binary
    return _qualified(field, _parsed(field, text, chosen), chosen, is_base64=is_base64)


def draft_of(field: Field, value: JsonValue) -> Draft:
    """The draft that shows a value in a file field, or None."""
    if isinstance(value, str):
        return None if exact.SURROGATE.search(value) else _as_text(value, None)
    if not isinstance(value, Mapping):
        return None
    if "href" in value and value.keys() <= {"href", "type"}:
        if "reference" not in field.modes:
            return None
        href, chosen = value["href"], value.get("type") or None
        return {"mode": "reference", "href": href, "type": chosen}
    if "value" not in value or not value.keys() <= {"value", "mediaType", "encoding"}:
        return None
    inner = value["value"]
    text = inner if isinstance(inner, str) else exact.dumps(inner, indent=2)
    return _as_text(text, value.get("mediaType") or None)


def _as_text(text: str, chosen: JsonValue) -> JsonObject:
    empty = {"empty": True} if text == "" else {}
    return {"mode": "text", "text": text, "type": chosen, **empty}


def _qualified(
    field: Field, content: JsonValue, chosen: str, *, is_base64: bool = False
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
        return exact.loads(text) if media_types.is_json(chosen) else text
    is_json = [media_types.is_json(name) for name in field.media_types]
    if (is_json and not any(is_json)) or text.strip()[:1] not in ("{", "["):
        return text
    parsed: JsonValue = text
    try:
        parsed = exact.loads(text)
    except exact.NotJsonError:
        if all(is_json):
            raise
    return parsed


def _decoded(field: Field, content: bytes, chosen: str) -> str | None:
    """Uploaded bytes as text; None if they are not, or are sent as base64 anyway."""
    names = (chosen,) if chosen else field.media_types
    if field.binary or not (not names or any(map(media_types.is_text, names))):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
