"""Keywords of JSON Schema, one by one, beside two other form generators.

B: a form is built. U: untouched, it sends nothing, or the default. R: a value that was
set comes back unchanged. The goal: in no row may another one do what ours cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from form_peers import OURS, peers, score
from measure import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING: dict[str, Any] = {}
_POINT = {"type": "Point", "coordinates": [1.5, 2.5]}
_BBOX = {
    "bbox": [7, 51, 8, 52],
    "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
}
_OBJECT = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
}
_URI = {"type": "string", "format": "uri"}

# Keyword: schema, a value, what an untouched form sends.
CASES: dict[str, tuple[Any, Any, Any]] = {
    "string": ({"type": "string"}, "a", NOTHING),
    "number": ({"type": "number"}, 1.5, NOTHING),
    "integer": ({"type": "integer"}, 7, NOTHING),
    "integer beyond 2^53": ({"type": "integer"}, 2**60 + 1, NOTHING),
    "boolean": ({"type": "boolean"}, False, NOTHING),
    "default": ({"type": "string", "default": "a"}, "b", {"x": "a"}),
    "enum": ({"enum": ["a", "b"]}, "b", NOTHING),
    "enum of text": ({"type": "string", "enum": ["a", "b"]}, "b", NOTHING),
    "const": ({"const": "a"}, "a", NOTHING),
    "minLength, maxLength": (
        {"type": "string", "minLength": 2, "maxLength": 4},
        "abc",
        NOTHING,
    ),
    "pattern": (
        {"type": "string", "pattern": "^EPSG:[0-9]+$"},
        "EPSG:4326",
        NOTHING,
    ),
    "format date": ({"type": "string", "format": "date"}, "2021-07-13", NOTHING),
    "format date-time": (
        {"type": "string", "format": "date-time"},
        "2021-07-13T10:30:00+02:00",
        NOTHING,
    ),
    "format uri": (_URI, "s3://bucket/key", NOTHING),
    "format password": ({"type": "string", "format": "password"}, "a", NOTHING),
    "contentMediaType": (
        {"type": "string", "contentMediaType": "application/xml"},
        "<a/>",
        NOTHING,
    ),
    "minimum, maximum": (
        {"type": "number", "minimum": 2, "maximum": 5},
        3.5,
        NOTHING,
    ),
    "exclusiveMinimum true": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        1.5,
        NOTHING,
    ),
    "exclusiveMinimum number": (
        {"type": "number", "exclusiveMinimum": 0},
        1.5,
        NOTHING,
    ),
    "multipleOf": ({"type": "number", "multipleOf": 0.25}, 0.75, NOTHING),
    "null": ({"type": "null"}, None, NOTHING),
    "type with null": ({"type": ["string", "null"]}, None, NOTHING),
    "nullable": ({"type": "string", "nullable": True}, None, NOTHING),
    "array": ({"type": "array", "items": {"type": "number"}}, [1.5, 2.5], NOTHING),
    "array default": (
        {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
        ["c"],
        {"x": ["a", "b"]},
    ),
    "minItems = maxItems": (
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        [7.5, 51.5, 8.5, 52.5],
        NOTHING,
    ),
    "uniqueItems of enum": (
        {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", "c"]}},
        ["a", "c"],
        NOTHING,
    ),
    "prefixItems": (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        ["a", 1],
        NOTHING,
    ),
    "items as a list": (
        {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
        ["a", 1],
        NOTHING,
    ),
    "object": (_OBJECT, {"a": "b", "b": 1}, NOTHING),
    "object, one member left out": (_OBJECT, {"a": "b"}, NOTHING),
    "nested object": (
        {"type": "object", "properties": {"o": _OBJECT}},
        {"o": {"a": "b", "b": 1}},
        NOTHING,
    ),
    "additionalProperties": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"a": 1},
        NOTHING,
    ),
    "free object": ({"type": "object"}, _POINT, NOTHING),
    "oneOf": ({"oneOf": [{"type": "number"}, _OBJECT]}, {"a": "b", "b": 1}, NOTHING),
    "anyOf": (
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        "a",
        NOTHING,
    ),
    "anyOf with null": ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1, NOTHING),
    "allOf": (
        {"allOf": [_OBJECT, {"properties": {"c": {"type": "boolean"}}}]},
        {"a": "b", "b": 1, "c": True},
        NOTHING,
    ),
    "the standard's bounding box": (
        {
            "allOf": [
                {"format": "ogc-bbox"},
                {
                    "$ref": "https://schemas.opengis.net/ogcapi/processes/part1/1.0/"
                    "openapi/schemas/bbox.yaml"
                },
            ]
        },
        _BBOX,
        NOTHING,
    ),
    "local $ref": (
        {"$ref": "#/$defs/e", "$defs": {"e": {"type": "integer"}}},
        1,
        NOTHING,
    ),
    "remote $ref": ({"$ref": "https://example.org/schema.json"}, {"a": 1}, NOTHING),
    "if, then, else": (
        {
            **_OBJECT,
            "if": {"properties": {"a": {"const": "b"}}},
            "then": {"properties": {"c": {"type": "string"}}},
        },
        {"a": "b", "b": 1, "c": "d"},
        NOTHING,
    ),
    "dependentRequired": (
        {**_OBJECT, "dependentRequired": {"a": ["b"]}},
        {"a": "b", "b": 1},
        NOTHING,
    ),
    "no type": ({}, {"a": [1, None]}, NOTHING),
    "an address or a list of them": (
        {"oneOf": [_URI, {"type": "array", "items": _URI}]},
        ["https://example.org/a"],
        NOTHING,
    ),
}


def rows() -> Iterator[Row]:
    """Measure: rows of the table in which another generator can do more than ours."""
    others = peers()
    names = [OURS.name, *(peer.name for peer in others)]
    print("  " + f"{'keyword':<32}" + "".join(f"{name:<24}" for name in names))
    table: dict[str, list[str]] = {}
    for keyword, (schema, value, untouched) in CASES.items():
        table[keyword] = [
            score(one, schema, value, untouched) for one in (OURS, *others)
        ]
        cells = "".join(f"{letters or '-':<24}" for letters in table[keyword])
        print(f"  {keyword:<32}{cells}", flush=True)
    for column, peer in enumerate(others, start=1):
        ours, theirs = (
            sum(3 - len(row[at]) for row in table.values()) for at in (0, column)
        )
        yield Row(f"what cannot be done / {peer.name}", ours, theirs, 1.0, "")
        behind = sum(bool(set(row[column]) - set(row[0])) for row in table.values())
        name = f"rows in which {peer.name} is ahead / all"
        yield Row(name, behind, len(table), 0, "")
