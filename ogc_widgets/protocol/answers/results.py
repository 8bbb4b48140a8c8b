"""Results of a job, in every shape that servers give them.

Recognised: a mapping of output to value; one STAC or GeoJSON object alone; one
``{id, value}``; ``{"outputs": [...]}``; a list of ``{id, value}``; raw bytes, text and
multipart bodies; and no body but ``Link`` headers. Where a document can be read in two
ways, the outputs that the process describes decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.result_values import (
    STAC,
    Value,
    is_qualified,
    is_spatial,
    of_body,
    plain,
)
from ogc_widgets.protocol.links import Link, relation_tail, without_query
from ogc_widgets.protocol.reading import mapping, objects

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.descriptions import OutputDescription
    from ogc_widgets.protocol.json_type import JsonValue

    Described = Mapping[str, OutputDescription]

RESULT = "result"
_DISPOSITION = pattern(r";\s*(name|filename)=(?:\"([^\"]*)\"|([^;\s]+))", re.IGNORECASE)
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
        url: Address of the document, or ``""``.
        note: What is missing among the items, for people; ``""`` if nothing is.
        stac: Addresses of references that turned out to be STAC.
    """

    outputs: dict[str, Any]
    items: list[dict[str, Any]]
    raw: Any = field(default=None, repr=False)
    media_types: dict[str, str] = field(default_factory=dict)
    url: str = ""
    note: str = ""
    stac: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, values: Mapping[str, Value], raw: object = None, url: str = ""
    ) -> ResultsDocument:
        """Make results of values that came one by one."""
        outputs = {name: one.value for name, one in values.items()}
        kinds = {name: one.media_type for name, one in values.items()}
        kinds = {name: kind for name, kind in kinds.items() if kind}
        raw = outputs if raw is None else raw
        return cls(outputs, items_in(outputs), raw, kinds, url)

    @property
    def catalogs(self) -> list[dict[str, Any]]:
        """Every STAC catalogue or collection, for servers that link to their items."""
        return [
            found
            for found in _walk(self.outputs)
            if is_spatial(found) and found.get("type", "Catalog") in STAC
        ]


def read_results(
    answer: Reply, output_ids: Sequence[str] = (), described: Described | None = None
) -> ResultsDocument:
    """Read the results of a job, given the outputs that are wanted and described.

    Raises:
        ProtocolError: A JSON document that was cut off, a body of several parts in
            which none begins, or a web page where none is described.
    """
    described = described or {}
    if not answer.body.strip():
        found = {name: plain(one) for name, one in _by_links(answer.links).items()}
        return ResultsDocument.of(found)
    kind = media.bare(answer.content_type)
    if kind.startswith("multipart/"):
        values = {}
        parts = _parts(answer)
        for number, part in enumerate(parts):
            # Without a name of its own it has its place, if all are there.
            is_each = len(parts) == len(output_ids)
            other = f"{RESULT} {number + 1}" if number else RESULT
            place = output_ids[number] if is_each else other
            name = _part_name(part, output_ids) or place
            values[name] = _of_part(part, _kinds(described, name), answer.url)
        return ResultsDocument.of(values, answer.body)
    only = _only(output_ids, described, kind)
    whole, is_json = _of_answer(answer, described.get(only))
    if not is_json:
        return ResultsDocument.of({only: whole}, answer.body)
    values = {
        name: plain(value, _kinds(described, name), answer.url)
        for name, value in _outputs(whole.value, output_ids, only).items()
    }
    return ResultsDocument.of(values, whole.value, answer.url)


def read_output(
    answer: Reply, output_id: str, described: OutputDescription | None = None
) -> Value:
    """Read an answer that is one output, from an address of its own.

    Raises:
        ProtocolError: As for :func:`read_results`.
    """
    whole, is_json = _of_answer(answer, described)
    if not is_json:
        return whole
    value = whole.value
    # Some wrap it all the same, and some give all outputs at every address.
    if isinstance(value, Mapping) and not is_spatial(value):
        is_wrapped = value.get("id") == output_id and is_qualified(value)
        value = value if is_wrapped else value.get(output_id, value)
    return plain(value, described.media_types if described else (), answer.url)


def _of_answer(
    answer: Reply, described: OutputDescription | None
) -> tuple[Value, bool]:
    kinds = described.media_types if described else ()
    if media.is_page(answer.body) and not any(map(media.is_html, kinds)):
        where = without_query(answer.url) or "The server"
        raise _unread(f"{where} gave a web page where the results should be.", "page")
    return of_body(answer, is_string=described is not None and described.is_string)


def _unread(what: str, thing: str) -> ProtocolError:
    return ProtocolError(
        what,
        safe="The job has ended well; its results were not read.",
        advice=f"Keep the {thing} with job.save_results(path) to look at it, or ask "
        "the server's operators.",
    )


