"""A job that is opened or deleted: the screen shows what belongs to it, or says so."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import answer, processes_server
from test_app import press, results_of
from waiting import wait_for

import ogc_widgets as ogc

if TYPE_CHECKING:
    from ogc_widgets.app import App

OTHER = "-121.0,40.0,-120.9,40.1"


def opened(app: App, job: ogc.Job) -> None:
    """Open a job in the Jobs tab."""
    press(app.header, "tab", name="jobs")
    table = app._jobs.table
    assert table is not None
    wait_for(lambda: job.id in {one.id for one in table.jobs})
    press(table, "attach", job_id=job.id)


def test_opened_job_shows_its_own_inputs_and_area_when_they_are_known(
    filled: App,
) -> None:
    typed = dict(filled.form.inputs)
    inputs = {**typed, "aoi": OTHER}
    job = filled.client.execute("water-bodies", inputs)
    opened(filled, job)
    wait_for(lambda: filled.form.inputs == inputs)
    box = pytest.approx([-121.0, 40.0, -120.9, 40.1])
    wait_for(lambda: filled.map.bbox == box)
    # What was typed is not lost.
    wait_for(lambda: filled.header.offer)
    assert job.id[:8] in filled.header.offer["text"]
    press(filled.header, "offer", take=True)
    assert filled.form.inputs == typed
    assert not filled.header.offer
    job.dismiss()


def test_form_says_so_when_what_a_job_was_started_with_is_not_known() -> None:
    process = {
        "id": "p",
        "jobControlOptions": ["async-execute"],
        "inputs": {"a": {"schema": {"type": "string"}}},
    }
    status = {"jobID": "1", "status": "running", "processID": "p"}
    behaviours = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/1"): lambda *_: answer(status),
    }
    with processes_server(behaviours) as server:
        app = ogc.App(f"{server.origin}/api", "p")
        app.form.inputs = {"a": "typed"}
        app.job = app.client.job("1")
        assert "is not known" in app.header.offer["text"]
        assert app.form.inputs == {"a": "typed"}
        app.job = None
        assert not app.header.offer
        app.close()


def test_job_of_another_process_opens_that_process(app: App) -> None:
    inputs = {"message": "hello"}
    app.job = app.client.execute("echo", inputs, mode="async")
    assert app.process.id == "echo"
    assert app.form.inputs["message"] == "hello"


def test_inputs_are_read_from_the_status_when_the_server_writes_them_there() -> None:
    status = {
        "jobID": "1", "status": "running", "processID": "p",
        "request": {"inputs": {"a": 1}},
    }  # fmt: skip
    behaviours = {("GET", "/api/jobs/1"): lambda *_: answer(status)}
    with (
        processes_server(behaviours) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert client.job("1").request().inputs == {"a": 1}


def test_nothing_of_a_job_stays_when_it_is_deleted_in_the_jobs_tab(
    filled: App,
) -> None:
    job = filled.run()
    results_of(filled)
    opened(filled, job)
    table: Any = filled._jobs.table
    press(table, "remove", job_id=job.id)
    # The panel is told after the results.
    wait_for(lambda: filled.panel.state["kind"] == "idle")
    assert filled.job is None
    assert filled.results is None
    assert filled.panel.job is None
    assert filled._stage.head.summary == ""
    assert filled.map._overlay.footprints == {}


def test_late_results_are_not_shown_when_another_job_is_the_current_one() -> None:
    asked, held = threading.Event(), threading.Event()

    def late(*_: Any) -> bytes:
        asked.set()
        assert held.wait(60)
        return answer({"word": "early"})

    behaviours: dict[tuple[str, str], Any] = {
        ("GET", "/api/jobs/early/results"): late,
        ("GET", "/api/jobs/current/results"): lambda *_: answer({"word": "current"}),
    }
    for name in ("early", "current"):
        status = {"jobID": name, "status": "successful", "processID": "p"}
        behaviours["GET", f"/api/jobs/{name}"] = partial(
            lambda status, *_: answer(status), status
        )
    with processes_server(behaviours) as server:
        app = ogc.App(f"{server.origin}/api", "p")
        readings = []
        link: Any = app._results_link
        seen = link._seen
        link._seen = lambda *args: readings.append(seen(*args))
        app.job = app.client.job("early")
        assert asked.wait(60)
        app.job = app.client.job("current")
        assert results_of(app).outputs["word"] == "current"
        (reading, *_) = [one for one in readings if one is not None]
        arrived = threading.Event()
        reading.add_done_callback(lambda _: arrived.set())  # after that of the app
        held.set()
        assert arrived.wait(60)
        assert reading.result().outputs["word"] == "early"
        assert app.results.outputs["word"] == "current"
        app.close()
