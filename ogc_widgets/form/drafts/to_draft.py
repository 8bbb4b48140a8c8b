"""From values to what is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks.findings import check_value
from ogc_widgets.form.drafts.drafts import Reader, is_raw
from ogc_widgets.form.drafts.leaves import LEAVES, TEXT, Draft
from ogc_widgets.form.drafts.secrets_store import Vault
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, UNSET, Field
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.limits import MAX_NODES

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


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
        again = Reader(vault, check=False).read(field, draft, "")
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


def _native(field: Field, value: JsonValue, vault: Vault) -> Draft:
    """The draft in the field's own form, or None if there is none."""
    if field.envelope:
        is_wrapped = isinstance(value, Mapping) and list(value) == [field.envelope]
        value = value[field.envelope] if is_wrapped else UNSET
        if value is UNSET and field.kind != "secret":
            return None
    if field.kind in _CONTAINERS:
        return _CONTAINERS[field.kind](field, value, vault)
    return LEAVES.get(field.kind, TEXT).show(field, value, vault)


def _list(field: Field, value: JsonValue, vault: Vault) -> Draft:
    # A list that nobody scrolls through is shown as JSON.
    if field.item is None or not isinstance(value, list) or len(value) > MAX_NODES:
        return None
    return [to_draft(field.item, one, vault) for one in value]


def _tuple(field: Field, value: JsonValue, vault: Vault) -> Draft:
    if not isinstance(value, list) or len(value) > len(field.fields):
        return None
    parts = zip(field.fields, value, strict=False)
    drafts = [to_draft(member, one, vault) for member, one in parts]
    return drafts + [None] * (len(field.fields) - len(drafts))


def _pairs(field: Field, value: JsonValue, vault: Vault) -> Draft:
    """Names and drafts of members that have no field of their own."""
    if field.item is None or not isinstance(value, Mapping) or not all(value):
        return None
    return [[key, to_draft(field.item, one, vault)] for key, one in value.items()]


def _object(field: Field, value: JsonValue, vault: Vault) -> Draft:
    if not isinstance(value, Mapping):
        return None
    if not value:
        return {}
    known = {member.key: member for member in field.fields}
    drafts = {
        key: to_draft(member, value[key], vault) if key in value else None
        for key, member in known.items()
    }
    others = {key: one for key, one in value.items() if key not in known}
    if others:
        rows = _pairs(field, others, vault)
        if rows is None:
            return None
        drafts[EXTRA_MEMBERS] = rows
    return drafts


def _union(field: Field, value: JsonValue, vault: Vault) -> Draft:
    """The first branch that takes the value, best one that shows it without JSON."""
    second: Draft = None
    for number, branch in enumerate(field.branches):
        if check_value(branch, value, None):
            continue
        draft = {"branch": number, "draft": to_draft(branch, value, vault)}
        if not is_raw(draft["draft"]):
            return draft
        second = second or draft
    return second


_CONTAINERS: Final[dict[str, Callable[[Field, JsonValue, Vault], Draft]]] = {
    "list": _list,
    "map": _pairs,
    "object": _object,
    "tuple": _tuple,
    "union": _union,
}
