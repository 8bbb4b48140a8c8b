"""What servers say elsewhere than the standard has it, and what becomes of it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from ogc_widgets.form import ProcessForm

TEXTS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "number"}}
LISTS = {"type": "array", "items": TEXTS}
PAIR = {**NUMBERS, "minItems": 2, "maxItems": 2}
NAMED = {"enum": ["b", "a"], "x-enumNames": ["Bee", "Ay"]}
CONSTANTS = [
    {"const": n, "title": f"N {n}", "description": f"The number {n}"}
    for n in range(3_000)
]


@dataclass(frozen=True)
class Case:
    """A description of one input, what it starts with, and what it takes."""

    described: dict[str, Any]
    kind: str
    right: list[Any] = field(default_factory=list)
    wrong: list[Any] = field(default_factory=list)
    start: Any = None


def twice(schema: Any, extended: Any = None, most: Any = 9, **more: Any) -> Any:
    """An input that takes several values of a schema, or is that list already."""
    described = {"schema": schema, "maxOccurs": most, **more}
    return described if extended is None else {**described, "extended-schema": extended}


def literal(definition: Any = None, **domain: Any) -> Any:
    """An input with one domain of literal data."""
    return {"literalDataDomain": {**domain, "valueDefinition": definition or {}}}


def between(low: str, high: str, closure: str = "closed") -> Any:
    return {"minimumValue": low, "maximumValue": high, "rangeClosure": closure}


CASES = {
    "an array that repeats": Case(twice(TEXTS), "list", [["a"]], [[["a"]]]),
    "without a limit": Case(twice(TEXTS, most="unbounded"), "list", [["a"]], [[["a"]]]),
    "an array with its default": Case(
        twice({**TEXTS, "default": ["a", "b"]}), "list", [["c"]], [], ["a", "b"]
    ),
    "an array or null": Case(
        twice({"anyOf": [TEXTS, {"type": "null"}]}), "list", [["a"], None], [[["a"]]]
    ),
    "an array by reference": Case(
        twice({"$ref": "#/$defs/L", "$defs": {"L": TEXTS}}), "list", [["a"]], [[["a"]]]
    ),
    "one or the list of them": Case(
        twice({"oneOf": [{"type": "number"}, {**NUMBERS, "minItems": 2}]}),
        "list",
        [[1, 2]],
        [[1], [[1, 2]]],
    ),
    "counts of the extended schema": Case(
        twice(TEXTS, {**TEXTS, "minItems": 2, "maxItems": 3}),
        "list",
        [["a", "b"], ["a", "b", "c"]],
        [["a"], ["a", "b", "c", "d"]],
    ),
    "counts that rule each other out": Case(
        twice({**TEXTS, "maxItems": 2}, {**TEXTS, "minItems": 3}),
        "list",
        [["a", "b", "c"]],
        [["a", "b"]],
    ),
    "the extended schema alone": Case(
        {"schema": TEXTS, "extended-schema": {**TEXTS, "minItems": 2}},
        "list",
        [["a", "b"]],
        [["a"], [["a", "b"]]],
    ),
    "once, and a list all the same": Case(
        twice({"type": "string"}, TEXTS, most=1), "list", [["a", "b"]], [[["a"]]]
    ),
    "lists of lists, as extended-schema says": Case(
        twice(TEXTS, LISTS), "list", [[["a"], ["b"]]], [["a"]]
    ),
    "lists of lists in both": Case(twice(LISTS, LISTS), "list", [[["a"]]], [["a"]]),
    "lists of lists of single values": Case(
        twice({"type": "string"}, LISTS), "list", [[["a"]]], [["a"]]
    ),
    "several pairs": Case(twice(PAIR, most=3), "list", [[[1, 2], [3, 4]]], [[1, 2]]),
    "one pair, described twice": Case(
        twice(PAIR, most=2, minOccurs=2), "list", [[1, 2]], [[[1, 2]]]
    ),
    "options on an array that repeats": Case(
        twice({**TEXTS, "enum": ["a", "b"]}), "multichoice", [["b", "a"]], [["c"]]
    ),
    "options of a list that may be left out, in ZOO's words": Case(
        {
            "schema": {"type": "string", "enum": ["a", "b"], "nullable": True},
            "maxOccurs": 3,
        },
        "multichoice",
        [["a"]],
        [["c"], [None]],
    ),
    "thousands of constants with titles": Case(
        {"schema": {"oneOf": CONSTANTS}},
        "choice",
        [2_999],
        [3_000],
    ),
    "constants on a list": Case(
        {"schema": {"type": "array", "oneOf": [{"const": "a"}, {"const": "b"}]}},
        "multichoice",
        [["a"]],
        ["a"],
    ),
    "options beside items by reference": Case(
        {
            "schema": {
                "type": "array",
                "items": {"$ref": "#/$defs/t"},
                "enum": ["a", "b"],
                "$defs": {"t": {"type": "string"}},
            }
        },
        "multichoice",
        [["a"]],
        [["c"]],
    ),
    "a list of as many as there may be": Case(
        twice({**TEXTS, "minItems": 3}, most=3),
        "list",
        [["a", "b", "c"]],
        [["a"], [["a", "b", "c"]]],
    ),
    "a list with fewer than there may be": Case(
        twice({**TEXTS, "maxItems": 2}), "list", [["a", "b"]], [["a", "b", "c"]]
    ),
    "fewer in the list that is said twice": Case(
        twice({"type": "string"}, {**TEXTS, "maxItems": 2}),
        "list",
        [["a", "b"]],
        [["a", "b", "c"]],
    ),
    "a text on the map, or null": Case(
        {"schema": {"type": ["string", "null"], "x-ui-widget": "map"}},
        "area",
        ["POINT (1 2)", None],
    ),
    "names of one pattern": Case(
        {
            "schema": {
                "type": "object",
                "patternProperties": {"^x": {"type": "integer"}},
            }
        },
        "map",
        [{"x1": 1}],
        [{"x1": "a"}],
    ),
    "options or null without a type": Case(
        {"schema": {"enum": ["a", "b"], "nullable": True}}, "choice", ["a", None], ["c"]
    ),
    "options that are lists": Case(
        {"schema": {"type": "array", "enum": [["a"], ["a", "b"]]}},
        "choice",
        [["a"]],
        [["b"]],
    ),
    "default of the items": Case(
        {"schema": {"type": "array", "items": {"type": "integer", "default": 4}}},
        "list",
        [[5]],
        [],
        [4],
    ),
    "default beside null": Case(
        {"schema": {"oneOf": [{"type": "integer", "default": 4}, {"type": "null"}]}},
        "integer",
        [None],
        [],
        4,
    ),
    "default of one, or the list of them": Case(
        twice({"oneOf": [{"type": "string", "default": "a"}, TEXTS]}),
        "list",
        [["b"]],
        [],
        ["a"],
    ),
    "default that is the JSON of a list": Case(
        {"schema": {**NUMBERS, "default": "[1, 2]"}}, "list", [], [], [1, 2]
    ),
    "default that may be one text or two": Case(
        {"schema": {**TEXTS, "default": "a,b"}}, "list", [["a"]]
    ),
    "keywords on the input": Case(
        {"type": "integer", "minimum": 2, "default": 3, "required": False},
        "integer",
        [2],
        [1],
        3,
    ),
    "a choice on the input": Case(
        {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
        "union",
        [True, "a"],
        [3],
    ),
    "types of a package": Case({"type": "float?"}, "number", [1.5, None], ["a"]),
    "lists of a package": Case({"type": "string[]"}, "list", [["a"]], ["a"]),
    "a list of names as the schema": Case(
        {"schema": ["string", "null"]}, "text", ["a", None], [3]
    ),
    "two kinds of number": Case(
        {"schema": {"oneOf": [{"type": "number"}, {"type": "integer"}]}},
        "number",
        [3, 2.5],
        ["a"],
    ),
    "a number that is said to be whole": Case(
        {"schema": {"allOf": [{"type": "number"}, {"type": "integer"}]}},
        "integer",
        [3],
        [2.5],
    ),
    "a text that is said twice": Case(
        {"schema": {"allOf": [{"type": "string"}, {"type": "string"}]}},
        "text",
        ["a", "3"],
        [3],
    ),
    "a number and a wider whole number": Case(
        {"schema": {"oneOf": [{"type": "number", "minimum": 0}, {"type": "integer"}]}},
        "union",
        [2.5, -3],
        [-2.5],
    ),
    "several ranges": Case(
        literal(
            {
                "allowedRanges": [
                    between("0", "1", "open"),
                    between("5", "6", "open-closed"),
                    between("7", "8", "closed-open"),
                ]
            },
            dataType="double",
        ),
        "number",
        [0.5, 6, 7],
        [0, 1, 3, 5, 8],
    ),
    "values and ranges": Case(
        literal({"allowedValues": [0, between("5", "9")]}, dataType="integer"),
        "integer",
        [0, 5],
        [3],
    ),
    "several domains, one the default": Case(
        {
            "literalDataDomains": [
                {"dataType": "integer", "valueDefinition": between("1", "3")},
                {
                    "default": True,
                    "dataType": "integer",
                    "defaultValue": 7,
                    "valueDefinition": {"allowedRanges": [between("7", "9")]},
                },
            ]
        },
        "integer",
        [1, 9],
        [5],
        7,
    ),
    "a mark that is no default": Case(
        {"literalDataDomains": [{"default": False, "dataType": "boolean"}]},
        "boolean",
        [True],
    ),
    "default in the definition": Case(
        literal({"anyValue": True, "defaultValue": "2.5"}, dataType="float"),
        "number",
        [1],
        [],
        2.5,
    ),
    "any number of literal values": Case(
        {**literal(dataType="string"), "maxOccurs": None}, "list", [["a", "b"]]
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_values_are_taken_and_refused_when_a_server_says_it_its_own_way(
    case: Case,
) -> None:
    with closing(ProcessForm({"id": "p", "inputs": {"x": case.described}})) as form:
        assert form.fields["x"].field.kind == case.kind
        assert form.inputs.get("x") == case.start
        for value in [*case.right, *case.wrong]:
            form.inputs = {"x": value}
            assert form.inputs == {"x": value}
            assert (form.errors == {}) == (value in case.right), value


@pytest.mark.parametrize(
    ("described", "unit"),
    [
        ({"uom": "urn:ogc:def:uom:UCUM::m/s"}, "m/s"),
        ({"schema": {"type": "number", "x-ogc-uom": "m/s"}}, "m/s"),
        ({"uom": {"reference": "http://www.opengis.net/def/uom/UCUM/0/km"}}, "km"),
        ({"UOMs": {"supported": [{"uom": "ft"}], "default": {"uom": "m"}}}, "m"),
        ({"UOMs": ["m", "ft"]}, "m"),
        (literal(dataType="double", UOMs={"supported": [{"uom": "ft"}]}), "ft"),
    ],
)
def test_unit_is_short_when_a_server_names_one(
    described: dict[str, Any], unit: str
) -> None:
    described = {"schema": {"type": "number"}, **described}
    with closing(ProcessForm({"id": "p", "inputs": {"x": described}})) as form:
        assert form.fields["x"].field.unit == unit


def test_unit_stands_beside_each_number_when_an_input_takes_several() -> None:
    either = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    inputs = {
        "list": {"schema": {"type": "number"}, "maxOccurs": 3, "uom": "m"},
        "pair": {"schema": PAIR, "uom": "m"},
        "either": {"schema": either, "uom": "m"},
    }
    with closing(ProcessForm({"id": "p", "inputs": inputs})) as form:
        several, pair, both = form.spec
        assert several["item"]["unit"] == "m"
        assert [one["unit"] for one in pair["fields"]] == ["m", "m"]
        assert [one.get("unit") for one in both["branches"]] == ["m", None]


def test_ranges_are_told_in_words_when_there_are_several() -> None:
    ranges = [between("0", "10", "closed-open"), {"minimumValue": "20"}]
    described = literal({"allowedRanges": ranges}, dataType="double")
    with closing(ProcessForm({"id": "p", "inputs": {"x": described}})) as form:
        assert form.spec[0]["hint"] == "0 to less than 10, or 20 or more"
        form.inputs = {"x": 15}
        assert form.errors == {"x": "must be 0 to less than 10, or 20 or more"}


@pytest.mark.parametrize(
    ("schema", "is_required"),
    [
        ({"type": "integer"}, True),
        ({"type": "integer", "default": 4}, False),
        ({"type": "array", "items": {"type": "integer"}}, True),
        ({"type": "array", "items": {"type": "integer", "default": 4}}, False),
    ],
)
def test_an_input_is_not_required_when_it_has_a_default(
    schema: Any, is_required: bool
) -> None:
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        assert form.fields["x"].field.required == is_required


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ({"allOf": [{"enum": ["a", "b"]}, NAMED]}, ("a", "b")),
        ({"type": "string", **NAMED, "nullable": True}, ("Bee", "Ay")),
    ],
)
def test_names_belong_to_the_options_that_they_stand_beside(
    schema: Any, names: tuple[str, ...]
) -> None:
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        assert form.fields["x"].field.option_labels == names


def test_an_example_of_the_member_says_what_its_pattern_asks_for() -> None:
    member = {"type": "string", "pattern": r"^x\d$", "examples": ["x7"]}
    schema = {"type": "object", "properties": {"a": member}}
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        form.fields["x"].draft = {"json": '{"a": "y"}'}
        assert form.errors == {"x": "a: must look like x7"}


@pytest.mark.parametrize(("most", "is_fixed"), [({}, False), ({"maxItems": 2}, True)])
def test_the_items_of_a_list_without_others_are_all_asked_for(
    most: Any, is_fixed: bool
) -> None:
    items = [{"type": "integer"}, {"type": "string"}]
    schema = {"type": "array", "prefixItems": items, **most}
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        members = form.fields["x"].field.fields
        assert [one.required for one in members] == [is_fixed, is_fixed]


def test_a_fixed_list_says_which_of_its_values_is_missing() -> None:
    described = {"schema": PAIR, "minOccurs": 0}
    with closing(ProcessForm({"id": "p", "inputs": {"x": described}})) as form:
        form.fields["x"].draft = [None, "1"]
        assert form.problems == [("x/0", "x, 1", "needs a value")]


def test_a_fault_of_a_row_is_found_by_its_name_or_else_by_its_number() -> None:
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        form.fields["x"].draft = [["a", "b"], ["", "1"]]
        assert [path for path, _, _ in form.problems] == ["x/a", "x/1"]


def test_objects_without_names_are_called_by_what_they_ask_for() -> None:
    few = {"type": "object", "properties": {"a": {"type": "string"}}}
    names = {name: {"type": "string"} for name in "bcdef"}
    many = {"type": "object", "properties": names, "required": ["b", "c", "d", "e"]}
    schema = {"oneOf": [few, many]}
    with closing(ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})) as form:
        labels = [branch.label for branch in form.fields["x"].field.branches]
        assert labels == ["object with a", "object with b, c, d, …"]
