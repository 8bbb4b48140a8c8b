"""STAC items as rows of a table: what people look for in a result, in few columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.client.results.item_columns import (
    ItemColumns,
    date_of,
    properties_of,
)
from ogc_widgets.map.footprints import item_ids
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster import assets_for_map

MAX_ROWS = 500
MAX_COLUMNS = 2
_KINDS = {
    "geotiff": "GeoTIFF",
    "tiff": "TIFF",
    "png": "PNG",
    "jpeg": "JPEG",
    "geo+json": "GeoJSON",
    "json": "JSON",
    "netcdf": "NetCDF",
    "parquet": "Parquet",
    "zarr": "Zarr",
    "hdf5": "HDF5",
    "gpkg": "GeoPackage",
    "geopackage": "GeoPackage",
    "zip": "ZIP",
    "csv": "CSV",
    "xml": "XML",
    "html": "web page",
    "plain": "text",
}

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ogc_widgets.client.results.assets import Asset

AssetsOf: TypeAlias = "Callable[[Mapping[str, Any]], Sequence[Asset]]"


def table_of(
    items: Sequence[Mapping[str, Any]], assets_of: AssetsOf
) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and rows for items.

    Args:
        items: STAC items.
        assets_of: Gives the assets of an item.

    Returns:
        Titles of the extra columns, and one dict per row.
    """
    shown = list(items[:MAX_ROWS])
    columns = ItemColumns.of(shown, item_ids(shown))
    numeric = columns.numeric[:MAX_COLUMNS]
    rows = []
    for at, (name, item) in enumerate(zip(columns.names, shown, strict=True)):
        assets = sorted(assets_of(item), key=_rank)
        rows.append(
            {
                "id": name,
                "label": clean(name),
                "date": date_of(properties_of(item)),
                "numbers": [one.text(one.values[at]) for one in numeric],
                "assets": [_asset(asset) for asset in assets],
                "preview": bool(assets_for_map(item, assets)),
            }
        )
    return [one.title for one in numeric], rows


def _asset(asset: Asset) -> dict[str, Any]:
    scheme = asset.href.partition(":")[0].lower() if absolute(asset.href) else ""
    kind = kind_of(asset.type)
    opens = asset.reachable and scheme in WEB_SCHEMES
    return {
        "key": asset.key,
        "label": clean(asset.key, limit=60),
        "title": clean(asset.title),
        "kind": kind,
        "size": asset.size,
        "href": asset.href if opens else "",
        "path": asset.href,
        "reachable": asset.reachable,
        "why_not": clean(asset.why_not, limit=400),
        "picture": _is_picture(asset),
    }


def kind_of(media_type: str) -> str:
    """Word for a media type: ``image/tiff; application=geotiff`` -> ``GeoTIFF``."""
    lowered = media_type.lower()
    for part, word in _KINDS.items():
        if part in lowered:
            return word
    return clean(media_type.partition(";")[0].rpartition("/")[2], limit=30)


def _rank(asset: Asset) -> int:
    roles = set(asset.roles)
    if roles & {"thumbnail", "overview", "visual"}:
        return 2
    if roles & {"metadata", "iso-19115"} or "json" in asset.type:
        return 3
    return 0 if "data" in roles else 1


def _is_picture(asset: Asset) -> bool:
    lowered = asset.type.lower()
    return asset.reachable and lowered.startswith(("image/png", "image/jpeg"))
