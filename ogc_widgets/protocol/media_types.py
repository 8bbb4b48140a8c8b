"""Media types: what they stand for, what bytes say of themselves, how files end."""

from __future__ import annotations

import mimetypes
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import mapping

_JSON = pattern(r"(^|[/+.])(geo)?json$")
_TEXT = pattern(
    r"^text/|(^|[/+.-])(xml|ya?ml|csv|html|wkt|gml|kml|cwl|javascript)$|json"
)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "image/jp2": (b"\x00\x00\x00\x0cjP  ",),
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\x03\x04",),
    "application/gzip": (b"\x1f\x8b\x08",),
    "application/x-hdf5": (b"\x89HDF\r\n\x1a\n",),
    "application/x-netcdf": (b"CDF\x01", b"CDF\x02", b"CDF\x05"),
    "application/x-grib": (b"GRIB",),
    "application/vnd.apache.parquet": (b"PAR1",),
    "application/flatgeobuf": (b"fgb\x03fgb",),
    "application/vnd.sqlite3": (b"SQLite format 3\x00",),
}
_FIRST_BYTES = tuple(chain.from_iterable(_MAGIC.values()))
# How files end by a part of their media type, which is written in many ways: what the
# standard library does not know, or knows under a rarer ending.
_ENDINGS = {
    "flatgeobuf": ".fgb",
    "geo+json": ".geojson",
    "geopackage": ".gpkg",
    "parquet": ".parquet",
    "earth.kml": ".kml",
    "earth.kmz": ".kmz",
    "/gml": ".gml",
    "sqlite": ".sqlite",
    "wkt": ".wkt",
    "grib": ".grib",
    "hdf5": ".h5",
    "netcdf": ".nc",
    "yaml": ".yaml",
    "tiff": ".tif",
    "jp2": ".jp2",
    "jpeg": ".jpg",
    "csv": ".csv",
    "shp": ".zip",
    "application/xml": ".xml",
}
# The same where the standard library knows nothing.
_OTHER_ENDINGS = {"zip": ".zip", "json": ".json", "xml": ".xml"}
_DEPTH = 5
_KEYWORDS = ("oneOf", "anyOf", "allOf")
OCTETS = "application/octet-stream"
_PAGE = pattern(rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip


@lru_cache(100)
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
    if not data.startswith(_FIRST_BYTES):
        return ""
    return next(kind for kind, starts in _MAGIC.items() if data.startswith(starts))


def is_page(body: bytes) -> bool:
    """Whether a body is a web page."""
    return _PAGE.match(body.removeprefix(BOM_UTF8)[:4_000]) is not None


def extension(kind: str) -> str:
    """Return how names of such files end, with the dot, or ``""``."""
    plain = bare(kind)
    if plain == OCTETS:
        return ""
    said, other = (
        next((end for part, end in endings.items() if part in plain), "")
        for endings in (_ENDINGS, _OTHER_ENDINGS)
    )
    return said or mimetypes.guess_extension(plain, strict=False) or other


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
