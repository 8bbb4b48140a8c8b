"""What the scenes show, as raster files with a STAC item about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rasterio import shutil as raster_files
from rasterio.enums import Resampling
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import from_bounds
from ruamel.yaml import YAML

from ogc_widgets.lab.scenes import SCENES, VERSION
from ogc_widgets.lab.scenes.landcover import BANDS, Season, reflectance
from ogc_widgets.lab.scenes.terrain import NORTH, PIXEL, WEST
from ogc_widgets.lab.water_bodies.globe import footprint, warp_to_web_map, write_png
from ogc_widgets.lab.water_bodies.rasters import TILE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogc_widgets.lab.scenes.terrain import Landscape

_COMMON = YAML(typ="safe", pure=True).load(Path(__file__).with_name("item.yaml"))
_THUMBNAIL_SIZE = 400
_BANDS = {
    "blue": ("B02", "Blue"),
    "green": ("B03", "Green"),
    "red": ("B04", "Red"),
    "nir": ("B08", "Near infrared"),
}


class _Scene(NamedTuple):
    """One image: when it was taken, and which part of the landscape it shows."""

    datetime: str
    platform: str
    edges: tuple[float, float, float, float]  # west, south, east, north, UTM metres
    season: Season


# Each image stops a little inside the tutorial's area on two sides, so that the two
# results have outlines that can be told apart on a map.
_SCENES = {
    SCENES[0]: _Scene(
        "2021-07-13T19:03:24Z",
        "sentinel-2b",
        (632_960, 4_406_480, 689_360, 4_480_400),
        Season(1, 15.0, 9_000.0, 0.1, 1.0, 140.0, 60.0),
    ),
    SCENES[1]: _Scene(
        "2022-05-24T19:03:29Z",
        "sentinel-2a",
        (639_360, 4_412_960, 695_520, 4_486_800),
        Season(2, 0.5, 2_140.0, 0.9, 1.6, 145.0, 57.0),
    ),
}


def write_scene(name: str, land: Landscape, folder: Path) -> None:
    """Write the bands, the thumbnail and the item of one of ``SCENES``."""
    scene = _SCENES[name]
    west, south, east, north = scene.edges
    rows = slice(round((NORTH - north) / PIXEL), round((NORTH - south) / PIXEL))
    columns = slice(round((west - WEST) / PIXEL), round((east - WEST) / PIXEL))
    pixels = reflectance(land, scene.season)[:, rows, columns]
    count, height, width = pixels.shape
    profile = {
        "driver": "GTiff",
        "dtype": "uint16",
        "nodata": 0,
        "height": height,
        "width": width,
        "crs": "EPSG:32610",
        "transform": from_bounds(*scene.edges, width, height),
    }
    assets: dict[str, Any] = {}
    for colour, band in zip(BANDS, pixels, strict=True):
        target = folder / f"{colour}.tif"
        _write_cog(band, profile, target)
        number, title = _BANDS[colour]
        assets[colour] = _COMMON["band"] | {
            "href": f"./{target.name}",
            "title": title,
            "eo:bands": [{"name": number, "common_name": colour}],
            "file:size": target.stat().st_size,
        }
    with MemoryFile() as memory:
        with memory.open(count=count, **profile) as plain:
            plain.write(pixels)
        with memory.open() as whole:
            assets["thumbnail"] = _thumbnail(whole, folder / "thumbnail.png")
            geometry, bbox = footprint(whole)
    properties = _COMMON["properties"] | {
        "version": VERSION,
        "datetime": scene.datetime,
        "title": f"{name} (generated)",
        "platform": scene.platform,
        "gsd": PIXEL,
        "proj:bbox": scene.edges,
        "proj:shape": [height, width],
        "proj:transform": [PIXEL, 0, west, 0, -PIXEL, north],
    }
    item = _COMMON["item"] | {
        "id": name,
        "geometry": geometry,
        "bbox": bbox,
        "properties": properties,
        "assets": assets,
    }
    text = json.dumps(item, indent=2) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _write_cog(band: NDArray[np.uint16], profile: dict[str, Any], target: Path) -> None:
    with MemoryFile() as memory:
        with memory.open(count=1, **profile) as plain:
            plain.write(band, 1)
        raster_files.copy(
            memory.name,
            target,
            driver="COG",
            blocksize=TILE,
            compress="deflate",
            level=9,
            predictor="yes",
            overview_resampling="average",
        )


def _thumbnail(dataset: DatasetReader, target: Path) -> dict[str, Any]:
    """Write a true-colour picture and return its asset."""
    pixels, members = warp_to_web_map(dataset, Resampling.average, _THUMBNAIL_SIZE)
    colours = pixels.data[[2, 1, 0]].astype("float64")
    bright = np.clip(colours / 2_600, 0, 1) ** 0.7 * 255
    inside = np.where(np.ma.getmaskarray(pixels).any(axis=0, keepdims=True), 0, 255)
    write_png(np.concatenate([bright, inside]).astype("uint8"), target)
    size = {"file:size": target.stat().st_size}
    asset: dict[str, Any] = _COMMON["thumbnail"] | members | size
    return asset
