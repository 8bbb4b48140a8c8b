"""Which inputs of a process are areas, and in what form they want them.

The order of the evidence is the order of its weight: formats and the shape of a
bounding box, the CWL type, media types and references, arrays of numbers, and last the
words of the description. An input that is taken for an area and is none cannot be
filled, so words alone count only for plain text, bare objects and number arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.map.area_hint import AreaHint
from ogc_widgets.map.crs import CRS84, kind_of_crs
from ogc_widgets.map.geometry import GEOMETRY_TYPES
from ogc_widgets.map.parsing import parse_text, read_numbers
from ogc_widgets.map.wkt import looks_like_wkt

if TYPE_CHECKING:
    from ogc_widgets.map.rings import Json

_FORMATS = {
    "ogc-bbox": "bbox-object",
    "geojson-geometry": "geojson-geometry",
    "geojson-feature": "geojson-feature",
    "geojson-feature-collection": "geojson-collection",
    "wkt": "wkt",
}
_CWL_TYPES = {
    "BBox": "bbox-object",
    "Feature": "geojson-feature",
    "FeatureCollection": "geojson-collection",
    **dict.fromkeys(GEOMETRY_TYPES, "geojson-geometry"),
}
_REFERENCES = {
    "bbox": "bbox-object",
    "geometrygeojson": "geojson-geometry",
    "geometry": "geojson-geometry",
    "polygon": "geojson-geometry",
    "polygongeojson": "geojson-geometry",
    "multipolygon": "geojson-geometry",
    "multipolygongeojson": "geojson-geometry",
    "feature": "geojson-feature",
    "featuregeojson": "geojson-feature",
    "featurecollection": "geojson-collection",
    "featurecollectiongeojson": "geojson-collection",
    "geojson": "geojson-geometry",
}
_MEDIA_TYPES = {
    "application/geo+json": "geojson-geometry",
    "application/vnd.geo+json": "geojson-geometry",
    "application/geojson": "geojson-geometry",
    "text/wkt": "wkt",
    "application/wkt": "wkt",
    "text/vnd.ogc.wkt": "wkt",
}
_GEOJSON = ("geojson-geometry", "geojson-feature", "geojson-collection")
_TEXTS = ("bbox-text", "wkt", "geojson-text")

_SIGNS = re.compile(
    r"\b(aoi|roi|bbox|bounding ?box|area of interest|region of interest|"
    r"(spatial )?extents?|intersects|footprint|wkt|well[- ]known text|envelope|"
    r"geometry|geom|polygon)\b"
)
_PHRASES = re.compile(
    r"\b(bounding ?box|bbox|area of interest|aoi|well[- ]known text|wkt|"
    r"(x ?min|min ?x|left|west)\W+(y ?min|min ?y|bottom|south)\W+"
    r"(x ?max|max ?x|right|east)\W+(y ?max|max ?y|top|north))\b"
)
_BOX_WORDS = re.compile(
    r"\b(aoi|roi|bbox|bounding ?box|box|bounds|extents?|envelope|area|region|spatial|"
    r"rectangle|window|coverage)\b"
)
# Words that say something *about* an area, or that the area is in other units.
_ABOUT = re.compile(
    r"\b(crs|srs|epsg|proj(ection)?|format|encoding|name|title|label|description|file|"
    r"path|dir(ectory)?|ur[il]|href|link|id|identifier|mode|method|operation|op|type|"
    r"unit|units|size|buffer|resolution|column|field|attribute|color|colour|width|"
    r"layer|pixel|pixels|threshold|count|index)\b"
)
_PROJECTED = re.compile(
    r"\b(target|output|projected|native|image) (srs|crs|coordinates|projection)\b|"
    r"\bpixels?\b|\bmet(er|re)s\b|\beastings?\b"
)
_GML = re.compile(r"\bgml\b|\bur[il] (to|of)\b|\breference to\b")
_MAX_DEPTH = 8


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
    facts = _facts(description, schema, name)
    if "enum" in facts.schema or "const" in facts.schema or facts.options:
        return None
    found = _by_schema(facts.schema, 0)
    by_cwl = _by_cwl_type(facts.cwl_type) if schema is None else None
    if by_cwl and not (found and found.reason == "format"):
        found = _refined(by_cwl, found)
    if found is None and facts.cwl_type == "":
        found = _by_words(facts)
    if found is not None:
        return found
    return _by_words(facts) if facts.is_plain_cwl else None


class _Facts:
    """What a description says, whether it is an object or a dict."""

    def __init__(
        self, get: Callable[[str], Json], schema: Mapping[str, Any] | None, name: str
    ) -> None:
        whole = get("schema")
        self.schema: dict[str, Any] = dict(
            schema if schema is not None else whole if isinstance(whole, dict) else {}
        )
        self.id = str(get("id") or name)
        self.title = _text(get("title")) or _text(self.schema.get("title"))
        self.description = _text(get("description")) or _text(
            self.schema.get("description")
        )
        self.keywords = " ".join(map(str, _list(get("keywords"))))
        self.options = bool(get("enum"))
        self.cwl_type = ""
        for entry in _list(get("metadata")):
            if isinstance(entry, Mapping) and entry.get("title") == "cwl:type":
                self.cwl_type = str(entry.get("value", ""))

    @property
    def is_plain_cwl(self) -> bool:
        return bool(re.fullmatch(r"[\[\]\s,?]*(null|string|\W)+", self.cwl_type))

    @property
    def names(self) -> str:
        return f"{_words(self.id)} | {self.title.lower()}"

    @property
    def all_words(self) -> str:
        return f"{self.names} | {self.description.lower()} | {self.keywords.lower()}"


def _facts(description: Json, schema: Mapping[str, Any] | None, name: str) -> _Facts:
    if isinstance(description, Mapping):
        return _Facts(description.get, schema, name)
    raw = getattr(description, "raw", None)
    raw = raw if isinstance(raw, Mapping) else {}
    return _Facts(
        lambda key: getattr(description, key, None) or raw.get(key), schema, name
    )


def _by_schema(schema: Json, depth: int) -> AreaHint | None:
    """Evidence that lies in the schema alone."""
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return None
    if _is_stac(schema):
        return None
    for look in (_by_format, _by_bbox_shape, _by_geojson_shape, _by_media_type):
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
    return AreaHint((encoding, *extra), "format", with_bbox=_wants_bbox(schema))


def _by_bbox_shape(schema: Mapping[str, Any]) -> AreaHint | None:
    members = schema.get("properties")
    if not isinstance(members, Mapping):
        return None
    numbers = members.get("bbox")
    if not isinstance(numbers, Mapping) or numbers.get("type") != "array":
        return None
    return _bbox_object(schema, "schema") if set(members) <= {"bbox", "crs"} else None


def _bbox_object(schema: Mapping[str, Any], reason: str) -> AreaHint:
    members = schema.get("properties")
    members = members if isinstance(members, Mapping) else {}
    listed, default = _crs_options(members.get("crs"))
    if default not in listed or kind_of_crs(default) is None:
        usable = [crs for crs in listed if kind_of_crs(crs)]
        plain = [crs for crs in usable if kind_of_crs(crs) == "lonlat"]
        default = next(iter([*plain, *usable, *listed]), CRS84)
    return AreaHint(
        ("bbox-object",),
        reason,
        crs=listed,
        default_crs=default,
        heights=_needs_six(members.get("bbox")),
    )


def _crs_options(schema: Json) -> tuple[tuple[str, ...], str | None]:
    if not isinstance(schema, Mapping):
        return (), None
    found: list[str] = []
    default = schema.get("default")
    for part in [schema, *_branches(schema)]:
        if isinstance(part, Mapping):
            found += [str(option) for option in _list(part.get("enum"))]
            default = default or part.get("default")
    return tuple(dict.fromkeys(found)), default if isinstance(default, str) else None


def _branches(schema: Mapping[str, Any]) -> Iterable[Any]:
    for keyword in ("allOf", "oneOf", "anyOf"):
        members = schema.get(keyword)
        yield from members if isinstance(members, list) else ()


def _needs_six(numbers: Json) -> bool:
    if not isinstance(numbers, Mapping):
        return False
    fewest = numbers.get("minItems")
    return isinstance(fewest, int) and not isinstance(fewest, bool) and fewest > 4


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
    if encoding is None:
        return None
    return AreaHint((encoding,), "schema", with_bbox=_wants_bbox(schema))


def _options(schema: Json) -> set[str]:
    if not isinstance(schema, Mapping):
        return set()
    if "const" in schema:
        return {str(schema["const"])}
    return {str(option) for option in _list(schema.get("enum"))}


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
    if schema.get("type") == "string":
        return AreaHint(("geojson-text", *_GEOJSON), "media type")
    return AreaHint(_GEOJSON, "media type")


def _by_reference(schema: Mapping[str, Any]) -> AreaHint | None:
    tail = _tail(schema.get("$ref"))
    encoding = _REFERENCES.get(tail)
    if not encoding:
        return None
    if encoding == "bbox-object":
        return AreaHint((encoding,), "reference", default_crs=CRS84)
    encodings = _GEOJSON if tail == "geojson" else (encoding,)
    return AreaHint(encodings, "reference")


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
    if branch.get("format") in {"uri", "iri", "uri-reference", "url"}:
        return True
    return _is_stac(branch)


def _by_cwl_type(cwl_type: str) -> AreaHint | None:
    """``.../ogc.yaml#BBox`` and its siblings; arrays are for the caller to open."""
    match = re.fullmatch(r".*?(\w+)\.ya?ml#(?:\w+/)?(\w+)\??", cwl_type.strip())
    if not match or match[1].lower() not in {"ogc", "geojson"}:
        return None
    encoding = _CWL_TYPES.get(match[2])
    if not encoding:
        return None
    types = (match[2],) if match[2] in GEOMETRY_TYPES else ()
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


