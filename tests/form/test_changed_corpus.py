"""Recorded descriptions, written another way: the form must not depend on the wording.

Each change keeps the meaning of a description, so that the fields keep their kinds and
the same inputs go out.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_inputs import inputs_of
from strategies import JSON
from test_corpus import CORPUS, DESCRIPTIONS, fitting, read

from ogc_widgets.form import ProcessForm, reduce_process
from ogc_widgets.form.drafts.codec import from_draft, initial_draft
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page.spec import spec

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not CORPUS.is_dir(),
        reason="the folder of recorded documents beside the repository is not there",
    ),
]

Inputs = dict[str, Any]
Change = "Callable[[Inputs], Any]"


def with_schemas(
    change: Callable[[str, dict[str, Any]], Any],
) -> Callable[[Inputs], Inputs]:
    """A change of the schema of every input that has one."""

    def changed(inputs: Inputs) -> Inputs:
        for key, member in inputs.items():
            if isinstance(member, dict) and isinstance(member.get("schema"), dict):
                member["schema"] = change(key, member["schema"])
        return inputs

    return changed


def in_allof(_key: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"allOf": [schema]}


def in_parts(_key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Each keyword in a part of its own; what reads other keywords stays together."""
    apart = {"title", "description", "default", "minimum", "maximum", "pattern"}
    rest = {k: v for k, v in schema.items() if k not in apart}
    return {"allOf": [rest, *({k: schema[k]} for k in apart & schema.keys())]}


def under_defs(_key: str, schema: dict[str, Any]) -> dict[str, Any]:
    if "#" in json.dumps(schema):
        return schema
    return {"$ref": "#/$defs/it", "$defs": {"it": schema}}


def with_strangers(_key: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"x-vendor": {"a": [1]}, "$comment": "hello", **schema, "xml": {"name": "a"}}


def reordered(inputs: Inputs) -> Inputs:
    return dict(reversed(inputs.items()))


def as_list(inputs: Inputs) -> list[Any]:
    return [{"id": key, **member} for key, member in inputs.items()]


def counts_as_text(inputs: Inputs) -> Inputs:
    for member in inputs.values():
        for name in ("minOccurs", "maxOccurs"):
            if isinstance(member.get(name), int):
                member[name] = str(member[name])
    return inputs


def in_languages(inputs: Inputs) -> Inputs:
    for member in inputs.values():
        if isinstance(member.get("title"), str):
            member["title"] = {"en": member["title"], "fr": "autre chose"}
    return inputs


CHANGES: dict[str, Callable[[Inputs], Any]] = {
    "schemas in allOf": with_schemas(in_allof),
    "schemas in parts": with_schemas(in_parts),
    "schemas under $defs": with_schemas(under_defs),
    "unknown keywords": with_schemas(with_strangers),
    "another order": reordered,
    "a list of inputs": as_list,
    "counts as text": counts_as_text,
    "titles in languages": in_languages,
}

ordinary = [
    path
    for path in DESCRIPTIONS
    if all(isinstance(member, dict) for member in inputs_of(read(path)).values())
]


def changed(path: Any, change: Callable[[Inputs], Any]) -> dict[str, Any]:
    """A recorded description with its inputs changed."""
    description = copy.deepcopy(read(path))
    inputs = {key: dict(member) for key, member in inputs_of(description).items()}
    for wrapper in ("processDescription", "process"):
        if "inputs" not in description and isinstance(description.get(wrapper), dict):
            description = description[wrapper]
    # Where references lead into the old inputs, they still have something to find.
    return {
        **description,
        "original": description.get("inputs"),
        "inputs": change(inputs),
    }


def shape(field: Field) -> Any:
    """Kind and parts of a field, without its words."""
    parts = (*field.fields, *field.branches, *((field.item,) if field.item else ()))
    return (field.kind, field.required, field.default, *map(shape, parts))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("path", ordinary, ids=lambda path: path.stem)
def test_the_fields_are_the_same_when_a_description_is_written_otherwise(
    path: Any, name: str
) -> None:
    description = changed(path, CHANGES[name])
    before = reduce_process(read(path))
    after = reduce_process(description)
    assert {k: shape(f) for k, f in after.items()} == {
        k: shape(f) for k, f in before.items()
    }


@pytest.mark.parametrize(("path", "inputs"), fitting())
@pytest.mark.parametrize("name", CHANGES)
def test_a_request_comes_back_when_its_description_is_written_otherwise(
    path: Any, inputs: dict[str, Any], name: str
) -> None:
    form = ProcessForm(changed(path, CHANGES[name]))
    form.inputs = inputs
    assert form.inputs == inputs


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything in a JSON value."""
    found = [path]
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, member in pairs:
        found += nodes(member, (*path, key))
    return found


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_one_input_is_lost_at_most_when_something_in_a_description_is_broken(
    data: st.DataObject,
) -> None:
    description = copy.deepcopy(read(data.draw(st.sampled_from(ordinary))))
    inputs = inputs_of(description)
    if not inputs:
        return
    key = data.draw(st.sampled_from(sorted(inputs)))
    path = data.draw(st.sampled_from(nodes(inputs[key])))
    broken = data.draw(JSON, label="broken")
    if path:
        target = inputs[key]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = broken
    else:
        inputs[key] = broken
    others = {name: shape(f) for name, f in reduce_process(description).items()}
    wrapped = {"id": "p", "inputs": inputs}
    fields = reduce_process({**description, **wrapped})
    assert set(fields) == set(inputs)
    for name, field in fields.items():
        json.dumps(spec(field), allow_nan=False)
        value, errors = from_draft(field, initial_draft(field))
        assert (value is UNSET) == (initial_draft(field) is None) or errors
        if name != key:
            assert shape(field) == others.get(name, shape(field))
