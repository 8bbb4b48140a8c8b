"""Landing page, conformance, API definition, and the processes (Parts 1 and 2)."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.fetch import UnreachableError, fetch
from ogc_widgets.lab.server.context import (
    api_of,
    lab_of,
    origin_of,
    page_of,
    page_response,
)
from ogc_widgets.lab.server.openapi import api_definition
from ogc_widgets.lab.server.problems import bad_request
from ogc_widgets.lab.server.processes.deployed import SentPackage
from ogc_widgets.lab.server.processes.documents import (
    OPENAPI_TYPE,
    process_description,
    process_summary,
    with_examples,
)
from ogc_widgets.lab.server.routes.execute_routes import (
    json_object,
    media_type_of,
    read_body,
    unsupported,
)
from ogc_widgets.lab.server.yaml_files import read_document

if TYPE_CHECKING:
    from starlette.requests import Request

    from ogc_widgets.lab.server.values import Json


_DOCUMENTS = Path(__file__).parents[1] / "documents.yaml"


async def landing(request: Request) -> Response:
    """GET /."""
    document = read_document(_DOCUMENTS, "landing", api_of(request))
    if (process := lab_of(request).settings.ends_with) is not None:
        document["endsWithProcess"] = process
    return JSONResponse(document)


async def conformance(request: Request) -> Response:
    """GET /conformance."""
    return JSONResponse(read_document(_DOCUMENTS, "conformance", api_of(request)))


async def definition(request: Request) -> Response:
    """GET /api."""
    lab = lab_of(request)
    ids = [record.id for record in lab.processes.all()]
    document = api_definition(api_of(request), ids, lab.settings)
    return JSONResponse(document, media_type=OPENAPI_TYPE)


async def process_list(request: Request) -> Response:
    """GET /processes."""
    limit, offset = page_of(request)
    records, api = lab_of(request).processes.all(), api_of(request)
    page = [process_summary(each, api) for each in records[offset : offset + limit]]
    return page_response(request, "processes", page, len(records))


async def process(request: Request) -> Response:
    """GET /processes/{id}."""
    record = lab_of(request).processes.get(request.path_params["process_id"])
    document = process_description(record, api_of(request))
    if record.builtin:
        scenes = origin_of(request) + lab_of(request).settings.scenes_path
        document["inputs"] = with_examples(record.id, document["inputs"], scenes)
    return JSONResponse(document)


async def package(request: Request) -> Response:
    """GET /processes/{id}/package: as it was deployed."""
    record = lab_of(request).processes.get(request.path_params["process_id"])
    return FileResponse(record.package, media_type=record.media_type)


_CWL_TYPES = ("application/cwl", "application/cwl+yaml", "application/cwl+json")
_PACKAGE_TYPE = "application/ogcapppkg+json"
_ACCEPTED = "application/cwl, application/yaml, */*;q=0.5"


async def deploy(request: Request) -> Response:
    """POST /processes."""
    record = await lab_of(request).processes.deploy(await _package(request))
    summary = process_summary(record, api_of(request))
    return JSONResponse(summary, 201, headers={"Location": summary["links"][0]["href"]})


async def replace(request: Request) -> Response:
    """PUT /processes/{id}."""
    processes = lab_of(request).processes
    process_id = request.path_params["process_id"]
    processes.changeable(process_id)
    await processes.replace(process_id, await _package(request))
    return Response(status_code=204)


async def undeploy(request: Request) -> Response:
    """DELETE /processes/{id}."""
    await lab_of(request).processes.undeploy(request.path_params["process_id"])
    return Response(status_code=204)


async def _package(request: Request) -> SentPackage:
    kind = media_type_of(request)
    workflow = request.query_params.get("w", "")
    if kind in _CWL_TYPES:
        return SentPackage(await read_body(request), kind, workflow)
    # Clients of the course post packages as plain JSON.
    if kind not in {_PACKAGE_TYPE, "application/json"}:
        raise unsupported(kind, *_CWL_TYPES, _PACKAGE_TYPE)
    body = await read_body(request)
    document = json_object(body)
    if "cwlVersion" in document:
        return SentPackage(body, "application/cwl+json", workflow)
    unit = await _unit(document.get("executionUnit"))
    given = document.get("processDescription")
    if isinstance(given, dict) and isinstance(given.get("process"), dict):
        given = given["process"]
    return dataclasses.replace(
        unit,
        workflow=workflow or unit.workflow,
        given=given if isinstance(given, dict) else {},
    )


async def _unit(unit: Json) -> SentPackage:
    """Return the package in (or behind) an execution unit."""
    if isinstance(unit, list) and unit:
        unit = unit[0]
    if isinstance(unit, dict):
        if isinstance(unit.get("href"), str):
            address, _, workflow = unit["href"].partition("#")
            try:
                text = await asyncio.to_thread(fetch, address, _ACCEPTED)
            except UnreachableError as error:
                raise bad_request(
                    "Package not found",
                    f"The package at {address} could not be fetched: {error}.",
                ) from None
            return SentPackage(text, "application/cwl", workflow)
        unit = unit.get("value", unit.get("unit", unit))
    if isinstance(unit, dict) and "cwlVersion" in unit:
        return SentPackage(json.dumps(unit).encode(), "application/cwl+json")
    if isinstance(unit, str) and "cwlVersion" in unit:
        return SentPackage(unit.encode(), "application/cwl")
    raise bad_request(
        "No execution unit",
        "executionUnit must hold a CWL document, or a link to one: "
        '{"href": "https://...", "type": "application/cwl"}.',
    )
