"""A STAC API over the example scenes: collections, items and item search."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ogc_widgets.lab.server.context import lab_of, origin_of, resource, scenes_of
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.processes.documents import OPENAPI_TYPE, link
from ogc_widgets.lab.server.routes.execute_routes import read_json
from ogc_widgets.lab.server.stac.stac_documents import (
    COLLECTION,
    GEOJSON_TYPE,
    api_definition,
    collection,
    collection_list,
    landing_page,
    read_items,
)
from ogc_widgets.lab.server.stac.stac_search import body_of, search

if TYPE_CHECKING:
    from starlette.requests import Request


def stac_routes() -> list[Route]:
    """Return the routes, below the path of the STAC API."""
    one = "/collections/{collection_id}"
    return [
        Route("/", landing),
        Route("/conformance", _conformance),
        Route("/api", _definition),
        Route("/collections", _collections),
        Route(one, _collection),
        Route(f"{one}/items", _items),
        Route(f"{one}/items/{{item_id}}", _item),
        resource("/search", GET=_search, POST=_posted_search),
    ]


async def landing(request: Request) -> Response:
    """GET the landing page."""
    return JSONResponse(landing_page(_stac_of(request)))


async def _conformance(request: Request) -> Response:
    return JSONResponse({"conformsTo": landing_page(_stac_of(request))["conformsTo"]})


async def _definition(request: Request) -> Response:
    return JSONResponse(api_definition(_stac_of(request)), media_type=OPENAPI_TYPE)


async def _collections(request: Request) -> Response:
    return JSONResponse(collection_list(_stac_of(request), await _all_items(request)))


async def _collection(request: Request) -> Response:
    _check_collection(request)
    return JSONResponse(collection(_stac_of(request), await _all_items(request)))


async def _items(request: Request) -> Response:
    _check_collection(request)
    # The items of a collection know fewer parameters than the search.
    known = {"limit", "bbox", "datetime", "token"} & request.query_params.keys()
    return await _page(request, body_of({n: request.query_params[n] for n in known}))


async def _item(request: Request) -> Response:
    _check_collection(request)
    item_id = request.path_params["item_id"]
    for item in await _all_items(request):
        if item["id"] == item_id:
            return JSONResponse(item, media_type=GEOJSON_TYPE)
    raise Problem(404, "No such item", f"There is no item {item_id!r} here.")


async def _search(request: Request) -> Response:
    return await _page(request, body_of(request.query_params))


async def _posted_search(request: Request) -> Response:
    return await _page(request, await read_json(request))


async def _page(request: Request, body: dict[str, Any]) -> Response:
    """Answer with one page of a search."""
    items = await _all_items(request)
    # The first search of a server loads the library for geometry.
    page, total, token = await asyncio.to_thread(search, items, body)
    stac, here = _stac_of(request), request.url
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


def _stac_of(request: Request) -> str:
    """Return the address of the STAC API, without a trailing slash."""
    return origin_of(request) + lab_of(request).settings.stac_path


async def _all_items(request: Request) -> list[dict[str, Any]]:
    paths = await scenes_of(request)
    scenes = origin_of(request) + lab_of(request).settings.scenes_path
    return await asyncio.to_thread(read_items, paths, _stac_of(request), scenes)


def _check_collection(request: Request) -> None:
    name = request.path_params["collection_id"]
    if name != COLLECTION:
        raise Problem(
            404,
            "No such collection",
            f"There is no collection {name!r} here; there is {COLLECTION!r}.",
        )
