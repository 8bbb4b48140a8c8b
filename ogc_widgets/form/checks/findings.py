"""A value against its field: schema findings as messages at paths.

The standard lets every input also be a reference (``{"href": ...}``), a qualified value
(``{"value": ..., "mediaType": ...}``) or, in Part 3, a collection or another process;
those are accepted beside the schema. Findings inside geometries are advice only: the
schemas that servers make for them are often wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.checks import messages, validate
from ogc_widgets.form.fields.fields import Field, join_path

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

_QUALIFIERS: Final = frozenset({"value", "mediaType", "encoding", "schema", "format"})


def check_value(field: Field, value: JsonValue, draft: JsonValue) -> dict[str, str]:
    """What is wrong with the value of a field, by path below the field's key."""
    if is_advisory(field, value) or (value is None and field.nullable):
        return {}
    checker = validate.checker(field.schema, field.defs)
    if checker.accepts(value) or _accepted_otherwise(field, value, checker):
        return {}
    if field.occurrences and not isinstance(value, list):
        # One value stands for a list of one.
        one = field.schema.get("items", {})
        fits = validate.checker(one, field.defs).accepts(value)
        return {} if fits else _first(field, value)
    if field.kind == "list" and field.item is not None and isinstance(value, list):
        return _check_items(field, field.item, value, draft)
    return _first(field, value)


def raw_finding(field: Field, value: JsonValue) -> str:
    """What is wrong with a value that was written as JSON, in one message."""
    found = check_value(field, value, None)
    for path, finding in found.items():
        return messages.in_one({path: finding})
    return ""


def advice(field: Field, value: JsonValue) -> str:
    """Findings that do not keep a value from being sent, in one sentence."""
    if not is_advisory(field, value):
        return ""
    checker = validate.checker(field.schema, field.defs)
    if checker.accepts(value) or _accepted_otherwise(field, value, checker):
        return ""
    what = "STAC document" if field.kind == "stac" else "geometry"
    return f"The server's schema may refuse this {what}; it is sent as it is."


def is_advisory(field: Field, value: JsonValue) -> bool:
    """Whether findings about a value are advice, not a barrier."""
    if field.kind == "area":
        return True
    if field.kind == "stac":
        return isinstance(value, Mapping)
    if field.kind == "union":
        return _is_geojson(value) and any(b.kind == "area" for b in field.branches)
    return False


def _check_items(
    field: Field, item: Field, value: list[Any], draft: JsonValue
) -> dict[str, str]:
    rows = _rows(draft, len(value))
    found: dict[str, str] = {}
    for number, one in enumerate(value):
        for path, finding in check_value(item, one, None).items():
            inner = path.split("/", 1)[1] if "/" in path else ""
            place = f"{field.key}/{rows[number]}"
            found.setdefault(f"{place}/{inner}" if inner else place, finding)
    if found:
        return found
    own = {k: v for k, v in field.schema.items() if k not in ("items", "$ref")}
    for error in validate.Checker(own, field.defs).errors(value):
        return {field.key: messages.message(error, field)}
    return {}


def _rows(draft: JsonValue, count: int) -> list[int]:
    """Row numbers of the values: empty rows are on the screen but not in the value."""
    if isinstance(draft, list):
        rows = [number for number, part in enumerate(draft) if part is not None]
        if len(rows) == count:
            return rows
    return list(range(count))


def _first(field: Field, value: JsonValue) -> dict[str, str]:
    found: dict[str, str] = {}
    checker = validate.checker(field.schema, field.defs)
    for error in checker.errors(value):
        steps = [step for step in error.instance_path if step != field.envelope]
        text = messages.message(error, field if not steps else _at(field, steps))
        if error.kind.name == "required":
            steps.append(str(error.kind.as_dict().get("property", "")))
            text = messages.NEEDS_VALUE
        path = join_path(field.key, *steps) if field.key else join_path(*steps)
        found.setdefault(path, text)
    return found


def _at(field: Field, steps: list[str | int]) -> Field | None:
    """The field at the end of a path, as far as there is one."""
    here: Field | None = field
    for step in steps:
        if here is None:
            return None
        if here.kind in ("list", "map"):
            here = here.item
        else:
            others = here.item if here.kind == "object" else None
            here = next((m for m in here.fields if m.key == str(step)), others)
    return here


def _accepted_otherwise(
    field: Field, value: JsonValue, checker: validate.Checker
) -> bool:
    if not isinstance(value, Mapping) or field.key == "":
        # Members of objects are not inputs; list items ask for themselves.
        return isinstance(value, Mapping) and _is_reference(value, checker)
    return _is_reference(value, checker)


def _is_reference(value: Mapping[str, Any], checker: validate.Checker) -> bool:
    if isinstance(value.get("href"), str) and value["href"]:
        return True
    if "value" in value and value.keys() <= _QUALIFIERS:
        return checker.accepts(value["value"])
    return isinstance(value.get("collection"), str) or (
        isinstance(value.get("process"), str) and "inputs" in value
    )


def _is_geojson(value: JsonValue) -> bool:
    if not isinstance(value, Mapping):
        return False
    return {"type", "coordinates"} <= value.keys() or value.get("type") in (
        "Feature",
        "FeatureCollection",
        "GeometryCollection",
    )