def _by_words(facts: _Facts) -> AreaHint | None:
    """Evidence from the name, the title and the description."""
    schema, kind = facts.schema, _type_of(facts.schema)
    if _PROJECTED.search(facts.all_words):
        return None
    if kind == "array":
        return _number_array(facts)
    if _ABOUT.search(_words(facts.id)) or any(
        schema.get(key) for key in ("format", "contentMediaType", "oneOf", "anyOf")
    ):
        return None
    signs = _SIGNS.search(_words(facts.id)) or _PHRASES.search(facts.all_words)
    if not signs and not (_SIGNS.search(facts.title.lower()) and _is_short(facts)):
        return None
    if _ABOUT.search(facts.title.lower()) and not _SIGNS.search(_words(facts.id)):
        return None
    if kind == "string":
        return None if _GML.search(facts.all_words) else _text_hint(facts)
    if kind == "object" and not schema.get("properties"):
        if re.search(r"\bfeature ?collection\b", facts.all_words):
            return AreaHint(_GEOJSON[::-1], "name")
        return AreaHint(_GEOJSON, "name")
    if kind == "" and not set(schema) - {"title", "description", "default", "examples"}:
        return AreaHint(("bbox-text", "bbox-array", *_GEOJSON, "wkt"), "name")
    return None


