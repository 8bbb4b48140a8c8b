"""What 10,000 and 100,000 result items cost on the map: time, and bytes to the page.

The other is what most people write: ``ipyleaflet.GeoJSON(data=items)``. It sends every
property of every item; the map here sends outlines as numbers, and draws all of them.
"""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

from measure import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def rows() -> Iterator[Row]:
    """Measure, once each: the slow one takes seconds."""
    for number, corners in ((10_000, 4), (100_000, 4), (10_000, 32)):
        yield from _rows(number, corners)


def _rows(number: int, corners: int) -> Iterator[Row]:
    import ipyleaflet

    from ogc_widgets import AreaMap

    features = [_item(at, corners) for at in range(number)]
    collection = {"type": "FeatureCollection", "features": features}
    area_map = AreaMap(basemap=None)
    area_map.show_footprints(features[:2])  # what is loaded once is not counted
    ours = _seconds(lambda: area_map.show_footprints(collection))
    if len(area_map.footprints.ids) != number:
        raise AssertionError("Not all are drawn.")
    layers: list[Any] = []
    other = _seconds(lambda: layers.append(ipyleaflet.GeoJSON(data=collection)))
    name = f"{number:,} items of {corners} corners"
    yield Row(f"show {name} / GeoJSON layer", ours, other, 0.5)
    overlay = area_map.children[1]  # what goes to the page
    sent = sum(map(len, overlay.get_state(["footprints"])["footprints"].values())) / 1e6
    theirs = len(json.dumps(layers[0].get_state(["data"]))) / 1e6
    yield Row(f"bytes to the page: {name}", sent, theirs, 0.1, unit="MB")
    select = _seconds(lambda: setattr(area_map, "selected", "item-17"))
    yield Row(f"select one of {number:,} / show them", select, ours, 0.1)
    area_map.close()


def _item(number: int, corners: int) -> dict[str, Any]:
    """A STAC item as catalogues give it: an outline and six assets."""
    x, y = -170 + number % 400 * 0.85, -70 + number // 400 * 0.55
    turns = [2 * math.pi * step / corners for step in range(corners)]
    ring = [[round(x + math.cos(t), 6), round(y + math.sin(t), 6)] for t in turns]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"item-{number}",
        "bbox": [x - 1, y - 1, x + 1, y + 1],
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            "datetime": "2021-07-13T19:00:00Z",
            "proj:epsg": 32610,
            "eo:cloud_cover": number % 100,
            "platform": "sentinel-2b",
        },
        "links": [{"rel": "self", "href": f"https://example.org/items/{number}"}],
        "assets": {
            band: {
                "href": f"https://example.org/data/{number}/{band}.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
            }
            for band in ("blue", "green", "red", "nir", "swir", "scl")
        },
    }


def _seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start
