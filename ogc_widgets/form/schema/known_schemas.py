"""Schemas that servers refer to by address, written down here in our own words.

Nothing is ever fetched. A reference is recognised by the end of its address, so that
``bbox.yaml`` is found whether it is relative, at schemas.opengis.net or on a mirror.
The names in ``$defs`` start with "known." and are what the fields are recognised by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ogc_widgets.form.schema.keywords import Schema

PREFIX: Final = "known."

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "number"}
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{PREFIX}{name}"}


def _called(title: str, kind: str = "string") -> Schema:
    return {"type": kind, "title": title}


def _object(title: str, required: str, /, **properties: Schema) -> Schema:
    return {
        "title": title,
        "type": "object",
        "required": required.split(),
        "properties": properties,
    }


def _typed(title: str, kind: str, required: str, /, **more: Schema) -> Schema:
    """An object that says in its member ``type`` what it is."""
    return _object(title, f"type {required}", type={"const": kind}, **more)


def _stac(title: str, kind: str, required: str, /) -> Schema:
    name: Schema = {"type": "string", "minLength": 1}
    all_of = f"stac_version id {required}"
    return _typed(title, kind, all_of, stac_version=_TEXT, id=name)


_POSITION: Final = _list(_NUMBER, 2)
_LINE: Final = _list(_POSITION, 2)
_RINGS: Final = _list(_list(_POSITION, 4), 1)
_COORDINATES: Final[dict[str, Schema]] = {
    "Point": _POSITION,
    "MultiPoint": _list(_POSITION),
    "LineString": _LINE,
    "MultiLineString": _list(_LINE),
    "Polygon": _RINGS,
    "MultiPolygon": _list(_RINGS),
}
_ANY_GEOMETRY: Final = {"anyOf": [_reference("geometry"), {"type": "null"}]}

_SCHEMAS: Final[dict[str, Schema]] = {
    **{
        kind: _typed(kind, kind, "coordinates", coordinates=one, bbox=_list(_NUMBER, 4))
        for kind, one in _COORDINATES.items()
    },
    "GeometryCollection": _typed(
        "GeometryCollection",
        "GeometryCollection",
        "geometries",
        geometries=_list(_reference("geometry")),
    ),
    "geometry": {
        "title": "GeoJSON geometry",
        "anyOf": [_reference(kind) for kind in (*_COORDINATES, "GeometryCollection")],
    },
    "feature": _typed(
        "GeoJSON feature",
        "Feature",
        "geometry",
        id={"type": ["string", "number"]},
        geometry=_ANY_GEOMETRY,
        properties={"type": ["object", "null"]},
    ),
    "featureCollection": _typed(
        "GeoJSON feature collection",
        "FeatureCollection",
        "features",
        features=_list(_reference("feature")),
    ),
    "bbox": _object(
        "Bounding box",
        "bbox",
        bbox={**_list(_NUMBER, 4), "maxItems": 6},
        crs={"type": "string", "default": _CRS84},
    ),
    "link": _object(
        "Link",
        "href",
        href={**_called("address"), "format": "uri-reference"},
        rel=_called("relation"),
        type=_called("media type"),
        hreflang=_called("language"),
        title=_TEXT,
        length={"type": "integer", "minimum": 0},
    ),
    "qualifiedValue": _object(
        "Value with media type",
        "value",
        value={},
        mediaType=_called("media type"),
        encoding=_TEXT,
    ),
    "stacItem": _stac("STAC item", "Feature", "geometry properties assets"),
    "stacItems": _typed(
        "List of STAC items",
        "FeatureCollection",
        "features",
        features=_list(_reference("stacItem")),
    ),
    "stacCollection": _stac("STAC collection", "Collection", "extent links"),
    "stacCatalog": _stac("STAC catalogue", "Catalog", "links"),
}

# End of the address, in lower case and without "geojson" and extension.
_TAILS: Final[dict[str, str]] = {
    **{name.lower(): name for name in _SCHEMAS},
    "": "featureCollection",
    "ogc-bbox": "bbox",
    "qualifiedinputvalue": "qualifiedValue",
}
_STAC_TAILS: Final[dict[str, str]] = {
    "item": "stacItem",
    "collection": "stacCollection",
    "catalog": "stacCatalog",
    "itemcollection": "stacItems",
}
_FORMATS: Final[dict[str, str]] = {
    "geojson-geometry": "geometry",
    "geojson-feature": "feature",
    "geojson-feature-collection": "featureCollection",
    "ogc-bbox": "bbox",
    "stac-item": "stacItem",
    "stac-collection": "stacCollection",
    "stac-catalog": "stacCatalog",
    "stac-items": "stacItems",
}


def by_address(address: str) -> str:
    """Name of the known schema that a reference means, or ""."""
    lowered = address.lower()
    path = re.split(r"[?#]", lowered, maxsplit=1)[0]
    if "#" in lowered:
        fragment = lowered.rsplit("#", 1)[1].rsplit("/", 1)[-1]
        # ".../geojson.yaml#Feature" and ".../schemas.yaml#/components/schemas/bbox"
        if fragment:
            path = f"{path}/{fragment}"
    tail = re.sub(r"\.(json|ya?ml)$", "", path.rstrip("/").rsplit("/", 1)[-1])
    if "stac" in lowered and tail in _STAC_TAILS:
        return _STAC_TAILS[tail]
    return _TAILS.get(tail.removesuffix("geojson"), "") if tail else ""


def by_format(format_name: str) -> str:
    """Name of the known schema that a ``format`` stands for, or ""."""
    return _FORMATS.get(format_name, "")


def definitions(name: str) -> dict[str, Schema]:
    """A known schema with everything that it refers to, keyed for ``$defs``."""
    found: dict[str, Schema] = {}
    wanted = [name]
    while wanted:
        current = wanted.pop()
        if PREFIX + current not in found:
            found[PREFIX + current] = _SCHEMAS[current]
            wanted += re.findall(rf"#/\$defs/{PREFIX}(\w+)", str(_SCHEMAS[current]))
    return found
