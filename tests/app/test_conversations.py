"""The app goes through recorded conversations with three servers, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from replay import replay
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.panel import JobTable
from ogc_widgets.protocol import watching

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")

ZOO = ("zoo-kernel-2026-07", "zoo-landing-400-without-slash")
WEAVER = ("weaver-2026-08",)
PYGEOAPI = ("pygeoapi-0.24-tinydb",)
HREF = {"href": "http://server.example/temp/nothing.log"}
AREA = {"bbox": [8, 46, 9, 47], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Any]:
    with replay(*request.param) as server:
        yield server


@pytest.fixture
def app(server: Any) -> Iterator[App]:
    app = App(server.url)
    yield app
    app.close()


def go(app: App, process_id: str, inputs: dict[str, Any], **options: Any) -> str:
    """Choose, fill in, run and watch to the end; gives what the panel then says."""
    app.choose(process_id)
    app.form.inputs = inputs
    assert app.form.errors == {}
    app.run(**options)
    return ended(app)


def ended(app: App) -> str:
    """How the job ends that is shown, in the words of the panel."""
    assert app.job is not None
    app.job.wait(60)
    wait_for(lambda: app.panel.state["kind"] in ("successful", "failed"))
    return str(app.panel.state["kind"])


def executed(server: Any) -> Any:
    return server.bodies("/execution")[-1]["inputs"]


GOOD = [
    (ZOO, "slowjob", {"seconds": 6}, {"Result": "slept 6 seconds"}),
    (ZOO, "HelloPy", {"a": "Bob"}, {"Result": "Hello Bob from Python World !"}),
    (WEAVER, "remote-slow", {"seconds": [5]}, {"Result": "slept 5 seconds"}),
    (PYGEOAPI, "slow", {"seconds": 4}, {"result": "slept 4"}),
    (PYGEOAPI, "hello-world", {"name": "Bob"}, {"echo": "Hello Bob!"}),
    (PYGEOAPI, "two", {"n": 3}, {"twice": 6, "half": 1.5}),
]


@pytest.mark.parametrize(
    ("server", "process_id", "inputs", "outputs"),
    GOOD,
    indirect=["server"],
    ids=[f"{one[0][0].partition('-')[0]}-{one[1]}" for one in GOOD],
)
def test_form_job_and_results_are_gone_through_when_the_job_succeeds(
    app: App, server: Any, process_id: str, inputs: Any, outputs: Any
) -> None:
    assert go(app, process_id, inputs) == "successful"
    wait_for(lambda: app.results is not None)
    assert app.results is not None
    assert app.results.outputs == outputs
    stage = app._stage
    wait_for(lambda: stage.head.chips)
    shown = {chip["id"]: stage.contents[chip["id"]].value for chip in stage.head.chips}
    assert shown == outputs
    assert executed(server) == inputs
    assert server.unmatched == []


@pytest.mark.parametrize("server", [ZOO], indirect=True)
def test_item_of_zoo_is_a_footprint_on_the_map(app: App, server: Any) -> None:
    assert go(app, "stacout", {"aoi": "8,46,9,47"}) == "successful"
    wait_for(lambda: app._stage.results_map.drawn)
    assert [one["id"] for one in app.results.items] == ["scene-1"]
    # The first raster is looked at without a press; its bytes were not recorded.
    assert {*server.unmatched} <= {"GET /temp/x.tif"}


@pytest.mark.parametrize("server", [ZOO], indirect=True)
def test_list_of_zoo_is_sent_flat(app: App, server: Any) -> None:
    inputs = {"area": AREA, "bands": ["red"]}
    assert go(app, "complexio", inputs, mode="sync") == "successful"
    assert executed(server) == inputs
    wait_for(lambda: app.results is not None)
    assert app.results is not None
    assert app.results.outputs["echo"]["bands"]["value"] == "red"


FAILED = [
    (ZOO, "failing", {}, "the tile 31TCJ could not be read"),
    (WEAVER, "file_index_selector", {"files": [HREF], "index": 0}, "gives no reason"),
    (PYGEOAPI, "fail", {}, "tile 31TCJ could not be read"),
    (PYGEOAPI, "crash", {}, "'B99'"),
]


@pytest.mark.parametrize(
    ("server", "process_id", "inputs", "reason"),
    FAILED,
    indirect=["server"],
    ids=["zoo", "weaver", "pygeoapi", "pygeoapi-crash"],
)
def test_reason_is_shown_when_the_job_fails(
    app: App, process_id: str, inputs: Any, reason: str
) -> None:
    # Of pygeoapi it was recorded what comes when a required input is missing; the form
    # does not send that.
    app.job = app.client.execute(process_id, inputs, mode="async")
    assert ended(app) == "failed"
    wait_for(lambda: reason in str(app.panel.state["failure"]))
    assert app.results is None


SLOW = [
    (ZOO, "slowjob", {"seconds": 60}),
    (WEAVER, "remote-slow", {"seconds": [60]}),
    (PYGEOAPI, "slow", {"seconds": 20}),
]


@pytest.mark.parametrize(
    ("server", "process_id", "inputs"), SLOW, indirect=["server"],
    ids=["zoo", "weaver", "pygeoapi"],
)  # fmt: skip
def test_job_is_stopped_from_the_panel(
    app: App, server: Any, process_id: str, inputs: Any
) -> None:
    app.choose(process_id)
    app.form.inputs = inputs
    job = app.run()
    wait_for(lambda: app.panel.state["kind"] in ("accepted", "running"))
    if app.panel.can_stop is False:
        # pygeoapi can, and does not say so.
        job.dismiss()
    else:
        app.panel.stop()
    wait_for(lambda: app.panel.state["kind"] == "dismissed")
    assert job.status.status == "dismissed"
    assert [one.path for one in server.requests("DELETE")] != []
    # Nobody read the log of the job that was recorded.
    assert [one for one in server.unmatched if not one.endswith("/logs")] == []


@pytest.mark.parametrize(
    ("server", "process_id", "inputs"),
    [GOOD[0][:3], GOOD[2][:3], GOOD[3][:3]],
    indirect=["server"],
    ids=["zoo", "weaver", "pygeoapi"],
)
def test_job_just_started_is_the_first_of_the_list(
    app: App, server: Any, process_id: str, inputs: Any
) -> None:
    assert go(app, process_id, inputs) == "successful"
    table = JobTable(app.client)
    try:
        wait_for(
            lambda: table.state["is_loaded"] and table.state["loading_for"] is None
        )
        rows = table.state["rows"]
        assert rows[0]["id"] == app.job.id
        # The others are those of the recording.
        assert len({row["id"] for row in rows}) == 10
    finally:
        table.close()
    assert server.unmatched == []
