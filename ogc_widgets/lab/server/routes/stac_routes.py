"""A STAC API over the example scenes: collections, items and item search."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ogc_widgets.lab.server.context import (
    lab_of,
    origin_of,
    resource,
    scenes_of,
)
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.processes.documents import OPENAPI_TYPE, link
from ogc_widgets.lab.server.routes.execute_routes import read_json
from ogc_widgets.lab.server.stac.stac_documents import (
    COLLECTION,
    CONFORMANCE,
    GEOJSON_TYPE,
    Addresses,
    api_definition,
    collection,
    collection_list,
    landing_page,
    read_items,
)
from ogc_widgets.lab.server.stac.stac_search import Search, from_body, from_parameters

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
    return JSONResponse(landing_page(_addresses(request)))


async def _conformance(_request: Request) -> Response:
    return JSONResponse({"conformsTo": CONFORMANCE})


async def _definition(request: Request) -> Response:
    return JSONResponse(api_definition(_addresses(request)), media_type=OPENAPI_TYPE)


async def _collections(request: Request) -> Response:
    items = await _all_items(request)
    return JSONResponse(collection_list(_addresses(request), items))


async def _collection(request: Request) -> Response:
    _check_collection(request)
    return JSONResponse(collection(_addresses(request), await _all_items(request)))


async def _items(request: Request) -> Response:
    _check_collection(request)
    # The items of a collection know fewer parameters than the search.
    known = {"limit", "bbox", "datetime", "token"}
    given = {name: text for name, text in request.query_params.items() if name in known}
    return await _page(request, from_parameters(given))


async def _item(request: Request) -> Response:
    _check_collection(request)
    item_id = request.path_params["item_id"]
    for item in await _all_items(request):
        if item["id"] == item_id:
            return JSONResponse(item, media_type=GEOJSON_TYPE)
    raise Problem(404, "", "No such item", f"There is no item {item_id!r} here.")


async def _search(request: Request) -> Response:
    return await _page(request, from_parameters(request.query_params))


async def _posted_search(request: Request) -> Response:
    body = await read_json(request)
    return await _page(request, from_body(body), body)


async def _page(
    request: Request, search: Search, body: dict[str, Any] | None = None
) -> Response:
    """Answer with one page of a search; ``body`` is that of a POST request."""
    items = await _all_items(request)
    # The first search of a server loads the library for geometry.
    page, total, token = await asyncio.to_thread(search.page, items)
    at = _addresses(request)
    here = request.url
    links = [
        link(str(here), "self", "This page", GEOJSON_TYPE),
        link(at.stac, "root", "STAC API"),
    ]
    if token:
        following = link(str(here), "next", "Next page", GEOJSON_TYPE)
        if body is None:
            following["href"] = str(here.include_query_params(token=token))
            following["method"] = "GET"
        else:
            following |= {"method": "POST", "body": {**body, "token": token}}
        links.append(following)
    if request.path_params.get("collection_id"):
        links.append(link(at.collection, "collection", "Generated scenes"))
    document = {
        "type": "FeatureCollection",
        "features": page,
        "links": links,
        "numberMatched": total,
        "numberReturned": len(page),
    }
    return JSONResponse(document, media_type=GEOJSON_TYPE)


def _addresses(request: Request) -> Addresses:
    settings = lab_of(request).settings
    origin = origin_of(request)
    return Addresses(origin + settings.stac_path, origin + settings.scenes_path)


async def _all_items(request: Request) -> list[dict[str, Any]]:
    paths = await scenes_of(request)
    return await asyncio.to_thread(read_items, paths, _addresses(request))


def _check_collection(request: Request) -> None:
    name = request.path_params["collection_id"]
    if name != COLLECTION:
        raise Problem(
            404,
            "",
            "No such collection",
            f"There is no collection {name!r} here; there is {COLLECTION!r}.",
        )
