"""Fields without parts: how each kind shows a value, and reads it back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from ogc_widgets.form.drafts import area_drafts, stac_drafts
from ogc_widgets.form.drafts.tree import members_of, rows_of
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol import media_types, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue


class Fault(Exception):  # noqa: N818 # of what was entered, not of the program
    """What is wrong with a draft.

    Attributes:
        value: What it stands for all the same, or UNSET.
    """

    def __init__(self, message: str, value: Value = UNSET) -> None:
        super().__init__(message)
        self.value = value


@dataclass(frozen=True)
class Leaf:
    """How one kind of field is shown and read.

    Attributes:
        show: The draft that shows a value, None where none does.
        read: The value of a draft, UNSET for none; raises what is wrong.
    """

    show: Callable[[Field, JsonValue, SecretsStore], Draft]
    read: Callable[[Field, Draft, SecretsStore], Value]


def _read_number(field: Field, draft: Draft, _secrets: SecretsStore) -> Value:
    if not isinstance(draft, str) or not draft.strip():
        return UNSET
    text = draft.strip().replace("\N{MINUS SIGN}", "-")
    whole = "whole " if field.kind == "integer" else ""
    try:
        value = exact.number(text)
    except ValueError:
        point = ", with a point for the decimals" if "," in text else ""
        raise Fault(f"must be a {whole}number{point}") from None
    if not whole or isinstance(value, int):
        return value
    try:
        if value == int(value) and len(text) < 400:
            return int(value)
    except (OverflowError, ValueError):
        pass
    raise Fault("must be a whole number", value)


def _show_text(_field: Field, value: JsonValue, _secrets: SecretsStore) -> Draft:
    is_shown = isinstance(value, str) and not exact.SURROGATE.search(value)
    return value if is_shown else None


def _show_choices(field: Field, value: JsonValue, _secrets: SecretsStore) -> Draft:
    if not isinstance(value, list):
        return None
    options = _numbers(field)
    numbers = [options.get(exact.mark(one)) for one in value]
    return None if None in numbers else numbers


def _numbers(field: Field) -> dict[Hashable, int]:
    return {exact.mark(option): n for n, option in enumerate(field.options)}


def _read_choice(field: Field, draft: Draft, _secrets: SecretsStore) -> Value:
    if type(draft) is int and 0 <= draft < len(field.options):
        return cast("JsonValue", field.options[draft])
    return UNSET


def _read_choices(field: Field, draft: Draft, secrets: SecretsStore) -> Value:
    values = [_read_choice(field, one, secrets) for one in rows_of(draft)]
    is_list = isinstance(draft, list)
    return UNSET if UNSET in values or not is_list else cast("JsonValue", values)


def _read_secret(_field: Field, draft: Draft, secrets: SecretsStore) -> Value:
    members = members_of(draft)
    return (
        cast("Value", secrets.get(members.get("ref"))) if members.get("set") else UNSET
    )


# -- files: as text, by upload or by reference -----------------------------------------


def _read_file(field: Field, draft: Draft, secrets: SecretsStore) -> Value:
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


def _show_file(field: Field, value: JsonValue) -> Draft:
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
    # What is no text of a field for text.
    says_more = says_type or (is_base64 and not field.binary)
    if isinstance(content, str) and not says_more and not field.qualified:
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


# -- one row for each kind ------------------------------------------------------------

_NUMBER: Final = Leaf(
    show=lambda _f, value, _s: (
        exact.number_text(value)
        if isinstance(value, (int, float, Decimal)) and reading.is_finite(value)
        else None
    ),
    read=_read_number,
)
TEXT: Final = Leaf(
    show=_show_text,
    read=lambda _f, draft, _s: draft if isinstance(draft, str) else UNSET,
)
LEAVES: Final[dict[str, Leaf]] = {
    "number": _NUMBER,
    "integer": _NUMBER,
    "boolean": Leaf(
        show=lambda _f, value, _s: (
            str(value).lower() if isinstance(value, bool) else None
        ),
        read=lambda _f, draft, _s: (
            draft == "true" if draft in ("true", "false") else UNSET
        ),
    ),
    "null": Leaf(
        show=lambda _f, value, _s: "null" if value is None else None,
        read=lambda _f, draft, _s: None if draft == "null" else UNSET,
    ),
    "const": Leaf(
        show=lambda field, _value, _s: "".join(field.option_labels[:1]),
        read=lambda field, _draft, _s: field.options[0],
    ),
    "choice": Leaf(
        show=lambda field, value, _s: _numbers(field).get(exact.mark(value)),
        read=_read_choice,
    ),
    "multichoice": Leaf(show=_show_choices, read=_read_choices),
    "json": Leaf(
        show=lambda _f, value, _s: exact.dumps(value, indent=2),
        read=lambda _f, text, _s: (
            exact.loads(text) if isinstance(text, str) and text.strip() else UNSET
        ),
    ),
    "secret": Leaf(
        show=lambda _f, value, secrets: {"set": True, "ref": secrets.put(value)},
        read=_read_secret,
    ),
    "area": Leaf(show=area_drafts.draft_of, read=area_drafts.value_of),
    "file": Leaf(
        show=lambda field, value, _s: _show_file(field, value),
        read=_read_file,
    ),
    "stac": Leaf(
        show=lambda field, value, _s: stac_drafts.draft_of(field, value),
        read=lambda field, draft, _s: stac_drafts.value_of(field, draft),
    ),
}
