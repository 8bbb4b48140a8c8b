"""Areas that were wrong before: islands on both sides of 180, polar boxes, spikes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ogc_widgets.area.reading import read_text, read_value
from ogc_widgets.map.footprints import footprints

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "map"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the cases beside the repository are not there"
)


def case(name):
    return json.loads((CASES / "one" / name).read_text("utf-8"))


def test_islands_on_both_sides_of_180_have_one_small_box():
    area = read_value(case("05-islands-both-sides.json")["geometry"])
    assert area.bbox == (166.4, -47.3, -176.1, -34.4)


def test_item_with_a_faulty_geometry_is_drawn_as_its_box_and_says_so():
    made = footprints([case("10-good-bbox-faulty-geometry.json")])
    assert read_value(made.features[0]["geometry"]).bbox == (10, 45, 11, 46)
    assert made.note == "1 item is drawn as a box: the geometry is faulty."


def test_box_half_a_cell_over_the_pole_is_the_whole_earth():
    numbers = case("10-half-pixel-over-the-pole.json")["bbox"]
    item = {"type": "Feature", "id": "a", "geometry": None, "bbox": numbers}
    outline = footprints([item]).features[0]["geometry"]
    for area in (read_value(numbers), read_value(outline)):
        assert area.bbox == (-180, -90, 180, 90)


def test_well_known_text_of_qgis_is_read():
    assert read_text(case("13-wkt-of-qgis.json")["text"]).bbox == (10, 45, 11, 46)


def test_spike_is_cut_off_and_that_is_said():
    area = read_value(case("14-spike.json")["geometry"])
    assert area.bbox == (0, 0, 4, 4)
    assert area.shape.area == 16
    assert "repaired" in area.note


def test_item_of_a_catalogue_is_drawn():
    item = json.loads((CASES / "cat" / "i1" / "i1.json").read_text("utf-8"))
    made = footprints([item])
    assert read_value(made.features[0]["geometry"]).bbox == (10, 45, 11, 46)
    assert made.note == ""
