"""Which inputs are areas of interest, and how each of them is to be written.

The order of trust: a format or a known schema, the shape of the schema, ``cwl:type``,
the media type, four or six numbers, and last the words of id, title and description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ogc_widgets.form import exact, known, words
from ogc_widgets.form.normalise import type_names

Json = Mapping[str, Any]

_TEXTS: Final = ("bbox-text", "wkt", "geojson-text")
_NAME: Final = re.compile(
    r"\baoi\b|\bb(?:ounding)?[ _-]?box\b|\bextent\b|\bintersects\b|\bfootprint\b"
    r"|\bwkt\b|\barea[ _-]of[ _-]interest\b|\bregion[ _-]of[ _-]interest\b|\broi\b"
)
_DESCRIBED: Final = re.compile(
    r"\bbounding box\b|\bbbox\b|\barea of interest\b|\bwkt\b|\bwell[- ]known[- ]text\b"
    r"|\bminx\b.*\bmaxx\b|\bwest\b.*\bsouth\b.*\beast\b|\bgeojson geometry\b"
)
# Words that say the text is about an area but is not one.
_NOT_AN_AREA: Final = re.compile(
    r"\b(crs|srs|epsg|projection|url|uri|link|path|file|filename|folder|column|field"
    r"|name|unit|units|format|type|mode|resolution|size)\b"
)
_FOUR_NUMBERS: Final = re.compile(
    r"^\s*-?\d+(\.\d+)?(\s*[,; ]\s*-?\d+(\.\d+)?){3}(\s*[,; ]\s*-?\d+(\.\d+)?){0,2}\s*$"
)
_WKT: Final = re.compile(
    r"^\s*(SRID=\d+;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Area:
    """How an area is written.

    Attributes:
        encodings: Encoding ids, the best first.
        crs: Coordinate reference systems to choose from, as the server spells them.
        default_crs: The one to start with, or "".
        geometry_types: GeoJSON types allowed, () for all.
        needs_bbox: Whether the schema asks for a ``bbox`` member in the geometry.
    """

    encodings: tuple[str, ...]
    crs: tuple[str, ...] = ()
    default_crs: str = ""
    geometry_types: tuple[str, ...] = ()
    needs_bbox: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """The words around a schema that may tell what it is."""

    key: str = ""
    title: str = ""
    description: str = ""
    cwl_type: str = ""
    widget: str = ""
    outermost: bool = False


def recognise(view: Json, references: Iterable[str], naming: Naming) -> Area | None:
    """How a flat schema is written as an area, or None if it is not one."""
    if naming.widget == "map" and type_names(view) == ["string"]:
        return Area(("wkt", "bbox-text", "geojson-text"))
    return (
        _by_known_schema(view, references)
        or _by_shape(view)
        or _by_numbers(view, naming)
        or _by_text(view, naming)
    )


def _by_known_schema(view: Json, references: Iterable[str]) -> Area | None:
    for reference in references:
        name = reference.removeprefix(known.PREFIX)
        if name == reference:
            continue
        if name == "bbox":
            crs, default = _crs_of(view)
            return Area(("bbox-object",), crs, default)
        if name == "geometry":
            return Area(("geojson-geometry",), needs_bbox=_needs_bbox(view))
        if name in known.GEOMETRY_TYPES:
            return Area(
                ("geojson-geometry",),
                geometry_types=(name,),
                needs_bbox=_needs_bbox(view),
            )
        if name == "feature":
            return Area(("geojson-feature",))
        if name == "featureCollection":
            return Area(("geojson-collection",))
    return None


def _by_shape(view: Json) -> Area | None:
    properties = view.get("properties", {})
    types = type_names(view)
    if types not in ([], ["object"]) or not properties:
        return None
    if "bbox" in properties and properties.keys() <= {"bbox", "crs"}:
        crs, default = _crs_of(view)
        return Area(("bbox-object",), crs, default)
    if {"stac_version", "assets", "stac_extensions"} & properties.keys():
        return None
    named = _constants(properties.get("type"))
    if named and known.GEOMETRY_TYPES.issuperset(named):
        if {"coordinates", "geometries"} & properties.keys():
            return Area(
                ("geojson-geometry",),
                geometry_types=tuple(named),
                needs_bbox=_needs_bbox(view),
            )
    elif named == ["Feature"] and "geometry" in properties:
        return Area(("geojson-feature",), needs_bbox=_needs_bbox(view))
    elif named == ["FeatureCollection"] and "features" in properties:
        return Area(("geojson-collection",), needs_bbox=_needs_bbox(view))
    return None


def _by_numbers(view: Json, naming: Naming) -> Area | None:
    if type_names(view) != ["array"]:
        return None
    items = view.get("items", {})
    if type_names(items) not in (["number"], ["integer"]) and "prefixItems" not in view:
        return None
    counts = {view.get("minItems"), view.get("maxItems")}
    for branch in view.get("oneOf", view.get("anyOf", ())):
        counts |= {branch.get("minItems"), branch.get("maxItems")}
    counts -= {None}
    named = view.get("format") == "ogc-bbox" or naming.widget == "map" or _named(naming)
    fits = bool(counts) and counts <= {4, 6}
    if "prefixItems" in view:
        fits = len(view["prefixItems"]) in (4, 6)
    if (fits and (naming.outermost or named)) or (
        named and (not counts or fits) and naming.outermost
    ):
        return Area(("bbox-array",))
    return None


def _by_text(view: Json, naming: Naming) -> Area | None:
    if type_names(view) != ["string"] or {"enum", "const"} & view.keys():
        return None
    media_type = words.base_type(str(view.get("contentMediaType", "")))
    if media_type in ("application/geo+json", "application/vnd.geo+json"):
        return Area(("geojson-text", "wkt", "bbox-text"))
    format_name = str(view.get("format", "")).lower()
    if "wkt" in media_type or format_name in ("wkt", "ewkt"):
        return Area(("wkt",))
    if format_name.startswith("geojson"):
        return Area(("geojson-text",))
    if format_name in ("bbox", "ogc-bbox"):
        return Area(("bbox-text",))
    if format_name or media_type or not _named(naming):
        return None
    first = _text_encoding(view, naming)
    return Area((first, *(name for name in _TEXTS if name != first)))


def _text_encoding(view: Json, naming: Naming) -> str:
    """The way that examples show, else the one that the words name."""
    for example in (view.get("default"), *view.get("examples", ())):
        if not isinstance(example, str):
            continue
        if _FOUR_NUMBERS.match(example):
            return "bbox-text"
        if _WKT.match(example):
            return "wkt"
        if example.lstrip().startswith("{"):
            return "geojson-text"
    said = f"{naming.key} {naming.title} {naming.description}".lower()
    if re.search(r"\bb(ounding[ _-]?)?box\b|\bwest\b|\bminx\b", said):
        return "bbox-text"
    if re.search(r"wkt|well[- ]known[- ]text", said):
        return "wkt"
    if re.search(r"geo-?json|\bintersects\b", said):
        return "geojson-text"
    return "wkt" if "footprint" in said else "bbox-text"


def _named(naming: Naming) -> bool:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", naming.key)
    spaced = re.sub(r"[_\-.]+", " ", spaced).lower()
    title = naming.title.lower()
    if _NOT_AN_AREA.search(f"{spaced} {title}"):
        return False
    return bool(
        _NAME.search(f"{spaced} {title}")
        or _DESCRIBED.search(naming.description.lower())
    )


def _crs_of(view: Json) -> tuple[tuple[str, ...], str]:
    schema = view.get("properties", {}).get("crs", {})
    for part in (schema, *schema.get("allOf", ())):
        options = tuple(o for o in _constants(part) if isinstance(o, str))
        default = part.get("default")
        if options:
            return options, default if default in options else options[0]
    default = schema.get("default")
    return (), default if isinstance(default, str) else ""


def _constants(schema: Any) -> list[Any]:
    if not isinstance(schema, Mapping):
        return []
    if "const" in schema:
        return [schema["const"]]
    return list(schema.get("enum", ()))


def _needs_bbox(view: Json) -> bool:
    return "bbox" in view.get("required", ())


def looks_like_box(text: str) -> bool:
    """Whether a text is four or six numbers."""
    return bool(_FOUR_NUMBERS.match(text))


def looks_like_wkt(text: str) -> bool:
    """Whether a text starts like well-known text."""
    return bool(_WKT.match(text))


def looks_like_json(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(exact.loads(text), dict)
    except exact.NotJsonError:
        return False
