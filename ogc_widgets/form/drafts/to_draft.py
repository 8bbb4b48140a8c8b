"""From values to what is on the screen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks.findings import check_value
from ogc_widgets.form.drafts import file_drafts
from ogc_widgets.form.drafts.from_draft import Draft, Reader, is_raw
from ogc_widgets.form.drafts.secrets_store import Vault
from ogc_widgets.form.fields import area_fields, stac_fields
from ogc_widgets.form.fields.fields import EXTRA_MEMBERS, UNSET, Field
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.limits import MAX_NODES
from ogc_widgets.protocol import reading

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


def fits_schema(field: Field, value: JsonValue) -> bool:
    """Whether a value is valid for a field, judged by its schema alone."""
    return not check_value(field, value, None)


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
            return _numbers(field).get(exact.mark(value))
        case "multichoice":
            if not isinstance(value, list) or not value:
                return [] if value == [] else None
            options = _numbers(field)
            numbers = [options.get(exact.mark(one)) for one in value]
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
            if field.typed and isinstance(value, Mapping):
                value = value.get("value")
            return area_fields.draft_of(field, value, vault)
        case "file":
            return file_drafts.draft_of(field, value)
        case "stac":
            return stac_fields.draft_of(field, value)
        case _:
            if not isinstance(value, str) or exact.SURROGATE.search(value):
                return None
            return value


BOOLEANS: Final = (True, False)


def _object_draft(field: Field, value: JsonValue, vault: Vault) -> Draft:
    if not isinstance(value, Mapping):
        return None
    known = {member.key: member for member in field.fields}
    others = {key: one for key, one in value.items() if key not in known}
    if others and (field.item is None or not all(others)):
        return None
    if not value:
        return {}
    drafts = {
        key: to_draft(member, value[key], vault) if key in value else None
        for key, member in known.items()
    }
    item = field.item
    if others and item is not None:
        rows = [[key, to_draft(item, one, vault)] for key, one in others.items()]
        drafts[EXTRA_MEMBERS] = rows
    return drafts


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


def _numbers(field: Field) -> dict[Hashable, int]:
    return {exact.mark(option): n for n, option in enumerate(field.options)}


def _unwrapped(field: Field, value: JsonValue) -> JsonValue:
    if not field.envelope:
        return value
    if isinstance(value, Mapping) and list(value) == [field.envelope]:
        return value[field.envelope]
    return UNSET


def _is_number(value: JsonValue) -> bool:
    return reading.is_finite(value)
