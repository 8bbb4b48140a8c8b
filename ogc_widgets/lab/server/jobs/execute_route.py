"""POST /processes/{id}/execution: accept a job, and wait for it where asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.jobs.job_routes import results_response, status_info
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.processes.inputs import check_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.server.requests import LabRequest


async def execute(request: LabRequest) -> Response:
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
        return JSONResponse(status_info(request, job), 201, headers=headers)
    await lab.scheduler.finished(job.job_id)
    monitor = f'<{address}>; rel="monitor"'
    try:
        response = await results_response(request, lab.jobs.get(job.job_id))
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
