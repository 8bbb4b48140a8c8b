"""What a description says is what the form gets, in each way that servers write it."""

from __future__ import annotations

import pytest

from ogc_widgets.protocol import Process
from ogc_widgets.protocol.documents.literal_data import schema_of, unit_of

URL = "http://srv.test/processes/p"


def an_input(said, process=None):
    document = {"id": "p", **(process or {}), "inputs": {"x": said}}
    return Process.from_json(document, URL).inputs["x"]


def an_output(said):
    return Process.from_json({"id": "p", "outputs": {"x": said}}, URL).outputs["x"]


@pytest.mark.parametrize(
    "names",
    [
        ("id", "title", "description", "version", "jobControlOptions"),
        ("identifier", "label", "abstract", "processVersion", "job_control_options"),
        ("name", "title", "description", "version", "jobControlOptions"),
    ],
)
@pytest.mark.parametrize("wrapper", ["", "process", "processDescription"])
def test_process_is_read_under_every_name_of_its_members(names, wrapper):
    identifier, title, description, version, control = names
    said = {
        identifier: "buffer", title: "Buffer", description: "Widens", version: "1.2.0",
        control: ["async-execute"], "outputTransmission": ["value", "reference"],
        "mutable": False, "keywords": ["water", "land"], "metadata": [{"role": "r"}],
        "links": [{"href": "../x", "rel": "self"}],
        "inputs": {"a": {"title": "A"}}, "outputs": {"b": {"title": "B"}},
    }  # fmt: skip
    read = Process.from_json({wrapper: said} if wrapper else said, URL)
    assert (read.id, read.title, read.description) == ("buffer", "Buffer", "Widens")
    assert (read.version, read.mutable) == ("1.2.0", False)
    assert read.job_control_options == ("async-execute",)
    assert read.output_transmission == ("value", "reference")
    assert (read.keywords, read.metadata) == (("water", "land"), ({"role": "r"},))
    assert [link.href for link in read.links] == ["http://srv.test/x"]
    assert [one.title for one in read.inputs.values()] == ["A"]
    assert [one.title for one in read.outputs.values()] == ["B"]


@pytest.mark.parametrize("wrapper", ["", "input"])
@pytest.mark.parametrize(
    "names",
    [
        ("title", "description", "minOccurs", "maxOccurs", "extended-schema"),
        ("label", "abstract", "min_occurs", "max_occurs", "extendedSchema"),
        ("title", "description", "minOccurs", "maxOccurs", "extended_schema"),
    ],
)
def test_input_is_read_under_every_name_of_its_members(names, wrapper):
    title, description, low, high, extended = names
    said = {
        title: "T", description: "D", low: 2, high: 5, extended: {"type": "string"},
        "keywords": ["k"], "metadata": [{"title": "cwl:type", "value": {"a": 1}}],
        "schema": {"type": "string"},
    }  # fmt: skip
    read = an_input({wrapper: said} if wrapper else said)
    assert (read.title, read.description, read.keywords) == ("T", "D", ("k",))
    assert (read.min_occurs, read.says_min_occurs, read.max_occurs) == (2, True, 5)
    assert read.schema == read.extended_schema == {"type": "string"}
    assert read.cwl_type == '{"a": 1}'
    assert not read.nullable


def test_words_are_left_out_where_the_server_writes_none():
    assert an_input({"description": "None"}).description == ""
    assert an_input({"metadata": [{"role": "cwl:type", "value": "File"}]}).cwl_type == (
        "File"
    )
    assert an_input({"metadata": [{"role": "other", "value": "File"}]}).cwl_type == ""


STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("said", "schema"),
    [
        ({"schema": STRING}, STRING),
        ({"original-schema": STRING}, STRING),
        ({"schema": "string"}, STRING),
        ({"schema": [STRING, {"type": "null"}]}, {"anyOf": [STRING, {"type": "null"}]}),
        # What stands beside the schema.
        ({"schema": STRING, "default": "a"}, {**STRING, "default": "a"}),
        ({"schema": STRING, "defaultValue": "a"}, {**STRING, "default": "a"}),
        ({"schema": {**STRING, "default": "b"}, "default": "a"},
         {**STRING, "default": "b"}),
        ({"schema": STRING, "enum": ["a"]}, {**STRING, "enum": ["a"]}),
        ({"schema": {**STRING, "enum": ["b"]}, "enum": ["a"]},
         {**STRING, "enum": ["b"]}),
        ({"schema": STRING, "enum": "a"}, STRING),
        ({"schema": STRING, "literalDataDomains": [{"defaultValue": "d"}]},
         {**STRING, "default": "d"}),
        # The schema stands on the input.
        ({"type": "integer", "title": "T", "minimum": 3, "default": 4},
         {"type": "integer", "minimum": 3, "default": 4}),
        ({"default": 3, "title": "T"}, {}),
        ({"extended-schema": {"type": "array"}}, {"type": "array"}),
        ({"dataType": "integer"}, {"type": "integer"}),
        ({"data_type": "integer", "defaultValue": 1},
         {"type": "integer", "default": 1}),
    ],
)  # fmt: skip
def test_schema_is_found_wherever_it_is_said(said, schema):
    assert an_input(said).schema == schema


