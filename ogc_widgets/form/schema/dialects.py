"""Types, bounds and options of other dialects, said in JSON Schema 2020-12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.reading import as_number
from ogc_widgets.protocol.text import clean

UNRESOLVED: Final = "x-unresolved"
ENUM_NAMES: Final = "x-enum-names"
# What generators call the labels of the options.
_NAMES_OF_OPTIONS: Final = (
    "x-enumNames",
    "enumNames",
    "x-enum-varnames",
    "x-enum-names",
    "x-enum-descriptions",
)

_BOX: Final = {"type": "array", "items": {"type": "number"}}
_MEANT: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
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
    ("any anytype", {}),
)
_ODD_TYPES: Final = {name: meant for names, meant in _MEANT for name in names.split()}
TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
FORMATS_OF_TEXT: Final = (
    *("date", "time", "date-time", "duration", "uuid", "regex", "password"),
    *("uri", "url", "uri-reference", "uri-template", "iri", "iri-reference"),
    *("email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
    *("json-pointer", "relative-json-pointer"),
)
"""Formats that tell that a value is text where no type does."""


def type_names(schema: Mapping[str, Any]) -> list[str]:
    """Types that a normalised schema names, without "null"; [] for any."""
    value = schema.get("type")
    names = [value] if isinstance(value, str) else list(value or [])
    return [name for name in names if name != "null"]


def types_of(view: Mapping[str, Any]) -> list[str]:
    """Types that a flat schema names, else the one that its keywords speak of."""
    named = type_names(view)
    if named:
        return named
    for name, keywords in (
        ("object", {"properties", "additionalProperties", "patternProperties"}),
        ("array", {"items", "prefixItems", "minItems", "maxItems"}),
        ("string", {"pattern", "minLength", "maxLength", "contentMediaType"}),
        ("number", {"minimum", "maximum", "multipleOf", "exclusiveMinimum"}),
    ):
        if keywords & view.keys():
            return [name]
    if view.get("format") in (*FORMATS_OF_TEXT, "datetime"):
        return ["string"]
    default = view.get("default")
    if isinstance(default, bool):
        return ["boolean"]
    if isinstance(default, str):
        return ["string"]
    return []


def settle_type(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    """Name the type in JSON Schema; ``dateTime`` and the like bring a format."""
    value = schema.get("type")
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)):
        return
    types: list[str] = []
    # "float?" and "string[]" are CWL's shorthand for null beside it, and for lists.
    texts = [name for name in names if isinstance(name, str)]
    plain = [name.removesuffix("?") for name in texts]
    for name in [*plain, *(["null"] if plain != texts else [])]:
        if name in TYPES:
            types.append(name)
            continue
        if name.endswith("[]"):
            item: dict[str, Any] = {}
            settle_type({"type": name[:-2]}, item)
            types.append("array")
            result.setdefault("items", item)
            continue
        odd = _ODD_TYPES.get(re.sub(r"^(xs|xsd|xsi)?:", "", name.lower()))
        if not odd:
            if name.lower() in TYPES:
                types.append(name.lower())
            continue
        types.append(odd["type"])
        for keyword, implied in odd.items():
            result.setdefault(keyword, implied)
    if types:
        unique = list(dict.fromkeys(types))
        result["type"] = unique[0] if len(unique) == 1 else unique
    else:
        result.pop("type", None)


def settle_bounds(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    """Turn the boolean ``exclusiveMinimum`` of OpenAPI 3.0 into a number."""
    for bound, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        if schema.get(exclusive) is True and bound in result:
            result[exclusive] = result.pop(bound)


def settle_enum(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    """Make options of the type that the schema names ("1" of a number is 1)."""
    options = result.get("enum")
    if options is None:
        return
    count = len(options)
    types = type_names(result)
    if types and all(name in ("number", "integer") for name in types):
        options = [as_number(option) for option in options]
    elif types == ["boolean"]:
        options = [_WORDS_OF_BOOLEAN.get(str(o).lower(), o) for o in options]
    elif types == ["string"]:
        options = [
            exact.number_text(o)
            if isinstance(o, (int, float)) and not isinstance(o, bool)
            else o
            for o in options
        ]
    unique = list({exact.mark(option): option for option in options}.values())
    if result.get("type") == "boolean" and True in unique and False in unique:
        del result["enum"]
        return
    result["enum"] = unique
    names = next((schema[n] for n in _NAMES_OF_OPTIONS if n in schema), None)
    if isinstance(names, list) and len(names) == len(unique) == count:
        result[ENUM_NAMES] = [
            clean(name, limit=200, lines=False).strip() for name in names
        ]


def with_constants_as_options(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A choice between constants with titles, as options with names.

    Thousands of options would else be as many schemas.
    """
    keyword = "oneOf" if "oneOf" in schema else "anyOf"
    branches = schema.get(keyword)
    if not isinstance(branches, list) or not branches or "enum" in schema:
        return schema
    for branch in branches:
        if not isinstance(branch, Mapping) or "const" not in branch:
            return schema
        if not branch.keys() <= {"const", "title", "description", "type"}:
            return schema
    rest = {name: value for name, value in schema.items() if name != keyword}
    titles = [branch.get("title") for branch in branches]
    names = [title if isinstance(title, str) else "" for title in titles]
    options = [branch["const"] for branch in branches]
    return {**rest, "enum": options, ENUM_NAMES: names}


