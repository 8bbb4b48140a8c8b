"""One input for every kind of field: the tests, the pictures and the page use these.

``docs/forms.md`` is written from this list by ``scripts/form_docs.py``; the pictures in
it show each input filled with its value, as a form draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
POLYGON = {
    "type": "Polygon",
    "coordinates": [[[7, 51], [8, 51], [8, 52], [7, 52], [7, 51]]],
}


@dataclass(frozen=True)
class Example:
    """An input as a server describes it, and a value that somebody enters.

    Attributes:
        name: What the field is called in the page; also names its picture.
        text: One sentence on what the field does.
        input: The description of the input.
        value: What is entered and sent.
        kind: Kind of field that it becomes.
        keywords: Keywords and conventions that it shows.
        rows: Draft with faults, where the picture should show one.
        group: Heading of the page under which it stands.
    """

    name: str
    text: str
    input: dict[str, Any]
    value: Any
    kind: str
    keywords: tuple[str, ...] = ()
    group: str = "Text and numbers"
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def process(self) -> dict[str, Any]:
        """A process description with this input alone."""
        return {"id": "example", **self.document, "inputs": {"x": self.input}}


def _input(title: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"title": title, "schema": schema, **more}


_TEXT = (
    Example(
        "text",
        "One line of text.",
        _input("Title", {"type": "string", "examples": ["Lakes in spring"]}),
        "Lakes in spring",
        "text",
        ("type: string", "examples", "title", "description"),
    ),
    Example(
        "text with a pattern",
        "Length and pattern are checked while you type, in words.",
        _input(
            "EPSG code", {"type": "string", "pattern": "^EPSG:[0-9]+$", "maxLength": 12}
        ),
        "EPSG:4326",
        "text",
        ("pattern", "minLength", "maxLength"),
    ),
    Example(
        "web address",
        "Addresses of any scheme, s3:// included.",
        _input("Scene", {"type": "string", "format": "uri"}),
        "https://example.org/scene.json",
        "text",
        ("format: uri, uri-reference, iri, url",),
    ),
    Example(
        "e-mail address",
        "Also host names, IP addresses and UUIDs.",
        _input("Send a message to", {"type": "string", "format": "email"}),
        "student@example.org",
        "text",
        ("format: email, hostname, ipv4, ipv6, uuid",),
    ),
    Example(
        "password",
        "Hidden, and never written into the notebook. A plain text is one, too, if its "
        "id or title ends in password, secret, token, credentials, API key or such.",
        _input("Password", {"type": "string", "format": "password"}),
        "open sesame",
        "secret",
        ("format: password", "writeOnly", "x-ui-widget: password"),
    ),
    Example(
        "several lines",
        "A larger box for prose.",
        _input("Notes", {"type": "string", "x-ui-widget": "textarea"}),
        "First line\nSecond line",
        "multiline",
        ("x-ui-widget: textarea", "x-ui-rows"),
    ),
    Example(
        "number",
        "Limits and steps are kept to; the arrow keys step exactly.",
        _input(
            "Threshold",
            {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.05},
        ),
        0.35,
        "number",
        (
            "type: number",
            "minimum, maximum",
            "exclusiveMinimum, exclusiveMaximum (number or boolean)",
            "multipleOf",
        ),
    ),
    Example(
        "whole number of any size",
        "Every digit is sent as it was typed, beyond 2^53 too.",
        _input("Seed", {"type": "integer"}),
        9007199254740993,
        "integer",
        ("type: integer", "format: int32, int64"),
    ),
    Example(
        "slider",
        "Where the description wishes for one.",
        _input(
            "Cloud cover",
            {"type": "integer", "minimum": 0, "maximum": 100},
            **{"x-ui-widget": "slider", "uom": "%"},
        ),
        20,
        "integer",
        ("x-ui-widget: slider",),
    ),
    Example(
        "number with a unit",
        "The unit of measure stands beside the box.",
        {
            "title": "Buffer",
            "literalDataDomains": [
                {
                    "dataType": {"name": "double"},
                    "valueDefinition": {"minimumValue": "0", "maximumValue": "500"},
                    "defaultUOM": {"name": "m"},
                }
            ],
        },
        12.5,
        "number",
        ("literalDataDomains", "uom"),
    ),
    Example(
        "measure",
        "A number and its unit together.",
        _input(
            "Distance",
            {
                "type": "object",
                "required": ["measurement", "uom"],
                "properties": {
                    "measurement": {"type": "number"},
                    "uom": {"type": "string", "enum": ["m", "km"]},
                    "reference": {"type": "string", "format": "uri"},
                },
            },
        ),
        {"measurement": 10.3, "uom": "m"},
        "object",
        ("measurement and uom",),
    ),
)

_TIME = (
    Example(
        "date",
        "A calendar; the text can be typed, too. Also for texts that are said to be "
        "YYYY-MM-DD.",
        _input("Day", {"type": "string", "format": "date"}),
        "2021-07-13",
        "date",
        ("format: date",),
        "Dates and times",
    ),
    Example(
        "date and time",
        "Always with a zone that you can see and change.",
        _input("Acquired after", {"type": "string", "format": "date-time"}),
        "2021-07-13T10:30:00+02:00",
        "datetime",
        ("format: date-time", "type: dateTime, xs:dateTime"),
        "Dates and times",
    ),
    Example(
        "time of day",
        "",
        _input("Overpass", {"type": "string", "format": "time"}),
        "10:30:00Z",
        "time",
        ("format: time",),
        "Dates and times",
    ),
    Example(
        "duration",
        "ISO 8601, read back in words.",
        _input("Time step", {"type": "string", "format": "duration"}),
        "P1DT12H",
        "duration",
        ("format: duration",),
        "Dates and times",
    ),
)

_CHOICES = (
    Example(
        "few options",
        "Up to four short options are buttons.",
        _input("Resampling", {"enum": ["nearest", "bilinear", "cubic"]}),
        "bilinear",
        "choice",
        ("enum", "x-ui-widget: radio, select"),
        "Choices",
    ),
    Example(
        "many options",
        "A list to search in, by any words of up to 10,000 options.",
        _input(
            "Coordinate system",
            {"type": "string", "enum": [f"EPSG:{n}" for n in range(32601, 32661)]},
        ),
        "EPSG:32610",
        "choice",
        ("enum with many options",),
        "Choices",
    ),
    Example(
        "options with names",
        "The names are shown, the values are sent.",
        _input(
            "Quality",
            {
                "oneOf": [
                    {"const": 1, "title": "Fast"},
                    {"const": 2, "title": "Balanced"},
                    {"const": 3, "title": "Best"},
                ]
            },
        ),
        2,
        "choice",
        ("oneOf of const with title",),
        "Choices",
    ),
    Example(
        "several options",
        "Boxes to tick, or a list to search in.",
        _input(
            "Indices",
            {
                "type": "array",
                "uniqueItems": True,
                "minItems": 1,
                "items": {"enum": ["NDVI", "NDWI", "NBR", "EVI"]},
            },
        ),
        ["NDVI", "NBR"],
        "multichoice",
        ("array of enum", "uniqueItems"),
        "Choices",
    ),
    Example(
        "yes or no",
        "Left out, yes and no are three different things.",
        _input("Mask clouds", {"type": "boolean"}, minOccurs=0),
        False,
        "boolean",
        ("type: boolean",),
        "Choices",
    ),
    Example(
        "constant",
        "Shown, and sent as it is.",
        _input("Mode", {"const": "batch"}),
        "batch",
        "const",
        ("const", "enum with one option"),
        "Choices",
    ),
    Example(
        "null",
        "The value null can be sent on purpose.",
        _input("Nothing", {"type": "null"}, minOccurs=0),
        None,
        "null",
        ("type: null",),
        "Choices",
    ),
    Example(
        "no value",
        'By "no value" where a value is asked for, in lists as well; else in the menu.',
        _input(
            "Until", {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
        ),
        None,
        "date",
        ("nullable", "type or branch with null"),
        "Choices",
    ),
)

_CONTAINERS = (
    Example(
        "list",
        "Add, remove, move, or paste a whole column.",
        _input(
            "Scenes",
            {"type": "array", "items": {"type": "string", "format": "uri"}},
        ),
        ["https://example.org/a.json", "https://example.org/b.json"],
        "list",
        ("type: array", "items", "minItems, maxItems"),
        "Lists and objects",
    ),
    Example(
        "list of short values",
        "",
        _input("Bands", {"type": "string"}, maxOccurs="unbounded"),
        ["green", "nir"],
        "list",
        ('maxOccurs (number or "unbounded")', "minOccurs"),
        "Lists and objects",
    ),
    Example(
        "fixed list",
        "One box for each place.",
        _input(
            "Range",
            {
                "type": "array",
                "prefixItems": [
                    {"type": "number", "title": "from"},
                    {"type": "number", "title": "to"},
                ],
                "items": False,
                "minItems": 2,
            },
        ),
        [0.1, 0.9],
        "tuple",
        ("prefixItems", "items as a list", "minItems = maxItems"),
        "Lists and objects",
    ),
    Example(
        "list of objects",
        "",
        _input(
            "Stations",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string"},
                        "height": {"type": "number"},
                    },
                },
            },
        ),
        [{"name": "Oroville", "height": 275}, {"name": "Quincy"}],
        "list",
        ("array of object",),
        "Lists and objects",
    ),
    Example(
        "object",
        "Members inside each other; those that may be left out fold away.",
        _input(
            "Sensor",
            {
                "type": "object",
                "required": ["platform"],
                "properties": {
                    "platform": {"type": "string"},
                    "orbit": {"type": "integer", "minimum": 1},
                    "processing": {
                        "type": "object",
                        "title": "Processing",
                        "properties": {
                            "level": {"enum": ["L1C", "L2A"]},
                            "baseline": {"type": "string"},
                        },
                    },
                },
            },
        ),
        {"platform": "Sentinel-2A", "processing": {"level": "L2A"}},
        "object",
        ("type: object", "properties", "required"),
        "Lists and objects",
    ),
    Example(
        "names and values",
        "Names that you choose, each with a value.",
        _input(
            "Labels", {"type": "object", "additionalProperties": {"type": "string"}}
        ),
        {"course": "remote sensing", "year": "2024"},
        "map",
        ("additionalProperties", "patternProperties", "propertyNames"),
        "Lists and objects",
    ),
    Example(
        "one of several kinds",
        "Choose the kind; what you typed in the other one is kept.",
        _input(
            "Threshold",
            {
                "oneOf": [
                    {"type": "number", "title": "fixed value"},
                    {
                        "title": "automatic",
                        "type": "object",
                        "required": ["method"],
                        "properties": {"method": {"enum": ["otsu", "triangle"]}},
                    },
                ]
            },
        ),
        {"method": "otsu"},
        "union",
        ("oneOf", "anyOf", "discriminator", "type with several names"),
        "Lists and objects",
    ),
    Example(
        "merged",
        "All parts of allOf are one object.",
        _input(
            "Person",
            {
                "allOf": [
                    {"$ref": "#/$defs/named"},
                    {"properties": {"age": {"type": "integer"}}},
                ],
                "$defs": {
                    "named": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string"}},
                    }
                },
            },
        ),
        {"name": "Ada", "age": 36},
        "object",
        ("allOf", "$ref", "$defs, definitions, components"),
        "Lists and objects",
    ),
    Example(
        "members that depend on others",
        "A member is asked for when another one needs it.",
        _input(
            "Delivery",
            {
                "type": "object",
                "required": ["by"],
                "properties": {
                    "by": {"enum": ["mail", "download"]},
                    "size": {"type": "integer"},
                    "unit": {"type": "string"},
                },
                "if": {"properties": {"by": {"const": "mail"}}},
                "then": {
                    "required": ["address"],
                    "properties": {"address": {"type": "string", "format": "email"}},
                },
                "dependentRequired": {"size": ["unit"]},
            },
        ),
        {"by": "mail", "address": "student@example.org"},
        "object",
        ("if, then, else", "dependentRequired", "dependentSchemas", "dependencies"),
        "Lists and objects",
    ),
)

_FILES = (
    Example(
        "JSON text",
        "Code in a fixed-width font; a faulty line is marked.",
        _input("Filter", {"type": "string", "contentMediaType": "application/json"}),
        '{"op": "<=", "args": [{"property": "cloud"}, 20]}',
        "file",
        ("contentMediaType: application/json",),
        "Files and code",
    ),
    Example(
        "XML text",
        "",
        _input("Feature", {"type": "string", "contentMediaType": "application/xml"}),
        "<feature>\n  <name>lake</name>\n</feature>",
        "file",
        ("contentMediaType: application/xml, application/gml+xml",),
        "Files and code",
    ),
    Example(
        "CWL text",
        "",
        _input("Package", {"type": "string", "contentMediaType": "application/cwl"}),
        "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: echo",
        "file",
        ("contentMediaType: application/cwl, text/yaml",),
        "Files and code",
    ),
    Example(
        "binary file",
        "Uploaded and sent as base64, or named by its address.",
        _input(
            "Image",
            {
                "type": "string",
                "contentEncoding": "base64",
                "contentMediaType": "image/tiff; application=geotiff",
            },
        ),
        {"href": "https://example.org/scene.tif", "type": "image/tiff"},
        "file",
        ("contentEncoding: base64", "format: binary, byte", "by reference"),
        "Files and code",
    ),
    Example(
        "several media types",
        "The chosen one is sent along.",
        _input(
            "Image",
            {
                "oneOf": [
                    {
                        "type": "string",
                        "contentEncoding": "binary",
                        "contentMediaType": "image/tiff; application=geotiff",
                    },
                    {
                        "type": "string",
                        "contentEncoding": "binary",
                        "contentMediaType": "image/jp2",
                    },
                ]
            },
        ),
        {"href": "https://example.org/scene.jp2", "type": "image/jp2"},
        "file",
        ("qualified values: value and mediaType", "formats"),
        "Files and code",
    ),
    Example(
        "anything",
        "JSON with its schema beside it: no input is ever missing.",
        _input("Options", {"type": "object"}),
        {"a": 1, "b": [1, 2]},
        "json",
        ("free object", "no schema", "unknown $ref", "not"),
        "Files and code",
    ),
)

_PLACES = (
    Example(
        "bounding box",
        "Drawn on the map or typed; sent the way that the input wants.",
        _input(
            "Bounding box",
            {
                "allOf": [
                    {"format": "ogc-bbox"},
                    {
                        "$ref": "https://schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas/bbox.yaml"
                    },
                ]
            },
        ),
        {"bbox": [7, 51, 8, 52], "crs": CRS84},
        "area",
        ("format: ogc-bbox", "$ref to bbox.yaml", "supportedCRS"),
        "Places",
    ),
    Example(
        "bounding box as text",
        "Recognised by its name; how it is sent can be changed.",
        _input("Area of interest", {"type": "string"}, description="as a bounding box"),
        "-121.399,39.834,-120.740,40.472",
        "area",
        ("aoi, bbox, extent, ... in id, title or description",),
        "Places",
    ),
    Example(
        "geometry",
        "GeoJSON from the map.",
        _input("Region", {"format": "geojson-geometry"}),
        POLYGON,
        "area",
        ("format: geojson-geometry, geojson-feature", "$ref to GeoJSON schemas"),
        "Places",
    ),
    Example(
        "type from the package",
        "The type in the application package is the strongest hint.",
        _input(
            "Start",
            {
                "type": "object",
                "required": ["value"],
                "properties": {"value": {"type": "string"}},
            },
            metadata=[
                {
                    "title": "cwl:type",
                    "value": "https://raw.githubusercontent.com/eoap/schemas/main/string_format.yaml#DateTime",
                }
            ],
        ),
        {"value": "2021-07-13T10:30:00Z"},
        "datetime",
        ("metadata with cwl:type", 'objects {"value": text}'),
        "Places",
    ),
)

EXAMPLES: tuple[Example, ...] = (
    *_TEXT,
    *_TIME,
    *_CHOICES,
    *_CONTAINERS,
    *_FILES,
    *_PLACES,
)
