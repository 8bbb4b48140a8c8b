"""Apps that are closed leave nothing behind, however often."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import inspect
import pkgutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ipywidgets.widgets import widget as ipywidgets_widget

import ogc_widgets as ogc
from ogc_widgets.client.http.loop import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.lab import Lab

CYCLES = 100


async def _tasks_of_the_loop() -> int:
    return len(asyncio.all_tasks())


def counts() -> dict[str, int]:
    """What must not grow: widgets, threads, sockets of this process, loop tasks."""
    gc.collect()
    links = list(_open_files())
    return {
        "widgets": len(ipywidgets_widget._instances),
        "threads": threading.active_count(),
        "sockets": sum(link.startswith("socket:") for link in links),
        "tasks": run(_tasks_of_the_loop),
    }


def _open_files() -> Iterator[str]:
    for path in Path("/proc/self/fd").iterdir():
        # The folder itself is opened to be listed, and gone when it is read.
        with contextlib.suppress(OSError):
            yield str(path.readlink())


def settled(limit: dict[str, int]) -> dict[str, int]:
    """The counts once they are back, or after ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        now = counts()
        back = all(now[name] <= limit[name] for name in limit)
        if back or time.monotonic() > deadline:
            return now
        time.sleep(0.05)


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
    after = settled(before)
    assert all(after[name] <= before[name] for name in before), (before, after)


def test_nothing_is_left_when_an_app_is_closed_while_its_job_runs(
    lab_server: Lab,
) -> None:
    inputs = {
        "aoi": "-121.399,39.834,-120.74,40.472",
        "stac_items": lab_server.scenes,
    }

    def start_and_close() -> str:
        app = ogc.App(lab_server.url, "water-bodies")
        app.form.inputs = inputs
        job = app.run()
        app.close()
        return job.id

    # The first job starts a worker thread of the loop, which stays.
    first = start_and_close()
    before = settled({"tasks": 1})
    second = start_and_close()
    after = settled(before)
    assert all(after[name] <= before[name] for name in before), (before, after)
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
