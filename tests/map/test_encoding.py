from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
import shapely
from area_values import bounds, encode, from_text, in_words, to_text
from area_values import decode as decode_area
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ogc_widgets.area.area import Area
from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.hint import ENCODINGS, AreaHint
from ogc_widgets.area.reading import read_text, read_value
from ogc_widgets.errors import InputError

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
URN_4326 = "urn:ogc:def:crs:EPSG:6.6:4326"
BOX = {
    "type": "Polygon",
    "coordinates": [[[-10, 40], [5, 40], [5, 50], [-10, 50], [-10, 40]]],
}
RING = "-10 40,5 40,5 50,-10 50,-10 40"


def parse_text(text):
    return read_text(text).geometry


def from_geo_interface(value):
    return read_value(value).geometry


def decode(value):
    return decode_area(value).geometry


def test_importing_the_encoders_loads_no_widget_library():
    code = (
        "import sys, ogc_widgets.area.encoding\n"
        "bad = {'ipyleaflet', 'ipywidgets', 'anywidget', 'httpx', 'numpy', 'shapely',"
        " 'pyproj', 'antimeridian'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("encoding", "crs", "sent"),
    [
        ("bbox-text", None, "-10,40,5,50"),
        ("bbox-array", None, [-10, 40, 5, 50]),
        ("bbox-object", None, {"bbox": [-10, 40, 5, 50], "crs": CRS84}),
        ("bbox-object", "CRS84", {"bbox": [-10, 40, 5, 50], "crs": "CRS84"}),
        ("bbox-object", URN_4326, {"bbox": [40, -10, 50, 5], "crs": URN_4326}),
        ("geojson-geometry", None, BOX),
        (
            "geojson-feature",
            None,
            {"type": "Feature", "geometry": BOX, "properties": {}},
        ),
        (
            "geojson-collection",
            None,
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "geometry": BOX, "properties": {}}],
            },
        ),
        ("wkt", None, f"POLYGON(({RING}))"),
        (
            "geojson-text",
            None,
            '{"type":"Polygon","coordinates":[[[-10,40],[5,40],[5,50],[-10,50],[-10,40]]]}',
        ),
    ],
)
def test_box_is_sent_as_each_encoding_wants_it(encoding, crs, sent):
    assert encode(BOX, encoding, crs) == sent
    assert decode(sent) == BOX


def test_numbers_are_short_and_exact_when_they_are_tiny_or_whole():
    made = parse_text("1e-05,-0.0000001,10.0,20.50")
    assert encode(made, "bbox-text") == "0.00001,-0.0000001,10,20.5"
    assert encode(made, "bbox-array") == [1e-05, -1e-07, 10, 20.5]
    assert json.dumps(encode(made, "bbox-array")[2:]) == "[10, 20.5]"


@pytest.mark.parametrize(
    "text",
    [
        "-10,40,5,50",
        " -10, 40 ,5 , 50 ",
        "-10 40 5 50",
        "-10;40;5;50",
        "[-10, 40, 5, 50]",
        "(-10 40, 5 50)",
        "bbox: -10,40,5,50",
        "−10, 40, 5, 50",
        "-1e1,4.0e1,5,50.",
        f"POLYGON(({RING}))",
        f"SRID=4326;polygon (({RING}))",
        "POLYGON Z ((-10 40 0,5 40 0,5 50 0,-10 50 0,-10 40 0))",
        "POLYGON((-10 40,-10 50,5 50,5 40,-10 40))",
        "POLYGON((-10 40,5 40,5 50,-10 50))",
        json.dumps(BOX),
        json.dumps({"type": "Feature", "geometry": BOX, "properties": None}),
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "geometry": BOX}],
            }
        ),
        json.dumps({"type": "GeometryCollection", "geometries": [BOX]}),
        json.dumps({"type": "Feature", "geometry": None, "bbox": [-10, 40, 5, 50]}),
        '{"bbox": [-10, 40, 5, 50]}',
    ],
)
def test_text_is_read_in_every_usual_form(text):
    made = parse_text(text)
    assert bounds(made) == [-10, 40, 5, 50]
    ring = made["coordinates"][0]
    assert ring[0] == ring[-1]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0, (
        "the outer ring must run counterclockwise"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no area yet"),
        ("somewhere", "not an area"),
        ("1,2,3", "four numbers, and here are 3"),
        ("5,40,-10,50", "West (5) is greater than east (-10)"),
        ("-10,50,5,40", "South (50) is above north (40)"),
        ("-10,40,-10,50", "no area"),
        ("-10,40,5,40", "no area"),
        ("40,-100,50,5", "latitudes lie between -90 and 90"),
        ("1000,40,1005,50", "Longitudes lie between -180 and 180"),
        ("POLYGON((0 0,1 1,1 0,0 1,0 0))", "crosses itself"),
        ("POLYGON((0 0,1 1,2 2,0 0))", "no extent"),
        ("POLYGON((0 0,1 1", "not complete well-known text"),
        ("POLYGON EMPTY", "empty"),
        ("SRID=3857;POLYGON((0 0,1 0,1 1,0 0))", "SRID 3857"),
        ('{"type": "Polygon"', "not complete: line 1"),
        ('{"type": "Polygon"}', "not nested"),
        ('{"type": "Polygon", "coordinates": [[["a", 1]]]}', "must be numbers"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "NaN"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 1]]]}', "finite"),
        ('{"type": "FeatureCollection", "features": []}', "no geometry"),
        ('{"a": 1}', "not GeoJSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "Polygon", "coordinates": [[[500000, 4400000]]]}', "outside -90"),
    ],
)
def test_text_that_is_no_area_is_refused_in_words(text, says):
    with pytest.raises(InputError) as caught:
        parse_text(text)
    assert says in str(caught.value)


