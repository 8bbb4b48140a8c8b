"""Boxes in reference systems: the order of axes, UTM, and numbers typed in metres."""

from __future__ import annotations

import pytest
from area_values import bounds, box, decode, encode, from_text, in_words, to_text

from ogc_widgets.area.crs import system_of
from ogc_widgets.errors import InputError


def to_crs(sides, crs):
    return system_of(crs).box_from_degrees(sides)


def from_crs(numbers, crs):
    return system_of(crs).box_in_degrees(numbers)


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
    tower = [-79.387139, 43.642567, -79.387138, 43.642568]
    east, north, _, _ = to_crs(tower, "EPSG:32617")
    assert (round(east), round(north)) == (630_084, 4_833_439)


def test_box_in_a_system_holds_the_whole_drawn_box():
    west, south, east, north = -121.4, 39.8, -120.7, 40.5
    left, low, right, high = to_crs([west, south, east, north], "EPSG:32610")
    for corner in ((west, south), (east, south), (east, north), (west, north)):
        x, y, _, _ = to_crs([*corner, corner[0] + 1e-9, corner[1] + 1e-9], "EPSG:32610")
        assert left - 0.001 <= x <= right + 0.001
        assert low - 0.001 <= y <= high + 0.001
    # The northern side bulges: its middle lies farther north than its ends.
    assert high == pytest.approx(
        to_crs([-121.4, 40.4, -121.3, 40.5], "EPSG:32610")[3], 1
    )


@pytest.mark.parametrize(
    ("crs", "numbers", "degrees"),
    [
        # Around the South Pole, over it, and beside it across 180 degrees.
        ("EPSG:3031", [-1e6, -1e6, 1e6, 1e6], [-180, -90, 180, -77.04]),
        ("EPSG:3031", [-1e6, -3e6, 1e6, -2e6], [153.43, -71.74, -153.43, -61.48]),
        ("EPSG:3413", [-1e6, -1e6, 1e6, 1e6], [-180, 76.9, 180, 90]),
        ("EPSG:3832", [3e6, -1e6, 4e6, 1e6], [176.95, -8.98, -174.07, 8.98]),
    ],
)
def test_polar_boxes_and_those_over_180_come_back_in_degrees(crs, numbers, degrees):
    found = from_crs(numbers, crs)
    assert found == pytest.approx(degrees, abs=0.2)
    assert bounds(box(*found)) == pytest.approx(found)


def test_area_far_from_its_zone_is_refused():
    with pytest.raises(InputError, match="too far from UTM zone 33"):
        encode(box(-121.4, 39.8, -120.7, 40.5), "bbox-object", "EPSG:32633")


def test_numbers_typed_in_metres_are_sent_as_they_are_and_found_on_the_map():
    typed = "399960, 4990200, 509760, 5100000"
    value = from_text(typed, "bbox-object", URI_32633)
    assert value == {"bbox": [399960, 4990200, 509760, 5100000], "crs": URI_32633}
    west, south, east, north = decode(value).bbox
    assert 13 < west < east < 16
    assert 45 < south < north < 47
    assert to_text(value, "bbox-object", URI_32633) == typed


def test_numbers_upside_down_are_refused_in_metres_too():
    with pytest.raises(InputError, match="must be smaller"):
        from_text("500000, 5100000, 400000, 4990200", "bbox-object", URI_32633)


def test_system_with_northing_first_is_written_that_way_only_in_its_full_name():
    sides = [5.0, 47.0, 6.0, 48.0]
    short = to_crs(sides, "EPSG:3035")
    full = to_crs(sides, "http://www.opengis.net/def/crs/EPSG/0/3035")
    assert full == [short[1], short[0], short[3], short[2]]
    assert short[0] > 3.9e6  # easting of eastern France in LAEA Europe
    assert system_of("EPSG:3035").axes.startswith("min x")
    again = from_crs(full, "http://www.opengis.net/def/crs/EPSG/0/3035")
    # The box around a bent box, and around that one again, only grows.
    assert again[0] <= 5 < 6 <= again[2]


def test_words_say_the_unit_and_the_name():
    assert in_words("bbox-object", URI_32633) == (
        "Sent as a bounding box: min x, min y, max x, max y in metres (EPSG:32633)."
    )
    assert system_of("urn:ogc:def:crs:EPSG:6.6:3785").short_name == "EPSG:3785"
