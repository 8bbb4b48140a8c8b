"""An example is offered when it is enough for a first run, and fills what it names."""

from __future__ import annotations

import pytest

import ogc_widgets as ogc


def described(**schemas):
    return {
        "id": "p",
        "inputs": {
            key: {
                "title": key,
                "minOccurs": 0 if key.startswith("o") else 1,
                "schema": s,
            }
            for key, s in schemas.items()
        },
    }


def test_example_fills_what_it_names_and_nothing_else():
    form = ogc.ProcessForm(
        described(
            name={"type": "string", "examples": ["Lake Almanor", "Eagle Lake"]},
            codes={"type": "array", "items": {"type": "integer"}, "examples": [[1, 2]]},
            method={"type": "string", "default": "otsu"},
            optional={"type": "string"},
        )
    )
    form.change_inputs({"optional": "mine"})
    form.fill_example()
    assert form.inputs == {
        "name": "Lake Almanor",
        "codes": [1, 2],
        "method": "otsu",
        "optional": "mine",
    }
    assert not form.errors


@pytest.mark.parametrize(
    "schemas",
    [
        {"name": {"type": "string", "examples": ["x"]}, "size": {"type": "integer"}},
        {"size": {"type": "integer", "examples": ["many", None, {}]}},
        {"size": {"type": "integer", "examples": "12"}},
        {"size": {"type": "integer", "minimum": 5, "examples": [3]}},
        {"other": {"type": "string"}},
    ],
)
def test_no_example_is_offered_when_it_could_not_be_run(schemas):
    assert dict(ogc.ProcessForm(described(**schemas)).example) == {}


def test_first_usable_example_is_taken_and_openapi_spelling_is_understood():
    form = ogc.ProcessForm(
        described(
            size={"type": "integer", "maximum": 9, "examples": [99, 7]},
            name={"type": "string", "example": "Lassen"},
        )
    )
    assert dict(form.example) == {"size": 7, "name": "Lassen"}
