"""A class on one lab: thirty clients at once, and a list of ten thousand jobs."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from lab_jobs import AREA, cwltool
from measure import Row, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PROCESSES, _CLIENTS = 3, 30
_WORKERS = 2
_JOBS = 10_000
_LIST_MS = 50.0
_WAITS = {
    "first": ("first answer", 1000.0),
    "opened": ("all that an App reads", 3000.0),
    "asked": ("answer to a poll", 1000.0),
}
_ASK_S = 1.0  # as often as an App asks while its job runs


def rows() -> Iterator[Row]:
    """Measure the waits of the class, the bare runs, and the list."""
    import ogc_widgets as ogc

    with ogc.lab(workers=_WORKERS) as lab:
        inputs = {"stac_items": lab.scenes, "aoi": AREA}
        package = httpx.get(f"{lab.url}/processes/water-bodies/package").text
        waits = _class(lab.url, inputs)
        bare = _bare_runs(package, inputs)
    for name, (said, most_ms) in _WAITS.items():
        took = [1000 * each for each in waits[name]]
        named = f"class of 30: {said}"
        yield Row(f"{named}, half / {most_ms:.0f} ms", _half(took), most_ms, None, "ms")
        yield Row(f"{named}, worst / {most_ms:.0f} ms", max(took), most_ms, 1.0, "ms")
    done, other = waits["done"], bare
    name = "class of 30, results / 30 cwltool, 2 at a time"
    yield Row(f"{name}: half", _half(done), _half(other), 1.0)
    yield Row(f"{name}: the last", max(done), max(other), 1.0)
    yield from _long_list()


def _class(url: str, inputs: dict[str, Any]) -> dict[str, list[float]]:
    """Run the clients, in several processes; any error of theirs ends the run."""
    line = [sys.executable, __file__, url, str(_CLIENTS // _PROCESSES)]
    running = [
        subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        for _ in range(_PROCESSES)
    ]
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()  # it has loaded what it needs
    waits: dict[str, list[float]] = {}
    for each in running:
        assert each.stdin is not None
        each.stdin.write(json.dumps(inputs) + "\n")
    for each in running:
        answer, _ = each.communicate()
        if each.returncode:
            raise RuntimeError("a client of the class failed")
        for name, took in json.loads(answer).items():
            waits.setdefault(name, []).extend(took)
    return waits


def _clients(url: str, number: int) -> None:
    """Be some of the class: one thread for each client."""
    import ogc_widgets as ogc

    with ogc.Client(url) as client:  # what a notebook loads before it is used
        client.landing_page()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    inputs = json.loads(sys.stdin.readline())
    together = threading.Barrier(number)
    waits: dict[str, list[float]] = {"first": [], "opened": [], "asked": [], "done": []}

    def one(_: int) -> None:
        with ogc.Client(url) as client:
            together.wait()
            began = time.perf_counter()
            client.landing_page()
            waits["first"].append(time.perf_counter() - began)
            client.conformance()
            process = client.process("water-bodies")
            client.jobs()
            waits["opened"].append(time.perf_counter() - began)
            job = client.execute(process.id, inputs, mode="async")
            while job.status.status not in {"successful", "failed", "dismissed"}:
                time.sleep(_ASK_S)
                asked = time.perf_counter()
                job.refresh()
                waits["asked"].append(time.perf_counter() - asked)
            if len(job.results().items) != len(inputs["stac_items"]):
                raise RuntimeError(f"{job.id}: {job.status.message}")
            waits["done"].append(time.perf_counter() - began)

    with ThreadPoolExecutor(number) as pool:
        list(pool.map(one, range(number)))
    sys.stdout.write(json.dumps(waits))


def _bare_runs(package: str, inputs: dict[str, Any]) -> list[float]:
    """When each of the runs is done, of as many as the class has, two at a time."""
    run = cwltool("water-bodies", package, inputs)
    began = time.perf_counter()

    def one(_: int) -> float:
        run()
        return time.perf_counter() - began

    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(one, range(_CLIENTS)))


def _long_list() -> Iterator[Row]:
    import ogc_widgets as ogc

    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder))
        with ogc.lab(data=folder) as lab, httpx.Client() as http:
            queries = {
                "the first page": "",
                "the newest 20": "?limit=20",
                "the last 20": f"?limit=20&offset={_JOBS - 20}",
                "of a process": "?limit=20&processID=echo",
                "in a state that few are in": "?limit=20&status=accepted",
                "of a time": "?limit=20&datetime=2024-01-02",
                "that took long": "?limit=20&minDuration=9&status=failed",
            }
            for name, query in queries.items():
                (took,) = seconds(_get(http, f"{lab.url}/jobs{query}"), rounds=21)
                named = f"{_JOBS:,} jobs, {name} / {_LIST_MS:.0f} ms"
                yield Row(named, 1000 * took, _LIST_MS, 1.0, "ms")


def _get(http: httpx.Client, url: str) -> Callable[[], float]:
    def task() -> float:
        began = time.perf_counter()
        http.get(url).raise_for_status()
        return time.perf_counter() - began

    return task


def _fill(folder: Path) -> None:
    """Keep jobs as an old server left them, each with inputs of some kilobytes."""
    from ogc_widgets.lab.server.jobs.job_store import JobStore

    store = JobStore(folder / "jobs.sqlite")
    request = {"outputs": {}, "response": "", "mode": "async", "inputs": "x" * 5000}
    states = ("successful", "successful", "failed", "dismissed")
    for number in range(_JOBS):
        job_id = str(uuid.uuid1())
        store.add(job_id, ("water-bodies", "echo")[number % 2], request)
        store.start(job_id, "starting")
        store.finish(job_id, states[number % len(states)], "finished")
    store.close()


def _half(took: Sequence[float]) -> float:
    return statistics.median(took)


if __name__ == "__main__":
    _clients(sys.argv[1], int(sys.argv[2]))
