"""STAC items of the form: looked at by the app, outlined on its map."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import RawServer, answer

if TYPE_CHECKING:
    from ogc_widgets.app import App
    from ogc_widgets.lab import Lab

# Connections of clients that a test let go may be closed by the collector only.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


def checks_when_done(app: App) -> dict[str, Any]:
    """What the form says about its items once all of them were looked at."""
    done = threading.Event()

    def look(_change: object = None) -> None:
        states = [check["state"] for check in app.form.item_checks.values()]
        if states and "busy" not in states:
            done.set()

    app.form.observe(look, "item_checks")
    look()
    assert done.wait(60)
    app.form.unobserve(look, "item_checks")
    return {key.partition("|")[2]: check for key, check in app.form.item_checks.items()}


def test_items_are_checked_and_outlined_when_they_are_named(
    app: App, lab_server: Lab
) -> None:
    first, second = lab_server.scenes
    missing = first.rpartition("/")[0] + "/nothing.json"
    app.form.inputs["stac_items"] = [first, second, missing]
    found = checks_when_done(app)
    assert found[first]["id"] == "S2B_10TFK_20210713_0_L2A"
    assert found[first]["date"] == "13 Jul 2021"
    assert found[second]["date"] == "24 May 2022"
    assert found[missing]["state"] == "bad"
    assert "404" in found[missing]["words"]
    assert len(app.map._overlay.context) == 2
    assert app.form.errors == {"aoi": "needs a value"}


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("changes", "corners"),
    [
        ({"geometry": {"type": "Polygon", "coordinates": [RING]}}, 4),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[*at, 900] for at in RING]],
                }
            },
            4,
        ),
        ({"geometry": None, "bbox": [0, 0, 1, 1]}, 5),
        ({"geometry": None}, 0),
        ({"geometry": {"type": "Nonsense"}}, 0),
        ({"geometry": {"type": "Polygon", "coordinates": [[[500_000, 4e6]]]}}, 0),
    ],
    ids=["flat", "with heights", "box only", "none", "nonsense", "metres"],
)
def test_odd_outline_is_drawn_as_far_as_it_can_be(
    app: App, changes: dict[str, Any], corners: int
) -> None:
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "odd",
        "properties": {},
        "assets": {},
        **changes,
    }
    with RawServer(lambda *_: answer(item)) as server:
        app.form.inputs["stac_items"] = [f"{server.origin}/item"]
        (found,) = checks_when_done(app).values()
    assert (found["state"], found["id"]) == ("good", "odd")
    drawn = [f["geometry"]["coordinates"][0] for f in app.map._overlay.context]
    assert [len(ring) for ring in drawn] == ([corners] if corners else [])
    assert all(len(at) == 2 for ring in drawn for at in ring)


def test_outline_is_marked_when_its_row_is_looked_at(app: App, lab_server: Lab) -> None:
    app.form.inputs["stac_items"] = lab_server.scenes
    checks_when_done(app)
    app.form.item_marked = f"item|{lab_server.scenes[1]}"
    second = app.map._overlay.context[1]
    assert app.map._overlay.marked == [second["id"]]
    app.form.item_marked = ""
    assert app.map._overlay.marked == []


def test_outline_goes_when_its_row_is_removed(app: App, lab_server: Lab) -> None:
    app.form.inputs["stac_items"] = lab_server.scenes
    checks_when_done(app)
    app.form.inputs["stac_items"] = lab_server.scenes[:1]
    assert len(app.map._overlay.context) == 1
    del app.form.inputs["stac_items"]
    assert app.map._overlay.context == []
