"""Landing page, conformance, API definition, and the processes (Parts 1 and 2)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.network import UnreachableError, fetch
from ogc_widgets.lab.scenes import SCENES
from ogc_widgets.lab.server.access import REALM
from ogc_widgets.lab.server.documents import (
    OPENAPI_TYPE,
    api_definition,
    read_document,
    read_yaml,
)
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.process_store import SentPackage
from ogc_widgets.lab.server.requests import (
    LabRequest,
    json_object,
    resource,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CWL_TYPES = ("application/cwl", "application/cwl+yaml", "application/cwl+json")
_PACKAGE_TYPE = "application/ogcapppkg+json"
_ACCEPTED = "application/cwl, application/yaml, */*;q=0.5"
# The area of the tutorial, over which the generated scenes lie.
_AREA = "-121.399,39.834,-120.74,40.472"


async def landing(request: LabRequest) -> Response:
    """GET /."""
    document = read_document("documents.yaml", "landing", request.api)
    if kept := request.lab.settings.kept:
        document["description"] += f" {kept}"
    if (process := request.lab.settings.ends_with) is not None:
        document["endsWithProcess"] = process
    return JSONResponse(document)


async def _conformance(request: LabRequest) -> Response:
    return JSONResponse(read_document("documents.yaml", "conformance", request.api))


async def _definition(request: LabRequest) -> Response:
    ids = [record.id for record in request.lab.processes.all()]
    document = api_definition(request.api, ids, request.lab.settings)
    return JSONResponse(document, media_type=OPENAPI_TYPE)


async def _processes(request: LabRequest) -> Response:
    limit, offset = request.page
    records = request.lab.processes.all()
    page = [each.summary(request.api) for each in records[offset : offset + limit]]
    return request.page_response("processes", page, len(records))


async def _process(request: LabRequest) -> Response:
    record = request.process
    document = record.description(request.api)
    if record.builtin and record.id == "water-bodies":
        document["inputs"] = _with_examples(document["inputs"], request.scenes)
    return JSONResponse(document)


def _with_examples(inputs: Mapping[str, Any], scenes: str) -> dict[str, Any]:
    """Add ``examples`` (JSON Schema 2020-12): a first run takes two clicks."""
    items = [f"{scenes}/{name}/{name}.json" for name in SCENES]
    found = dict(inputs)
    for key, example in (("aoi", _AREA), ("stac_items", items)):
        schema = {**inputs[key]["schema"], "examples": [example]}
        found[key] = {**inputs[key], "schema": schema}
    return found


async def _package(request: LabRequest) -> Response:
    record = request.process  # the package is given as it was deployed
    path = request.lab.processes.package(record.id)
    return FileResponse(path, media_type=record.media_type)


async def _deploy(request: LabRequest) -> Response:
    sent = await _sent_package(request)
    record = await request.lab.processes.deploy(sent, request.person)
    summary = record.summary(request.api)
    return JSONResponse(summary, 201, headers={"Location": summary["links"][0]["href"]})


async def _replace(request: LabRequest) -> Response:
    processes, process_id = request.lab.processes, request.path_params["process_id"]
    processes.check_mutable(process_id, request.person)
    sent = await _sent_package(request)
    await processes.replace(process_id, sent, request.person)
    return Response(status_code=204)


async def _undeploy(request: LabRequest) -> Response:
    process_id = request.path_params["process_id"]
    await request.lab.processes.undeploy(process_id, request.person)
    return Response(status_code=204)


async def _sent_package(request: LabRequest) -> SentPackage:
    kind = request.media_type
    workflow = request.query_params.get("w", "")
    if kind in _CWL_TYPES:
        return SentPackage(await request.read_body(), kind, workflow)
    # Clients of the course post packages as plain JSON.
    if kind not in {_PACKAGE_TYPE, "application/json"}:
        raise unsupported(kind, *_CWL_TYPES, _PACKAGE_TYPE)
    body = await request.read_body()
    document = json_object(body)
    if "cwlVersion" in document:
        return SentPackage(body, "application/cwl+json", workflow)
    unit = await _unit(document.get("executionUnit"))
    given = document.get("processDescription", {})
    if isinstance(given, dict) and isinstance(given.get("process"), dict):
        given = given["process"]
    return replace(
        unit, workflow=workflow or unit.workflow, given=_checked_description(given)
    )


def _checked_description(given: object) -> dict[str, Any]:
    """Return the words of a process description, which are given on as they come."""
    if isinstance(given, dict):
        given = {key: value for key, value in given.items() if value is not None}
    for error in _description_validator().iter_errors(given):
        path = "/".join(map(str, ("processDescription", *error.instance_path)))
        raise Problem("invalid-request", reason=f"{path}: {error.message}")
    return dict(given) if isinstance(given, dict) else {}


@cache
def _description_validator() -> jsonschema_rs.Draft202012Validator:
    schemas = read_yaml("openapi.yaml")["components"]["schemas"]
    return jsonschema_rs.Draft202012Validator(schemas["givenDescription"])


async def _unit(unit: object) -> SentPackage:
    """Return the package in (or behind) an execution unit."""
    if isinstance(unit, list) and unit:
        unit = unit[0]
    if isinstance(unit, dict):
        if isinstance(unit.get("href"), str):
            return await _fetched(unit["href"])
        unit = unit.get("value", unit.get("unit", unit))
    if isinstance(unit, dict) and "cwlVersion" in unit:
        return SentPackage(json.dumps(unit).encode(), "application/cwl+json")
    if isinstance(unit, str) and "cwlVersion" in unit:
        return SentPackage(unit.encode(), "application/cwl")
    raise Problem("no-execution-unit")


async def _fetched(href: str) -> SentPackage:
    address, _, workflow = href.partition("#")
    try:
        text = await asyncio.to_thread(fetch, address, _ACCEPTED)
    except UnreachableError as error:
        raise Problem("package-not-found", address=address, reason=error) from None
    return SentPackage(text, "application/cwl", workflow)


async def sign_in(request: LabRequest) -> Response:
    """GET where to sign in for this server (RFC 9728)."""
    return JSONResponse(
        {
            "resource": request.api,
            "resource_name": REALM,
            "authorization_servers": [request.lab.settings.oidc],
            "bearer_methods_supported": ["header"],
        }
    )


PROCESS_ROUTES = [
    resource("/", GET=landing),
    resource("/conformance", GET=_conformance),
    resource("/api", GET=_definition),
    resource("/processes", GET=_processes, POST=_deploy),
    resource("/processes/{process_id}", GET=_process, PUT=_replace, DELETE=_undeploy),
    resource("/processes/{process_id}/package", GET=_package),
]
