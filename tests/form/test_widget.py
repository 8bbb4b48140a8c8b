"""ProcessForm: one state, seen from Python and from the page."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import threading
from typing import TYPE_CHECKING, Any

import ipywidgets
import pytest
import shapely
import traitlets
from ipywidgets.widgets.widget import _instances

import ogc_widgets.form
from ogc_widgets.errors import InputError, InvalidInputsError, ProblemError
from ogc_widgets.form import ProcessForm, register_field
from ogc_widgets.protocol import Process
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Iterator

WATER_BODIES = {
    "id": "water-bodies",
    "title": "Water bodies",
    "inputs": {
        "aoi": {"title": "Area of interest", "schema": {"type": "string"}},
        "stac_items": {
            "title": "STAC items",
            "maxOccurs": 999,
            "schema": {"type": "string", "format": "uri"},
        },
        "epsg": {
            "title": "EPSG code",
            "schema": {
                "type": "string",
                "default": "EPSG:4326",
                "pattern": "^EPSG:\\d+$",
            },
        },
        "bands": {
            "title": "Bands",
            "maxOccurs": 2,
            "schema": {"type": "string", "default": ["green", "nir"]},
        },
    },
}
FILLED = {
    "aoi": "-121.399,39.834,-120.74,40.472",
    "stac_items": ["https://example.org/a.json", "https://example.org/b.json"],
    "epsg": "EPSG:32610",
    "bands": ["green", "nir08"],
}
SECRET = "correct horse battery staple"


@pytest.fixture
def form() -> Iterator[ProcessForm]:
    made = ProcessForm(WATER_BODIES)
    yield made
    made.close()


def form_of(schema: Any, **description: Any) -> ProcessForm:
    return ProcessForm({"id": "p", "inputs": {"x": {"schema": schema, **description}}})


def page(form: ProcessForm, **message: Any) -> None:
    """Send a message as the page does."""
    form._receive(None, message, None)
    assert form.last_error is None


# -- inputs ---------------------------------------------------------------------------


def test_defaults_are_shown_and_sent_when_nothing_was_touched(
    form: ProcessForm,
) -> None:
    assert form.inputs == {"epsg": "EPSG:4326", "bands": ["green", "nir"]}
    assert form.drafts["epsg"] == "EPSG:4326"
    assert form.drafts["aoi"] is None


def test_inputs_are_what_was_set_when_python_fills_the_form(form: ProcessForm) -> None:
    form.inputs = FILLED
    assert form.inputs == FILLED
    assert form.errors == {}
    assert form.require_valid() == FILLED
    form.inputs = {}
    assert form.inputs == {}


def test_one_field_changes_when_one_input_is_set(form: ProcessForm) -> None:
    form.inputs["aoi"] = "1,2,3,4"
    assert form.inputs == {
        "aoi": "1,2,3,4",
        "epsg": "EPSG:4326",
        "bands": ["green", "nir"],
    }
    del form.inputs["epsg"]
    form.inputs |= {"stac_items": ["https://a.org"]}
    form.inputs.update(bands=["red"])
    assert form.inputs.pop("aoi") == "1,2,3,4"
    assert form.inputs == {"stac_items": ["https://a.org"], "bands": ["red"]}
    with pytest.raises(KeyError):
        del form.inputs["aoi"]


def test_a_copy_stands_for_itself_when_inputs_are_copied(form: ProcessForm) -> None:
    for copied in (
        form.inputs.copy(),
        copy.copy(form.inputs),
        copy.deepcopy(form.inputs),
        pickle.loads(pickle.dumps(form.inputs)),
    ):
        assert type(copied) is dict
        copied["aoi"] = "1,2,3,4"
    assert "aoi" not in form.inputs
    assert json.loads(json.dumps(form.inputs)) == form.inputs


def test_observers_see_every_change_when_inputs_change(form: ProcessForm) -> None:
    seen: list[Any] = []
    form.observe(lambda change: seen.append(dict(change["new"])), "inputs")
    form.inputs = FILLED
    page(form, type="edit", id="epsg", draft="EPSG:3857")
    form.inputs = dict(form.inputs)
    assert seen == [FILLED, {**FILLED, "epsg": "EPSG:3857"}]


def test_observers_are_told_what_stood_there_before(form: ProcessForm) -> None:
    before: list[Any] = []
    form.observe(lambda change: before.append(dict(change["old"])), "inputs")
    form.inputs = FILLED
    del form.inputs["aoi"]
    assert before == [{"epsg": "EPSG:4326", "bands": ["green", "nir"]}, FILLED]


def test_true_is_not_one_when_inputs_are_compared() -> None:
    form = form_of({})
    seen: list[Any] = []
    form.observe(lambda change: seen.append(change["new"]["x"]), "inputs")
    form.inputs = {"x": 1}
    form.inputs = {"x": True}
    assert [type(value) for value in seen] == [int, bool]


def test_the_kernel_can_link_a_slider_when_inputs_is_a_trait() -> None:
    form = form_of({"type": "integer"})
    slider = ipywidgets.IntSlider(value=3)
    traitlets.dlink((slider, "value"), (form, "inputs"), lambda value: {"x": value})
    slider.value = 7
    assert form.inputs == {"x": 7}


@pytest.mark.parametrize("wrong", [5, "text", ["a"], {"x": object()}, {"x": {1, 2.5j}}])
def test_nothing_changes_when_inputs_are_not_json(wrong: Any) -> None:
    form = form_of({"type": "string"})
    form.inputs = {"x": "before"}
    with pytest.raises(InputError):
        form.inputs = wrong
    assert form.inputs == {"x": "before"}


def test_a_form_is_refused_when_it_is_made_from_something_else() -> None:
    with pytest.raises(InputError, match="not str"):
        ProcessForm("water-bodies")


def test_a_process_object_gives_the_same_form_when_it_comes_from_the_client() -> None:
    form = ProcessForm(Process.from_json(WATER_BODIES))
    assert list(form.fields) == list(WATER_BODIES["inputs"])


def test_extra_inputs_are_sent_when_the_server_does_not_describe_them(
    form: ProcessForm,
) -> None:
    form.inputs = {**FILLED, "workspace": "me", "queue": 5, "dry": "5"}
    assert form.inputs == {**FILLED, "workspace": "me", "queue": 5, "dry": "5"}
    assert form.extra_rows == [
        ["workspace", "me", "input"],
        ["queue", "5", "input"],
        ["dry", '"5"', "input"],
    ]
    rows = [["workspace", "you"], ["", ""], ["aoi", "1,2,3,4"], ["", "lost"]]
    rows = [[*row, "input"] for row in rows]
    page(form, type="extra", rows=rows)
    assert form.inputs == {**FILLED, "workspace": "you"}
    assert set(form.errors) == {"aoi", "extra inputs"}


def test_members_beside_the_inputs_are_what_python_or_the_page_sets(
    form: ProcessForm,
) -> None:
    seen: list[Any] = []
    form.observe(lambda change: seen.append(dict(change["new"])), "extra")
    form.inputs = FILLED
    form.extra = {"queue": "fast", "priority": 5}
    assert form.extra_rows == [["queue", "fast", "beside"], ["priority", "5", "beside"]]
    form.extra["tag"] = [1]
    del form.extra["priority"]
    assert form.extra == {"queue": "fast", "tag": [1]}
    assert (form.inputs, form.errors) == (FILLED, {})
    form.inputs["queue"] = "slow"
    assert form.extra["queue"] == "fast"
    rows = [["queue", "fast", "input"], ["tag", "[1]", "beside"]]
    page(form, type="extra", rows=rows)
    assert (form.inputs["queue"], form.extra) == ("fast", {"tag": [1]})
    assert seen[0] == {"queue": "fast", "priority": 5}
    assert seen[-1] == {"tag": [1]}
    rows = [["inputs", "{}", "beside"], ["tag", "1", "beside"], ["tag", "2", "beside"]]
    page(form, type="extra", rows=rows)
    assert form.extra == {"tag": 1}
    assert form.errors["inputs"] == "is set elsewhere in the form"
    assert "twice" in form.errors["tag"]
    form.reset()
    assert (form.extra, form.extra_rows) == ({}, [])


@pytest.mark.parametrize("wrong", [{"inputs": {}}, ["queue"], {"a": object()}])
def test_members_beside_the_inputs_are_refused_when_they_cannot_be_sent(
    form: ProcessForm, wrong: Any
) -> None:
    form.extra = {"tag": "x"}
    with pytest.raises(InputError):
        form.extra = wrong
    assert form.extra == {"tag": "x"}


def test_a_request_of_a_tutorial_fills_the_form_when_it_is_pasted(
    form: ProcessForm,
) -> None:
    form.load_request(json.dumps({"inputs": FILLED, "response": "document"}))
    assert form.inputs == FILLED
    form.load_request({"inputs": [{"id": "aoi", "data": "1,2,3,4"}]})
    assert form.inputs == {"aoi": "1,2,3,4"}
    form.outputs = ["water"]
    form.load_request({"aoi": "5,6,7,8"})
    assert (form.inputs, form.outputs) == ({"aoi": "5,6,7,8"}, {})
    for wrong in ("not json", "[1]", "5"):
        with pytest.raises(InputError):
            form.load_request(wrong)


# -- the page -------------------------------------------------------------------------


def test_python_sees_what_was_typed_when_the_page_edits(form: ProcessForm) -> None:
    revision, turn = form.drafts_revision, form.input_1.get("turn", 0)
    page(form, type="edit", id="stac_items", draft=["https://a.org", None])
    assert form.inputs["stac_items"] == ["https://a.org"]
    assert form.fields["stac_items"].draft == ["https://a.org", None]
    # The page is told to overwrite its text only by Python's own changes.
    assert form.drafts_revision == revision
    form.inputs["stac_items"] = ["https://b.org"]
    assert form.drafts_revision == revision + 1
    assert form.input_1["turn"] == turn + 1
    page(form, type="edit", id="no such input", draft="x")


def test_a_field_is_red_once_it_is_left_or_run_was_tried(form: ProcessForm) -> None:
    assert set(form.errors) == {"aoi", "stac_items"}
    assert form.shown_errors == {}
    page(form, type="leave", id="aoi")
    assert form.shown_errors == {"aoi": "Needs a value."}
    page(form, type="edit", id="epsg", draft="EPSG:x")
    assert form.shown_errors["epsg"] == "Must look like EPSG:4326."
    form.show_errors()
    assert set(form.shown_errors) == {"aoi", "stac_items", "epsg"}
    page(form, type="edit", id="epsg", draft="EPSG:32610")
    assert "epsg" not in form.shown_errors


def test_a_field_that_is_emptied_is_red_once_it_is_left(form: ProcessForm) -> None:
    page(form, type="edit", id="aoi", draft="1")
    page(form, type="edit", id="aoi", draft=None)
    assert form.shown_errors == {}
    page(form, type="leave", id="aoi")
    assert set(form.shown_errors) == {"aoi"}


def test_problems_are_in_the_order_of_the_form_when_there_are_several(
    form: ProcessForm,
) -> None:
    form.inputs = {"stac_items": ["https://a.org", "x y"], "epsg": "EPSG:x"}
    assert form.problems == [
        ("aoi", "Area of interest", "needs a value"),
        ("stac_items/1", "STAC items, 2", "must be a web address without spaces"),
        ("epsg", "EPSG code", "must look like EPSG:4326"),
    ]
    assert form.errors["stac_items"] == "2: must be a web address without spaces"
    with pytest.raises(InvalidInputsError, match="EPSG:4326"):
        form.require_valid()
    assert len(form.shown_errors) == 3


def test_the_page_is_asked_again_when_the_same_field_is_focused_twice(
    form: ProcessForm,
) -> None:
    form.focus("stac_items/1")
    first = form.focus_request
    form.focus("stac_items/1")
    assert form.focus_request["path"] == "stac_items/1"
    assert form.focus_request != first
    form.fields["epsg"].focus()
    assert form.focus_request["path"] == "epsg"


def test_the_defaults_are_back_when_the_form_is_reset(form: ProcessForm) -> None:
    before = form.inputs.copy()
    form.inputs = {**FILLED, "queue": 1}
    form.show_errors()
    form.reset()
    assert form.inputs == before
    assert (form.extra_rows, form.shown_errors) == ([], {})


def test_advice_stands_at_the_field_when_a_time_has_no_zone() -> None:
    form = form_of({"type": "string", "format": "date-time"})
    form.inputs = {"x": "2021-03-06T07:21:00"}
    assert form.errors == {}
    assert "time zone" in form.notes["x"]
    form.inputs = {"x": "2021-03-06T07:21:00Z"}
    assert form.notes == {}


def test_a_keystroke_tells_the_page_of_its_input_alone() -> None:
    number = {"schema": {"type": "integer", "maximum": 9}, "minOccurs": 0}
    form = ProcessForm({"id": "p", "inputs": {f"n{at}": number for at in range(50)}})
    told: list[Any] = []
    form._send = lambda message, buffers=None: told.append(message)
    page(form, type="edit", id="n7", draft="10")
    state = {"draft": "10", "errors": form.shown_errors}
    states = [one["state"] for one in told if one["method"] == "update"]
    assert states == [{"input_7": state}]


def test_a_row_that_cannot_be_sent_is_marked(form: ProcessForm) -> None:
    page(form, type="extra", rows=[["epsg", "1", "input"]])
    assert form.extra_errors == form.shown_errors
    assert form.shown_errors == {"epsg": form.errors["epsg"]}


def test_state_goes_to_the_page_as_json_when_it_is_sent(form: ProcessForm) -> None:
    form.inputs = {**FILLED, "epsg": None}
    state = {name: value for name, value in form.get_state().items() if name[0] != "_"}
    state.pop("layout")
    assert "inputs" not in state
    json.dumps(state, allow_nan=False)


def test_all_edits_arrive_when_threads_change_the_form_at_once() -> None:
    inputs = {f"i{n}": {"schema": {"type": "integer"}} for n in range(8)}
    form = ProcessForm({"id": "p", "inputs": inputs})

    def count(key: str) -> None:
        for number in range(50):
            form.inputs[key] = number

    threads = [threading.Thread(target=count, args=(key,)) for key in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert form.inputs == dict.fromkeys(inputs, 49)


def test_another_thread_waits_when_the_state_is_being_changed() -> None:
    form = ProcessForm({"id": "p", "inputs": {"a": {"schema": {"type": "integer"}}}})
    begun, changed = threading.Event(), threading.Event()

    def change() -> None:
        begun.set()
        form.inputs["a"] = 1
        changed.set()

    other = threading.Thread(target=change)
    with publishing(form):
        other.start()
        assert begun.wait(60)
        assert not changed.wait(0.2)
        assert dict(form.inputs) == {}
    assert changed.wait(60)
    other.join()
    assert form.inputs == {"a": 1}


def test_the_app_goes_on_when_an_observer_raises(form: ProcessForm) -> None:
    def fail(_change: object) -> None:
        raise RuntimeError("observer")

    form.observe(fail, "inputs")
    form._receive(None, {"type": "edit", "id": "epsg", "draft": "EPSG:1"}, None)
    assert isinstance(form.last_error, RuntimeError)
    assert form.inputs["epsg"] == "EPSG:1"
    assert form.problem == "observer"


# -- areas ----------------------------------------------------------------------------

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]],
}


def test_a_shape_is_written_as_the_input_wants_when_it_is_drawn(
    form: ProcessForm,
) -> None:
    form.fields["aoi"].shape = SQUARE
    assert form.inputs["aoi"] == "1,2,3,4"
    assert form.fields["aoi"].shape == SQUARE
    page(form, type="area_action", id="aoi", action="encoding", value="wkt")
    assert form.inputs["aoi"].startswith("POLYGON")
    assert form.fields["aoi"].shape == SQUARE
    page(form, type="area_action", id="aoi", action="clear")
    assert "aoi" not in form.inputs
    assert form.fields["aoi"].shape is None


def test_the_map_is_asked_when_the_page_wants_to_draw(form: ProcessForm) -> None:
    page(form, type="area_action", id="aoi", action="draw")
    assert form.active_area == "aoi"
    assert form.area_request == {"path": "aoi", "action": "draw", "n": 1}
    page(form, type="area_action", id="aoi", action="view")
    assert form.area_request == {"path": "aoi", "action": "view", "n": 2}
    page(form, type="area_action", id="aoi", action="draw")
    assert form.active_area == ""
    # The one whose field has the cursor is edited on the map.
    page(form, type="area_action", id="aoi", action="focus")
    assert form.area_request["action"] == "focus"


def test_anything_with_a_geometry_is_taken_when_it_is_set_from_python(
    form: ProcessForm,
) -> None:
    class Shape:
        __geo_interface__ = SQUARE

    form.inputs["aoi"] = Shape()
    assert form.inputs["aoi"] == "1,2,3,4"
    form.fields["aoi"].shape = [5, 6, 7, 8]
    assert form.inputs["aoi"] == "5,6,7,8"
    with pytest.raises(InputError):
        form.fields["epsg"].shape = SQUARE
    with pytest.raises(InputError):
        form.fields["aoi"].shape = {"type": "Nothing"}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({"type": "string"}, "-122,39,-120,41"),
        ({"type": "array", "items": {"type": "number"}}, [-122, 39, -120, 41]),
    ],
    ids=["text", "numbers"],
)
@pytest.mark.parametrize(
    "given",
    [
        [-122, 39, -120, 41],
        (-122, 39, -120, 41),
        "-122,39,-120,41",
        shapely.geometry.mapping(shapely.box(-122, 39, -120, 41)),
        shapely.box(-122, 39, -120, 41),
    ],
    ids=["list", "tuple", "text", "GeoJSON", "shapely"],
)
def test_an_area_is_written_as_the_input_wants_in_whatever_way_it_is_given(
    schema: dict[str, Any], sent: Any, given: Any
) -> None:
    form = ProcessForm({"inputs": {"bbox": {"schema": schema}}})
    for _ in "12":  # the second time nothing changes
        form.inputs["bbox"] = given
        assert form.inputs == {"bbox": sent}
        assert form.require_valid() == {"bbox": sent}
    form.inputs["bbox"] = 5  # no area: what it is to mean is left to the server
    assert form.inputs == {"bbox": 5}


def test_a_shape_that_cannot_be_sent_is_not_on_the_map() -> None:
    members = {"type": {"enum": ["Polygon"]}, "coordinates": {"type": "array"}}
    form = form_of({"type": "object", "properties": members})
    form.fields["x"].draft = {"text": "POINT (1 2)"}
    assert form.errors == {"x": "this input takes a Polygon, not a Point."}
    assert form.fields["x"].shape is None


def test_a_geometry_is_shown_as_one_beside_texts_that_name_their_media_type() -> None:
    texts = ["application/gml+xml", "text/wkt"]
    branches = [{"type": "string", "contentMediaType": kind} for kind in texts]
    geojson = {"type": "object", "contentMediaType": "application/geo+json"}
    form = form_of({"oneOf": [*branches, {"format": "geojson-geometry", **geojson}]})
    form.inputs = {"x": SQUARE}
    assert form.drafts["x"]["draft"]["text"] == "1, 2, 3, 4"
    assert form.fields["x"].shape == SQUARE
    assert form.inputs == {"x": SQUARE}


def test_each_area_has_its_shape_when_an_input_takes_several() -> None:
    gml = {"type": "string", "contentMediaType": "application/gml+xml"}
    schema = {"oneOf": [gml, {"format": "geojson-geometry"}]}
    form = form_of(schema, maxOccurs=3)
    assert form.areas.paths == ("x/0",)
    form.areas.set_shape("x/0", SQUARE)
    form.areas.set_shape("x/1", {"type": "Point", "coordinates": [1, 2]})
    assert [one["type"] for one in form.inputs["x"]] == ["Polygon", "Point"]
    assert form.areas.paths == ("x/0", "x/1")
    assert form.areas.get_shape("x/1") == {"type": "Point", "coordinates": [1, 2]}
    page(form, type="area_action", id="x", path="x/0", action="clear")
    assert [one["type"] for one in form.inputs["x"]] == ["Point"]
    assert form.errors == {}


@pytest.mark.parametrize(
    ("around", "path", "value"),
    [
        (
            {"type": "object", "properties": {"n": {"type": "integer"}, "aoi": {}}},
            "x/aoi",
            {"n": 1, "aoi": SQUARE},
        ),
        ({"prefixItems": [{"type": "integer"}, {}]}, "x/1", [1, SQUARE]),
        ({"type": "object", "additionalProperties": {}}, "x/a", {"a": SQUARE}),
        (
            {
                "type": "object",
                "properties": {"n": {"type": "integer"}},
                "additionalProperties": {},
            },
            "x/a",
            {"n": 1, "a": SQUARE},
        ),
    ],
    ids=["member", "in a fixed list", "named", "named beside members"],
)
def test_only_the_area_changes_when_it_is_drawn_inside_of_an_input(
    around: dict[str, Any], path: str, value: Any
) -> None:
    area = {"type": "object", "format": "geojson-geometry"}
    filled = json.loads(json.dumps(around).replace("{}", json.dumps(area)))
    form = form_of(filled)
    form.inputs = {"x": value}
    assert form.areas.paths == (path,)
    point = {"type": "Point", "coordinates": [5, 6]}
    form.areas.set_shape(path, point)
    old, new = json.dumps(SQUARE), json.dumps(point)
    assert form.inputs == {"x": json.loads(json.dumps(value).replace(old, new))}
    assert form.areas.get_shape(path) == point
    form.close()


def test_the_reference_system_is_kept_when_a_box_comes_from_python() -> None:
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    members = {"bbox": box, "crs": {"type": "string"}}
    form = form_of({"type": "object", "properties": members, "required": ["bbox"]})
    north_first = "http://www.opengis.net/def/crs/EPSG/0/4326"
    form.inputs = {"x": {"bbox": [39, -121, 40, -120], "crs": north_first}}
    assert form.drafts["x"]["crs"] == north_first
    shape = form.fields["x"].shape
    assert shape is not None
    assert min(shape["coordinates"][0]) == [-121, 39]
    form.close()


def test_every_digit_is_kept_when_a_geometry_comes_from_python() -> None:
    form = form_of({"format": "geojson-feature"})
    feature = {
        "type": "Feature",
        "id": 7,
        "geometry": {"type": "Point", "coordinates": [1.123456789012345, 2, 3]},
        "properties": {"big": 2**60, "note": "kept"},
        "bbox": [0, 0, 1, 1],
    }
    form.inputs = {"x": feature}
    assert form.inputs == {"x": feature}
    assert "json" not in form.drafts["x"]  # it is still an area with a map
    # What the page cannot hold exactly does not go through it.
    echo = json.loads(json.dumps(form.drafts["x"]), parse_int=float)
    page(form, type="edit", id="x", draft=echo)
    assert form.inputs == {"x": feature}


def test_the_first_reference_system_is_a_choice_when_the_schema_lists_several() -> None:
    names = ["urn:ogc:def:crs:EPSG:6.6:3785", "CRS84"]
    form = form_of(
        {
            "type": "object",
            "required": ["bbox", "crs"],
            "properties": {
                "bbox": {"type": "array", "items": {"type": "number"}},
                "crs": {"type": "string", "enum": names},
            },
        }
    )
    form.fields["x"].shape = SQUARE
    assert form.inputs["x"] == {"bbox": [1, 2, 3, 4], "crs": "CRS84"}
    page(form, type="area_action", id="x", action="crs", value=names[0])
    assert form.inputs["x"]["crs"] == names[0]
    assert form.inputs["x"]["bbox"][0] == pytest.approx(111319.49, abs=0.01)
    assert form.errors == {}


# -- secrets and files ----------------------------------------------------------------


def assert_not_in(secret: str, form: ProcessForm) -> None:
    state = form.get_state()
    bundle = form._repr_mimebundle_()
    shown = [
        state,
        bundle,
        form,
        form.fields["x"],
        form.public_inputs,
        form._values.secrets,
    ]
    assert not [part for part in shown if secret in repr(part)]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "password"},
        {"type": "string", "writeOnly": True},
        {
            "type": "object",
            "required": ["value"],
            "properties": {"value": {"type": "string", "format": "password"}},
        },
    ],
)
def test_a_secret_stays_in_python_when_it_is_typed(schema: Any) -> None:
    form = form_of(schema)
    page(form, type="secret", id="x", secret=SECRET)
    assert SECRET in (form.inputs["x"], *_members(form.inputs["x"]))
    assert form.errors == {}
    assert form.drafts["x"]["set"] is True
    assert_not_in(SECRET, form)
    page(form, type="secret", id="x", secret="")
    assert form.inputs == {}


def _members(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else ()


@pytest.mark.parametrize(
    "value",
    [
        {"user": "me", "password": SECRET},
        {"password": SECRET, "not described": 1},
        [SECRET],
        {"password": {"value": SECRET}},
    ],
)
def test_a_secret_stays_in_python_when_it_is_set(value: Any) -> None:
    members = {"password": {"type": "string", "format": "password"}, "user": {}}
    form = form_of({"type": "object", "properties": members})
    form.inputs = {"x": value}
    assert form.inputs == {"x": value}
    assert_not_in(SECRET, form)


def test_a_secret_is_forgotten_when_no_field_holds_it() -> None:
    form = form_of({"type": "string", "format": "password"})
    form.inputs = {"x": SECRET}
    assert not form._values.secrets.is_empty
    form.reset()
    assert form._values.secrets.is_empty


def test_bytes_are_sent_as_base64_when_a_file_is_uploaded() -> None:
    form = form_of({"type": "string", "contentMediaType": "image/tiff"})
    content = bytes(range(256)) * 4
    halves = (content[:500], content[500:])
    for part in (1, 0):  # parts may come in any order
        page(
            form,
            type="upload",
            id="x",
            name="a.tif",
            mime="image/tiff",
            base64=base64.b64encode(halves[part]).decode(),
            part=part,
            parts=2,
        )
    assert base64.b64decode(form.inputs["x"]) == content
    assert form.drafts["x"]["size"] == len(content)
    assert len(json.dumps(form.drafts["x"])) < 200


def test_text_is_sent_as_text_when_a_file_is_uploaded() -> None:
    form = form_of({"type": "string", "contentMediaType": "text/xml"})
    encoded = base64.b64encode("<a>é</a>".encode()).decode()
    page(form, type="upload", id="x", name="a.xml", mime="text/xml", base64=encoded)
    assert form.inputs == {"x": "<a>é</a>"}


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"<a/>", "text/xml", {"value": "<a/>", "mediaType": "text/xml"}),
        (b"II*\0", "image/tiff", {"mediaType": "image/tiff", "encoding": "base64"}),
        # A browser does not know every kind of file.
        (b"<a/>", "", "<a/>"),
        (b"\xff\xd8", "", {"encoding": "base64"}),
    ],
)
def test_it_is_said_what_a_file_is_where_text_and_pictures_are_taken(
    content: bytes, kind: str, said: Any
) -> None:
    picture = {"contentMediaType": "image/tiff", "contentEncoding": "base64"}
    kinds = [{"contentMediaType": "text/xml"}, picture]
    form = form_of({"oneOf": [{"type": "string", **one} for one in kinds]})
    encoded = base64.b64encode(content).decode()
    page(form, type="upload", id="x", name="a", mime=kind, base64=encoded)
    if "encoding" in said:
        said = {"value": encoded, **said}
    assert form.inputs == {"x": said}
    assert form.errors == {}


def test_a_broken_upload_is_said_when_it_arrives() -> None:
    form = form_of({"type": "string", "contentMediaType": "image/tiff"})
    form._receive(
        None, {"type": "upload", "id": "x", "name": "a", "base64": "%%"}, None
    )
    assert "try it again" in form.problem


# -- what the server says -------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "named"),
    [
        ({"title": "Bad", "detail": "Input 'epsg' is not a code"}, ("epsg",)),
        ({"detail": "aoi and stac_items are required"}, ("aoi", "stac_items")),
        ({"errors": [{"pointer": "#/inputs/epsg", "detail": "bad"}]}, ("epsg",)),
        ({"detail": [{"loc": ["body", "inputs", "bands"], "msg": "bad"}]}, ("bands",)),
        ({"invalid-params": [{"name": "aoi", "reason": "outside"}]}, ("aoi",)),
        ({"detail": "The service failed to execute."}, ()),
        ({"title": None, "detail": 5}, ()),
    ],
)
def test_the_server_is_quoted_at_the_field_when_it_names_an_input(
    form: ProcessForm, problem: dict[str, Any], named: tuple[str, ...]
) -> None:
    form.inputs = FILLED
    assert form.show_server_errors(problem) == named
    assert tuple(form.shown_errors) == named
    assert all("The server says" in text for text in form.shown_errors.values())
    # It is what the server said last time, not a reason to refuse the next run.
    assert form.errors == {}
    error = ProblemError("No.", status_code=400, problem=problem)
    assert form.show_server_errors(error) == named


def test_the_servers_words_go_when_that_field_is_edited(form: ProcessForm) -> None:
    form.inputs = FILLED
    form.show_server_errors({"detail": "'epsg' is bad and 'aoi' too"})
    page(form, type="edit", id="epsg", draft="EPSG:3857")
    assert set(form.shown_errors) == {"aoi"}


# -- fields of one's own --------------------------------------------------------------


def test_a_registered_field_is_drawn_when_its_format_is_used() -> None:
    @register_field(format="colour")
    def colour(field: Any) -> Any:
        return ipywidgets.Text(description=field.label)

    try:
        form = ProcessForm(
            {
                "inputs": {
                    "plain": {"schema": {"type": "string"}},
                    "c": {"schema": {"type": "string", "format": "colour"}},
                }
            }
        )
    finally:
        colour.unregister()
    assert form_of({"type": "string", "format": "colour"}).slots == []
    assert [one.get("slot") for one in form.spec] == [None, 0]
    (widget,) = form.slots
    widget.value = "#ff8800"
    assert form.inputs == {"c": "#ff8800"}
    form.inputs["c"] = "#000000"
    assert widget.value == "#000000"
    form.reset()
    assert form.inputs == {}
    form.close()


def test_no_zero_is_sent_when_a_registered_slider_is_emptied() -> None:
    make = register_field(input_id="x")(lambda field: ipywidgets.IntSlider())
    try:
        form = form_of({"type": "integer"})
    finally:
        make.unregister()
    form.slots[0].value = 7
    assert form.inputs == {"x": 7}
    form.reset()
    assert form.inputs == {}
    # The zero that it shows is not sent: the page hides it until it is wanted.
    assert form.full_slots == [0]
    page(form, type="slot", id="x")
    assert form.inputs == {"x": 0}


@pytest.mark.parametrize(
    "condition",
    [
        {"media_type": "text/csv"},
        {"cwl_type": "Colour"},
        {"input_id": "x"},
        {"when": lambda schema: schema.get("maxLength") == 7},
    ],
)
def test_a_registered_field_is_found_when_its_condition_holds(
    condition: dict[str, Any],
) -> None:
    make = register_field(**condition)(lambda field: ipywidgets.Text())
    try:
        schema = {"type": "string", "contentMediaType": "text/csv", "maxLength": 7}
        metadata = [{"title": "cwl:type", "value": "https://a.org/types.yaml#Colour"}]
        form = form_of(schema, metadata=metadata)
        assert len(form.slots) == 1
        assert ProcessForm({"inputs": {"y": {"schema": {}}}}).slots == []
    finally:
        make.unregister()


@pytest.mark.parametrize(
    ("condition", "schema"),
    [
        (
            {"format": "colour"},
            {"anyOf": [{"type": "string", "format": "colour"}, {"type": "null"}]},
        ),
        (
            {"media_type": "application/geo+json"},
            {"type": "object", "contentMediaType": "application/geo+json"},
        ),
        (
            {"media_type": "image/jp2"},
            {
                "oneOf": [
                    {"type": "string", "contentMediaType": "image/tiff"},
                    {"type": "string", "contentMediaType": "image/jp2"},
                ]
            },
        ),
    ],
)
def test_a_registered_field_is_found_whatever_field_there_would_be_without_it(
    condition: dict[str, Any], schema: Any
) -> None:
    make = register_field(**condition)(lambda field: ipywidgets.Text())
    try:
        assert len(form_of(schema).slots) == 1
    finally:
        make.unregister()


def test_the_field_is_still_there_when_a_predicate_or_maker_fails() -> None:
    def fail(_: Any) -> Any:
        raise ZeroDivisionError

    broken = [register_field(when=fail)(fail), register_field(input_id="x")(fail)]
    try:
        form = form_of({"type": "string"})
        form.inputs = {"x": "a"}
        assert form.inputs == {"x": "a"}
        assert form.slots == []
        assert isinstance(form.last_error, ZeroDivisionError)
    finally:
        for one in broken:
            one.unregister()


def test_registering_is_refused_when_there_is_no_condition() -> None:
    with pytest.raises(InputError):
        register_field()


# -- saved notebooks, leaks, imports --------------------------------------------------


def test_a_saved_notebook_says_what_was_entered_when_there_is_no_kernel(
    form: ProcessForm,
) -> None:
    added = {f"added-{number}": number for number in range(99)}
    form.inputs = {"aoi": "<img src=x>", "epsg": "EPSG:4326", **added}
    data, _ = form._repr_mimebundle_()
    assert data["text/plain"] == "Water bodies form: 2 of 4 inputs set"
    assert "added-95" in data["text/html"]
    assert "added-96" not in data["text/html"]
    assert "3 more" in data["text/html"]
    assert "EPSG:4326" in data["text/html"]
    assert "&lt;img src=x&gt;" in data["text/html"]
    assert "<img" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_nothing_is_left_when_forms_are_closed() -> None:
    before = len(_instances)
    for _ in range(20):
        made = ProcessForm(WATER_BODIES)
        made.inputs = FILLED
        made.close()
    assert len(_instances) <= before


def test_names_are_reachable_when_the_package_is_imported() -> None:
    for name in ogc_widgets.form.__all__:
        assert getattr(ogc_widgets.form, name) is not None
    with pytest.raises(AttributeError):
        _ = ogc_widgets.form.nothing


def test_emptied_field_says_what_the_server_uses(form: ProcessForm) -> None:
    assert "epsg" not in form.notes
    del form.inputs["epsg"]
    assert form.notes["epsg"] == "Empty: the server uses EPSG:4326."
    form.fields["bands"].clear()
    assert form.notes["bands"] == "Empty: the server uses green, nir."
    number = form_of({"type": "number", "default": 0.3})
    number.inputs = {}
    assert number.notes == {"x": "Empty: the server uses 0.3."}
    # What is typed there and wrong is not empty.
    number.fields["x"].draft = "abc"
    assert number.notes == {}
    number.close()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            "any number of values",
        ),
        ({"type": "array", "items": {"type": "string"}}, "any number of values"),
        ({"type": "array", "items": {}, "minItems": 1}, "one or more values"),
    ],
)
def test_hint_says_how_many_values_are_valid(schema: Any, words: str) -> None:
    assert form_of(schema).spec[0]["hint"] == words


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "bbox"},
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        {"format": "geojson-geometry"},
    ],
    ids=["text", "numbers", "geometry"],
)
@pytest.mark.parametrize(
    "value", [5, True, [1, 2, 3], [[1, 2], [3, 4]], {"a": 1}, []], ids=repr
)
def test_what_is_no_area_is_refused_as_the_schema_wants_it(
    schema: Any, value: Any
) -> None:
    about = {"title": "Area of interest", "schema": schema}
    form = ProcessForm({"id": "p", "inputs": {"aoi": about}})
    assert form.areas.ids == ("aoi",)
    form.inputs = {"aoi": value}
    assert form.errors["aoi"].startswith(("must be", "needs"))
    assert form.notes == {}
    with pytest.raises(InvalidInputsError, match="aoi"):
        form.require_valid()
