"""What the page is told of each kind of field: all that it draws the field from."""

from __future__ import annotations

from typing import Any

import pytest

from ogc_widgets.form import ProcessForm

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
LETTERS = list("abcdefghijkl")
ITEM = "https://schemas.stacspec.org/v1.0.0/item-spec/json-schema/item.json"
IN_CRS84 = "Sent as a bounding box: west, south, east, north in degrees (CRS84)."
TEXT_PART = {
    "kind": "text",
    "required": True,
}
NUMBER_PART = {
    "kind": "integer",
    "required": True,
    "hint": "whole number",
}
JSON_PART = {"kind": "json", "required": True, "hint": "JSON", "rows": 6}
BOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}

# Schema of the input, and what the page is told of it beside its name.
TOLD: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": (
        {"type": "string"},
        {
            "kind": "text",
        },
    ),
    "text with an example": (
        {"type": "string", "examples": [True, "B04"]},
        {"kind": "text", "placeholder": "e.g. B04"},
    ),
    "date": (
        {"type": "string", "format": "date"},
        {"kind": "date", "hint": "date, such as 2021-07-13"},
    ),
    "time": (
        {"type": "string", "format": "time"},
        {"kind": "time", "hint": "time, such as 10:30:00Z"},
    ),
    "datetime": (
        {"type": "string", "format": "date-time"},
        {
            "kind": "datetime",
            "hint": "date and time, such as 2021-07-13T10:30:00Z",
        },
    ),
    "duration, or null": (
        {"type": "string", "format": "duration", "nullable": True},
        {
            "kind": "duration",
            "hint": "duration, such as P1D or PT2H30M",
            "nullable": True,
            "required": False,
        },
    ),
    "address": (
        {"type": "string", "format": "uri"},
        {"kind": "text", "input_mode": "url", "hint": "web address"},
    ),
    "e-mail": (
        {"type": "string", "format": "email"},
        {"kind": "text", "input_mode": "email", "hint": "e-mail address"},
    ),
    "password": (
        {"type": "string", "format": "password", "nullable": True},
        {"kind": "secret", "required": False},
    ),
    "prose": (
        {"type": "string", "x-ui-widget": "textarea", "x-ui-rows": 7},
        {"kind": "multiline", "rows": 7, "widget": "textarea"},
    ),
    "prose of some length": (
        {"type": "string", "format": "multiline"},
        {"kind": "multiline", "rows": 4},
    ),
    "prose as long as its default": (
        {"type": "string", "default": "one\ntwo\nthree\nfour"},
        {
            "kind": "multiline",
            "rows": 5,
            "has_default": True,
            "required": False,
        },
    ),
    "number": (
        {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.1},
        {
            "kind": "number",
            "hint": "0 to less than 1, in steps of 0.1",
            "min": "0",
            "max": "1",
            "step": "0.1",
        },
    ),
    "number beyond a float": (
        {"type": "integer", "exclusiveMinimum": 9007199254740993},
        {
            "kind": "integer",
            "hint": "whole number, more than 9007199254740993",
            "min": "9007199254740993",
        },
    ),
    "slider": (
        {"type": "number", "x-ui": {"minimum": 1, "maximum": 5, "step": 0.5}},
        {
            "kind": "number",
            "hint": "1 to 5, in steps of 0.5",
            "min": "1",
            "max": "5",
            "step": "0.5",
        },
    ),
    "yes or no": ({"type": "boolean"}, {"kind": "boolean"}),
    "choice to scroll": (
        {"enum": LETTERS[:11]},
        {"kind": "choice", "options": LETTERS[:11]},
    ),
    "choice to search in": (
        {"enum": LETTERS},
        {"kind": "choice", "options": LETTERS, "searchable": True},
    ),
    "choice with names": (
        {"oneOf": [{"const": "a", "title": "An A"}, {"const": 2}], "default": 2},
        {
            "kind": "choice",
            "options": ["An A", "2"],
            "option_values": ['"a"', "2"],
            "has_default": True,
            "required": False,
        },
    ),
    "fixed no": (
        {"const": False},
        {
            "kind": "const",
            "options": ["no"],
            "option_values": ["false"],
            "value_text": "no",
        },
    ),
    "for the few who need it": (
        {"type": "boolean", "x-ui-advanced": True},
        {"kind": "boolean", "advanced": True},
    ),
    "no longer wanted": (
        {"type": "boolean", "deprecated": True},
        {"kind": "boolean", "advanced": True, "note": "Deprecated."},
    ),
    "said by the server": (
        {"type": "boolean", "readOnly": True},
        {"kind": "boolean", "advanced": True},
    ),
    "fixed": (
        {"const": 5},
        {
            "kind": "const",
            "options": ["5"],
            "option_values": ["5"],
            "value_text": "5",
        },
    ),
    "some of several": (
        {
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": ["a", "b", "c"]},
            "minItems": 2,
            "maxItems": 3,
        },
        {
            "kind": "multichoice",
            "options": ["a", "b", "c"],
            "hint": "2 to 3 values",
            "min_items": 2,
            "max_items": 3,
        },
    ),
    "list": (
        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        {
            "kind": "list",
            "hint": "one or more values",
            "item": NUMBER_PART,
            "min_items": 1,
        },
    ),
    "names and values": (
        {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "maxProperties": 3,
        },
        {
            "kind": "map",
            "hint": "up to 3 values",
            "item": TEXT_PART,
            "max_items": 3,
        },
    ),
    "pair": (
        {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "minItems": 1,
        },
        {
            "kind": "tuple",
            "fields": [
                {**TEXT_PART, "key": "0", "label": "0"},
                {**NUMBER_PART, "key": "1", "label": "1", "required": False},
            ],
        },
    ),
    "object": (
        {
            "type": "object",
            "properties": {
                "a": {"type": "string", "title": "An A", "description": "Of several"},
                "b": {"type": "integer", "default": 5},
            },
            "required": ["a"],
            "additionalProperties": {"type": "string"},
        },
        {
            "kind": "object",
            "fields": [
                {
                    **TEXT_PART,
                    "key": "a",
                    "label": "An A",
                    "description": "Of several",
                },
                {
                    **NUMBER_PART,
                    "key": "b",
                    "label": "b",
                    "required": False,
                    "draft": "5",
                    "has_default": True,
                },
            ],
            "item": TEXT_PART,
            "draft": {"a": None, "b": "5"},
        },
    ),
    "one of several": (
        {"oneOf": [{"type": "string"}, {"type": "integer", "title": "Count"}]},
        {
            "kind": "union",
            "branches": [
                {**TEXT_PART, "label": "text"},
                {**NUMBER_PART, "label": "Count"},
            ],
        },
    ),
    "text file": (
        {"type": "string", "contentMediaType": "application/cwl+yaml"},
        {
            "kind": "file",
            "hint": "CWL as YAML",
            "modes": ["text", "upload", "reference"],
            "media_types": [{"id": "application/cwl+yaml", "label": "CWL as YAML"}],
            "accept": "application/cwl+yaml,.yaml,.cwl,.yml",
            "rows": 4,
            "language": "cwl",
        },
    ),
    "binary file": (
        {
            "type": "string",
            "contentEncoding": "base64",
            "contentMediaType": "image/tiff",
        },
        {
            "kind": "file",
            "hint": "TIFF",
            "modes": ["upload", "text", "reference"],
            "media_types": [{"id": "image/tiff", "label": "TIFF"}],
            "accept": "image/tiff,.tif,.tiff",
            "rows": 4,
            "binary": True,
        },
    ),
    "folder": (
        {"type": "string", "contentMediaType": "inode/directory"},
        {
            "kind": "file",
            "hint": "inode/directory",
            "modes": ["reference"],
            "media_types": [{"id": "inode/directory", "label": "inode/directory"}],
            "accept": "inode/directory",
            "rows": 4,
            "binary": True,
        },
    ),
    "list of texts in one format": (
        {
            "type": "array",
            "items": {"type": "string", "contentMediaType": "text/xml"},
        },
        {
            "kind": "list",
            "hint": "any number of values",
            "item": {
                "kind": "multiline",
                "required": True,
                "rows": 6,
                "language": "xml",
                "mono": True,
            },
        },
    ),
    "STAC item": (
        {"type": "string", "format": "stac-item"},
        {"kind": "stac", "hint": "STAC item", "input_mode": "url", "wants": "item"},
    ),
    "STAC item, or its address": (
        {"oneOf": [{"type": "string", "format": "uri"}, {"$ref": ITEM}]},
        {
            "kind": "stac",
            "hint": "STAC item",
            "input_mode": "url",
            "wants": "item",
            "documents": True,
        },
    ),
    "STAC item itself": (
        {"$ref": ITEM},
        {
            "kind": "stac",
            "hint": "STAC item",
            "input_mode": "url",
            "wants": "item",
            "documents": True,
            "by_link": True,
        },
    ),
    "box with its CRS": (
        {
            "type": "object",
            "properties": {
                "bbox": BOX,
                "crs": {"type": "string", "enum": [EPSG_4326, CRS84]},
            },
            "required": ["bbox"],
        },
        {
            "kind": "area",
            "hint": IN_CRS84,
            "encodings": [
                {
                    "id": "bbox-object",
                    "label": "bounding box with its CRS",
                    "hint": IN_CRS84,
                    "crs": True,
                }
            ],
            "crs": [
                {
                    "id": EPSG_4326,
                    "label": "EPSG:4326",
                    "hint": "Sent as a bounding box: south, west, north, east in "
                    "degrees (EPSG:4326); typed as west, south, east, north.",
                },
                {"id": CRS84, "label": "CRS84", "hint": IN_CRS84},
            ],
            "default_crs": CRS84,
        },
    ),
    "geometry": (
        {
            "type": "object",
            "format": "geojson-geometry",
            "examples": ["POINT (1 2)"],
        },
        {
            "kind": "area",
            "hint": "Sent as a GeoJSON geometry.",
            "encodings": [
                {
                    "id": "geojson-geometry",
                    "label": "GeoJSON geometry",
                    "hint": "Sent as a GeoJSON geometry.",
                },
                {
                    "id": "qualified-geojson-geometry",
                    "label": 'GeoJSON geometry in {"value": ...}',
                    "hint": 'Sent as a GeoJSON geometry inside of {"value": ...}.',
                },
            ],
        },
    ),
    "anything": (
        {"type": "object", "minProperties": 1},
        {
            **JSON_PART,
            "schema_text": '{\n  "minProperties": 1,\n  "type": "object"\n}',
        },
    ),
    "nothing said": (
        {},
        {
            "kind": "union",
            "required": False,
            "note": "The server does not say what this input takes.",
            "branches": [
                {"kind": "text", "label": "text"},
                {"kind": "json", "label": "JSON", "hint": "JSON", "rows": 6},
            ],
        },
    ),
    "described elsewhere": (
        {"$ref": "https://example.org/x.json"},
        {
            **JSON_PART,
            "note": "Its schema is elsewhere and was not fetched: "
            "https://example.org/x.json",
            "schema_text": '{\n  "x-unresolved": "https://example.org/x.json"\n}',
        },
    ),
}


def told(spec: Any) -> Any:
    """A spec without what the page takes as not said."""
    if isinstance(spec, list):
        return [told(one) for one in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        name: one if name == "draft" else told(one)
        for name, one in spec.items()
        if (one or name in ("draft", "max_items"))
        and (name, one) != ("label", spec.get("key"))
    }


@pytest.mark.parametrize(("schema", "expected"), TOLD.values(), ids=TOLD)
def test_the_page_is_told_all_that_it_draws(
    schema: Any, expected: dict[str, Any]
) -> None:
    form = ProcessForm({"id": "p", "inputs": {"x": {"title": "X", "schema": schema}}})
    always = {"key": "x", "label": "X", "required": True}
    assert form.spec == told([{**always, **expected}])
    form.close()
