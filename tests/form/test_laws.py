"""The laws of the form, on schemas and values that nobody thought of."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from strategies import JSON, schemas, values

from ogc_widgets.form import ProcessForm, reduce_process
from ogc_widgets.form.drafts import from_draft, initial_draft, to_draft
from ogc_widgets.form.exact import dumps, loads, same
from ogc_widgets.form.fields import UNSET
from ogc_widgets.form.spec import spec
from ogc_widgets.form.vault import Vault

quick = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def field_of(schema: Any, **description: Any) -> Any:
    description = {"schema": schema, **description}
    return reduce_process({"id": "p", "inputs": {"x": description}})["x"]


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
    vault = Vault()
    draft = to_draft(field, value, vault)
    # Drafts go through the page, which is JSON and nothing more.
    draft = json.loads(json.dumps(draft, allow_nan=False))
    found, _ = from_draft(field, draft, vault)
    assert same(found, value)


@quick
@given(schemas())
def test_nothing_is_sent_that_is_not_shown_when_a_field_is_untouched(
    schema: dict[str, Any],
) -> None:
    field = field_of(schema)
    draft = initial_draft(field)
    value, errors = from_draft(field, draft)
    if draft is None:
        assert value is UNSET
    else:
        # A required object may start with the defaults of some members.
        assert set(errors.values()) <= {"needs a value"}
    json.dumps(spec(field), allow_nan=False)


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
    text = json.dumps(schema)
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
    value = data.draw(values(schema), label="value")
    allowed = Draft202012Validator(schema).is_valid(value)
    field = field_of(schema)
    vault = Vault()
    _, errors = from_draft(field, to_draft(field, value, vault), vault)
    assert (errors == {}) == allowed
