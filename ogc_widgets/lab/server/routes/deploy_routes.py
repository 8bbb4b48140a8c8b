"""Part 2: deploy, replace and undeploy application packages."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.context import api_of, lab_of
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.processes.documents import process_summary
from ogc_widgets.lab.server.processes.fetch import UnreachableError, fetch
from ogc_widgets.lab.server.routes.execute_routes import (
    json_object,
    media_type_of,
    read_body,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from ogc_widgets.lab.server.values import Json

_CWL_TYPES = ("application/cwl", "application/cwl+yaml", "application/cwl+json")
_PACKAGE_TYPE = "application/ogcapppkg+json"
_ACCEPTED = "application/cwl, application/yaml, */*;q=0.5"


async def deploy(request: Request) -> Response:
    """POST /processes."""
    processes = lab_of(request).processes
    text, kind, given, workflow = await _package(request)
    record = await processes.deploy(text, kind, workflow=workflow, given=given)
    api = api_of(request)
    return JSONResponse(
        process_summary(record, api),
        201,
        headers={"Location": f"{api}/processes/{quote(record.id, safe='')}"},
    )


async def replace(request: Request) -> Response:
    """PUT /processes/{id}."""
    processes = lab_of(request).processes
    process_id = request.path_params["process_id"]
    processes.changeable(process_id)
    text, kind, given, workflow = await _package(request)
    await processes.replace(process_id, text, kind, workflow=workflow, given=given)
    return Response(status_code=204)


async def undeploy(request: Request) -> Response:
    """DELETE /processes/{id}."""
    await lab_of(request).processes.undeploy(request.path_params["process_id"])
    return Response(status_code=204)


async def _package(request: Request) -> tuple[bytes, str, dict[str, Any], str]:
    """Return text, media type, given description and workflow of a request."""
    kind = media_type_of(request)
    workflow = request.query_params.get("w", "")
    if kind in _CWL_TYPES:
        return await read_body(request), kind, {}, workflow
    # Clients of the course post packages as plain JSON.
    if kind not in {_PACKAGE_TYPE, "application/json"}:
        raise Problem(
            415,
            "unsupported-media-type",
            "Unsupported media type",
            f"Send one of {', '.join((*_CWL_TYPES, _PACKAGE_TYPE))}; this request is "
            f"{kind or 'of no type'}.",
        )
    body = await read_body(request)
    document = json_object(body)
    if "cwlVersion" in document:
        return body, "application/cwl+json", {}, workflow
    given = document.get("processDescription") or {}
    if isinstance(given, dict) and isinstance(given.get("process"), dict):
        given = given["process"]
    text, unit_kind, unit_workflow = await _unit(document.get("executionUnit"))
    return (
        text,
        unit_kind,
        given if isinstance(given, dict) else {},
        workflow or unit_workflow,
    )


async def _unit(unit: Json) -> tuple[bytes, str, str]:
    """Return the package in (or behind) an execution unit."""
    if isinstance(unit, list) and unit:
        unit = unit[0]
    if isinstance(unit, dict):
        if isinstance(unit.get("href"), str):
            address, _, workflow = unit["href"].partition("#")
            try:
                text = await asyncio.to_thread(fetch, address, _ACCEPTED)
            except UnreachableError as error:
                raise _unreachable(address, str(error)) from None
            return text, "application/cwl", workflow
        for key in ("value", "unit"):
            if key in unit:
                unit = unit[key]
                break
    if isinstance(unit, dict) and "cwlVersion" in unit:
        return json.dumps(unit).encode(), "application/cwl+json", ""
    if isinstance(unit, str) and "cwlVersion" in unit:
        return unit.encode(), "application/cwl", ""
    raise Problem(
        400,
        "invalid-parameter-value",
        "No execution unit",
        "executionUnit must hold a CWL document, or a link to one: "
        '{"href": "https://...", "type": "application/cwl"}.',
    )


def _unreachable(address: str, reason: str) -> Problem:
    return Problem(
        400,
        "invalid-parameter-value",
        "Package not found",
        f"The package at {address} could not be fetched: {reason}.",
    )
