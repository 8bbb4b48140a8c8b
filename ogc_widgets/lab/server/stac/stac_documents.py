"""The documents of the STAC API over the example scenes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from ogc_widgets.lab.server.documents import link, read_document

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
