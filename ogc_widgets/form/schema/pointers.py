"""Where a reference inside of a document leads: pointers, anchors and ``$id``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin

from ogc_widgets.form.fields.fields import number_of_step

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue

Json = Mapping[str, "JsonValue"]

_MAX_SEARCHED: Final = 2_000
_MAX_ADDRESS: Final = 2_000


def look_up(document: JsonValue, pointer: str) -> JsonValue:
    """What a fragment such as "/$defs/a" or "anchor" points at, or None."""
    if pointer in ("", "/"):
        return document
    if not pointer.startswith("/"):
        anchors = document.get("$defs", {}) if isinstance(document, Mapping) else {}
        found = [
            member
            for member in (anchors.values() if isinstance(anchors, Mapping) else ())
            if isinstance(member, Mapping)
            and pointer in (member.get("$anchor"), member.get("$dynamicAnchor"))
        ]
        return found[0] if found else None
    node = document
    for part in unquote(pointer[1:]).split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        else:
            number = number_of_step(part)
            if not isinstance(node, list) or number is None or number >= len(node):
                return None
            node = node[number]
    return node


def claimed(document: JsonValue) -> dict[str, JsonValue]:
    """What a document claims with ``$id``: absolute address to schema."""
    if not isinstance(document, Mapping):
        return {}
    base = _id_of(document)
    result: dict[str, JsonValue] = {}
    for node in _nodes(document):
        own = _id_of(node)
        if own:
            result.setdefault(_joined(base, own).partition("#")[0], node)
    return result


def identified(document: JsonValue, ids: Json, reference: str) -> JsonValue:
    """What an address means that the document claims, or None.

    Args:
        document: The document, for its own address.
        ids: What it claims, see :func:`claimed`.
        reference: The address, absolute or relative.
    """
    if not ids or not isinstance(document, Mapping) or len(reference) > _MAX_ADDRESS:
        return None
    wanted, _, fragment = _joined(_id_of(document), reference).partition("#")
    return look_up(ids[wanted], fragment) if wanted in ids else None


def _id_of(node: Json) -> str:
    own = node.get("$id", node.get("id"))
    return own if isinstance(own, str) and len(own) <= _MAX_ADDRESS else ""


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _nodes(document: Json) -> Iterator[Json]:
    waiting: list[JsonValue] = [document]
    for _ in range(_MAX_SEARCHED):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
