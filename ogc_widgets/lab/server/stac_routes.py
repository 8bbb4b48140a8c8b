"""A STAC API over the example scenes: collections, items and item search."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.documents import (
    OPENAPI_TYPE,
    link,
    read_definition,
    read_document,
)
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.requests import LabRequest, resource
from ogc_widgets.lab.server.stac_search import body_of, search

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLLECTION = "sentinel-2-l2a"
GEOJSON_TYPE = "application/geo+json"
DOCUMENTS = "stac/documents.yaml"
_LISTED = ("platform", "constellation", "gsd", "proj:code")


def collection(stac: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the collection of all scenes."""
    west, south, east, north = zip(*(item["bbox"] for item in items), strict=True)
    box = [min(west), min(south), max(east), max(north)]
    properties = [item["properties"] for item in items]
    moments = [each["datetime"] for each in properties]
    covers = [each["eo:cloud_cover"] for each in properties]
    return {
        **read_document(DOCUMENTS, "collection", stac),
        "stac_extensions": sorted({n for i in items for n in i["stac_extensions"]}),
        "extent": {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [[min(moments), max(moments)]]},
        },
        "summaries": {
            "eo:cloud_cover": {"minimum": min(covers), "maximum": max(covers)},
            **{name: sorted({each[name] for each in properties}) for name in _LISTED},
        },
    }


def read_items(paths: Sequence[Path], stac: str, scenes: str) -> list[dict[str, Any]]:
    """Return the scenes as items of the API, newest first.

    The addresses of the API and of the folder of scenes have no slash at the end.
    """
    items = []
    for path in paths:
        item: dict[str, Any] = json.loads(path.read_bytes())
        file = f"{scenes}/{quote(path.parent.name)}/{quote(path.name)}"
        home = f"{stac}/collections/{COLLECTION}"
        address = f"{home}/items/{quote(item['id'], safe='')}"
        item["collection"] = COLLECTION
        item["links"] = [
            link(address, "self", "This document", GEOJSON_TYPE),
            link(stac, "root", "STAC API"),
            link(home, "parent", "Generated scenes"),
            link(home, "collection", "Generated scenes"),
            link(file, "canonical", "The item beside its files", GEOJSON_TYPE),
        ]
        for asset in item["assets"].values():
            asset["href"] = urljoin(file, asset["href"])
        items.append(item)
    return sorted(items, key=lambda item: item["properties"]["datetime"], reverse=True)


async def stac_landing(request: LabRequest) -> Response:
    """GET the landing page."""
    return JSONResponse(read_document(DOCUMENTS, "landing", request.stac))


async def _conformance(request: LabRequest) -> Response:
    document = read_document(DOCUMENTS, "landing", request.stac)
    return JSONResponse({"conformsTo": document["conformsTo"]})


async def _definition(request: LabRequest) -> Response:
    settings = replace(request.lab.settings, token="", oidc="")  # open to everybody
    document = read_definition("stac/openapi.yaml", request.stac, settings)
    return JSONResponse(document, media_type=OPENAPI_TYPE)


async def _collections(request: LabRequest) -> Response:
    found = [collection(request.stac, await _all_items(request))]
    document = read_document(DOCUMENTS, "collections", request.stac)
    return JSONResponse(document | {"collections": found})


async def _collection(request: LabRequest) -> Response:
    _check_collection(request)
    return JSONResponse(collection(request.stac, await _all_items(request)))


async def _items(request: LabRequest) -> Response:
    _check_collection(request)
    # The items of a collection know fewer parameters than the search.
    known = {"limit", "bbox", "datetime", "token"} & request.query_params.keys()
    return await _page(request, body_of({n: request.query_params[n] for n in known}))


async def _item(request: LabRequest) -> Response:
    _check_collection(request)
    item_id = request.path_params["item_id"]
    for item in await _all_items(request):
        if item["id"] == item_id:
            return JSONResponse(item, media_type=GEOJSON_TYPE)
    raise Problem("no-such-item", name=item_id)


async def _search(request: LabRequest) -> Response:
    return await _page(request, body_of(request.query_params))


async def _posted_search(request: LabRequest) -> Response:
    return await _page(request, await request.read_object())


async def _page(request: LabRequest, body: dict[str, Any]) -> Response:
    """Answer with one page of a search."""
    items = await _all_items(request)
    # The first search of a server loads the library for geometry.
    page, total, token = await asyncio.to_thread(search, items, body)
    stac, here = request.stac, request.url
    links = [
        link(str(here), "self", "This page", GEOJSON_TYPE),
        link(stac, "root", "STAC API"),
    ]
    if token:
        following = link(str(here), "next", "Next page", GEOJSON_TYPE)
        if request.method == "POST":
            following |= {"method": "POST", "body": {**body, "token": token}}
        else:
            href = str(here.include_query_params(token=token))
            following |= {"method": "GET", "href": href}
        links.append(following)
    if "collection_id" in request.path_params:
        home = f"{stac}/collections/{COLLECTION}"
        links.append(link(home, "collection", "Generated scenes"))
    document = {
        "type": "FeatureCollection",
        "features": page,
        "links": links,
        "numberMatched": total,
        "numberReturned": len(page),
    }
    return JSONResponse(document, media_type=GEOJSON_TYPE)


async def _all_items(request: LabRequest) -> list[dict[str, Any]]:
    paths = await request.scene_items()
    return await asyncio.to_thread(read_items, paths, request.stac, request.scenes)


def _check_collection(request: LabRequest) -> None:
    name = request.path_params["collection_id"]
    if name != COLLECTION:
        raise Problem("no-such-collection", name=name, known=COLLECTION)


STAC_ROUTES = [
    resource("/", GET=stac_landing),
    resource("/conformance", GET=_conformance),
    resource("/api", GET=_definition),
    resource("/collections", GET=_collections),
    resource("/collections/{collection_id}", GET=_collection),
    resource("/collections/{collection_id}/items", GET=_items),
    resource("/collections/{collection_id}/items/{item_id}", GET=_item),
    resource("/search", GET=_search, POST=_posted_search),
]
