"""What other dialects of JSON Schema say, in the words of 2020-12.

:func:`modern` writes the keywords of a server's schema in today's, before each is read;
:func:`settle` and :func:`with_null` look at keywords together, when all were read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import names_in
from ogc_widgets.protocol.reading import as_number
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

UNRESOLVED: Final = "x-unresolved"
"""The address of a schema that is elsewhere."""
ENUM_NAMES: Final = "x-enum-names"
# What generators call the labels of the options.
_NAMES_OF_OPTIONS: Final = (
    "x-enumNames",
    "enumNames",
    "x-enum-varnames",
    "x-enum-names",
    "x-enum-descriptions",
)
_NULL: Final = {"type": "null"}
_LABELS: Final = ("title", "description", "default")
_BOOLEANS: Final = {"true": True, "false": False}

_BOX: Final = {"type": "array", "items": {"type": "number"}}
_MEANT: Final[tuple[tuple[str, Schema], ...]] = (
    ("str text token normalizedstring language timestamp", {"type": "string"}),
    ("datetime date-time", {"type": "string", "format": "date-time"}),
    ("date", {"type": "string", "format": "date"}),
    ("time", {"type": "string", "format": "time"}),
    ("duration", {"type": "string", "format": "duration"}),
    ("uri anyuri url file directory", {"type": "string", "format": "uri"}),
    ("base64binary binary", {"type": "string", "contentEncoding": "base64"}),
    ("int int32 int64 long short byte", {"type": "integer"}),
    ("positiveinteger", {"type": "integer", "minimum": 1}),
    ("nonnegativeinteger unsignedint", {"type": "integer", "minimum": 0}),
    ("unsignedlong unsignedshort", {"type": "integer", "minimum": 0}),
    ("float float32 float64 double decimal real", {"type": "number"}),
    ("bool", {"type": "boolean"}),
    ("dict", {"type": "object"}),
    ("list", {"type": "array"}),
    ("bbox", {**_BOX, "minItems": 4, "maxItems": 4}),
    ("geojson geometry", {"type": "object", "format": "geojson-geometry"}),
    *(
        (name, {"type": name})
        for name in "null boolean integer number string array object".split()  # noqa: SIM905 # as in the rows above
    ),
)
_TYPES: Final = {name: meant for names, meant in _MEANT for name in names.split()}


def modern(schema: JsonObject) -> dict[str, Any]:
    """A server's schema with the keywords of 2020-12 in place of older ones."""
    said = _with_options_on_items(_with_constants_as_options(dict(schema)))
    for bound, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        if said.get(exclusive) is True and bound in said:  # OpenAPI 3.0
            said[exclusive] = said.pop(bound)
    if isinstance(said.get("items"), list) and said["items"]:
        said["prefixItems"] = said.pop("items")
        if isinstance(said.get("additionalItems"), (bool, Mapping)):
            said["items"] = said["additionalItems"]
    dependencies = said.get("dependencies")
    for name, value in _pairs(dependencies):
        keyword = "dependentRequired" if names_in(value) is not None else ""
        if isinstance(value, (bool, Mapping)):
            keyword = "dependentSchemas"
        if keyword:
            said[keyword] = {**dict(_pairs(said.get(keyword))), name: value}
    # Draft 3 marks each member; draft 4 and later list the names.
    marked = [
        name
        for name, member in _pairs(said.get("properties"))
        if isinstance(member, Mapping) and member.get("required") is True
    ]
    if marked:
        said["required"] = [*(names_in(said.get("required")) or ()), *marked]
    if isinstance(said.get("example"), str | int | float) and not said.get("examples"):
        said["examples"] = [said["example"]]
    return said


def settle(said: Mapping[str, Any], result: Schema) -> None:
    """Bring keywords into step that depend on each other.

    Args:
        said: The server's schema, made modern.
        result: The same with usable values, which is changed.
    """
    _settle_type(said.get("type"), result)
    if "enum" in result:
        _settle_options(said, result)
    _settle_choices(result)


def with_null(schema: Schema) -> Schema:
    """What ``nullable: true`` of OpenAPI 3.0 means."""
    shapes = {"$ref", "oneOf", "anyOf", "allOf", "const", "enum", "not"} & set(schema)
    if not shapes:
        types = all_types(schema)
        return {**schema, "type": _one_or_all([*types, "null"])} if types else schema
    inner = {name: value for name, value in schema.items() if name not in _LABELS}
    outer: Schema = {name: schema[name] for name in _LABELS if name in schema}
    return {**outer, "anyOf": [inner, _NULL]}


