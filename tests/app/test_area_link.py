"""Several areas of a form on one map: which is edited, and what the map is told."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from ogc_widgets import AreaMap, ProcessForm
from ogc_widgets.app.links.area_link import AreaLink
from ogc_widgets.errors import InputError

POLYGON = {"$ref": "https://geojson.org/schema/Polygon.json"}
PROCESS = {
    "id": "p",
    "version": "1",
    "inputs": {
        "aoi": {"title": "Area of interest", "schema": {"type": "string"}},
        "clip": {"title": "Clip region", "schema": POLYGON, "minOccurs": 0},
        "station": {
            "title": "Station",
            "schema": {"$ref": "https://geojson.org/schema/Point.json"},
            "minOccurs": 0,
        },
        "boxes": {
            "title": "Boxes",
            "schema": {"format": "ogc-bbox"},
            "minOccurs": 0,
            "maxOccurs": 3,
        },
        "note": {"schema": {"type": "string"}, "minOccurs": 0},
    },
}
TRIANGLE = {"type": "Polygon", "coordinates": [[[5, 5], [7, 5], [6, 8], [5, 5]]]}


class Screen:
    def __init__(self, process=PROCESS):
        self.map = AreaMap(basemap=None)
        self.link = AreaLink(SimpleNamespace(map=self.map))
        self.form = ProcessForm(process)
        self.link.bind(self.form)

    @property
    def overlay(self):
        return self.map._overlay

    def ask(self, action, path, value=None):
        self.form._receive(
            None,
            {
                "type": "area_action",
                "id": path.partition("/")[0],
                "path": path,
                "action": action,
                "value": value,
            },
            [],
        )

    def draw(self, geometry):
        self.overlay._receive(None, {"type": "draw", "geometry": geometry}, [])

    def close(self):
        self.link.close()
        self.form.close()
        self.map.close()


@pytest.fixture
def screen():
    screen = Screen()
    yield screen
    screen.close()


def shown(screen):
    return {one["id"]: one["geometry"] for one in screen.overlay.areas}


def test_each_area_has_its_name_and_colour_and_one_is_edited(screen):
    areas = screen.overlay.areas
    assert [(one["id"], one["label"]) for one in areas] == [
        ("aoi", "Area of interest"),
        ("clip", "Clip region"),
        ("station", "Station"),
        ("boxes/0", "Boxes, 1"),
    ]
    assert len({one["tone"] for one in areas}) == 4
    assert screen.overlay.active_area == "aoi"
    assert screen.form.map_areas["active"] == "aoi"
    assert screen.form.map_areas["tones"] == {one["id"]: one["tone"] for one in areas}


def test_drawing_goes_into_the_field_that_has_the_focus(screen):
    screen.form.inputs = {"aoi": "0,0,1,1"}
    screen.ask("focus", "clip")
    assert screen.map.geometry is None
    screen.draw(TRIANGLE)
    assert screen.form.inputs == {"aoi": "0,0,1,1", "clip": TRIANGLE}
    assert shown(screen)["aoi"]["coordinates"][0][0] == [0, 0]
    screen.ask("focus", "aoi")
    assert screen.map.bbox == [0, 0, 1, 1]
    assert screen.form.inputs["clip"] == TRIANGLE


def test_area_chosen_on_the_map_is_the_one_that_is_edited(screen):
    screen.form.inputs = {"aoi": "0,0,1,1", "clip": TRIANGLE}
    screen.map.start_drawing()
    screen.overlay.active_area = "clip"
    assert screen.map.drawing == ""
    assert screen.map.geometry == TRIANGLE
    assert screen.form.map_areas["active"] == "clip"
    screen.overlay.active_area = "nowhere"
    assert screen.map.geometry == TRIANGLE


def test_second_value_of_one_input_is_an_area_of_its_own(screen):
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    first, second = ({"bbox": box, "crs": crs} for box in ([0, 0, 1, 1], [2, 2, 3, 3]))
    screen.form.inputs = {"boxes": [first, second]}
    assert "boxes/1" in shown(screen)
    screen.ask("focus", "boxes/1")
    assert screen.map.bbox == [2, 2, 3, 3]
    screen.draw({"type": "Polygon", "coordinates": [
        [[4, 4], [5, 4], [5, 5], [4, 5], [4, 4]]]})  # fmt: skip
    assert screen.form.inputs["boxes"] == [first, {"bbox": [4, 4, 5, 5], "crs": crs}]


def test_tools_are_those_of_the_area_that_is_edited(screen):
    assert screen.map.tools == ("rectangle", "polygon")
    screen.ask("focus", "station")
    assert screen.map.tools == ("point",)
    screen.ask("focus", "boxes/0")
    assert screen.map.tools == ("rectangle",)
    screen.ask("draw", "station")
    assert screen.map.drawing == "point"


def test_shape_that_the_input_cannot_take_is_refused_on_the_map(screen):
    screen.form.inputs = {"clip": TRIANGLE}
    screen.ask("focus", "clip")
    screen.draw({"type": "Point", "coordinates": [1, 2]})
    assert "takes a Polygon, not a Point" in screen.overlay.problem
    assert screen.map.geometry == TRIANGLE
    assert screen.form.inputs == {"clip": TRIANGLE}


def test_who_sets_a_shape_that_the_input_cannot_take_is_told(screen):
    screen.form.inputs = {"clip": TRIANGLE}
    screen.ask("focus", "clip")
    with pytest.raises(InputError, match="takes a Polygon, not a Point"):
        screen.map.geometry = {"type": "Point", "coordinates": [1, 2]}
    assert screen.map.geometry == TRIANGLE
    assert screen.map.bbox == [5, 5, 7, 8]
    assert screen.form.inputs == {"clip": TRIANGLE}


def test_single_area_needs_no_names():
    one = {**PROCESS, "inputs": {"aoi": PROCESS["inputs"]["aoi"]}}
    screen = Screen(one)
    assert screen.overlay.areas == []
    assert screen.form.map_areas == {}
    screen.close()


def test_file_chosen_on_the_map_fills_the_field(screen):
    content = json.dumps({"type": "Feature", "properties": {}, "geometry": TRIANGLE})
    screen.map.load(content.encode(), name="field.geojson")
    assert screen.form.inputs == {"aoi": "5,5,7,8"}
    assert screen.form.notes["aoi"] == "The box around the shape is sent."
    assert "field.geojson" in screen.overlay.notice


def test_area_across_the_antimeridian_is_asked_about_under_its_field(screen):
    screen.draw({"type": "Polygon", "coordinates": [
        [[170, -5], [190, -5], [190, 5], [170, 5], [170, -5]]]})  # fmt: skip
    assert screen.form.inputs == {"aoi": "170,-5,-170,5"}
    assert "west (170) is greater than east (-170)" in screen.form.notes["aoi"]
    screen.ask("encoding", "aoi", "wkt")
    assert screen.form.inputs["aoi"].startswith("MULTIPOLYGON")
    assert "cut at the 180° meridian" in screen.form.notes["aoi"]


def test_other_inputs_do_not_make_the_outline_be_read_again(screen, monkeypatch):
    screen.form.inputs = {"clip": TRIANGLE}
    read = []
    monkeypatch.setattr(
        type(screen.form.areas), "get", lambda *arguments: read.append(arguments)
    )
    screen.form._receive(None, {"type": "edit", "id": "note", "draft": "abc"}, [])
    assert screen.form.inputs["note"] == "abc"
    assert read == []


def screen_with_area(schema):
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4}
    area = {"schema": {**numbers, "maxItems": 4, **schema}}
    return Screen({"id": "p", "version": "1", "inputs": {"area": area}})


def test_default_in_the_order_of_the_server_is_on_the_map():
    screen = screen_with_area({"default": [72, -25, 33, 45]})
    assert screen.map.bbox == [-25, 33, 45, 72]
    screen.draw({"type": "Polygon", "coordinates": [
        [[5, 40], [6, 40], [6, 41], [5, 41], [5, 40]]]})  # fmt: skip
    assert screen.form.inputs == {"area": [41, 5, 40, 6]}
    screen.form.inputs = {"area": [40, 5, 41, 6]}  # south first: no box here
    assert screen.map.bbox is None
    screen.close()


def test_drawn_box_stays_on_the_map_until_the_order_is_chosen():
    screen = screen_with_area({})
    screen.draw({"type": "Polygon", "coordinates": [
        [[5, 40], [6, 40], [6, 41], [5, 41], [5, 40]]]})  # fmt: skip
    assert screen.map.bbox == [5, 40, 6, 41]
    assert "order" in screen.form.errors["area"]
    screen.ask("encoding", "area", "bbox-array-nwse")
    assert screen.map.bbox == [5, 40, 6, 41]
    assert screen.form.inputs == {"area": [41, 5, 40, 6]}
    screen.ask("clear", "area")
    assert screen.map.bbox is None
    screen.close()
