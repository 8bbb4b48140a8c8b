"""Reading and writing rasters in parts, so that memory stays small for any size."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import rasterio
from rasterio import shutil
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from ogc_widgets.errors import InputError
from ogc_widgets.lab.network import check_host
from ogc_widgets.lab.water_bodies.items import shown
from ogc_widgets.lab.water_bodies.program import log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader, DatasetWriter

    Pixels = NDArray[np.float32]
    Masked = np.ma.MaskedArray[Any, np.dtype[Any]]

_HTTP_CODE = re.compile(r"HTTP response code:? *(\d+)")

TILE = 256  # pixels per side of the tiles that are written
_STRIP_PIXELS = 8_000_000  # pixels held at a time: 32 MB as float32

# For reading COGs over http; what the environment says wins.
_GDAL_OPTIONS = {
    # One request finds a COG; without this GDAL looks for neighbour files first.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_INGESTED_BYTES_AT_OPEN": "32768",
    "CPL_VSIL_CURL_USE_HEAD": "NO",
    # Tiles that lie side by side come in one request, and several at a time.
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_HTTP_MULTIPLEX": "YES",
    "VSI_CACHE": "TRUE",
    "GDAL_HTTP_CONNECTTIMEOUT": "20",
    "GDAL_HTTP_TIMEOUT": "120",
    "GDAL_HTTP_MAX_RETRY": "3",
    "GDAL_HTTP_RETRY_DELAY": "1",
}


@contextmanager
def open_raster(href: str, name: str) -> Iterator[DatasetReader]:
    """Open a raster by path or address (http, https, s3 or file).

    Raises:
        InputError: It cannot be opened, or is not a map: no reference system, or
            rotated.
    """
    parts = urlsplit(href)
    if parts.scheme == "file":
        href = url2pathname(parts.path)
    options = {k: v for k, v in _GDAL_OPTIONS.items() if k not in os.environ}
    with rasterio.Env(**options), _opened(href, parts.hostname, name) as dataset:
        transform, problem = dataset.transform, ""
        if dataset.crs is None:
            problem = "has no coordinate reference system"
        elif transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
            problem = (
                "is rotated or stands on its head; only rasters with north at the top "
                "can be used"
            )
        if problem:
            raise InputError(f"{name} {problem} ({shown(href)}).")
        yield dataset


def _opened(href: str, host: str | None, name: str) -> DatasetReader:
    try:
        if host:
            check_host(host)
        return rasterio.open(href)
    except PermissionError as problem:
        why = f"may not be opened ({shown(href)}): {problem.strerror}"
    except RasterioIOError as problem:
        why = f"could not be opened ({shown(href)}): {_in_words(problem, href)}"
    raise InputError(f"{name} {why}.")


def read(dataset: DatasetReader, name: str, band: int, window: Window) -> Masked:
    """Return a window of one band (from 1) as a masked array of rows and columns.

    Raises:
        InputError: The band does not exist, or its pixels cannot be read.
    """
    if band > dataset.count:
        raise InputError(f"{name} has {dataset.count} bands, and no band {band}.")
    try:
        pixels: Masked = dataset.read(band, window=window, masked=True)
    except RasterioIOError as problem:
        raise InputError(
            f"{name} could not be read: {_in_words(problem.__cause__ or problem)}."
        ) from None
    return pixels


def read_values(dataset: DatasetReader, name: str, band: int, window: Window) -> Pixels:
    """Read a window as :func:`read` does, as float32 with NaN for no data."""
    pixels = read(dataset, name, band, window).astype("float32")
    return np.ma.filled(pixels, float("nan"))


def pixel_size(dataset: DatasetReader) -> str:
    """Return the size of a pixel for a person to read, such as ``20 m``."""
    size = abs(dataset.transform.a)
    if not dataset.crs.is_projected:
        return f"{size:.6g} degrees"
    unit = {"metre": "m", "meter": "m"}.get(dataset.crs.linear_units.lower())
    return f"{size:g} {unit or dataset.crs.linear_units}"


def strips(width: int, height: int, doing: str = "") -> Iterator[Window]:
    """Cut a raster into full-width strips of whole tiles, from the top down.

    What is done with them (``doing``, such as ``read``) is logged where there are
    several.
    """
    rows = max(_STRIP_PIXELS // max(width, 1) // TILE, 1) * TILE
    for first in range(0, height, rows):
        end = min(first + rows, height)
        yield Window(0, first, width, end - first)
        if doing and rows < height:
            log.info("%s %d of %d rows", doing, end, height)


@contextmanager
def create(
    target: Path,
    dtype: str,
    nodata: float | None,
    like: DatasetReader,
    window: Window | None = None,
) -> Iterator[DatasetWriter]:
    """Create a tiled, quickly compressed GeoTIFF with one band.

    It has the reference system and the pixels of another raster, or of a window of it.
    """
    window = window or Window(0, 0, like.width, like.height)
    target.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        target,
        "w",
        driver="GTiff",
        count=1,
        dtype=dtype,
        nodata=nodata,
        width=window.width,
        height=window.height,
        crs=like.crs,
        transform=like.window_transform(window),
        tiled=True,
        blockxsize=TILE,
        blockysize=TILE,
        compress="deflate",
        zlevel=1,
        predictor=3 if dtype.startswith("float") else 2,
        bigtiff="if_safer",
    ) as output:
        yield output


def write_cog(source: Path, target: Path) -> None:
    """Write a raster of classes again, cloud-optimised and with overviews."""
    shutil.copy(
        source,
        target,
        driver="COG",
        blocksize=TILE,
        compress="deflate",
        overviews="ignore_existing",
        overview_resampling="mode",  # keeps the most frequent class
    )


def _in_words(problem: BaseException, href: str = "") -> str:
    """Return GDAL's message without its prefix and full stop."""
    words = (str(problem).strip().splitlines() or ["no data"])[0]
    words = words.removeprefix(f"{href}: ").removeprefix("CURL error: ")
    words = words.replace(href, shown(href)) if href else words
    answered = _HTTP_CODE.search(words)
    if answered and answered[1] != "0":
        return f"the server answered {answered[1]}"
    if "AWS_" in words:
        return "s3 needs an account, or AWS_NO_SIGN_REQUEST=YES for public data"
    if "not recognized as" in words:
        return "it is not a raster that GDAL can read"
    return words.rstrip(".")
