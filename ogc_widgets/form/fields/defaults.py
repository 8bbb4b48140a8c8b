"""Which value a field starts with: the server's default, if it can be used.

What a field shows is sent, so a default has to be valid. Defaults of the wrong type are
read kindly ("5" for a number); what cannot be used is left out and said so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks.findings import check_value
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.branches import branches_of, is_null
from ogc_widgets.form.schema.flatten import flatten
from ogc_widgets.form.schema.limits import MAX_NODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.wire import JsonValue

TOO_LARGE: Final = "The server's default is too large to show and was left out."
_MAX_TEXT: Final = 100_000
LEFT_OUT: Final = "The server's default is not valid and was left out."


def with_default(field: Field, schema: Mapping[str, Any]) -> Field:
    """The field of an input with its default, and not required if it has one.

    Args:
        field: The field as it was built.
        schema: Normalised schema of one value of the input.
    """
    view = flatten(schema, field.defs).view if schema else {}
    single = [one for one in branches_of(view, field.defs) if not is_null(one)]
    if "default" not in view and len(single) == 1:
        view = flatten(single[0], field.defs).view
    default = view.get("default")
    if default is None:
        # Null is what stands there where a package has none to give.
        may_be_left = "default" in view and field.nullable
        field = replace(field, required=field.required and not may_be_left)
        return _with_first_item(field)
    used = UNSET if _is_large(default) else usable_default(field, default)
    if used is UNSET:
        reason = TOO_LARGE if _is_large(default) else LEFT_OUT
        return replace(field, note=f"{field.note} {reason}".strip())
    # A package that has a default runs without the input.
    return replace(field, default=used, required=False)


def _with_first_item(field: Field) -> Field:
    """A list whose items have a default that the server writes nowhere else."""
    items = flatten(field.schema, field.defs).view.get("items")
    if field.kind not in ("list", "multichoice") or not isinstance(items, dict):
        return field
    first = flatten(items, field.defs).view.get("default")
    used = UNSET if first is None else usable_default(field, [first])
    return field if used is UNSET else replace(field, default=used, required=False)


def usable_default(field: Field, default: JsonValue) -> JsonValue:
    """A default as the field can show it, or UNSET."""
    candidates = [default]
    read = _read(field, default)
    if read is not UNSET:
        candidates.insert(0, read)
    if field.kind in ("list", "multichoice"):
        # "a,b" for a list may be one text or two; for one value of several it is one.
        is_clear = field.occurrences or not (
            isinstance(default, str) and "," in default
        )
        candidates += [[default]] if is_clear else []
    elif isinstance(default, list) and len(default) == 1:  # one of one
        candidates.append(default[0])
    candidates += [_kindly(field, one) for one in list(candidates)]
    for candidate in candidates:
        if candidate is UNSET or candidate is None:
            continue
        if field.kind in ("list", "multichoice") and not isinstance(candidate, list):
            continue
        if _is_valid(field, candidate):
            return candidate
    return UNSET


def _read(field: Field, default: JsonValue) -> JsonValue:
    """A list, an object or the numbers of a box written as text, else UNSET."""
    start = {"list": "[", "multichoice": "[", "tuple": "[", "object": "{", "map": "{"}
    wanted = start.get(field.kind, "[{" if field.kind == "json" else "")
    if field.area is not None and field.area.default.startswith("bbox-array"):
        wanted = "["
        if isinstance(default, list) and any(isinstance(one, str) for one in default):
            try:
                return [exact.number(str(one)) for one in default]
            except ValueError:
                return UNSET
    if not isinstance(default, str) or not wanted or not default.strip():
        return UNSET
    if default.strip()[0] not in wanted or len(default) > _MAX_TEXT:
        return UNSET
    try:
        return exact.loads(default)
    except exact.NotJsonError:
        return UNSET


def _is_large(default: JsonValue) -> bool:
    if isinstance(default, str):
        return len(default) > _MAX_TEXT
    return exact.size_exceeds(default, MAX_NODES)


def _is_valid(field: Field, value: JsonValue) -> bool:
    from ogc_widgets.form.drafts.codec import from_draft, to_draft

    try:
        found, errors = from_draft(field, to_draft(field, value))
    except ValueError:
        return False
    return (
        not errors and exact.same(found, value) and not check_value(field, value, None)
    )


def _kindly(field: Field, value: JsonValue) -> JsonValue:
    """The value in the type that the field wants, where it plainly means it."""
    if field.kind == "list" and field.item is not None and isinstance(value, list):
        return [_kindly(field.item, one) for one in value]
    if field.kind in ("number", "integer") and isinstance(value, str):
        try:
            number = exact.number(value.strip())
        except ValueError:
            return UNSET
        whole = field.kind == "integer" and number == int(number)
        return int(number) if whole else number
    if field.kind == "boolean" and isinstance(value, (str, int)):
        return {"true": True, "1": True, "false": False, "0": False}.get(
            str(value).lower(), UNSET
        )
    if field.kind == "text" and isinstance(value, (int, float)):
        if isinstance(value, bool):
            return UNSET
        return exact.number_text(value)
    if field.kind == "choice":
        for option in field.options:
            if str(option) == str(value):
                return option
    if field.envelope:
        return {field.envelope: value}
    return value