@pytest.mark.parametrize("name", ["formats", "supported_formats"])
@pytest.mark.parametrize("kind", ["mediaType", "mimeType", "mime_type", "type"])
def test_formats_become_a_schema_that_begins_with_the_default(name, kind):
    tiff = {kind: "image/tiff", "encoding": "base64"}
    json = {kind: "application/geo+json", "default": True}
    read = an_input({name: [tiff, json]})
    assert read.schema == {
        "oneOf": [
            {"type": "string", "contentMediaType": "application/geo+json"},
            {"type": "object", "contentMediaType": "application/geo+json"},
            {
                "type": "string",
                "contentMediaType": "image/tiff",
                "contentEncoding": "base64",
            },
        ]
    }
    assert read.qualified == ("image/tiff", "application/geo+json")


@pytest.mark.parametrize("name", ["supportedCRS", "supported_crs"])
def test_reference_systems_make_a_box_in_the_default_one(name):
    systems = [{"crs": "EPSG:4326"}, {"crs": "EPSG:3857", "default": True}, {"crs": 3}]
    schema = an_input({name: systems}).schema
    assert (schema["type"], schema["format"]) == ("object", "ogc-bbox")
    assert schema["required"] == ["bbox"]
    assert schema["properties"] == {
        "bbox": {
            "type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6
        },
        "crs": {
            "type": "string",
            "enum": ["EPSG:3857", "EPSG:4326"],
            "default": "EPSG:3857",
        },
    }  # fmt: skip
    assert an_input({name: ["EPSG:4326"]}).schema["properties"]["crs"]["enum"] == [
        "EPSG:4326"
    ]


LINK = {"$ref": "http://z.test/link.yaml"}
VALUE = {
    "type": "object",
    "properties": {
        "value": {"type": "string", "contentEncoding": "base64"},
        "type": {"enum": ["image/tiff", "image/png"]},
    },
}


@pytest.mark.parametrize(
    ("said", "qualified"),
    [
        ({"oneOf": [{"allOf": [LINK, {"properties": {"type": VALUE["properties"][
            "type"]}}]}, VALUE]}, ("image/tiff", "image/png")),
        ({"oneOf": [LINK, VALUE]}, ("image/tiff", "image/png")),
        ({"type": "array", "items": {"oneOf": [LINK, VALUE]}},
         ("image/tiff", "image/png")),
        ({"oneOf": [LINK, {"properties": {"value": {}}}]}, ()),
        ({"oneOf": [LINK]}, None),
        ({"oneOf": [LINK, {"type": "string"}]}, None),
        ({"oneOf": [{"type": "string"}, VALUE]}, None),
    ],
)  # fmt: skip
def test_value_or_link_is_known_with_its_media_types(said, qualified):
    read = an_input({"schema": STRING, "extended-schema": said})
    assert (read.schema, read.qualified) == (STRING, qualified)
    if qualified and "oneOf" in said:
        bare = an_input({"extended-schema": said})
        assert bare.schema == VALUE["properties"]["value"]


UNBOUNDED = None
ARRAY = {"type": "array", "items": STRING}