def test_point_is_refused_where_a_box_is_wanted():
    with pytest.raises(InputError, match="A Point has no area"):
        encode(parse_text("POINT(1 2)"), "bbox-text")


@pytest.mark.parametrize(
    ("given_box", "sent"),
    [
        ("170,-10,-170,10", [170, -10, -170, 10]),
        ("170,-10,190,10", [170, -10, -170, 10]),
        ("-190,-10,-170,10", [170, -10, -170, 10]),
        ("225,10,230,12", [-135, 10, -130, 12]),
        ("-180,-90,180,90", [-180, -90, 180, 90]),
        ("170,-10,180,10", [170, -10, 180, 10]),
        ("180,-10,190,10", [-180, -10, -170, 10]),
        ("-200,-80,200,80", [-180, -80, 180, 80]),
    ],
)
def test_longitudes_come_back_when_the_box_lies_beyond_180(given_box, sent):
    assert encode(parse_text(given_box), "bbox-array") == sent


def test_box_across_the_antimeridian_is_cut_into_two_polygons():
    assert parse_text("170,-10,-170,10") == {
        "type": "MultiPolygon",
        "coordinates": [
            [[[170, -10], [180, -10], [180, 10], [170, 10], [170, -10]]],
            [[[-180, -10], [-170, -10], [-170, 10], [-180, 10], [-180, -10]]],
        ],
    }


@pytest.mark.parametrize(
    "ring",
    [
        [[175, -10], [185, -10], [180, 10], [175, -10]],
        [[175, -10], [-175, -10], [180, 10], [175, -10]],
        [[-185, -10], [-175, -10], [-180, 10], [-185, -10]],
    ],
)
def test_polygon_across_the_antimeridian_is_cut_when_its_ring_runs_over_it(ring):
    made = from_geo_interface({"type": "Polygon", "coordinates": [ring]})
    assert made["type"] == "MultiPolygon"
    longitudes = [p[0] for polygon in made["coordinates"] for p in polygon[0]]
    assert min(longitudes) == -180
    assert max(longitudes) == 180
    assert bounds(made) == [175, -10, -175, 10]


def test_hole_is_kept_and_wound_the_other_way():
    outer = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]
    hole = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
    made = from_geo_interface({"type": "Polygon", "coordinates": [outer, hole]})
    assert made["coordinates"] == [outer[::-1], hole[::-1]]


def test_heights_survive_when_six_numbers_are_given():
    made = parse_text("-10,40,100,5,50,200")
    assert encode(made, "bbox-array") == [-10, 40, 100, 5, 50, 200]
    assert to_text([-10, 40, 100, 5, 50, 200], "bbox-array") == (
        "-10, 40, 100, 5, 50, 200"
    )


def test_heights_are_added_when_the_schema_wants_six_numbers():
    hint = AreaHint(("bbox-array",), "schema", heights=True)
    assert encode(BOX, "bbox-array", hint=hint) == [-10, 40, 0, 5, 50, 0]


def test_bbox_members_are_added_when_the_schema_requires_them():
    hint = AreaHint(("geojson-feature",), "schema", with_bbox=True)
    assert encode(BOX, "geojson-feature", hint=hint) == {
        "type": "Feature",
        "id": "area-of-interest",
        "geometry": {**BOX, "bbox": [-10, 40, 5, 50]},
        "bbox": [-10, 40, 5, 50],
        "properties": {},
    }


