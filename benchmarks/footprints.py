"""What 10,000 result items cost on the map: time, and bytes to the page.

The other is what most people write: ``ipyleaflet.GeoJSON(data=items)``. It sends every
property of every item; the map here sends outlines, and of very many the first ones
with a count.
"""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

from measure import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ITEMS = 10_000


def rows() -> Iterator[Row]:
    """Measure, once each: the slow one takes seconds."""
    import ipyleaflet

    from ogc_widgets import AreaMap

    collection = {"type": "FeatureCollection", "features": [*map(_item, range(_ITEMS))]}
    area_map = AreaMap(basemap=None)
    ours = _seconds(lambda: area_map.show_footprints(collection))
    shown = area_map.footprints
    drawn = len(shown.features)
    layers: list[Any] = []
    other = _seconds(lambda: layers.append(ipyleaflet.GeoJSON(data=collection)))
    name = f"show {_ITEMS:,} items ({drawn} drawn) / GeoJSON layer"
    yield Row(name, ours, other, 0.5)
    overlay = area_map.children[1]  # what goes to the page
    sent = _megabytes(overlay.get_state(["footprints", "footprint_note"]))
    theirs = _megabytes(layers[0].get_state(["data"]))
    yield Row(f"bytes to the page of {_ITEMS:,} items", sent, theirs, 0.1, unit="MB")
    each = sent / drawn, theirs / _ITEMS
    yield Row("bytes per footprint", each[0] * 1e3, each[1] * 1e3, 0.5, unit="kB")
    select = _seconds(lambda: setattr(area_map, "selected", "item-17"))
    yield Row("select one of them / show them", select, ours, 0.1)


def _item(number: int) -> dict[str, Any]:
    """A STAC item as catalogues give it: an outline of 33 corners, six assets."""
    x, y = -170 + number % 100 * 3.3, -70 + number // 100 * 1.3
    turns = [2 * math.pi * step / 32 for step in range(33)]
    ring = [[round(x + math.cos(t), 6), round(y + math.sin(t), 6)] for t in turns]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"item-{number}",
        "bbox": [x - 1, y - 1, x + 1, y + 1],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
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


def _megabytes(state: object) -> float:
    return len(json.dumps(state)) / 1e6