def _kinds(described: Described, name: str) -> Sequence[str]:
    return described[name].media_types if name in described else ()


def _outputs(
    document: JsonValue, output_ids: Sequence[str], only: str
) -> dict[str, Any]:
    if isinstance(document, list):
        return _by_list(document, output_ids, only)
    if not isinstance(document, Mapping):
        return {} if document is None else {only: document}
    names, known = set(document), set(output_ids)
    inner = document.get("outputs")
    if names == {"outputs"} and isinstance(inner, (list, Mapping)):
        entries = [one for one in objects(inner) if "outputs" in (*one, one.get("id"))]
        if entries or "outputs" not in known:
            return _outputs(inner, output_ids, only)
    if names <= known:
        return dict(document)
    shared = names & known
    if is_spatial(document):
        # It came without a name, and may be called like one of its own members.
        like = [*shared] if only not in known else []
        return {like[0] if len(like) == 1 else only: document}
    name = document.get("id")
    is_named = isinstance(name, str) and "value" in names
    if is_named and (name in known or not shared):
        return {str(name): document}
    is_one = is_qualified(document) and (only in shared or not shared)
    return {only: document} if is_one else dict(document)


def _by_list(
    entries: list[Any], output_ids: Sequence[str], only: str
) -> dict[str, Any]:
    if not entries:
        return {}
    if all(_is_named(entry) for entry in entries):
        return {str(entry["id"]): entry for entry in entries}
    if len(entries) == 1 and isinstance(entries[0], Mapping):
        return _outputs(entries[0], output_ids, only)
    if len(entries) == len(output_ids):
        return dict(zip(output_ids, entries, strict=True))
    return {only: entries}


def _is_named(entry: object) -> bool:
    members = mapping(entry)
    is_output = {"value", "href", "data", "links"} & set(members)
    is_named = isinstance(members.get("id"), str) and not is_spatial(members)
    return bool(is_output and is_named)


def _by_links(links: Sequence[Link]) -> dict[str, Any]:
    """An answer without a body: each link is one output (Weaver)."""
    ignored = {"self", "monitor", "status", "up", "alternate", "type", "profile", ""}
    wanted = [link for link in links if link.relation not in ignored]
    return {
        relation_tail(link.raw.get("id") or link.rel): {
            "href": link.href,
            **({"type": link.type} if link.type else {}),
        }
        for link in wanted
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
    for found in filter(is_item, _walk(value)):
        items.setdefault((str(found.get("collection")), str(found.get("id"))), found)
        if len(items) >= MOST_ITEMS:
            break
    return list(items.values())


def is_item(value: Mapping[str, Any]) -> bool:
    """Whether an object is a STAC item."""
    return value.get("type") == "Feature" and (
        "stac_version" in value or isinstance(value.get("assets"), Mapping)
    )


def _parts(answer: Reply) -> list[Reply]:
    """The parts of a body, each like an answer of its own."""
    # Imported here: it brings in sockets and locales, for bodies that are rare.
    from email import message_from_bytes

    kind = answer.content_type
    first = re.match(rb"\s*--([^\r\n]+)", answer.body)
    if first and not re.search("boundary=.", kind):
        kind += f'; boundary="{first[1].decode("latin-1").strip()}"'
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    parts = message_from_bytes(head + answer.body).get_payload()
    if not isinstance(parts, list):
        what = "The answer should have several parts, but none begins in it."
        raise _unread(what, "answer")
    found = []
    for part in (one for one in parts if not isinstance(one, str)):
        headers = {name.lower(): str(value) for name, value in part.items()}
        # Undone later, as servers have more names for it than mail has.
        del part["Content-Transfer-Encoding"]
        body = part.get_payload(decode=True)
        found.append(Reply(200, headers, body if isinstance(body, bytes) else b""))
    return found


def _of_part(part: Reply, kinds: Sequence[str], url: str) -> Value:
    location = part.headers.get("content-location", "")
    if location and not part.body.strip():
        href = {"href": location, "type": media.bare(part.content_type)}
        return plain(href, kinds, url)
    one, is_json = of_body(part)
    return plain(one.value, kinds, url) if is_json else one


def _part_name(part: Reply, output_ids: Sequence[str]) -> str:
    said = part.headers.get("content-disposition", "")
    named = {
        name.lower(): quoted or plain_text
        for name, quoted, plain_text in _DISPOSITION.findall(said)
    }
    content_id = part.headers.get("content-id", "").strip("<> ").partition("@")[0]
    stem = named.get("filename", "").rpartition(".")[0]
    return named.get("name") or content_id or (stem if stem in output_ids else "")


def _only(output_ids: Sequence[str], described: Described, kind: str) -> str:
    """The name of a value that comes without one."""
    if len(output_ids) == 1:
        return output_ids[0]
    fitting = [name for name in output_ids if kind in _kinds(described, name)]
    return fitting[0] if len(fitting) == 1 else RESULT
