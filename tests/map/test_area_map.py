from __future__ import annotations

import base64
import json
import zlib

import geopandas
import ipyleaflet
import numpy as np
import pytest
import shapely
from ipywidgets.widgets.widget import _instances

from ogc_widgets.errors import InputError
from ogc_widgets.map import AreaMap

BOX = {
    "type": "Polygon",
    "coordinates": [[[-10, 40], [5, 40], [5, 50], [-10, 50], [-10, 40]]],
}
TRIANGLE = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [2, 3], [0, 0]]]}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def area_map():
    widget = AreaMap(basemap=None)
    yield widget
    widget.close()


def draw(area_map, geometry):
    """What the page sends when somebody has drawn, changed or deleted the area."""
    area_map._overlay._receive(None, {"type": "draw", "geometry": geometry}, [])


def test_geometry_follows_when_the_box_is_set(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    assert area_map.geometry == BOX
    assert area_map._overlay.shape == {"bbox": [-10, 40, 5, 50]}


@pytest.mark.parametrize(
    ("coordinates", "box"),
    [
        (np.array([[[0, 0], [4, 0], [4, 3], [0, 0]]]), [0, 0, 4, 3]),
        ([np.array([[0, 0], [4, 0], [4, 3], [0, 0]], dtype="float32")], [0, 0, 4, 3]),
        ([[np.array([0, 0]), [4, 0], np.array([4, 3]), [0, 0]]], [0, 0, 4, 3]),
    ],
)
def test_coordinates_are_arrays_too(area_map, coordinates, box):
    area_map.geometry = {"type": "Polygon", "coordinates": coordinates}
    assert area_map.bbox == box
    for wrong in (np.array(5), [np.array(5)], [[np.array(5), [4, 0]]], np.array([])):
        with pytest.raises(InputError):
            area_map.geometry = {"type": "Polygon", "coordinates": wrong}
    assert area_map.bbox == box


def test_box_follows_when_the_geometry_is_set(area_map):
    area_map.geometry = {"type": "Feature", "geometry": TRIANGLE, "properties": {}}
    assert area_map.bbox == [0, 0, 4, 3]
    assert area_map.geometry == TRIANGLE


@pytest.mark.parametrize("area", ["-10,40,5,50", [-10, 40, 5, 50], BOX])
def test_area_is_there_when_given_at_the_start(area):
    widget = AreaMap(area, basemap=None)
    assert widget.bbox == [-10, 40, 5, 50]
    widget.close()


def test_start_is_refused_when_the_area_is_none():
    with pytest.raises(InputError):
        AreaMap("somewhere")


def test_closing_twice_is_harmless(area_map):
    area_map.close()
    area_map.close()


def test_everything_is_empty_when_the_area_is_taken_away(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    area_map.bbox = None
    assert area_map.geometry is None
    assert area_map._overlay.shape == {}


@pytest.mark.parametrize("name", ["bbox", "area", "geometry"])
def test_box_of_geopandas_is_taken_as_it_is(area_map, name):
    frame = geopandas.GeoSeries([shapely.box(5, 40, 6, 41)], crs=4326)
    setattr(area_map, name, frame.total_bounds)
    assert area_map.bbox == [5, 40, 6, 41]


def test_area_is_kept_when_a_bad_one_is_set(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    with pytest.raises(InputError):
        area_map.bbox = [-10, 50, 5, 40]
    with pytest.raises(InputError):
        area_map.geometry = "somewhere"
    assert area_map.bbox == [-10, 40, 5, 50]
    assert area_map.geometry == BOX


def test_drawn_shape_replaces_the_area_and_is_reported_once(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    seen = []
    area_map.observe(lambda change: seen.append(change["new"]), "geometry")
    draw(area_map, TRIANGLE)
    assert seen == [TRIANGLE]
    assert area_map.bbox == [0, 0, 4, 3]
    draw(area_map, TRIANGLE)
    assert seen == [TRIANGLE], "an echo must not be reported as a change"


def test_deleting_on_the_page_clears_the_area(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    draw(area_map, None)
    assert area_map.geometry is None
    assert area_map.bbox is None


def test_box_drawn_on_a_copy_of_the_world_comes_back(area_map):
    ring = [[225, 10], [230, 10], [230, 12], [225, 12], [225, 10]]
    draw(area_map, {"type": "Polygon", "coordinates": [ring]})
    assert area_map.bbox == [-135, 10, -130, 12]


def test_box_drawn_across_the_antimeridian_stays_one_shape_on_the_page(area_map):
    ring = [[170, -10], [190, -10], [190, 10], [170, 10], [170, -10]]
    draw(area_map, {"type": "Polygon", "coordinates": [ring]})
    assert area_map.bbox == [170, -10, -170, 10]
    assert area_map.geometry["type"] == "MultiPolygon"
    assert area_map._overlay.shape == {"bbox": [170, -10, 190, 10]}


def test_area_stays_and_the_page_is_told_when_the_drawn_shape_is_bad(area_map):
    area_map.bbox = [-10, 40, 5, 50]
    revision = area_map._overlay.shape_revision
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    draw(area_map, {"type": "Polygon", "coordinates": [bow]})
    assert area_map.bbox == [-10, 40, 5, 50]
    assert "crosses itself" in area_map._overlay.problem
    assert area_map._overlay.shape_revision > revision
    draw(area_map, TRIANGLE)
    assert area_map._overlay.problem == ""


def test_drawing_is_started_and_stopped_from_python(area_map):
    area_map.start_drawing("polygon")
    assert area_map.drawing == "polygon"
    area_map.stop_drawing()
    assert area_map.drawing == ""
    with pytest.raises(InputError):
        area_map.start_drawing("circle")


def test_point_is_an_area_without_extent(area_map):
    area_map.tools = ["point"]
    point = {"type": "Point", "coordinates": [7, 46]}
    draw(area_map, point)
    assert area_map.geometry == point
    assert area_map.bbox == [7, 46, 7, 46]


def test_scenes_and_other_areas_are_outlined_side_by_side(area_map):
    feature = {"type": "Feature", "id": "a", "geometry": BOX}
    area_map.show_context([feature])
    area_map.show_context([feature, feature], label="other area")
    kinds = [outline["kind"] for outline in area_map._overlay.context]
    assert kinds == ["input scene", "other area", "other area"]
    area_map.show_context([], label="other area")
    assert len(area_map._overlay.context) == 1


def test_view_cannot_be_taken_before_the_map_was_shown(area_map):
    with pytest.raises(InputError, match="no view yet"):
        area_map.take_view()


def test_view_becomes_the_area_when_it_is_known(area_map):
    area_map.map.zoom = 7
    # The page reports the view of the map in these traits.
    for side, value in {
        "west": 9.123456,
        "south": 40,
        "east": 12.5,
        "north": 43.2,
    }.items():
        area_map.map.set_trait(side, value)
    assert area_map.take_view() == [9.12, 40, 12.5, 43.2]
    assert area_map.bbox == [9.12, 40, 12.5, 43.2]


def test_map_asks_nobody_for_tiles_when_there_is_no_basemap(area_map):
    assert area_map.map.layers == ()


def test_footprints_are_rebuilt_from_what_the_server_sent(area_map):
    hostile = {
        "type": "Feature",
        "id": "a",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[0, 0, 9], [4, 0, 9], [2, 3, 9], [0, 0, 9]]],
        },
        "properties": {"style": {"color": "red"}, "description": "<img src=x>"},
    }
    area_map.show_footprints([hostile])
    sent = dict(area_map._overlay.footprints)
    names = zlib.decompress(sent.pop("names"))
    assert json.loads(names) == {"ids": ["a"], "labels": {}}
    assert {name: len(content) for name, content in sent.items()} == {
        "points": 3 * 8,  # without heights, and without the one that closes the ring
        "lines": 4,
        "shapes": 4,
        "holes": 0,
        "open": 0,
    }
    assert area_map.footprints.features == [
        {"id": "a", "label": "a", "geometry": TRIANGLE}
    ]


def test_selection_is_the_same_in_python_and_on_the_page(area_map):
    items = [{"type": "Feature", "id": name, "geometry": BOX} for name in "ab"]
    area_map.show_footprints(items)
    area_map.selected = "a"
    assert area_map._overlay.selected == "a"
    area_map._overlay.selected = "b"
    assert area_map.selected == "b"
    area_map.show_footprints(items[:1])
    assert area_map.selected == ""


def test_preview_is_taken_only_as_a_data_address(area_map):
    area_map.show_preview(PIXEL, [-10, 40, 5, 50])
    area_map.show_preview(PIXEL, [-10, 40, 5, 50])
    assert len(area_map._overlay.pictures) == 1
    with pytest.raises(InputError):
        area_map.show_preview("https://example.org/a.png", [-10, 40, 5, 50])
    area_map.clear_previews()
    assert area_map._overlay.pictures == []


def test_nothing_is_left_when_many_maps_were_closed():
    before = set(_instances)
    for _ in range(100):
        widget = AreaMap("-10,40,5,50")
        widget.show_footprints([{"type": "Feature", "id": "a", "geometry": BOX}])
        widget.show_preview(PIXEL, [-10, 40, 5, 50])
        widget.close()
    assert set(_instances) <= before


def test_file_is_read_and_what_was_taken_is_said(area_map, tmp_path):
    path = tmp_path / "field.geojson"
    path.write_text('{"type": "Polygon", "coordinates": [[[0,0],[4,0],[0,3],[0,0]]]}')
    found = area_map.load(path)
    assert area_map.bbox == found.bbox == [0, 0, 4, 3]
    assert area_map._overlay.notice == found.note == "The area of field.geojson."
    area_map.bbox = [0, 0, 1, 1]
    assert area_map._overlay.notice == ""


def upload(area_map, content, size, name="a.geojson"):
    parts = [content[i : i + size] for i in range(0, len(content), size)]
    for number, part in enumerate(parts):
        text = base64.b64encode(part).decode()
        message = {"type": "upload", "name": name, "base64": text}
        area_map._overlay._receive(
            None, {**message, "part": number, "parts": len(parts)}, []
        )


def test_file_from_the_page_arrives_in_parts(area_map):
    content = b'{"type": "Point", "coordinates": [10, 20]}'
    upload(area_map, content, 7)
    assert area_map.bbox == pytest.approx([9.99, 19.99, 10.01, 20.01])
    assert area_map._overlay.import_revision == 1


def test_area_stays_and_the_page_is_told_when_a_file_or_text_is_bad(area_map):
    area_map.bbox = [0, 0, 1, 1]
    upload(area_map, b"<html></html>", 5, "a.kml")
    assert "of a kind that is not read" in area_map._overlay.problem
    area_map._overlay._receive(None, {"type": "paste", "text": "nowhere"}, [])
    assert "not an area" in area_map._overlay.problem
    assert area_map._overlay.import_revision == 2
    assert area_map.bbox == [0, 0, 1, 1]
    area_map._overlay._receive(None, {"type": "paste", "text": "2 2 3 3"}, [])
    assert area_map._overlay.problem == ""
    assert area_map.bbox == [2, 2, 3, 3]


def test_map_takes_layers_controls_and_listeners_like_any_other(area_map):
    marker = ipyleaflet.Marker(location=(46, 14))
    area_map.map.add(marker)
    area_map.map.add(ipyleaflet.ScaleControl())
    area_map.bbox = [-10, 40, 5, 50]
    assert area_map.map.layers == (marker,)
    seen = []
    listener = lambda **event: seen.append(event["type"])  # noqa: E731
    area_map.map.on_interaction(listener)
    assert area_map._overlay.reports_mouse
    message = {"event": "interaction", "type": "mousemove", "coordinates": [46, 14]}
    area_map.map._handle_leaflet_event(None, message, [])
    assert seen == ["mousemove"]
    area_map.map.on_interaction(listener, remove=True)
    assert not area_map._overlay.reports_mouse


def test_area_is_set_as_it_is_read(area_map):
    area_map.area = "POLYGON((0 0,4 0,2 3,0 0))"
    assert area_map.geometry == TRIANGLE
    other = AreaMap(area_map.area, basemap=None, height=300)
    assert (other.area, other.layout.height) == (area_map.area, "300px")
    assert repr(other) == "<AreaMap Polygon 0, 0, 4, 3>"
    other.area = None
    assert repr(other) == "<AreaMap without an area>"
    other.close()
    assert repr(other) == "<AreaMap without an area>"


def test_basemaps_of_ipyleaflet_are_taken():
    provider = ipyleaflet.basemaps.OpenTopoMap
    [tiles] = AreaMap(basemap=provider).map.layers[:1]
    assert (tiles.url, tiles.base) == (provider.build_url(), True)
    with pytest.raises(InputError, match="cannot be used: Token is required"):
        AreaMap(basemap=ipyleaflet.basemaps.Thunderforest.OpenCycleMap)
    with pytest.raises(InputError, match=r"ipyleaflet\.basemaps"):
        AreaMap(basemap="satellite")


@pytest.mark.parametrize(
    "wrong", [{"height": None}, {"height": [1]}, {"center": "12"}, {"center": (1,)}]
)
def test_map_of_no_size_or_place_is_refused(wrong):
    with pytest.raises(InputError, match=r"number of pixels|latitude and a longitude"):
        AreaMap(basemap=None, **wrong)
