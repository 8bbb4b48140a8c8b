"""Which schemas are STAC items, collections or catalogues, by what is said of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ogc_widgets.form.fields.fields import StacHint
from ogc_widgets.form.schema import known_schemas
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from ogc_widgets.form.fields.build_context import Naming, Place
    from ogc_widgets.form.schema.view import View

ADDRESS_FORMATS: Final = frozenset({"uri", "iri", "url", "uri-reference"})

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
    r"key|names?|epsg|crs|dates?)$"
)


def recognise_document(view: View, place: Place) -> StacHint | None:
    """How an object is taken as a STAC document, or None if it is something else.

    Looked at are references to schemas that are known to be STAC's, the type in the
    application package, the members of the object and the media type.
    """
    kind = "" if view.named_types not in ([], ["object"]) else _said_kind(view, place)
    if not kind:
        return None
    return StacHint((kind,), "link" if place.outermost else "text", documents=True)


def recognise_text(view: View, place: Place) -> StacHint | None:
    """How a text is taken as the address of a STAC document, or None."""
    if _is_fixed(view):
        return None
    kind = _said_kind(view, place)
    wants = (kind,) if kind else _named_kinds(place.naming)
    return StacHint(wants) if wants else None


def recognise_choice(choices: list[View], place: Place) -> StacHint | None:
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

    Args:
        view: The schema.
        place: Where it stands.
        lists: Whether a list of features may be one of items.
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
