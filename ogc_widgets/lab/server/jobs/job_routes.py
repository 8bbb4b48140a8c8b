"""The jobs: started, listed, followed, dismissed; their results, files and logs."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.engines.engine import JobFolder
from ogc_widgets.lab.server.documents import link
from ogc_widgets.lab.server.inputs import check_inputs
from ogc_widgets.lab.server.jobs.files import below, send_file, send_log
from ogc_widgets.lab.server.jobs.job_store import STATUSES, JobFilter
from ogc_widgets.lab.server.jobs.results import Raw, Results
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.requests import LabRequest, interval, resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ogc_widgets.lab.server.jobs.job_store import JobRecord, ListedJob
    from ogc_widgets.lab.server.requests import LabRequest

_SETTLED_S = 60
_RESULTS_REL = "http://www.opengis.net/def/rel/ogc/1.0/results"


def _status_info(request: LabRequest, job: ListedJob) -> dict[str, Any]:
    """Return the statusInfo of a job, with a link per step log."""
    address = f"{request.api}/jobs/{job.job_id}"
    folder = request.lab.scheduler.folder(job.job_id)
    updated = job.updated
    if job.status == "running":  # a line in a log is a sign of life
        for path in (folder.log, *(path for _, path in folder.step_logs())):
            with suppress(OSError):
                updated = max(updated, path.stat().st_mtime)
    moments = {
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "updated": updated,
    }
    links = [link(address, "monitor", "Status of this job")]
    # Where the results will be is known before they are there.
    if job.status in {"accepted", "running", "successful"}:
        links.append(link(f"{address}/results", _RESULTS_REL, "Results"))
    is_old = job.finished is not None and time.time() - job.finished > _SETTLED_S
    links += (_links_of_old if is_old else _log_links)(address, folder.path)
    return {
        "jobID": job.job_id,
        "id": job.job_id,
        "processID": job.process_id,
        "type": "process",
        "status": job.status,
        "message": job.message,
        "progress": job.progress,
        **{
            k: _timestamp(moment) for k, moment in moments.items() if moment is not None
        },
        **({"owner": job.owner_name} if job.owner else {}),
        "links": links,
    }


def _log_links(address: str, folder: Path) -> list[dict[str, Any]]:
    """Return a link for each log in the folder of a job."""
    files, links = JobFolder(folder), []
    for name, _ in files.step_logs():
        href = f"{address}/logs/{quote(name)}.log"
        links.append(link(href, "related", f"Tool log {name}.log", "text/plain"))
    if files.log.exists():
        links.append(link(f"{address}/log", "related", "Job log", "text/plain"))
    return links


# A list of jobs is asked for again and again, and files take most of its time. The logs
# of a job that has ended stay as they are; a program may write a last line, though.
_links_of_old = lru_cache(maxsize=2000)(_log_links)


def _timestamp(seconds: float) -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


async def _jobs(request: LabRequest) -> Response:
    limit, offset = request.page
    found, total = request.lab.jobs.find(_filter(request), limit=limit, offset=offset)
    page = [_status_info(request, job) for job in found]
    return request.page_response("jobs", page, total)


def _filter(request: LabRequest) -> JobFilter:
    statuses = request.words("status")
    if not STATUSES.issuperset(statuses):
        reason = f"must be one of {', '.join(sorted(STATUSES))}"
        raise Problem("invalid-parameter", name="status", reason=reason)
    created: tuple[float | None, float | None] = (None, None)
    if (text := request.query_params.get("datetime")) is not None:
        try:
            created = interval(text)
        except ValueError as error:
            problem = Problem("invalid-parameter", name="datetime", reason=error)
            raise problem from None
    shortest, longest = map(request.whole_number, ("minDuration", "maxDuration"))
    return JobFilter(
        process_ids=request.words("processID"),
        statuses=statuses,
        created=created,
        duration_s=(shortest, longest),
        owner=None if request.person.is_admin else request.person.id,
        nothing=any(word != "process" for word in request.words("type")),
    )


async def _status(request: LabRequest) -> Response:
    info = _status_info(request, request.job)
    return JSONResponse(info, headers={"Cache-Control": "no-store"})


async def _definition(request: LabRequest) -> Response:
    """What the job was asked to do, as Part 4 has it."""
    job = request.job
    process = f"{request.api}/processes/{quote(job.process_id)}"
    inputs = job.request.get("inputs", {})
    return JSONResponse({"process": process, "inputs": inputs})


async def _dismiss(request: LabRequest) -> Response:
    """Stop a job; one that has ended is removed."""
    lab, job = request.lab, request.job
    if not job.is_finished:
        await lab.scheduler.dismiss(job)
        try:
            job = lab.jobs.get(job.job_id)
        except Problem:  # another request has removed it since
            job = dataclasses.replace(job, status="dismissed")
        info = _status_info(request, job)
    else:
        # Nothing is left to link to.
        info = {**_status_info(request, job), "status": "dismissed", "links": []}
        info["message"] = "removed on request"
        await lab.scheduler.dismiss(job)
    up = {"href": f"{request.api}/jobs", "rel": "up", "type": "application/json"}
    info["links"].append(up)
    return JSONResponse(info)


async def _results(request: LabRequest) -> Response:
    return await _results_response(request, request.job)


async def _one_result(request: LabRequest) -> Response:
    job, name = request.job, request.path_params["output_id"]
    outputs = await _outputs(request, job)
    if outputs.get(name) is None:
        raise Problem("no-such-output", name=name, known=", ".join(outputs))
    raw = await asyncio.to_thread(_results_of(request, job).raw, outputs[name])
    return await _raw_response(request, raw)


async def _file(request: LabRequest) -> Response:
    relative = request.path_params["path"]
    root = request.job_folder.outputs
    path = await asyncio.to_thread(below, root, relative)
    return await asyncio.to_thread(send_file, request, path, relative)


async def _step_log(request: LabRequest) -> Response:
    name = request.path_params["name"]
    for step, path in request.job_folder.step_logs():
        if f"{step}.log" == name:
            return await send_log(request, path)
    raise Problem("no-such-file", path=name)


async def _job_log(request: LabRequest) -> Response:
    return await send_log(request, request.job_folder.log)


async def _results_response(request: LabRequest, job: JobRecord) -> Response:
    """Return the results of a job in the form that its request asked for."""
    outputs = await _outputs(request, job)
    modes: dict[str, str | None] = job.request["outputs"]
    if modes:
        outputs = {name: outputs.get(name) for name in modes}
    found = _results_of(request, job)
    form = job.request["response"]
    single = len(outputs) == 1
    if form == "raw" or (not form and job.request["mode"] == "sync" and single):
        raw = await asyncio.to_thread(found.raw_outputs, outputs, modes)
        parts = list(raw.values())
        if len(parts) == 1 and not parts[0].address:
            return await _raw_response(request, parts[0])
        if all(part.address for part in parts):
            return _links_only(raw)
        return await asyncio.to_thread(_multipart, raw)
    return JSONResponse(await asyncio.to_thread(found.document, outputs, modes))


async def _outputs(request: LabRequest, job: JobRecord) -> dict[str, Any]:
    """Return the CWL output object of a job."""
    if not job.is_finished:
        words = f"{job.status} ({job.progress} %): {job.message}"
        raise Problem("results-not-ready", state=words)
    if job.status == "dismissed":
        raise Problem("job-dismissed")
    if job.status == "failed":
        raise Problem("job-failed", status=job.failure_code, reason=job.message)
    path = request.lab.scheduler.folder(job.job_id).output_object
    try:
        document: dict[str, Any] = json.loads(await asyncio.to_thread(path.read_bytes))
    except FileNotFoundError:  # another request has removed the job since
        raise Problem("no-such-job", id=job.job_id) from None
    return document


def _results_of(request: LabRequest, job: JobRecord) -> Results:
    folder = request.lab.scheduler.folder(job.job_id).outputs
    return Results(f"{request.api}/jobs/{job.job_id}", folder)


async def _raw_response(request: LabRequest, raw: Raw) -> Response:
    if raw.path is None:
        return Response(raw.body, media_type=raw.media_type)
    response = await asyncio.to_thread(send_file, request, raw.path, raw.path.name)
    if isinstance(response, FileResponse):
        response.headers["Content-Disposition"] = "inline"
    return response


def _links_only(parts: dict[str, Raw]) -> Response:
    """Answer without a body: a Link header for each output, none without outputs."""
    response = Response(status_code=204)
    for name, raw in parts.items():
        what = f'rel="{_RESULTS_REL}"; id="{quote(name)}"; type="{raw.media_type}"'
        response.headers.append("Link", f"<{raw.address}>; {what}")
    return response


def _multipart(parts: dict[str, Raw]) -> Response:
    boundary = secrets.token_hex(16)
    body = bytearray()
    for name, raw in parts.items():
        content = raw.path.read_bytes() if raw.path else raw.body
        head = (
            f"--{boundary}\r\nContent-Type: {raw.media_type}\r\n"
            f"Content-ID: <{json.dumps(name)[1:-1]}>\r\n"
            f"Content-Length: {len(content)}\r\n"
        )
        if raw.address:
            head += f"Content-Location: {raw.address}\r\n"
        head += "\r\n"
        body += head.encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return Response(bytes(body), media_type=f'multipart/related; boundary="{boundary}"')


async def _execute(request: LabRequest) -> Response:
    """Execute a process, synchronously or not (Prefer: respond-async)."""
    lab, process = request.lab, request.process
    described, package = process.described, lab.processes.package(process.id)
    body = await request.read_object()
    checked = check_inputs(described, _members(body.get("inputs", {}), "input"))
    preferences = _preferences(request)
    is_async = "respond-async" in preferences
    wanted = {
        "outputs": _wanted_outputs(described["outputs"], body),
        "response": _wanted_response(body, preferences),
        "mode": "async" if is_async else "sync",
        "inputs": body.get("inputs", {}),  # as they came, for whoever asks
    }
    await lab.keeping.check(request.person)
    job = lab.scheduler.submit(described, package, checked, wanted, request.person)
    address = f"{request.api}/jobs/{job.job_id}"
    if is_async:
        headers = {"Location": address, "Preference-Applied": "respond-async"}
        return JSONResponse(_status_info(request, job), 201, headers=headers)
    await lab.scheduler.finished(job.job_id)
    monitor = f'<{address}>; rel="monitor"'
    try:
        response = await _results_response(request, lab.jobs.get(job.job_id))
    except Problem as problem:
        problem.headers["Link"] = monitor
        raise
    response.headers.append("Link", monitor)
    return response


def _preferences(request: LabRequest) -> set[str]:
    return {
        word.strip().lower().replace(" ", "")
        for line in request.headers.getlist("prefer")
        for word in re.split("[,;]", line)
    }


def _members(value: object, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Problem(
            "invalid-request",
            reason=f"{kind}s must be an object with one member per {kind}.",
        )
    return value


def _wanted_response(body: Mapping[str, Any], preferences: set[str]) -> str:
    if body.get("response", "raw") not in ("raw", "document"):
        raise Problem("invalid-request", reason="response must be 'raw' or 'document'.")
    if "return=representation" in preferences:
        return "document"
    return str(body.get("response", ""))


def _wanted_outputs(
    outputs: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, str | None]:
    """Return output id to transmission mode; empty for all as they come."""
    modes: dict[str, str | None] = {}
    given = body.get("outputs")
    # A list of them is what drafts of the standard had; an empty one wants nothing.
    given = {} if given in (None, []) else given
    for name, selection in _members(given, "output").items():
        mode = reason = None
        if isinstance(selection, dict):
            mode = selection.get("transmissionMode")
        elif selection is not None:
            reason = f"{name} must be an object, such as {{}}."
        if name not in outputs:
            known = ", ".join(outputs)
            reason = f"{name} is not an output of this process (its outputs: {known})."
        elif mode not in (None, "value", "reference"):
            reason = f"{name}: transmissionMode is 'value' or 'reference'."
        if reason:
            raise Problem("invalid-request", reason=reason)
        modes[name] = mode
    return modes


JOB_ROUTES = [
    resource("/processes/{process_id}/execution", POST=_execute),
    resource("/jobs", GET=_jobs),
    resource("/jobs/{job_id}", GET=_status, DELETE=_dismiss),
    resource("/jobs/{job_id}/definition", GET=_definition),
    resource("/jobs/{job_id}/results", GET=_results),
    resource("/jobs/{job_id}/results/{output_id}", GET=_one_result),
    resource("/jobs/{job_id}/files/{path:path}", GET=_file),
    resource("/jobs/{job_id}/logs/{name}", GET=_step_log),
    resource("/jobs/{job_id}/log", GET=_job_log),
]
