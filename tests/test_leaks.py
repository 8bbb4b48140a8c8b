"""Apps that are closed leave nothing behind, however often."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counting import counts, is_back
from raw_server import answer, processes_server
from waiting import PATIENCE_S, wait_for

import ogc_widgets as ogc

if TYPE_CHECKING:
    from ogc_widgets.lab import Lab

CYCLES = 100


@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="open sockets are listed by Linux only"
)
def test_nothing_is_left_when_an_app_was_opened_and_closed_a_hundred_times(
    lab_server: Lab,
) -> None:
    # The first one loads libraries and starts the package's thread, which stay.
    ogc.App(lab_server.url, "water-bodies").close()
    before = counts()
    for _ in range(CYCLES):
        ogc.App(lab_server.url, "water-bodies").close()
    wait_for(lambda: is_back(before), lambda: (before, counts()))


def test_nothing_is_left_when_an_app_is_closed_while_its_job_runs(
    lab_server: Lab,
) -> None:
    inputs = {
        "aoi": "-121.399,39.834,-120.74,40.472",
        "stac_items": lab_server.scenes,
    }

    # The scripts of what shows results stay; whether it is made before an app is closed
    # is a matter of moments.
    with_results = ogc.App(lab_server.url, "water-bodies")
    assert with_results._stage
    with_results.close()
    start = {"tasks": counts()["tasks"]}

    def start_and_close() -> str:
        app = ogc.App(lab_server.url, "water-bodies")
        app.form.inputs = inputs
        job = app.run()
        app.close()
        return job.id

    first = start_and_close()
    wait_for(lambda: is_back(start), lambda: (start, counts()))
    before = counts()
    second = start_and_close()
    wait_for(lambda: is_back(before), lambda: (before, counts()))
    # Closing never touches the job: the server goes on with it, until it is asked to.
    with ogc.Client(lab_server.url) as client:
        for job_id in (first, second):
            job = client.job(job_id)
            assert job.status.status in {"accepted", "running", "successful"}
            job.dismiss()


def test_job_is_not_watched_when_its_app_was_closed_before_it_had_an_id() -> None:
    sent, closed = threading.Event(), threading.Event()

    def accept(*_: object) -> bytes:
        sent.set()
        assert closed.wait(PATIENCE_S)
        return answer({"jobID": "j", "status": "running"}, 201)

    is_running = answer({"jobID": "j", "status": "running"})
    answers = {
        ("POST", "/api/processes/p/execution"): accept,
        ("GET", "/api/jobs/j"): lambda *_: is_running,
    }
    with processes_server(answers) as server:
        client = ogc.Client(f"{server.origin}/api")
        before = {"tasks": counts()["tasks"]}
        app = ogc.App(client, "p")
        app.run_bar._receive(None, {"type": "run"}, [])
        assert sent.wait(PATIENCE_S)
        app.close()
        closed.set()
        wait_for(lambda: app.job is not None)
        wait_for(lambda: is_back(before), lambda: (before, counts()))
        client.close()


def test_no_answer_is_kept_without_bound() -> None:
    for module in pkgutil.walk_packages(ogc.__path__, "ogc_widgets."):
        names = vars(importlib.import_module(module.name))
        for name, kept in names.items():
            if not hasattr(kept, "cache_parameters"):
                continue
            is_one = not inspect.signature(kept).parameters
            bound = kept.cache_parameters()["maxsize"]
            assert is_one or bound is not None, f"{module.name}.{name}"