def all_types(schema: Schema) -> list[str]:
    """The types that a schema in the normal form names."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _pairs(value: object) -> list[tuple[str, JsonValue]]:
    if not isinstance(value, Mapping):
        return []
    return [(str(name), member) for name, member in value.items()]


def _one_or_all(names: list[str]) -> str | list[str]:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else unique


def _settle_type(value: object, result: Schema) -> None:
    """Name the type in JSON Schema; ``dateTime`` and the like bring a format."""
    texts = names_in([value] if isinstance(value, str) else value)
    if texts is None:
        return
    types: list[str] = []
    # "float?" and "string[]" are CWL's shorthand for null beside it, and for lists.
    plain = [name.removesuffix("?") for name in texts]
    for name in [*plain, *(["null"] if plain != texts else [])]:
        meant = _TYPES.get(re.sub(r"^(xs|xsd|xsi)?:", "", name.lower()), {})
        if name.endswith("[]"):
            item: Schema = {}
            _settle_type(name[:-2], item)
            meant = {"type": "array", "items": item}
        for keyword, implied in meant.items():
            if keyword == "type":
                types.append(implied)
            else:
                result.setdefault(keyword, implied)
    if types:
        result["type"] = _one_or_all(types)


def _settle_options(said: Mapping[str, Any], result: Schema) -> None:
    """Make options of the type that the schema names ("1" of a number is 1)."""
    options = result["enum"]
    types = {name for name in all_types(result) if name != "null"}
    if types and types <= {"number", "integer"}:
        options = [as_number(option) for option in options]
    elif types == {"boolean"}:
        options = [_BOOLEANS.get(str(one).lower(), one) for one in options]
    elif types == {"string"}:
        options = [
            exact.number_text(one) if type(one) in (int, float) else one
            for one in options
        ]
    unique = list({exact.mark(option): option for option in options}.values())
    if result.get("type") == "boolean" and True in unique and False in unique:
        del result["enum"]
        return
    result["enum"] = unique
    names = next((said[name] for name in _NAMES_OF_OPTIONS if name in said), None)
    if isinstance(names, list) and len(names) == len(unique) == len(options):
        result[ENUM_NAMES] = [
            clean(name, limit=200, lines=False).strip() for name in names
        ]


def _with_constants_as_options(schema: dict[str, Any]) -> dict[str, Any]:
    """A choice between constants with titles, as options with names.

    Thousands of options would else be as many schemas.
    """
    keyword = "oneOf" if "oneOf" in schema else "anyOf"
    branches = schema.get(keyword)
    if not isinstance(branches, list) or not branches or "enum" in schema:
        return schema
    options: list[object] = []
    names: list[str] = []
    for branch in branches:
        if not isinstance(branch, Mapping):
            return schema
        if not branch.keys() <= {"const", "enum", "title", "description", "type"}:
            return schema
        found = [branch["const"]] if "const" in branch else branch.get("enum")
        if not isinstance(found, list) or len(found) != 1:
            return schema
        options += found
        title = branch.get("title")
        names.append(title if isinstance(title, str) else "")
    rest = {name: value for name, value in schema.items() if name != keyword}
    return {**rest, "enum": options, ENUM_NAMES: names}


def _with_options_on_items(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of lists with the options on its items, where they stand beside them.

    No list is one of ``"enum": ["a", "b"]``: what is meant are the items.
    """
    types, options, items = (schema.get(name) for name in ("type", "enum", "items"))
    named = names_in([types] if isinstance(types, str) else types) or []
    named = [name for name in named if name != "null"]
    is_list = named in (["array"], ["list"]) or (not named and "items" in schema)
    if not is_list or not isinstance(options, list) or isinstance(items, list):
        return schema
    if any(isinstance(option, list) for option in options):
        return schema
    moved: dict[str, Any] = {"enum": [one for one in options if one is not None]}
    moved |= {name: schema[name] for name in _NAMES_OF_OPTIONS if name in schema}
    rest = {name: value for name, value in schema.items() if name not in moved}
    items = items if isinstance(items, Mapping) else {}
    return {**rest, "items": {**items, **moved}}


def _settle_choices(result: Schema) -> None:
    """Read "exactly one" as "one" where the strict reading would refuse what is meant.

    A GML text fits ``{"contentMediaType": "application/gml+xml"}`` and the same with
    KML, for validators do not look at media types and formats; 3 is a number and an
    integer; null is what several branches may allow. A discriminator of OpenAPI names
    the one that is meant, whatever else fits.
    """
    branches = result.get("oneOf")
    if not branches or "anyOf" in result:
        return
    types = [name for branch in branches for name in all_types(branch)]
    loose = {"format", "contentMediaType", "contentEncoding", UNRESOLVED}
    if (
        "discriminator" in result
        or any(not branch or loose & branch.keys() for branch in branches)
        or {"number", "integer"} <= set(types)
        or types.count("null") > 1
    ):
        result["anyOf"] = result.pop("oneOf")
