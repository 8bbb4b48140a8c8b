"""Apps that are closed leave nothing behind, however often."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counting import counts, is_back
from waiting import wait_for

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


def test_no_answer_is_kept_without_bound() -> None:
    for module in pkgutil.walk_packages(ogc.__path__, "ogc_widgets."):
        names = vars(importlib.import_module(module.name))
        for name, kept in names.items():
            if not hasattr(kept, "cache_parameters"):
                continue
            is_one = not inspect.signature(kept).parameters
            bound = kept.cache_parameters()["maxsize"]
            assert is_one or bound is not None, f"{module.name}.{name}"
