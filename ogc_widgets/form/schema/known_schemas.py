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


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _reference(name)}


def _object(title: str, required: str, /, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 # JSON
    return {
        "title": title,
        "type": "object",
        "required": required.split(),
        "properties": properties,
    }


def _geometry(kind: str) -> dict[str, Any]:
    box = {"type": "array", "minItems": 4, "items": {"type": "number"}}
    return _object(
        kind,
        "type coordinates",
        type={"const": kind},
        coordinates=_COORDINATES[kind],
        bbox=box,
    )


def _stac(title: str, kind: str, required: str, /, **more: Any) -> dict[str, Any]:  # noqa: ANN401 # JSON
    return _object(
        title,
        f"type stac_version id {required}",
        type={"const": kind},
        stac_version=_TEXT,
        id={"type": "string", "minLength": 1},
        links={"type": "array", "items": _OBJECT},
        **more,
    )


_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_ANY_GEOMETRY: Final = {"anyOf": [_reference("geometry"), {"type": "null"}]}

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    **{kind: _geometry(kind) for kind in _COORDINATES},
    "GeometryCollection": _object(
        "GeometryCollection",
        "type geometries",
        type={"const": "GeometryCollection"},
        geometries=_list_of("geometry"),
    ),
    "geometry": {
        "title": "GeoJSON geometry",
        "anyOf": [_reference(kind) for kind in (*_COORDINATES, "GeometryCollection")],
    },
    "feature": _object(
        "GeoJSON feature",
        "type geometry",
        type={"const": "Feature"},
        id={"type": ["string", "number"]},
        geometry=_ANY_GEOMETRY,
        properties={"type": ["object", "null"]},
    ),
    "featureCollection": _object(
        "GeoJSON feature collection",
        "type features",
        type={"const": "FeatureCollection"},
        features=_list_of("feature"),
    ),
    "bbox": _object(
        "Bounding box",
        "bbox",
        bbox={
            "type": "array",
            "minItems": 4,
            "maxItems": 6,
            "items": {"type": "number"},
        },
        crs={"type": "string", "default": _CRS84},
    ),
    "link": _object(
        "Link",
        "href",
        href={"type": "string", "title": "address", "format": "uri-reference"},
        rel={"type": "string", "title": "relation"},
        type={"type": "string", "title": "media type"},
        hreflang={"type": "string", "title": "language"},
        title=_TEXT,
        length={"type": "integer", "minimum": 0},
    ),
    "qualifiedValue": _object(
        "Value with media type",
        "value",
        value={},
        mediaType={"type": "string", "title": "media type"},
        encoding=_TEXT,
    ),
    "stacItem": _stac(
        "STAC item",
        "Feature",
        "geometry properties assets",
        geometry=_ANY_GEOMETRY,
        properties=_OBJECT,
        assets=_OBJECT,
    ),
    "stacItems": _object(
        "List of STAC items",
        "type features",
        type={"const": "FeatureCollection"},
        features=_list_of("stacItem"),
    ),
    "stacCollection": _stac(
        "STAC collection",
        "Collection",
        "extent links",
        description=_TEXT,
        license=_TEXT,
        extent=_OBJECT,
    ),
    "stacCatalog": _stac("STAC catalogue", "Catalog", "links", description=_TEXT),
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
