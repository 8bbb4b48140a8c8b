"""A hostile description costs one field, not the notebook."""

from __future__ import annotations

import json
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from ogc_widgets.errors import ProtocolError
from ogc_widgets.form import ProcessForm, reduce_process
from ogc_widgets.form.checks import validate
from ogc_widgets.form.drafts.codec import from_draft
from ogc_widgets.form.fields import build_fields
from ogc_widgets.form.page.spec import spec
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.keywords import MAX_NODES, TooLargeError
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.protocol.wire import MAX_DEPTH, parse_json

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Field


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def doubling(depth: int) -> dict[str, Any]:
    """References that double in size at every step: 2 ** depth fields if followed."""
    defs: dict[str, Any] = {"d0": {"type": "string"}}
    for number in range(1, depth):
        reference = {"$ref": f"#/$defs/d{number - 1}"}
        defs[f"d{number}"] = {
            "type": "object",
            "properties": {"a": reference, "b": reference},
        }
    return {"$ref": f"#/$defs/d{depth - 1}", "$defs": defs}


def conditions(depth: int) -> dict[str, Any]:
    """Conditions inside of both sides of conditions."""
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {}}}
    for _ in range(depth):
        schema = {"if": {"required": ["a"]}, "then": schema, "else": schema}
    return schema


MEMBERS = {f"m{n}": {"type": "string"} for n in range(400)}
CLASSES = {f"C{n}": {"type": "object", "properties": MEMBERS} for n in range(300)}

HOSTILE: dict[str, Any] = {
    "conditions in conditions": conditions(60),
    "many conditions": {
        "type": "object",
        "allOf": [
            {
                "if": {"properties": {"a": {"const": n}}},
                "then": {"properties": {f"m{n}": {"type": "string"}}},
            }
            for n in range(600)
        ],
    },
    "everything depends on everything": {
        "type": "object",
        "properties": MEMBERS,
        "dependentRequired": {key: list(MEMBERS) for key in MEMBERS},
    },
    "many addresses": {
        "allOf": [
            {"$id": f"https://example.org/{n}", "$ref": f"https://example.org/a{n}"}
            for n in range(800)
        ]
    },
    "a long mapping": {
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in CLASSES],
        "discriminator": {
            "propertyName": "t",
            "mapping": {name.lower(): f"#/$defs/{name}" for name in CLASSES},
        },
        "$defs": CLASSES,
    },
    "names as long as books": {
        "enum": list(range(400)),
        "x-enumNames": ["x" * 100_000] * 400,
    },
    "integers of four thousand digits": {"enum": [10**4000 + n for n in range(100)]},
    "deep objects": nested(900),
    "deep lists": json.loads('{"items":' * 200 + "{}" + "}" * 200),
    "deep allOf": json.loads('{"allOf":[' * 200 + "{}" + "]}" * 200),
    "many members": {
        "type": "object",
        "properties": {f"m{n}": {"type": "string"} for n in range(10_000)},
    },
    "many options": {"enum": list(range(200_000))},
    "many texts": {"type": "string", "enum": [f"option {n}" for n in range(20_000)]},
    "many branches": {
        "oneOf": [{"type": "string", "title": f"{n}"} for n in range(3000)]
    },
    "a union of unions": {
        "oneOf": [
            {"oneOf": [{"type": "string", "format": f"f{a}{b}"} for a in range(40)]}
            for b in range(40)
        ]
    },
    "itself": {"$ref": "#"},
    "a circle": {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    },
    "a tree": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
            }
        },
    },
    "a bush": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {f"p{n}": {"$ref": "#/$defs/node"} for n in range(20)},
            }
        },
    },
    "a bush of unions": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "oneOf": [
                    {"type": "array", "items": {"$ref": "#/$defs/node"}}
                    for n in range(9)
                ]
                + [{"type": "object", "properties": {"x": {"$ref": "#/$defs/node"}}}]
            }
        },
    },
    "doubling": doubling(40),
    "elsewhere": {"$ref": "http://192.0.2.1/schema.json"},
    "a file": {"$ref": "file:///etc/passwd"},
    "a pattern": {"type": "string", "pattern": "^(a+)+$", "default": "a" * 40 + "!"},
    "a clever pattern": {
        "type": "string",
        "pattern": "^(?=(a+)+$)b",
        "default": "a" * 40,
    },
    "a huge pattern": {"type": "string", "pattern": "(a{1000}){1000}{1000}"},
    "a broken pattern": {"type": "string", "pattern": "(["},
    "a long title": {"type": "string", "title": "x" * 5_000_000},
    "a long default": {"type": "string", "default": "x" * 1_000_000},
    "a wide default": {"type": "array", "default": list(range(50_000))},
    "odd keywords": {
        "type": 5,
        "properties": [],
        "items": "x",
        "enum": {},
        "oneOf": {},
        "required": 3,
    },
    "odd counts": {"type": "array", "items": {}, "minItems": -1, "maxItems": 1e300},
    "fixed and long": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 10**9,
        "maxItems": 10**9,
    },
}


def count(field: Field) -> int:
    return sum(1 for _ in field.walk())


@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE)
def test_the_other_inputs_are_untouched_when_one_schema_is_hostile(
    schema: Any,
) -> None:
    inputs = {"bad": {"schema": schema}, "good": {"schema": {"type": "integer"}}}
    fields = reduce_process({"id": "p", "inputs": inputs})
    assert list(fields) == ["bad", "good"]
    assert fields["good"].kind == "integer"
    # Work is counted, not timed: the page draws what the tree holds.
    assert count(fields["bad"]) <= MAX_NODES
    assert len(json.dumps(spec(fields["bad"]))) < 2_000_000
    value, errors = from_draft(fields["bad"], {"json": "[1, 2]"})
    assert value == [1, 2]
    assert all(isinstance(message, str) for message in errors.values())


