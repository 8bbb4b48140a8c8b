from __future__ import annotations

import json
import math
import time
import zlib
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.area.area import Area
from ogc_widgets.errors import InputError
from ogc_widgets.map.footprints import MILLIARCSECONDS, footprints, item_ids

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
    assert made.ids == ("good",)
    assert reason in made.skipped[0][1]
    assert made.note == (
        f"1 item has no footprint that can be drawn: {made.skipped[0][0]}."
    )


def test_box_of_the_item_is_drawn_when_it_has_no_geometry():
    made = footprints([item("a", None, bbox=[0, 0, 7, 4, 3, 9])])
    assert made.features[0]["geometry"] == BOX


def test_outline_that_crosses_itself_is_drawn_all_the_same():
    ring = [[0, 0], [2, 2], [2, 0], [0, 1], [0, 0]]
    made = footprints([item("a", {"type": "Polygon", "coordinates": [ring]})])
    assert made.ids == ("a",)


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


def test_all_are_drawn_quickly_when_there_are_a_hundred_thousand():
    def quadrangle(n):
        x, y = 1 + n % 300, n // 300 / 4
        ring = [[x - 180, y - 80], [x - 179, y - 79], [x - 180, y - 78]]
        return {"type": "Polygon", "coordinates": [[*ring, [x - 181, y - 79], ring[0]]]}

    items = [item(f"i{n}", quadrangle(n)) for n in range(100_000)]
    items[7]["geometry"] = None
    start = time.thread_time()
    made = footprints({"type": "FeatureCollection", "features": items})
    buffers = made.buffers()
    assert time.thread_time() - start < 4, "0.7 s where nothing else runs"
    assert len(made.ids) == 99_999
    assert made.note == "1 item has no footprint that can be drawn: i7."
    assert sum(map(len, buffers.values())) < 6e6


def offsets(buffer, total):
    """Where lists begin, from the length of each or one length for all."""
    sizes = np.frombuffer(buffer, "<u4")
    if len(sizes) == 1:
        sizes = np.repeat(sizes, total // sizes[0])
    return [0, *sizes.cumsum().tolist()]


def unpacked(buffers):
    """What the page makes of the buffers: lines of each shape, and those not closed."""
    points = np.frombuffer(buffers["points"], "<i4").reshape(-1, 2) / MILLIARCSECONDS
    starts = offsets(buffers["lines"], len(points))
    lines = np.split(points, starts[1:-1])
    shapes = offsets(buffers["shapes"], len(lines))
    found = [
        [line.tolist() for line in lines[start:end]] for start, end in pairwise(shapes)
    ]
    return found, np.frombuffer(buffers["open"], "<u4").tolist()


def names(buffers):
    return json.loads(zlib.decompress(buffers["names"]))


def test_every_kind_of_shape_comes_to_the_page():
    ring = [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]
    hole = [[4, 4], [4, 5], [5, 5], [4, 4]]
    far = [[20.125, 0], [21, 0], [21, 1], [20.125, 0]]
    kinds = [
        ("Point", [1, 2]),
        ("Polygon", [ring, hole]),
        ("LineString", [[1, 2], [3, 4]]),
        ("MultiPolygon", [[ring, hole], [far]]),
        ("MultiPoint", [[5, 6], [7, 8]]),
    ]
    geometries = [{"type": kind, "coordinates": numbers} for kind, numbers in kinds]
    several = {"type": "GeometryCollection", "geometries": geometries[:3]}
    made = footprints([item("", one) for one in [*geometries, several]])
    shapes, is_open = unpacked(made.buffers())
    polygon = [ring[:-1], hole[:-1]]
    assert shapes == [
        [[[1, 2]]],
        polygon,
        [[[1, 2], [3, 4]]],
        [*polygon, far[:-1]],
        [[[5, 6]], [[7, 8]]],
        [[[1, 2]], *polygon, [[1, 2], [3, 4]]],
    ]
    assert is_open == [0, 3, 7, 8, 9, 12]
    assert np.frombuffer(made.buffers()["holes"], "<u4").tolist() == [2, 5, 11]


def test_shape_is_the_same_alone_and_among_many():
    odd = [
        BOX,
        {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, "1"], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0, 5], [1, 1, 5], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 10**400], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[179, 0], [-179, 0], [180, 1], [179, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [9, 95], [9, 0], [0, 0]]]},
        {"type": "MultiPolygon", "coordinates": [[[[7, 7], [8, 7], [8, 8], [7, 7]]]]},
        {"type": "Point", "coordinates": [200, 10]},
        {"type": "Point", "coordinates": [math.nan, 10]},
        None,
    ]
    together = footprints([item(str(n), one) for n, one in enumerate(odd)])
    alone = [footprints([item(str(n), one)]) for n, one in enumerate(odd)]
    assert together.ids == tuple(name for one in alone for name in one.ids)
    assert together.skipped == tuple(why for one in alone for why in one.skipped)
    for ours, theirs in zip(
        together.shapes, (shape for one in alone for shape in one.shapes), strict=True
    ):
        assert ours.equals(theirs)


def test_name_is_shown_without_what_would_deceive():
    made = footprints([item("plain", BOX), item("a\u202egpj", BOX), item("b c", BOX)])
    assert names(made.buffers()) == {
        "ids": ["plain", "a\u202egpj", "b c"],
        "labels": {"1": "agpj"},
    }


def test_ids_are_never_empty_and_never_the_same():
    items = [{"id": "a"}, {"id": "a"}, {}, {"id": ""}, {"id": 7}, {"id": {"x": 1}}]
    assert item_ids(items) == ["a", "a (2)", "item 3", "item 4", "7", "item 6"]


def test_objects_of_other_libraries_are_taken():
    pystac_like = SimpleNamespace(to_dict=lambda: item("p", BOX))
    assert footprints([pystac_like]).ids == ("p",)
    assert footprints(item("one", BOX)).ids == ("one",)


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
    assert len(made.ids) == len(made.features) == len(made.shapes)
    assert len(made.ids) + len(made.skipped) == len(items)
