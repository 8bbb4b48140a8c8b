"""Four numbers in the order of the server: drawn, typed, set, chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ogc_widgets import ProcessForm
from ogc_widgets.area.area import Area

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "forms"
NUMBERS = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}
BOX = [5, 40, 6, 41]


def form_of(schema=NUMBERS, name="area", **said):
    inputs = {name: {"schema": schema, "minOccurs": 0, **said}}
    return ProcessForm({"id": "p", "version": "1", "inputs": inputs})


def page(form, **message):
    form._receive(None, {"id": "area", **message}, [])
    assert form.problem == ""


def typed(form, text):
    draft = {"encoding": form.spec[0]["encodings"][0]["id"], "crs": None, "text": text}
    page(form, type="edit", draft=draft)


def choose(form, encoding):
    page(form, type="area_action", action="encoding", value=encoding)


@pytest.mark.parametrize(
    "name",
    ["f15-cds-area-north-first", "f15c-area-said-in-words", "f15d-area-no-default"],
)
def test_recorded_area_is_never_sent_in_another_order(name):
    path = CASES / f"{name}.json"
    if not path.exists():
        pytest.skip("the folder of recorded documents is not beside the repository")
    process = json.loads(path.read_text(encoding="utf-8"))
    form = ProcessForm(process)
    default = process["inputs"]["area"]["schema"].get("default")
    if default:
        assert form.inputs == {"area": default}
        assert form.areas.get("area") == Area.box(-180, -90, 180, 90)
    for values in process["_set"]:
        form.inputs = values
        assert form.inputs == values
        north, west, south, east = values["area"]
        assert form.areas.get("area") == Area.box(west, south, east, north)
        assert not form.errors
    form.inputs = {}
    form.areas.set_shape("area", BOX)
    if "area" not in form.inputs:
        assert "order" in form.errors["area"]
        choose(form, "bbox-array-nwse")
    assert form.inputs == {"area": [41, 5, 40, 6]}
    assert not form.errors


def test_drawn_area_waits_for_the_order_and_stays_where_it_is():
    form = form_of()
    form.areas.set_shape("area", BOX)
    assert "area" not in form.inputs
    assert "choose the order" in form.errors["area"]
    assert "Choose the order" in form.shown_errors["area"]
    assert form.areas.get("area") == Area.box(*BOX)
    choose(form, "bbox-array-swne")
    assert form.inputs == {"area": [40, 5, 41, 6]}
    assert form.areas.get("area") == Area.box(*BOX)
    choose(form, "bbox-array-wesn")
    assert form.inputs == {"area": [5, 6, 40, 41]}
    assert form.areas.get("area") == Area.box(*BOX)


def test_typed_numbers_are_an_area_once_the_order_is_chosen():
    form = form_of()
    typed(form, "41, 5, 40, 6")
    assert "area" not in form.inputs
    assert "order" in form.errors["area"]
    assert form.areas.get_shape("area") is None
    choose(form, "bbox-array-nwse")
    assert form.inputs == {"area": [41, 5, 40, 6]}
    assert form.areas.get("area") == Area.box(*BOX)


@pytest.mark.parametrize("is_default", [True, False])
def test_numbers_that_are_given_are_sent_though_the_order_is_not_known(is_default):
    form = form_of({**NUMBERS, "default": BOX} if is_default else NUMBERS)
    if not is_default:
        form.inputs = {"area": BOX}
    assert form.inputs == {"area": BOX}
    assert not form.errors
    assert form.areas.get_shape("area") is None
    choose(form, "bbox-array-swne")
    assert form.inputs == {"area": BOX}
    assert form.areas.get("area") == Area.box(40, 5, 41, 6)


def test_typing_over_given_numbers_asks_for_the_order():
    form = form_of({**NUMBERS, "default": BOX})
    typed(form, "5, 40, 6, 42")
    assert "order" in form.errors["area"]


def test_chosen_order_stays_when_the_area_is_replaced_or_cleared():
    form = form_of()
    choose(form, "bbox-array-swne")
    form.inputs["area"] = [1, 2, 3, 4]
    assert form.areas.get("area") == Area.box(2, 1, 4, 3)
    page(form, type="area_action", action="clear")
    assert "area" not in form.inputs
    form.areas.set_shape("area", BOX)
    form.areas.set_shape("area", None)
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": [40, 5, 41, 6]}
    form.reset()
    form.areas.set_shape("area", BOX)
    assert "order" in form.errors["area"]


def test_value_in_another_order_is_kept_and_not_shown_in_a_wrong_place():
    form = form_of(description="[North, West, South, East]")
    form.inputs = {"area": BOX}
    assert form.inputs == {"area": BOX}
    assert form.areas.get_shape("area") is None
    assert "north, west, south, east" in form.notes["area"]
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": [41, 5, 40, 6]}


def test_text_is_sent_in_the_order_and_with_the_signs_of_the_server():
    schema = {"type": "string", "default": "90/-180/-90/180"}
    form = form_of(schema, title="Area as N/W/S/E")
    assert form.inputs == {"area": "90/-180/-90/180"}
    assert form.areas.get("area") == Area.box(-180, -90, 180, 90)
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": "41/5/40/6"}
    typed(form, "41.50/5/40/6")
    assert form.inputs == {"area": "41.50/5/40/6"}
    choose(form, "as-typed")
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": "41/5/40/6"}
    assert form.areas.get("area") == Area.box(*BOX)


def test_names_of_the_numbers_tell_the_order_of_a_tuple():
    names = ("ymax", "xmin", "ymin", "xmax")
    members = [{"type": "number", "title": name} for name in names]
    form = form_of({"type": "array", "prefixItems": members, "minItems": 4}, name="x")
    form.areas.set_shape("x", BOX)
    assert form.inputs == {"x": [41, 5, 40, 6]}


@pytest.mark.parametrize(
    "written",
    ["[90, 0, -90, 360]", ["90", "0", "-90", "360"], [90, 0, -90, 360]],
)
def test_default_is_kept_to_the_digit_however_it_is_written(written):
    form = form_of({**NUMBERS, "default": written})
    assert form.inputs == {"area": [90, 0, -90, 360]}
    assert form.drafts["area"]["text"] == "90, 0, -90, 360"
    assert form.areas.get("area") == Area.box(-180, -90, 180, 90)
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": [41, 5, 40, 6]}


def test_words_inside_of_the_schema_count_where_it_is_wrapped():
    wrapped = {"anyOf": [{**NUMBERS, "title": "N, W, S, E"}, {"type": "null"}]}
    form = form_of(wrapped, title="Area")
    form.areas.set_shape("area", BOX)
    assert form.inputs == {"area": [41, 5, 40, 6]}


def test_plain_bbox_asks_nothing():
    form = form_of(name="bbox", title="Bounding box")
    form.areas.set_shape("bbox", BOX)
    assert form.inputs == {"bbox": BOX}
    assert "west, south, east, north" in form.spec[0]["hint"]


def test_areas_of_a_list_each_have_their_order():
    form = form_of({"type": "array", "items": NUMBERS}, title="N, W, S, E of each area")
    form.inputs = {"area": [[41, 5, 40, 6], [72, -25, 33, 45]]}
    assert form.inputs == {"area": [[41, 5, 40, 6], [72, -25, 33, 45]]}
    assert form.areas.get("area/1") == Area.box(-25, 33, 45, 72)


def test_page_is_told_every_order_and_which_one_has_to_be_chosen():
    encodings = form_of().spec[0]["encodings"]
    assert ["asks" in one for one in encodings] == [True] + [False] * 6
    assert encodings[3]["label"] == "list of numbers: north, west, south, east"
    assert "does not say which" in encodings[0]["hint"]
