"""What is on the screen and what is sent: drafts and values.

A draft is plain JSON and holds exactly what the screen shows, faulty text included:

=================  ==================================================================
kind               draft (null: untouched)
=================  ==================================================================
text and the like  the text; "" sends an empty text
boolean, null      "true" or "false"; "null"
const              any text: its value is sent
choice             number of the option
multichoice        list of numbers
list, tuple        list of drafts; empty rows of a list are not sent
object             {name: draft}; {} sends an empty object
map                list of [name, draft]
union              {"branch": number, "draft": draft}
file               {"mode": "text", "text", "type"}, {"mode": "reference", "href",
                   "type"} or {"mode": "upload", "name", "type", "size", "ref"}
secret             {"set": true, "ref": ...}: the text stays in Python
area               {"encoding", "crs", "text"}, and "ref" where Python set more
json               the text
any of these       {"json": text}: the input is written as JSON by hand
=================  ==================================================================

``from_draft(field, to_draft(field, value))`` is ``value`` for every JSON value: what a
field cannot show exactly is shown as JSON instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form import area, exact, files, messages, words
from ogc_widgets.form.fields import (
    MAX_NODES,
    TEXT_KINDS,
    UNSET,
    Field,
    join_path,
)
from ogc_widgets.form.findings import check_value, raw_finding
from ogc_widgets.form.vault import Vault

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue

Draft = Any
Errors = dict[str, str]

HIDDEN_NOTE: Final = "Set from Python; not shown because it holds a secret."


def from_draft(
    field: Field, draft: Draft, vault: Vault | None = None
) -> tuple[Any, Errors]:
    """The value that a draft stands for, and what is wrong with it.

    Args:
        field: The field of an input.
        draft: What is on the screen.
        vault: Where secrets and uploads are kept.

    Returns:
        The value, UNSET if nothing is to be sent, and path to message. Paths start
        with the field's key: "stac_items/1".
    """
    reader = _Reader(vault or Vault(), check=True)
    value = reader.read(field, draft, field.key)
    if not reader.errors:
        if value is UNSET:
            if field.required:
                reader.errors[field.key] = messages.NEEDS_VALUE
        else:
            reader.errors = check_value(field, value, draft)
    return value, reader.errors


def to_draft(field: Field, value: JsonValue, vault: Vault | None = None) -> Draft:
    """The draft that shows a value.

    Raises:
        InputError: The value is not JSON.
    """
    if value is UNSET:
        return None
    try:
        text = exact.dumps(value, indent=2)
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"{field.key or 'This input'} cannot be sent as JSON: {error}.",
            advice="Use text, numbers, True, False, None, lists and dicts.",
        ) from None
    vault = vault or Vault()
    draft = _native(field, value, vault)
    if draft is not None:
        again = _Reader(vault, check=False).read(field, draft, "")
        if again is not UNSET and exact.same(again, value):
            return draft
    if any(part.kind == "secret" for part in field.walk()):
        return {"json": "", "ref": vault.put(value)}
    return {"json": text}


def initial_draft(field: Field) -> Draft:
    """What a field shows before anybody touched it."""
    if field.default is not UNSET:
        return to_draft(field, field.default)
    return template(field) if field.required else None


def template(field: Field) -> Draft:
    """The draft of a field that comes into being: its defaults, else None."""
    if field.default is not UNSET:
        return to_draft(field, field.default)
    if field.kind == "const":
        return field.option_labels[0] if field.option_labels else ""
    if field.kind in ("object", "tuple"):
        drafts = {
            member.key: initial_draft(member)
            for member in field.fields
            if member.kind != "const"
        }
        if any(draft is not None for draft in drafts.values()):
            every = {member.key: initial_draft(member) for member in field.fields}
            return every if field.kind == "object" else list(every.values())
    return None


def is_raw(draft: Draft) -> bool:
    """Whether a draft is JSON written by hand."""
    return isinstance(draft, Mapping) and isinstance(draft.get("json"), str)


def fits_schema(field: Field, value: JsonValue) -> bool:
    """Whether a value is valid for a field, judged by its schema alone."""
    return not check_value(field, value, None)


class _Reader:
    """Reads drafts; collects what is wrong by path."""

    def __init__(self, vault: Vault, *, check: bool) -> None:
        self._vault = vault
        self._check = check
        self.errors: Errors = {}

    def read(self, field: Field, draft: Draft, path: str) -> JsonValue:
        if is_raw(draft):
            return self._raw(field, draft, path)
        value = self._by_kind(field, draft, path)
        if value is UNSET or path in self.errors:
            return value
        if field.envelope:
            value = {field.envelope: value}
        return value

    def _by_kind(self, field: Field, draft: Draft, path: str) -> JsonValue:
        if draft is None:
            is_shown = field.kind == "const" and field.required
            return field.options[0] if is_shown else UNSET
        try:
            match field.kind:
                case "list":
                    return self._list(field, draft, path)
                case "tuple":
                    return self._tuple(field, draft, path)
                case "object":
                    return self._object(field, draft, path)
                case "map":
                    return self._map(field, draft, path)
                case "union":
                    branch = field.branches[draft["branch"]]
                    return self.read(branch, draft.get("draft"), path)
                case "multichoice":
                    value = [field.options[number] for number in draft]
                    self._count(field, len(value), path)
                    return value
                case _:
                    value = self._leaf(field, draft, path)
        except (TypeError, ValueError, LookupError, AttributeError):
            # The page and this kernel disagree about the field, for example after a
            # reload into a newer version: as if nothing had been entered.
            return UNSET
        if self._check and value is not UNSET and path not in self.errors:
            self._check_leaf(field, value, path)
        return value

    def _leaf(self, field: Field, draft: Draft, path: str) -> JsonValue:
        match field.kind:
            case "number" | "integer":
                return self._number(field, draft, path)
            case "json":
                return self._json(draft, path)
            case "boolean":
                return {"true": True, "false": False}.get(draft, UNSET)
            case "null":
                return None if draft == "null" else UNSET
            case "const":
                return field.options[0]
            case "choice":
                if isinstance(draft, bool) or draft < 0:
                    return UNSET
                return field.options[draft]
            case "secret":
                return self._vault.get(draft["ref"]) if draft.get("set") else UNSET
            case "area":
                return self._area(field, draft, path)
            case "file":
                return self._file(field, draft, path)
            case _:
                return draft if isinstance(draft, str) else UNSET

    def _number(self, field: Field, draft: str, path: str) -> JsonValue:
        text = draft.strip().replace("\N{MINUS SIGN}", "-")
        if not text:
            return UNSET
        try:
            value = exact.number(text)
        except ValueError:
            whole = "whole " if field.kind == "integer" else ""
            self.errors[path] = f"must be a {whole}number"
            if "," in text:
                self.errors[path] += ", with a point for the decimals"
            return UNSET
        if field.kind == "integer" and not isinstance(value, int):
            try:
                if value == int(value) and len(text) < 400:
                    return int(value)
            except (OverflowError, ValueError):
                pass
            self.errors[path] = "must be a whole number"
        return value

    def _json(self, text: str, path: str) -> JsonValue:
        if not text.strip():
            return UNSET
        try:
            return exact.loads(text)
        except exact.NotJsonError as error:
            self.errors[path] = str(error)
            return UNSET

    def _raw(self, field: Field, draft: Mapping[str, Any], path: str) -> JsonValue:
        if not draft["json"] and "ref" in draft:
            return self._vault.get(draft["ref"])
        value = self._json(draft["json"], path)
        if self._check and value is not UNSET:
            finding = raw_finding(field, value)
            if finding:
                self.errors[path] = finding
        return value

    def _area(self, field: Field, draft: Mapping[str, Any], path: str) -> JsonValue:
        try:
            return area.value_of(field, draft, self._vault)
        except InputError as error:
            self.errors[path] = _sentence_part(error)
            return UNSET

    def _file(self, field: Field, draft: Mapping[str, Any], path: str) -> JsonValue:
        try:
            return files.value_of(field, draft, self._vault)
        except exact.NotJsonError as error:
            self.errors[path] = str(error)
            return UNSET

    def _list(self, field: Field, draft: list[Draft], path: str) -> JsonValue:
        assert field.item is not None  # noqa: S101 # a list always has it
        values = []
        before = len(self.errors)
        for number, part in enumerate(draft):
            value = self.read(field.item, part, join_to(path, number))
            if value is not UNSET:
                values.append(value)
        if not values and draft:
            return UNSET
        if len(self.errors) == before:
            self._count(field, len(values), path)
        return values

    def _tuple(self, field: Field, draft: list[Draft], path: str) -> JsonValue:
        padded = [*draft, *([None] * (len(field.fields) - len(draft)))]
        values = [
            self.read(member, part, join_to(path, number))
            for number, (member, part) in enumerate(
                zip(field.fields, padded, strict=True)
            )
        ]
        if all(value is UNSET for value in values) and draft:
            return UNSET
        while (
            values
            and values[-1] is UNSET
            and not field.fields[len(values) - 1].required
        ):
            values.pop()
        for number, value in enumerate(values):
            if value is UNSET:
                self.errors.setdefault(join_to(path, number), messages.NEEDS_VALUE)
        return UNSET if any(value is UNSET for value in values) else values

    def _object(self, field: Field, draft: Mapping[str, Draft], path: str) -> JsonValue:
        before = len(self.errors)
        values = {
            member.key: self.read(
                member, draft.get(member.key), join_to(path, member.key)
            )
            for member in field.fields
        }
        entered = [
            member
            for member in field.fields
            if values[member.key] is not UNSET
            and not (member.kind == "const" and draft.get(member.key) is None)
        ]
        only_constants = all(member.kind == "const" for member in field.fields)
        if not entered and draft and not only_constants and len(self.errors) == before:
            constants = any(member.kind == "const" for member in entered)
            if not constants:
                return UNSET
        for member in field.fields:
            if values[member.key] is UNSET and member.required and draft:
                self.errors.setdefault(join_to(path, member.key), messages.NEEDS_VALUE)
        if not draft:
            return {}
        return {key: value for key, value in values.items() if value is not UNSET}

    def _map(
        self, field: Field, draft: list[tuple[str, Draft]], path: str
    ) -> JsonValue:
        assert field.item is not None  # noqa: S101 # a map always has it
        values: dict[str, Any] = {}
        for number, (key, part) in enumerate(draft):
            value = self.read(field.item, part, join_to(path, key or number))
            if value is UNSET and not key:
                continue
            if not key and value is not UNSET and self._check:
                self.errors[join_to(path, number)] = "needs a name"
                continue
            if key in values:
                self.errors[join_to(path, key)] = f"has the name {key!r} twice"
                continue
            if value is UNSET:
                self.errors.setdefault(join_to(path, key), messages.NEEDS_VALUE)
                continue
            values[key] = value
        if not values and draft:
            return UNSET
        self._count(field, len(values), path)
        return values

    def _count(self, field: Field, count: int, path: str) -> None:
        if not self._check or path in self.errors:
            return
        noun = "value" if field.kind != "map" else "name"
        if count < field.min_items:
            missing = _times(field.min_items, noun)
            self.errors[path] = f"needs {missing} or more, has {count}"
        elif field.max_items is not None and count > field.max_items:
            allowed = _times(field.max_items, noun)
            self.errors[path] = f"takes {allowed} or fewer, has {count}"

    def _check_leaf(self, field: Field, value: JsonValue, path: str) -> None:
        if isinstance(value, str):
            fault = messages.text_message(field, value)
            if fault:
                self.errors[path] = fault
                return
        if field.kind in ("file", "area", "secret", "const"):
            return
        whole = {field.envelope: value} if field.envelope else value
        for path_in, finding in check_value(field, whole, None).items():
            del path_in
            self.errors[path] = finding
            return


def join_to(path: str, part: str | int) -> str:
    """Path of a part of what stands at ``path``."""
    return f"{path}/{join_path(part)}" if path else join_path(part)


def _native(field: Field, value: JsonValue, vault: Vault) -> Draft:
    """The draft in the field's own form, or None if there is none."""
    if field.kind == "secret":
        return {"set": True, "ref": vault.put(_unwrapped(field, value))}
    if field.envelope:
        value = _unwrapped(field, value)
        if value is UNSET:
            return None
    match field.kind:
        case "number" | "integer":
            if not _is_number(value):
                return None
            return exact.number_text(value)
        case "boolean":
            return {True: "true", False: "false"}[value] if value in BOOLEANS else None
        case "null":
            return "null" if value is None else None
        case "json":
            return exact.dumps(value, indent=2)
        case "const":
            return field.option_labels[0] if field.option_labels else ""
        case "choice":
            return _option(field, value)
        case "multichoice":
            if not isinstance(value, list) or not value:
                return [] if value == [] else None
            numbers = [_option(field, one) for one in value]
            return None if None in numbers else numbers
        case "list" if field.item is not None:
            # A list that nobody scrolls through is shown as JSON.
            if not isinstance(value, list) or len(value) > MAX_NODES:
                return None
            return [to_draft(field.item, one, vault) for one in value]
        case "tuple":
            if not isinstance(value, list) or len(value) > len(field.fields):
                return None
            drafts = [
                to_draft(member, one, vault)
                for member, one in zip(field.fields, value, strict=False)
            ]
            return drafts + [None] * (len(field.fields) - len(drafts))
        case "object":
            return _object_draft(field, value, vault)
        case "map" if field.item is not None:
            if not isinstance(value, Mapping) or not all(value):
                return None
            item = field.item
            return [[key, to_draft(item, one, vault)] for key, one in value.items()]
        case "union":
            return _union_draft(field, value, vault)
        case "area":
            return area.draft_of(field, value, vault)
        case "file":
            return files.draft_of(field, value)
        case _:
            if not isinstance(value, str) or exact.SURROGATE.search(value):
                return None
            return value


