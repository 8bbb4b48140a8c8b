"""Split a raster in two classes by Otsu's method."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import items, rasters
from ogc_widgets.lab.water_bodies.program import log, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    from ogc_widgets.lab.water_bodies.rasters import Pixels

LAND, WATER, NODATA = 0, 1, 255
BINS = 256
_COLOURS = {
    LAND: (238, 238, 232, 255),
    WATER: (23, 105, 192, 255),
    NODATA: (0, 0, 0, 0),
}


def otsu(file: Path, folder: Path = Path()) -> Path:
    """Split a raster in two classes at the threshold that separates them best.

    Otsu's method (1979) takes the threshold with the largest variance between the two
    classes, here on a histogram of 256 bins from the lowest to the highest value. It
    always finds a threshold, also where there is no water at all. Writes
    <item>_water.tif, a cloud-optimised GeoTIFF with overviews: 1 above the threshold
    (water), 0 at or below it, 255 without data. Its tag THRESHOLD holds the threshold.

    Example: difference.tif

    Args:
        file: A raster such as the NDWI; NaN or its nodata value means no data.
        folder: Where to write the file.

    Returns:
        The file.

    Raises:
        InputError: The raster cannot be read, has no valid pixel, or one value only.
    """
    with rasters.open_raster(str(file), file.name) as source:
        item = source.tags().get("STAC_ITEM", file.stem)
        log.info(
            "reading the normalised difference of %s, %d x %d",
            *(item, source.width, source.height),
        )
        threshold, valid = _threshold(source, item)
        log.info("threshold %.4f", threshold)
        target = folder / f"{items.safe_name(item)}_water.tif"
        tags = source.tags() | {"STAC_ITEM": item, "THRESHOLD": repr(threshold)}
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / "mask.tif"
            water = 0
            with rasters.create(plain, "uint8", NODATA, source) as output:
                output.write_colormap(1, _COLOURS)
                output.update_tags(**tags)
                for strip, pixels in _strips(source):
                    # NaN is at or below nothing and above nothing: land until below.
                    mask = (pixels > threshold).astype("uint8")
                    water += int(mask.sum())
                    mask[np.isnan(pixels)] = NODATA
                    output.write(mask, 1, window=strip)
            share = 100 * water / valid
            log.info("water %.1f %% of %s valid pixels", share, f"{valid:,}")
            folder.mkdir(parents=True, exist_ok=True)
            rasters.write_cog(plain, target)
        with rasterio.open(target) as written:
            levels = ", ".join(map(str, written.overviews(1)))
        log.info(
            "wrote %s with overviews %s", target.name, levels or "none (it is small)"
        )
    return target


def _threshold(source: DatasetReader, item: str) -> tuple[float, int]:
    """Return the threshold and the number of valid pixels, in two passes."""
    low, high, valid = np.inf, -np.inf, 0
    for _, pixels in _strips(source):
        if (known := pixels[~np.isnan(pixels)]).size:
            valid += known.size
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    if not valid:
        raise InputError(
            f"The image {item} has no valid pixels in the area of interest.",
            advice="Draw the area where the image has data.",
        )
    log.info("histogram over %s valid pixels", f"{valid:,}")
    if low == high:
        raise InputError(
            f"All valid pixels of {item} have the same value ({low:g}), so there is no "
            "threshold between water and land.",
            advice="Draw a larger area.",
        )
    counts = np.zeros(BINS, dtype="int64")
    for _, pixels in _strips(source):
        part, edges = np.histogram(pixels[~np.isnan(pixels)], BINS, (low, high))
        counts += part
    return _best_cut(counts, (edges[:-1] + edges[1:]) / 2), valid


def _best_cut(counts: NDArray[np.int64], centres: NDArray[np.float64]) -> float:
    """Return the centre of the bin after which the classes differ most.

    Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
    on Systems, Man, and Cybernetics 9 (1979), equation 18. The first and the last bin
    hold the extremes, so no class is empty.
    """
    below, sum_below = counts.cumsum(), (counts * centres).cumsum()
    above, sum_above = below[-1] - below[:-1], sum_below[-1] - sum_below[:-1]
    below, sum_below = below[:-1], sum_below[:-1]
    apart = sum_below / below - sum_above / above
    between_classes = below.astype("float64") * above * apart**2
    return float(centres[between_classes.argmax()])


def _strips(source: DatasetReader) -> Iterator[tuple[Window, Pixels]]:
    for strip in rasters.strips(source.width, source.height):
        name = "The normalised difference"
        yield strip, rasters.read_values(source, name, 1, strip)


main = program(otsu)

if __name__ == "__main__":
    sys.exit(main())
