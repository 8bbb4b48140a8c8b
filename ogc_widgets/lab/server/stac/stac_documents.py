"""The documents of the STAC API over the example scenes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from ogc_widgets.lab.server.processes.documents import OPENAPI_TYPE, link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ogc_widgets.lab.server.values import Json

# The id under which public catalogues have the real images, so that a search that was
# learned here works there.
COLLECTION = "sentinel-2-l2a"
GEOJSON_TYPE = "application/geo+json"
_STAC_VERSION = "1.0.0"
_STAC = "https://api.stacspec.org/v1.0.0/"
_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CONFORMANCE = [
    *(
        _STAC + name
        for name in (
            "core",
            "collections",
            "ogcapi-features",
            "item-search",
            "item-search#query",
        )
    ),
    *(_FEATURES + name for name in ("core", "oas30", "geojson")),
]


@dataclass(frozen=True)
class Addresses:
    """Where a client reaches the STAC API and the scenes' files.

    Attributes:
        stac: Address of the landing page, without a trailing slash.
        scenes: Address of the folder of scenes, without a trailing slash.
    """

    stac: str
    scenes: str

    @property
    def search(self) -> str:
        """Address of the item search."""
        return f"{self.stac}/search"

    @property
    def collection(self) -> str:
        """Address of the collection."""
        return f"{self.stac}/collections/{COLLECTION}"

    def item(self, item_id: str) -> str:
        """Return the address of an item."""
        return f"{self.collection}/items/{quote(item_id, safe='')}"


def landing_page(at: Addresses) -> dict[str, Any]:
    """Return the landing page, which is also the root catalogue."""
    return {
        "type": "Catalog",
        "stac_version": _STAC_VERSION,
        "id": "ogc-widgets-lab",
        "title": "STAC API of the example scenes",
        "description": (
            "The generated scenes of this lab server, to search as one would search a "
            "catalogue of real images."
        ),
        "conformsTo": CONFORMANCE,
        "links": [
            link(at.stac, "self", "This document"),
            link(at.stac, "root", "This document"),
            link(f"{at.stac}/api", "service-desc", "API definition", OPENAPI_TYPE),
            link(f"{at.stac}/conformance", "conformance", "Conformance classes"),
            link(f"{at.stac}/collections", "data", "Collections"),
            link(at.collection, "child", "Generated scenes"),
            *(
                {
                    **link(at.search, "search", "Item search", GEOJSON_TYPE),
                    "method": method,
                }
                for method in ("GET", "POST")
            ),
        ],
    }


def collection_list(at: Addresses, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the list of collections; there is one."""
    return {
        "collections": [collection(at, items)],
        "links": [
            link(f"{at.stac}/collections", "self", "This document"),
            link(at.stac, "root", "STAC API"),
        ],
        "numberMatched": 1,
        "numberReturned": 1,
    }


