from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.area.area import Area
from ogc_widgets.errors import InputError
from ogc_widgets.map.footprints import footprints, item_ids

BOX = Area.box(0, 0, 4, 3).geometry


def item(name, geometry, **members):
    return {"type": "Feature", "id": name, "geometry": geometry, **members}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item("x", None), "no geometry"),
        (item("x", {"type": "Polygon"}), "not nested"),
        (item("x", "POLYGON((0 0,1 0,1 1,0 0))"), "not a GeoJSON geometry"),
        (
            item("x", {"type": "Point", "coordinates": [500000, 4400000]}),
            "outside -90 to 90",
        ),
        (item("x", None, bbox=[0, 0, "a", 1]), "no geometry"),
        ({}, "no geometry"),
        ({"properties": None}, "no geometry"),
    ],
)
def test_item_is_skipped_with_a_reason_when_it_cannot_be_drawn(bad, reason):
    made = footprints([bad, item("good", BOX)])
    assert [feature["id"] for feature in made.features] == ["good"]
    assert reason in made.skipped[0][1]
    assert made.note == "1 item has no footprint that can be drawn."


def test_box_of_the_item_is_drawn_when_it_has_no_geometry():
    made = footprints([item("a", None, bbox=[0, 0, 7, 4, 3, 9])])
    assert made.features[0]["geometry"] == BOX


def test_outline_that_crosses_itself_is_drawn_all_the_same():
    ring = [[0, 0], [2, 2], [2, 0], [0, 1], [0, 0]]
    made = footprints([item("a", {"type": "Polygon", "coordinates": [ring]})])
    assert len(made.features) == 1


@pytest.mark.parametrize(
    ("ring", "numbers", "box", "words"),
    [
        (None, [0, 0, 4, 3], (0, 0, 4, 3), "a box: there is no geometry."),
        ([[0, 0], [1, 1]], [0, 0, 4, 3], (0, 0, 4, 3), "a box: the geometry is faulty"),
        ([[0, 80], [9, 80], [9, 90.05], [0, 90.05]], None, (0, 80, 9, 90), "at a pole"),
        (None, [0, 80, 9, 90.05], (0, 80, 9, 90), "cut off at a pole"),
        ([[179, 0], [-179, 0], [-179, 2], [179, 3]], None, (179, 0, -179, 3),
         "across 180 degrees, the short way"),
        ([[0, 0], [2, 2], [4, 0], [4, 4], [2, 2], [0, 4]], None, (0, 0, 4, 4),
         "1 item is repaired"),
        ([[0, 0], [2, 2], [2, 0], [0, 1]], None, (0, 0, 2, 2), "1 item is repaired"),
    ],
)  # fmt: skip
def test_footprint_that_is_mended_says_so(ring, numbers, box, words):
    shape = ring and {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    made = footprints([item("a", shape, bbox=numbers)])
    area = Area.of(made.features[0]["geometry"])
    assert area.bbox == box
    assert area.shape.is_valid
    assert words in made.note


def test_footprint_across_the_antimeridian_is_one_piece():
    made = footprints([item("a", None, bbox=[170, -10, -170, 10])])
    longitudes = {
        position[0]
        for polygon in made.features[0]["geometry"]["coordinates"]
        for position in polygon[0]
    }
    assert longitudes == {170, 180, 190}


def test_first_500_are_drawn_quickly_when_there_are_ten_thousand():
    items = [item(f"i{n}", BOX, properties={"x": "y" * 100}) for n in range(10_000)]
    start = time.thread_time()
    made = footprints({"type": "FeatureCollection", "features": items})
    assert time.thread_time() - start < 1
    assert len(made.features) == 500
    assert made.note == "500 of 10,000 footprints shown."
    assert len(json.dumps(made.features)) < 200_000


def test_ids_are_never_empty_and_never_the_same():
    items = [{"id": "a"}, {"id": "a"}, {}, {"id": ""}, {"id": 7}, {"id": {"x": 1}}]
    assert item_ids(items) == ["a", "a (2)", "item 3", "item 4", "7", "item 6"]


def test_objects_of_other_libraries_are_taken():
    pystac_like = SimpleNamespace(to_dict=lambda: item("p", BOX))
    assert [f["id"] for f in footprints([pystac_like]).features] == ["p"]
    assert [f["id"] for f in footprints(item("one", BOX)).features] == ["one"]


@pytest.mark.parametrize("bad", [7, "items", {"type": "Catalog"}])
def test_what_holds_no_items_is_refused(bad):
    with pytest.raises(InputError):
        footprints(bad)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "geometry", "coordinates", "bbox"]),
            inner | st.sampled_from(["Feature", "Polygon", "Point", "MultiPolygon"]),
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.lists(json_values, max_size=4))
def test_any_items_give_footprints_or_reasons(items):
    made = footprints(items)
    assert len(made.features) + len(made.skipped) == len(items)
