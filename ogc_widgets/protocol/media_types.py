"""Media types: what they stand for, what bytes say of themselves, how files end."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping

from ogc_widgets.protocol.reading import mapping

_JSON = re.compile(r"(^|[/+.])(geo)?json$")
_TEXT = re.compile(
    r"^text/|(^|[/+.-])(xml|ya?ml|csv|html|wkt|gml|kml|cwl|javascript)$|json"
)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  ", "image/jp2"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"CDF\x01", "application/x-netcdf"),
    (b"CDF\x02", "application/x-netcdf"),
    (b"CDF\x05", "application/x-netcdf"),
    (b"GRIB", "application/x-grib"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"fgb\x03fgb", "application/flatgeobuf"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
# What the standard library does not know, or knows under a rarer ending.
_EXTENSIONS = {
    "application/flatgeobuf": ".fgb",
    "application/geo+json": ".geojson",
    "application/geopackage+sqlite3": ".gpkg",
    "application/gml+xml": ".gml",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.geo+json": ".geojson",
    "application/vnd.google-earth.kml+xml": ".kml",
    "application/vnd.google-earth.kmz": ".kmz",
    "application/vnd.sqlite3": ".sqlite",
    "application/wkt": ".wkt",
    "application/x-grib": ".grib",
    "application/x-hdf5": ".h5",
    "application/x-netcdf": ".nc",
    "application/xml": ".xml",
    "application/yaml": ".yaml",
    "image/jp2": ".jp2",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "text/xml": ".xml",
}
# In media types that are written in many ways.
_ENDINGS = {
    "tiff": ".tif",
    "netcdf": ".nc",
    "hdf5": ".h5",
    "geopackage": ".gpkg",
    "parquet": ".parquet",
    "shp": ".zip",
    "zip": ".zip",
    "gml": ".gml",
    "json": ".json",
    "xml": ".xml",
}
_DEPTH = 5
_KEYWORDS = ("oneOf", "anyOf", "allOf")
OCTETS = "application/octet-stream"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PAGE = re.compile(rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip


def bare(kind: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return kind.partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether one JSON document is meant; not a sequence of them, one a line."""
    return _JSON.search(bare(kind)) is not None


def is_text(kind: str) -> bool:
    """Whether the bytes are text, JSON and XML included."""
    return _TEXT.search(bare(kind)) is not None


def is_html(kind: str) -> bool:
    """Whether it is a web page."""
    return bare(kind) in _HTML


def is_binary(kind: str) -> bool:
    """Whether the bytes are no text; not for wildcards and nothing at all."""
    plain = bare(kind)
    return "/" in plain and "*" not in plain and not is_text(plain)


def sniff(data: bytes) -> str:
    """Return the media type that the first bytes show, or ``""``."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _MAGIC if data.startswith(start)), "")


def is_page(body: bytes) -> bool:
    """Whether a body is a web page."""
    return _PAGE.match(body.removeprefix(_BYTE_ORDER_MARK)[:4_000]) is not None


def extension(kind: str) -> str:
    """Return how names of such files end, with the dot, or ``""``."""
    plain = bare(kind)
    if plain == OCTETS:
        return ""
    known = _EXTENSIONS.get(plain) or mimetypes.guess_extension(plain, strict=False)
    return known or next((end for part, end in _ENDINGS.items() if part in plain), "")


def in_schema(schema: object, depth: int = _DEPTH) -> Iterator[str]:
    """Yield the media types that a schema names, in its order.

    Bytes of no certain type (``format: binary``, ``contentEncoding: base64`` alone)
    are ``application/octet-stream``.
    """
    if not isinstance(schema, Mapping):
        return
    kind = schema.get("contentMediaType") or schema.get("mediaType")
    if isinstance(kind, str) and "/" in kind:
        yield bare(kind)
    elif schema.get("format") in ("binary", "byte") or (
        str(schema.get("contentEncoding", "")).lower() in ("base64", "binary")
    ):
        yield OCTETS
    if depth == 0:
        return
    branches = [schema.get("items"), mapping(schema.get("properties")).get("value")]
    for name in _KEYWORDS:
        members = schema.get(name)
        branches += members if isinstance(members, list) else []
    for branch in branches:
        yield from in_schema(branch, depth - 1)