BOOLEANS: Final = (True, False)


def _object_draft(field: Field, value: JsonValue, vault: Vault) -> Draft:
    if not isinstance(value, Mapping):
        return None
    known = {member.key: member for member in field.fields}
    if not value.keys() <= known.keys():
        return None
    if not value:
        return {}
    return {
        key: to_draft(member, value[key], vault) if key in value else None
        for key, member in known.items()
    }


def _union_draft(field: Field, value: JsonValue, vault: Vault) -> Draft:
    """The first branch that takes the value, best one that shows it without JSON."""
    second: Draft = None
    for number, branch in enumerate(field.branches):
        if not fits_schema(branch, value):
            continue
        draft = to_draft(branch, value, vault)
        if not is_raw(draft):
            return {"branch": number, "draft": draft}
        if second is None:
            second = {"branch": number, "draft": draft}
    return second


def _option(field: Field, value: JsonValue) -> int | None:
    for number, option in enumerate(field.options):
        if exact.same(option, value):
            return number
    return None


def _unwrapped(field: Field, value: JsonValue) -> JsonValue:
    if not field.envelope:
        return value
    if isinstance(value, Mapping) and list(value) == [field.envelope]:
        return value[field.envelope]
    return UNSET


def _is_number(value: JsonValue) -> bool:
    return (
        isinstance(value, (int, float, Decimal))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _sentence_part(error: InputError) -> str:
    """An error of another module as a message at a field."""
    text = f"{error.what} {error.advice}".strip()
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


__all__ = [
    "TEXT_KINDS",
    "Draft",
    "from_draft",
    "initial_draft",
    "is_raw",
    "template",
    "to_draft",
    "words",
]
