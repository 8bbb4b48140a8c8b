"""Results of a job, in every shape that servers give them.

Recognised: a mapping of output to scalar, to ``{value, mediaType, encoding}``, to
``{href, type}`` or to a list of these; one STAC or GeoJSON object alone; one
``{id, value}``; ``{"outputs": [...]}``; a list of ``{id, value}``; objects that hold
nothing but ``links``; raw bytes, text and multipart bodies; and no body but ``Link``
headers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ogc_widgets.api.links import Link, absolute, header_links, relation_tail
from ogc_widgets.api.wire import JsonValue, parse_json
from ogc_widgets.errors import ProtocolError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

RESULT = "result"
MOST_ITEMS = 10_000

_GEOJSON = frozenset(
    {
        "Feature", "FeatureCollection", "GeometryCollection", "Point", "MultiPoint",
        "LineString", "MultiLineString", "Polygon", "MultiPolygon",
    }
)  # fmt: skip
_STAC = frozenset({"Catalog", "Collection"})
_QUALIFIERS = frozenset(
    {"value", "mediaType", "mimeType", "type", "encoding", "contentEncoding",
     "schema", "format", "id", "title", "dataType", "uom", "crs"}
)  # fmt: skip


@dataclass(frozen=True)
class ResultsDocument:
    """What a job gave.

    Attributes:
        outputs: Output id to value, without the wrapping that servers put around it;
            ``{"href": ...}`` where the server gives a reference.
        items: Every STAC item found in them, in order, each once.
        raw: The body as it came: parsed JSON, or bytes.
    """

    outputs: dict[str, Any]
    items: list[dict[str, Any]]
    raw: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, outputs: dict[str, Any]) -> ResultsDocument:
        """Make results of outputs that came one by one."""
        return cls(outputs, items_in(outputs), outputs)

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """Every STAC catalogue or collection, for servers that link to their items."""
        return [
            found
            for found in _walk(self.outputs)
            if _is_spatial(found) and found["type"] in _STAC
        ]


def read_results(
    body: bytes,
    content_type: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    output_ids: Sequence[str] = (),
    url: str = "",
) -> ResultsDocument:
    """Read the results of a job.

    Args:
        body: The body of the answer.
        content_type: Its media type.
        headers: The other headers, with names in lower case.
        output_ids: Ids of the outputs as the process describes them.
        url: Address of the answer, for relative references.

    Raises:
        ProtocolError: A body that says it is JSON is not.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        parts = _parts(body, content_type)
        outputs = {
            name or _name(number, len(parts), output_ids): value
            for number, (name, value) in enumerate(parts)
        }
        return _finish(outputs, body, url)
    if not body.strip():
        links = header_links((headers or {}).get("link", ""), url)
        return _finish(_by_links(links), None, url)
    value, is_json = _value_of(body, kind, content_type, url)
    if not is_json:
        return _finish({_only(output_ids): value}, body, url)
    return _finish(_outputs(value, output_ids), value, url)


def _finish(outputs: dict[str, Any], raw: object, url: str) -> ResultsDocument:
    outputs = {name: _resolved(_plain(value), url) for name, value in outputs.items()}
    return ResultsDocument(outputs, items_in(outputs), raw)


def _value_of(
    body: bytes, kind: str, content_type: str, url: str
) -> tuple[JsonValue | bytes, bool]:
    says_json = kind.endswith(("json", "geojson"))
    first = body.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    looks_json = first in (b"{", b"[", b'"', b"n", b"t", b"f", b"-") or first.isdigit()
    if says_json or looks_json:
        try:
            return parse_json(body, source=url, content_type=content_type), True
        except ProtocolError:
            if says_json:
                raise
    if kind.startswith("text/") or kind.endswith(("xml", "yaml", "csv")):
        return body.decode("utf-8", errors="replace"), False
    return body, False


def _outputs(document: JsonValue, output_ids: Sequence[str]) -> dict[str, Any]:
    if isinstance(document, list):
        return _by_list(document, output_ids)
    if not isinstance(document, Mapping):
        return {} if document is None else {_only(output_ids): document}
    names = set(document)
    if names & set(output_ids):
        return dict(document)
    if names == {"outputs"} and isinstance(document["outputs"], (list, Mapping)):
        return _outputs(document["outputs"], output_ids)
    if _is_spatial(document):
        return {_only(output_ids): document}
    if isinstance(document.get("id"), str) and "value" in names:
        return {document["id"]: document}
    if "value" in names and names <= _QUALIFIERS:
        return {_only(output_ids): document}
    return dict(document)


def _by_list(entries: list[Any], output_ids: Sequence[str]) -> dict[str, Any]:
    if entries and all(_is_named(entry) for entry in entries):
        return {str(entry["id"]): entry for entry in entries}
    if len(entries) == 1 and isinstance(entries[0], Mapping):
        return _outputs(entries[0], output_ids)
    is_one_each = len(entries) == len(output_ids)
    if entries and is_one_each:
        return dict(zip(output_ids, entries, strict=True))
    return {_only(output_ids): entries} if entries else {}


