"""From what is on the screen to what is sent: reads drafts, says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks import messages
from ogc_widgets.form.checks.findings import check_value, raw_finding
from ogc_widgets.form.drafts import file_drafts
from ogc_widgets.form.fields import area_fields, stac_fields
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, UNSET, Field, join_path
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import Vault
    from ogc_widgets.protocol.wire import JsonValue

Draft = Any
Errors = dict[str, str]


def is_raw(draft: Draft) -> bool:
    """Whether a draft is JSON written by hand."""
    return isinstance(draft, Mapping) and isinstance(draft.get("json"), str)


class Reader:
    """Reads drafts; collects what is wrong by path."""

    def __init__(self, vault: Vault, *, check: bool) -> None:
        self._vault = vault
        self._check = check
        self.errors: Errors = {}

    def read(self, field: Field, draft: Draft, path: str) -> JsonValue:
        """The value of a draft, UNSET if there is none; faults go to ``errors``."""
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
            case "stac":
                return self._stac(field, draft, path)
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
            value = area_fields.value_of(field, draft, self._vault)
        except InputError as error:
            self.errors[path] = _sentence_part(error)
            return UNSET
        is_typed = bool(field.typed) and isinstance(value, str)
        return {"value": value, "mediaType": field.typed} if is_typed else value

    def _file(self, field: Field, draft: Mapping[str, Any], path: str) -> JsonValue:
        try:
            return file_drafts.value_of(field, draft, self._vault)
        except exact.NotJsonError as error:
            self.errors[path] = str(error)
            return UNSET

    def _stac(self, field: Field, draft: Draft, path: str) -> JsonValue:
        try:
            return stac_fields.value_of(field, draft)
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
        others = self._other_members(field, draft, path)
        entered = [
            member
            for member in field.fields
            if values[member.key] is not UNSET
            and not (member.kind == "const" and draft.get(member.key) is None)
        ]
        only_constants = all(member.kind == "const" for member in field.fields)
        is_clean = not others and len(self.errors) == before
        if not entered and draft and not only_constants and is_clean:
            constants = any(member.kind == "const" for member in entered)
            if not constants:
                return UNSET
        for member in field.fields:
            if values[member.key] is UNSET and member.required and draft:
                self.errors.setdefault(join_to(path, member.key), messages.NEEDS_VALUE)
        if not draft:
            return {}
        told = {key: value for key, value in values.items() if value is not UNSET}
        return {**told, **others}

    def _other_members(
        self, field: Field, draft: Mapping[str, Draft], path: str
    ) -> dict[str, Any]:
        rows = draft.get(EXTRA_MEMBERS)
        if field.item is None or not rows:
            return {}
        taken = {member.key for member in field.fields}
        return self._pairs(field.item, rows, path, taken)

    def _map(
        self, field: Field, draft: list[tuple[str, Draft]], path: str
    ) -> JsonValue:
        assert field.item is not None  # noqa: S101 # a map always has it
        values = self._pairs(field.item, draft, path, set())
        if not values and draft:
            return UNSET
        self._count(field, len(values), path)
        return values

    def _pairs(
        self, item: Field, rows: list[tuple[str, Draft]], path: str, taken: set[str]
    ) -> dict[str, Any]:
        """Names and values; ``taken`` names are members of their own."""
        values: dict[str, Any] = {}
        for number, (key, part) in enumerate(rows):
            value = self.read(item, part, join_to(path, key or number))
            if value is UNSET and not key:
                continue
            if not key and value is not UNSET and self._check:
                self.errors[join_to(path, number)] = "needs a name"
                continue
            if key in values:
                self.errors[join_to(path, key)] = f"has the name {key!r} twice"
                continue
            if key in taken:
                self.errors[join_to(path, key)] = f"{key!r} has a field of its own"
                continue
            if value is UNSET:
                self.errors.setdefault(join_to(path, key), messages.NEEDS_VALUE)
                continue
            values[key] = value
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


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _sentence_part(error: InputError) -> str:
    """An error of another module as a message at a field."""
    text = f"{error.what} {error.advice}".strip()
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
