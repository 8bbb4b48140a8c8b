"""What a schema is beyond its type: an area of interest, a STAC document, a date.

Everything about geometry is in :mod:`ogc_widgets.area`; here it meets schemas.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.hint import OBJECTS, QUALIFIED, AreaHint
from ogc_widgets.area.recognition.by_words import numbers_hint
from ogc_widgets.area.recognition.evidence import Facts
from ogc_widgets.area.recognition.recognise import recognise as recognise_input
from ogc_widgets.form.fields.fields import StacHint
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.documents.descriptions import InputDescription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.form.fields.place import Naming, Place
    from ogc_widgets.form.schema.keywords import Schema
    from ogc_widgets.form.schema.view import View

_FORMAT_OF: Final = {
    "bbox": "ogc-bbox",
    "geometry": "geojson-geometry",
    "feature": "geojson-feature",
    "featureCollection": "geojson-feature-collection",
}
_OF_CRS: Final = pattern(
    r"\b(crs|srs|epsg)\d*\b|\breference system|\bprojection\b", re.IGNORECASE
)
_OF_SHAPE: Final = pattern(
    r"\b(aoi|area|b?box|extent|geom\w*|footprint|polygon|shape|region)s?\b",
    re.IGNORECASE,
)


def area_hint(
    view: Mapping[str, Any], references: Iterable[str], naming: Naming
) -> AreaHint | None:
    """How a flat schema is written as an area, or None if it is not one."""
    said = dict(view)
    for reference in references:
        name = reference.removeprefix(known_schemas.PREFIX)
        if reference != name and name.startswith("stac"):
            return None
        if reference != name and name in _FORMAT_OF:
            said = {**said, "format": _FORMAT_OF[name]}
            if name != "bbox":
                said.pop("anyOf", None)
            break
    types = said.get("type")
    if isinstance(types, list) and "null" in types:
        rest = [name for name in types if name != "null"]
        said["type"] = rest[0] if len(rest) == 1 else rest
    if said.get("type") == "string" and _is_of_crs(said, naming):
        return None
    if naming.widget == "map" and said.get("type") == "string":
        return AreaHint(("wkt", "bbox-text", "geojson-text"), "format")
    described = InputDescription(
        naming.key,
        title=naming.title,
        description=naming.description,
        schema=said,
        metadata=({"title": "cwl:type", "value": naming.cwl_type},),
    )
    try:
        if naming.widget == "map" and said.get("type") == "array":
            return numbers_hint(Facts(described), "format")
        hint = recognise_input(described)
    except (TypeError, ValueError, AttributeError, LookupError):
        # Recognition is a kindness: an odd schema still gets its plain field.
        return None
    return None if hint is None or hint.alternatives else _with_qualified(hint)


def _is_of_crs(said: Mapping[str, Any], naming: Naming) -> bool:
    """Whether well-known text is that of a reference system, which has the same name.

    "x-ogc-crs" is the format that qjazz writes for it.
    """
    names = re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", f"{naming.key} {naming.title}")
    return said.get("format") == "x-ogc-crs" or bool(
        _OF_CRS.search(names) and not _OF_SHAPE.search(names)
    )


def _with_qualified(hint: AreaHint) -> AreaHint:
    """The standard lets GeoJSON objects also be sent inside of ``{"value": ...}``."""
    plain = [name for name in hint.encodings if name in OBJECTS]
    added = tuple(f"{QUALIFIED}{name}" for name in plain)
    return replace(hint, encodings=(*hint.encodings, *added))


ADDRESS_FORMATS: Final = frozenset({"uri", "iri", "url", "uri-reference"})

_DATE: Final = pattern(r"\d{4}-\d\d-\d\d")
_DATE_NAME: Final = pattern(r"(^|[\W_])(date|day)$", re.IGNORECASE)
_DATE_WORDS: Final = pattern(r"\b(yyyy|jjjj|aaaa)-mm-(dd|tt|jj)\b", re.IGNORECASE)
# An interval, a time of day, several of them, or something else.
_MORE_THAN_DATE: Final = pattern(
    r"-(dd|tt|jj)\s*([/,;:t+\[(]|to\b|and\b|or\b|h)|\b(range|interval|lists?|period|or)\b",
    re.IGNORECASE,
)
# What a document is called by our own schemas, by a CWL type after its "#", and in its
# own member "type".
_BY_REFERENCE: Final = {
    "known.stacItem": "item",
    "known.stacItems": "items",
    "known.stacCollection": "collection",
    "known.stacCatalog": "catalog",
    "known.featureCollection": "items",
}
_BY_CWL_TYPE: Final = {
    "item": "item",
    "itemcollection": "items",
    "collection": "collection",
    "catalog": "catalog",
}
_BY_TYPE_MEMBER: Final = {
    "Feature": "item",
    "Collection": "collection",
    "Catalog": "catalog",
}
# What a word in the name of an input asks for.
_BY_WORD: Final[dict[str, tuple[str, ...]]] = {
    "item": ("item",),
    "collection": ("collection",),
    "catalog": ("catalog", "collection"),
    "catalogue": ("catalog", "collection"),
}
# What a folder may be staged in from.
_FOLDER: Final = ("item", "collection", "catalog", "items")

# Names that mean an item even where nobody says STAC.
_PLAIN_NAME: Final = pattern(
    r"^(input_?)?(items?|scenes?)(_?(urls?|uris?|links?|hrefs?|refs?|references?))?$"
)
_NOUNS: Final = pattern(
    r"(items?|scenes?|products?|images?|inputs?|sources?|ur[il]s?|hrefs?|links?|refs?|"
    r"references?|data|event|collections?|catalog(ue)?s?|features?)$"
)
# A text about STAC that is not the address of a document.
_NO_ADDRESS: Final = pattern(
    r"(ids?|version|query|filter|extensions?|bands?|assets?|propert(y|ies)|limit|token|"
    r"key|names?|epsg|crs|dates?|apis?|endpoints?|servers?|services?)$"
)


def stac_document(view: View, place: Place) -> StacHint | None:
    """How an object is taken as a STAC document, or None if it is something else.

    Looked at are references to schemas that are known to be STAC's, the type in the
    application package, the members of the object and the media type.
    """
    kind = "" if view.named_types not in ([], ["object"]) else _said_kind(view, place)
    if not kind:
        return None
    return StacHint((kind,), "link" if place.outermost else "text", documents=True)


def stac_text(view: View, place: Place) -> StacHint | None:
    """How a text is taken as the address of a STAC document, or None."""
    if _is_fixed(view):
        return None
    kind = _said_kind(view, place)
    wants = (kind,) if kind else _named_kinds(place.naming)
    return StacHint(wants) if wants else None


def stac_choice(choices: list[View], place: Place) -> StacHint | None:
    """The same for alternatives: "an address, or a STAC item, or a list of them"."""
    texts = [c for c in choices if c.named_types == ["string"] and not _is_fixed(c)]
    kinds = [_said_kind(c, place, lists=True) for c in choices if c not in texts]
    if not all(kinds) or not set(kinds) - {"items"}:
        return None
    wants = tuple(dict.fromkeys(kinds))
    if re.search(r"\bFile\b", place.naming.cwl_type):
        wants = ("file", "item")
    elif re.search(r"\bDirectory\b", place.naming.cwl_type):
        wants = _FOLDER
    is_link = place.outermost and not texts
    return StacHint(wants, "link" if is_link else "text", documents=True)


def _said_kind(view: View, place: Place, *, lists: bool = False) -> str:
    """What kind of document is said, by all but names; "" for none.

    ``lists``: whether a list of features may be one of items.
    """
    naming = place.naming
    by_format = known_schemas.by_format(view.said.get("format", ""))
    for name in (f"{known_schemas.PREFIX}{by_format}", *view.references):
        if name in _BY_REFERENCE and (lists or name != "known.featureCollection"):
            return _BY_REFERENCE[name]
    file, _, tail = naming.cwl_type.rstrip("[]? ").lower().rpartition("#")
    if "stac" in file and tail.removeprefix("stac") in _BY_CWL_TYPE:
        return _BY_CWL_TYPE[tail.removeprefix("stac")]
    media_type = view.said.get("contentMediaType", "").lower()
    if "stac" in media_type or naming.widget == "stac":
        return "collection" if "collection" in media_type else "item"
    properties = view.said.get("properties", {})
    if "stac_version" not in properties:
        return ""
    kind = properties.get("type", {})
    options = kind.get("enum", ())
    return _BY_TYPE_MEMBER.get(
        str(options[0] if len(options) == 1 else kind.get("const")), ""
    )


def _is_fixed(view: View) -> bool:
    """Whether a text is something else than an address that people choose."""
    form = view.said.get("format", "uri")
    return (
        bool({"enum", "const", "pattern", "contentEncoding"} & view.said.keys())
        or (form not in ADDRESS_FORMATS and not form.startswith("stac"))
        or "stac" not in view.said.get("contentMediaType", "stac").lower()
    )


def _named_kinds(naming: Naming) -> tuple[str, ...]:
    """What the name of a text input asks for, () if it is not about STAC."""
    key = _words(naming.key)
    about = _words(f"{naming.title} {naming.description}")
    if any(map(_NO_ADDRESS.match, key)):
        return ()
    says_stac = "stac" in key or ("stac" in about and any(map(_NOUNS.match, key)))
    if not says_stac:
        return ("item",) if _PLAIN_NAME.match(naming.key.lower()) else ()
    for names in (key, about):
        for word, kinds in _BY_WORD.items():
            if {word, f"{word}s"} & names:
                return kinds
    return ("item",)


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(re.split(r"[^a-z0-9]+", spaced.lower()))


def takes_date(said: Schema, names: Naming) -> bool:
    """Whether a text is a date by its pattern, its words, or its name and examples."""
    form: str = said.get("pattern", "").strip("^$").replace("[0-9]", r"\d")
    if form:
        return form == r"\d{4}-\d{2}-\d{2}"
    samples = [said.get("default"), *said.get("examples", ())]
    if any(isinstance(one, str) and not _DATE.fullmatch(one) for one in samples):
        return False
    words = f"{names.title} {names.description}"
    if _DATE_WORDS.search(words) and not _MORE_THAN_DATE.search(words):
        return True
    return _DATE_NAME.search(names.key) is not None and any(samples)
