"""One value of an input that differs, read and checked as its field does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.reading import are_numbers, read_value
from ogc_widgets.client.stac.stac_documents import id_of
from ogc_widgets.errors import InputError
from ogc_widgets.form.checks.messages import in_one, part_of_sentence
from ogc_widgets.form.drafts import stac_drafts, tree
from ogc_widgets.form.drafts.area_drafts import AreaDraft, as_chosen
from ogc_widgets.form.drafts.codec import from_draft, is_raw, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value
from ogc_widgets.form.page.form_card import text_of
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.plain import plain
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.json_type import JsonValue

LONGEST_LABEL: Final = 80
# Kinds of which there is only one value.
_NOT_VARIED: Final = ("const", "null")
_BOOLEANS: Final = {"yes": "true", "no": "false", "1": "true", "0": "false"}
_AS_TYPED: Final = frozenset(
    {"text", "multiline", "number", "integer", "date", "time", "datetime", "duration"}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one input.

    Attributes:
        label: It in words for people.
        value: What is sent, UNSET for nothing.
        fault: Why it cannot be sent, or "".
        area: Where it is, if it is an area.
    """

    label: str
    value: Value = UNSET
    fault: str = ""
    area: Area | None = None


class CellReader:
    """Reads values of one input; what stands in the form is left alone.

    Args:
        values: What stands in the form: its area may be set to another way of writing.
        key: Id of the input.
    """

    def __init__(self, values: FormValues, key: str) -> None:
        self.key = key
        self._secrets = SecretsStore()
        entry = values.entries.get(key)
        if entry is None:  # added by hand: any JSON
            self.field, self._now = Field(kind="json", key=key, label=key), None
        else:
            self.field = as_chosen(entry.field, entry.draft)
            self._now = entry.draft

    @property
    def label(self) -> str:
        """What the input is called."""
        return self.field.label or self.key

    @cached_property
    def kind(self) -> str:
        """Kind of one value: that of the items of a list, of the best of several."""
        return kind_of(self.field)

    def cell(self, given: object, label: str = "") -> Cell:
        """Read one value.

        Args:
            given: A value as ``form.inputs`` takes it, an object with
                ``__geo_interface__``, a date, a STAC item, or text as it is typed;
                UNSET for none.
            label: It in words; made of the value if left out.
        """
        try:
            draft = None if given is UNSET else self._draft(given)
        except InputError as error:
            fault = part_of_sentence(error)
            return Cell(label or _label_of(given, self.kind), fault=fault)
        value, faults = from_draft(self.field, draft, self._secrets)
        shown = label or _label_of(given if value is UNSET else value, self.kind, given)
        return Cell(shown, value, in_one(faults), self._area(draft))

    def _draft(self, given: Any) -> Draft:  # noqa: ANN401 # whatever people have
        if self.kind == "area" and _is_shape(given):
            draft = _area_draft(self.field, self._now, read_value(given))
            if draft is not None:
                return draft
        if self.kind == "stac":
            draft = self._stac_draft(given)
            if draft is not None:
                return draft
        if isinstance(given, dt.datetime) and self.kind == "date":
            given = given.date()
        value = plain(given)
        if isinstance(value, str):
            return self._text_draft(value)
        return self._value_draft(self.field, value)

    def _stac_draft(self, given: Any) -> Draft:  # noqa: ANN401 # or an object of pystac
        address = given.get_self_href() if hasattr(given, "get_self_href") else None
        one = address or plain(given)
        if not isinstance(one, (str, Mapping)) or not one:
            return None
        if isinstance(one, Mapping) and one.get("type") != "Feature":
            return None
        one = one.strip() if isinstance(one, str) else one
        return stac_drafts.with_items(self.field, None, [one])

    def _text_draft(self, text: str) -> Draft:
        """What a text is: a value that the field shows, or else as it is typed."""
        if self.field.kind == "area":
            return typed_draft(self.field, text, self._now)
        draft = to_draft(self.field, text, self._secrets)
        if not is_raw(draft) and not from_draft(self.field, draft, self._secrets)[1]:
            return draft
        return typed_draft(self.field, text, self._now)

    def _value_draft(self, field: Field, value: JsonValue) -> Draft:
        draft = to_draft(field, value, self._secrets)
        if self.kind == "area" and is_raw(draft) and are_numbers(value):
            return _area_draft(field, self._now, read_value(value)) or draft
        if field.kind not in ("list", "multichoice") or isinstance(value, list):
            return draft
        # Null and a link may be the whole list.
        may_be_whole = value is None or isinstance(value, Mapping)
        if may_be_whole and not from_draft(field, draft, self._secrets)[1]:
            return draft
        return to_draft(field, [value], self._secrets)

    def _area(self, draft: Draft) -> Area | None:
        if self.kind != "area":
            return None
        first = next(tree.parts_of_kind("area", self.field, draft), None)
        if first is None:
            return None
        return AreaDraft.of(first.field, first.draft).area(self._secrets)


