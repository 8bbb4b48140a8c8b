"""Our words about fields: hints, names of encodings, media types and branches.

These are the only texts on the form that do not come from the server, kept together so
that they read alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.words import label_of, sentence
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.media_types import bare, extension

if TYPE_CHECKING:
    from decimal import Decimal

    from ogc_widgets.form.fields.fields import Field

    Number = float | Decimal | None

_MEDIA_TYPES: Final[dict[str, str]] = {
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/vnd.geo+json": "GeoJSON",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/gml+xml": "GML",
    "text/xml; subtype=gml": "GML",
    "application/vnd.google-earth.kml+xml": "KML",
    "application/vnd.google-earth.kmz": "KMZ",
    "application/cwl": "CWL",
    "application/cwl+json": "CWL as JSON",
    "application/cwl+yaml": "CWL as YAML",
    "application/ogcapppkg+json": "OGC application package",
    "application/x-yaml": "YAML",
    "application/yaml": "YAML",
    "text/yaml": "YAML",
    "text/csv": "CSV",
    "text/plain": "plain text",
    "text/html": "HTML",
    "text/wkt": "WKT",
    "application/wkt": "WKT",
    "image/tiff": "TIFF",
    "image/tiff; application=geotiff": "GeoTIFF",
    "image/tiff; application=geotiff; profile=cloud-optimized": "cloud-optimized GeoTIFF",  # noqa: E501 # a media type cannot be wrapped
    "image/jp2": "JPEG 2000",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "application/netcdf": "NetCDF",
    "application/x-netcdf": "NetCDF",
    "application/x-hdf5": "HDF5",
    "application/geopackage+sqlite3": "GeoPackage",
    "application/zip": "ZIP archive",
    "application/pdf": "PDF",
    "application/octet-stream": "binary file",
}

# Endings of such files beside the usual one.
_MORE_EXTENSIONS: Final[dict[str, str]] = {
    "application/geo+json": ".json",
    "application/gml+xml": ".xml",
    "text/xml": ".gml",
    "application/xml": ".gml",
    "application/cwl": ".cwl",
    "application/cwl+yaml": ".cwl,.yaml,.yml",
    "image/tiff": ".tiff",
}

FORMATS: Final[dict[str, str]] = {
    "uri": "web address",
    "url": "web address",
    "uri-reference": "web address",
    "iri": "web address",
    "iri-reference": "web address",
    "email": "e-mail address",
    "idn-email": "e-mail address",
    "uuid": "UUID",
    "hostname": "host name",
    "idn-hostname": "host name",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "json-pointer": "JSON Pointer",
    "relative-json-pointer": "relative JSON Pointer",
    "uri-template": "URI template",
    "regex": "regular expression",
}

_KINDS: Final[dict[str, str]] = {
    "text": "text",
    "multiline": "text",
    "number": "number",
    "integer": "whole number",
    "date": "date",
    "time": "time",
    "datetime": "date and time",
    "duration": "duration",
    "boolean": "yes or no",
    "null": "nothing (null)",
    "choice": "one of a list",
    "multichoice": "some of a list",
    "tuple": "fixed list",
    "object": "object",
    "map": "names and values",
    "union": "one of several",
    "file": "file",
    "secret": "password",
    "area": "area",
    "stac": "STAC document",
    "json": "JSON",
}

_HINTS: Final = {
    "datetime": "date and time, such as 2021-07-13T10:30:00Z",
    "date": "date, such as 2021-07-13",
    "time": "time, such as 10:30:00Z",
    "duration": "duration, such as P1D or PT2H30M",
    "json": "JSON",
}
_PLURALS: Final = {
    "text": "texts",
    "yes or no": "yes or no",
    "web address": "web addresses",
    "e-mail address": "e-mail addresses",
    "date and time": "dates and times",
    "one of a list": "choices",
    "JSON": "JSON values",
    "one of several": "values",
    "some of a list": "lists",
}
_INPUT_MODES: Final[dict[str, str]] = {
    "uri": "url",
    "url": "url",
    "iri": "url",
    "email": "email",
    "idn-email": "email",
}


def media_type(name: str) -> str:
    """Short name of a media type: "GeoTIFF", else the media type itself."""
    normal = re.sub(r"\s*;\s*", "; ", name.strip().lower())
    return _MEDIA_TYPES.get(normal) or _MEDIA_TYPES.get(bare(name)) or name


def language(media_types: tuple[str, ...]) -> str:
    """Language of code in text of these media types, or ""."""
    for name in map(bare, media_types):
        if name.startswith("application/cwl"):
            return "cwl"
        found = re.search("(json|xml|ya?ml)$", name)
        if found:
            return found[0].replace("yml", "yaml")
    return ""


def accept(media_types: tuple[str, ...]) -> str:
    """Value of the ``accept`` attribute of a file input."""
    parts: list[str] = []
    for name in map(bare, media_types):
        parts += [name, extension(name), *_MORE_EXTENSIONS.get(name, "").split(",")]
    return ",".join(dict.fromkeys(part for part in parts if part))


def crs(name: str) -> str:
    """Short name of a coordinate reference system: "CRS84", "EPSG:4326"."""
    if re.search(r"CRS84h$", name):
        return "CRS84h"
    if name.endswith("CRS84"):
        return "CRS84"
    found = re.search(r"EPSG[:/]+(?:[\d.]*[:/])?(\d+)$", name, re.IGNORECASE)
    return f"EPSG:{found.group(1)}" if found else name


def input_mode(field: Field) -> str:
    """The keys that suit a text, or "" for those of any text."""
    return _INPUT_MODES.get(field.format, "")


def kind(field: Field) -> str:
    """What a field takes, in two or three words; names the branches of a union."""
    if field.kind == "const":
        return field.option_labels[0] if field.option_labels else "fixed value"
    if field.kind == "list":
        return f"list of {plural(kind(field.item))}" if field.item else "list"
    if field.kind in ("file", "multiline") and field.media_types:
        return " or ".join(dict.fromkeys(map(media_type, field.media_types)))
    if field.kind == "text":
        return FORMATS.get(field.format, "text")
    if field.kind == "area" and field.area is not None:
        encoding = Encoding.usual(field.area)
        return "four numbers" if encoding.is_undecided else label_of(encoding)
    if field.kind == "stac" and field.stac is not None:
        return field.stac.words
    return _KINDS[field.kind]


def plural(name: str) -> str:
    """Plural of one of our own names."""
    if name in _PLURALS:
        return _PLURALS[name]
    if name.endswith("y"):
        return name[:-1] + "ies"
    return name if name.endswith("s") else name + "s"


def shorten(value: object, limit: int = 60) -> str:
    """A value as short text, for labels of options and for messages."""
    text = value if isinstance(value, str) else exact.dumps(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def hint(field: Field) -> str:
    """What stands under a field, in our words."""
    match field.kind:
        case "number" | "integer":
            return _range(field)
        case "list" | "map" | "multichoice":
            return _count(field)
        case "text":
            return FORMATS.get(field.format, "")
        case "area" if field.area is not None:
            return sentence(Encoding.usual(field.area))
        case "stac":
            return kind(field)
        case "file" if field.media_types:
            return kind(field)
        case _:
            return _HINTS.get(field.kind, "")


def _range(field: Field) -> str:
    whole = "whole number" if field.kind == "integer" else ""
    span = ranges(field) or _span(field.minimum, field.maximum, field.exclusive)
    steps = f"in steps of {exact.number_text(field.step)}" if _has_steps(field) else ""
    return ", ".join(part for part in (whole, span, steps) if part)


def ranges(field: Field) -> str:
    """The ranges of a number that may be in one of several, else ""."""
    spans = field.schema.get("anyOf", ())
    if not spans or not all(span.keys() and span.keys() <= _ENDS for span in spans):
        return ""
    return ", or ".join(
        _span(
            span.get("minimum", span.get("exclusiveMinimum")),
            span.get("maximum", span.get("exclusiveMaximum")),
            ("exclusiveMinimum" in span, "exclusiveMaximum" in span),
        )
        for span in spans
    )


_ENDS: Final = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)


def _span(least: Number, most: Number, exclusive: tuple[bool, bool]) -> str:
    low = exact.number_text(least) if least is not None else ""
    high = exact.number_text(most) if most is not None else ""
    above, below = exclusive
    if low and low == high:
        return low
    if low and high:
        return f"{'more than ' * above}{low} to {'less than ' * below}{high}"
    sides = []
    if low:
        sides.append(f"more than {low}" if above else f"{low} or more")
    if high:
        sides.append(f"less than {high}" if below else f"{high} or less")
    return " and ".join(sides)


def _has_steps(field: Field) -> bool:
    return field.step is not None and not (field.kind == "integer" and field.step == 1)


def _count(field: Field) -> str:
    noun = "values"
    low, high = field.min_items, field.max_items
    if high is None:
        some = "one or more values" if low else "any number of values"
        return f"{low} or more {noun}" if low > 1 else some
    if high == 1:
        return "1 value" if low else "1 value or none"
    if low == high:
        return f"{low} {noun}"
    return f"{low} to {high} {noun}" if low else f"up to {high} {noun}"
