"""Fields without parts: how each kind shows a value, and reads it back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from ogc_widgets.form.drafts import area_drafts, file_drafts, stac_drafts
from ogc_widgets.form.drafts.tree import members_of, rows_of
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from ogc_widgets.form.drafts.secrets_store import SecretsStore
    from ogc_widgets.protocol.json_type import JsonValue


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
        show=lambda field, value, _s: file_drafts.draft_of(field, value),
        read=file_drafts.value_of,
    ),
    "stac": Leaf(
        show=lambda field, value, _s: stac_drafts.draft_of(field, value),
        read=lambda field, draft, _s: stac_drafts.value_of(field, draft),
    ),
}
