"""Schemas that servers refer to by address, written down here in our own words.

Nothing is ever fetched. A reference is recognised by the end of its address, so that
``bbox.yaml`` is found whether it is relative, at schemas.opengis.net or on a mirror.
The names in ``$defs`` start with "known." and are what the reduction looks for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

PREFIX: Final = "known."

_POSITION: dict[str, Any] = {
    "type": "array",
    "minItems": 2,
    "items": {"type": "number"},
}
_LINE = {"type": "array", "minItems": 2, "items": _POSITION}
_RING = {"type": "array", "minItems": 4, "items": _POSITION}
_COORDINATES: dict[str, dict[str, Any]] = {
    "Point": _POSITION,
    "MultiPoint": {"type": "array", "items": _POSITION},
    "LineString": _LINE,
    "MultiLineString": {"type": "array", "items": _LINE},
    "Polygon": {"type": "array", "minItems": 1, "items": _RING},
    "MultiPolygon": {
        "type": "array",
        "items": {"type": "array", "minItems": 1, "items": _RING},
    },
}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{PREFIX}{name}"}


def _simple_geometry(kind: str) -> dict[str, Any]:
    return {
        "title": kind,
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"const": kind},
            "coordinates": _COORDINATES[kind],
            "bbox": {"type": "array", "minItems": 4, "items": {"type": "number"}},
        },
    }


_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    **{kind: _simple_geometry(kind) for kind in _COORDINATES},
    "GeometryCollection": {
        "title": "GeometryCollection",
        "type": "object",
        "required": ["type", "geometries"],
        "properties": {
            "type": {"const": "GeometryCollection"},
            "geometries": {"type": "array", "items": _reference("geometry")},
        },
    },
    "geometry": {
        "title": "GeoJSON geometry",
        "anyOf": [_reference(kind) for kind in (*_COORDINATES, "GeometryCollection")],
    },
    "feature": {
        "title": "GeoJSON feature",
        "type": "object",
        "required": ["type", "geometry"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": ["string", "number"]},
            "geometry": {"anyOf": [_reference("geometry"), {"type": "null"}]},
            "properties": {"type": ["object", "null"]},
        },
    },
    "featureCollection": {
        "title": "GeoJSON feature collection",
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": _reference("feature")},
        },
    },
    "bbox": {
        "title": "Bounding box",
        "type": "object",
        "required": ["bbox"],
        "properties": {
            "bbox": {
                "type": "array",
                "minItems": 4,
                "maxItems": 6,
                "items": {"type": "number"},
            },
            "crs": {"type": "string", "default": _CRS84},
        },
    },
    "link": {
        "title": "Link",
        "type": "object",
        "required": ["href"],
        "properties": {
            "href": {"type": "string", "title": "address", "format": "uri-reference"},
            "rel": {"type": "string", "title": "relation"},
            "type": {"type": "string", "title": "media type"},
            "hreflang": {"type": "string", "title": "language"},
            "title": {"type": "string"},
            "length": {"type": "integer", "minimum": 0},
        },
    },
    "qualifiedValue": {
        "title": "Value with media type",
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {},
            "mediaType": {"type": "string", "title": "media type"},
            "encoding": {"type": "string"},
        },
    },
    "stacItem": {
        "title": "STAC item",
        "type": "object",
        "required": ["type", "stac_version", "id", "geometry", "properties", "assets"],
        "properties": {
            "type": {"const": "Feature"},
            "stac_version": {"type": "string"},
            "id": {"type": "string", "minLength": 1},
            "geometry": {"anyOf": [_reference("geometry"), {"type": "null"}]},
            "properties": {"type": "object"},
            "assets": {"type": "object"},
            "links": {"type": "array", "items": {"type": "object"}},
        },
    },
    "stacItems": {
        "title": "List of STAC items",
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": _reference("stacItem")},
        },
    },
    "stacCollection": {
        "title": "STAC collection",
        "type": "object",
        "required": ["type", "stac_version", "id", "extent", "links"],
        "properties": {
            "type": {"const": "Collection"},
            "stac_version": {"type": "string"},
            "id": {"type": "string", "minLength": 1},
            "description": {"type": "string"},
            "license": {"type": "string"},
            "extent": {"type": "object"},
            "links": {"type": "array", "items": {"type": "object"}},
        },
    },
    "stacCatalog": {
        "title": "STAC catalogue",
        "type": "object",
        "required": ["type", "stac_version", "id", "links"],
        "properties": {
            "type": {"const": "Catalog"},
            "stac_version": {"type": "string"},
            "id": {"type": "string", "minLength": 1},
            "description": {"type": "string"},
            "links": {"type": "array", "items": {"type": "object"}},
        },
    },
}

GEOMETRY_TYPES: Final = frozenset({*_COORDINATES, "GeometryCollection"})

# End of the address, lower case and without extension -> name above.
_TAILS: Final[dict[str, str]] = {
    **{kind.lower(): kind for kind in _COORDINATES},
    **{f"{kind.lower()}geojson": kind for kind in _COORDINATES},
    "geometrycollection": "GeometryCollection",
    "geometrycollectiongeojson": "GeometryCollection",
    "geometry": "geometry",
    "geometrygeojson": "geometry",
    "geojson": "featureCollection",
    "feature": "feature",
    "featuregeojson": "feature",
    "featurecollection": "featureCollection",
    "featurecollectiongeojson": "featureCollection",
    "bbox": "bbox",
    "ogc-bbox": "bbox",
    "link": "link",
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
    return _TAILS.get(tail, "")


def by_format(format_name: str) -> str:
    """Name of the known schema that a ``format`` stands for, or ""."""
    return _FORMATS.get(format_name, "")


def definitions(name: str) -> dict[str, dict[str, Any]]:
    """A known schema with everything that it refers to, keyed for ``$defs``."""
    wanted = [name]
    found: dict[str, dict[str, Any]] = {}
    while wanted:
        current = wanted.pop()
        if PREFIX + current in found:
            continue
        found[PREFIX + current] = SCHEMAS[current]
        wanted += _references_in(SCHEMAS[current])
    return found


def _references_in(node: JsonValue) -> list[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            return [reference.removeprefix(f"#/$defs/{PREFIX}")]
        return [name for member in node.values() for name in _references_in(member)]
    if isinstance(node, list):
        return [name for member in node for name in _references_in(member)]
    return []