def test_system_that_nobody_knows_is_refused_in_words():
    with pytest.raises(InputError, match="EPSG:99999 is no reference system"):
        encode(BOX, "bbox-object", "EPSG:99999")


def test_web_mercator_box_makes_the_round_trip():
    sent = encode(BOX, "bbox-object", "http://www.opengis.net/def/crs/EPSG/0/3857")
    # 10 degrees west on the equator's circumference of 40 075 016.686 m
    assert sent["bbox"][0] == pytest.approx(-40_075_016.686 / 36, abs=0.01)
    assert encode(decode(sent), "bbox-object", sent["crs"]) == sent


def test_typed_digits_are_sent_as_typed():
    typed = "-121.399, 39.834, -120.740, 40.472"
    assert from_text(typed, "bbox-text") == "-121.399,39.834,-120.740,40.472"


def test_pasted_feature_keeps_its_members_when_a_feature_is_wanted():
    feature = {
        "type": "Feature",
        "id": 7,
        "geometry": BOX,
        "properties": {"name": "lake"},
    }
    assert from_text(json.dumps(feature), "geojson-feature") == feature
    assert from_text(json.dumps(feature), "geojson-geometry") == BOX


@pytest.mark.parametrize(
    ("value", "encoding", "crs"),
    [
        ("-121.399,39.834,-120.740,40.472", "bbox-text", None),
        ([-121.399, 39.834, -120.74, 40.472], "bbox-array", None),
        ({"bbox": [-10, 40, 5, 50]}, "bbox-object", CRS84),
        ({"bbox": [40.1, -10, 50, 5], "crs": URN_4326}, "bbox-object", URN_4326),
        (f"MULTIPOLYGON ((({RING})))", "wkt", None),
        (json.dumps(BOX), "geojson-text", None),
        ({"type": "Feature", "geometry": BOX, "id": 1}, "geojson-feature", None),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [1, 3], [0, 0]]]},
         "geojson-geometry", None),
    ],
)  # fmt: skip
def test_text_of_a_value_gives_the_value_again(value, encoding, crs):
    text = to_text(value, encoding, crs)
    assert text is not None
    assert from_text(text, encoding, crs) == value


def test_no_text_is_offered_when_the_value_is_no_area():
    assert to_text("somewhere", "bbox-text") is None
    assert to_text({"bbox": [0, 0, 1, 1], "crs": "EPSG:99999"}, "bbox-object") is None


def test_objects_of_other_libraries_are_read():
    shape = SimpleNamespace(
        __geo_interface__={
            "type": "Polygon",
            "coordinates": (((-10.0, 40.0), (5, 40), (5, 50), (-10, 50), (-10, 40)),),
        }
    )
    item = SimpleNamespace(
        to_dict=lambda: {"type": "Feature", "geometry": BOX, "assets": {}}
    )
    assert from_geo_interface(shape) == BOX
    assert from_geo_interface(item) == BOX
    assert from_geo_interface((-10, 40, 5, 50)) == BOX


def test_several_polygons_become_one_area():
    other = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    features = [{"type": "Feature", "geometry": g} for g in (BOX, other)]
    made = from_geo_interface({"type": "FeatureCollection", "features": features})
    assert made == {
        "type": "MultiPolygon",
        "coordinates": [BOX["coordinates"], other["coordinates"]],
    }


def test_large_outline_is_read_quickly_enough():
    ring = [
        [math.cos(i * math.tau / 100_000) * 10, math.sin(i * math.tau / 100_000) * 10]
        for i in range(100_000)
    ]
    made = from_geo_interface({"type": "Polygon", "coordinates": [ring]})
    assert len(made["coordinates"][0]) == 100_001


def test_words_say_the_order_of_the_axes():
    assert "south, west, north, east" in in_words("bbox-object", URN_4326)
    assert in_words("bbox-text") == (
        "Sent as text: west,south,east,north in degrees (CRS84)."
    )


degrees = st.decimals(-180, 180, places=6).map(float)
latitudes = st.decimals(-90, 90, places=6).map(float)


@st.composite
def boxes(draw):
    west, east = draw(degrees), draw(degrees)
    south, north = sorted([draw(latitudes), draw(latitudes)])
    if west > east and east - west + 360 > 180:
        west, east = east, west
    if west == east or (west, east) == (180, -180):
        west, east = 0.0, 10.0
    if south == north:
        south, north = -5.0, 5.0
    if west == 180:
        west = -180.0
    if east == -180:
        east = 180.0
    return [west, south, east, north] if west != east else [0.0, south, 10.0, north]


