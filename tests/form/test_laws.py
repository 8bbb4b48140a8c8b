"""The laws of the form, on schemas and values that nobody thought of."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from strategies import JSON, TEXTS, schemas, values

from ogc_widgets.form import ProcessForm, reduce_process
from ogc_widgets.form.drafts.codec import from_draft, initial_draft, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.page.spec import spec
from ogc_widgets.form.schema.exact import dumps, loads, same
from ogc_widgets.view.halves import from_page, to_page

quick = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def field_of(schema: Any, **description: Any) -> Any:
    description = {"schema": schema, **description}
    return reduce_process({"id": "p", "inputs": {"x": description}})["x"]


def through_page(value: Any) -> Any:
    """What comes back of JSON that was sent to a page, where all numbers are doubles.

    A kernel sends text as it is, in UTF-8 and not as ASCII escapes.
    """
    sent = json.dumps(to_page(value), ensure_ascii=False, allow_nan=False)
    back = json.loads(sent.encode(), parse_int=as_double, parse_float=as_double)
    return from_page(back)


def as_double(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


@quick
@given(st.data())
def test_a_value_comes_back_unchanged_when_it_was_put_into_a_field(
    data: st.DataObject,
) -> None:
    schema = data.draw(schemas(), label="schema")
    most = data.draw(st.sampled_from([1, 1, 3, "unbounded"]), label="maxOccurs")
    field = field_of(schema, maxOccurs=most)
    value = data.draw(values(schema), label="value")
    if most != 1 and data.draw(st.booleans()):
        value = [value]
    secrets = SecretsStore()
    found, _ = from_draft(field, through_page(to_draft(field, value, secrets)), secrets)
    assert same(found, value)


NOTHING = object()


def on_screen(spec: Any, draft: Any) -> Any:
    """The value that somebody would read from the screen, told from the spec alone."""
    if draft is None:
        if spec["kind"] != "const" or not spec.get("required"):
            return NOTHING
        return option(spec, 0)
    if isinstance(draft, dict) and "json" in draft:
        return loads(draft["json"])
    match spec["kind"]:
        case "number" | "integer" | "json":
            return loads(draft)
        case "boolean" | "null":
            return {"true": True, "false": False, "null": None}[draft]
        case "const":
            return option(spec, 0)
        case "choice":
            return option(spec, draft)
        case "multichoice":
            return [option(spec, number) for number in draft]
        case "list":
            return filled([on_screen(spec["item"], part) for part in draft])
        case "tuple":
            parts = zip(spec["fields"], draft, strict=True)
            return filled([on_screen(member, part) for member, part in parts])
        case "map":
            return {key: on_screen(spec["item"], part) for key, part in draft}
        case "object":
            members = {one["key"]: one for one in spec["fields"]}
            found = {
                key: on_screen(members[key], part)
                for key, part in draft.items()
                if key in members
            }
            further = {
                key: on_screen(spec["item"], part) for key, part in draft.get("", [])
            }
            shown = {k: v for k, v in found.items() if v is not NOTHING}
            # Fixed values alone are no entry, unless there is nothing else to enter.
            is_entered = any(draft[key] is not None for key in shown) or further
            is_fixed = all(one["kind"] == "const" for one in members.values())
            is_fixed = is_fixed or draft == {}
            return {**shown, **further} if is_entered or is_fixed else NOTHING
        case "union":
            return on_screen(spec["branches"][draft["branch"]], draft["draft"])
        case "area" | "file":
            return draft["text"]
        case _:
            return draft


def option(spec: Any, number: int) -> Any:
    texts = spec.get("option_values")
    return loads(texts[number]) if texts else spec["options"][number]


def filled(values: list[Any]) -> Any:
    entered = [value for value in values if value is not NOTHING]
    return entered if entered or not values else NOTHING


@quick
@given(st.data())
def test_nothing_is_sent_that_is_not_shown_when_a_field_is_untouched(
    data: st.DataObject,
) -> None:
    schema = data.draw(schemas(), label="schema")
    if data.draw(st.booleans()):
        schema = {**schema, "default": data.draw(values(schema), label="default")}
    field = field_of(schema, minOccurs=data.draw(st.sampled_from([0, 1])))
    drawn = through_page(spec(field))
    draft = initial_draft(field)
    value, errors = from_draft(field, draft)
    if draft is None:
        assert value is UNSET
    # A required object may start with the defaults of some members only.
    elif value is not UNSET and "needs a value" not in errors.values():
        assert same(value, on_screen(drawn, through_page(draft)))


@st.composite
def by_hand(draw: st.DrawFn, spec: Any) -> Any:
    """A draft as somebody may leave a field on the screen."""
    if spec["kind"] not in ("list", "tuple", "object") and draw(st.integers(0, 4)) == 0:
        return None
    match spec["kind"]:
        case "text" | "multiline":
            return draw(TEXTS | st.just(" a "))
        case "number" | "integer":
            return str(draw(st.integers() | st.decimals(-9, 9, places=20)))
        case "boolean":
            return draw(st.sampled_from(["true", "false"]))
        case "choice":
            return draw(st.integers(0, len(spec["options"]) - 1))
        case "multichoice":
            numbers = st.integers(0, len(spec["options"]) - 1)
            return draw(st.lists(numbers, unique=True))
        case "list":
            return draw(st.lists(by_hand(spec["item"]), max_size=3))
        case "tuple":
            return [draw(by_hand(member)) for member in spec["fields"]]
        case "object":
            return {one["key"]: draw(by_hand(one)) for one in spec["fields"]}
        case "map":
            names = st.lists(TEXTS.filter(bool), max_size=3, unique=True)
            return [[name, draw(by_hand(spec["item"]))] for name in draw(names)]
        case "union":
            number = draw(st.integers(0, len(spec["branches"]) - 1))
            inner = draw(by_hand(spec["branches"][number]))
            return {"branch": number, "draft": inner}
        case _:
            return draw(st.none() | JSON.map(lambda value: {"json": dumps(value)}))


@quick
@given(st.data())
def test_nothing_is_sent_that_is_not_shown_when_a_field_was_filled_in_by_hand(
    data: st.DataObject,
) -> None:
    schema = data.draw(schemas(), label="schema")
    field = field_of(schema, minOccurs=data.draw(st.sampled_from([0, 1])))
    drawn = through_page(spec(field))
    draft = data.draw(by_hand(drawn), label="draft")
    value, errors = from_draft(field, draft)
    # What is refused for its content was read all the same.
    if value is not UNSET and "needs a value" not in errors.values():
        assert same(value, on_screen(drawn, draft))


@quick
@given(st.data())
def test_errors_and_value_are_told_when_any_draft_is_on_the_screen(
    data: st.DataObject,
) -> None:
    field = field_of(data.draw(schemas(), label="schema"))
    draft = data.draw(JSON, label="draft")
    _, errors = from_draft(field, draft)
    for path, message in errors.items():
        assert path.split("/")[0] == "x"
        assert message


@quick
@given(JSON, JSON)
def test_a_form_is_built_when_the_schema_is_any_json(schema: Any, extra: Any) -> None:
    description = {"id": "p", "inputs": {"x": {"schema": schema, "maxOccurs": extra}}}
    form = ProcessForm(description)
    try:
        assert list(form.fields) == ["x"]
    finally:
        form.close()


@quick
@given(JSON)
def test_a_form_is_built_when_the_description_is_any_json(inputs: Any) -> None:
    reduce_process({"id": "p", "inputs": inputs})


@quick
@given(JSON)
def test_json_text_reads_back_the_same_when_it_was_written(value: Any) -> None:
    assert same(loads(dumps(value)), value)
    assert same(loads(dumps(value, indent=2)), value)


def is_plain(schema: Any) -> bool:
    """Whether a schema means the same to any validator of JSON Schema 2020-12."""
    text = dumps(schema)
    kind_words = (
        "nullable",
        "exclusiveMinimum",
        "dateTime",
        "xs:int",
        "format",
        "content",
        '"href"',
        '"value"',
    )
    return not any(word in text for word in kind_words)


@quick
@given(st.data())
def test_a_value_has_no_errors_when_the_schema_allows_it(data: st.DataObject) -> None:
    schema = data.draw(schemas().filter(is_plain), label="schema")
    # The other validator does not know which decimals are whole numbers.
    both = dumps([schema, data.draw(values(schema), label="value")])
    schema, value = json.loads(both, parse_int=as_double, parse_float=as_double)
    allowed = Draft202012Validator(schema).is_valid(value)
    field = field_of(schema)
    secrets = SecretsStore()
    _, errors = from_draft(field, to_draft(field, value, secrets), secrets)
    assert (errors == {}) == allowed
