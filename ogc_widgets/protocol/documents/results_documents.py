"""Results of a job, in every shape that servers give them.

Recognised: a mapping of output to value; one STAC or GeoJSON object alone; one
``{id, value}``; ``{"outputs": [...]}``; a list of ``{id, value}``; raw bytes, text and
multipart bodies; and no body but ``Link`` headers. Where a document can be read in two
ways, the outputs that the process describes decide.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.documents.multipart import Part, parts_of
from ogc_widgets.protocol.documents.result_values import (
    STAC,
    Value,
    is_page,
    is_qualified,
    is_spatial,
    of_body,
    plain,
)
from ogc_widgets.protocol.links import Link, header_links, relation_tail, without_query

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue

RESULT = "result"
MOST_ITEMS = 10_000


@dataclass(frozen=True)
class ResultsDocument:
    """What a job gave.

    Attributes:
        outputs: Output id to value, without the wrapping that servers put around it;
            ``{"href": ...}`` where the server gives a reference.
        items: Every STAC item found in them, in order, each once.
        raw: The body as it came: parsed JSON, or bytes.
        media_types: Output id to media type, of those that have one.
    """

    outputs: dict[str, Any]
    items: list[dict[str, Any]]
    raw: Any = field(default=None, repr=False)
    media_types: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, Value], raw: object = None) -> ResultsDocument:
        """Make results of values that came one by one."""
        outputs = {name: one.value for name, one in values.items()}
        kinds = {name: one.media_type for name, one in values.items()}
        kinds = {name: kind for name, kind in kinds.items() if kind}
        return cls(outputs, items_in(outputs), outputs if raw is None else raw, kinds)

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """Every STAC catalogue or collection, for servers that link to their items."""
        return [
            found
            for found in _walk(self.outputs)
            if is_spatial(found) and found["type"] in STAC
        ]


def read_results(
    body: bytes,
    content_type: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    output_ids: Sequence[str] = (),
    described: Mapping[str, Sequence[str]] | None = None,
    strings: Collection[str] = (),
    url: str = "",
) -> ResultsDocument:
    """Read the results of a job.

    Args:
        body: The body of the answer.
        content_type: Its media type.
        headers: The other headers, with names in lower case.
        output_ids: Ids of the outputs as the process describes them.
        described: Output id to the media types that the process describes.
        strings: Ids of the outputs that it describes as text.
        url: Address of the answer, for relative references.

    Raises:
        ProtocolError: A JSON document that was cut off, a body of several parts in
            which none begins, or a web page where none is described.
    """
    described = described or {}
    kind = media.bare(content_type)
    if not body.strip():
        links = header_links((headers or {}).get("link", ""), url)
        found = {name: plain(one) for name, one in _by_links(links).items()}
        return ResultsDocument.of(found)
    if kind.startswith("multipart/"):
        parts = _parts(body, content_type, output_ids)
        values = {}
        for number, (name, (one, is_json)) in enumerate(parts):
            name = name or _name(number, len(parts), output_ids)
            values[name] = (
                plain(one.value, described.get(name, ()), url) if is_json else one
            )
        return ResultsDocument.of(values, body)
    only = _only(output_ids, described, kind)
    _refuse_page(body, described.get(only, ()), url)
    whole, is_json = of_body(
        body,
        content_type,
        url=without_query(url),
        encoding=(headers or {}).get("content-transfer-encoding", ""),
        is_string=only in strings,
    )
    if not is_json:
        return ResultsDocument.of({only: whole}, body)
    outputs = _outputs(whole.value, output_ids, only)
    values = {
        name: plain(value, described.get(name, ()), url)
        for name, value in outputs.items()
    }
    return ResultsDocument.of(values, whole.value)


def read_output(
    body: bytes,
    content_type: str,
    output_id: str,
    *,
    described: Sequence[str] = (),
    url: str = "",
    encoding: str = "",
    is_string: bool = False,
) -> Value:
    """Read an answer that is one output, from an address of its own.

    Args:
        body: The body of the answer.
        content_type: Its media type.
        output_id: Which output it is.
        described: Media types that the process describes for it.
        url: Address of the answer.
        encoding: Its ``Content-Transfer-Encoding``.
        is_string: Whether the process describes it as text.

    Raises:
        ProtocolError: As for :func:`read_results`.
    """
    _refuse_page(body, described, url)
    whole, is_json = of_body(
        body,
        content_type,
        url=without_query(url),
        encoding=encoding,
        is_string=is_string,
    )
    value = whole.value
    if not is_json:
        return whole
    # Some wrap it all the same, and some give all outputs at every address.
    if isinstance(value, Mapping) and not is_spatial(value):
        if value.get("id") == output_id and is_qualified(value):
            return plain(value, described, url)
        value = value.get(output_id, value)
    return plain(value, described, url)


def _refuse_page(body: bytes, described: Sequence[str], url: str) -> None:
    if is_page(body) and not any(media.is_html(kind) for kind in described):
        raise ProtocolError(
            f"{without_query(url) or 'The server'} gave a web page where the results "
            "should be.",
            safe="The job has ended well; its results were not read.",
            advice="Keep the page with job.save_results(path) to look at it, or ask "
            "the server's operators.",
        )


def _outputs(
    document: JsonValue, output_ids: Sequence[str], only: str
) -> dict[str, Any]:
    if isinstance(document, list):
        return _by_list(document, output_ids, only)
    if not isinstance(document, Mapping):
        return {} if document is None else {only: document}
    names, known = set(document), set(output_ids)
    inner = document.get("outputs")
    is_wrapped = names == {"outputs"} and isinstance(inner, (list, Mapping))
    if is_wrapped and ("outputs" not in known or _holds(inner, "outputs")):
        return _outputs(inner, output_ids, only)
    if names <= known:
        return dict(document)
    if is_spatial(document):
        # It came without a name, and may be called like one of its own members.
        like = [*names & known] if only not in known else []
        return {like[0] if len(like) == 1 else only: document}
    name = document.get("id")
    is_named = isinstance(name, str) and "value" in names
    if is_named and (name in known or not names & known):
        return {str(name): document}
    if names & known and not (is_qualified(document) and only in names & known):
        return dict(document)
    if is_qualified(document):
        return {only: document}
    return dict(document)


def _holds(wrapped: object, name: str) -> bool:
    """Whether an output is inside of a wrapper that is called like it."""
    entries = wrapped if isinstance(wrapped, list) else [wrapped]
    return any(
        isinstance(entry, Mapping) and (name in entry or entry.get("id") == name)
        for entry in entries
    )


def _by_list(
    entries: list[Any], output_ids: Sequence[str], only: str
) -> dict[str, Any]:
    if entries and all(_is_named(entry) for entry in entries):
        return {str(entry["id"]): entry for entry in entries}
    if len(entries) == 1 and isinstance(entries[0], Mapping):
        return _outputs(entries[0], output_ids, only)
    is_one_each = len(entries) == len(output_ids)
    if entries and is_one_each:
        return dict(zip(output_ids, entries, strict=True))
    return {only: entries} if entries else {}


def _is_named(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and isinstance(entry.get("id"), str)
        and not is_spatial(entry)
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
            if isinstance(item, (dict, list, str)):  # numbers are most of a geometry
                yield from _walk(item)


def items_in(value: JsonValue) -> list[dict[str, Any]]:
    """Return every STAC item inside a value, each once, in order."""
    items: dict[tuple[str, str], dict[str, Any]] = {}
    for found in _walk(value):
        if is_item(found):
            key = (str(found.get("collection")), str(found.get("id")))
            items.setdefault(key, found)
        if len(items) >= MOST_ITEMS:
            break
    return list(items.values())


def is_item(value: Mapping[str, Any]) -> bool:
    """Whether an object is a STAC item."""
    return value.get("type") == "Feature" and (
        "stac_version" in value or isinstance(value.get("assets"), Mapping)
    )


def _parts(
    body: bytes, content_type: str, output_ids: Sequence[str]
) -> list[tuple[str, tuple[Value, bool]]]:
    """Name and value of each part, and whether that is JSON."""
    found: list[tuple[str, tuple[Value, bool]]] = []
    for part in parts_of(body, content_type):
        location = part.headers.get("content-location", "")
        if location and not part.body.strip():
            kind = media.bare(part.content_type)
            value = Value({"href": location, "type": kind}), True
        else:
            encoding = part.headers.get("content-transfer-encoding", "")
            value = of_body(part.body, part.content_type, encoding=encoding)
        found.append((_part_name(part, output_ids), value))
    return found


def _part_name(part: Part, output_ids: Sequence[str]) -> str:
    content_id = part.headers.get("content-id", "").strip("<> ").partition("@")[0]
    stem = part.disposition("filename").rpartition(".")[0]
    named = part.disposition("name") or content_id
    return named or (stem if stem in output_ids else "")


def _only(
    output_ids: Sequence[str], described: Mapping[str, Sequence[str]], kind: str
) -> str:
    """The name of a value that comes without one."""
    if len(output_ids) == 1:
        return output_ids[0]
    fitting = [name for name in output_ids if kind in described.get(name, ())]
    return fitting[0] if len(fitting) == 1 else RESULT


def _name(number: int, of: int, output_ids: Sequence[str]) -> str:
    if of == len(output_ids):
        return output_ids[number]
    return RESULT if number == 0 else f"{RESULT} {number + 1}"