@settings(deadline=None)
@given(
    st.tuples(*[st.floats(-540, 540)] * 2, *[st.floats(-90, 90)] * 2),
    st.sampled_from([None, (0.0, 9.5)]),
)
@example((-105.0, -465.0, 0.0, 90.0), None)  # once around the Earth
@example((170.0, 529.9999999999, 0.0, 10.0), None)
@example((170.0, -170.0, 0.0, 10.0), None)
def test_box_is_the_same_area_as_its_shape(numbers, heights):
    west, east, south, north = numbers
    try:
        box = Area.box(west, south, east, north, heights=heights)
    except InputError:
        return
    shape = Area(box.shape, heights)
    assert box == shape == box
    assert hash(box) == hash(shape)
    for name in ("kind", "covers", "bbox", "crosses", "is_box", "geometry", "wkt"):
        assert getattr(box, name) == getattr(shape, name), name


@given(boxes(), st.sampled_from(ENCODINGS))
def test_any_box_comes_back_from_any_encoding(box, encoding):
    made = decode(box)
    again = decode(encode(made, encoding))
    assert again == made
    assert bounds(again) == box


@settings(deadline=None)
@given(boxes(), st.sampled_from(["bbox-text", "bbox-array", "wkt", "geojson-text"]))
def test_any_value_comes_back_through_its_text(box, encoding):
    value = encode(decode(box), encoding)
    text = to_text(value, encoding)
    assert text is not None
    assert from_text(text, encoding) == value
    assert "e" not in text.lower().replace("type", "").replace("coordinates", "") or (
        encoding in {"wkt", "geojson-text"}
    )


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "coordinates", "geometry", "features", "bbox", "crs", "x"]
                ),
                inner
                | st.sampled_from(["Polygon", "Feature", "FeatureCollection", "Point"]),
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_an_area_or_refused(value):
    with suppress(InputError):
        assert decode(value)["type"]


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_area_or_refused(text):
    with suppress(InputError):
        parse_text(text)


@pytest.mark.parametrize("rings", [
    [[170, 0], [190, 0], [192, 10], [170, 10]],
    [[170, 0], [-170, 0], [-168, 10], [170, 10]],
])  # fmt: skip
@pytest.mark.parametrize("hole", [
    [[175, 2], [185, 2], [185, 4]],
    [[-179, 2], [-177, 2], [-177, 4]],
])  # fmt: skip
def test_hole_of_a_polygon_across_180_stays_a_hole(rings, hole):
    whole = read_value({"type": "Polygon", "coordinates": [rings]})
    area = read_value({"type": "Polygon", "coordinates": [rings, hole]})
    assert area.shape.is_valid
    assert area.bbox == whole.bbox == (170, 0, -168, 10)
    inside = shapely.Polygon([[x % 360, y] for x, y in hole]).area
    assert area.shape.area == pytest.approx(whole.shape.area - inside)


@pytest.mark.parametrize("pole", [90, -90])
@pytest.mark.parametrize("step", [1, -1])
def test_ring_around_a_pole_covers_it(pole, step):
    ring = [[x, pole * (0.8 + x / 5000)] for x in range(-150, 180, 30)][::step]
    area = read_value({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    assert shapely.Point(10, pole * 0.99).within(area.shape)
    assert not shapely.Point(10, pole * 0.7).within(area.shape)
    assert (area.bbox[0], area.bbox[2]) == (-180, 180)


def test_line_across_180_is_cut_there():
    area = read_text("LINESTRING(170 0,-170 10)")
    assert area.bbox == (170, 0, -170, 10)
    assert area.wkt == "MULTILINESTRING((170 0,180 5),(-180 5,-170 10))"


def test_area_cannot_be_spoilt_through_what_it_gives():
    area = read_text("POLYGON((0 0,4 0,2 3,0 0))")
    area.geometry["coordinates"][0][0][0] = 99
    assert area.geometry["coordinates"][0][0] == [0, 0]
    assert read_text(area.wkt) == area


def test_texts_are_forgotten_when_there_are_many():
    way, other = Encoding("bbox-array"), Encoding("bbox-array-swne")
    first, *texts = [f"0,0,1,{number}" for number in range(1, 60)]
    area = way.read(first)
    assert way.read(first) is area
    assert other.read(first) is not area
    for text in texts:
        way.read(text)
    assert way.read(texts[-1]) is way.read(texts[-1])
    assert way.read(first) is not area
