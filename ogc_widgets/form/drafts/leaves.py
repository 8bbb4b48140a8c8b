"""Fields without parts: how each kind shows a value, and reads it back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.drafts import file_drafts
from ogc_widgets.form.fields import area_fields, stac_fields
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol import reading

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import Vault
    from ogc_widgets.protocol.wire import JsonValue

Draft = Any


class Fault(Exception):  # noqa: N818 # of what was entered, not of the program
    """What is wrong with a draft.

    Attributes:
        value: What it stands for all the same, or UNSET.
    """

    def __init__(self, message: str, value: Any = UNSET) -> None:  # noqa: ANN401 # JSON
        super().__init__(message)
        self.value = value


@dataclass(frozen=True)
class Leaf:
    """How one kind of field is shown and read.

    Attributes:
        show: The draft that shows a value, None where none does.
        read: The value of a draft, UNSET for none; raises what is wrong.
    """

    show: Callable[[Field, Any, Vault], Draft]
    read: Callable[[Field, Draft, Vault], Any]


def _read_number(field: Field, draft: str, _vault: Vault) -> JsonValue:
    text = draft.strip().replace("\N{MINUS SIGN}", "-")
    if not text:
        return UNSET
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


def _show_text(_field: Field, value: JsonValue, _vault: Vault) -> Draft:
    is_shown = isinstance(value, str) and not exact.SURROGATE.search(value)
    return value if is_shown else None


def _show_choice(field: Field, value: JsonValue, _vault: Vault) -> Draft:
    return _numbers(field).get(exact.mark(value))


def _read_choice(field: Field, draft: int, _vault: Vault) -> JsonValue:
    return UNSET if isinstance(draft, bool) or draft < 0 else field.options[draft]


def _show_choices(field: Field, value: JsonValue, _vault: Vault) -> Draft:
    options = _numbers(field)
    if not isinstance(value, list):
        return None
    numbers = [options.get(exact.mark(one)) for one in value]
    return None if None in numbers else numbers


def _numbers(field: Field) -> dict[Hashable, int]:
    return {exact.mark(option): n for n, option in enumerate(field.options)}


def _show_area(field: Field, value: JsonValue, vault: Vault) -> Draft:
    if field.typed and isinstance(value, Mapping):
        value = value.get("value")
    return area_fields.draft_of(field, value, vault)


def _read_area(field: Field, draft: Mapping[str, Any], vault: Vault) -> JsonValue:
    value = area_fields.value_of(field, draft, vault)
    is_typed = bool(field.typed) and isinstance(value, str)
    return {"value": value, "mediaType": field.typed} if is_typed else value


_NUMBER: Final = Leaf(
    show=lambda _f, value, _v: (
        exact.number_text(value) if reading.is_finite(value) else None
    ),
    read=_read_number,
)
TEXT: Final = Leaf(
    show=_show_text,
    read=lambda _f, draft, _v: draft if isinstance(draft, str) else UNSET,
)
LEAVES: Final[dict[str, Leaf]] = {
    "number": _NUMBER,
    "integer": _NUMBER,
    "boolean": Leaf(
        show=lambda _f, value, _v: (
            str(value).lower() if isinstance(value, bool) else None
        ),
        read=lambda _f, draft, _v: {"true": True, "false": False}.get(draft, UNSET),
    ),
    "null": Leaf(
        show=lambda _f, value, _v: "null" if value is None else None,
        read=lambda _f, draft, _v: None if draft == "null" else UNSET,
    ),
    "const": Leaf(
        show=lambda field, _value, _v: "".join(field.option_labels[:1]),
        read=lambda field, _draft, _v: field.options[0],
    ),
    "choice": Leaf(show=_show_choice, read=_read_choice),
    "multichoice": Leaf(
        show=_show_choices,
        read=lambda field, draft, _v: [field.options[number] for number in draft],
    ),
    "json": Leaf(
        show=lambda _f, value, _v: exact.dumps(value, indent=2),
        read=lambda _f, text, _v: exact.loads(text) if text.strip() else UNSET,
    ),
    "secret": Leaf(
        show=lambda _f, value, vault: {"set": True, "ref": vault.put(value)},
        read=lambda _f, draft, vault: (
            vault.get(draft["ref"]) if draft.get("set") else UNSET
        ),
    ),
    "area": Leaf(show=_show_area, read=_read_area),
    "file": Leaf(
        show=lambda field, value, _v: file_drafts.draft_of(field, value),
        read=file_drafts.value_of,
    ),
    "stac": Leaf(
        show=lambda field, value, _v: stac_fields.draft_of(field, value),
        read=lambda field, draft, _v: stac_fields.value_of(field, draft),
    ),
}