@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        ({}, (1, False, 1)),
        ({"minOccurs": 0}, (0, True, 1)),
        ({"minOccurs": 0, "maxOccurs": 0}, (0, True, 1)),
        ({"minOccurs": 3, "maxOccurs": 2}, (3, True, UNBOUNDED)),
        ({"maxOccurs": 3}, (1, False, 3)),
        ({"maxOccurs": "Unbounded "}, (1, False, UNBOUNDED)),
        ({"maxOccurs": "unlimited"}, (1, False, UNBOUNDED)),
        ({"maxOccurs": "inf"}, (1, False, UNBOUNDED)),
        ({"maxOccurs": "*"}, (1, False, UNBOUNDED)),
        ({"maxOccurs": -1}, (1, False, UNBOUNDED)),
        ({"maxOccurs": float("inf")}, (1, False, UNBOUNDED)),
        ({"maxOccurs": 2**31 - 1}, (1, False, UNBOUNDED)),
        ({"maxOccurs": 2**31 - 2}, (1, False, 2**31 - 2)),
        ({"maxOccurs": None}, (1, False, 1)),
        ({"minOccurs": "unbounded"}, (1, False, 1)),
        ({"required": False}, (0, True, 1)),
        ({"required": False, "minOccurs": 1}, (1, True, 1)),
        ({"required": True}, (1, False, 1)),
        ({"extended-schema": ARRAY}, (1, True, UNBOUNDED)),
        ({"extended-schema": {**ARRAY, "minItems": 2, "maxItems": 3}}, (2, True, 3)),
        ({"extended-schema": ARRAY, "minOccurs": 0, "maxOccurs": 1},
         (0, True, UNBOUNDED)),
        ({"extended-schema": ARRAY, "maxOccurs": 2}, (1, False, 2)),
        ({"extended-schema": {"items": STRING}}, (1, True, UNBOUNDED)),
        ({"extended-schema": {"type": ["array", "null"]}}, (1, True, UNBOUNDED)),
        ({"extended-schema": STRING}, (1, False, 1)),
    ],
)  # fmt: skip
def test_occurrences_are_those_that_the_server_means(said, bounds):
    read = an_input({"schema": STRING, **said})
    assert (read.min_occurs, read.says_min_occurs, read.max_occurs) == bounds


def test_null_is_said_of_all_values_together_where_there_may_be_several():
    nullable = {**STRING, "nullable": True}
    several = an_input({"schema": nullable, "maxOccurs": 3})
    assert (several.nullable, several.schema) == (True, STRING)
    assert an_input({"schema": nullable}).schema == nullable
    listed = an_input({"schema": {**ARRAY, "nullable": True}, "maxOccurs": 3})
    assert (listed.nullable, listed.schema) == (False, {**ARRAY, "nullable": True})


@pytest.mark.parametrize("name", ["schema", "extended-schema"])
def test_media_types_of_an_output_are_listed_wherever_they_are_said(name):
    schema = {"oneOf": [{"contentMediaType": "image/tiff; application=geotiff"},
                        {"mediaType": "image/png"},
                        {"type": "string", "contentEncoding": "base64"}]}  # fmt: skip
    read = an_output({name: schema, "mediaType": "text/csv"})
    assert read.media_types == (
        "image/tiff", "image/png", "application/octet-stream", "text/csv"
    )  # fmt: skip
    assert not read.is_string
    assert an_output({"schema": STRING}).is_string


@pytest.mark.parametrize("wrapper", ["output", "complexOutput", "ComplexOutput"])
def test_output_is_read_inside_what_older_servers_put_around_it(wrapper):
    read = an_output({"title": "T", wrapper: {"title": "inner", "schema": STRING}})
    assert (read.title, read.schema) == ("T", STRING)


# Literal data.


@pytest.mark.parametrize(
    ("domain", "schema"),
    [
        ({"dataType": {"name": "double"}}, {"type": "double"}),
        ({"dataType": {"reference": "http://www.w3.org/TR/xmlschema-2/#integer"}},
         {"type": "integer"}),
        ({"data_type": "string", "default": "a"}, {"type": "string", "default": "a"}),
        ({}, {"type": "string"}),
        ({"dataType": "string", "allowedValues": ["a", {"value": "b"}]},
         {"type": "string", "enum": ["a", "b"]}),
        ({"valueDefinition": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"valueDefinition": {"possibleValues": ["a"], "defaultValue": "a"}},
         {"type": "string", "default": "a", "enum": ["a"]}),
        ({"valueDefinition": {"allowedValues": {"values": ["a", "b"]}}},
         {"type": "string", "enum": ["a", "b"]}),
        ({"valueDefinition": {"minimumValue": "1"}}, {"type": "string", "minimum": 1}),
        ({"dataType": "integer", "allowedRanges": {
            "minimumValue": 2, "maximumValue": 8, "spacing": 2}},
         {"type": "integer", "minimum": 2, "maximum": 8, "multipleOf": 2}),
        # From 1, every second number is none that JSON Schema could say.
        ({"dataType": "integer", "allowedRanges": [
            {"minimumValue": 1, "maximumValue": 9, "spacing": 2}]},
         {"type": "integer", "minimum": 1, "maximum": 9}),
        ({"dataType": "integer", "allowedRanges": [{"maximumValue": 9, "spacing": 3}]},
         {"type": "integer", "maximum": 9, "multipleOf": 3}),
        ({"dataType": "integer", "allowedRanges": [{"maximumValue": 9, "spacing": 0}]},
         {"type": "integer", "maximum": 9}),
        ({"dataType": "integer", "options": [
            {"minimumValue": 1, "maximumValue": 2}, {"minimumValue": 5}]},
         {"type": "integer", "anyOf": [{"minimum": 1, "maximum": 2}, {"minimum": 5}]}),
        ({"dataType": "integer", "values": ["7", {"minimumValue": 1, "value": 3}]},
         {"type": "integer",
          "anyOf": [{"minimum": 7, "maximum": 7}, {"minimum": 1}]}),
        ({"valueDefinition": "anyValue"}, {"type": "string"}),
    ],
)  # fmt: skip
def test_domain_of_literal_data_becomes_the_schema_of_its_values(domain, schema):
    assert schema_of([domain]) == schema
    assert schema_of([]) == {}


