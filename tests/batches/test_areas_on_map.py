"""The areas of a batch on a map: one for all requests of an area, in what colour."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import replace
from types import SimpleNamespace

import pytest
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.area.area import Area
from ogc_widgets.batches import batch_on_map
from ogc_widgets.batches.batch_on_map import AreasOnMap, state_of
from ogc_widgets.client.batches.entries import BatchEntry
from ogc_widgets.client.http.loop import call_soon, run
from ogc_widgets.map.state_areas import STATES

BOXES = {"Davis": [0, 0, 1, 1], "Butt": [2, 0, 3, 1]}
DAYS = ("2021-06-03", "2022-05-12")


class Batch:
    """As a batch is seen; nothing is sent."""

    process_id, differing = "water-bodies", ("aoi", "date")

    def __init__(self):
        pairs = [(name, day) for name in BOXES for day in DAYS]
        self.entries = tuple(
            BatchEntry(at, {"aoi": BOXES[name], "date": day}, f"{name}, {day}")
            for at, (name, day) in enumerate(pairs)
        )
        discovery = SimpleNamespace(known_processes={})
        self.job_list = SimpleNamespace(discovery=discovery)
        self.watchers = []

    def watch(self, callback):
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def change(self, at, **changes):
        entries = list(self.entries)
        entries[at] = replace(entries[at], **changes)
        self.entries = tuple(entries)
        call_soon(lambda: [tell(frozenset({at})) for tell in self.watchers])


@pytest.fixture
def area_map():
    made = ogc.AreaMap(basemap=None)
    yield made
    made.close()


@pytest.fixture
def batch(monkeypatch):
    monkeypatch.setattr(batch_on_map, "_STATES_EVERY_S", 0.05)
    return Batch()


def drawn(area_map):
    overlay = area_map._overlay
    names = json.loads(zlib.decompress(overlay.state_areas["names"]))["ids"]
    states = [STATES[number] for number in overlay.states]
    return dict(zip(names, states, strict=True))


def test_requests_of_one_area_are_one_area_with_the_state_that_matters(area_map, batch):
    areas = AreasOnMap(area_map, batch)
    assert drawn(area_map) == {"Davis": "waiting", "Butt": "waiting"}
    assert area_map._overlay.fit_request["bounds"] == [0, 0, 3, 1]
    batch.change(0, state="sending")
    wait_for(lambda: drawn(area_map) == {"Davis": "running", "Butt": "waiting"})
    batch.change(0, state="successful")
    batch.change(2, state="unknown")
    wait_for(lambda: drawn(area_map) == {"Davis": "running", "Butt": "unknown"})
    batch.change(1, state="failed")
    wait_for(lambda: drawn(area_map)["Davis"] == "failed")
    assert "1 area failed, 1 area unknown" in area_map.still.html()
    # Results of some of them leave all in view.
    item = {"type": "Feature", "id": "a", "geometry": Area.box(0, 0, 1, 1).geometry}
    area_map.show_footprints([item])
    assert area_map._overlay.fit_request["bounds"] == [0, 0, 3, 1]
    areas.close()
    assert batch.watchers == []
    assert area_map._overlay.state_areas == {}


def test_what_happens_while_the_areas_are_drawn_is_not_missed(
    area_map, batch, monkeypatch
):
    show = AreasOnMap._show

    def show_and_end(areas):
        show(areas)
        batch.change(0, state="failed")
        run(asyncio.sleep, 0)  # whoever watches has been told

    monkeypatch.setattr(AreasOnMap, "_show", show_and_end)
    areas = AreasOnMap(area_map, batch)
    wait_for(lambda: drawn(area_map)["Davis"] == "failed")
    areas.close()


def test_area_and_row_are_chosen_together(area_map, batch):
    areas = AreasOnMap(area_map, batch)
    areas.selected = 3
    assert area_map.state_areas.chosen == 1

    def click(number):
        area_map._overlay._receive(None, {"type": "state_area", "number": number}, [])
        return areas.selected

    assert [click(0), click(0), click(0), click(1)] == [0, 1, 0, 2]
    assert area_map.state_areas.chosen == 1
    areas.selected = -1
    assert area_map.state_areas.chosen == -1
    areas.close()


def test_many_changes_at_once_are_one_message_and_other_inputs_another_area(
    area_map, batch
):
    areas = AreasOnMap(area_map, batch)
    told = []
    area_map._overlay.observe(told.append, "states")
    for at in range(4):
        batch.change(at, state="running", progress=at)
    wait_for(lambda: told)
    batch.change(0, progress=50)
    batch.change(3, inputs={"aoi": [5, 5, 6, 6], "date": DAYS[1]})
    wait_for(lambda: len(area_map._overlay.states) == 3)
    assert len(told) == 2, "progress alone is nothing that the map shows"
    wait_for(lambda: area_map._overlay.fit_request["bounds"] == [0, 0, 6, 6])
    areas.close()


@pytest.mark.parametrize(
    ("groups", "state"),
    [
        ({"successful"}, "successful"),
        ({"successful", "waiting"}, "running"),
        ({"waiting", "dismissed"}, "dismissed"),
        ({"successful", "running", "failed"}, "failed"),
    ],
)
def test_state_of_an_area_is_the_most_telling_of_its_jobs(groups, state):
    assert state_of(groups) == state
