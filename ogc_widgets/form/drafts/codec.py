"""What is on the screen and what is sent: drafts and values, one made of the other.

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
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks import messages
from ogc_widgets.form.checks.findings import check_value, part_finding, raw_finding
from ogc_widgets.form.drafts.leaves import LEAVES, TEXT, Fault
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.drafts.tree import (
    chosen_branch,
    members_of,
    named_rows,
    parts,
)
from ogc_widgets.form.fields.fields import (
    EXTRA_MEMBERS,
    UNSET,
    Draft,
    Field,
    Value,
    join_path,
)
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import MAX_NODES

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue

Errors = dict[str, str]


class _Container(NamedTuple):
    """How a kind of field that has parts is read and shown."""

    read: Callable[[Codec, Field, Draft, str], Value]
    show: Callable[[Codec, Field, JsonValue], Draft]


def from_draft(
    field: Field, draft: Draft, secrets: SecretsStore | None = None
) -> tuple[Value, Errors]:
    """The value that a draft stands for, and what is wrong with it.

    Args:
        field: The field of an input.
        draft: What is on the screen.
        secrets: Where secrets and uploads are kept.

    Returns:
        The value, UNSET if nothing is to be sent, and path to message. Paths start
        with the field's key: "stac_items/1".
    """
    codec = Codec(secrets)
    value = codec.read(field, draft, field.key)
    if not codec.errors and value is not UNSET:
        return value, check_value(field, value, draft)
    if not codec.errors and field.required:
        return value, {field.key: messages.NEEDS_VALUE}
    return value, codec.errors


def to_draft(field: Field, value: Value, secrets: SecretsStore | None = None) -> Draft:
    """The draft that shows a value.

    Raises:
        InputError: The value is not JSON.
    """
    return Codec(secrets).show(field, value)


def initial_draft(field: Field) -> Draft:
    """What a field shows before anybody touched it."""
    is_shown = field.required or field.default is not UNSET
    return template(field) if is_shown else None


def template(field: Field) -> Draft:
    """The draft of a field that comes into being: its defaults, else None."""
    if field.default is not UNSET:
        return to_draft(field, field.default)
    if field.kind == "const":
        return "".join(field.option_labels[:1])
    if field.kind in ("object", "tuple"):
        every = {member.key: initial_draft(member) for member in field.fields}
        members = [one for one in field.fields if one.kind != "const"]
        if any(every[member.key] is not None for member in members):
            return every if field.kind == "object" else list(every.values())
    return None


def is_raw(draft: Draft) -> bool:
    """Whether a draft is JSON written by hand."""
    return isinstance(members_of(draft).get("json"), str)


class Codec:
    """Reads drafts and shows values; collects what is wrong by path.

    Args:
        secrets: Where secrets and uploads are kept.
        check: Whether values that are read are compared with their schemas.

    Attributes:
        errors: Path to what is wrong.
    """

    def __init__(
        self, secrets: SecretsStore | None = None, *, check: bool = True
    ) -> None:
        self._secrets = secrets or SecretsStore()
        self._check = check
        self.errors: Errors = {}

    def read(self, field: Field, draft: Draft, path: str) -> Value:
        """The value of a draft, UNSET if there is none; faults go to ``errors``.

        A draft that is none of this field, as from a page of another version, is read
        as if nothing had been entered.
        """
        if draft is None:
            is_shown = field.kind == "const" and field.required
            return cast("Value", field.options[0]) if is_shown else UNSET
        if is_raw(draft):
            return self._read_raw(field, members_of(draft), path)
        before = len(self.errors)
        if field.kind in self._containers:
            value = self._containers[field.kind].read(self, field, draft, path)
        else:
            value = self._read_leaf(field.kind, field, draft, path)
        if value is UNSET:
            return UNSET
        if self._check and len(self.errors) == before:
            self._note(path, part_finding(field, value))
        is_wrapped = field.envelope and path not in self.errors
        return {field.envelope: value} if is_wrapped else value

    def show(self, field: Field, value: Value) -> Draft:
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
        draft = self._shown(field, value)
        if draft is not None:
            again = Codec(self._secrets, check=False).read(field, draft, "")
            if again is not UNSET and exact.same(again, value):
                return draft
        if field.holds("secret"):
            return {"json": "", "ref": self._secrets.put(value)}
        return {"json": text}

    def _shown(self, field: Field, value: JsonValue) -> Draft:
        """The draft in the field's own form, or None if there is none."""
        if field.envelope:
            if not isinstance(value, Mapping) or list(value) != [field.envelope]:
                return None
            value = value[field.envelope]
        if field.kind in self._containers:
            return self._containers[field.kind].show(self, field, value)
        return LEAVES.get(field.kind, TEXT).show(field, value, self._secrets)

    def _note(self, path: str, fault: str) -> None:
        """Keep what is wrong at a path, unless something is known of it already."""
        if fault:
            self.errors.setdefault(path, fault)

    def _read_raw(self, field: Field, draft: Mapping[str, Draft], path: str) -> Value:
        if not draft["json"] and "ref" in draft:
            return cast("Value", self._secrets.get(draft["ref"]))
        value = self._read_leaf("json", field, draft["json"], path)
        if self._check and value is not UNSET:
            self._note(path, raw_finding(field, value))
        return value

    def _read_leaf(self, kind: str, field: Field, draft: Draft, path: str) -> Value:
        try:
            return LEAVES.get(kind, TEXT).read(field, draft, self._secrets)
        except Fault as fault:
            self._note(path, str(fault))
            return fault.value
        except InputError as error:
            self._note(path, messages.part_of_sentence(error))
        except exact.NotJsonError as error:
            self._note(path, str(error))
        return UNSET

    # -- one of several kinds ---------------------------------------------------------

    def _read_union(self, field: Field, draft: Draft, path: str) -> Value:
        number = chosen_branch(field, draft)
        if number is None:
            return UNSET
        return self.read(field.branches[number], members_of(draft).get("draft"), path)

    def _show_union(self, field: Field, value: JsonValue) -> Draft:
        """The first branch that takes it, best one that shows it without JSON."""
        second: Draft = None
        for number, branch in enumerate(field.branches):
            if not check_value(branch, value, None):
                inner = self.show(branch, value)
                draft = {"branch": number, "draft": inner}
                if not is_raw(inner):
                    return draft
                second = second or draft
        return second

    # -- lists ------------------------------------------------------------------------

    def _read_list(self, field: Field, draft: Draft, path: str) -> Value:
        if field.item is None or not isinstance(draft, (list, tuple)):
            return UNSET
        values = [
            value
            for number, part in enumerate(draft)
            for value in [self.read(field.item, part, _below(path, number))]
            if value is not UNSET
        ]
        return UNSET if draft and not values else values

    def _show_list(self, field: Field, value: JsonValue) -> Draft:
        # A list that nobody scrolls through is shown as JSON.
        if field.item is None or not isinstance(value, list) or len(value) > MAX_NODES:
            return None
        return [self.show(field.item, one) for one in value]

    def _read_tuple(self, field: Field, draft: Draft, path: str) -> Value:
        if not isinstance(draft, (list, tuple)):
            return UNSET
        values = [
            self.read(member, part, _below(path, step))
            for step, member, part in parts(field, draft)
        ]
        if draft and all(value is UNSET for value in values):
            return UNSET
        members = list(field.fields)
        while values and values[-1] is UNSET and not members[-1].required:
            values.pop()
            members.pop()
        for number, value in enumerate(values):
            if value is UNSET:
                self._note(_below(path, number), messages.NEEDS_VALUE)
        told = [value for value in values if value is not UNSET]
        return told if len(told) == len(values) else UNSET

    def _show_tuple(self, field: Field, value: JsonValue) -> Draft:
        if not isinstance(value, list) or len(value) > len(field.fields):
            return None
        missing = [None] * (len(field.fields) - len(value))
        pairs = zip(field.fields, value, strict=False)
        return [*(self.show(member, one) for member, one in pairs), *missing]

    # -- names and values -------------------------------------------------------------

    def _read_object(self, field: Field, draft: Draft, path: str) -> Value:
        """The members, if any was entered; fixed values alone are no entry."""
        if not isinstance(draft, Mapping):
            return UNSET
        if not draft:
            return {}
        before = len(self.errors)
        values = {
            one.key: self.read(one, draft.get(one.key), _below(path, one.key))
            for one in field.fields
        }
        others = self._read_pairs(field, draft.get(EXTRA_MEMBERS), path, values)
        is_fixed = all(member.kind == "const" for member in field.fields)
        is_entered = any(
            values[member.key] is not UNSET
            and (member.kind != "const" or draft.get(member.key) is not None)
            for member in field.fields
        )
        if not (is_entered or is_fixed or others or len(self.errors) > before):
            return UNSET
        for member in field.fields:
            if values[member.key] is UNSET and member.required:
                self._note(_below(path, member.key), messages.NEEDS_VALUE)
        told = {key: one for key, one in values.items() if one is not UNSET}
        return {**told, **others}

    def _show_object(self, field: Field, value: JsonValue) -> Draft:
        if not isinstance(value, Mapping):
            return None
        if not value:
            return {}
        drafts = {
            member.key: self.show(member, value.get(member.key, UNSET))
            for member in field.fields
        }
        others = {key: one for key, one in value.items() if key not in drafts}
        if not others:
            return drafts
        rows = self._show_map(field, others)
        return None if rows is None else {**drafts, EXTRA_MEMBERS: rows}

    def _read_map(self, field: Field, draft: Draft, path: str) -> Value:
        values = self._read_pairs(field, draft, path)
        return UNSET if draft and not values else values

    def _show_map(self, field: Field, value: JsonValue) -> Draft:
        if field.item is None or not isinstance(value, Mapping) or not all(value):
            return None
        return [[key, self.show(field.item, one)] for key, one in value.items()]

    def _read_pairs(
        self, field: Field, rows: Draft, path: str, taken: Collection[str] = ()
    ) -> dict[str, JsonValue]:
        """Names and values; ``taken`` names are members of their own."""
        values: dict[str, JsonValue] = {}
        for number, (name, part) in enumerate(named_rows(rows)):
            at = _below(path, name or number)
            value = UNSET if field.item is None else self.read(field.item, part, at)
            if not name:
                self._note(at, "" if value is UNSET else "needs a name")
            elif name in values:
                self._note(at, f"has the name {name!r} twice")
            elif name in taken:
                self._note(at, f"{name!r} has a field of its own")
            elif value is UNSET:
                self._note(at, messages.NEEDS_VALUE)
            else:
                values[name] = value
        return values

    _containers: ClassVar[dict[str, _Container]] = {
        "list": _Container(_read_list, _show_list),
        "map": _Container(_read_map, _show_map),
        "object": _Container(_read_object, _show_object),
        "tuple": _Container(_read_tuple, _show_tuple),
        "union": _Container(_read_union, _show_union),
    }


def _below(path: str, part: str | int) -> str:
    """Path of a part of what stands at ``path``."""
    return f"{path}/{join_path(part)}" if path else join_path(part)
