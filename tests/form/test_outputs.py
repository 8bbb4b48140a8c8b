"""What comes back: offered where there is a choice, sent where one was made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ogc_widgets.errors import InputError
from ogc_widgets.form import ProcessForm
from ogc_widgets.protocol.requests.requests import execute_request

TIFF, PNG = "image/tiff; application=geotiff", "image/png"


def image(*media_types: str) -> dict[str, Any]:
    """The description of an output in one of several media types."""
    return {
        "title": "Image",
        "schema": {
            "oneOf": [
                {"type": "string", "contentMediaType": name} for name in media_types
            ]
        },
    }


def form_of(outputs: Any, **more: Any) -> ProcessForm:
    return ProcessForm({"id": "p", "inputs": {}, "outputs": outputs, **more})


def offered(form: ProcessForm) -> list[tuple[str, list[str], list[str]]]:
    return [
        (one["id"], *([o["id"] for o in one[k]] for k in ("media_types", "modes")))
        for one in form.output_options
    ]


@pytest.mark.parametrize(
    ("outputs", "more", "options"),
    [
        ({}, {}, []),
        ({"a": {"schema": {"type": "string"}}}, {}, []),
        ({"a": image(PNG)}, {"outputTransmission": ["value"]}, []),
        ({"a": image(PNG, TIFF)}, {}, [("a", [PNG, TIFF], [])]),
        ({"a": {}, "b": {}}, {}, [("a", [], []), ("b", [], [])]),
        (
            {"a": {}},
            {"outputTransmission": ["reference", "value"]},
            [("a", [], ["value", "reference"])],
        ),
        # The old list form.
        (
            [{"id": "a", "formats": [{"mimeType": PNG}, {"mimeType": TIFF}]}],
            {},
            [("a", [PNG, TIFF], [])],
        ),
        (
            [{"id": "a", "output": {"formats": [{"mimeType": PNG}, {"type": TIFF}]}}],
            {},
            [("a", [PNG, TIFF], [])],
        ),
        ({"a": None, "b": 3}, {}, [("a", [], []), ("b", [], [])]),
        ("nonsense", {"outputTransmission": 7}, []),
    ],
)
def test_only_what_the_description_leaves_open_is_offered(
    outputs: Any, more: dict[str, Any], options: list[Any]
) -> None:
    assert offered(form_of(outputs, **more)) == options


def test_media_types_are_found_when_zoo_describes_an_output() -> None:
    link = {"$ref": "http://zoo-project.org/dl/link.json"}
    types = {"type": "object", "properties": {"type": {"enum": ["text/xml", PNG]}}}
    value = {"type": "object", "required": ["value"], "properties": {"value": {}}}
    form = form_of(
        {"a": {"extended-schema": {"oneOf": [{"allOf": [link, types]}, value]}}}
    )
    assert offered(form) == [("a", ["text/xml", PNG], [])]


@pytest.fixture
def form() -> ProcessForm:
    return form_of({"a": image(PNG, TIFF), "b": {}})


def test_nothing_is_said_about_outputs_while_nothing_was_chosen(
    form: ProcessForm,
) -> None:
    assert form.outputs == {}


@pytest.mark.parametrize(
    "chosen",
    [
        {"a": {}},
        {"a": {"format": {"mediaType": PNG}}, "b": {"transmissionMode": "reference"}},
        {"a": {"format": {"mediaType": PNG, "encoding": "base64", "schema": {}}}},
        {"undescribed": {"x": [1, None]}},
    ],
)
def test_a_choice_comes_back_unchanged(form: ProcessForm, chosen: Any) -> None:
    form.outputs = chosen
    assert form.outputs == chosen


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["b"], {"b": {}}),
        ("b", {"b": {}}),
        ({"b": "reference"}, {"b": {"transmissionMode": "reference"}}),
        ({"b": None}, {"b": {}}),
        (None, {}),
    ],
)
def test_a_choice_is_written_as_for_executing(
    form: ProcessForm, chosen: Any, said: Any
) -> None:
    form.outputs = ["a"]
    form.outputs = chosen
    assert form.outputs == said
    request = execute_request("http://x/processes/p", {}, chosen)
    assert json.loads(request.body or b"").get("outputs", {}) == said


def test_observers_see_a_choice_that_is_changed_in_place(form: ProcessForm) -> None:
    seen: list[Any] = []
    form.observe(lambda change: seen.append(dict(change["new"])), "outputs")
    form.outputs["a"] = {}
    form.outputs["a"] = {"format": {"mediaType": PNG}}
    del form.outputs["a"]
    assert seen == [{"a": {}}, {"a": {"format": {"mediaType": PNG}}}, {}]


@pytest.mark.parametrize(
    "wrong", ["undescribed", ["a", "undescribed"], 7, {"a": "png"}, {"a": {"x": set}}]
)
def test_anything_else_is_refused_and_changes_nothing(
    form: ProcessForm, wrong: Any
) -> None:
    form.outputs = ["a"]
    with pytest.raises(InputError, match=r"(?i)output"):
        form.outputs = wrong
    assert form.outputs == {"a": {}}


def test_reset_forgets_the_choice(form: ProcessForm) -> None:
    form.outputs = ["a"]
    form.reset()
    assert form.outputs == {}