def with_options_on_items(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema of lists with the options on its items, where they stand beside them.

    No list is one of ``"enum": ["a", "b"]``: what is meant are the items.
    """
    types, options, items = (schema.get(k) for k in ("type", "enum", "items"))
    named = [types] if isinstance(types, str) else types
    named = [n for n in named if n != "null"] if isinstance(named, list) else []
    is_list = named in (["array"], ["list"]) or (not named and "items" in schema)
    if not is_list or not isinstance(options, list) or isinstance(items, list):
        return schema
    if any(isinstance(option, list) for option in options):
        return schema
    moved = {"enum": [option for option in options if option is not None]}
    moved |= {name: schema[name] for name in _NAMES_OF_OPTIONS if name in schema}
    rest = {name: value for name, value in schema.items() if name not in moved}
    items = items if isinstance(items, Mapping) else {}
    both = {"allOf": [items, moved]} if "$ref" in items else {**items, **moved}
    return {**rest, "items": both}


def settle_choices(result: dict[str, Any]) -> None:
    """Read "exactly one" as "one" where the strict reading would refuse what is meant.

    A GML text fits ``{"contentMediaType": "application/gml+xml"}`` and the same with
    KML, for validators do not look at media types and formats; 3 is a number and an
    integer; null is what several branches may allow.
    """
    branches = result.get("oneOf")
    if not branches or "anyOf" in result:
        return
    types = [name for branch in branches for name in type_names(branch)]
    nulls = sum("null" in _all_types(branch) for branch in branches)
    is_loose = any(map(_is_loose, branches)) or {"number", "integer"} <= set(types)
    if is_loose or nulls > 1:
        result["anyOf"] = result.pop("oneOf")


def _all_types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _is_loose(branch: Mapping[str, Any]) -> bool:
    told = {"format", "contentMediaType", "contentEncoding", UNRESOLVED}
    return not branch or bool(told & branch.keys())


_WORDS_OF_BOOLEAN: Final = {"true": True, "false": False}


def with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What ``nullable: true`` of OpenAPI 3.0 means."""
    labels = ("title", "description", "default")
    if "$ref" in schema or not schema.get("type"):
        shapes = {"$ref", "oneOf", "anyOf", "allOf", "enum", "const", "not"} & set(
            schema
        )
        if not shapes:
            return schema
        inner = {
            keyword: value for keyword, value in schema.items() if keyword not in labels
        }
        outer: dict[str, Any] = {k: schema[k] for k in labels if k in schema}
        return {**outer, "anyOf": [inner, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    result = {**schema, "type": [*types, *(["null"] if "null" not in types else [])]}
    if "enum" in result and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    branches = {"oneOf", "anyOf", "allOf", "const"} & set(schema)
    if branches:
        return {"anyOf": [schema, {"type": "null"}]}
    return result
