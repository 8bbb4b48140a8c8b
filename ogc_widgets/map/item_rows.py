"""STAC items as rows of a table: what people look for in a result, in few columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.area.boxes import short
from ogc_widgets.map.footprints import item_ids
from ogc_widgets.protocol.links import WEB_SCHEMES, absolute
from ogc_widgets.protocol.reading import is_finite
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
# Extensions that describe the sensor or the grid, not the result.
_TECHNICAL = re.compile(
    r"^(proj|file|view|sat|sar|mgrs|grid|raster|processing|storage|s2|landsat|gsd|"
    r"platform|created|updated|datetime|start_datetime|end_datetime|constellation)\b"
)
_UNITS = {"percent": "%", "pct": "%", "km2": "km²", "m2": "m²", "ha": "ha"}


if TYPE_CHECKING:
    from ogc_widgets.client.results.job_results import Asset

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
    columns = extra_columns(shown)
    rows = []
    for name, item in zip(item_ids(shown), shown, strict=True):
        facts = _properties(item)
        assets = sorted(assets_of(item), key=_rank)
        rows.append(
            {
                "id": name,
                "label": clean(name),
                "date": date_of(facts),
                "numbers": [_number(key, facts.get(key)) for key in columns],
                "assets": [_asset(asset) for asset in assets],
                "preview": bool(assets_for_map(item, assets)),
            }
        )
    return [_column_title(key) for key in columns], rows


def extra_columns(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Numeric properties worth a column, the most telling ones first."""
    counts: dict[str, int] = {}
    total = 0
    for item in items:
        total += 1
        for key, value in _properties(item).items():
            if is_finite(value) and not _TECHNICAL.match(str(key)):
                counts[str(key)] = counts.get(str(key), 0) + 1
    frequent = [key for key, count in counts.items() if count * 2 >= total]
    return sorted(frequent, key=_telling)[:MAX_COLUMNS]


def date_of(properties: Mapping[str, Any]) -> str:
    """Day of an item as ``2021-07-13``, or both days of a period."""
    found = [
        match[0]
        for key in ("datetime", "start_datetime", "end_datetime")
        if (match := re.match(r"\d{4}-\d{2}-\d{2}", str(properties.get(key) or "")))
    ]
    if properties.get("datetime") and found:
        return found[0]
    return " to ".join(dict.fromkeys(found))


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


def _properties(item: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = item.get("properties")
    return facts if isinstance(facts, Mapping) else {}


def _telling(key: str) -> tuple[int, str]:
    lowered = key.lower()
    if lowered.startswith("eo:"):
        return 2, lowered
    if re.search(r"percent|pct|share|fraction", lowered):
        return 0, lowered
    return (1 if re.search(r"area|count|mean|km2|ha$", lowered) else 3), lowered


def _unit(key: str) -> str:
    if key == "eo:cloud_cover":
        return "%"
    return _UNITS.get(re.split(r"[_:]", key.lower())[-1], "")


def _column_title(key: str) -> str:
    words = [word for word in re.split(r"[_:]", key) if word]
    if words and words[-1].lower() in _UNITS:
        words.pop()
    if len(words) > 1 and words[0] in {"eo", "ml", "stats"}:
        words.pop(0)
    return clean(" ".join(words), limit=24)


def _number(key: str, value: object) -> str:
    if not isinstance(value, int | float) or not is_finite(value):
        return ""
    if float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}".replace(",", "\u202f")
    elif abs(value) >= 0.1:
        text = short(round(value, 1 if abs(value) >= 1 else 2))
    else:
        text = f"{value:.2g}"
    unit = _unit(key)
    return f"{text} {unit}" if unit else text
