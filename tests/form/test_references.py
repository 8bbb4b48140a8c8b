"""References inside of a description: by place, by anchor, by the address it claims."""

from __future__ import annotations

from typing import Any

import pytest

from ogc_widgets.form import reduce_process

NUMBER = {"type": "integer", "minimum": 3}
BASE = "https://example.org/schemas/"

FOUND: dict[str, dict[str, Any]] = {
    "an anchor in $defs": {
        "properties": {"a": {"$ref": "#here"}},
        "$defs": {"n": {"$anchor": "here", **NUMBER}},
    },
    "an anchor on a member": {
        "properties": {"a": {"$ref": "#here"}, "b": {"$anchor": "here", **NUMBER}},
    },
    "an anchor in a list": {
        "properties": {
            "a": {"$ref": "#here"},
            "b": {"anyOf": [{"$anchor": "here", **NUMBER}]},
        },
    },
    "a dynamic anchor": {
        "properties": {"a": {"$dynamicRef": "#here"}},
        "definitions": {"n": {"$dynamicAnchor": "here", **NUMBER}},
    },
    "an anchor as draft 6 wrote it": {
        "properties": {"a": {"$ref": "#here"}},
        "definitions": {"n": {"$id": "#here", **NUMBER}},
    },
    "an anchor of another document": {
        "$id": f"{BASE}one",
        "properties": {"a": {"$ref": "two#here"}},
        "$defs": {"two": {"$id": "two", "$defs": {"n": {"$anchor": "here", **NUMBER}}}},
    },
    "an address that draft 4 claims": {
        "id": f"{BASE}one",
        "properties": {"a": {"$ref": "two"}},
        "definitions": {"n": {"id": "two", **NUMBER}},
    },
    "a place in the document that the part is of": {
        "$id": f"{BASE}one",
        "properties": {"a": {"$ref": "two#/properties/b"}},
        "$defs": {
            "n": {"type": "boolean"},
            "two": {
                "$id": "two",
                "$defs": {"n": NUMBER},
                "properties": {"b": {"$ref": "#/$defs/n"}},
            },
        },
    },
    "a place in a part that is a document of its own": {
        "$id": f"{BASE}one",
        "properties": {
            "a": {"$id": "two", "$ref": "#/$defs/n", "$defs": {"n": NUMBER}},
        },
        "$defs": {"n": {"type": "boolean"}},
    },
    "a name with strokes and blanks": {
        "properties": {"a": {"$ref": "#/$defs/a~1b%20c"}},
        "$defs": {"a/b c": NUMBER},
    },
    "faults beside it": {
        "$id": "http://[",
        "properties": {"a": {"$ref": "#here"}, "b": 5, "c": {"$id": 7, "$anchor": []}},
        "anyOf": "nothing",
        "$defs": {"n": {"$anchor": "here", **NUMBER}},
    },
}


@pytest.mark.parametrize("name", FOUND)
def test_the_part_is_found_when_a_reference_means_it(name: str) -> None:
    schema = {"type": "object", **FOUND[name]}
    field = reduce_process({"inputs": {"x": {"schema": schema}}})["x"]
    member = field.fields[0]
    assert (member.kind, member.minimum) == ("integer", 3)


@pytest.mark.parametrize(
    "reference",
    ["#gone", "#/$defs/gone", "#/title/0", "#/required/x", "http://[", "a" * 5000],
)
def test_the_member_is_entered_as_json_when_a_reference_leads_nowhere(
    reference: str,
) -> None:
    members = {"a": {"$ref": reference}, "b": NUMBER}
    schema = {"type": "object", "title": "t", "required": ["a"], "properties": members}
    field = reduce_process({"inputs": {"x": {"schema": schema}}})["x"]
    assert [member.kind for member in field.fields] == ["json", "integer"]
