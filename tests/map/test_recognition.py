from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from area_values import recognise
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.area.crs import system_of
from ogc_widgets.area.reading import read_text
from ogc_widgets.errors import InputError

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "process-descriptions"
KEYWORDS = [
    *("type", "format", "properties", "items", "oneOf", "allOf", "enum", "$ref"),
    *("metadata", "title", "description", "bbox", "crs", "contentMediaType"),
    *("required", "minItems"),
]
TEXT = {"type": "string"}
NUMBERS_4 = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}


def members(*names):
    return {name: {"type": ["number", "null"]} for name in names}


@pytest.mark.parametrize(
    ("name", "description", "encoding"),
    [
        ("x", {"schema": {"allOf": [{"format": "ogc-bbox"}]}}, "bbox-object"),
        ("x", {"schema": {"$ref": "https://a.org/b/bbox.yaml"}}, "bbox-object"),
        ("x", {"schema": {"format": "geojson-geometry"}}, "geojson-geometry"),
        ("x", {"schema": {"format": "geojson-feature"}}, "geojson-feature"),
        (
            "x",
            {"schema": {"type": "object", "contentMediaType": "application/geo+json"}},
            "geojson-geometry",
        ),
        ("bbox", {"schema": NUMBERS_4}, "bbox-array"),
        ("extent", {"schema": {**NUMBERS_4, "maxItems": 6}}, "bbox-array"),
        ("aoi", {"schema": TEXT}, "bbox-text"),
        ("aoi", {"schema": {"type": ["string", "null"]}}, "bbox-text"),
        ("boundingBox", {"schema": TEXT}, "bbox-text"),
        ("where", {"title": "Area of interest", "schema": TEXT}, "bbox-text"),
        ("te", {"title": "xmin,ymin,xmax,ymax", "schema": TEXT}, "bbox-text"),
        ("aoi_wkt", {"schema": TEXT}, "wkt"),
        ("x", {"schema": {**TEXT, "format": "bbox"}}, "bbox-text"),
        ("x", {"schema": {**TEXT, "format": "ogc-wkt"}}, "wkt"),
        ("x", {"schema": {**TEXT, "format": "polygon"}}, "wkt"),
        ("x", {"schema": {**TEXT, "format": "geojson-text"}}, "geojson-text"),
        ("aoi", {"schema": {**TEXT, "format": "string"}}, "bbox-text"),
        ("intersects", {"schema": TEXT}, "geojson-text"),
        ("footprint", {"schema": TEXT}, "wkt"),
        (
            "aoi",
            {"schema": {"type": "string", "default": "POLYGON((0 0,1 0,1 1,0 0))"}},
            "wkt",
        ),
        ("aoi", {"schema": {"type": "string", "contentMediaType": "text/wkt"}}, "wkt"),
        ("intersects", {"schema": {"type": "object"}}, "geojson-geometry"),
        ("bbox", {"schema": {}}, "bbox-text"),
        ("x", {"schema": {"properties": {
            "bbox": {"prefixItems": [{"type": "number"}] * 4}, "crs": {}}}},
         "bbox-object"),
        ("x", {"schema": {"type": "object", "properties": members(
            "west", "south", "east", "north")}}, "bbox-members"),
        ("x", {"schema": {"type": "object", "properties": members(
            "lat_max", "lat_min", "lon_max", "lon_min", "crs")}}, "bbox-members"),
        ("boundingBoxes", {"schema": NUMBERS_4}, "bbox-array"),
        ("box", {"schema": {"prefixItems": [{"type": "number"}] * 4,
                            "type": "array"}}, "bbox-array"),
        ("x", {"schema": {"format": "geojson-polygon"}}, "geojson-geometry"),
        ("x", {"schema": {"$ref": "https://geojson.org/schema/Point.json"}},
         "geojson-geometry"),
        ("x", {"schema": {"type": "object",
                          "contentMediaType": "application/geo+json",
                          "contentSchema":
                          "https://geojson.org/schema/FeatureCollection.json"}},
         "geojson-collection"),
        ("x", {"schema": {"properties": {"type": {"type": "string"},
                                         "coordinates": {"type": "array"}}}},
         "geojson-geometry"),
        ("x", {"schema": {"type": "object"}, "metadata": [
            {"title": "cwl:type", "value": "https://x.org/ogc.yaml#BBox?"}]},
         "bbox-object"),
        ("x", {"schema": {"type": "object"}, "metadata": [
            {"role": "cwl:type", "value": "['null', 'geojson.yaml#MultiPolygon']"}]},
         "geojson-geometry"),
        ("subset", {"description": "lower left longitude, lower left latitude, upper "
                                   "right longitude, upper right latitude",
                    "schema": TEXT}, "bbox-text"),
        ("clip", {"description": "Clips to lon_min, lat_min, lon_max, lat_max",
                  "schema": TEXT}, "bbox-text"),
        ("region", {"description": "The region as a WKT polygon", "schema": TEXT},
         "wkt"),
    ],
)  # fmt: skip
def test_area_is_recognised_by_its_strongest_hint(name, description, encoding):
    hint = recognise(description, name=name)
    assert hint is not None
    assert hint.default == encoding


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("name", {"schema": TEXT}),
        ("x", {"schema": {**TEXT, "format": "string"}}),
        ("aoi", {"schema": {**TEXT, "format": "uri"}}),
        ("aoi", {"schema": {**TEXT, "format": "bbox-url"}}),
        ("temporal_extent", {"schema": TEXT}),
        ("x", {"title": "Temporal extent", "schema": TEXT}),
        ("vertical_extent", {"schema": {"type": "object"}}),
        ("margins", {"schema": NUMBERS_4, "description": "left, bottom, right, top"}),
        ("bbox_crs", {"schema": TEXT}),
        ("epsg", {"title": "EPSG code of the area of interest", "schema": TEXT}),
        ("aoi_url", {"schema": TEXT}),
        ("extent_mode", {"schema": {"type": "string", "enum": ["union", "bbox"]}}),
        ("output_format", {"description": "wkt or geojson geometry", "schema": TEXT}),
        ("text", {"description": "area code of a phone number", "schema": TEXT}),
        ("buffer", {"title": "Bounding box buffer", "schema": {"type": "number"}}),
        ("weights", {"schema": NUMBERS_4}),
        ("bands", {"schema": {"type": "array", "items": {"type": "string"}}}),
        ("aoi", {"schema": {"type": "boolean"}}),
        ("te", {"title": "x,y: xmin ymin xmax ymax in target SRS", "schema": TEXT}),
        (
            "item",
            {"schema": {"oneOf": [
                {"type": "string", "format": "uri"},
                {"$ref": "https://schemas.stacspec.org/v1.0.0/item.json"},
                {"$ref": "https://x.org/featureCollectionGeoJSON.yaml"},
            ]}},
        ),
        ("start", {"title": "Start date", "schema": TEXT,
                   "description": "Start of the period to search the bounding box"}),
        ("tile", {"title": "MGRS tile of the area of interest", "schema": TEXT}),
        ("cloud", {"description": "Clouds over the area of interest in percent",
                   "schema": TEXT}),
        ("country", {"description": "Country code; its aoi is used", "schema": TEXT}),
        ("colours", {"title": "polygon colours", "schema": NUMBERS_4}),
        ("x", {"schema": {"type": "object", "properties": members(
            "west", "south", "east")}}),
        ("x", {"schema": {"type": "array"}, "metadata": [
            {"title": "cwl:type", "value": "https://x.org/ogc.yaml#BBox[]"}]}),
        ("InputPolygon", {"description": "URI to GML of the polygon", "schema": TEXT}),
    ],
)  # fmt: skip
def test_input_is_left_alone_when_it_only_speaks_about_areas(name, description):
    assert recognise(description, name=name) is None


