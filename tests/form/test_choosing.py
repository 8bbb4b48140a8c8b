"""What is chosen for many jobs: lists of values, files, days, items, or a table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ogc_widgets.errors import InputError
from ogc_widgets.form import ProcessForm
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.for_each.cells import Cell, CellReader
from ogc_widgets.form.for_each.given import columns_of_inputs

ITEMS = ["https://a.org/items/S2A.json", "https://a.org/items/S2B.json?x=1"]
INPUTS: dict[str, Any] = {
    "aoi": {"schema": {"type": "object", "format": "geojson-geometry"}},
    "day": {"title": "Day", "schema": {"type": "string", "format": "date"}},
    "at": {"schema": {"type": "string", "format": "date-time"}, "minOccurs": 0},
    "word": {"schema": {"type": "string"}, "minOccurs": 0},
    "stac_items": {"schema": {"type": "string", "format": "uri"}, "maxOccurs": 9},
    "token": {"schema": {"type": "string", "format": "password"}, "minOccurs": 0},
    "fixed": {"schema": {"const": 1}, "minOccurs": 0},
}
POINTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": "Point", "coordinates": [at, 1]},
        }
        for at, (code, name) in enumerate([("A", "one"), ("B", "two")])
    ],
}


@pytest.fixture
def form() -> ProcessForm:
    return ProcessForm({"id": "p", "inputs": INPUTS}, {"stac_items": ITEMS})


def test_inputs_of_one_value_are_no_choice(form: ProcessForm) -> None:
    assert form.choosing.choices["day"] == ("Day", "date")
    assert form.choosing.choices["stac_items"] == ("stac_items", "stac")
    assert not {"token", "fixed"} & form.choosing.choices.keys()
    with pytest.raises(InputError, match="takes no different values"):
        form.choosing.add("token")


def test_items_in_the_form_are_the_first_values(form: ProcessForm) -> None:
    source = form.choosing.add("stac_items")
    assert (source.way, source.items) == ("items", ITEMS)
    assert form.choosing.plan().labels == ["S2A", "S2B"]
    source.add_items([ITEMS[0], "https://a.org/third.geojson"])
    assert form.choosing.plan().labels == ["S2A", "S2B", "third"]
    form.choosing.change("stac_items", {"items": []})
    assert len(form.choosing.plan()) == 0
    form.choosing.change("stac_items", {"way": "items"})
    assert len(form.choosing.plan()) == 2
    assert form.choosing.add("stac_items") is source
    assert form.choosing.items_in_form("day") == form.choosing.items_in_form("?") == []


def test_pasted_features_are_those_of_a_file(form: ProcessForm) -> None:
    source = form.choosing.add("aoi")
    assert source.way == "text"
    form.choosing.change("aoi", {"text": json.dumps(POINTS)})
    assert (source.way, source.file, source.text) == ("file", "pasted features", "")
    assert form.choosing.plan().labels == ["one", "two"]
    form.choosing.change("aoi", {"names": "code"})
    assert form.choosing.plan().labels == ["A", "B"]
    form.choosing.change("aoi", {"names": "lake"})
    assert len(form.choosing.plan()) == 0
    assert "no property 'lake'" in form.choosing.problems["aoi"]
    source.take_features(POINTS["features"][1:], "one.geojson")
    assert (source.file, source.names) == ("one.geojson", "")
    assert form.choosing.plan().labels == ["two"]
    assert form.choosing.problems == {}
    form.choosing.change("aoi", {"text": "0,0,1,1", "way": "nowhere"})
    assert source.way == "text"
    assert form.choosing.plan().inputs(0)["aoi"]["type"] == "Polygon"


def test_days_are_dates_or_midnights(form: ProcessForm) -> None:
    for key, first in (("day", "2021-06-01"), ("at", "2021-06-01T00:00:00Z")):
        form.choosing.add(key)
        form.choosing.change(key, {"way": "days"})
        assert len(form.choosing.plan()) == 0
        form.choosing.change(key, {"days": {"start": "2021-06-01", "unit": "years"}})
        assert len(form.choosing.plan()) == 0
        form.choosing.change(key, {"days": {"end": "2022-06-30"}})
        plan = form.choosing.plan()
        assert plan.labels == ["2021-06-01", "2022-06-01"]
        assert plan.inputs(0)[key] == first
        del form.choosing.sources[key]


def test_a_table_is_read_again_only_when_it_says_something_else(
    form: ProcessForm,
) -> None:
    choosing = form.choosing
    choosing.way = "table"
    assert len(choosing.plan()) == 0
    choosing.paste_table("name,word,Day\nx,a,2021-06-01\ny,b,2021-06-02\n")
    assert choosing.table.inputs == {"word": "word", "Day": "day"}
    assert choosing.table.label == "name"
    plan = choosing.plan()
    assert plan.labels == ["x, a, 2021-06-01", "y, b, 2021-06-02"]
    form.inputs["at"] = "2021-01-01T00:00:00Z"
    assert choosing.plan().columns[0] is plan.columns[0]
    choosing.use_column("word", "*")
    assert (choosing.table.label, choosing.table.inputs) == ("word", {"Day": "day"})
    assert choosing.plan().labels == ["a, 2021-06-01", "b, 2021-06-02"]
    choosing.use_column("name", "day")
    assert (choosing.table.label, choosing.table.inputs) == ("word", {"name": "day"})
    assert choosing.plan().problems
    choosing.use_column("word", "")
    assert choosing.table.label == ""
    choosing.paste_table("word")
    assert choosing.table.table is None
    assert "no rows" in choosing.table.problem
    choosing.paste_table(" ")
    assert (choosing.table.problem, choosing.table.text) == ("", "")


def test_what_was_chosen_goes_on_in_a_later_form(form: ProcessForm) -> None:
    form.choosing.add("word").paste("a\nb", "text")
    form.choosing.add("day").paste("2021-06-01", "date")
    others = {key: one for key, one in INPUTS.items() if key != "day"}
    later = ProcessForm({"id": "p", "inputs": others})
    later.choosing.take_over(form.choosing.kept)
    assert later.choosing.way == "each"
    assert later.choosing.plan().labels == ["a", "b"]


def test_columns_are_inputs_of_the_same_spelling_first() -> None:
    inputs = {key: {"schema": {"type": "string"}} for key in ("a_b", "ab", "c")}
    inputs["c"]["title"] = "A.B"
    fields = {k: one.field for k, one in ProcessForm({"inputs": inputs}).fields.items()}
    assert columns_of_inputs(["ab", "a_b", "A B"], fields) == {
        "ab": "ab",
        "a_b": "a_b",
        "A B": "c",
    }
    assert columns_of_inputs(["A-B"], fields) == {"A-B": "ab"}


def test_a_value_that_is_missing_has_no_words(form: ProcessForm) -> None:
    assert CellReader(form._values, "word").cell(UNSET) == Cell("")
