"""Results of a job: the document, one output, the files, the logs."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.server.context import api_of, folder_of, job_of
from ogc_widgets.lab.server.jobs.files import below, not_found, send_file, send_log
from ogc_widgets.lab.server.jobs.result_documents import (
    Raw,
    ResultAddresses,
    raw_output,
    results_document,
)
from ogc_widgets.lab.server.problems import Problem, no_such_job

if TYPE_CHECKING:
    from starlette.requests import Request

    from ogc_widgets.lab.server.jobs.job_store import JobRecord


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
