"""What outputs are to look at.

A kind is judged by the value, else by the media type, else by the name of the file. The
bytes of a reference are not looked at here: that costs a request each.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import is_spatial

if TYPE_CHECKING:
    from ogc_widgets.client.results.files.result_files import ResultFile

Kind: TypeAlias = Literal[
    "items",
    "features",
    "raster",
    "picture",
    "table",
    "dataset",
    "value",
    "text",
    "json",
    "link",
    "file",
]
"""STAC items, other features, an image with a place on the map, one without, rows and
columns, arrays with dimensions, one number or word, text, other JSON, a web page, and
whatever else is a file."""

# Parts of a media type, which is written in many ways, or ends of a file name; the
# first that fits decides.
_KINDS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "features": (
        (
            *("geo+json", "geopackage", "flatgeobuf", "earth.kml", "earth.kmz"),
            *("/gml", "gpx", "shapefile", "x-shp", "geoparquet"),
        ),
        (
            *(".geojson", ".gpkg", ".fgb", ".kml", ".kmz", ".gml", ".gpx", ".shp"),
            *(".shp.zip", ".gpkg.zip", ".geoparquet"),
        ),
    ),
    "raster": (("tiff", "image/jp2", "jpeg2000"), (".tif", ".tiff", ".jp2", ".vrt")),
    "picture": (
        ("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg"),
        (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"),
    ),
    "dataset": (
        ("netcdf", "zarr", "hdf", "grib"),
        (
            ".nc",
            ".nc4",
            ".cdf",
            ".h5",
            ".hdf5",
            ".hdf",
            ".zarr",
            ".grib",
            ".grib2",
            ".grb",
            ".zarr.zip",
        ),
    ),
    "table": (
        ("csv", "tab-separated", "parquet"),
        (".csv", ".tsv", ".parquet"),
    ),
    "link": (("text/html", "application/xhtml"), (".html", ".htm")),
    "json": (("json",), (".json",)),
    "text": (
        ("text/", "xml", "yaml", "wkt", "javascript", "application/cwl"),
        (".txt", ".log", ".md", ".xml", ".yaml", ".yml", ".wkt", ".cwl"),
    ),
}
_NO_KIND = frozenset({"", media.OCTETS, "application/x-octet-stream", "*/*"})
_MEASURES = ("uom", "unit", "units")
_NUMBERS = ("measurement", "value", "measure")


def kind_of(value: object, file: ResultFile | None) -> Kind:
    """Judge what a value is to look at that holds no items, given its file."""
    if isinstance(value, Mapping) and is_spatial(value):
        return "json" if value.get("type") in ("Catalog", "Collection") else "features"
    if _is_records(value):
        return "table"
    if _is_measure(value):
        return "value"
    if file is None:
        return "json" if isinstance(value, Mapping | list) else "value"
    seen = media.sniff(file.data) if isinstance(file.data, bytes) else ""
    if seen and file.media_type in _NO_KIND:
        return kind_of_file(seen, file.name)
    by_file = kind_of_file(file.media_type, file.name)
    if file.url or isinstance(value, bytes):
        return by_file
    if isinstance(value, str):
        return "text" if by_file == "file" else by_file
    return "json"


def kind_of_file(media_type: str, name: str) -> Kind:
    """Judge a file by its media type, or else by its name."""
    plain = media.bare(media_type)
    if plain not in _NO_KIND:
        for kind, (parts, _) in _KINDS.items():
            if any(part in plain for part in parts):
                return _narrowed(kind, name)
    lowered = name.lower()
    for kind, (_, endings) in _KINDS.items():
        if lowered.endswith(endings):
            return kind
    return "file"


def _narrowed(kind: Kind, name: str) -> Kind:
    """A general media type says less than the name: text that is a table, say."""
    if kind not in ("text", "json"):
        return kind
    for other in ("features", "table", "picture", "dataset"):
        if name.lower().endswith(_KINDS[other][1]):
            return other
    return kind


def _is_records(value: object) -> bool:
    """Whether it is a list of objects that share members, each a single value."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    rows = [one for one in value[:50] if isinstance(one, Mapping) and one]
    if len(rows) < min(len(value), 50):
        return False
    if any("href" in row or is_spatial(row) for row in rows):
        return False
    return set(rows[0]) <= set.union(*({*map(str, row)} for row in rows[1:])) and all(
        not isinstance(cell, Mapping | list) for row in rows for cell in row.values()
    )


def _is_measure(value: object) -> bool:
    return isinstance(value, Mapping) and bool(unit_in(value)) and len(value) <= 3


def unit_in(value: object) -> str:
    """The unit that stands beside a number, as ``{"measurement": 9.4, "uom": "%"}``."""
    if not isinstance(value, Mapping) or not set(value) & set(_NUMBERS):
        return ""
    said = reading.first(value, *_MEASURES)
    if isinstance(said, Mapping):
        said = reading.first(said, "symbol", "code", "name")
    return said if isinstance(said, str) else ""


def as_number(word: str) -> object:
    """The number that a word is, or the word."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            found = kind(word)
            return found if math.isfinite(found) else word
    return word


def measured(value: object) -> object:
    """The number of a value that says its unit, or else the value."""
    if not _is_measure(value):
        return value
    return reading.first(reading.mapping(value), *_NUMBERS)
