"""Every recorded description gets a form, and what its requests hold comes through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recorded_inputs import inputs_of

from ogc_widgets.form import ProcessForm, reduce_process
from ogc_widgets.form.drafts.codec import from_draft, initial_draft
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.page.spec import spec
from ogc_widgets.form.requests import inputs_in

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not CORPUS.is_dir(),
        reason="the folder of recorded documents beside the repository is not there",
    ),
]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


DESCRIPTIONS = sorted((CORPUS / "process-descriptions").glob("*.json"))
# One file of the folder is a description with inputs, not a request.
REQUESTS = [
    path
    for path in sorted((CORPUS / "execute-requests").glob("*.json"))
    if "opensearch_process" not in path.name
]

described = pytest.mark.parametrize("path", DESCRIPTIONS, ids=lambda path: path.stem)


@described
def test_every_input_has_a_field_when_a_description_is_read(path: Path) -> None:
    description = read(path)
    fields = reduce_process(description)
    assert set(fields) == set(inputs_of(description))
    # The page gets JSON and nothing else.
    json.dumps([spec(field) for field in fields.values()], allow_nan=False)


@described
def test_only_what_is_shown_is_sent_when_nothing_was_touched(path: Path) -> None:
    for field in reduce_process(read(path)).values():
        draft = initial_draft(field)
        value, errors = from_draft(field, draft)
        if draft is None:
            assert value is UNSET
            assert not errors or field.required
        else:
            assert value is not UNSET
            assert errors == {}


@described
def test_a_default_is_shown_or_said_to_be_unusable_when_there_is_one(
    path: Path,
) -> None:
    description = read(path)
    fields = reduce_process(description)
    for key, raw in inputs_of(description).items():
        default = (raw.get("schema") or {}).get("default")
        if default is not None:
            field = fields[key]
            assert field.default is not UNSET or "left out" in field.note


def test_water_bodies_has_its_fields_when_zoo_describes_it() -> None:
    name = "eoap-zoo__water-bodies--describe-process.json"
    form = ProcessForm(read(CORPUS / "process-descriptions" / name))
    aoi = form.fields["aoi"].field
    assert aoi.kind == "area"
    assert aoi.area is not None
    assert aoi.area.default == "bbox-text"
    stac_items = form.fields["stac_items"].field
    assert (stac_items.kind, stac_items.item and stac_items.item.kind) == (
        "list",
        "stac",
    )
    assert form.inputs == {"bands": ["green", "nir"], "epsg": "EPSG:4326"}
    assert form.errors == {"aoi": "needs a value", "stac_items": "needs a value"}


@pytest.mark.parametrize(
    "name",
    [
        "eoap-cwl2ogc__water-bodies--cwl2ogc-app-water-body.1.1.0.json",
        "eoap-mastering__water-bodies--cwl2ogc-app-water-bodies-cloud-native.json",
        "eoepca-template__water-bodies--cwl2ogc-app-package.json",
    ],
)
def test_bands_are_a_list_with_its_default_when_cwl2ogc_describes_them(
    name: str,
) -> None:
    form = ProcessForm(read(CORPUS / "process-descriptions" / name))
    assert form.inputs == {"epsg": "EPSG:4326", "bands": ["green", "nir"]}
    assert form.areas.ids == ("aoi",)


def test_nine_of_nine_inputs_are_usable_when_the_echo_process_is_described() -> None:
    form = ProcessForm(
        read(CORPUS / "process-descriptions" / "ogc__spec-EchoProcess.json")
    )
    kinds = {key: handle.field.kind for key, handle in form.fields.items()}
    assert "json" not in kinds.values()
    form.inputs = {
        "stringInput": "Value2",
        "measureInput": {"measurement": 10.3, "uom": "m"},
        "dateInput": "2021-03-06T07:21:00",
        "doubleInput": 3.14159,
        "arrayInput": [1, 2, 3],
        "complexObjectInput": {"property1": "value1", "property5": True},
        "geometryInput": [
            {"type": "Point", "coordinates": [1, 2]},
            {"value": "<gml:Point/>", "mediaType": "application/gml+xml; version=3.2"},
        ],
        "boundingBoxInput": {"bbox": [51.9, 7, 52, 7.1]},
        "imagesInput": [{"href": "https://example.org/a.tif", "type": "image/tiff"}],
        "featureCollectionInput": {"type": "FeatureCollection", "features": []},
    }
    assert form.errors == {}
    assert not [key for key in form.fields if "json" in _raw(form.drafts[key])]


def _raw(draft: Any) -> Any:
    return draft if isinstance(draft, dict) else {}


def fitting() -> list[Any]:
    """Requests with the descriptions that have all of their inputs."""
    pairs = []
    described = [(path, set(inputs_of(read(path)))) for path in DESCRIPTIONS]
    for request in REQUESTS:
        inputs = inputs_in(read(request))
        for path, ids in described:
            if inputs and set(inputs) <= ids:
                pairs.append(
                    pytest.param(path, inputs, id=f"{request.stem}@{path.stem}")
                )
    return pairs


@pytest.mark.parametrize(("path", "inputs"), fitting())
def test_a_request_comes_back_unchanged_when_it_is_put_into_the_form(
    path: Path, inputs: dict[str, Any]
) -> None:
    form = ProcessForm(read(path))
    form.inputs = inputs
    assert form.inputs == inputs


@pytest.mark.parametrize("request_path", REQUESTS, ids=lambda path: path.stem)
def test_any_request_comes_back_unchanged_when_no_input_is_described(
    request_path: Path,
) -> None:
    form = ProcessForm({"id": "any", "inputs": {}})
    inputs = inputs_in(read(request_path))
    form.inputs = inputs
    assert form.inputs == inputs
    assert form.errors == {}