def collection(at: Addresses, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the collection of all scenes."""
    boxes = [item["bbox"] for item in items]
    moments = sorted(item["properties"]["datetime"] for item in items)
    lowest, highest = (
        [pick(box[index] for box in boxes) for index in range(4)] for pick in (min, max)
    )
    extensions = {name for item in items for name in item["stac_extensions"]}
    return {
        "type": "Collection",
        "stac_version": _STAC_VERSION,
        "stac_extensions": sorted(extensions),
        "id": COLLECTION,
        "title": "Generated scenes",
        "description": (
            "A generated landscape in the manner of Sentinel-2, for work without "
            "internet. These are not images of the Earth."
        ),
        "keywords": ["generated", "teaching", "sentinel-2"],
        "license": "CC0-1.0",
        "providers": [{"name": "ogc_widgets lab", "roles": ["producer", "host"]}],
        "extent": {
            "spatial": {"bbox": [[*lowest[:2], *highest[2:]]]},
            "temporal": {"interval": [[moments[0], moments[-1]]]},
        },
        "summaries": {
            "eo:cloud_cover": _range(items, "eo:cloud_cover"),
            **{
                name: sorted({item["properties"][name] for item in items})
                for name in ("platform", "constellation", "gsd", "proj:code")
            },
        },
        "links": [
            link(at.collection, "self", "This document"),
            link(at.stac, "root", "STAC API"),
            link(at.stac, "parent", "STAC API"),
            link(f"{at.collection}/items", "items", "Items", GEOJSON_TYPE),
        ],
    }


def _range(items: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    values = [item["properties"][name] for item in items]
    return {"minimum": min(values), "maximum": max(values)}


def read_items(paths: Sequence[Path], at: Addresses) -> list[dict[str, Any]]:
    """Return the scenes as items of the API, newest first.

    Args:
        paths: The item files of the scenes, ``<id>/<id>.json`` each.
        at: Addresses as the client knows them.
    """
    items = [_item(path, at) for path in paths]
    return sorted(items, key=lambda item: str(item["properties"]["datetime"]))[::-1]


def _item(path: Path, at: Addresses) -> dict[str, Any]:
    item: dict[str, Any] = json.loads(path.read_bytes())
    file = f"{at.scenes}/{quote(path.parent.name)}/{quote(path.name)}"
    return {
        **item,
        "collection": COLLECTION,
        "links": [
            link(at.item(item["id"]), "self", "This document", GEOJSON_TYPE),
            link(at.stac, "root", "STAC API"),
            link(at.collection, "parent", "Generated scenes"),
            link(at.collection, "collection", "Generated scenes"),
            link(file, "canonical", "The item beside its files", GEOJSON_TYPE),
        ],
        "assets": {
            key: {**asset, "href": urljoin(file, asset["href"])}
            for key, asset in item["assets"].items()
        },
    }


def api_definition(at: Addresses) -> dict[str, Any]:
    """Return the OpenAPI 3.0 definition of the STAC API."""

    def parameter(name: str, where: str = "query", **schema: Json) -> dict[str, Any]:
        listed = schema["type"] == "array"
        return {
            "name": name,
            "in": where,
            "required": where == "path",
            "schema": schema,
            **({"explode": False} if listed else {}),
        }

    def get(summary: str, kind: str, *parameters: dict[str, Any]) -> dict[str, Any]:
        content = {kind: {"schema": {"type": "object"}}}
        refused = {"application/problem+json": {"schema": {"type": "object"}}}
        return {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": {"description": summary, "content": content},
                "default": {"description": "A refusal", "content": refused},
            },
        }

    texts: Json = {"type": "array", "items": {"type": "string"}}
    limits = (
        parameter("limit", type="integer", minimum=1, maximum=10_000, default=10),
        parameter("token", type="string"),
        parameter("datetime", type="string"),
        parameter(
            "bbox", type="array", items={"type": "number"}, minItems=4, maxItems=6
        ),
    )
    more = (
        parameter("intersects", type="string"),
        parameter("collections", **texts),
        parameter("ids", **texts),
        parameter("query", type="string"),
    )
    of_collection = parameter("collectionId", "path", type="string")
    of_item = parameter("itemId", "path", type="string")
    json_type = "application/json"
    search = get("Search for items", GEOJSON_TYPE, *limits, *more)
    body = {json_type: {"schema": {"type": "object"}}}
    one = "/collections/{collectionId}"
    return {
        "openapi": "3.0.3",
        "info": {"title": "STAC API of the example scenes", "version": "1.0.0"},
        "servers": [{"url": at.stac}],
        "paths": {
            "/": {"get": get("Landing page", json_type)},
            "/conformance": {"get": get("Conformance classes", json_type)},
            "/collections": {"get": get("Collections", json_type)},
            one: {"get": get("One collection", json_type, of_collection)},
            f"{one}/items": {
                "get": get(
                    "Items of a collection", GEOJSON_TYPE, of_collection, *limits
                )
            },
            f"{one}/items/{{itemId}}": {
                "get": get("One item", GEOJSON_TYPE, of_collection, of_item)
            },
            "/search": {
                "get": search,
                "post": {
                    **search,
                    "parameters": [],
                    "requestBody": {"required": True, "content": body},
                },
            },
        },
    }