def _is_named(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and isinstance(entry.get("id"), str)
        and not _is_spatial(entry)
        and bool({"value", "href", "data", "links"} & set(entry))
    )


def _by_links(links: Sequence[Link]) -> dict[str, Any]:
    """An answer without a body: each link is one output (Weaver)."""
    ignored = {"self", "monitor", "status", "up", "alternate", "type", "profile"}
    return {
        relation_tail(link.raw.get("id") or link.rel): {
            "href": link.href,
            **({"type": link.type} if link.type else {}),
        }
        for link in links
        if link.relation and link.relation not in ignored
    }


def _plain(value: JsonValue) -> JsonValue:
    """Take off what is wrapped around a value."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if _is_spatial(value):
        return _with_floats(value)
    if "value" in value and set(value) <= _QUALIFIERS:
        return _decoded(value)
    links = value.get("links")
    if isinstance(links, list) and links and set(value) <= {"links", "id", "title"}:
        return links
    href = value.get("href")
    if isinstance(href, str) and _is_inline(href):
        return _decoded({**value, "value": href})
    return dict(value)


def _is_inline(href: str) -> bool:
    """Some servers put the text itself where the reference belongs."""
    text = href.strip()
    return "\n" in text or text[:1] in ("{", "[") or " " in text


def _decoded(value: Mapping[str, Any]) -> JsonValue:
    inner = value["value"]
    if not isinstance(inner, str):
        return _plain(inner)
    kind = next(
        (
            item.lower()
            for item in (
                value.get("mediaType"),
                value.get("mimeType"),
                value.get("type"),
            )
            if isinstance(item, str)
        ),
        "",
    )
    encoding = value.get("encoding") or value.get("contentEncoding")
    data: str | bytes = inner
    if isinstance(encoding, str) and encoding.lower() == "base64":
        try:
            data = base64.b64decode(inner, validate=True)
        except (binascii.Error, ValueError):
            return inner
        if "json" not in kind:
            return data
    if "json" in kind:
        try:
            return _plain(parse_json(data))
        except ProtocolError:
            return inner
    return inner


def _resolved(value: JsonValue, url: str) -> JsonValue:
    """Make the references of an output absolute."""
    if isinstance(value, list):
        return [_resolved(item, url) for item in value]
    if isinstance(value, dict) and isinstance(value.get("href"), str):
        href = absolute(value["href"], url)
        return {**value, "href": href} if href else value
    return value


def _is_spatial(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    if not isinstance(kind, str):
        return False
    if kind in _STAC:
        return "stac_version" in value or "links" in value
    members = {"features", "geometry", "coordinates", "geometries"}
    return kind in _GEOJSON and bool(members & set(value))


def _with_floats(value: JsonValue) -> JsonValue:
    """Coordinates are doubles for every library that draws them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_with_floats(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _with_floats(item) for name, item in value.items()}
    return value


def _walk(value: JsonValue) -> Iterator[dict[str, Any]]:
    """Every object inside a value, outermost first, also inside JSON text."""
    if isinstance(value, str) and "stac_version" in value and value.lstrip()[:1] == "{":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list, str)):
                yield from _walk(item)


def items_in(value: JsonValue) -> list[dict[str, Any]]:
    """Return every STAC item inside a value, each once, in order."""
    return list(_items(value))


def _items(outputs: JsonValue) -> Iterator[dict[str, Any]]:
    seen: set[tuple[object, object]] = set()
    for found in _walk(outputs):
        if not is_item(found):
            continue
        key = (str(found.get("collection")), str(found.get("id")))
        if key in seen:
            continue
        seen.add(key)
        yield found
        if len(seen) >= MOST_ITEMS:
            return


def is_item(value: Mapping[str, Any]) -> bool:
    """Whether an object is a STAC item."""
    return value.get("type") == "Feature" and (
        "stac_version" in value or isinstance(value.get("assets"), Mapping)
    )


def _parts(body: bytes, content_type: str) -> list[tuple[str, JsonValue | bytes]]:
    # Imported here: few servers answer so, and the parser is slow to load.
    from email.parser import BytesParser
    from email.policy import HTTP

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", errors="replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: list[tuple[str, JsonValue | bytes]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content_id = str(part.get("Content-ID", "")).strip("<> ")
        location = str(part.get("Content-Location", ""))
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        kind = part.get_content_type()
        if location and not data.strip():
            value: JsonValue = {"href": location, "type": kind}
        else:
            value, _ = _value_of(data, kind, str(part.get("Content-Type", "")), "")
        found.append((str(name or "") or content_id.partition("@")[0], value))
    return found


def _only(output_ids: Sequence[str]) -> str:
    return output_ids[0] if len(output_ids) == 1 else RESULT


def _name(number: int, of: int, output_ids: Sequence[str]) -> str:
    if of == len(output_ids):
        return output_ids[number]
    return RESULT if number == 0 else f"{RESULT} {number + 1}"
