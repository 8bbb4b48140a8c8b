"""Run for each in the app: put together by hand, seen on the map, run by one press."""

from __future__ import annotations

import asyncio
import base64
import json
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.app import for_each_view
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import InvalidInputsError
from ogc_widgets.form.for_each.given import table_in_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.app import App
    from ogc_widgets.form.for_each.given import InputTable
    from ogc_widgets.lab import Lab

LAKES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": name, "code": code},
            "geometry": {"type": "Point", "coordinates": [west, 40.1]},
            "bbox": [west, 40, west + 0.1, 40.1],
        }
        for west, name, code in [(-121.3, "Almanor", "A"), (-121.1, "Butt", "B")]
    ],
}
for _lake in LAKES["features"]:
    _w, _s, _e, _n = _lake.pop("bbox")
    _ring = [[_w, _s], [_e, _s], [_e, _n], [_w, _n], [_w, _s]]
    _lake["geometry"] = {"type": "Polygon", "coordinates": [_ring]}


def press(app: App, kind: str, **members: Any) -> None:
    """What is done on the page sends."""
    view = app._for_each.view
    view._receive(view, {"type": kind, **members}, None)


def rows(app: App) -> list[list[str]]:
    """What the page gets of the jobs when it asks for them."""
    sent: list[Any] = []
    view = app._for_each.view
    view.send, before = lambda content, *_: sent.append(content), view.send  # type: ignore[method-assign]
    try:
        view._on_rows(0, 100)
    finally:
        view.send = before  # type: ignore[method-assign]
    return [row["cells"] for row in sent[0]["rows"]]


def state(app: App) -> dict[str, Any]:
    return app._for_each.view.state


@pytest.fixture
def echo(lab_server: Lab) -> Iterator[App]:
    app = ogc.App(lab_server.url, "echo")
    yield app
    app.close()


def started(app: App) -> list[Any]:
    """The batches that were started from now on."""
    found: list[Any] = []
    app.observe(lambda change: found.append(change["new"]), "batch")
    return found


def test_a_pasted_column_is_run_when_it_is_pressed_and_not_before(echo: App) -> None:
    batches = started(echo)
    press(echo, "add", key="message")
    press(echo, "source", key="message", way="text", text="one\ntwo\nthree\n")
    assert state(echo)["sentence"] == "3 values of Message = 3 jobs"
    assert rows(echo) == [["one"], ["two"], ["three"]]
    echo._for_each.view.title = "Three words"
    assert not batches
    before = dict(echo.form.inputs)
    press(echo, "run")
    batch = wait_for(lambda: batches and batches[0])
    batch.wait(60)
    assert batch.counts == {"successful": 3}
    assert [entry.label for entry in batch.entries] == ["one", "two", "three"]
    assert (batch.title, batch.at_once, batch.differing) == (
        "Three words",
        4,
        ("message",),
    )
    assert dict(echo.form.inputs) == before
    assert not echo._for_each.view.is_open
    # What was put together is there for the next time.
    echo._for_each.view.show()
    assert state(echo)["count"] == 3


def test_python_runs_what_the_form_checks_and_nothing_else(echo: App) -> None:
    batch = echo.form.for_each({"message": ["a", "b"]}, at_once=1)
    ended = [job.id for job in batch]
    assert len(ended) == 2
    assert [entry.inputs["message"] for entry in batch.entries] == ["a", "b"]
    with pytest.raises(InvalidInputsError, match="Pauses, value 2"):
        echo.form.for_each({"message": ["a"], "pauses": [[0.1], ["soon"]]})


def test_areas_of_a_file_are_named_outlined_and_marked(filled: App) -> None:
    view = filled._for_each.view
    filled.form._receive(filled.form, {"type": "for_each", "path": "aoi"}, None)
    assert view.is_open
    content = base64.b64encode(json.dumps(LAKES).encode()).decode()
    press(filled, "upload", key="aoi", name="lakes.geojson", base64=content)
    wait_for(lambda: state(filled)["count"] == 2)
    assert rows(filled) == [["Almanor"], ["Butt"]]
    assert state(filled)["sources"][0]["names"] == {
        "by": "name",
        "choices": ["name", "code"],
    }
    press(filled, "source", key="aoi", names="code")
    assert rows(filled) == [["A"], ["B"]]
    outlined = [
        one["id"]
        for one in filled.map._overlay.context
        if one["kind"] == "area of a job"
    ]
    assert outlined == ["aoi 0", "aoi 1"]
    view.marked = 1
    assert "aoi 1" in filled.map._overlay.marked
    press(filled, "hide")
    assert not view.is_open
    kinds = {one["kind"] for one in filled.map._overlay.context}
    assert "area of a job" not in kinds


