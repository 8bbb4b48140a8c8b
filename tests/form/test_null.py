"""Null where a description allows it: set, sent and checked at any depth."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from ogc_widgets.form import ProcessForm

NULL = {"type": "null"}
DATE = {"type": "string", "format": "date"}
NUMBER = {"type": ["number", "null"]}

# What is described, values that are right, values that are wrong.
CASES: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "date": ({"anyOf": [DATE, NULL]}, [None, "2021-01-01"], ["2021-13-01"]),
    "number of OpenAPI 3.0": (
        {"type": "number", "nullable": True, "minimum": 0},
        [None, 3],
        [-1],
    ),
    "options": ({"type": ["number", "null"], "enum": [1, 2, None]}, [None, 1], [3]),
    "options without null": (
        {"type": ["number", "null"], "enum": [1, 2]},
        [1],
        [None],
    ),
    "null as a constant": ({"anyOf": [{"enum": ["a"]}, {"const": None}]}, [None], [1]),
    "choice in a choice": (
        {"oneOf": [{"oneOf": [{"type": "integer"}, NULL]}, {"type": "string"}]},
        [None, 3, "x"],
        [True],
    ),
    "null in two branches": (
        {"oneOf": [{"type": "string", "nullable": True}, {"type": "integer"}, NULL]},
        [None, "a", 3],
        [True],
    ),
    "definition": (
        {"anyOf": [{"$ref": "#/$defs/X"}, NULL], "$defs": {"X": {"type": "boolean"}}},
        [None, False],
        ["no"],
    ),
    "list": ({"type": ["array", "null"], "items": NUMBER}, [None, [], [None, 2]], [3]),
    "list of lists": (
        {"type": "array", "items": {"type": "array", "items": NUMBER}},
        [[[1, None], [None]]],
        [[None]],
    ),
    "pair": (
        {
            "type": "array",
            "prefixItems": [DATE, {"anyOf": [DATE, NULL]}],
            "minItems": 2,
            "maxItems": 2,
        },
        [["2021-01-01", None]],
        [[None, "2021-01-01"]],
    ),
    "members and names": (
        {
            "type": "object",
            "properties": {"a": {"anyOf": [DATE, NULL]}, "b": DATE},
            "additionalProperties": NUMBER,
        },
        [{"a": None, "c": None}],
        [{"b": None}],
    ),
    "area": ({"anyOf": [{"format": "ogc-bbox"}, NULL]}, [None], []),
    "file": (
        {"anyOf": [{"type": "string", "contentMediaType": "image/tiff"}, NULL]},
        [None, "SUkq"],
        [],
    ),
}


@pytest.mark.parametrize(("schema", "right", "wrong"), CASES.values(), ids=list(CASES))
def test_null_is_sent_and_checked_wherever_it_may_stand(
    schema: dict[str, Any], right: list[Any], wrong: list[Any]
) -> None:
    description = {"id": "p", "inputs": {"x": {"schema": schema}}}
    with closing(ProcessForm(description)) as form:
        assert form.inputs == {}
        for value in [*right, *wrong]:
            form.inputs = {"x": value}
            assert form.inputs == {"x": value}
            assert bool(form.errors) == (value in wrong)


def test_an_input_may_be_left_out_when_its_default_is_null() -> None:
    schema = {"anyOf": [{"type": "integer"}, NULL], "default": None}
    description = {"id": "p", "inputs": {"x": {"schema": schema, "minOccurs": 1}}}
    with closing(ProcessForm(description)) as form:
        assert form.inputs == {}
        assert form.errors == {}
