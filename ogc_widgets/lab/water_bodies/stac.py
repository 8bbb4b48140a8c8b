"""Describe water masks in a STAC catalogue."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pystac
from pystac.utils import str_to_datetime

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import globe, rasters
from ogc_widgets.lab.water_bodies.items import read_item, safe_name, shown
from ogc_widgets.lab.water_bodies.otsu import NODATA, WATER
from ogc_widgets.lab.water_bodies.program import log, program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasterio.io import DatasetReader

_EXTENSIONS = [
    "https://stac-extensions.github.io/projection/v1.2.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
]
# Land is quiet, so that water stands out.
_CLASSES = [
    {"value": 0, "name": "land", "title": "land", "color_hint": "D5CDB8"},
    {"value": WATER, "name": "water", "title": "water", "color_hint": "1769C0"},
    {"value": NODATA, "name": "no_data", "title": "no data", "nodata": True},
]
_COPIED = ("datetime", "start_datetime", "end_datetime", "platform", "constellation")


def stac(
    items: Sequence[str], masks: Sequence[Path], folder: Path = Path("stac-catalog")
) -> Path:
    """Describe water masks in a self-contained STAC catalogue.

    Each item has the id and the date of the image it was made from, the true outline of
    its raster, and beside the fields of the projection extension water:percent, the
    share of water in the valid pixels, water:area_km2, their area where the raster is
    in metres, and water:threshold, the value that separates water from land.

    Example: --item item.json --mask item_water.tif

    Args:
        items: Address or path of the STAC item of an image; may be repeated.
        masks: The mask made from it, in the same order.
        folder: Where to write the catalogue; made when it is not there.

    Returns:
        The path of catalog.json.

    Raises:
        InputError: No masks, not as many as items, or files that cannot be read.
    """
    folder = folder.resolve()
    if not items:
        raise InputError("No STAC items were given, so there is nothing to describe.")
    if len(items) != len(masks):
        raise InputError(
            f"{len(items)} items and {len(masks)} masks were given; each item "
            "needs its mask."
        )
    catalogue = pystac.Catalog(
        id="water-bodies",
        title="Water bodies",
        description="Water masks: normalised difference and Otsu threshold.",
        href=str(folder / "catalog.json"),
    )
    taken: set[str] = set()
    for address, mask in zip(items, masks, strict=True):
        log.info("describing %s", mask.name)
        source = read_item(address)
        name = _unused(source["id"], taken)
        home = folder / safe_name(name)
        item = _describe(source, name, mask, home)
        if address.startswith(("http://", "https://")):
            source_link = (shown(address), "application/json", source["id"])
            item.add_link(pystac.Link("derived_from", *source_link))
        catalogue.add_item(item)
        item.set_self_href(str(home / f"{home.name}.json"))
    catalogue.save(pystac.CatalogType.SELF_CONTAINED)
    count = len(masks)
    log.info("wrote catalog.json with %d %s", count, "item" if count == 1 else "items")
    return folder / "catalog.json"


def _describe(source: dict[str, Any], name: str, mask: Path, home: Path) -> pystac.Item:
    """Copy a mask into its item's folder and return the item."""
    with rasters.open_raster(str(mask), mask.name) as dataset:
        belongs_to = dataset.tags().get("STAC_ITEM", source["id"])
        if belongs_to != source["id"]:
            raise InputError(
                f"The mask {mask.name} was made from {belongs_to}, not from "
                f"{source['id']}.",
                advice="Give the masks in the same order as the items.",
            )
        home.mkdir(parents=True, exist_ok=True)
        geometry, bbox = globe.footprint(dataset)
        known = {key: source["properties"].get(key) for key in _COPIED}
        properties = {key: value for key, value in known.items() if value is not None}
        moment = properties.pop("datetime", None)
        properties |= _projection(dataset) | _water(dataset)
        item = pystac.Item(
            id=name,
            geometry=geometry,
            bbox=bbox,
            datetime=None if moment is None else str_to_datetime(moment),
            properties=properties,
            stac_extensions=_EXTENSIONS,
        )
        raster = home / f"{home.name}_water.tif"
        shutil.copyfile(mask, raster)
        item.add_asset(
            "data",
            pystac.Asset(
                href=f"./{raster.name}",
                title="Water mask",
                description=f"{WATER} is water, 0 is land, {NODATA} is no data.",
                media_type=pystac.MediaType.COG,
                roles=["data"],
                extra_fields={
                    "file:size": raster.stat().st_size,
                    "classification:classes": _CLASSES,
                },
            ),
        )
        if bbox[0] < bbox[2]:  # a web map ends at the 180 degree meridian
            picture = home / f"{home.name}_preview.png"
            members = globe.write_preview(dataset, picture)
            item.add_asset(
                "thumbnail",
                pystac.Asset(
                    href=f"./{picture.name}",
                    title="Preview of the water mask",
                    media_type=pystac.MediaType.PNG,
                    roles=["thumbnail", "overview"],
                    extra_fields=members | {"file:size": picture.stat().st_size},
                ),
            )
    log.info(
        "%s: water %.1f %%, %d x %d pixels",
        *(name, properties["water:percent"], dataset.width, dataset.height),
    )
    return item


def _unused(name: str, taken: set[str]) -> str:
    """Return an id for an item, numbered when the same image was given twice."""
    candidate, number = name, 1
    while safe_name(candidate).lower() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(safe_name(candidate).lower())
    return candidate


def _projection(dataset: DatasetReader) -> dict[str, Any]:
    """Return the fields of the projection extension."""
    code = dataset.crs.to_epsg()
    bounds = [*dataset.bounds]
    where = (
        {"proj:code": f"EPSG:{code}", "proj:epsg": code}
        if code
        else {"proj:code": None, "proj:epsg": None, "proj:wkt2": dataset.crs.to_wkt()}
    )
    return where | {
        "proj:bbox": bounds,
        "proj:geometry": {
            "type": "Polygon",
            "coordinates": [globe.corner_ring(tuple(dataset.bounds))],
        },
        "proj:shape": [dataset.height, dataset.width],
        "proj:transform": [*dataset.transform],
    }


def _water(dataset: DatasetReader) -> dict[str, Any]:
    """Return how much water there is, counted in the mask itself."""
    water = valid = 0
    for strip in rasters.strips(dataset.width, dataset.height):
        classes = rasters.read(dataset, "The mask", 1, strip).filled(NODATA)
        water += int(np.count_nonzero(classes == WATER))
        valid += int(np.count_nonzero(classes != NODATA))
    facts: dict[str, Any] = {"water:percent": round(100 * water / max(valid, 1), 2)}
    if dataset.crs.is_projected:
        _, metres = dataset.crs.linear_units_factor
        square_metres = dataset.res[0] * dataset.res[1] * metres**2
        facts["water:area_km2"] = round(water * square_metres / 1e6, 3)
    threshold = dataset.tags().get("THRESHOLD")
    if threshold is not None:
        facts["water:threshold"] = round(float(threshold), 6)
    return facts


main = program(stac)

if __name__ == "__main__":
    sys.exit(main())
