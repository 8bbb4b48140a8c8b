"""Which inputs of a process are areas, and in what form they want them.

The order of the evidence is the order of its weight: formats and the shape of a
bounding box, the CWL type, media types and references, arrays of numbers, and last the
words of the description. An input that is taken for an area and is none cannot be
filled, so words alone count only for plain text, bare objects and number arrays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.boxes import GEOMETRY_TYPES, STANDARD
from ogc_widgets.area.crs import CRS84, system_of
from ogc_widgets.area.hint import OBJECTS, AreaHint, with_order
from ogc_widgets.area.recognition.by_words import by_words, needs_six
from ogc_widgets.area.recognition.evidence import (
    Facts,
    contrary_order,
    kind_of,
    list_of,
)
from ogc_widgets.area.sides import sides_of
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.descriptions import InputDescription

Schema = Mapping[str, Any]

# What formats, references and CWL types call an area, in small letters.
_NAMES = {
    "bbox": "bbox-object",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featurecollection": "geojson-collection",
    "feature-collection": "geojson-collection",
    **{kind.lower(): "geojson-geometry" for kind in GEOMETRY_TYPES},
}
_TYPE_OF = {kind.lower(): (kind,) for kind in GEOMETRY_TYPES}
_FORMAT = pattern(r"ogc-(bbox)|geojson-([\w-]+)")
_CWL_TYPE = pattern(r"(\w+)\.ya?ml#(?:\w+/)?(\w+)")
_WKT_TYPES = {"text/wkt", "application/wkt", "text/vnd.ogc.wkt"}
_GEOJSON_TYPES = {
    *("application/geo+json", "application/vnd.geo+json", "application/geojson"),
    *("application/x-geojson", "text/geojson"),
}
_DEEPEST = 8
_MOST_CRS = 100
_MOST_SIDES = 8  # members of an object of sides, such as a crs beside them


def recognise(described: InputDescription) -> AreaHint | None:
    """Tell whether an input is an area, and how it wants it.

    Returns:
        What was found, or None when the input is not (certainly enough) an area.
    """
    facts = Facts(described)
    if {"enum", "const"} & facts.schema.keys():
        return None
    found = _with_stated_order(_by_schema(facts.schema, 0), facts)
    by_cwl = None if facts.kind == "array" else _by_cwl_type(facts.cwl_type)
    if by_cwl and not (found and found.reason == "format"):
        # The details are the schema's where it agrees with the stronger hint.
        if found is None or by_cwl.default not in found.encodings:
            return by_cwl
        return replace(found, encodings=by_cwl.encodings, reason=by_cwl.reason)
    is_plain = {*re.findall(r"\w+", facts.cwl_type)} <= {"null", "string"}
    return by_words(facts) if found is None and is_plain else found


def _with_stated_order(hint: AreaHint | None, facts: Facts) -> AreaHint | None:
    """A box of the standard's form, in another order where its description says so."""
    if hint is None or hint.default != "bbox-object":
        return hint
    system = system_of(hint.default_crs)
    usual = "swne" if system.y_first else STANDARD
    order = contrary_order(facts, usual) if system.in_degrees else ""
    if not order:
        return hint
    first = with_order("bbox-object", order)
    return replace(hint, encodings=(first, *hint.encodings))


