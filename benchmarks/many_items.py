"""Very many STAC items over a continent, and the maps that show them; for a kernel.

The items are like those of Sentinel-2: 1,100 tiles over North America, each seen on as
many days as it takes, cut off where the swath of the satellite ends.
"""

from __future__ import annotations

import gc
import random
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HEIGHT = 440  # pixels of each map, as ours has it
CENTER = (37.0, -95.0)
ZOOM = 4  # all of it is in view
_WEST, _SOUTH = -124.0, 25.2
_COLUMNS, _ROWS = 50, 22
_STEP_X, _STEP_Y = 1.16, 0.95  # degrees; a tile is larger, so that neighbours overlap
_WIDTH, _HEIGHT_DEG = 1.26, 0.99
_BANDS = ("blue", "green", "red", "nir", "swir", "scl")


def items(number: int) -> list[dict[str, Any]]:
    """Make items; the same ones each time."""
    chance = random.Random(number)
    return [_item(at, chance) for at in range(number)]


def _item(number: int, chance: random.Random) -> dict[str, Any]:
    day, tile = divmod(number, _COLUMNS * _ROWS)
    row, column = divmod(tile, _COLUMNS)
    west, south = _WEST + column * _STEP_X, _SOUTH + row * _STEP_Y
    east, north = west + _WIDTH, south + _HEIGHT_DEG
    # The edge of the swath leans; every second time it takes a part of the tile.
    cut = chance.uniform(0.1, 0.6) * _WIDTH if chance.random() < 0.5 else 0.0
    lean = 0.25 * cut
    slant = chance.uniform(0.0, 0.03)
    ring = [
        [west + slant, north],
        [east - cut, north - slant],
        [east - cut - lean, south],
        [west, south + slant],
    ]
    ring = [[round(x, 6), round(y, 6)] for x, y in ring]
    date = f"{2018 + day // 360}-{day // 30 % 12 + 1:02}-{day % 28 + 1:02}"
    grid = f"{10 + column // 5}{'RSTU'[row // 6]}{chr(65 + column % 24)}{chr(65 + row)}"
    name = f"S2B_{grid}_{date.replace('-', '')}_{day}_L2A"
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "bbox": [west, south, east, north],
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            "datetime": f"{date}T19:{number % 60:02}:00Z",
            "proj:epsg": 32610 + column // 5,
            "eo:cloud_cover": round(chance.uniform(0, 100), 2),
            "platform": "sentinel-2b",
        },
        "links": [{"rel": "self", "href": f"https://example.org/items/{name}"}],
        "assets": {
            band: {
                "href": f"https://example.org/data/{name}/{band}.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
            }
            for band in _BANDS
        },
    }


# -- one map of each library, from the same items ------------------------------------


def ours(found: list[dict[str, Any]]) -> object:
    """Map, table and what else belongs to results."""
    from ogc_widgets import ResultsMap

    shown = ResultsMap()
    shown.map.map.layers = ()  # no background
    shown.map.map.center, shown.map.map.zoom = CENTER, ZOOM
    shown.results = found
    return shown


def geojson_layer(found: list[dict[str, Any]]) -> object:
    """What most people write: the items as they are."""
    import ipyleaflet
    import ipywidgets

    shown = ipyleaflet.Map(
        layers=(), center=CENTER, zoom=ZOOM, scroll_wheel_zoom=True,
        layout=ipywidgets.Layout(height=f"{HEIGHT}px"),
    )  # fmt: skip
    collection = {"type": "FeatureCollection", "features": found}
    shown.add(ipyleaflet.GeoJSON(data=collection))
    return shown


def lonboard_map(found: object) -> object:
    """Polygons in deck.gl, without a background.

    Args:
        found: What :func:`as_table` makes of items.
    """
    import lonboard

    layer = lonboard.PolygonLayer.from_geopandas(
        found, get_fill_color=[21, 101, 192, 30], get_line_color=[21, 101, 192],
        line_width_min_pixels=1,
    )  # fmt: skip
    return lonboard.Map(layer, basemap=None, height=HEIGHT)


def as_table(found: list[dict[str, Any]]) -> object:
    """Items as a GeoDataFrame."""
    import geopandas

    return geopandas.GeoDataFrame.from_features(found, crs="EPSG:4326")


MAKERS: Mapping[str, Callable[..., object]] = {
    "ours": ours,
    "GeoJSON layer": geojson_layer,
    "lonboard": lonboard_map,
}


def source(name: str, number: int) -> tuple[Any, float]:
    """What a map is made of.

    Returns:
        Items, or what a library wants in their place; and seconds for making that.
    """
    made = items(number)
    start = time.perf_counter()
    found: Any = as_table(made) if name == "lonboard" else made
    took = time.perf_counter() - start
    gc.collect()
    return found, took


def timed(name: str, found: object) -> tuple[object, dict[str, float]]:
    """Make a map.

    Returns:
        The widget, and when it was begun and done: seconds since 1970.
    """
    started = time.time()
    widget = MAKERS[name](found)
    return widget, {"started": started, "done": time.time()}


def memory_mb() -> float:
    """What this process has in memory, after what nobody needs is gone."""
    import psutil

    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6
