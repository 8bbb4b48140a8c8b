"""STAC items as rows of a table: what people look for in a result, in few columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.client.results.files.names import name_in_url
from ogc_widgets.client.results.files.opening import can_open
from ogc_widgets.client.results.item_columns import (
    date_of,
    properties_of,
)
from ogc_widgets.protocol.answers.result_values import is_data_url
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.raster import assets_for_map

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ogc_widgets.client.results.files.result_files import Asset
    from ogc_widgets.client.results.item_columns import (
        ItemColumn,
        ItemColumns,
        ItemWords,
    )


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


AssetsOf: TypeAlias = "Callable[[Mapping[str, Any]], Sequence[Asset]]"
MOST_ROWS = 50


def row_of(
    at: int,
    item: Mapping[str, Any],
    columns: ItemColumns,
    shown: Sequence[ItemColumn | ItemWords],
    assets: Sequence[Asset],
) -> dict[str, Any]:
    """One item as a row.

    Args:
        at: Its number among all items.
        item: The item.
        columns: The columns of all items.
        shown: Those whose words and numbers are in the row.
        assets: The assets of the item.

    Returns:
        Texts for the page; ``files`` are the names of its files, the best first, and
        ``kind`` what the first one is.
    """
    ordered = sorted(assets, key=_rank)
    name = columns.names[at]
    return {
        "n": at,
        "id": name,
        "label": clean(name),
        "date": date_of(properties_of(item)),
        "numbers": [one.at(at) for one in shown],
        "files": [clean(asset.key, limit=60) for asset in ordered],
        "kind": kind_of(ordered[0].type) if ordered else "",
        "preview": bool(assets_for_map(item, ordered)),
    }


def files_of(assets: Sequence[Asset]) -> list[dict[str, Any]]:
    """Files of an item for the page, the best first."""
    return [_asset(asset) for asset in sorted(assets, key=_rank)]


def _asset(asset: Asset) -> dict[str, Any]:
    scheme = asset.href.partition(":")[0].lower() if absolute(asset.href) else ""
    kind = kind_of(asset.type)
    is_web = asset.reachable and scheme in WEB_SCHEMES
    return {
        "key": asset.key,
        "label": clean(asset.key, limit=60),
        "title": clean(asset.title),
        "kind": kind,
        "size": asset.size,
        "href": asset.href if is_web else "",
        "opens": asset.reachable and can_open(asset.type, name_in_url(asset.href)),
        "path": "" if is_data_url(asset.href) else asset.href,
        "reachable": asset.reachable,
        "why_not": clean(asset.why_not, limit=400),
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


def results_text(count: int) -> str:
    """Say how much came out: "Results: 2 items"."""
    return f"Results: {count} {'item' if count == 1 else 'items'}"


def results_html(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], count: int
) -> str:
    """Items, their dates, files and numbers as an escaped table without styles."""
    if not rows:
        return f"<p>{results_text(count)}</p>"
    names = "".join(f'<th align="right">{escape_html(name)}</th>' for name in columns)
    head = f"<th>item</th><th>date</th>{names}<th>files</th>"
    body = "".join(_row(row) for row in rows[:MOST_ROWS])
    more = count - min(len(rows), MOST_ROWS)
    if more > 0:
        body += f"<tr><td>{more} more</td></tr>"
    return (
        f"<table><caption>{results_text(count)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row: Mapping[str, Any]) -> str:
    cells = [
        f"<td>{escape_html(row['label'], limit=300)}</td>",
        f"<td>{escape_html(row['date'], limit=300)}</td>",
        *(
            f'<td align="right">{escape_html(one, limit=300)}</td>'
            for one in row["numbers"]
        ),
        f"<td>{escape_html(', '.join(row['files']), limit=300)}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"