def _by_schema(schema: object, depth: int) -> AreaHint | None:
    """Evidence that lies in the schema alone."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST or _is_stac(schema):
        return None
    for look in _LOOKS:
        found = look(schema)
        if found:
            return found
    parts = list_of(schema.get("allOf"))
    hints = [hint for part in parts if (hint := _by_schema(part, depth + 1))]
    if hints:
        return AreaHint.joined(hints)
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and branches:
            return _by_branches(branches, depth)
    return None


def _by_branches(branches: Sequence[Any], depth: int) -> AreaHint | None:
    if any(_is_reference_to_data(branch) for branch in branches):
        # "a URI or a STAC item or a FeatureCollection": data to read, not an area.
        return None
    filled = [one for one in branches if mapping(one).get("type") != "null"]
    hints = [hint for one in filled if (hint := _by_schema(one, depth + 1))]
    if not hints:
        return None
    joined = AreaHint.joined(hints)
    others = joined.alternatives or len(hints) < len(filled)
    return replace(joined, alternatives=others)


def _by_format(schema: Schema) -> AreaHint | None:
    name = str(schema.get("format", "")).lower()
    if name == "wkt":
        return AreaHint(("wkt",), "format")
    match = _FORMAT.fullmatch(name)
    kind = (match[1] or match[2]) if match else "geometry" if name == "geojson" else ""
    found = _by_name(kind, "format")
    if found is None:
        return None
    is_box = found.default == "bbox-object"
    if is_box:
        found = _bbox_object(schema, "format")
    else:
        found = replace(found, with_bbox=_wants_bbox(schema))
    # Some servers write type: string beside such a format and mean the object; text is
    # offered as the second choice.
    text = "bbox-text" if is_box else "geojson-text"
    more = (text,) if schema.get("type") == "string" else ()
    return replace(found, encodings=(*found.encodings, *more))


def _by_name(name: str, reason: str) -> AreaHint | None:
    encoding = _NAMES.get(name)
    if encoding is None:
        return None
    crs = CRS84 if encoding == "bbox-object" else None
    types = _TYPE_OF.get(name, ())
    return AreaHint((encoding,), reason, types=types, default_crs=crs)


def _by_bbox_shape(schema: Schema) -> AreaHint | None:
    members = mapping(schema.get("properties"))
    numbers = mapping(members.get("bbox"))
    is_list = numbers.get("type") == "array" or list_of(numbers.get("prefixItems"))
    is_box = is_list and members.keys() <= {"bbox", "crs"}
    return _bbox_object(schema, "schema") if is_box else None


def _by_sides(schema: Schema) -> AreaHint | None:
    """``{"west": ..., "south": ..., "east": ..., "north": ...}`` and its like."""
    members = mapping(schema.get("properties"))
    if not 4 <= len(members) <= _MOST_SIDES:
        return None
    names = sides_of(members)
    kinds = {kind_of(members[name]) for name in names}
    others = {*map(str, list_of(schema.get("required")))} - {*names}
    if not names or not kinds <= {"number", "integer"} or others:
        return None
    return AreaHint(("bbox-members",), "schema", members=names)


def _bbox_object(schema: Schema, reason: str) -> AreaHint:
    members = mapping(schema.get("properties"))
    listed, default = _crs_options(mapping(members.get("crs")))
    is_listed = default is not None and (not listed or default in listed)
    if not is_listed or not system_of(default).is_known:
        default = _best_crs(listed) or default or CRS84
    return AreaHint(
        ("bbox-object",),
        reason,
        crs=listed,
        default_crs=default,
        heights=needs_six(members.get("bbox")),
    )


def _best_crs(listed: tuple[str, ...]) -> str | None:
    """The system to start with: degrees, longitude first, if there is a choice."""
    systems = map(system_of, listed)
    ranks = [
        (not s.in_degrees, not s.is_known, s.in_degrees and s.y_first) for s in systems
    ]
    return listed[ranks.index(min(ranks))] if listed else None


def _crs_options(schema: Schema) -> tuple[tuple[str, ...], str | None]:
    """The reference systems that a schema lists, and the one that it starts with."""
    found: list[str] = []
    default = None
    keywords = ("allOf", "oneOf", "anyOf")
    branches = (one for keyword in keywords for one in list_of(schema.get(keyword)))
    for part in (schema, *map(mapping, branches)):
        found += [str(option) for option in list_of(part.get("enum"))]
        default = default or part.get("const") or part.get("default")
    listed = tuple(dict.fromkeys(found))[:_MOST_CRS]
    return listed, default if isinstance(default, str) else None


def _by_geojson_shape(schema: Schema) -> AreaHint | None:
    members = mapping(schema.get("properties"))
    of_type = mapping(members.get("type"))
    options = [of_type["const"]] if "const" in of_type else list_of(of_type.get("enum"))
    kinds = {*map(str, options)}
    types: tuple[str, ...] = ()
    if kinds == {"FeatureCollection"} and "features" in members:
        if _is_stac(mapping(mapping(members["features"]).get("items"))):
            return None
        encoding = "geojson-collection"
    elif kinds == {"Feature"} and "geometry" in members:
        encoding = "geojson-feature"
    elif "coordinates" in members and (
        kinds <= {*GEOMETRY_TYPES}
        if kinds
        else members.keys() <= {"type", "coordinates", "bbox"}
    ):
        encoding = "geojson-geometry"
        types = tuple(kind for kind in GEOMETRY_TYPES if kind in kinds)
    else:
        return None
    return AreaHint((encoding,), "schema", types=types, with_bbox=_wants_bbox(schema))


def _wants_bbox(schema: Schema) -> bool:
    return "bbox" in list_of(schema.get("required"))


def _by_media_type(schema: Schema) -> AreaHint | None:
    media_type = str(schema.get("contentMediaType", "")).split(";")[0].strip().lower()
    if schema.get("contentEncoding") in ("base64", "binary"):
        return None
    if media_type in _WKT_TYPES:
        return AreaHint(("wkt",), "media type")
    if media_type not in _GEOJSON_TYPES:
        return None
    by_reference = _by_reference({"$ref": schema.get("contentSchema")})
    best = (by_reference.default,) if by_reference else ()
    objects = tuple(dict.fromkeys((*best, *OBJECTS)))
    texts = ("geojson-text",) if schema.get("type") == "string" else ()
    return AreaHint((*texts, *objects), "media type")


def _by_reference(schema: Schema) -> AreaHint | None:
    """``https://x/geometryGeoJSON.yaml`` and its like; local ones too."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return None
    tail = re.split(r"[/#]", reference.rstrip("/#").lower())[-1]
    name = re.sub(r"\.(json|ya?ml)$", "", tail)
    if name == "geojson":
        return AreaHint(OBJECTS[::-1], "reference")
    name = name.removesuffix("geojson").removeprefix("ogc-")
    return _by_name(name, "reference")


_LOOKS = (
    _by_format,
    _by_bbox_shape,
    _by_sides,
    _by_geojson_shape,
    _by_media_type,
    _by_reference,
)


def _by_cwl_type(cwl_type: str) -> AreaHint | None:
    """``.../ogc.yaml#BBox`` and its siblings, in the spellings of their users.

    Optional ones end in ``?`` or stand in a list beside ``null``. Arrays (``BBox[]``)
    are one area for each item; the caller looks at the items.
    """
    names = _CWL_TYPE.findall(cwl_type)
    if len(names) != 1 or names[0][0].lower() not in {"ogc", "geojson"}:
        return None
    name = names[0][1].lower()
    return None if name == "geometry" else _by_name(name, "cwl:type")


def _is_stac(schema: Schema) -> bool:
    if {"stac_version", "assets"} & mapping(schema.get("properties")).keys():
        return True
    return "stacspec" in str(schema.get("$ref", "")).lower()


def _is_reference_to_data(branch: object) -> bool:
    schema = mapping(branch)
    is_address = schema.get("format") in ("uri", "iri", "uri-reference", "url")
    return is_address or _is_stac(schema)