def test_reference_systems_are_listed_and_a_usable_one_is_the_default():
    schema = {
        "type": "object",
        "format": "ogc-bbox",
        "properties": {
            "bbox": {"type": "array", "items": {"type": "number"}},
            "crs": {"type": "string", "enum": ["EPSG:2154", "CRS84"]},
        },
    }
    hint = recognise({"schema": schema}, name="x")
    assert hint is not None
    assert hint.crs == ("EPSG:2154", "CRS84")
    assert hint.default_crs == "CRS84"


def test_types_and_bbox_are_taken_from_a_geometry_schema():
    schema = {
        "type": "object",
        "required": ["type", "coordinates", "bbox"],
        "properties": {"type": {"enum": ["Polygon"]}, "coordinates": {}},
    }
    hint = recognise({"schema": schema}, name="x")
    assert hint is not None
    assert hint.types == ("Polygon",)
    assert hint.with_bbox


def test_list_of_areas_is_no_area_itself():
    items = {"format": "geojson-geometry"}
    assert recognise({"schema": {"type": "array", "items": items}}, name="x") is None
    hint = recognise({"schema": items}, name="x")
    assert hint is not None
    assert hint.default == "geojson-geometry"


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(KEYWORDS),
                inner,
            )
        ),
        max_leaves=30,
    )
)
def test_any_schema_is_looked_at_without_an_exception(schema):
    recognise({"schema": schema, "title": schema, "metadata": schema}, name="aoi")
    recognise(schema if isinstance(schema, dict) else {}, name="aoi")


@pytest.mark.corpus
def test_recorded_descriptions_give_exactly_their_areas():
    if not CORPUS.is_dir():
        pytest.skip("the folder of recorded documents is not beside the repository")
    found = set()
    for path in sorted(CORPUS.glob("*.json")):
        inputs = json.loads(path.read_text(encoding="utf-8")).get("inputs") or {}
        if isinstance(inputs, list):
            inputs = {entry.get("id"): entry for entry in inputs}
        for name, description in inputs.items():
            if recognise(description, name=name):
                found.add(name)
    assert found == {
        "aoi",
        "boundingBoxInput",
        "c",
        "featureCollectionInput",
        "features",
        "geometryInput",
        "input_bbox",
        "input_feature",
        "point_of_interest",
    }


@pytest.mark.parametrize(
    "text",
    ["1" * 50_000 + "x", "(" * 50_000, " " * 50_000 + "x", "epsg:" * 20_000 + "x"],
)
def test_hostile_text_costs_next_to_nothing(text):
    start = time.thread_time()
    with suppress(InputError):
        read_text(text)
    system_of(text)
    words = [{"title": "cwl:type", "value": text}]
    schema = {"type": "string", "default": text, "pattern": text}
    recognise({"title": text, "metadata": words, "schema": schema}, name="aoi")
    assert time.thread_time() - start < 1
