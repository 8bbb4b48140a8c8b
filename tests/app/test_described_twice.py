"""Lists that a server describes twice, through the app to the body of the request.

The descriptions are recordings of a ZOO-Project-DRU of July 2026 and a Weaver of August
2026; the server is scripted and stands on a real socket.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import RawServer, answer

from ogc_widgets.app import App

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "cases" / "recordings"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not RECORDINGS.is_dir(),
        reason="the folder of recorded exchanges beside the repository is not there",
    ),
    # Connections of clients that a test let go may be closed by the collector only.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def recorded(name: str) -> list[dict[str, Any]]:
    """The exchanges of a recording, the first of which is the description."""
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)["exchanges"]


@contextmanager
def app_on(description: dict[str, Any]) -> Iterator[tuple[App, RawServer]]:
    """An app on a server that has one process and accepts every job."""
    name = description["id"]

    def behave(_connection: object, received: Any) -> bytes:
        path = received.path.partition("?")[0].removeprefix("/ogc-api")
        job = {"jobID": "j1", "processID": name, "type": "process"}
        match received.method, path:
            case "POST", _ if path == f"/processes/{name}/execution":
                location = f"{server.origin}/ogc-api/jobs/j1"
                return answer(
                    {**job, "status": "accepted"}, 201, {"Location": location}
                )
            case "GET", "/jobs/j1":
                return answer({**job, "status": "failed", "message": "enough"})
            case "GET", _ if path == f"/processes/{name}":
                described = json.dumps(description)
                here = f"{server.origin}/ogc-api"
                return answer(
                    json.loads(described.replace("http://server.example/ogc-api", here))
                )
            case "GET", "/processes":
                return answer({"processes": [description], "links": []})
            case "GET", "" | "/":
                return answer({"title": "Recorded", "links": []})
            case _:
                return answer({"title": "Not found"}, 404)

    with RawServer(behave) as server:
        app = App(f"{server.origin}/ogc-api", name)
        try:
            yield app, server
        finally:
            app.close()


def type_in(app: App, **drafts: Any) -> None:
    """What the page sends while somebody fills in the form."""
    for key, draft in drafts.items():
        app.form._receive(None, {"type": "edit", "id": key, "draft": draft}, None)
        assert app.form.last_error is None


def body_of(server: RawServer) -> Any:
    (request,) = server.requests("POST")
    return json.loads(request.body)


def test_water_bodies_gets_flat_lists_when_zoo_describes_them_twice() -> None:
    (description,) = recorded("zoo-dru-water-bodies-description")
    items = ["https://example.org/S2B_10TFK_1.json", "https://example.org/2.json"]
    with app_on(json.loads(description["response"]["body"])) as (app, server):
        assert app.form.inputs == {"epsg": "EPSG:4326", "bands": ["green", "nir"]}
        assert set(app.form.errors) == {"aoi", "stac_items"}
        # Two rows for two addresses, none of which is a list of its own.
        type_in(app, stac_items=[items[0], None, items[1]])
        app.form.areas.set_shape("aoi", [-121.4, 39.8, -120.7, 40.5])
        assert app.form.errors == {}
        app.run().wait(60)
        assert body_of(server) == {
            "inputs": {
                "aoi": "-121.4,39.8,-120.7,40.5",
                "stac_items": items,
                "epsg": "EPSG:4326",
                "bands": ["green", "nir"],
            },
            "response": "document",
        }


def test_weaver_gets_the_body_that_it_accepted_when_lists_are_described_twice() -> None:
    description, accepted, refused = recorded("weaver-array-input-422")
    right = json.loads(accepted["request"]["body"])
    wrong = json.loads(refused["request"]["body"])["inputs"]["levels"]
    described = json.loads(description["response"]["body"])
    with app_on(described) as (app, server):
        app.form.inputs = {"levels": wrong}
        assert app.form.errors["levels"] == "1: must be a number"
        app.form.inputs = right["inputs"]
        assert app.form.errors == {}
        assert app.form.inputs == right["inputs"]
        # A draft that is not JSON is a field with boxes, not one for an expert.
        assert app.form.drafts["levels"] == ["0.5", "1.5"]
        # A file that may be left out is a list of one or none; it may be an address.
        assert "reference" in app.form.fields["mask"].field.item.modes
        app.run().wait(60)
        assert body_of(server) == right
