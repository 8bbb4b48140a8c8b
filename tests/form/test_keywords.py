"""Every keyword and dialect that servers use: the field it gives and what is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ogc_widgets.form import UNSET, Field, ProcessForm, reduce_process
from ogc_widgets.form.drafts.codec import from_draft, initial_draft, to_draft


def field_of(schema: Any, **description: Any) -> Field:
    described = {"schema": schema, **description}
    return reduce_process({"id": "p", "inputs": {"x": described}})["x"]


OBJECT = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
}
LIST = {"type": "array", "items": {"type": "string"}}
LINK = {"$ref": "http://zoo-project.org/dl/link.json"}

# schema, kind of field, draft as a user makes it, value that is sent
CASES: dict[str, tuple[Any, str, Any, Any]] = {
    "string": ({"type": "string"}, "text", "abc", "abc"),
    "string, empty on purpose": ({"type": "string"}, "text", "", ""),
    "number": ({"type": "number"}, "number", "1.50", 1.5),
    "number, many digits": (
        {"type": "number"},
        "number",
        "1.10000000000000000001",
        Decimal("1.10000000000000000001"),
    ),
    "integer": ({"type": "integer"}, "integer", "7", 7),
    "integer beyond 2^53": (
        {"type": "integer"},
        "integer",
        "9007199254740993",
        9007199254740993,
    ),
    "integer written as 1e3": ({"type": "integer"}, "integer", "1e3", 1000),
    "boolean": ({"type": "boolean"}, "boolean", "false", False),
    "null": ({"type": "null"}, "null", "null", None),
    "enum": ({"enum": ["a", 1, True]}, "choice", 2, True),
    "enum of numbers written as text": (
        {"type": "number", "enum": ["1", "2.5"]},
        "choice",
        1,
        2.5,
    ),
    "const": ({"const": {"a": 1}}, "const", "anything", {"a": 1}),
    "one option": ({"enum": ["only"]}, "const", "only", "only"),
    "named constants": (
        {"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]},
        "choice",
        1,
        2,
    ),
    "date": ({"type": "string", "format": "date"}, "date", "2021-07-13", "2021-07-13"),
    "date-time": (
        {"type": "string", "format": "date-time"},
        "datetime",
        "2021-07-13T10:30:00+02:00",
        "2021-07-13T10:30:00+02:00",
    ),
    "time": ({"type": "string", "format": "time"}, "time", "10:30:00Z", "10:30:00Z"),
    "duration": ({"type": "string", "format": "duration"}, "duration", "P1D", "P1D"),
    "uri": ({"type": "string", "format": "uri"}, "text", "s3://b/k", "s3://b/k"),
    "type dateTime": (
        {"type": "dateTime"},
        "datetime",
        "2021-07-13T10:30:00Z",
        "2021-07-13T10:30:00Z",
    ),
    "type xs:int": ({"type": "xs:int"}, "integer", "3", 3),
    "type xs:anyURI": ({"type": "xs:anyURI"}, "text", "https://a.org", "https://a.org"),
    "long text": (
        {"type": "string", "x-ui-widget": "textarea"},
        "multiline",
        "a\nb",
        "a\nb",
    ),
    "code": (
        {"type": "string", "contentMediaType": "application/cwl"},
        "file",
        {"mode": "text", "text": "cwlVersion: v1.2"},
        "cwlVersion: v1.2",
    ),
    "by reference": (
        {"type": "string", "contentMediaType": "text/xml"},
        "file",
        {"mode": "reference", "href": "https://a.org/b.xml", "type": "text/xml"},
        {"href": "https://a.org/b.xml", "type": "text/xml"},
    ),
    "several media types": (
        {
            "oneOf": [
                {"type": "string", "contentMediaType": "image/tiff"},
                {"type": "string", "contentMediaType": "image/jp2"},
            ]
        },
        "file",
        {"mode": "text", "text": "aGk=", "type": "image/jp2"},
        {"value": "aGk=", "mediaType": "image/jp2", "encoding": "base64"},
    ),
    "array": (
        {"type": "array", "items": {"type": "number"}},
        "list",
        ["1", None, "2"],
        [1, 2],
    ),
    "array, empty on purpose": ({"type": "array", "items": {}}, "list", [], []),
    "array of options": (
        {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}},
        "multichoice",
        [1, 0],
        ["b", "a"],
    ),
    "min = maxItems": (
        {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3},
        "tuple",
        ["1", "2", "3"],
        [1, 2, 3],
    ),
    "prefixItems": (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        "tuple",
        ["a", "1"],
        ["a", 1],
    ),
    "items as a list": (
        {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
        "tuple",
        ["a", "1"],
        ["a", 1],
    ),
    "object": (OBJECT, "object", {"a": "x", "b": None}, {"a": "x"}),
    "nested object": (
        {"type": "object", "properties": {"o": OBJECT}},
        "object",
        {"o": {"a": "x", "b": "2"}},
        {"o": {"a": "x", "b": 2}},
    ),
    "object without type": (
        {"properties": {"a": {"type": "string"}}},
        "object",
        {"a": "x"},
        {"a": "x"},
    ),
    "additionalProperties": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        "map",
        [["a", "1"], ["", None]],
        {"a": 1},
    ),
    "free object": ({"type": "object"}, "json", '{"a": 1}', {"a": 1}),
    "no type": (
        {"description": "anything"},
        "union",
        {"branch": 1, "draft": "[1]"},
        [1],
    ),
    "oneOf": (
        {"oneOf": [{"type": "string"}, OBJECT]},
        "union",
        {"branch": 1, "draft": {"a": "x"}},
        {"a": "x"},
    ),
    "anyOf": (
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        "union",
        {"branch": 0, "draft": "5"},
        5,
    ),
    "type list": (
        {"type": ["integer", "string"]},
        "union",
        {"branch": 1, "draft": "5"},
        "5",
    ),
    "nullable": ({"type": "string", "nullable": True}, "text", "a", "a"),
    "type or null": ({"type": ["string", "null"]}, "text", "a", "a"),
    "anyOf with null": (
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "integer",
        "1",
        1,
    ),
    "allOf": (
        {"allOf": [{"type": "integer", "minimum": 1}, {"maximum": 5}]},
        "integer",
        "3",
        3,
    ),
    "allOf of objects": (
        {"allOf": [OBJECT, {"properties": {"c": {"type": "boolean"}}}]},
        "object",
        {"a": "x", "c": "true"},
        {"a": "x", "c": True},
    ),
    "the standard's bounding box": (
        {"allOf": [{"format": "ogc-bbox"}, {"$ref": "bbox.yaml"}]},
        "area",
        {"encoding": "bbox-object", "crs": None, "text": "7, 51, 8, 52"},
        {"bbox": [7, 51, 8, 52], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
    ),
    "a GeoJSON geometry": (
        {"format": "geojson-geometry"},
        "area",
        {
            "encoding": "geojson-geometry",
            "text": '{"type":"Point","coordinates":[1,2]}',
        },
        {"type": "Point", "coordinates": [1, 2]},
    ),
    "local $ref": (
        {"$ref": "#/$defs/e", "$defs": {"e": {"type": "integer"}}},
        "integer",
        "1",
        1,
    ),
    "definitions of draft 4": (
        {"$ref": "#/definitions/e", "definitions": {"e": {"type": "integer"}}},
        "integer",
        "1",
        1,
    ),
    "a STAC item": (
        {"$ref": "https://schemas.stacspec.org/v1.0.0/item-spec/json-schema/item.json"},
        "stac",
        '{"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": null, '
        '"properties": {}, "assets": {}}',
        {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": "a",
            "geometry": None,
            "properties": {},
            "assets": {},
        },
    ),
    "an address or a list of them": (
        {
            "oneOf": [
                {"type": "string", "format": "uri"},
                {"type": "array", "items": {"type": "string", "format": "uri"}},
            ]
        },
        "union",
        {"branch": 1, "draft": ["https://a.org/1"]},
        ["https://a.org/1"],
    ),
    "a date made from CWL": (
        {
            "type": "object",
            "properties": {"value": {"type": "string", "format": "date"}},
            "required": ["value"],
        },
        "date",
        "2021-07-13",
        {"value": "2021-07-13"},
    ),
}


@pytest.mark.parametrize(
    ("schema", "kind", "draft", "value"), CASES.values(), ids=list(CASES)
)
def test_the_value_is_what_was_entered_when_a_keyword_is_used(
    schema: Any, kind: str, draft: Any, value: Any
) -> None:
    field = field_of(schema)
    assert field.kind == kind
    sent, errors = from_draft(field, draft)
    assert errors == {}
    assert sent == value
    assert type(sent) is type(value)
    again, _ = from_draft(field, to_draft(field, value))
    assert again == value


@pytest.mark.parametrize("name", [n for n in CASES if CASES[n][1] != "const"])
def test_nothing_is_sent_when_an_optional_field_is_untouched(name: str) -> None:
    field = field_of(CASES[name][0], minOccurs=0)
    assert initial_draft(field) is None
    assert from_draft(field, None) == (UNSET, {})


# schema, draft, message at the field
FAULTS: dict[str, tuple[Any, Any, str]] = {
    "not a number": ({"type": "number"}, "abc", "must be a number"),
    "comma": (
        {"type": "number"},
        "1,5",
        "must be a number, with a point for the decimals",
    ),
    "not whole": ({"type": "integer"}, "1.5", "must be a whole number"),
    "NaN": ({"type": "number"}, "NaN", "must be a number"),
    "minimum": ({"type": "number", "minimum": 1}, "0", "must be at least 1"),
    "maximum": ({"type": "integer", "maximum": 5}, "6", "must be at most 5"),
    "exclusiveMinimum of OpenAPI 3.0": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "0",
        "must be more than 0",
    ),
    "exclusiveMaximum": (
        {"type": "number", "exclusiveMaximum": 10},
        "10",
        "must be less than 10",
    ),
    "multipleOf": (
        {"type": "integer", "multipleOf": 5},
        "7",
        "must be a multiple of 5",
    ),
    "beyond 2^53": (
        {"type": "integer", "minimum": 2**53 + 1},
        "9007199254740992",
        "must be at least 9007199254740993",
    ),
    "minLength": (
        {"type": "string", "minLength": 2},
        "a",
        "must have 2 characters or more",
    ),
    "pattern": (
        {"type": "string", "pattern": "^EPSG:\\d+$"},
        "EPSG:432x6",
        "must look like EPSG:4326",
    ),
    "pattern with an example": (
        {"type": "string", "pattern": "^S2[AB]_.*$", "examples": ["S2B_L2A"]},
        "LC08",
        "must look like S2B_L2A",
    ),
    "pattern without any": (
        {"type": "string", "pattern": "^qq[^a]{7}zz$"},
        "x",
        "must match the pattern ^qq[^a]{7}zz$",
    ),
    "date": (
        {"type": "string", "format": "date"},
        "13.7.2021",
        "must be a date like 2021-07-13",
    ),
    "no such day": (
        {"type": "string", "format": "date"},
        "2021-02-30",
        "must be a day that exists; 2021-02-30 does not",
    ),
    "no such time": (
        {"type": "string", "format": "time"},
        "10:60:00Z",
        "must be a time that exists; 10:60:00Z does not",
    ),
    "no such hour of a day": (
        {"type": "string", "format": "date-time"},
        "2021-07-13T24:00:00Z",
        "must be a time that exists; 24:00:00Z does not",
    ),
    "no such day at a time": (
        {"type": "string", "format": "date-time"},
        "2021-02-30T10:00:00Z",
        "must be a day that exists; 2021-02-30 does not",
    ),
    "date-time": (
        {"type": "string", "format": "date-time"},
        "2021-07-13",
        "must be a date and time like 2021-07-13T10:30:00Z",
    ),
    "uri": (
        {"type": "string", "format": "uri"},
        "example.org/item.json",
        "must be a web address like https://example.org/item.json",
    ),
    "address under the name of OpenAPI": (
        {"type": "string", "format": "url"},
        "example.org",
        "must be a web address like https://example.org/item.json",
    ),
    "reference system": (
        {"type": "string", "title": "CRS of the result"},
        "epsg:x",
        "must look like EPSG:4326",
    ),
    "email": (
        {"type": "string", "format": "email"},
        "me",
        "must be an e-mail address like name@example.org",
    ),
    "too few": (
        {"type": "array", "items": {"type": "string"}, "minItems": 2},
        ["a"],
        "needs 2 values or more, has 1",
    ),
    "too many": (
        {"type": "array", "items": {"type": "string"}, "maxItems": 1},
        ["a", "b"],
        "takes 1 value or fewer, has 2",
    ),
    "too few names": (
        {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "minProperties": 2,
        },
        [["a", "1"]],
        "needs 2 names or more, has 1",
    ),
    "twice": (
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        ["a", "a"],
        "has the same value twice",
    ),
    "not JSON": (
        {"type": "object"},
        '{"a": 1,\n b}',
        "is not valid JSON: names need double quotes (line 2, column 2)",
    ),
    "half of JSON": (
        {"type": "object"},
        '{"a": 1 ',
        "is not valid JSON: it ends too early (line 1, column 9)",
    ),
    "JSON, wrong type": (
        {"type": "object"},
        "[1]",
        "must be an object (names and values in braces)",
    ),
    "a name twice in JSON": (
        {"type": "object"},
        '{"a": 1, "a": 2}',
        "has the name 'a' twice",
    ),
    "no such option": (
        {"enum": ["a", "b"]},
        {"json": '"c"'},
        "choose one of a, b",
    ),
    "one of two members": (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {"c": "1"},
        "needs a or b",
    ),
    "two of three kinds": (
        {
            "type": "object",
            "properties": {"a": {}, "b": {}, "c": {}},
            "oneOf": [{"required": [name]} for name in "abc"],
        },
        {"a": "1", "b": "1"},
        "fits more than one of the kinds that are offered",
    ),
}


@pytest.mark.parametrize(
    ("schema", "draft", "message"), FAULTS.values(), ids=list(FAULTS)
)
def test_the_message_is_in_words_when_a_value_is_refused(
    schema: Any, draft: Any, message: str
) -> None:
    _, errors = from_draft(field_of(schema), draft)
    assert errors == {"x": message}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("time", "23:59:59Z"),
        ("time", "23:59:60Z"),  # a leap second
        ("date-time", "2020-02-29T23:59:59Z"),
    ],
)
def test_the_last_moment_of_a_day_is_one(kind: str, text: str) -> None:
    field = field_of({"type": "string", "format": kind})
    assert from_draft(field, text) == (text, {})


@pytest.mark.parametrize(
    ("title", "text"),
    [("CRS", "EPSG:4326"), ("CRS", "EPSG"), ("CRS", "CRS84:x"), ("Name", "EPSG:x")],
)
def test_a_code_is_only_asked_for_when_it_is_plainly_meant(
    title: str, text: str
) -> None:
    field = field_of({"type": "string", "title": title})
    assert from_draft(field, text) == (text, {})


def test_an_object_is_not_sent_when_its_members_were_emptied() -> None:
    members = {"a": {"type": "string"}, "kind": {"const": "k"}}
    for properties in (members, {"a": members["a"]}):
        field = field_of({"type": "object", "properties": properties}, minOccurs=0)
        assert from_draft(field, dict.fromkeys(properties)) == (UNSET, {})
    # Fixed values are what an object is about that has no others.
    field = field_of({"type": "object", "properties": {"kind": {"const": "k"}}})
    assert from_draft(field, {"kind": "k"}) == ({"kind": "k"}, {})


def test_the_part_is_named_when_something_inside_is_wrong() -> None:
    field = field_of({"type": "array", "items": OBJECT})
    _, errors = from_draft(field, [{"a": "ok"}, None, {"a": None, "b": "x"}])
    assert errors == {"x/2/b": "must be a whole number", "x/2/a": "needs a value"}


def test_a_row_keeps_its_number_when_rows_above_it_are_empty() -> None:
    field = field_of({"type": "array", "items": {"type": "number", "maximum": 5}})
    assert from_draft(field, [None, "7"])[1] == {"x/1": "must be at most 5"}


def test_a_member_becomes_required_when_another_one_asks_for_it() -> None:
    schema = {
        "type": "object",
        "properties": {"card": {"type": "string"}, "address": {"type": "string"}},
        "dependentRequired": {"card": ["address"]},
    }
    _, errors = from_draft(field_of(schema), {"card": "1"})
    assert errors == {"x/address": "needs a value"}


def test_conditions_are_kept_when_a_schema_has_if_then_else() -> None:
    schema = {
        "type": "object",
        "properties": {"mode": {"enum": ["fast", "exact"]}},
        "required": ["mode"],
        "if": {"properties": {"mode": {"const": "exact"}}},
        "then": {"required": ["steps"], "properties": {"steps": {"type": "integer"}}},
    }
    field = field_of(schema)
    assert [member.key for member in field.fields] == ["mode", "steps"]
    assert from_draft(field, {"mode": 0, "steps": None}) == ({"mode": "fast"}, {})
    assert from_draft(field, {"mode": 1, "steps": None})[1] == {
        "x/steps": "needs a value"
    }
    assert from_draft(field, {"mode": 1, "steps": "3"})[1] == {}


def test_otherwise_is_kept_when_a_condition_says_nothing_else() -> None:
    schema = {
        "type": "object",
        "properties": {"all": {"type": "boolean"}},
        "required": ["all"],
        "if": {"properties": {"all": {"const": True}}},
        "else": {"required": ["name"], "properties": {"name": {"type": "string"}}},
    }
    form = ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})
    assert [one["key"] for one in form.spec[0]["fields"]] == ["all", "name"]
    form.inputs = {"x": {"all": True}}
    assert form.input_0["members"] == {"x": {"required": [], "hidden": ["name"]}}
    form.inputs = {"x": {"all": False}}
    assert form.input_0["members"] == {"x": {"required": ["name"], "hidden": []}}
    form.close()


def test_branches_have_names_for_people_when_the_schema_gives_none() -> None:
    schema = {
        "oneOf": [
            {"type": "string", "format": "uri"},
            {"type": "string", "contentMediaType": "application/gml+xml; version=3.2"},
            {"type": "array", "items": {"type": "number"}},
            {"type": "object", "properties": {"kind": {"const": "local"}, "path": {}}},
            {"type": "boolean", "title": "Use the cache"},
        ]
    }
    assert [branch.label for branch in field_of(schema).branches] == [
        "web address",
        "GML",
        "list of numbers",
        "local",
        "Use the cache",
    ]


@pytest.mark.parametrize(
    ("item", "label"),
    [
        ({"type": "boolean"}, "list of yes or no"),
        ({"type": "string", "format": "date-time"}, "list of dates and times"),
        ({"type": "array", "items": {"type": "string"}}, "list of list of texts"),
        ({"additionalProperties": {"type": "string"}}, "list of names and values"),
        ({"const": "entity"}, "list of entities"),
        ({"type": "string", "format": "hostname"}, "list of host names"),
    ],
)
def test_a_branch_is_named_in_the_plural_when_it_is_a_list(
    item: Any, label: str
) -> None:
    field = field_of({"oneOf": [{"type": "integer"}, {"type": "array", "items": item}]})
    assert [branch.label for branch in field.branches] == ["whole number", label]


def test_a_branch_has_the_name_of_its_definition_unless_a_tool_gave_that() -> None:
    definitions = {
        "FixedValue": {"type": "number"},
        "schema_1": {"type": "string"},
        "WCS_Source": {"type": "object", "properties": {"url": {"type": "string"}}},
    }
    schema = {
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
        "$defs": definitions,
    }
    assert [branch.label for branch in field_of(schema).branches] == [
        "Fixed value",
        "text",
        "WCS source",
    ]


def test_the_chosen_kind_is_sent_when_a_discriminator_tells_them_apart() -> None:
    def kind(member: str) -> Any:
        members = {"kind": {"type": "string"}, member: {"type": "integer"}}
        return {"type": "object", "properties": members}

    schema = {
        "oneOf": [{"$ref": "#/$defs/Buffer"}, {"$ref": "#/$defs/Clip"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"buffer": "#/$defs/Buffer", "clip": "#/$defs/Clip"},
        },
        "$defs": {"Buffer": kind("metres"), "Clip": kind("margin")},
    }
    form = ProcessForm({"inputs": {"x": {"schema": schema}}})
    form.fields["x"].draft = {"branch": 1, "draft": {"margin": "2"}}
    assert form.inputs == {"x": {"kind": "clip", "margin": 2}}
    assert form.errors == {}


def test_file_in_a_request_is_shown_as_its_text_with_all_that_is_said_of_it() -> None:
    kinds = ("image/tiff", "image/jp2")
    choices = [{"type": "string", "contentMediaType": kind} for kind in kinds]
    said = {"value": "aGk=", "mediaType": "image/jp2", "encoding": "base64"}
    draft = to_draft(field_of({"oneOf": choices}), said)
    assert draft == {"mode": "text", "text": "aGk=", "type": "image/jp2"}


def test_values_of_a_kind_stay_to_be_chosen_when_a_discriminator_names_one() -> None:
    kinds = {
        "Round": {"properties": {"kind": {"enum": ["circle", "ellipse"]}}},
        "Square": {"properties": {"kind": {"const": "square"}}},
    }
    schema = {
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"circle": "#/$defs/Round", "square": "#/$defs/Square"},
        },
        "$defs": kinds,
    }
    form = ProcessForm({"inputs": {"x": {"schema": schema}}})
    form.inputs = {"x": {"kind": "ellipse"}}
    assert (form.inputs, form.errors) == ({"x": {"kind": "ellipse"}}, {})
    assert form.fields["x"].draft == {"branch": 0, "draft": {"kind": 1}}


def test_alternatives_of_an_alternative_are_offered_beside_the_others() -> None:
    inner = {"anyOf": [{"type": "boolean"}, {"type": "integer"}]}
    field = field_of({"anyOf": [{"type": "string"}, inner]})
    assert [one.kind for one in field.branches] == ["text", "boolean", "integer"]


@pytest.mark.parametrize(
    ("additional", "right", "wrong"),
    [
        (False, [[1]], [["a"], [1, "a"]]),
        ({"type": "string"}, [[1], [1, "a", "b"]], [["a"], [1, 2]]),
    ],
)
def test_more_items_are_as_older_drafts_say(
    additional: Any, right: list[Any], wrong: list[Any]
) -> None:
    schema = {"type": "array", "items": [{"type": "integer"}]}
    field = field_of({**schema, "additionalItems": additional})
    for value in (*right, *wrong):
        found, errors = from_draft(field, to_draft(field, value))
        assert (found == value and not errors) == (value in right), value


def test_types_are_told_apart_when_they_share_one_title() -> None:
    field = field_of({"type": ["string", "integer"], "title": "Limit"})
    assert field.label == "Limit"
    assert [branch.label for branch in field.branches] == ["text", "whole number"]


def test_what_may_be_left_out_at_the_end_of_a_list_of_fixed_length_is() -> None:
    kinds = ["integer", "string", "string"]
    members = [{"type": kind} for kind in kinds]
    field = field_of({"type": "array", "prefixItems": members, "minItems": 1})
    assert field.kind == "tuple"
    assert from_draft(field, ["1", None, None]) == ([1], {})
    assert from_draft(field, ["1", "a", None]) == ([1, "a"], {})
    _, errors = from_draft(field, ["1", None, "b"])
    assert [*errors] == ["x/1"]
    _, errors = from_draft(field, [None, "a", None])
    assert [*errors] == ["x/0"]


def test_a_list_of_fixed_length_is_one_value_when_several_may_be_given() -> None:
    pair = {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]}
    field = field_of(pair, maxOccurs=3)
    assert (field.kind, field.item and field.item.kind) == ("list", "tuple")


@pytest.mark.parametrize(
    ("schema", "kind", "options"),
    [
        ({"type": ["integer", "null"], "enum": ["1", "2", None]}, "choice", (1, 2)),
        ({"type": ["boolean", "null"], "enum": ["True"]}, "const", (True,)),
        ({"type": "string", "enum": [1, 2.5]}, "choice", ("1", "2.5")),
        ({"type": "boolean", "enum": ["true", "false"]}, "boolean", (True, False)),
        ({"type": "boolean", "enum": [True]}, "const", (True,)),
    ],
)
def test_options_are_of_the_type_that_is_named(
    schema: Any, kind: str, options: tuple[Any, ...]
) -> None:
    field = field_of(schema)
    assert (field.kind, field.options) == (kind, options)


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ({}, (True, False)),
        ({"minOccurs": 0}, (False, False)),
        ({"minOccurs": "1", "maxOccurs": "1"}, (True, False)),
        ({"maxOccurs": 2}, (True, True)),
        ({"maxOccurs": "unbounded"}, (True, True)),
        ({"minOccurs": 0, "maxOccurs": 999}, (False, True)),
        ({"minOccurs": 2}, (True, True)),
        ({"minOccurs": 3, "maxOccurs": 2}, (True, True)),
        ({"maxOccurs": 9223372036854775807}, (True, True)),
    ],
)
def test_a_list_is_made_when_several_values_may_be_given(
    description: dict[str, Any], expected: tuple[bool, bool]
) -> None:
    field = field_of({"type": "string"}, **description)
    assert (field.required, field.kind == "list") == expected


def test_one_value_is_sent_as_a_list_when_several_may_be_given() -> None:
    field = field_of({"type": "string"}, maxOccurs=5)
    assert from_draft(field, ["a"]) == (["a"], {})


def test_the_list_is_the_truth_when_extended_schema_says_so() -> None:
    array = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 9}
    field = field_of(
        {"type": "string", "default": ["a", "b"]}, **{"extended-schema": array}
    )
    assert (field.kind, field.min_items, field.max_items) == ("list", 1, 9)
    assert field.default == ["a", "b"]


@pytest.mark.parametrize(
    "value", [{}, {"type": "text/xml"}, {"href": "https://a.org", "rel": "x"}, [1], 5]
)
def test_a_value_is_kept_when_no_file_can_be_shown_for_it(value: Any) -> None:
    field = field_of({"type": "string", "contentMediaType": "text/xml"})
    draft = to_draft(field, value)
    assert set(draft) == {"json"} if isinstance(draft, dict) else False
    assert from_draft(field, draft)[0] == value


def test_a_link_or_a_value_is_sent_when_zoo_describes_complex_input() -> None:
    extended = {
        "oneOf": [
            {
                "allOf": [
                    LINK,
                    {
                        "properties": {
                            "type": {"enum": ["text/xml", "application/json"]}
                        }
                    },
                ]
            },
            {"type": "object", "required": ["value"], "properties": {"value": {}}},
        ]
    }
    schema = {
        "oneOf": [
            {"type": "string", "contentMediaType": "text/xml"},
            {"type": "object"},
        ]
    }
    field = field_of(schema, **{"extended-schema": extended})
    assert field.media_types == ("text/xml", "application/json")
    xml = {"mode": "text", "text": "<a/>"}
    assert from_draft(field, xml) == ({"value": "<a/>"}, {})
    as_json = {"mode": "text", "text": '{"a": 1}', "type": "application/json"}
    assert from_draft(field, as_json)[0] == {
        "value": {"a": 1},
        "mediaType": "application/json",
    }
    # What looks like JSON is text where JSON is not taken.
    (one, _) = extended["oneOf"]
    one["allOf"][1]["properties"]["type"]["enum"] = ["text/xml"]
    only_xml = field_of({"type": "string"}, **{"extended-schema": extended})
    as_text = {"mode": "text", "text": '{"a": 1}'}
    assert from_draft(only_xml, as_text)[0] == {"value": '{"a": 1}'}
    assert from_draft(field, as_text)[0] == {"value": {"a": 1}}
    for mode, value in (
        ("reference", {"href": "https://a.org/b.gml"}),
        ("text", {"value": {"a": [1.0]}}),
    ):
        draft = to_draft(field, value)
        assert draft["mode"] == mode
        assert from_draft(field, draft) == (value, {})


@pytest.mark.parametrize(
    ("described", "kind", "value"),
    [
        (
            {
                "literalDataDomains": [
                    {"dataType": {"name": "integer"}, "defaultValue": "3"}
                ]
            },
            "integer",
            3,
        ),
        (
            {
                "literalDataDomains": [
                    {"dataType": "string", "valueDefinition": ["a", "b"]}
                ]
            },
            "choice",
            "b",
        ),
        (
            {"formats": [{"mimeType": "application/x-netcdf", "default": True}]},
            "file",
            {"href": "https://a.org/b.nc"},
        ),
        (
            {
                "supportedCRS": [
                    {"crs": "EPSG:3857"},
                    {"crs": "EPSG:4326", "default": True},
                ]
            },
            "area",
            {"bbox": [1, 2, 3, 4], "crs": "EPSG:4326"},
        ),
        ({}, "union", "text"),
        ({}, "union", {"any": [1]}),
    ],
)
def test_the_old_list_form_gives_real_fields_when_a_server_sends_it(
    described: dict[str, Any], kind: str, value: Any
) -> None:
    inputs = [{"id": "x", "title": "X", "minOccurs": "1", **described}]
    field = reduce_process({"id": "p", "inputs": inputs})["x"]
    assert field.kind == kind
    assert from_draft(field, to_draft(field, value)) == (value, {})


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"type": "number", "default": "1.5"}, 1.5),
        ({"type": "integer", "default": "7"}, 7),
        ({"type": "boolean", "default": "true"}, True),
        ({"type": "string", "default": 1}, "1"),
        ({"type": "number", "enum": ["1", "2"], "default": "2"}, 2),
        ({**LIST, "default": '["a", "b"]'}, ["a", "b"]),
        ({**LIST, "default": "a"}, ["a"]),
        ({"type": "string", "default": ["a"]}, "a"),
        ({**OBJECT, "default": ' {"a": "x"}'}, {"a": "x"}),
    ],
)
def test_a_default_is_read_kindly_when_it_has_the_wrong_type(
    schema: Any, default: Any
) -> None:
    field = field_of(schema)
    assert field.default == default
    assert not field.required


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": 5, "default": 1},
        {"type": "string", "enum": ["a", "c"], "default": "b"},
        {"type": "string", "default": ["a", "b"]},
        {"type": "string", "format": "date", "default": "tomorrow"},
    ],
)
def test_a_default_is_left_out_and_said_when_it_is_not_valid(schema: Any) -> None:
    field = field_of(schema)
    assert field.default is UNSET
    assert field.note == "The server's default is not valid and was left out."


def test_hints_are_followed_when_the_description_has_them() -> None:
    inputs = {
        "a": {"schema": {"type": "string"}, "x-ui-order": 2},
        "b": {
            "schema": {"type": "string", "x-ui:order": 1, "x-ui": {"advanced": True}}
        },
        "c": {"schema": {"type": "string"}, "x-ui-password": True},
        "d": {"schema": {"type": "string", "ui-placeholder": "B04"}},
        "e": {"schema": {"type": "string", "x-ui:widget": "map"}},
    }
    fields = reduce_process({"id": "p", "inputs": inputs})
    assert list(fields) == ["c", "d", "e", "b", "a"]
    assert fields["b"].advanced
    assert fields["c"].kind == "secret"
    assert fields["d"].placeholder == "B04"
    assert (fields["e"].kind, fields["e"].area and fields["e"].area.default) == (
        "area",
        "wkt",
    )


TEXT = {"type": "string"}
SECRETS = ("password", "apiKey", "access_token", "AWS_SECRET_ACCESS_KEY", "db-passwd")
TEXTS = ("tokenizer", "secret_name", "access_key_id", "keyword", "token_url", "monkey")


@pytest.mark.parametrize("key", [*SECRETS, *TEXTS])
def test_a_text_is_hidden_when_its_name_says_that_it_is_a_secret(key: str) -> None:
    fields = reduce_process({"id": "p", "inputs": {key: {"schema": TEXT}}})
    assert (fields[key].kind == "secret") is (key in SECRETS)
    inputs = {
        "x": {"title": key, "schema": {"type": "object", "properties": {key: TEXT}}}
    }
    (part,) = reduce_process({"id": "p", "inputs": inputs})["x"].fields
    assert (part.kind == "secret") is (key in SECRETS)


@pytest.mark.parametrize(
    ("kind", "key", "about"),
    [
        ("date", "x", {"description": "Start, YYYY-MM-DD"}),
        ("date", "x", {"title": "First day (yyyy-mm-dd)"}),
        ("date", "x", {"schema": {**TEXT, "pattern": r"^[0-9]{4}-\d{2}-\d{2}$"}}),
        ("date", "end_date", {"schema": {**TEXT, "default": "2021-07-13"}}),
        ("text", "end_date", {"schema": {**TEXT, "default": "latest"}}),
        ("text", "update", {"schema": {**TEXT, "default": "2021-07-13"}}),
        ("text", "x", {"description": "YYYY-MM-DD/YYYY-MM-DD"}),
        ("text", "x", {"description": "YYYY-MM-DDTHH:MM:SSZ"}),
        ("text", "x", {"description": "YYYY-MM-DD or latest"}),
        ("text", "x", {"description": "A range of dates, such as YYYY-MM-DD"}),
    ],
)
def test_a_text_is_a_date_when_its_words_say_so(
    kind: str, key: str, about: Any
) -> None:
    inputs = {key: {"schema": TEXT, **about}}
    assert reduce_process({"id": "p", "inputs": inputs})[key].kind == kind


def test_a_date_by_words_takes_other_text_but_no_day_that_does_not_exist() -> None:
    about = {"schema": TEXT, "description": "YYYY-MM-DD"}
    form = ProcessForm({"id": "p", "inputs": {"x": about}})
    for text, is_wrong in (("2021-07-13", 0), ("today", 0), ("2021-02-30", 1)):
        form.inputs = {"x": text}
        assert form.inputs == {"x": text}
        assert len(form.errors) == is_wrong


@pytest.mark.parametrize(
    "schema", [{**TEXT, "enum": ["a", "b"]}, {**TEXT, "default": "none"}, {}]
)
def test_a_secret_by_name_is_shown_when_it_is_none_by_its_schema(schema: Any) -> None:
    fields = reduce_process({"id": "p", "inputs": {"token": {"schema": schema}}})
    assert fields["token"].kind != "secret"


def test_one_language_is_shown_when_titles_come_in_several() -> None:
    inputs = {
        "x": {
            "title": {"fr": "Nom", "en": "Name"},
            "description": {"fr": "Le nom"},
            "schema": {"type": "string"},
        }
    }
    field = reduce_process({"id": "p", "inputs": inputs})["x"]
    assert (field.label, field.description) == ("Name", "Le nom")


def test_the_type_of_the_package_tells_the_format_when_the_schema_does_not() -> None:
    base = "https://raw.githubusercontent.com/eoap/schemas/main/string_format.yaml"
    envelope = {
        "type": "object",
        "properties": {"value": {"type": "string"}},
        "required": ["value"],
    }
    metadata = [{"title": "cwl:type", "value": f"{base}#DateTime"}]
    field = field_of(envelope, metadata=metadata)
    assert field.kind == "datetime"
    assert from_draft(field, "2021-07-13T10:30:00Z") == (
        {"value": "2021-07-13T10:30:00Z"},
        {},
    )
    assert from_draft(field, "noon")[1] == {
        "x": "must be a date and time like 2021-07-13T10:30:00Z"
    }


def test_a_polygon_is_sent_when_the_schema_from_cwl_is_too_shallow() -> None:
    shallow = {
        "type": "object",
        "required": ["type", "coordinates", "bbox"],
        "properties": {
            "type": {"type": "string", "enum": ["Polygon"]},
            "coordinates": {"type": "array", "items": {"type": "number"}},
            "bbox": {"type": "array", "items": {"type": "number"}},
        },
    }
    field = field_of(shallow)
    draft = {"encoding": "geojson-geometry", "crs": None, "text": "0, 0, 1, 1"}
    value, errors = from_draft(field, draft)
    assert errors == {}
    assert value["type"] == "Polygon"
    assert value["bbox"] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "value",
    [
        {"href": "https://example.org/data.json", "type": "application/json"},
        {"value": {"a": "x"}, "mediaType": "application/json"},
        {"collection": "https://example.org/collections/dem"},
        {"process": "https://example.org/processes/slope", "inputs": {}},
    ],
)
def test_a_reference_is_accepted_when_it_stands_for_an_input(value: Any) -> None:
    field = field_of(OBJECT)
    assert from_draft(field, to_draft(field, value)) == (value, {})


def test_condition_on_a_member_holds_only_when_the_member_is_there() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "if": {"properties": {"a": {"const": 1}}},
        "then": {"properties": {"b": {"type": "string"}}, "required": ["b"]},
    }
    form = ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})
    for value, state in (
        (UNSET, {"required": [], "hidden": ["b"]}),
        ({"a": 2}, {"required": [], "hidden": ["b"]}),
        ({"a": 1}, {"required": ["b"], "hidden": []}),
    ):
        form.change_inputs({"x": value})
        assert form.input_0["members"] == {"x": state}
    form.close()


def test_default_of_a_member_is_not_sent_when_the_member_was_emptied() -> None:
    members = {"a": {"type": "string"}, "b": {"type": "string", "default": "x"}}
    schema = {"type": "object", "properties": members}
    field = reduce_process({"id": "p", "inputs": {"i": {"schema": schema}}})["i"]
    assert initial_draft(field) == {"a": None, "b": "x"}
    assert from_draft(field, {"a": "1", "b": "x"}) == ({"a": "1", "b": "x"}, {})
    assert from_draft(field, {"a": "1", "b": None}) == ({"a": "1"}, {})
