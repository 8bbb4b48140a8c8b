"""The draft of STAC documents: one text, an address or the document itself as JSON.

It becomes a value for the request and is made of one; items of a search go into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.stac.stac_documents import id_of, self_address
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, StacHint, Value
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue


def value_of(field: Field, draft: Draft) -> Value:
    """The value that a draft stands for.

    Raises:
        NotJsonError: It begins like a document but is not JSON.
    """
    hint = field.stac
    if not isinstance(draft, str) or not draft.strip() or hint is None:
        return UNSET
    if hint.documents and is_document(draft):
        document: JsonValue = exact.loads(draft)
        return document
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


def with_items(field: Field, draft: Draft, items: list[Any]) -> Draft:
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
        chosen = tree.members_of(draft)
        before = chosen.get("draft") if chosen.get("branch") == branch else None
        return {"branch": branch, "draft": with_items(inner, before, items)}
    hint = inner.stac or (inner.item and inner.item.stac) or StacHint()
    if inner.kind == "stac" and "items" in hint.wants and "item" not in hint.wants:
        return _as_one_list(draft, items)
    texts = [_text_of(hint, item) for item in items]
    if inner.kind == "stac":
        return texts[-1] if texts else draft
    rows = [row for row in tree.rows_of(draft) if row is not None]
    return [*rows, *(t for t in dict.fromkeys(texts) if t not in rows)] or None


def _target(field: Field) -> tuple[int | None, Field] | None:
    """Number of the branch, if any, and the field that items go into."""
    if field.kind == "stac" or (
        field.kind == "list" and field.item is not None and field.item.kind == "stac"
    ):
        return None, field
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


def _as_one_list(draft: object, items: list[Any]) -> str:
    """A document that holds what a draft holds, and more items."""
    before = exact.loads(draft) if isinstance(draft, str) and is_document(draft) else {}
    found = before.get("features")
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


def documents_in(field: Field, draft: Draft) -> Iterator[tuple[Field, str]]:
    """Field and text of every STAC document that is entered in an input."""
    for _, part, text in tree.parts_of_kind("stac", field, draft):
        if isinstance(text, str) and text.strip():
            yield part, text
