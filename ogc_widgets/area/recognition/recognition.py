"""Which inputs of a process are areas, and in what form they want them.

The order of the evidence is the order of its weight: formats and the shape of a
bounding box, the CWL type, media types and references, arrays of numbers, and last the
words of the description. An input that is taken for an area and is none cannot be
filled, so words alone count only for plain text, bare objects and number arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.crs import CRS84, in_degrees, kind_of_crs
from ogc_widgets.area.geometry import GEOMETRY_TYPES
from ogc_widgets.area.recognition.area_hint import OBJECTS as GEOJSON
from ogc_widgets.area.recognition.area_hint import AreaHint
from ogc_widgets.area.recognition.area_words import by_words, needs_six
from ogc_widgets.area.recognition.input_facts import Facts, facts_of, list_of
from ogc_widgets.area.recognition.order import STANDARD, with_order
from ogc_widgets.area.recognition.order_evidence import contrary_order
from ogc_widgets.area.recognition.sides import sides_of

if TYPE_CHECKING:
    from ogc_widgets.area.geometry import Json

_FORMATS = {
    "ogc-bbox": "bbox-object",
    "geojson-geometry": "geojson-geometry",
    "geojson-feature": "geojson-feature",
    "geojson-feature-collection": "geojson-collection",
    "geojson-featurecollection": "geojson-collection",
    "wkt": "wkt",
    "geojson": "geojson-geometry",
    **{f"geojson-{kind.lower()}": "geojson-geometry" for kind in GEOMETRY_TYPES},
}
_CWL_TYPES = {
    "BBox": "bbox-object",
    "Feature": "geojson-feature",
    "FeatureCollection": "geojson-collection",
    **dict.fromkeys(GEOMETRY_TYPES, "geojson-geometry"),
}
_REFERENCES = {
    "bbox": "bbox-object",
    "ogc-bbox": "bbox-object",
    "geometrygeojson": "geojson-geometry",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featuregeojson": "geojson-feature",
    "featurecollection": "geojson-collection",
    "featurecollectiongeojson": "geojson-collection",
    "geojson": "geojson-collection",
    **{kind.lower(): "geojson-geometry" for kind in GEOMETRY_TYPES},
    **{f"{kind.lower()}geojson": "geojson-geometry" for kind in GEOMETRY_TYPES},
}
_TYPE_OF = {kind.lower(): kind for kind in GEOMETRY_TYPES}
_MEDIA_TYPES = {
    "application/geo+json": "geojson-geometry",
    "application/vnd.geo+json": "geojson-geometry",
    "application/geojson": "geojson-geometry",
    "application/x-geojson": "geojson-geometry",
    "text/geojson": "geojson-geometry",
    "text/wkt": "wkt",
    "application/wkt": "wkt",
    "text/vnd.ogc.wkt": "wkt",
}
_MAX_DEPTH = 8
_MOST_CRS = 100
_MOST_SIDES = 8  # members of an object of sides, such as a crs beside them
_NUMBERS = {"number", "integer"}


def recognise(
    description: Json, *, schema: Mapping[str, Any] | None = None, name: str = ""
) -> AreaHint | None:
    """Tell whether an input is an area, and how it wants it.

    Args:
        description: An ``InputDescription`` or the plain dict of an input.
        schema: Look at this part of its schema instead (an array's items, a branch).
        name: The id of the input where a plain dict does not hold it.

    Returns:
        What was found, or None when the input is not (certainly enough) an area.
    """
    facts = facts_of(description, schema, name)
    if "enum" in facts.schema or "const" in facts.schema or facts.options:
        return None
    found = _with_stated_order(_by_schema(facts.schema, 0), facts)
    is_one = schema is None and _kind(facts.schema) != "array"
    by_cwl = _by_cwl_type(facts.cwl_type) if is_one else None
    if by_cwl and not (found and found.reason == "format"):
        found = _refined(by_cwl, found)
    if found is None and facts.cwl_type == "":
        found = by_words(facts)
    if found is not None:
        return found
    return by_words(facts) if facts.is_plain_cwl else None


def _with_stated_order(hint: AreaHint | None, facts: Facts) -> AreaHint | None:
    """A box of the standard's form, in another order where its description says so."""
    if hint is None or hint.default != "bbox-object":
        return hint
    usual = "swne" if kind_of_crs(hint.default_crs) == "latlon" else STANDARD
    order = contrary_order(facts, usual) if in_degrees(hint.default_crs) else ""
    if not order:
        return hint
    first = with_order("bbox-object", order)
    return replace(hint, encodings=(first, *hint.encodings))


def _by_schema(schema: Json, depth: int) -> AreaHint | None:
    """Evidence that lies in the schema alone."""
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return None
    if _is_stac(schema):
        return None
    looks = (_by_format, _by_bbox_shape, _by_sides, _by_geojson_shape, _by_media_type)
    for look in looks:
        found = look(schema)
        if found:
            return found
    found = _by_reference(schema)
    if found:
        return found
    parts = schema.get("allOf")
    if isinstance(parts, list):
        hints = [hint for part in parts if (hint := _by_schema(part, depth + 1))]
        if hints:
            return _widened(hints)
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and branches:
            return _by_branches(branches, depth)
    return None


def _by_branches(branches: list[Any], depth: int) -> AreaHint | None:
    if any(_is_reference_to_data(branch) for branch in branches):
        # "a URI or a STAC item or a FeatureCollection": data to read, not an area.
        return None
    hints, others = [], False
    for branch in branches:
        hint = _by_schema(branch, depth + 1)
        if hint:
            hints.append(hint)
        elif not (isinstance(branch, Mapping) and branch.get("type") == "null"):
            others = True
    if not hints:
        return None
    joined = _widened(hints)
    return replace(joined, alternatives=others or joined.alternatives)


def _by_format(schema: Mapping[str, Any]) -> AreaHint | None:
    encoding = _FORMATS.get(str(schema.get("format", "")).lower())
    if not encoding:
        return None
    if encoding == "bbox-object":
        return _bbox_object(schema, "format")
    # Some servers write type: string beside a GeoJSON format and mean the object;
    # text is offered as the second choice.
    texts = ("geojson-text",) if schema.get("type") == "string" else ()
    extra = () if encoding == "wkt" else texts
    kind = _TYPE_OF.get(str(schema.get("format", "")).lower().removeprefix("geojson-"))
    return AreaHint(
        (encoding, *extra),
        "format",
        types=(kind,) if kind else (),
        with_bbox=_wants_bbox(schema),
    )


def _by_bbox_shape(schema: Mapping[str, Any]) -> AreaHint | None:
    members = schema.get("properties")
    if not isinstance(members, Mapping):
        return None
    numbers = members.get("bbox")
    if not isinstance(numbers, Mapping) or not (
        numbers.get("type") == "array" or isinstance(numbers.get("prefixItems"), list)
    ):
        return None
    return _bbox_object(schema, "schema") if set(members) <= {"bbox", "crs"} else None


def _by_sides(schema: Mapping[str, Any]) -> AreaHint | None:
    """``{"west": ..., "south": ..., "east": ..., "north": ...}`` and its like."""
    members = schema.get("properties")
    if not isinstance(members, Mapping) or not 4 <= len(members) <= _MOST_SIDES:
        return None
    names = sides_of(members)
    if not names or any(_kind(members[name]) not in _NUMBERS for name in names):
        return None
    others = set(list_of(schema.get("required"))) - set(names)
    return None if others else AreaHint(("bbox-members",), "schema", members=names)


def _kind(schema: Json) -> str:
    """The one JSON type of a schema besides null, or an empty text."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    kinds = kind if isinstance(kind, list) else [kind]
    rest = [one for one in kinds if isinstance(one, str) and one != "null"]
    return rest[0] if len(rest) == 1 else ""


def _bbox_object(schema: Mapping[str, Any], reason: str) -> AreaHint:
    members = schema.get("properties")
    members = members if isinstance(members, Mapping) else {}
    listed, default = _crs_options(members.get("crs"))
    is_listed = default is not None and (not listed or default in listed)
    if not is_listed or kind_of_crs(default) is None:
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
    for fits in (lambda crs: kind_of_crs(crs) == "lonlat", in_degrees, kind_of_crs):
        found = next((crs for crs in listed if fits(crs)), None)
        if found:
            return found
    return next(iter(listed), None)


def _crs_options(schema: Json) -> tuple[tuple[str, ...], str | None]:
    if not isinstance(schema, Mapping):
        return (), None
    found: list[str] = []
    default = None
    for part in [schema, *_branches(schema)]:
        if isinstance(part, Mapping):
            found += [str(option) for option in list_of(part.get("enum"))]
            default = default or part.get("const") or part.get("default")
    listed = tuple(dict.fromkeys(found))[:_MOST_CRS]
    return listed, default if isinstance(default, str) else None


def _branches(schema: Mapping[str, Any]) -> Iterable[Any]:
    for keyword in ("allOf", "oneOf", "anyOf"):
        members = schema.get(keyword)
        yield from members if isinstance(members, list) else ()


def _by_geojson_shape(schema: Mapping[str, Any]) -> AreaHint | None:
    members = schema.get("properties")
    if not isinstance(members, Mapping):
        return None
    kinds = _options(members.get("type"))
    encoding = None
    if kinds == {"FeatureCollection"} and "features" in members:
        inner = members["features"]
        inner = inner.get("items") if isinstance(inner, Mapping) else None
        if isinstance(inner, Mapping) and _is_stac(inner):
            return None
        encoding = "geojson-collection"
    elif kinds == {"Feature"} and "geometry" in members:
        encoding = "geojson-feature"
    elif kinds and kinds <= set(GEOMETRY_TYPES) and "coordinates" in members:
        types = tuple(kind for kind in GEOMETRY_TYPES if kind in kinds)
        return AreaHint(
            ("geojson-geometry",), "schema", types=types, with_bbox=_wants_bbox(schema)
        )
    elif not kinds and set(members) <= {"type", "coordinates", "bbox"}:
        encoding = "geojson-geometry" if "coordinates" in members else None
    if encoding is None:
        return None
    return AreaHint((encoding,), "schema", with_bbox=_wants_bbox(schema))


def _options(schema: Json) -> set[str]:
    if not isinstance(schema, Mapping):
        return set()
    if "const" in schema:
        return {str(schema["const"])}
    return {str(option) for option in list_of(schema.get("enum"))}


def _wants_bbox(schema: Mapping[str, Any]) -> bool:
    required = schema.get("required")
    return isinstance(required, list) and "bbox" in required


def _by_media_type(schema: Mapping[str, Any]) -> AreaHint | None:
    media_type = str(schema.get("contentMediaType", "")).split(";")[0].strip().lower()
    encoding = _MEDIA_TYPES.get(media_type)
    if not encoding:
        return None
    if schema.get("contentEncoding") in {"base64", "binary"}:
        return None
    if encoding == "wkt":
        return AreaHint(("wkt",), "media type")
    best = _REFERENCES.get(_tail(schema.get("contentSchema")), encoding)
    objects = tuple(dict.fromkeys((best, *GEOJSON)))
    if schema.get("type") == "string":
        return AreaHint(("geojson-text", *objects), "media type")
    return AreaHint(objects, "media type")


def _by_reference(schema: Mapping[str, Any]) -> AreaHint | None:
    tail = _tail(schema.get("$ref"))
    encoding = _REFERENCES.get(tail)
    if not encoding:
        return None
    if encoding == "bbox-object":
        return AreaHint((encoding,), "reference", default_crs=CRS84)
    encodings = GEOJSON[::-1] if tail == "geojson" else (encoding,)
    kind = _TYPE_OF.get(tail.removesuffix("geojson"))
    return AreaHint(encodings, "reference", types=(kind,) if kind else ())


def _tail(reference: Json) -> str:
    """``https://x/geometryGeoJSON.yaml`` -> ``geometrygeojson``; local ones too."""
    if not isinstance(reference, str):
        return ""
    name = re.split(r"[/#]", reference.rstrip("/#"))[-1]
    return re.sub(r"\.(json|ya?ml)$", "", name.lower())


def _is_stac(schema: Mapping[str, Any]) -> bool:
    members = schema.get("properties")
    if isinstance(members, Mapping) and {"stac_version", "assets"} & set(members):
        return True
    return "stacspec" in str(schema.get("$ref", "")).lower()


def _is_reference_to_data(branch: Json) -> bool:
    if not isinstance(branch, Mapping):
        return False
    if branch.get("format") in ("uri", "iri", "uri-reference", "url"):
        return True
    return _is_stac(branch)


def _by_cwl_type(cwl_type: str) -> AreaHint | None:
    """``.../ogc.yaml#BBox`` and its siblings, in the spellings of their users.

    Optional ones end in ``?`` or stand in a list beside ``null``. Arrays (``BBox[]``)
    are one area for each item; the caller looks at the items.
    """
    names = re.findall(r"(\w+)\.ya?ml#(?:\w+/)?(\w+)", cwl_type)
    if len(names) != 1 or names[0][0].lower() not in {"ogc", "geojson"}:
        return None
    encoding = _CWL_TYPES.get(names[0][1])
    if not encoding:
        return None
    types = (names[0][1],) if names[0][1] in GEOMETRY_TYPES else ()
    crs = CRS84 if encoding == "bbox-object" else None
    return AreaHint((encoding,), "cwl:type", types=types, default_crs=crs)


def _refined(hint: AreaHint, by_schema: AreaHint | None) -> AreaHint:
    """Take the details from the schema where it agrees with the stronger hint."""
    if by_schema is None or hint.default not in by_schema.encodings:
        return hint
    return replace(by_schema, encodings=hint.encodings, reason=hint.reason)


def _widened(hints: list[AreaHint]) -> AreaHint:
    """One hint out of those of several branches or parts."""
    encodings = tuple(dict.fromkeys(e for hint in hints for e in hint.encodings))
    crs = tuple(dict.fromkeys(c for hint in hints for c in hint.crs))
    known = all(hint.types for hint in hints)
    types = tuple(dict.fromkeys(t for hint in hints for t in hint.types))
    defaults = [h.default_crs for h in hints if h.default_crs and (h.crs or not crs)]
    return AreaHint(
        encodings,
        hints[0].reason,
        crs=crs,
        default_crs=next(iter(defaults), None),
        types=types if known else (),
        heights=any(hint.heights for hint in hints),
        with_bbox=any(hint.with_bbox for hint in hints),
        alternatives=any(hint.alternatives for hint in hints),
    )
