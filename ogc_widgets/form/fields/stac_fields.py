"""STAC items, collections and catalogues as inputs: recognised, written and read.

A field of this kind holds one text: the address of a document, or where the input takes
it, the document itself as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.stac.stac_documents import id_of, self_address
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.fields.fields import UNSET, Field, StacHint
from ogc_widgets.form.schema import exact, known_schemas
from ogc_widgets.form.schema.dialects import type_names

if TYPE_CHECKING:
    from ogc_widgets.form.fields.build_context import Naming
    from ogc_widgets.protocol.wire import JsonValue

Json = Mapping[str, Any]

ADDRESS_FORMATS: Final = frozenset({"uri", "iri", "url", "uri-reference"})

_BY_REFERENCE: Final = {
    "stacItem": "item",
    "stacItems": "items",
    "stacCollection": "collection",
    "stacCatalog": "catalog",
    "featureCollection": "items",
}
_BY_CWL_TYPE: Final = {
    "item": "item",
    "stacitem": "item",
    "itemcollection": "items",
    "stacitemcollection": "items",
    "collection": "collection",
    "staccollection": "collection",
    "catalog": "catalog",
    "staccatalog": "catalog",
}
_BY_TYPE_MEMBER: Final = {
    "Feature": "item",
    "Collection": "collection",
    "Catalog": "catalog",
}
# What a folder may be staged in from.
_FOLDER: Final = ("item", "collection", "catalog", "items")

# Names that mean an item even where nobody says STAC.
_PLAIN_NAME: Final = re.compile(
    r"^(input_?)?(items?|scenes?)(_?(urls?|uris?|links?|hrefs?|refs?|references?))?$"
)
_NOUNS: Final = re.compile(
    r"(items?|scenes?|products?|images?|inputs?|sources?|ur[il]s?|hrefs?|links?|refs?|"
    r"references?|data|event|collections?|catalog(ue)?s?|features?)$"
)
# A text about STAC that is not the address of a document.
_NO_ADDRESS: Final = re.compile(
    r"(ids?|version|query|filter|extensions?|bands?|assets?|propert(y|ies)|limit|token|"
    r"key|names?|epsg|crs|dates?)$"
)


def recognise_document(
    view: Json, references: Iterable[str], naming: Naming, *, outermost: bool
) -> StacHint | None:
    """How an object is taken as a STAC document, or None if it is something else.

    Looked at are references to schemas that are known to be STAC's, the type in the
    application package, the members of the object and the media type.

    Args:
        view: The schema.
        references: Names of the definitions that it came from.
        naming: The words around it.
        outermost: Whether a link may stand there instead of the document.
    """
    if type_names(view) not in ([], ["object"]):
        return None
    kind = _said_kind(view, references, naming)
    if not kind:
        return None
    return StacHint((kind,), "link" if outermost else "text", documents=True)


def recognise_text(view: Json, naming: Naming) -> StacHint | None:
    """How a text is taken as the address of a STAC document, or None."""
    if _is_fixed(view):
        return None
    kind = _said_kind(view, (), naming)
    wants = (kind,) if kind else _named_kinds(naming)
    return StacHint(wants) if wants else None


def recognise_choice(
    choices: Iterable[tuple[Json, Iterable[str]]], naming: Naming, *, outermost: bool
) -> StacHint | None:
    """The same for alternatives: "an address, or a STAC item, or a list of them"."""
    wants: list[str] = []
    has_address = is_stac = False
    for view, references in choices:
        if type_names(view) == ["string"] and not _is_fixed(view):
            has_address = True
            continue
        kind = _said_kind(view, references, naming, lists=True)
        if not kind:
            return None
        is_stac = is_stac or kind != "items"
        wants.append(kind)
    if not is_stac:
        return None
    if re.search(r"\bFile\b", naming.cwl_type):
        wants = ["file", "item"]
    elif re.search(r"\bDirectory\b", naming.cwl_type):
        wants = list(_FOLDER)
    return StacHint(
        tuple(dict.fromkeys(wants)),
        "text" if has_address or not outermost else "link",
        documents=True,
    )


def value_of(field: Field, draft: JsonValue) -> JsonValue:
    """The value that a draft stands for.

    Raises:
        NotJsonError: It begins like a document but is not JSON.
    """
    hint = field.stac
    if not isinstance(draft, str) or not draft.strip() or hint is None:
        return UNSET
    if hint.documents and is_document(draft):
        return exact.loads(draft)
    return {"href": draft.strip()} if hint.writes == "link" else draft


def draft_of(field: Field, value: JsonValue) -> str | None:
    """The text that shows a value, or None if there is none."""
    hint = field.stac
    if hint is None:
        return None
    if isinstance(value, str):
        return value if hint.writes == "text" and value else None
    if not isinstance(value, Mapping):
        return None
    if hint.writes == "link" and value.keys() == {"href"}:
        address = value["href"]
        return address if isinstance(address, str) else None
    return exact.dumps(value, indent=2) if hint.documents else None


def takes_one(field: Field) -> bool:
    """Whether a field takes one document only."""
    target = _target(field)
    return target is not None and target[1].kind == "stac"


def with_items(field: Field, draft: JsonValue, items: list[Any]) -> JsonValue:
    """The draft with more items in it; None if the field takes none.

    Args:
        field: A field of STAC documents, a list of such, or a choice that has one.
        draft: What is on the screen.
        items: Items as dicts, or addresses.

    Raises:
        InputError: An item has no address, and the field takes no documents.
    """
    target = _target(field)
    if target is None:
        return None
    branch, inner = target
    if branch is not None:
        is_chosen = isinstance(draft, Mapping) and draft.get("branch") == branch
        before = draft["draft"] if is_chosen else None
        return {"branch": branch, "draft": with_items(inner, before, items)}
    if inner.kind == "stac" and inner.stac is not None:
        if "items" in inner.stac.wants and "item" not in inner.stac.wants:
            return _as_one_list(draft, items)
        texts = [_text_of(inner.stac, item) for item in items]
        return texts[-1] if texts else draft
    hint = inner.item.stac if inner.item is not None else None
    rows = [row for row in draft or () if row is not None]
    for item in items:
        text = _text_of(hint, item) if hint is not None else ""
        if text not in rows:
            rows.append(text)
    return rows or None


def _target(field: Field) -> tuple[int | None, Field] | None:
    """Number of the branch, if any, and the field that items go into."""
    if field.kind == "stac" or (
        field.kind == "list" and field.item is not None and field.item.kind == "stac"
    ):
        return None, field
    if field.kind != "union":
        return None
    # Several are better than one.
    for kind in ("list", "stac"):
        for number, branch in enumerate(field.branches):
            if branch.kind == kind and _target(branch) is not None:
                return number, branch
    return None


def _text_of(hint: StacHint, item: JsonValue) -> str:
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        raise InputError(f"{type(item).__name__} is not a STAC item.")
    address = self_address(item)
    if address:
        return address
    if hint.documents:
        return exact.dumps(item, indent=2)
    raise InputError(
        f"The item {id_of(item) or 'without id'} has no address of its own, and this "
        "input takes addresses only."
    )


def _as_one_list(draft: JsonValue, items: list[Any]) -> str:
    """A document that holds what a draft holds, and more items."""
    before = exact.loads(draft) if isinstance(draft, str) and is_document(draft) else {}
    found = before.get("features") if isinstance(before, Mapping) else None
    features = list(found) if isinstance(found, list) else []
    names = [one.get("id") for one in features if isinstance(one, Mapping)]
    for item in items:
        if not isinstance(item, Mapping):
            raise InputError(
                "This input takes the items themselves, not their addresses."
            )
        if item.get("id") not in names:
            features.append(dict(item))
    document = {"type": "FeatureCollection", "features": features}
    return exact.dumps(document, indent=2)


def is_document(text: str) -> bool:
    """Whether a text is a document and not an address."""
    return text.lstrip()[:1] == "{"


def documents_in(field: Field, draft: JsonValue) -> Iterator[tuple[Field, str]]:
    """Field and text of every STAC document that is entered in an input."""
    if field.kind == "stac" and isinstance(draft, str) and draft.strip():
        yield field, draft
    for _, member, part in tree.parts(field, draft):
        yield from documents_in(member, part)


def _said_kind(
    view: Json, references: Iterable[str], naming: Naming, *, lists: bool = False
) -> str:
    by_format = known_schemas.by_format(str(view.get("format", "")))
    for reference in (f"{known_schemas.PREFIX}{by_format}", *references):
        name = reference.removeprefix(known_schemas.PREFIX)
        if name != reference and (name.startswith("stac") or lists):
            found = _BY_REFERENCE.get(name, "")
            if found:
                return found
    file, _, tail = naming.cwl_type.rstrip("[]? ").rpartition("#")
    if "stac" in file.lower() and tail.lower() in _BY_CWL_TYPE:
        return _BY_CWL_TYPE[tail.lower()]
    media_type = str(view.get("contentMediaType", "")).lower()
    if "stac" in media_type or naming.widget == "stac":
        return "collection" if "collection" in media_type else "item"
    return _kind_by_members(view)


def _kind_by_members(view: Json) -> str:
    properties = view.get("properties")
    if not isinstance(properties, Mapping) or "stac_version" not in properties:
        return ""
    kind = properties.get("type")
    options = kind.get("enum") if isinstance(kind, Mapping) else None
    value = kind.get("const") if isinstance(kind, Mapping) else None
    if isinstance(options, list) and len(options) == 1:
        value = options[0]
    return _BY_TYPE_MEMBER.get(str(value), "")


def _is_fixed(view: Json) -> bool:
    """Whether a text is something else than an address that people choose."""
    form = view.get("format", "uri")
    media_type = str(view.get("contentMediaType", "stac"))
    return (
        bool({"enum", "const", "pattern", "contentEncoding"} & view.keys())
        or (form not in ADDRESS_FORMATS and not str(form).startswith("stac"))
        or "stac" not in media_type.lower()
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
        if names & {"item", "items"}:
            return ("item",)
        if names & {"collection", "collections"}:
            return ("collection",)
        if names & {"catalog", "catalogs", "catalogue", "catalogues"}:
            return ("catalog", "collection")
    return ("item",)


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(re.split(r"[^a-z0-9]+", spaced.lower()))
