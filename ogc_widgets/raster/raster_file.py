"""One file of a raster, with small versions of its bands that are kept in memory.

They are for pictures, stretches and far views.

A cloud-optimised file holds small versions of itself, one of which is read; of any
other every n-th pixel is taken. Each is read once, so that all tiles are drawn alike.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from rasterio.io import MemoryFile

    from ogc_widgets.raster.bands import Band
    from ogc_widgets.raster.datasets import Datasets
    from ogc_widgets.raster.info import Grid
    from ogc_widgets.raster.warping import Located, NoData

PREVIEW_BYTES: Final = 1_250_000
"""What the bands of one picture may cost of a file on a server, its index aside."""
_LONGEST_PX: Final = 1024
_LONGEST_ON_DISK_PX: Final = 2048
# Without small versions every pixel may have to be unpacked: some seconds for so many.
_MOST_PIXELS: Final = 400_000_000
_KEPT_BYTES: Final = 64 * 2**20
_CHANNELS: Final = 3


@dataclass(frozen=True)
class Small:
    """One band in small.

    Attributes:
        values: As they stand in the file, without a place where there are none.
        memory: The same with its place, as a file in memory that GDAL can open.
    """

    values: np.ma.MaskedArray[Any, Any]
    memory: MemoryFile


class RasterFile:
    """One file of a raster.

    Attributes:
        datasets: It, for whoever reads it.
        grid: Its grid.

    Args:
        datasets: See above.
        grid: See above.
        count: Number of its bands.
    """

    def __init__(self, datasets: Datasets, grid: Grid, count: int) -> None:
        self.datasets = datasets
        self.grid = grid
        self._count = count
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, NoData], Small] = OrderedDict()

    def small(self, band: Band, nodata: NoData) -> Small:
        """The small version of a band; read once.

        Args:
            band: Which one.
            nodata: The number that stands for nothing; ``"none"`` if no number does.

        Raises:
            InputError: It would take too long to make one.
            ServerError: It could not be read.
        """
        key = (band.number, None if nodata is None or nodata != nodata else nodata)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            width, height = self._size(band)
            small = self.datasets.use(
                lambda located: _read(located, band, (width, height), nodata)
            )
            self._kept[key] = small
            while len(self._kept) > 1 and self._bytes() > _KEPT_BYTES:
                # Its file in memory goes with the last thread that reads it.
                self._kept.popitem(last=False)
            return small

    def factor(self, band: Band) -> float:
        """By how much the pixels of its small version are larger; nothing is read.

        Raises:
            InputError: It would take too long to make one.
        """
        return self.grid.width / self._size(band)[0]

    def close(self) -> None:
        """Close the file, and free the memory."""
        self.datasets.close()
        with self._lock:
            self._kept.clear()

    def _bytes(self) -> int:
        return sum(2 * small.values.nbytes for small in self._kept.values())

    def _size(self, band: Band) -> tuple[int, int]:
        """Width and height: those of the best small version that is in the file."""
        grid, is_remote = self.grid, self.datasets.is_remote
        longest = max(grid.width, grid.height)
        wanted = _LONGEST_PX if is_remote else _LONGEST_ON_DISK_PX
        if longest <= wanted and not is_remote:
            return grid.width, grid.height
        together = self._count if grid.is_pixelwise else min(self._count, _CHANNELS)
        pixel = np.dtype(band.dtype).itemsize * together
        # How well it is packed shows the size of the file: all its versions are alike.
        versions = sum((1 / factor**2 for factor in grid.factors), start=1.0)
        whole = grid.width * grid.height * np.dtype(band.dtype).itemsize * self._count
        packed = min(1.0, self.datasets.size / (whole * versions))
        for factor in sorted((1, *grid.factors)):
            width, height = _shrunk(grid, factor)
            cost = width * height * pixel * packed
            fits = not is_remote or cost <= PREVIEW_BYTES
            if fits and max(width, height) <= 2 * wanted:
                return width, height
        if grid.factors:
            return _shrunk(grid, max(grid.factors))
        if grid.width * grid.height > _MOST_PIXELS:
            raise InputError(
                f"{self.datasets.name} is too large to be shown: {grid.width:,} × "
                f"{grid.height:,} pixels without small versions of them.",
                safe="The file is unchanged.",
                advice="Ask for a cloud-optimised GeoTIFF, or download it and add "
                "overviews (gdaladdo).",
            )
        return _shrunk(grid, longest / wanted)


def _shrunk(grid: Grid, factor: float) -> tuple[int, int]:
    factor = max(factor, 1.0)
    return math.ceil(grid.width / factor), math.ceil(grid.height / factor)


def _read(located: Located, band: Band, size: tuple[int, int], nodata: NoData) -> Small:
    from affine import Affine
    from rasterio.enums import ColorInterp
    from rasterio.io import MemoryFile
    from rio_tiler.reader import read

    from ogc_widgets.raster.warping import nodata_options

    dataset = located.dataset
    width, height = size
    number, without = nodata_options(dataset, nodata)
    image = read(
        dataset,
        indexes=(band.number,),
        width=width,
        height=height,
        nodata=number,
        vrt_options=without,
    )
    values = image.array[0]
    alpha = image.alpha_mask
    if alpha is None and number is None and np.ma.getmaskarray(values).any():
        alpha = image.mask
    memory = MemoryFile()
    with memory.open(
        driver="GTiff",
        dtype=values.dtype,
        count=1 if alpha is None else 2,
        width=width,
        height=height,
        crs=located.crs,
        transform=located.transform
        @ Affine.scale(dataset.width / width, dataset.height / height),
        nodata=number,
    ) as small:
        small.write(values.data, 1)
        if alpha is not None:
            small.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
            small.write(alpha.astype(values.dtype), 2)
    found = Small(values, memory)
    # The memory is GDAL's, and not freed with the object.
    weakref.finalize(found, memory.close)
    return found
