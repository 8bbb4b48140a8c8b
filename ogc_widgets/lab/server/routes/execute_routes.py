"""POST /processes/{id}/execution: accept a job, and wait for it where asked."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.context import api_of, folder_of, job_with, lab_of
from ogc_widgets.lab.server.problems import Problem, bad_request
from ogc_widgets.lab.server.processes.documents import status_info
from ogc_widgets.lab.server.processes.inputs import check_inputs
from ogc_widgets.lab.server.routes.job_routes import results_response

if TYPE_CHECKING:
    from starlette.requests import Request

    from ogc_widgets.lab.server.processes.deployed import ProcessRecord
    from ogc_widgets.lab.server.values import Json

_LARGEST_BODY = 64 * 2**20


async def execute(request: Request) -> Response:
    """Execute a process, synchronously or not (Prefer: respond-async)."""
    lab = lab_of(request)
    process = lab.processes.get(request.path_params["process_id"])
    body = await read_json(request)
    checked = check_inputs(process.described, _object(body.get("inputs", {}), "input"))
    preferences = _preferences(request)
    is_async = "respond-async" in preferences
    job = lab.scheduler.submit(
        process,
        checked,
        {
            "outputs": _wanted_outputs(process, body),
            "response": _wanted_response(body, preferences),
            "mode": "async" if is_async else "sync",
        },
    )
    api = api_of(request)
    address = f"{api}/jobs/{job.job_id}"
    if is_async:
        info = status_info(job, folder_of(request, job), api)
        headers = {"Location": address, "Preference-Applied": "respond-async"}
        return JSONResponse(info, 201, headers=headers)
    await lab.scheduler.finished(job.job_id)
    monitor = {"Link": f'<{address}>; rel="monitor"'}
    try:
        response = await results_response(request, job_with(lab, job.job_id))
    except Problem as problem:
        problem.headers.update(monitor)
        raise
    response.headers.update(monitor)
    return response


async def read_body(request: Request) -> bytes:
    """Return a request's body.

    Raises:
        Problem: 413 when it is larger than the server takes.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            raise Problem(
                413,
                "Request too large",
                f"The request is larger than {_LARGEST_BODY >> 20} MiB; send files by "
                "reference.",
            )
        parts.append(part)
    return b"".join(parts)


def media_type_of(request: Request) -> str:
    """Return the media type of a request's body, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def unsupported(kind: str, *possible: str) -> Problem:
    """Return the problem of a body that is of no possible media type."""
    return Problem(
        415,
        "Unsupported media type",
        f"Send {'one of ' * (len(possible) > 1)}{', '.join(possible)}; this request is "
        f"{kind or 'of no type'}.",
        "unsupported-media-type",
    )


async def read_json(request: Request) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        Problem: 415 for another media type, 400 for anything but an object.
    """
    kind = media_type_of(request)
    if kind != "application/json" and not re.fullmatch(r"application/.+\+json", kind):
        raise unsupported(kind, "application/json")
    return json_object(await read_body(request))


def json_object(body: bytes) -> dict[str, Any]:
    """Return the object in a JSON text.

    Only what can be written again is taken: finite numbers, and texts that are
    Unicode (RFC 8259, sections 6 and 8.2).

    Raises:
        Problem: 400 when it is something else.
    """
    try:
        document = json.loads(
            body, parse_constant=_number, parse_float=_number, parse_int=_whole_number
        )
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _invalid("The body holds half of a character (\\ud800).") from None
    except (ValueError, RecursionError) as error:
        raise _invalid(f"The body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise _invalid("The body must be a JSON object.")
    return document


def _invalid(detail: str) -> Problem:
    return bad_request("Invalid request", detail)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is not a number that can be worked with")
    return number


def _whole_number(text: str) -> int:
    _number(text)
    return int(text)


def _preferences(request: Request) -> set[str]:
    return {
        word.strip().lower().replace(" ", "")
        for line in request.headers.getlist("prefer")
        for word in re.split("[,;]", line)
    }


def _object(value: Json, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(f"{kind}s must be an object with one member per {kind}.")
    return value


def _wanted_response(body: dict[str, Any], preferences: set[str]) -> str:
    wanted = body.get("response", "")
    if wanted not in ("", "raw", "document"):
        raise _invalid("response must be 'raw' or 'document'.")
    if "return=representation" in preferences:
        return "document"
    return str(wanted)


def _wanted_outputs(
    process: ProcessRecord, body: dict[str, Any]
) -> dict[str, str | None]:
    """Return output id to transmission mode; empty for all as they come."""
    modes: dict[str, str | None] = {}
    for name, selection in _object(body.get("outputs") or {}, "output").items():
        if name not in process.described["outputs"]:
            known = ", ".join(process.described["outputs"])
            raise _invalid(
                f"{name} is not an output of this process (its outputs: {known})."
            )
        mode = (
            selection.get("transmissionMode") if isinstance(selection, dict) else None
        )
        if mode not in (None, "value", "reference"):
            raise _invalid(f"{name}: transmissionMode is 'value' or 'reference'.")
        modes[name] = mode
    return modes
