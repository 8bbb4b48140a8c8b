"""Cut an area out of one band of a STAC item."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rasterio.enums import MaskFlags
from rasterio.windows import Window

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import area, items, rasters
from ogc_widgets.lab.water_bodies.program import log, program

if TYPE_CHECKING:
    from rasterio.io import DatasetReader


def crop(
    item: str, band: str, aoi: str, epsg: str = "EPSG:4326", folder: Path = Path()
) -> Path:
    """Cut an area out of one band of a STAC item, without changing a pixel.

    Only the pixels inside the area are read: over http by range requests. Writes
    <item>_<band>.tif in the type and reference system of the band. Its tags say which
    item and band it is, its scale and offset how to get reflectance.

    Example: --item item.json --band green --aoi -121.4,39.8,-120.7,40.5

    Args:
        item: Address or path of the STAC item.
        band: Asset key or common name of the band, such as green.
        aoi: The area, west,south,east,north in the units of epsg.
        epsg: Reference system of the area.
        folder: Where to write the file.

    Returns:
        The file.

    Raises:
        InputError: The area, the item or the band cannot be used.
    """
    crs = area.parse_crs(epsg)
    box = area.parse_box(aoi, crs)
    log.info("reading item %s", items.shown(item))
    found = items.read_item(item)
    key, number = items.find_band(found, band)
    name = f"The band {key} of {found['id']}"
    target = folder / f"{items.safe_name(found['id'])}_{items.safe_name(band)}.tif"
    with rasters.open_raster(found["assets"][key]["href"], name) as source:
        if number > source.count:
            raise InputError(f"{name} is not in its file, which has {source.count}.")
        window, share = area.cut(source, box, crs, f"the item {found['id']}")
        width, height = window.width, window.height
        if share < 0.995:
            log.info("the image covers %.0f %% of the area of interest", 100 * share)
        log.info(
            "reading %s of %s, window %d x %d of %d x %d at %s",
            *(band, found["id"], width, height, source.width, source.height),
            rasters.pixel_size(source),
        )
        nodata = _nodata(source, number, items.nodata(found, key, number))
        dtype = source.dtypes[number - 1]
        with rasters.create(target, dtype, nodata, source, window) as output:
            for strip in rasters.strips(width, height, "read"):
                top = window.row_off + strip.row_off
                part = Window(window.col_off, top, strip.width, strip.height)
                pixels = rasters.read(source, name, number, part)
                kept = pixels.data if nodata is None else pixels.filled(nodata)
                output.write(kept, 1, window=strip)
            scale, offset = items.scaling(found, key, number)
            output.scales, output.offsets = (scale,), (offset,)
            output.update_tags(STAC_ITEM=found["id"], BAND=band)
    return target


def _nodata(source: DatasetReader, number: int, stated: float | None) -> float | None:
    """Return the value for "nothing here": the file's, the item's, or 0 for a mask."""
    if source.nodata is not None:
        return float(source.nodata)
    if stated is not None:
        return stated
    return None if MaskFlags.all_valid in source.mask_flag_enums[number - 1] else 0.0


main = program(crop)

if __name__ == "__main__":
    sys.exit(main())
