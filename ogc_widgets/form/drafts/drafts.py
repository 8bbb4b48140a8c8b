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
object             {name: draft}; {} sends an empty object; "" holds members that the
                   schema does not name, as a list of [name, draft]
map                list of [name, draft]
union              {"branch": number, "draft": draft}
file               {"mode": "text", "text", "type"}, {"mode": "reference", "href",
                   "type"} or {"mode": "upload", "name", "type", "size", "ref"}
secret             {"set": true, "ref": ...}: the text stays in Python
stac               the text: an address, or a document as JSON
area               {"encoding", "crs", "text"}, and "ref" where Python set more
json               the text
any of these       {"json": text}: the input is written as JSON by hand
=================  ==================================================================

``from_draft(field, to_draft(field, value))`` is ``value`` for every JSON value: what a
field cannot show exactly is shown as JSON instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks import messages
from ogc_widgets.form.checks.findings import check_value, raw_finding
from ogc_widgets.form.drafts.leaves import LEAVES, TEXT, Draft, Fault
from ogc_widgets.form.drafts.secrets_store import Vault
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, UNSET, Field, join_path
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

Errors = dict[str, str]


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
    reader = Reader(vault or Vault(), check=True)
    value = reader.read(field, draft, field.key)
    if not reader.errors:
        if value is UNSET:
            if field.required:
                reader.errors[field.key] = messages.NEEDS_VALUE
        else:
            reader.errors = check_value(field, value, draft)
    return value, reader.errors


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
        if value is UNSET or path in self.errors or not field.envelope:
            return value
        return {field.envelope: value}

    def _raw(self, field: Field, draft: Mapping[str, Any], path: str) -> JsonValue:
        if not draft["json"] and "ref" in draft:
            return self._vault.get(draft["ref"])
        value = self._leaf(LEAVES["json"].read, field, draft["json"], path)
        if self._check and value is not UNSET:
            finding = raw_finding(field, value)
            if finding:
                self.errors[path] = finding
        return value

    def _by_kind(self, field: Field, draft: Draft, path: str) -> JsonValue:
        if draft is None:
            is_shown = field.kind == "const" and field.required
            return field.options[0] if is_shown else UNSET
        try:
            if field.kind in self._containers:
                return self._containers[field.kind](self, field, draft, path)
            read = LEAVES.get(field.kind, TEXT).read
            value = self._leaf(read, field, draft, path)
        except (TypeError, ValueError, LookupError, AttributeError):
            # The page and this kernel disagree about the field, for example after a
            # reload into a newer version: as if nothing had been entered.
            return UNSET
        if self._check and value is not UNSET and path not in self.errors:
            fault = _fault_of_leaf(field, value)
            if fault:
                self.errors[path] = fault
        return value

    def _leaf(
        self,
        read: Callable[[Field, Draft, Vault], JsonValue],
        field: Field,
        draft: Draft,
        path: str,
    ) -> JsonValue:
        try:
            return read(field, draft, self._vault)
        except Fault as fault:
            self.errors[path] = str(fault)
            return fault.value
        except InputError as error:
            self.errors[path] = messages.part_of_sentence(error)
        except exact.NotJsonError as error:
            self.errors[path] = str(error)
        return UNSET

    def _union(self, field: Field, draft: Mapping[str, Draft], path: str) -> JsonValue:
        return self.read(field.branches[draft["branch"]], draft.get("draft"), path)

    def _multichoice(self, field: Field, draft: list[int], path: str) -> JsonValue:
        value = LEAVES["multichoice"].read(field, draft, self._vault)
        self._count(field, len(value), path)
        return value

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
        rows = draft.get(EXTRA_MEMBERS)
        others = {}
        if field.item is not None and rows:
            others = self._pairs(field.item, rows, path, taken=values.keys())
        is_entered = any(
            values[member.key] is not UNSET
            and not (member.kind == "const" and draft.get(member.key) is None)
            for member in field.fields
        )
        only_constants = all(member.kind == "const" for member in field.fields)
        is_clean = not others and len(self.errors) == before
        if draft and not is_entered and not only_constants and is_clean:
            return UNSET
        for member in field.fields:
            if values[member.key] is UNSET and member.required and draft:
                self.errors.setdefault(join_to(path, member.key), messages.NEEDS_VALUE)
        if not draft:
            return {}
        told = {key: value for key, value in values.items() if value is not UNSET}
        return {**told, **others}

    def _map(
        self, field: Field, draft: list[tuple[str, Draft]], path: str
    ) -> JsonValue:
        assert field.item is not None  # noqa: S101 # a map always has it
        values = self._pairs(field.item, draft, path)
        if not values and draft:
            return UNSET
        self._count(field, len(values), path)
        return values

    def _pairs(
        self,
        item: Field,
        rows: list[tuple[str, Draft]],
        path: str,
        taken: Collection[str] = (),
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

    _containers: ClassVar[dict[str, Callable[..., JsonValue]]] = {
        "list": _list,
        "map": _map,
        "multichoice": _multichoice,
        "object": _object,
        "tuple": _tuple,
        "union": _union,
    }


def _fault_of_leaf(field: Field, value: JsonValue) -> str:
    """What is wrong with a value that has no parts, or ""."""
    fault = messages.text_message(field, value) if isinstance(value, str) else ""
    if fault or field.kind in ("file", "area", "secret", "const"):
        return fault
    whole = {field.envelope: value} if field.envelope else value
    return next(iter(check_value(field, whole, None).values()), "")


def join_to(path: str, part: str | int) -> str:
    """Path of a part of what stands at ``path``."""
    return f"{path}/{join_path(part)}" if path else join_path(part)


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