@pytest.mark.parametrize("name", ["many members", "doubling", "deep objects"])
def test_an_input_is_one_json_field_when_its_schema_is_over_the_limits(
    name: str,
) -> None:
    inputs = {"bad": {"schema": HOSTILE[name]}}
    field = reduce_process({"id": "p", "inputs": inputs})["bad"]
    assert (field.kind, count(field)) == ("json", 1)
    assert "JSON" in field.note


def test_reading_stops_when_a_schema_has_too_many_parts() -> None:
    schema = {"oneOf": [{"type": "string"} for _ in range(100_000)]}
    normaliser = Normaliser([schema])
    with pytest.raises(TooLargeError):
        normaliser.normalise(schema)
    assert normaliser.count == MAX_NODES + 1


def test_all_fields_together_stay_bounded_when_every_input_is_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert build_fields.MAX_NODES_OF_FORM == 10_000
    monkeypatch.setattr(build_fields, "MAX_NODES_OF_FORM", 1_000)
    members = {f"m{n}": {"type": "string"} for n in range(299)}
    inputs = {
        f"i{n}": {"schema": {"type": "object", "properties": members}}
        for n in range(10)
    }
    fields = reduce_process({"id": "p", "inputs": inputs})
    assert [count(field) for field in fields.values()] == [300] * 3 + [1] * 7


def test_options_become_text_when_there_are_too_many() -> None:
    field = reduce_process({"inputs": {"x": {"schema": HOSTILE["many texts"]}}})["x"]
    assert field.kind == "text"
    assert from_draft(field, "option 3") == ("option 3", {})


def test_nothing_is_fetched_when_references_lead_outside() -> None:
    # The guard of the test run fails it if anything opens a connection.
    form = ProcessForm(
        {"inputs": {"x": {"schema": {"$ref": "https://example.org/schema.json"}}}}
    )
    assert form.fields["x"].field.kind == "json"
    assert "not fetched" in form.fields["x"].field.note
    form.inputs = {"x": {"any": "thing"}}
    assert form.errors == {}


def test_a_pattern_cannot_hang_when_it_backtracks() -> None:
    field = reduce_process({"inputs": {"x": {"schema": HOSTILE["a pattern"]}}})["x"]
    _, errors = from_draft(field, "a" * 5_000 + "!")
    assert "x" in errors
    clever = {"type": "string", "pattern": "^(?=(a+)+$)b"}
    field = reduce_process({"inputs": {"x": {"schema": clever}}})["x"]
    # The step limit was reached, so the server decides.
    from_draft(field, "a" * 5_000)


def test_everything_is_accepted_when_a_schema_cannot_be_compiled() -> None:
    for schema in ({"pattern": "("}, {"$ref": "https://example.org/schema.json"}):
        checker = validate.Checker(schema, {})
        assert checker.accepts("x")
        assert checker.errors("x") == []


def test_a_long_list_is_shown_as_json_when_python_sets_it() -> None:
    schema = {"type": "array", "items": {"type": "integer"}}
    form = ProcessForm({"inputs": {"x": {"schema": schema}}})
    form.inputs = {"x": list(range(50_000))}
    assert form.inputs == {"x": list(range(50_000))}
    assert list(form.drafts["x"]) == ["json"]


def test_500_inputs_are_filled_when_a_process_has_that_many() -> None:
    inputs = {f"i{n}": {"schema": {"type": "number"}} for n in range(500)}
    form = ProcessForm({"inputs": inputs})
    values = {f"i{n}": n for n in range(500)}
    form.inputs = values
    assert form.inputs == values


def test_compiled_schemas_are_forgotten_when_there_are_very_many(monkeypatch) -> None:
    monkeypatch.setattr(validate, "_MAX_COMPILED", 8)
    made = [
        weakref.ref(validate.checker({"minimum": number}, {})) for number in range(100)
    ]
    assert sum(one() is not None for one in made) <= 9
    last = {"minimum": 7}
    assert validate.checker(last, {}).accepts(7)
    assert not validate.checker(last, {}).accepts(6)


@pytest.mark.parametrize(
    ("schema", "value", "is_allowed"),
    [
        ({"type": "string", "maxLength": 1}, "\ud800", True),
        ({"type": "string", "maxLength": 1}, "\ud800a", False),
        ({"type": "integer"}, ["\ud800"], False),
        ({"enum": ["\ud800", "a"]}, "\ud800", True),
        ({"enum": ["\ud800", "a"]}, "\ud801", False),
        ({"properties": {"\ud800": {"type": "null"}}}, {"\ud800": 1}, False),
    ],
)
def test_value_is_checked_when_it_holds_half_a_character(
    schema: Any, value: Any, is_allowed: bool
) -> None:
    checker = validate.checker(schema, {})
    assert checker.accepts(value) == is_allowed
    assert (list(checker.errors(value)) == []) == is_allowed


def test_text_is_nested_as_deeply_as_a_document_of_a_server_may_be() -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert exact.loads(deepest) == parse_json(deepest)
    for read in (exact.loads, parse_json):
        with pytest.raises((exact.NotJsonError, ProtocolError), match="deeply"):
            read(f"[{deepest}]")