@pytest.mark.parametrize("name", ["rangeClosure", "closure"])
@pytest.mark.parametrize(
    ("closure", "keywords"),
    [
        ("closed", ("minimum", "maximum")),
        ("Open", ("exclusiveMinimum", "exclusiveMaximum")),
        ("open-closed", ("exclusiveMinimum", "maximum")),
        ("closed-open", ("minimum", "exclusiveMaximum")),
    ],
)
def test_open_end_of_a_range_is_not_in_it(name, closure, keywords):
    limits = {"minimumValue": 1, "maximumValue": "9", name: closure}
    schema = schema_of([{"dataType": "integer", "allowedRanges": [limits]}])
    assert schema == {"type": "integer", **dict(zip(keywords, (1, 9), strict=True))}


@pytest.mark.parametrize(
    ("domains", "schema"),
    [
        ([{"dataType": "integer", "allowedValues": [1]}, {"dataType": "integer"}],
         {"type": "integer"}),
        ([{"dataType": "integer", "defaultValue": 3,
           "allowedRanges": [{"maximumValue": 4}]},
          {"dataType": "integer", "allowedRanges": [{"minimumValue": 8}]}],
         {"type": "integer", "anyOf": [{"maximum": 4}, {"minimum": 8}], "default": 3}),
        ([{"dataType": "integer", "allowedValues": [1]},
          {"dataType": "integer", "allowedRanges": [{"minimumValue": 8}]}],
         {"anyOf": [{"type": "integer", "enum": [1]},
                    {"type": "integer", "minimum": 8}]}),
        ([{"dataType": "integer"}, {"dataType": "string"}],
         {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
    ],
)  # fmt: skip
def test_several_domains_are_alternatives_or_one_kind_without_limits(domains, schema):
    assert schema_of(domains) == schema


@pytest.mark.parametrize(
    "name", ["literalDataDomains", "literalDataDomain", "literalData"]
)
def test_default_domain_comes_first_under_every_name(name):
    domains = [{"dataType": "integer"}, {"dataType": "string", "default": True}]
    schema = an_input({name: domains}).schema
    assert schema == {"anyOf": [{"type": "string"}, {"type": "integer"}]}


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ({"uom": "m"}, "m"),
        ({"unit": {"symbol": "°C"}}, "°C"),
        ({"x-ogc-uom": {"code": "km"}}, "km"),
        ({"UOMs": [{"uom": "ft"}, {"uom": "m", "default": True}]}, "m"),
        ({"UOMs": {"default": "m", "supported": ["ft"]}}, "m"),
        ({"supportedUOMs": {"supported": ["ft"]}}, "ft"),
        ({"uom": {"reference": "urn:ogc:def:uom:UCUM::km2"}}, "km2"),
        ({"uom": {"name": "http://www.opengis.net/def/uom/UCUM/0/m%2Fs/"}}, "m/s"),
        ({"uom": "https://u.test/units#metre"}, "metre"),
        ({"uom": "x" * 60}, "x" * 40),
        ({"uom": "a:b"}, "a:b"),
        ({"uom": 3}, ""),
        ({}, ""),
    ],
)
def test_unit_is_short_however_it_is_named(said, unit):
    assert unit_of(said) == unit
    assert an_input({**said, "schema": {}}).unit == unit
    assert an_input({"schema": said}).unit == unit
