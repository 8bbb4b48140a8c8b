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
from ogc_widgets.lab.water_bodies import items, program, rasters
from ogc_widgets.lab.water_bodies.program import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    from ogc_widgets.lab.water_bodies.rasters import Pixels

NODATA = float("nan")


def normalized_difference(files: Sequence[Path], folder: Path) -> Path:
    """Compute (a - b) / (a + b); with green and near infrared this is the NDWI.

    The result has the pixels of the finer raster (the first, when both are alike); the
    other one is brought to it with bilinear resampling.

    Args:
        files: The two rasters, a first.
        folder: Where to write the file.

    Returns:
        A float32 GeoTIFF with values from -1 to 1 and NaN where a or b has no data,
        or where the two are not reflectances whose sum is above zero.

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
        first, second = (
            stack.enter_context(rasters.open_raster(str(file), file.name))
            for file in files
        )
        tags = first.tags()
        item = tags.get("STAC_ITEM", files[0].stem)
        names = [
            dataset.tags().get("BAND", file.stem)
            for dataset, file in zip((first, second), files, strict=True)
        ]
        reference, other = _finer_first(first, second)
        log.info(
            "normalised difference of %s and %s of %s, %d x %d at %s",
            *names,
            item,
            reference.width,
            reference.height,
            rasters.pixel_size(reference),
        )
        if not _same_grid(first, second):
            log.info(
                "resampling from %s to %s",
                rasters.pixel_size(other),
                rasters.pixel_size(reference),
            )
            aligned = stack.enter_context(_aligned(other, reference))
            first, second = (
                (reference, aligned) if reference is first else (aligned, reference)
            )
        target = folder / f"{items.safe_name(item)}_difference.tif"
        valid = 0
        low, high = np.inf, -np.inf
        size = reference.width, reference.height
        with rasters.create(target, "float32", NODATA, reference) as output:
            for strip in rasters.strips(*size, "computed"):
                a = _reflectance(first, names[0], strip)
                b = _reflectance(second, names[1], strip)
                total = a + b
                usable = total > 0  # also False where one of the two is NaN
                difference = np.full(total.shape, NODATA, dtype="float32")
                np.divide(a - b, total, out=difference, where=usable)
                # Negative reflectance (noise over dark water) leaves the range.
                np.clip(difference, -1, 1, out=difference)
                output.write(difference, 1, window=strip)
                valid += int(np.count_nonzero(usable))
                if usable.any():
                    low = min(low, float(difference[usable].min()))
                    high = max(high, float(difference[usable].max()))
            output.update_tags(STAC_ITEM=item, BANDS=",".join(names))
        log.info(
            "%s of %s pixels are valid",
            f"{valid:,}",
            f"{output.width * output.height:,}",
        )
        if valid:
            log.info("values from %.4f to %.4f", low, high)
    return target


def _finer_first(
    first: DatasetReader, second: DatasetReader
) -> tuple[DatasetReader, DatasetReader]:
    if first.crs == second.crs and second.res[0] < first.res[0]:
        return second, first
    return first, second


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
    """Read a window as float32 of shape (rows, columns), NaN without data."""
    values = rasters.read_values(dataset, name, 1, window)
    scale, offset = dataset.scales[0], dataset.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    return values


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the step as a program."""
    options = program.parser(
        "normalized_difference",
        "Compute the normalised difference (a - b) / (a + b) of two rasters. With "
        "green and near infrared this is the NDWI, which is high over water. Writes "
        "<item>_difference.tif.",
        "green.tif nir.tif",
    )
    options.add_argument(
        "files", nargs="*", type=Path, metavar="RASTER", help="a and b, in this order"
    )
    return program.run(options, normalized_difference, arguments)


if __name__ == "__main__":
    sys.exit(main())
