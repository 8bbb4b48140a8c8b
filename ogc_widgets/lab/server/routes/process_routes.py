"""Landing page, conformance, API definition and the processes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, JSONResponse, Response

from ogc_widgets.lab.server.context import (
    api_of,
    lab_of,
    origin_of,
    page_links,
    page_of,
)
from ogc_widgets.lab.server.openapi import api_definition
from ogc_widgets.lab.server.processes.documents import (
    OPENAPI_TYPE,
    process_description,
    process_summary,
)
from ogc_widgets.lab.server.processes.examples import with_examples
from ogc_widgets.lab.server.yaml_files import read_document

if TYPE_CHECKING:
    from starlette.requests import Request

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
    records = lab_of(request).processes.all()
    api = api_of(request)
    page = records[offset : offset + limit]
    return JSONResponse(
        {
            "processes": [process_summary(record, api) for record in page],
            "links": page_links(
                request, limit=limit, offset=offset, total=len(records)
            ),
            "numberMatched": len(records),
            "numberReturned": len(page),
        }
    )


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
