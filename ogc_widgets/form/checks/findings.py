"""A value against its field: schema findings as messages at paths.

The standard lets every input also be a reference (``{"href": ...}``), a qualified value
(``{"value": ..., "mediaType": ...}``) or, in Part 3, a collection or another process;
those are accepted beside the schema. Findings inside geometries are advice only: the
schemas that servers make for them are often wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ogc_widgets.area.reading import may_be_area
from ogc_widgets.form.checks import messages, validate
from ogc_widgets.form.fields.fields import Field, join_path

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Draft
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

_QUALIFIERS: Final = frozenset({"value", "mediaType", "encoding", "schema", "format"})
_COLLECTIONS: Final = ("Feature", "FeatureCollection", "GeometryCollection")
# Kinds whose parts are checked each by itself, or not by their schema.
_WITH_PARTS: Final = ("list", "map", "object", "tuple", "union")
_FREE: Final = ("file", "area", "secret", "const", *_WITH_PARTS)


def check_value(field: Field, value: JsonValue, draft: Draft) -> dict[str, str]:
    """What is wrong with the value of a field, by path below the field's key."""
    is_null = value is None and field.nullable
    if is_null or is_advisory(field, value) or _is_accepted(field, value):
        return {}
    if field.occurrences and not isinstance(value, list):
        # One value stands for a list of one.
        one = field.schema.get("items", {})
        fits = validate.checker(one, field.defs).accepts(value)
        return {} if fits else _first(field, value)
    if field.kind == "list" and field.item is not None and isinstance(value, list):
        return _check_items(field, field.item, value, draft)
    return _first(field, value)


def part_finding(field: Field, value: JsonValue) -> str:
    """What is wrong with a part that has just been read, whose own parts are right."""
    if field.kind in ("list", "map", "multichoice"):
        assert isinstance(value, (list, dict))  # noqa: S101 # so they are read
        wrong = _count_finding(field, len(value))
        if wrong:
            return wrong
    wrong = messages.text_message(field, value) if isinstance(value, str) else ""
    if wrong or field.kind in _FREE:
        return wrong
    whole = {field.envelope: value} if field.envelope else value
    return next(iter(check_value(field, whole, None).values()), "")


def raw_finding(field: Field, value: JsonValue) -> str:
    """What is wrong with a value that was written as JSON, in one message."""
    found = list(check_value(field, value, None).items())
    return messages.in_one(dict(found[:1]))


def advice(field: Field, value: JsonValue) -> str:
    """Findings that do not keep a value from being sent, in one sentence."""
    if not is_advisory(field, value) or _is_accepted(field, value):
        return ""
    what = "STAC document" if field.kind == "stac" else "geometry"
    return f"The server's schema may refuse this {what}; it is sent as it is."


def is_advisory(field: Field, value: JsonValue) -> bool:
    """Whether findings about a value are advice, not a barrier."""
    if field.kind == "area":
        return may_be_area(value)
    if not isinstance(value, Mapping):
        return False
    is_geojson = {"type", "coordinates"} <= value.keys() or value.get(
        "type"
    ) in _COLLECTIONS
    return field.kind == "stac" or (
        is_geojson and any(branch.kind == "area" for branch in field.branches)
    )


def _count_finding(field: Field, count: int) -> str:
    noun = "name" if field.kind == "map" else "value"
    if count < field.min_items:
        return f"needs {messages.count(field.min_items, noun)} or more, has {count}"
    if field.max_items is not None and count > field.max_items:
        return f"takes {messages.count(field.max_items, noun)} or fewer, has {count}"
    return ""


def _check_items(
    field: Field, item: Field, value: list[JsonValue], draft: Draft
) -> dict[str, str]:
    # Empty rows are on the screen but not in the value.
    rows = [
        number
        for number, part in enumerate(draft if isinstance(draft, list) else value)
        if part is not None
    ]
    if len(rows) != len(value):
        rows = list(range(len(value)))
    found: dict[str, str] = {}
    for row, one in zip(rows, value, strict=True):
        for path, finding in check_value(item, one, None).items():
            _, *inner = path.split("/", 1)
            found.setdefault("/".join([field.key, str(row), *inner]), finding)
    own = {k: v for k, v in field.schema.items() if k not in ("items", "$ref")}
    if not found:
        for error in validate.Checker(own, field.defs).errors(value)[:1]:
            found[field.key] = messages.message(error, field)
    return found


def _first(field: Field, value: JsonValue) -> dict[str, str]:
    found: dict[str, str] = {}
    for error in validate.checker(field.schema, field.defs).errors(value):
        steps = [step for step in error.instance_path if step != field.envelope]
        text = messages.message(error, _at(field, steps))
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
        members = {member.key: member for member in here.fields}
        here = members.get(str(step), here.item)
    return here


def _is_accepted(field: Field, value: JsonValue) -> bool:
    """Whether the schema takes a value, or the standard does beside it."""
    checker = validate.checker(field.schema, field.defs)
    if checker.accepts(value):
        return True
    return isinstance(value, Mapping) and _is_reference(value, checker)


def _is_reference(value: JsonObject, checker: validate.Checker) -> bool:
    if isinstance(value.get("href"), str) and value["href"]:
        return True
    if "value" in value and value.keys() <= _QUALIFIERS:
        return checker.accepts(value["value"])
    return isinstance(value.get("collection"), str) or (
        isinstance(value.get("process"), str) and "inputs" in value
    )
