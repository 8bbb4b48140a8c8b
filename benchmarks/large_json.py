"""Reading a results document of 44 MB, beside the standard library and as before it."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

from measure import Row, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ITEMS = 28_000
_ROUNDS = 3


def rows() -> Iterator[Row]:
    """Measure: seconds to read the document once, with the checks that come with it."""
    from ogc_widgets.protocol import wire

    body = _document()
    text = body.decode()  # a text is read by the standard library, exactly
    ours, plain, exact = seconds(
        _timed(lambda: wire.parse_json(body)),
        _timed(lambda: json.loads(body)),
        _timed(lambda: wire.parse_json(text)),
        rounds=_ROUNDS,
    )
    size = len(body) / 1e6
    yield Row(f"{size:.0f} MB of results / json.loads", ours, plain, 1.0)
    yield Row(f"{size:.0f} MB of results / read exactly", ours, exact, 0.5)


def _timed(read: Callable[[], object]) -> Callable[[], float]:
    def task() -> float:
        start = time.perf_counter()
        read()
        return time.perf_counter() - start

    return task


def _document() -> bytes:
    chance = random.Random(1)
    items = [_item(number, chance) for number in range(_ITEMS)]
    found = {"type": "FeatureCollection", "features": items}
    return json.dumps({"stac": {"value": found}}).encode()


def _item(number: int, chance: random.Random) -> dict[str, Any]:
    west, south = chance.uniform(-170, 170), chance.uniform(-80, 80)
    ring = [[west + chance.random(), south + chance.random()] for _ in range(12)]
    bands = ("red", "green", "blue", "nir")
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"S2B_{number:06d}",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "bbox": [west, south, west + 1, south + 1],
        "properties": {
            "datetime": "2026-01-01T00:00:00Z",
            "eo:cloud_cover": 100 * chance.random(),
            "title": "A scene: of water",
        },
        "links": [{"rel": "self", "href": f"https://example.org/items/{number}"}],
        "assets": {
            band: {
                "href": f"https://example.org/{number}/{band}.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
            }
            for band in bands
        },
    }