def _is_short(facts: _Facts) -> bool:
    return len(facts.title.split()) <= 4


def _number_array(facts: _Facts) -> AreaHint | None:
    schema = facts.schema
    items = schema.get("items")
    if not isinstance(items, Mapping) or items.get("type") not in {"number", "integer"}:
        return None
    if items.get("type") == "integer" and "minimum" in items:
        return None
    fewest, most = schema.get("minItems"), schema.get("maxItems")
    fixed = fewest in (4, 6) or most in (4, 6)
    if not fixed and any(isinstance(count, int) for count in (fewest, most)):
        return None
    words = _BOX_WORDS if fixed else _SIGNS
    if _ABOUT.search(_words(facts.id)) or not (
        words.search(facts.names) or _PHRASES.search(facts.all_words)
    ):
        return None
    return AreaHint(("bbox-array",), "schema", heights=_needs_six(schema))


def _text_hint(facts: _Facts) -> AreaHint:
    """Choose between box, WKT and GeoJSON as text; the user may change it."""
    schema, words = facts.schema, facts.all_words
    first = "bbox-text"
    samples = [schema.get("default"), schema.get("example")]
    examples = schema.get("examples")
    samples += examples if isinstance(examples, list) else []
    by_sample = next((e for s in samples if (e := _encoding_of_sample(s))), None)
    if by_sample:
        first = by_sample
    elif re.search(r"\bbbox\b|bounding ?box", words):
        first = "bbox-text"
    elif re.search(r"\bwkt\b|well[- ]known text", words):
        first = "wkt"
    elif re.search(r"geo ?json|\bintersects\b", words):
        first = "geojson-text"
    elif re.search(r"\b(footprint|polygon|geom|geometry)\b", _words(facts.id)):
        first = "wkt"
    others = tuple(encoding for encoding in _TEXTS if encoding != first)
    return AreaHint((first, *others), "name")


def _encoding_of_sample(sample: Json) -> str | None:
    if not isinstance(sample, str):
        return None
    try:
        parse_text(sample)
    except InputError:
        return None
    if looks_like_wkt(sample):
        return "wkt"
    if read_numbers(sample) is not None and not sample.strip().startswith("["):
        return "bbox-text"
    return "geojson-text" if sample.strip().startswith("{") else None


def _type_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        rest = [member for member in kind if member != "null"]
        kind = rest[0] if len(rest) == 1 else "several"
    return kind if isinstance(kind, str) else ""


def _words(identifier: str) -> str:
    """``InputBBox_crs`` -> ``input bbox crs``: words of an identifier."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", identifier)
    lowered = re.sub(r"[^A-Za-z0-9]+", " ", spaced).lower()
    return re.sub(r"\bb box\b", "bbox", lowered)


def _list(value: Json) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _text(value: Json) -> str:
    if isinstance(value, Mapping):  # titles by language
        return " ".join(str(text) for text in value.values())
    return value if isinstance(value, str) else ""
