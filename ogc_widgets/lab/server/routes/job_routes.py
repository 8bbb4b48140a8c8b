"""The jobs: listed, followed, dismissed; their results, files and logs."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.server.context import (
    api_of,
    folder_of,
    job_of,
    lab_of,
    page_of,
    page_response,
    whole_number,
)
from ogc_widgets.lab.server.jobs.files import below, not_found, send_file, send_log
from ogc_widgets.lab.server.jobs.job_store import STATUSES, JobFilter
from ogc_widgets.lab.server.jobs.result_documents import (
    Raw,
    ResultAddresses,
    raw_output,
    results_document,
)
from ogc_widgets.lab.server.moments import interval
from ogc_widgets.lab.server.problems import Problem, bad_parameter, no_such_job
from ogc_widgets.lab.server.processes.documents import status_info

if TYPE_CHECKING:
    from starlette.requests import Request

    from ogc_widgets.lab.server.jobs.job_store import JobRecord


async def job_list(request: Request) -> Response:
    """GET /jobs: newest first, filtered and paged."""
    limit, offset = page_of(request)
    found, total = lab_of(request).jobs.find(
        _filter(request), limit=limit, offset=offset
    )
    api = api_of(request)
    page = [status_info(job, folder_of(request, job), api) for job in found]
    return page_response(request, "jobs", page, total)


async def job_status(request: Request) -> Response:
    """GET /jobs/{id}."""
    job = job_of(request)
    info = status_info(job, folder_of(request, job), api_of(request))
    return JSONResponse(info, headers={"Cache-Control": "no-store"})


async def dismiss(request: Request) -> Response:
    """DELETE /jobs/{id}: stop it; a job that has ended is removed."""
    lab = lab_of(request)
    job = job_of(request)
    folder = folder_of(request, job)
    api = api_of(request)
    if not job.is_finished:
        await lab.scheduler.dismiss(job)
        try:
            job = lab.jobs.get(job.job_id)
        except KeyError:  # another request has removed it since
            job = dataclasses.replace(job, status="dismissed")
        info = status_info(job, folder, api)
    else:
        # Nothing is left to link to.
        info = {**status_info(job, folder, api), "status": "dismissed", "links": []}
        info["message"] = "removed on request"
        await lab.scheduler.dismiss(job)
    info["links"].append(
        {"href": f"{api}/jobs", "rel": "up", "type": "application/json"}
    )
    return JSONResponse(info)


def _filter(request: Request) -> JobFilter:
    statuses = _words(request, "status")
    if not STATUSES.issuperset(statuses):
        known = ", ".join(sorted(STATUSES))
        raise bad_parameter("status", f"must be one of {known}")
    created_from = created_to = None
    if (text := request.query_params.get("datetime")) is not None:
        try:
            created_from, created_to = interval(text)
        except ValueError as error:
            raise bad_parameter("datetime", str(error)) from None
    return JobFilter(
        process_ids=_words(request, "processID"),
        statuses=statuses,
        created_from=created_from,
        created_to=created_to,
        min_duration_s=whole_number(request, "minDuration"),
        max_duration_s=whole_number(request, "maxDuration"),
        nothing=any(word != "process" for word in _words(request, "type")),
    )


def _words(request: Request, name: str) -> list[str]:
    values = request.query_params.getlist(name)
    return [word for value in values for word in value.split(",") if word]


async def results(request: Request) -> Response:
    """GET /jobs/{id}/results."""
    return await results_response(request, job_of(request))


async def one_result(request: Request) -> Response:
    """GET /jobs/{id}/results/{output}: that output as it is."""
    job = job_of(request)
    name = request.path_params["output_id"]
    outputs = await _outputs(request, job)
    if outputs.get(name) is None:
        raise Problem(
            404,
            "No such output",
            f"This job has no output {name!r}; it has: {', '.join(outputs)}.",
            "no-such-output",
        )
    raw = await asyncio.to_thread(raw_output, outputs[name], _addresses(request, job))
    return await _raw_response(request, raw)


async def result_file(request: Request) -> Response:
    """GET /jobs/{id}/files/{path}: a result file, with ranges."""
    relative = request.path_params["path"]
    root = folder_of(request, job_of(request)).outputs
    path = await asyncio.to_thread(below, root, relative)
    return await asyncio.to_thread(send_file, request, path, relative)


async def step_log(request: Request) -> Response:
    """GET /jobs/{id}/logs/{name}: what a step has printed so far."""
    name = request.path_params["name"]
    for step, path in folder_of(request, job_of(request)).step_logs():
        if f"{step}.log" == name:
            return await send_log(request, path)
    raise not_found(name)


async def job_log(request: Request) -> Response:
    """GET /jobs/{id}/log: what the runner has printed so far."""
    return await send_log(request, folder_of(request, job_of(request)).log)


async def results_response(request: Request, job: JobRecord) -> Response:
    """Return the results of a job in the form that its request asked for.

    Raises:
        Problem: The job has no results, or not yet.
    """
    outputs = await _outputs(request, job)
    modes: dict[str, str | None] = job.request["outputs"]
    if modes:
        outputs = {name: outputs.get(name) for name in modes}
    addresses = _addresses(request, job)
    form = job.request["response"]
    single = len(outputs) == 1
    if form == "raw" or (not form and job.request["mode"] == "sync" and single):
        parts = {
            name: await asyncio.to_thread(raw_output, value, addresses)
            for name, value in outputs.items()
            if value is not None
        }
        if not parts:
            return Response(status_code=204)
        if len(parts) == 1:
            return await _raw_response(request, next(iter(parts.values())))
        return await asyncio.to_thread(_multipart, parts)

    document = await asyncio.to_thread(results_document, outputs, addresses, modes)
    return JSONResponse(document)


async def _outputs(request: Request, job: JobRecord) -> dict[str, Any]:
    """Return the CWL output object of a job.

    Raises:
        Problem: It has none, or not yet.
    """
    if not job.is_finished:
        raise Problem(
            404,
            "Results not ready",
            f"The job is {job.status} ({job.progress} %): {job.message}.",
            "result-not-ready",
        )
    if job.status != "successful":
        status, title, detail = {
            "dismissed": (
                404,
                "No results",
                "The job was dismissed, so there are no results.",
            ),
            "failed": (job.failure_code, "The job failed", job.message),
        }[job.status]
        raise Problem(status, title, detail, "result-not-available")
    path = folder_of(request, job).output_object
    try:
        document: dict[str, Any] = json.loads(await asyncio.to_thread(path.read_bytes))
    except FileNotFoundError:  # another request has removed the job since
        raise no_such_job(job.job_id) from None
    return document


def _addresses(request: Request, job: JobRecord) -> ResultAddresses:
    folder = folder_of(request, job)
    return ResultAddresses(f"{api_of(request)}/jobs/{job.job_id}", folder.outputs)


async def _raw_response(request: Request, raw: Raw) -> Response:
    if raw.path is None:
        return Response(raw.body, media_type=raw.media_type)
    response = await asyncio.to_thread(send_file, request, raw.path, raw.path.name)
    if isinstance(response, FileResponse):
        response.headers["Content-Disposition"] = "inline"
    return response


def _multipart(parts: dict[str, Raw]) -> Response:
    boundary = secrets.token_hex(16)
    body = bytearray()
    for name, raw in parts.items():
        content: Any = raw.path.read_bytes() if raw.path else raw.body
        head = (
            f"--{boundary}\r\nContent-Type: {raw.media_type}\r\n"
            f"Content-ID: <{json.dumps(name)[1:-1]}>\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        body += head.encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return Response(bytes(body), media_type=f'multipart/related; boundary="{boundary}"')
