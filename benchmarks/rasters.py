"""A tile and a preview of a raster on a server: seconds, and bytes that are read.

The other is rio-tiler on the same address with GDAL's own reader of the web, which
knows no token and no limit; and what we promise ourselves.
"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from map_window import tiles_ms, window
from measure import Row, seconds
from ranges import ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIDE = 32_768  # pixels of a byte: a gigabyte
_ZOOM = 13
_COLUMN, _ROW = 4411, 2827  # where the file is no hole
_TILE_S = 0.150
_PREVIEW_MB = 2.0
_TILES = 6
_CELL = """
import ogc_widgets as ogc
from ogc_widgets.client.results.files.remote_file import RemoteFile, WebSource
from ogc_widgets.map.raster_layers import ShownRaster
from ogc_widgets.raster import Style, open_raster
client = ogc.Client({address!r})
raster = open_raster(RemoteFile(WebSource(client.aio.connection, {url!r}), "large.tif"))
style = Style(stretch=((0.0, 255.0),))
shown = ogc.AreaMap(basemap=None, height="200px", center={center}, zoom={zoom})
shown.layout.width = "200px"
shown.rasters.add(ShownRaster(raster, style, raster.legend(style), "large"))
shown
"""


def rows() -> Iterator[Row]:
    """Measure."""
    warnings.simplefilter("ignore")
    import ogc_widgets as ogc
    from ogc_widgets.client.results.files.remote_file import RemoteFile, WebSource
    from ogc_widgets.raster import Style, open_raster

    style = Style(stretch=((0.0, 255.0),))
    with tempfile.TemporaryDirectory(prefix="ogcw-") as name:
        _write(Path(name) / "large.tif")
        with ranges(Path(name)) as address, ogc.Client(address) as client:
            url = f"{address}/large.tif"

            def remote() -> RemoteFile:
                return RemoteFile(WebSource(client.aio.connection, url), "large.tif")

            def ours() -> float:
                with open_raster(remote()) as raster:
                    start = time.perf_counter()
                    if not raster.tile(_ZOOM, _COLUMN, _ROW, style):
                        raise RuntimeError("an empty tile")
                    return time.perf_counter() - start

            mine, other = seconds(ours, _theirs(url))
            yield Row("first tile of 1 GB, opened before / rio-tiler", mine, other)
            yield Row(f"the same / {_TILE_S * 1e3:.0f} ms", mine, _TILE_S, 1.0)
            file = remote()
            start = time.perf_counter()
            with open_raster(file) as raster:
                raster.picture(style)
            took = time.perf_counter() - start
            read = file.fetched_bytes / 1e6
            name = f"preview of 1 GB / {_PREVIEW_MB:.0f} MB"
            yield Row(name, read, _PREVIEW_MB, 1.0, unit="MB")
            yield Row("seconds of that preview / a second", took, 1.0)
            yield _on_the_page(address, url)


def _on_the_page(address: str, url: str) -> Row:
    """The same in JupyterLab, from the page's message to the picture in Chromium."""
    moves = [
        f"shown.map.center = {_middle(_COLUMN + column, _ROW + 1)}"
        for column in range(_TILES)
    ]
    cell = _CELL.format(
        address=address, url=url, zoom=_ZOOM, center=_middle(_COLUMN, _ROW)
    )
    with window() as page:
        found = tiles_ms(page, cell, moves)
    name = f"a tile from message to picture / {_TILE_S * 1e3:.0f} ms"
    return Row(name, statistics.median(found) / 1e3, _TILE_S, 1.0)


def _middle(column: int, row: int) -> tuple[float, float]:
    """Latitude and longitude of the middle of a tile."""
    x, y = (column + 0.5) / 2**_ZOOM, (row + 0.5) / 2**_ZOOM
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))
    return latitude, 360 * x - 180


def _theirs(url: str) -> Callable[[], float]:
    def task() -> float:
        import rasterio
        from rio_tiler.io import Reader

        options = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "VSI_CACHE": False}
        # Each round a new address: GDAL keeps what it read of one.
        with rasterio.Env(**options), Reader(f"{url}?{time.monotonic_ns()}") as reader:
            start = time.perf_counter()
            image = reader.tile(_COLUMN, _ROW, _ZOOM, tilesize=256)
            image.render(img_format="PNG")
            return time.perf_counter() - start

    return task


def _write(path: Path) -> None:
    import numpy as np
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, width=_SIDE, height=_SIDE,
        crs="EPSG:32633", transform=from_origin(400_000, 5_400_000, 10, 10),
        tiled=True, blockxsize=512, blockysize=512, sparse_ok=True,
    ) as dataset:  # fmt: skip
        noise = np.random.default_rng(1).integers(1, 255, (4096, 4096), dtype="uint8")
        dataset.write(noise, 1, window=Window(0, 0, 4096, 4096))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([16, 32, 64], Resampling.nearest)
    # The rest of the gigabyte is a hole in the disk.
    os.truncate(path, _SIDE * _SIDE)
