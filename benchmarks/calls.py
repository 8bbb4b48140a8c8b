"""What a call costs, beside bare httpx and the other clients, on loopback."""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
from loopback import loopback
from measure import Row, seconds

from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.client.jobs.job import Job

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

_CALLS = 60
_WARM_UP = 20
Verbs = dict[str, "Callable[[], object]"]


def rows() -> Iterator[Row]:
    """Measure: milliseconds per call of one verb, sequential, on a kept connection."""
    import ogc_widgets as ogc

    warnings.simplefilter("ignore")
    with ogc.lab() as lab, ogc.Client(lab.url) as client:
        job = client.execute("echo", {"message": "a"}).wait(120)
        yield from _awaited(lab.url, "echo", job.id)
        yield from _side_by_side("lab", lab.url, "echo", job.id)
    # One that answers at once shows what is left of a call without any server.
    with loopback() as url:
        yield from _side_by_side("at once", url, "process-0", "job-1")


def _awaited(url: str, process_id: str, job_id: str) -> Iterator[Row]:
    """The awaitable verbs, as widgets use them, beside httpx's awaitable client."""
    import ogc_widgets as ogc
    from ogc_widgets.client.http.loop import run

    client = ogc.Client(url)
    job = client.job(job_id)
    aio = client.aio
    for verb, ours, path in (
        ("process", partial(aio.process, process_id), f"/processes/{process_id}"),
        ("processes", aio.processes, "/processes"),
        ("status", job.aio.refresh, f"/jobs/{job_id}"),
        ("results", lambda: _unread(job).aio.results(), f"/jobs/{job_id}/results"),
    ):
        mine, bare = seconds(
            partial(run, _awaited_calls, ours),
            partial(run, _awaited_httpx, url, path),
        )
        name = f"lab: await {verb} / httpx.AsyncClient"
        yield Row(name, 1000 * mine, 1000 * bare, 1.0, "ms")


async def _awaited_calls(call: Callable[[], Awaitable[object]]) -> float:
    for _ in range(_WARM_UP):
        await call()
    start = time.perf_counter()
    for _ in range(_CALLS):
        await call()
    return (time.perf_counter() - start) / _CALLS


async def _awaited_httpx(url: str, path: str) -> float:
    headers = {"Accept": "application/json"}
    async with httpx.AsyncClient(base_url=url, headers=headers) as http:

        async def call() -> object:
            return (await http.get(path)).raise_for_status().json()

        return await _awaited_calls(call)


def _side_by_side(
    where: str,
    url: str,
    process_id: str,
    job_id: str,
) -> Iterator[Row]:
    place = (url, process_id, job_id)
    bare = _httpx(*place)
    others = {
        name: verbs
        for name, make in (("OWSLib", _owslib),
                           ("ogc-api-processes-client", _generated),
                           ("cuiman", _cuiman))
        if (verbs := _made(make, place))
    }  # fmt: skip
    for verb, ours in _ours(*place).items():
        peers = {name: v[verb] for name, v in others.items() if verb in v}
        found = seconds(*(_timed(call) for call in (ours, bare[verb], *peers.values())))
        mine, plain, *theirs = (1000 * value for value in found)
        yield Row(f"{where}: {verb} / bare httpx", mine, plain, 0.9, "ms")
        for name, value in zip(peers, theirs, strict=True):
            yield Row(f"{where}: {verb} / {name}", mine, value, 1.0, "ms")


def _timed(call: Callable[[], object]) -> Callable[[], float]:
    for _ in range(_WARM_UP):
        call()

    def task() -> float:
        start = time.perf_counter()
        for _ in range(_CALLS):
            call()
        return (time.perf_counter() - start) / _CALLS

    return task


def _made(make: Callable[..., Verbs], place: tuple[str, str, str]) -> Verbs:
    """The verbs of another client; none where it is not installed."""
    with suppress(ImportError):
        return make(*place)
    print(f"  {make.__name__.strip('_')} is not installed", flush=True)
    return {}


def _ours(url: str, process_id: str, job_id: str) -> Verbs:
    import ogc_widgets as ogc

    client = ogc.Client(url)
    client.process(process_id)
    job = client.job(job_id)
    return {
        "process": lambda: client.process(process_id),
        "processes": client.processes,
        "status": job.refresh,
        "jobs": lambda: client.jobs(20),
        "results": lambda: _unread(job).results(),
    }


def _unread(job: Job) -> Job:
    """The same job by whoever has not read its results, which a job keeps."""
    aio = job.aio
    return Job(
        AsyncJob(
            *(aio.discovery, aio.signing_in, aio.id, aio.url, aio.status),
            process_id=aio.process_id,
        )
    )


def _httpx(url: str, process_id: str, job_id: str) -> Verbs:
    http = httpx.Client(base_url=url, headers={"Accept": "application/json"})

    def get(path: str) -> Callable[[], object]:
        return lambda: http.get(path).raise_for_status().json()

    return {
        "process": get(f"/processes/{process_id}"),
        "processes": get("/processes"),
        "status": get(f"/jobs/{job_id}"),
        "jobs": get("/jobs?limit=20"),
        "results": get(f"/jobs/{job_id}/results"),
    }


def _owslib(url: str, process_id: str, _job_id: str) -> Verbs:
    from owslib.ogcapi.processes import Processes

    client: Any = Processes(url)
    return {
        "process": lambda: client.process(process_id),
        "processes": client.processes,
    }


def _generated(url: str, process_id: str, job_id: str) -> Verbs:
    # Untyped on purpose: it hands its names on without saying so.
    generated: Any = import_module("ogc_api_processes_client")
    api: Any = generated.ApiClient(generated.Configuration(host=url))
    describe = generated.ProcessDescriptionApi(api).get_process_description
    return {
        "process": lambda: describe(process_id),
        "processes": generated.ProcessListApi(api).get_processes,
        "status": lambda: generated.StatusApi(api).get_status(job_id),
        "jobs": generated.JobListApi(api).get_jobs,
    }


def _cuiman(url: str, process_id: str, job_id: str) -> Verbs:
    import cuiman

    client: Any = cuiman.Client(api_url=url)
    return {
        "process": lambda: client.get_process(process_id),
        "processes": client.get_processes,
        "status": lambda: client.get_job(job_id),
        "jobs": client.get_jobs,
        "results": lambda: client.get_job_results(job_id),
    }