def test_problems_stand_at_their_rows_and_nothing_is_sent(filled: App) -> None:
    batches = started(filled)
    view = filled._for_each.view
    view.show()
    press(filled, "way", way="table")
    table = (
        "name\taoi\tspare\nDavis\t-121.2,39.9,-121.1,40\tx\nButt\t-121,41,-120,40\ty\n"
    )
    press(filled, "table", text=table)
    uses = {one["name"]: one["use"] for one in state(filled)["table"]["columns"]}
    assert uses == {"name": "*", "aoi": "aoi", "spare": ""}
    assert [(one["row"], one["where"]) for one in state(filled)["problems"]] == [
        (1, "Area of interest, row 2")
    ]
    press(filled, "run")
    assert "Area of interest, row 2" in view.problem
    assert not batches
    press(filled, "column", column="spare", use="epsg")
    press(filled, "column", column="aoi", use="")
    assert not state(filled)["problems"]
    assert rows(filled) == [["x"], ["y"]]
    assert filled._for_each.view.plan.labels == ["Davis, x", "Butt, y"]
    # What is wrong in the form is wrong with all jobs.
    filled.form.fields["aoi"].clear()
    assert state(filled)["problems"][0]["row"] is None
    assert state(filled)["problems"][0]["key"] == "aoi"


def test_the_items_in_the_form_are_a_job_each(filled: App, lab_server: Lab) -> None:
    filled.form.inputs["stac_items"] = lab_server.scenes
    filled._for_each.view.show("stac_items")
    assert len(filled._for_each.view.plan) == 2
    assert filled._for_each.view.plan.inputs(1)["stac_items"] == lab_server.scenes[1:2]
    # More are found by the search, without going into the form.
    press(filled, "search", key="stac_items")
    assert filled.search.is_open
    assert not filled.search.takes_one
    filled.search._on_add("stac_items", ["https://a.org/third.json"])
    filled.search.hide()
    assert rows(filled)[2] == ["third"]
    assert filled.form.inputs["stac_items"] == lab_server.scenes


def test_a_column_without_a_name_does_not_name_the_jobs() -> None:
    form = ogc.ProcessForm({"id": "p", "inputs": {"x": {"schema": {"type": "string"}}}})
    view = for_each_view.ForEachView()
    assert view.state == {}
    view._publish()
    assert (view.state["inputs"], view.state["count"]) == ([], 0)
    view.bind(form.choosing)
    view._on_way("table")
    view._on_table('[{"": 0, "x": "a"}, {"": 1, "x": "b"}]')
    uses = {one["name"]: one["use"] for one in view.state["table"]["columns"]}
    assert (uses, view.plan.labels) == ({"": "", "x": "x"}, ["a", "b"])
    view.close()


def test_what_was_put_together_stays_whatever_comes_in_between(echo: App) -> None:
    echo._for_each.view.show("message")
    press(echo, "source", key="message", text="one\ntwo")
    echo.choose("water-bodies")
    assert not state(echo)["sources"]
    broken = base64.b64encode(b"PK\x03\x04 no archive").decode()
    echo._for_each.view.show("aoi")
    press(echo, "source", key="aoi", text="1,2,3,4")
    press(echo, "upload", key="aoi", name="areas.zip", base64=broken)
    wait_for(lambda: "broken" in state(echo)["sources"][0]["problem"])
    assert state(echo)["count"] == 1
    echo.choose("echo")
    echo._for_each.view.show()
    assert rows(echo) == [["one"], ["two"]]


def test_a_file_goes_into_the_form_that_it_was_chosen_for(
    echo: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, is_other, reading, started = echo._for_each.view, Event(), Event(), []
    start = view._start

    def read(content: bytes, name: str) -> InputTable:
        reading.set()
        assert is_other.wait(30)
        return table_in_file(content, name)

    def note_start(*args: Any, **options: Any) -> None:
        started.append(start(*args, **options))

    monkeypatch.setattr(for_each_view, "table_in_file", read)
    monkeypatch.setattr(view, "_start", note_start)
    content = base64.b64encode(b"message\none\ntwo\n").decode()
    press(echo, "way", way="table")
    press(echo, "upload", key="", name="words.csv", base64=content)
    assert reading.wait(30)
    echo.choose("water-bodies")
    is_other.set()
    started[0].result(30)
    run(asyncio.sleep, 0)  # after what was to be done with it
    assert (state(echo)["table"]["name"], state(echo)["table"]["rows"]) == ("", 0)


@pytest.mark.parametrize("way", ["each", "table"])
def test_the_code_tab_has_lines_that_do_the_same(echo: App, way: str) -> None:
    view = echo._for_each.view
    view.show("message")
    if way == "table":
        press(echo, "way", way="table")
        press(echo, "table", text="message,pauses\nsame,0\nsame,\n")
    else:
        press(echo, "source", key="message", way="text", text='a\nsay "b"\na')
    view.at_once = 2
    echo.header.tab = "code"
    block = next(one for one in echo.code.blocks if one["label"] == "For each")
    names: dict[str, Any] = {}
    exec(block["text"], names)  # it is what the page offers
    batch, client = names["batch"], names["client"]
    try:
        assert batch.counts == {"successful": len(view.plan)}
        assert [one.inputs for one in batch.entries] == view.plan.inputs_list
        assert batch.at_once == 2
    finally:
        client.close()
