"""Boxes in reference systems: the order of axes, UTM, and numbers typed in metres."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogc_widgets.area import utm
from ogc_widgets.area.crs import axes_in_words, from_crs, short_name, to_crs
from ogc_widgets.area.encoding import decode, encode, from_text, in_words, to_text
from ogc_widgets.area.geometry import bounds, box
from ogc_widgets.errors import InputError

URI_32633 = "http://www.opengis.net/def/crs/EPSG/0/32633"


@pytest.mark.parametrize(
    ("crs", "numbers"),
    [
        ("CRS84", [-10, 40, 5, 50]),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", [-10, 40, 5, 50]),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", [-10, 40, 5, 50]),
        ("urn:ogc:def:crs:OGC::CRS84", [-10, 40, 5, 50]),
        ("EPSG:4326", [-10, 40, 5, 50]),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", [40, -10, 50, 5]),
        ("urn:ogc:def:crs:EPSG:6.6:4326", [40, -10, 50, 5]),
        ("urn:ogc:def:crs:EPSG::4326", [40, -10, 50, 5]),
    ],
)
def test_numbers_stand_in_the_order_of_the_system(crs, numbers):
    assert to_crs([-10, 40, 5, 50], crs) == numbers
    assert from_crs(numbers, crs) == [-10, 40, 5, 50]


def test_utm_gives_the_coordinates_that_are_published():
    # The tower of Toronto, as Wikipedia's article on UTM gives it (17N, 1 m).
    east, north = utm.forward(-79.387139, 43.642567, 17, south=False)
    assert (round(east), round(north)) == (630_084, 4_833_439)
    # On the central meridian the easting is 500 km, on the equator the northing is 0.
    assert utm.forward(15, 0, 33, south=False) == (500_000, 0)
    assert utm.forward(15, 0, 33, south=True) == (500_000, 10_000_000)


@given(
    st.integers(1, 60),
    st.booleans(),
    st.floats(-9, 9),
    st.floats(-84, 84),
)
def test_utm_goes_there_and_back(zone, south, away, latitude):
    longitude = utm.central_meridian(zone) + away
    there = utm.forward(longitude, latitude, zone, south=south)
    lon, lat = utm.inverse(*there, zone, south=south)
    assert (lon - longitude + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)
    assert lat == pytest.approx(latitude, abs=1e-9)


def test_utm_and_its_boxes_agree_with_proj():
    pyproj = pytest.importorskip("pyproj", reason="pyproj is not installed")
    for code, zone, south in ((32610, 10, False), (32733, 33, True), (32701, 1, True)):
        proj = pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)
        west = utm.central_meridian(zone) - 2.5
        low = -40.0 if south else 40.0
        for x, y in ((west, low), (west + 5, low + 3), (west + 2.5, low + 1)):
            assert utm.forward(x, y, zone, south=south) == pytest.approx(
                proj.transform(x, y), abs=1e-4
            )
        sides = [west, low, west + 5, low + 3]
        around = proj.transform_bounds(*sides, densify_pts=21)
        # Sides are followed at 21 points here and at 23 there: metres on 400 km.
        assert to_crs(sides, f"EPSG:{code}") == pytest.approx(around, abs=60)


def test_utm_box_holds_the_whole_drawn_box():
    west, south, east, north = -121.4, 39.8, -120.7, 40.5
    left, low, right, high = to_crs([west, south, east, north], "EPSG:32610")
    for x, y in ((west, south), (east, south), (east, north), (west, north)):
        e, n = utm.forward(x, y, 10, south=False)
        assert left - 0.001 <= e <= right + 0.001
        assert low - 0.001 <= n <= high + 0.001


def test_area_far_from_its_zone_is_refused():
    with pytest.raises(InputError, match="too far from UTM zone 33"):
        encode(box(-121.4, 39.8, -120.7, 40.5), "bbox-object", "EPSG:32633")


def test_numbers_typed_in_metres_are_sent_as_they_are_and_found_on_the_map():
    typed = "399960, 4990200, 509760, 5100000"
    value = from_text(typed, "bbox-object", URI_32633)
    assert value == {"bbox": [399960, 4990200, 509760, 5100000], "crs": URI_32633}
    west, south, east, north = bounds(decode(value))
    assert 13 < west < east < 16
    assert 45 < south < north < 47
    assert to_text(value, "bbox-object", URI_32633) == typed


def test_numbers_upside_down_are_refused_in_metres_too():
    with pytest.raises(InputError, match="must be smaller"):
        from_text("500000, 5100000, 400000, 4990200", "bbox-object", URI_32633)


def test_system_with_northing_first_is_written_that_way_only_in_its_full_name():
    pytest.importorskip("pyproj", reason="pyproj is not installed")
    sides = [5.0, 47.0, 6.0, 48.0]
    short = to_crs(sides, "EPSG:3035")
    full = to_crs(sides, "http://www.opengis.net/def/crs/EPSG/0/3035")
    assert full == [short[1], short[0], short[3], short[2]]
    assert short[0] > 3.9e6  # easting of eastern France in LAEA Europe
    assert axes_in_words("EPSG:3035").startswith("min x")
    again = from_crs(full, "http://www.opengis.net/def/crs/EPSG/0/3035")
    # The box around a bent box, and around that one again, only grows.
    assert again[0] <= 5 < 6 <= again[2]


def test_words_say_the_unit_and_the_name():
    assert in_words("bbox-object", URI_32633) == (
        "Sent as a bounding box: min x, min y, max x, max y in metres (EPSG:32633)."
    )
    assert short_name("urn:ogc:def:crs:EPSG:6.6:3785") == "EPSG:3785"
