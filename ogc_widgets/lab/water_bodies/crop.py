"""Cut an area out of one band of a STAC item."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rasterio.enums import MaskFlags
from rasterio.windows import Window

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import area, items, program, rasters
from ogc_widgets.lab.water_bodies.program import log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasterio.io import DatasetReader


def crop(item: str, band: str, aoi: str, epsg: str, folder: Path) -> Path:
    """Cut an area out of one band of a STAC item, without changing a pixel.

    Only the pixels inside the area are read: over http by range requests.

    Args:
        item: Address or path of the STAC item.
        band: Asset key or common name of the band.
        aoi: The area, ``west,south,east,north`` in the units of ``epsg``.
        epsg: Reference system of the area, such as ``EPSG:4326``.
        folder: Where to write the file.

    Returns:
        A GeoTIFF in the type and reference system of the band. Its tags say which item
        and band it is, its scale and offset how to get reflectance.

    Raises:
        InputError: The area, the item or the band cannot be used.
    """
    crs = area.parse_crs(epsg)
    box = area.parse_box(aoi, crs)
    log.info("reading item %s", items.shown(item))
    found = items.read_item(item)
    key, number = items.find_band(found, band)
    scale, offset = items.scaling(found, key, number)
    name = f"The band {key} of {found['id']}"
    target = folder / f"{items.safe_name(found['id'])}_{items.safe_name(band)}.tif"
    with rasters.open_raster(found["assets"][key]["href"], name) as source:
        if number > source.count:
            raise InputError(f"{name} is not in its file, which has {source.count}.")
        window, share = area.cut(source, box, crs, f"the item {found['id']}")
        width, height = int(window.width), int(window.height)
        if share < 0.995:
            log.info("the image covers %.0f %% of the area of interest", 100 * share)
        log.info(
            "reading %s of %s, window %d x %d of %d x %d at %s",
            band,
            found["id"],
            width,
            height,
            source.width,
            source.height,
            rasters.pixel_size(source),
        )
        nodata = _nodata(source, number, items.nodata(found, key, number))
        dtype = source.dtypes[number - 1]
        with rasters.create(target, dtype, nodata, source, window) as output:
            for strip in rasters.strips(width, height, "read"):
                part = Window(
                    window.col_off,
                    window.row_off + strip.row_off,
                    strip.width,
                    strip.height,
                )
                pixels = rasters.read(source, name, number, part)
                kept = pixels.data if nodata is None else pixels.filled(nodata)
                output.write(kept, 1, window=strip)
            output.scales = (scale,)
            output.offsets = (offset,)
            output.update_tags(STAC_ITEM=found["id"], BAND=band)
    return target


def _nodata(source: DatasetReader, number: int, stated: float | None) -> float | None:
    """Return the value for "nothing here": the file's, the item's, or 0 for a mask."""
    if source.nodata is not None:
        return float(source.nodata)
    if stated is not None:
        return stated
    return None if MaskFlags.all_valid in source.mask_flag_enums[number - 1] else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the step as a program."""
    options = program.parser(
        "crop",
        "Cut an area of interest out of one band of a STAC item. Only the pixels "
        "inside are read. Writes <item>_<band>.tif.",
        "--item item.json --band green --aoi -121.4,39.8,-120.7,40.5",
    )
    options.add_argument("--item", required=True, help="address or path of a STAC item")
    options.add_argument(
        "--band", required=True, help="asset key or common name, such as green"
    )
    options.add_argument("--aoi", required=True, help="west,south,east,north")
    options.add_argument(
        "--epsg",
        default="EPSG:4326",
        help="reference system of the area (default: %(default)s)",
    )
    return program.run(options, crop, arguments)


if __name__ == "__main__":
    sys.exit(main())
