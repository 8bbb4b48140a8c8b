"""Two small scenes to work with where there is no internet.

They look like Sentinel-2 (same ids, dates, bands and map projection as the images of
the water-bodies tutorial) but show a landscape that does not exist: see
:mod:`ogc_widgets.lab.scenes.terrain`. Every machine makes its own; nothing is
downloaded.

``python -m ogc_widgets.lab.scenes.scenes`` makes them in a process of its own and
prints the item files as JSON: on a new machine this computes for some seconds, and a
server that is told to stop must not wait for it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rasterio import shutil as raster_files
from rasterio.enums import Resampling
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import from_bounds
from ruamel.yaml import YAML

from ogc_widgets.lab.scenes import SCENES, scenes_folder
from ogc_widgets.lab.scenes.landcover import BANDS, Season, reflectance
from ogc_widgets.lab.scenes.terrain import NORTH, PIXEL, WEST, landscape
from ogc_widgets.lab.water_bodies.globe import footprint, warp_to_web_map, write_png
from ogc_widgets.lab.water_bodies.rasters import TILE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogc_widgets.lab.scenes.terrain import Landscape

_COMMON = YAML(typ="safe", pure=True).load(Path(__file__).with_name("item.yaml"))
_THUMBNAIL_SIZE = 400
_LEFT_BEHIND_S = 3600  # making a scene takes seconds
_BANDS = {
    "blue": ("B02", "Blue"),
    "green": ("B03", "Green"),
    "red": ("B04", "Red"),
    "nir": ("B08", "Near infrared"),
}


class _Scene(NamedTuple):
    """One image: when it was taken, and which part of the landscape it shows."""

    id: str
    datetime: str
    platform: str
    edges: tuple[float, float, float, float]  # west, south, east, north, UTM metres
    season: Season


# Each image stops a little inside the tutorial's area on two sides, so that the two
# results have outlines that can be told apart on a map.
_SCENES = (
    _Scene(
        SCENES[0],
        "2021-07-13T19:03:24Z",
        "sentinel-2b",
        (632_960, 4_406_480, 689_360, 4_480_400),
        Season(1, 15.0, 9_000.0, 0.1, 1.0, 140.0, 60.0),
    ),
    _Scene(
        SCENES[1],
        "2022-05-24T19:03:29Z",
        "sentinel-2a",
        (639_360, 4_412_960, 695_520, 4_486_800),
        Season(2, 0.5, 2_140.0, 0.9, 1.6, 145.0, 57.0),
    ),
)


def ensure_scenes(folder: Path | None = None) -> list[Path]:
    """Make the scenes that are not there yet, which takes a few seconds.

    Any number of processes may call this at once: a scene is written beside its place
    and then moved there in one step.

    Args:
        folder: Where to keep them; :func:`scenes_folder` by default.

    Returns:
        The STAC items, ``<folder>/<id>/<id>.json``, the older one first. Their assets
        ``blue``, ``green``, ``red`` and ``nir`` are cloud-optimised GeoTIFFs with
        reflectance times 10,000 (0 is no data) in EPSG:32610 at 80 m; ``thumbnail`` is
        a PNG in EPSG:3857.
    """
    home = scenes_folder() if folder is None else Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    items, land = [], None
    for scene in _SCENES:
        item = home / scene.id / f"{scene.id}.json"
        if not _is_complete(item):
            _remove_leftovers(home)
            land = land or landscape()
            _make(scene, land, home)
        items.append(item)
    return items


def _is_complete(item: Path) -> bool:
    """Return whether an item of this version is there, with its files in full."""
    try:
        known = json.loads(item.read_bytes())
        is_current = known["properties"]["version"] == _COMMON["properties"]["version"]
        return bool(is_current) and all(
            (item.parent / asset["href"]).stat().st_size == asset["file:size"]
            for asset in known["assets"].values()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remove_leftovers(home: Path) -> None:
    """Remove what processes left behind that were killed while they made a scene."""
    for folder in home.glob(".making-*"):
        with suppress(OSError):  # another process may remove it, too
            if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(folder)


def _make(scene: _Scene, land: Landscape, home: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".making-", dir=home) as scratch:
        made = Path(scratch) / scene.id
        made.mkdir()
        _write(scene, land, made)
        place = home / scene.id
        try:
            made.rename(place)
        except OSError:
            if _is_complete(place / f"{scene.id}.json"):
                return  # another process was faster
            shutil.move(place, Path(scratch) / "damaged")
            made.rename(place)


def _write(scene: _Scene, land: Landscape, folder: Path) -> None:
    """Write the bands, the thumbnail and the item of one scene."""
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
    for name, band in zip(BANDS, pixels, strict=True):
        target = folder / f"{name}.tif"
        _write_cog(band, profile, target)
        number, title = _BANDS[name]
        assets[name] = _COMMON["band"] | {
            "href": f"./{target.name}",
            "title": title,
            "eo:bands": [{"name": number, "common_name": name}],
            "file:size": target.stat().st_size,
        }
    with MemoryFile() as memory:
        with memory.open(count=count, **profile) as plain:
            plain.write(pixels)
        with memory.open() as whole:
            assets["thumbnail"] = _thumbnail(whole, folder / "thumbnail.png")
            geometry, bbox = footprint(whole)
    properties = _COMMON["properties"] | {
        "datetime": scene.datetime,
        "title": f"{scene.id} (generated)",
        "platform": scene.platform,
        "gsd": PIXEL,
        "proj:bbox": scene.edges,
        "proj:shape": [height, width],
        "proj:transform": [PIXEL, 0, west, 0, -PIXEL, north],
    }
    item = _COMMON["item"] | {
        "id": scene.id,
        "geometry": geometry,
        "bbox": bbox,
        "properties": properties,
        "assets": assets,
    }
    text = json.dumps(item, indent=2) + "\n"
    (folder / f"{scene.id}.json").write_text(text, encoding="utf-8")


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


if __name__ == "__main__":
    json.dump([str(path) for path in ensure_scenes()], sys.stdout)