def kind_of(field: Field) -> str:
    """Kind of one value of a field: that of the items of a list, of the best branch."""
    if field.kind == "list" and field.item is not None:
        return kind_of(field.item)
    if field.kind == "multichoice":
        return "choice"
    kinds = [kind_of(branch) for branch in field.branches]
    return next((k for k in ("area", "stac") if k in kinds), field.kind)


def can_vary(field: Field) -> bool:
    """Whether an input takes one of many, and its values may be kept."""
    parts = (field, *field.fields)
    return not field.holds("secret") and all(p.kind not in _NOT_VARIED for p in parts)


def typed_draft(field: Field, text: str, now: Draft = None) -> Draft:
    """The draft of text that was typed, pasted, or stands in a cell of a table.

    A list has commas between its values, or is JSON. An area is written as the one that
    stands in the field ``now``.
    """
    text = text.strip()
    if not text:
        return None
    if field.kind in _AS_TYPED or (field.kind == "stac" and field.stac):
        return text
    if field.kind == "area":
        return AreaDraft(AreaDraft.of(field, now).encoding, text).draft
    if field.kind == "boolean":
        return _BOOLEANS.get(text.casefold(), text.casefold())
    if field.kind == "choice":
        return _option(field, text)
    if field.kind == "file" and "reference" in field.modes and "://" in text[:12]:
        return {"mode": "reference", "href": text, "type": None}
    if field.kind == "file":
        return {"mode": "text", "text": text, "type": None}
    if field.kind == "union":
        return _branch(field, text)
    value = _json(text)
    if isinstance(value, list) or (value is not UNSET and field.kind != "list"):
        return to_draft(field, value)
    if field.kind == "list" and field.item is not None:
        return [typed_draft(field.item, one) for one in _parts(text)]
    if field.kind == "multichoice":
        numbers = [_option(field, one) for one in _parts(text)]
        is_known = all(isinstance(one, int) for one in numbers)
        return numbers if is_known else {"json": exact.dumps(_parts(text))}
    return {"json": text if field.kind != "json" else exact.dumps(text)}


def _option(field: Field, text: str) -> Draft:
    for number, (option, name) in enumerate(
        zip(field.options, field.option_labels, strict=False)
    ):
        if text in (name, text_of(option)):
            return number
    return {"json": exact.dumps(text)}


def _branch(field: Field, text: str) -> Draft:
    """The first branch that takes the text, or else the first one with its fault."""
    drafts = [
        {"branch": number, "draft": typed_draft(branch, text)}
        for number, branch in enumerate(field.branches)
    ]
    return next((d for d in drafts if not from_draft(field, d)[1]), drafts[0])


def _json(text: str) -> Value:
    try:
        value: Value = exact.loads(text)
    except exact.NotJsonError:
        return UNSET
    return value


def _parts(text: str) -> list[str]:
    sign = ";" if ";" in text else ","
    return [part for one in text.split(sign) if (part := one.strip())]


def _is_shape(given: Any) -> bool:  # noqa: ANN401 # as above
    if hasattr(given, "__geo_interface__") or hasattr(given, "geom_type"):
        return True
    return isinstance(given, Mapping) and "type" in given


def _area_draft(field: Field, now: Draft, area: Area) -> Draft:
    """The draft of a field with one area in it, None where there is no place for it.

    Raises:
        InputError: It cannot be sent that way.
    """
    if field.kind == "area":
        return AreaDraft.of(field, now).drawn(area)
    if field.kind == "list" and field.item is not None:
        inner = _area_draft(field.item, None, area)
        return None if inner is None else [inner]
    for number, branch in enumerate(field.branches):
        inner = _area_draft(branch, None, area)
        if inner is not None:
            return {"branch": number, "draft": inner}
    return None


def _label_of(value: Any, kind: str, given: object = None) -> str:  # noqa: ANN401 # as above
    if isinstance(given, Mapping) and given.get("type") == "Feature":
        value = given
    if value is UNSET:
        return ""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and value.get("type") == "Feature" and id_of(value):
        return clean(id_of(value), limit=LONGEST_LABEL)
    if isinstance(value, Mapping) and value.keys() == {"href"}:
        value = value["href"]
    if kind == "stac" and isinstance(value, str):
        # Of an address the last part tells one item from another.
        name = value.rstrip("/").rpartition("/")[2].partition("?")[0]
        value = name.removesuffix(".geojson").removesuffix(".json") or value
    try:
        text = text_of(plain(value))
    except (ValueError, TypeError):
        text = str(value)
    return clean(text, limit=LONGEST_LABEL)
