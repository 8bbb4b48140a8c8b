"""Compute the normalised difference (a - b) / (a + b) of two rasters."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import items, rasters
from ogc_widgets.lab.water_bodies.program import log, program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    from ogc_widgets.lab.water_bodies.rasters import Pixels

NODATA = float("nan")


def normalized_difference(files: Sequence[Path], folder: Path = Path()) -> Path:
    """Compute (a - b) / (a + b); with green and near infrared this is the NDWI.

    The result, <item>_difference.tif, has the pixels of the finer raster (the first,
    when both are alike); the other one is brought to it with bilinear resampling. Its
    values are from -1 to 1, and NaN where a or b has no data, or where the two are not
    reflectances whose sum is above zero.

    Example: green.tif nir.tif

    Args:
        files: The two rasters, a first.
        folder: Where to write the file.

    Returns:
        The file.

    Raises:
        InputError: Not two rasters, or rasters that cannot be read or do not overlap.
    """
    if len(files) != 2:
        raise InputError(
            f"A normalised difference needs exactly 2 bands, but {len(files)} "
            f"{'was' if len(files) == 1 else 'were'} given.",
            advice="Give two bands, such as green and nir.",
        )
    with ExitStack() as stack:
        bands = [
            stack.enter_context(rasters.open_raster(str(file), file.name))
            for file in files
        ]
        item = bands[0].tags().get("STAC_ITEM", files[0].stem)
        names = [
            band.tags().get("BAND", file.stem)
            for band, file in zip(bands, files, strict=True)
        ]
        finer = _finer(*bands)
        log.info(
            "normalised difference of %s and %s of %s, %d x %d at %s",
            *(*names, item, finer.width, finer.height, rasters.pixel_size(finer)),
        )
        for number, band in enumerate(bands):
            if not _same_grid(band, finer):
                sizes = rasters.pixel_size(band), rasters.pixel_size(finer)
                log.info("resampling from %s to %s", *sizes)
                bands[number] = stack.enter_context(_aligned(band, finer))
        target = folder / f"{items.safe_name(item)}_difference.tif"
        valid, low, high = 0, np.inf, -np.inf
        with rasters.create(target, "float32", NODATA, finer) as output:
            for strip in rasters.strips(finer.width, finer.height, "computed"):
                a = _reflectance(bands[0], names[0], strip)
                b = _reflectance(bands[1], names[1], strip)
                total = a + b
                usable = total > 0  # also False where one of the two is NaN
                difference = np.full(total.shape, NODATA, dtype="float32")
                np.divide(a - b, total, out=difference, where=usable)
                # Negative reflectance (noise over dark water) leaves the range.
                np.clip(difference, -1, 1, out=difference)
                output.write(difference, 1, window=strip)
                if usable.any():
                    valid += int(np.count_nonzero(usable))
                    low = min(low, float(difference[usable].min()))
                    high = max(high, float(difference[usable].max()))
            output.update_tags(STAC_ITEM=item, BANDS=",".join(names))
        pixels = output.width * output.height
        log.info("%s of %s pixels are valid", f"{valid:,}", f"{pixels:,}")
        if valid:
            log.info("values from %.4f to %.4f", low, high)
    return target


def _finer(first: DatasetReader, second: DatasetReader) -> DatasetReader:
    is_second = first.crs == second.crs and second.res[0] < first.res[0]
    return second if is_second else first


def _same_grid(first: DatasetReader, second: DatasetReader) -> bool:
    return bool(
        first.crs == second.crs
        and first.shape == second.shape
        and first.transform.almost_equals(second.transform)
    )


def _aligned(other: DatasetReader, reference: DatasetReader) -> DatasetReader:
    """Return a raster as seen through the pixels of another one."""
    return WarpedVRT(
        other,
        crs=reference.crs,
        transform=reference.transform,
        width=reference.width,
        height=reference.height,
        resampling=Resampling.bilinear,
        nodata=other.nodata if other.nodata is not None else 0,
    )


def _reflectance(dataset: DatasetReader, name: str, window: Window) -> Pixels:
    values = rasters.read_values(dataset, name, 1, window)
    scale, offset = dataset.scales[0], dataset.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    return values


main = program(normalized_difference)

if __name__ == "__main__":
    sys.exit(main())
