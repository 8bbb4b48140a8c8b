"""Rasters to look at: small files with every place and value known, and a large one."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from imageio.v3 import imread
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.transform import from_origin
from rasterio.warp import transform
from rasterio.windows import Window

from ogc_widgets.raster.warping import EDGE_M, TILE_PX, to_web_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from affine import Affine
    from rasterio.rpc import RPC

    from ogc_widgets.raster import Raster, Style

UTM = "EPSG:32633"
DEGREES = CRS.from_epsg(4326)
HERE = from_origin(500_000, 5_000_000, 30, 30)


def write(
    path: Path,
    pixels: Any,
    crs: str | None = UTM,
    where: Affine | None = HERE,
    *,
    driver: str = "GTiff",
    points: Sequence[tuple[float, ...]] = (),
    rpcs: RPC | None = None,
    **profile: Any,
) -> Path:
    """Write an array of (rows, columns) or (bands, rows, columns).

    Points, for a file without a grid: row, column, longitude, latitude.
    """
    bands = np.asarray(pixels)
    bands = bands[None] if bands.ndim == 2 else bands
    count, height, width = bands.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver=driver, dtype=bands.dtype, count=count, height=height,
            width=width, crs=crs, transform=where, **profile,
        ) as dataset:  # fmt: skip
            dataset.write(bands)
            if rpcs is not None:
                dataset.rpcs = rpcs
            if points:
                dataset.gcps = ([GroundControlPoint(*one) for one in points], DEGREES)
    return path


def degrees_from(crs: str, where: Affine, width: int, height: int) -> np.ndarray:
    """For each pixel how many degrees of longitude its centre is from 100 east.

    That changes nowhere at once, so that a mean of neighbours is right everywhere.
    """
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    xs = where.a * columns + where.b * rows + where.c
    ys = where.d * columns + where.e * rows + where.f
    lons, _ = transform(crs, "EPSG:4326", xs.ravel().tolist(), ys.ravel().tolist())
    return from_100(np.array(lons).reshape(height, width)).astype("float32")


def from_100(lon: Any) -> Any:
    """Degrees of longitude from 100 east."""
    return abs((lon - 100 + 180) % 360 - 180)


def pixels_of(png: bytes) -> np.ndarray:
    """Red, green, blue and opacity of each pixel of a picture."""
    found = imread(io.BytesIO(png), extension=".png")
    if found.shape[2] == 2:
        grey, opacity = found[..., :1], found[..., 1:]
        found = np.concatenate([grey, grey, grey, opacity], axis=2)
    return found


def seen_at(raster: Raster, style: Style, lon: float, lat: float) -> tuple[int, ...]:
    """What the picture of the whole shows at a place."""
    png, (west, south, east, north) = raster.picture(style)
    found = pixels_of(png)
    lon += 360 * (lon < west)
    left, bottom = to_web_map(west, south)
    right, top = to_web_map(east, north)
    x, y = to_web_map(lon, lat)
    column = int((x - left) / (right - left) * found.shape[1])
    row = int((top - y) / (top - bottom) * found.shape[0])
    return tuple(found[row, column].tolist())


def tile_at(z: int, lon: float, lat: float) -> tuple[int, int, int, int]:
    """The tile at a place, and the pixel in it: column, row, x and y."""
    x, y = to_web_map(lon, lat)
    across = (x + EDGE_M) / (2 * EDGE_M) * 2**z
    down = (EDGE_M - y) / (2 * EDGE_M) * 2**z
    inner = int(across % 1 * TILE_PX), int(down % 1 * TILE_PX)
    return int(across), int(down), *inner


def seen_in_tile(
    raster: Raster, style: Style, z: int, lon: float, lat: float
) -> tuple[int, ...]:
    """What the tile at a place shows there; nothing where it is empty."""
    column, row, x, y = tile_at(z, lon, lat)
    png = raster.tile(z, column, row, style)
    return tuple(pixels_of(png)[y, x].tolist()) if png else (0, 0, 0, 0)


def write_large(path: Path, side: int = 32_768) -> Path:
    """One of a gigabyte with small versions, most of it a hole in the disk."""
    where = from_origin(400_000, 5_400_000, 10, 10)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, width=side, height=side,
        crs=UTM, transform=where, tiled=True, blockxsize=512, blockysize=512,
        sparse_ok=True,
    ) as dataset:  # fmt: skip
        ramp = np.tile(np.arange(2048) // 8, (2048, 1)).astype("uint8")
        dataset.write(ramp, 1, window=Window(0, 0, 2048, 2048))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([16, 32, 64], rasterio.enums.Resampling.nearest)
    os.truncate(path, side * side)
    return path


@contextmanager
def served(folder: Path) -> Iterator[Any]:
    """Gives a function that opens a file of a folder over HTTP."""
    from small_scene import serve

    import ogc_widgets as ogc
    from ogc_widgets.client.results.files.remote_file import RemoteFile, WebSource

    with serve(folder) as server, ogc.Client(server.url) as client:

        def remote(path: Path) -> RemoteFile:
            source = WebSource(client.aio.connection, f"{server.url}/{path.name}")
            return RemoteFile(source, path.name)

        yield remote
