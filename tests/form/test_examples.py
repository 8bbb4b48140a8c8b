"""Every example of the page about forms does what the page says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from form_examples import EXAMPLES, Example

from ogc_widgets.form import ProcessForm

each = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@each
def test_a_value_is_shown_in_its_own_kind_of_field_and_sent_unchanged(
    example: Example,
) -> None:
    form = ProcessForm(example.process)
    field = form.fields["x"]
    assert field.field.kind == example.kind
    form.inputs = {"x": example.value}
    assert form.inputs == {"x": example.value}
    assert form.errors == {}
    shown = json.dumps(field.draft)
    assert example.kind == "json" or '{"json"' not in shown


@each
def test_nothing_is_sent_when_an_example_is_untouched(example: Example) -> None:
    form = ProcessForm({"id": "p", "inputs": {"x": {**example.input, "minOccurs": 0}}})
    assert form.inputs == {}
    assert form.errors == {}


def test_examples_have_names_of_their_own() -> None:
    names = [example.name for example in EXAMPLES]
    assert len(set(names)) == len(names)


def opened(schema: dict[str, Any], draft: Any, **description: Any) -> ProcessForm:
    """A form of one input with a draft on the screen."""
    form = ProcessForm({"id": "p", "inputs": {"x": {"schema": schema, **description}}})
    form.change_draft("x", draft)
    return form


DELIVERY = next(e for e in EXAMPLES if e.name == "members that depend on others")


@pytest.mark.parametrize(
    ("draft", "required", "hidden"),
    [
        (None, [], ["address"]),
        ({"by": 1}, [], ["address"]),
        ({"by": 0}, ["address"], []),
        ({"by": 1, "size": "3"}, ["unit"], ["address"]),
        # What holds a value stays on the screen: it is sent.
        ({"by": 1, "address": "a@example.org"}, [], []),
    ],
)
def test_the_page_is_told_what_applies_when_members_depend_on_others(
    draft: Any, required: list[str], hidden: list[str]
) -> None:
    form = opened(DELIVERY.input["schema"], draft)
    assert form.standings == {"x": {"required": required, "hidden": hidden}}


def test_all_conditions_hold_when_allof_has_several() -> None:
    def rule(value: str, member: str) -> dict[str, Any]:
        return {
            "if": {"properties": {"a": {"const": value}}},
            "then": {"properties": {member: {"type": "number"}}},
        }

    schema = {
        "type": "object",
        "properties": {"a": {"enum": ["x", "y"]}},
        "allOf": [rule("x", "b"), rule("y", "c")],
    }
    assert opened(schema, {"a": 0}).standings["x"]["hidden"] == ["c"]
    assert opened(schema, {"a": 1}).standings["x"]["hidden"] == ["b"]


def test_conditions_are_found_in_rows_and_branches() -> None:
    schema = {"oneOf": [{"type": "string"}, DELIVERY.input["schema"]]}
    draft = [{"branch": 1, "draft": {"by": 0}}, {"branch": 0, "draft": "a"}]
    form = opened({"type": "array", "items": schema}, draft)
    assert form.standings == {"x/0": {"required": ["address"], "hidden": []}}


OPEN = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "additionalProperties": {"type": "number"},
}


def test_members_of_any_name_stand_beside_described_ones() -> None:
    form = ProcessForm({"id": "p", "inputs": {"x": {"schema": OPEN}}})
    form.inputs = {"x": {"a": "1", "z": 2}}
    assert form.fields["x"].draft == {"a": "1", "": [["z", "2"]]}
    assert form.inputs == {"x": {"a": "1", "z": 2}}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["a", "1"]], "a: 'a' has a field of its own"),
        ([["z", "1"], ["z", "2"]], "z: has the name 'z' twice"),
        ([["", "1"]], "1: needs a name"),
        ([["z", "b"]], "z: must be a number"),
    ],
)
def test_a_member_of_any_name_is_refused_when_its_name_or_value_is_wrong(
    rows: Any, message: str
) -> None:
    assert opened(OPEN, {"a": "x", "": rows}).errors == {"x": message}


CAT = {"type": "object", "properties": {"t": {"type": "string"}}}


def test_a_branch_sends_its_mark_when_a_discriminator_maps_it() -> None:
    schema = {
        "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
        "discriminator": {
            "propertyName": "t",
            "mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"},
        },
        "$defs": {
            "Cat": {**CAT, "title": ""},
            "Dog": {**CAT, "properties": {**CAT["properties"], "bark": {}}},
        },
    }
    form = opened(schema, {"branch": 1, "draft": {"t": "dog", "bark": "true"}})
    labels = [branch.label for branch in form.fields["x"].field.branches]
    assert labels == ["cat", "dog"]
    assert form.inputs == {"x": {"t": "dog", "bark": True}}


def test_branches_are_named_after_their_definitions_when_nothing_else_names_them() -> (
    None
):
    schema = {
        "anyOf": [{"$ref": "#/$defs/OtsuMethod"}, {"$ref": "#/$defs/fixed_value"}],
        "$defs": {
            "OtsuMethod": {"type": "object", "properties": {"bins": {}}},
            "fixed_value": {"type": "object", "properties": {"at": {}}},
        },
    }
    form = opened(schema, None)
    labels = [branch.label for branch in form.fields["x"].field.branches]
    assert labels == ["Otsu method", "Fixed value"]


@pytest.mark.parametrize("keyword", ["x-enumNames", "enumNames", "x-enum-varnames"])
def test_options_have_names_when_the_schema_lists_them(keyword: str) -> None:
    form = opened({"enum": [2, None, 1], keyword: ["Two", "None", "One"]}, 1)
    assert form.fields["x"].field.option_labels == ("Two", "One")
    assert form.inputs == {"x": 1}


def test_names_of_options_are_left_out_when_they_do_not_match() -> None:
    schema = {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b"], "enumNames": ["Bee"]}]}
    assert opened(schema, None).fields["x"].field.option_labels == ("b",)
    form = opened({"enum": ["a", "b"], "enumNames": ["only one"]}, None)
    assert form.fields["x"].field.option_labels == ("a", "b")


ADDRESS = "https://example.org/schema.json"


@pytest.mark.parametrize(
    "schema",
    [
        {"$id": ADDRESS, "$ref": f"{ADDRESS}#/$defs/a"},
        {"$id": ADDRESS, "$ref": "schema.json#/$defs/a"},
        {"$ref": f"{ADDRESS}#", "$defs": {"b": {"$id": ADDRESS, "type": "integer"}}},
        {"$id": "https://example.org/", "$ref": "#named"},
    ],
)
def test_a_reference_is_followed_when_the_schema_claims_its_address(
    schema: dict[str, Any],
) -> None:
    defs = {"a": {"$anchor": "named", "type": "integer"}, **schema.get("$defs", {})}
    assert opened({**schema, "$defs": defs}, "7").inputs == {"x": 7}


def test_a_range_of_times_has_two_boxes() -> None:
    schema = {
        "type": "array",
        "items": {"type": "string", "format": "date-time"},
        "minItems": 2,
        "maxItems": 2,
    }
    form = opened(schema, ["2021-07-13T00:00:00Z", "2021-07-14T00:00:00Z"])
    assert form.fields["x"].field.kind == "tuple"
    assert form.inputs == {"x": ["2021-07-13T00:00:00Z", "2021-07-14T00:00:00Z"]}


@pytest.mark.parametrize("unit", ["m", {"code": "m"}, {"symbol": "m", "code": "metre"}])
def test_the_unit_stands_beside_the_number_however_it_is_said(unit: Any) -> None:
    form = opened({"type": "number"}, "1", uom=unit)
    assert form.spec[0]["unit"] == "m"
