"""Area inputs of recorded descriptions, and of others that say the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from ogc_widgets import ProcessForm

pytestmark = pytest.mark.corpus

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
BOX = [5, 40, 6, 41]
REWRITTEN = {
    "as it stands": lambda schema: schema,
    "inside of allOf": lambda schema: {"allOf": [schema]},
    "with a title beside allOf": lambda schema: {"allOf": [schema], "title": "A"},
    "as the only choice": lambda schema: {"oneOf": [schema]},
    "or null": lambda schema: {"anyOf": [schema, {"type": "null"}]},
    "nullable": lambda schema: {**schema, "nullable": True},
    "in $defs": lambda schema: {"$ref": "#/$defs/a", "$defs": {"a": schema}},
    "in definitions": lambda schema: {
        "$ref": "#/definitions/a",
        "definitions": {"a": schema},
    },
}


def form_of(name, description):
    return ProcessForm({"id": "p", "version": "1", "inputs": {name: description}})


def area_inputs():
    if not (CORPUS / "process-descriptions").is_dir():
        return
    seen = set()
    for path in sorted((CORPUS / "process-descriptions").glob("*.json")):
        inputs = json.loads(path.read_text(encoding="utf-8")).get("inputs") or {}
        for name, description in inputs.items() if isinstance(inputs, dict) else ():
            text = json.dumps(description, sort_keys=True)
            if text not in seen and form_of(name, description).areas.ids:
                seen.add(text)
                yield pytest.param(name, description, id=f"{path.stem[:30]}:{name}")


@pytest.mark.parametrize("rewrite", REWRITTEN)
@pytest.mark.parametrize(("name", "description"), list(area_inputs()))
def test_area_is_found_drawn_and_comes_back_however_it_is_said(
    name, description, rewrite
):
    said = copy.deepcopy(description)
    said["schema"] = REWRITTEN[rewrite](said["schema"])
    first, form = form_of(name, description), form_of(name, said)
    path = form.areas.paths[0]
    hint = form.areas.hint(path)
    assert hint.default == first.areas.hint(first.areas.paths[0]).default
    is_point = hint.types == ("Point",)
    shape = {"type": "Point", "coordinates": [5, 40]} if is_point else BOX
    form.areas.set_shape(path, shape)
    sent = dict(form.inputs)
    assert form.areas.get_shape(path)["coordinates"]
    assert not form.errors or "needs 2 values" in form.errors[name]
    form.inputs = {}
    form.inputs = sent
    assert form.inputs == sent
