"""One value of the results, taken out of whatever a server wraps around it.

Bytes come in many dresses: base64 in an object that says so (of either alphabet, with
line breaks, under names of several generations), in a ``data:`` address, in a bare text
that only the description or its own first bytes tell, or as they are.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import quopri
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from ogc_widgets.errors import ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.links import absolute, without_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.reading import mapping
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import parse_json, read_text

if TYPE_CHECKING:
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.json_type import JsonValue

_GEOJSON = {
    *("Feature", "FeatureCollection", "GeometryCollection", "Point", "MultiPoint"),
    *("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
}
STAC = frozenset({"Catalog", "Collection"})

# Names of members, in lower case and without signs.
_TYPES = ("mediatype", "mimetype", "contentmediatype", "contenttype", "type")
_ENCODINGS = (
    *("encoding", "contentencoding", "contenttransferencoding", "transferencoding"),
)
_VALUES = ("value", "data", "inlineValue")
_QUALIFIERS = frozenset(
    {*_TYPES, *_ENCODINGS, "schema", "format", "id", "title", "datatype", "uom", "crs"}
)
# Who writes one of these beside a value means its dress, whatever else stands there.
_TELLING = frozenset({*_TYPES, *_ENCODINGS} - {"type"})

_DATA_URL = pattern(r"data:([\w.+-]+/[\w.+-]+)?((?:;[^,;\s]+)*),", re.IGNORECASE)
_LEAST_ENCODED = 12
_JSON_START = pattern(rb"\{\s*\"|\[\s*([{\[\"]|-?\d[\d.eE+-]*\s*,|(true|false|null)\b)")
_STARTS = (b"{", b"[", b'"', b"n", b"t", b"f", b"-", *(b"%d" % n for n in range(10)))


@dataclass(frozen=True)
class Value:
    """A value, and its media type where that is known (else ``""``)."""

    value: JsonValue
    media_type: str = ""


def plain(value: JsonValue, described: Sequence[str] = (), url: str = "") -> Value:
    """Take off what is wrapped around an output of a document.

    Args:
        value: The output as it stands there.
        described: Media types that the process describes for it, its default first.
        url: Address of the document.
    """
    if isinstance(value, list):
        return _all(plain(item, described, url) for item in value)
    if isinstance(value, str):
        return _of_bare_text(value, described)
    if not isinstance(value, Mapping):
        return Value(value)
    if is_spatial(value):
        return Value(with_floats(value))
    kind, encoding = _format_of(value)
    if name := _value_name(value):
        return _decoded(value[name], kind, encoding, described, url)
    links = value.get("links")
    if isinstance(links, list) and links and set(value) <= {"links", "id", "title"}:
        return _all(plain(link, described, url) for link in links)
    href = value.get("href")
    if not isinstance(href, str):
        return Value(dict(value))
    if _is_inline(href):
        return _decoded(href, kind, encoding, described, url)
    # Relative ones are made absolute; those that are no address stay as they are.
    return Value({**value, "href": absolute(href, url) or href}, kind)


def of_body(answer: Reply, *, is_string: bool = False) -> tuple[Value, bool]:
    """Read a body that is one value; its own bytes count more than its media type.

    Where the description wants a string, a text may look like a number.

    Returns:
        The value, and whether it was JSON.

    Raises:
        ProtocolError: It is JSON that was cut off.
    """
    encoding = answer.headers.get("content-transfer-encoding", "")
    undone = _undo(answer.body.decode("latin-1"), encoding) if encoding else None
    body = answer.body if undone is None else undone
    kind = media.bare(answer.content_type)
    url = without_query(answer.url) if answer.url else ""
    seen = media.sniff(body)
    says_json = media.is_json(kind)
    is_binary = media.is_binary(kind) and kind != media.OCTETS
    source = f" from {url}" if url else ""
    if seen and (is_binary or not _is_utf8(body)):
        if says_json or media.is_text(kind):
            notice(f"The answer{source} says that it is {kind}, but it is {seen}.")
        return Value(body, kind if is_binary else seen), False
    start = body.removeprefix(BOM_UTF8).lstrip()[:1]
    # Bytes of some own kind are no number, but documents are labelled as anything.
    starts = _STARTS[:2] if is_string else _STARTS[:3] if is_binary else _STARTS
    if says_json or start in starts:
        is_lenient = says_json or start in _STARTS[:2]
        said = {"source": url, "content_type": answer.content_type}
        try:
            value = parse_json(body, is_lenient=is_lenient, **said)
        except ProtocolError:
            if says_json and _is_cut_json(body):
                raise
        else:
            return Value(value, kind), True
    if says_json:
        notice(f"The answer{source} says that it is JSON, but it is not.")
    hidden = _hidden(body.decode("ascii") if body.isascii() else "")
    if hidden is not None:
        return Value(hidden, kind if is_binary else media.sniff(hidden)), False
    if media.is_text(kind) or (not kind and _is_utf8(body)):
        is_text = not says_json or _is_utf8(body)
        text = read_text(body, answer.content_type, url) if is_text else body
        return Value(text, "" if says_json else kind), False
    return Value(body, kind), False


def _is_cut_json(body: bytes) -> bool:
    """Whether a body begins as JSON does and does not end so."""
    text = body.removeprefix(BOM_UTF8).strip()
    closing = {b"{": b"}", b"[": b"]"}.get(text[:1])
    is_open = closing is not None and not text.endswith(closing)
    return not text or (is_open and _JSON_START.match(text) is not None)


def is_spatial(value: Mapping[str, Any]) -> bool:
    """Whether an object is GeoJSON, or a STAC catalogue or collection."""
    kind = value.get("type")
    if not isinstance(kind, str):  # old catalogues had none
        return "type" not in value and {"stac_version", "links"} <= value.keys()
    if kind in STAC:
        return "stac_version" in value or "links" in value
    members = {"features", "geometry", "coordinates", "geometries"}
    return kind in _GEOJSON and bool(members & set(value))


def is_qualified(value: Mapping[str, Any]) -> bool:
    """Whether an object is a value with what is said about it."""
    return bool(_value_name(value))


def with_floats(value: JsonValue) -> JsonValue:
    """Coordinates are doubles for every library that draws them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [with_floats(item) for item in value]
    if isinstance(value, Mapping):
        return {name: with_floats(item) for name, item in value.items()}
    return value


def _all(values: Iterable[Value]) -> Value:
    found = list(values)
    kinds = [one.media_type for one in found if one.media_type]
    return Value([one.value for one in found], kinds[0] if kinds else "")


@lru_cache(1_000)
def _signless(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _value_name(value: Mapping[str, Any]) -> str:
    """The member that holds the value itself, or ``""``."""
    names = {_signless(name) for name in value}
    inner = {_signless(name) for name in mapping(value.get("format"))}
    is_telling = bool((names | inner) & _TELLING)
    for name in _VALUES:
        others = names - {_signless(name)}
        if name in value and (is_telling or (name != "data" and others <= _QUALIFIERS)):
            return name
    return ""


def _format_of(value: Mapping[str, Any]) -> tuple[str, str]:
    """The media type and the encoding that are said, at the value or in ``format``."""
    told = value.get("format")
    places = [mapping(one) for one in (value, told, value.get("schema"))]
    if isinstance(told, str):
        places.append({"type" if "/" in told else "encoding": told})
    kind = encoding = ""
    for place in filter(None, places):
        said = {_signless(name): one for name, one in place.items()}
        types = map(said.get, _TYPES)
        ways = map(said.get, _ENCODINGS)
        kind = kind or next(
            (t.strip() for t in types if type(t) is str and "/" in t), ""
        )
        encoding = encoding or next((way for way in ways if type(way) is str), "")
    return kind, encoding


def _is_inline(href: str) -> bool:
    """Some servers put the text itself where the reference belongs."""
    text = href.strip()
    is_text = "\n" in text or text[:1] in ("{", "[") or " " in text
    return is_text or _DATA_URL.match(text) is not None


def _decoded(
    inner: JsonValue, kind: str, encoding: str, described: Sequence[str], url: str
) -> Value:
    """Read a value by the media type and the encoding that are said of it."""
    if isinstance(inner, list) and (kind or encoding):
        return _all(_decoded(one, kind, encoding, described, url) for one in inner)
    if not isinstance(inner, str):
        found = plain(inner, described, url)
        return Value(found.value, found.media_type or kind)
    if not _DATA_URL.match(inner.strip()):
        data = _undo(inner, encoding)
        if data is not None:
            return _of_bytes(data, kind, inner)
        if media.is_json(kind):
            return _of_json(inner, kind, inner, url)
        if kind and not media.is_binary(kind):
            return Value(inner, kind)
    found = _of_bare_text(inner, (kind,) if kind else described)
    if isinstance(found.value, str) and encoding.lower() == "binary":
        with contextlib.suppress(UnicodeEncodeError):  # a character for each byte
            return Value(inner.encode("latin-1"), kind)
    return Value(found.value, kind or found.media_type)


def _of_json(text: str | bytes, kind: str, otherwise: str, url: str = "") -> Value:
    try:
        return Value(plain(parse_json(text, is_lenient=True), (), url).value, kind)
    except ProtocolError:
        return Value(otherwise, kind)


def _of_bytes(data: bytes, kind: str, text: str) -> Value:
    """What an encoding hid: text and JSON are read, all else stays bytes."""
    if not media.is_text(kind):
        return Value(data, _kind_of(kind, data))
    if media.is_json(kind):
        return _of_json(data, kind, text)
    # A server that says so of every text was not right about this one.
    return Value(data.decode() if _is_utf8(data) else text, kind)


def _of_bare_text(text: str, described: Sequence[str]) -> Value:
    """A text that says nothing about itself."""
    kind = described[0] if described else ""
    if is_data_url(text):
        found = read_data_url(text)
        return Value(text) if found is None else _of_bytes(*found, text)
    data = _hidden(text, is_sure=media.is_binary(kind))
    if data is None:
        return Value(text, kind if media.is_text(kind) else "")
    return Value(data, _kind_of(kind, data))


def is_data_url(text: str) -> bool:
    """Whether a text is a ``data:`` address, which holds its bytes itself."""
    found = _DATA_URL.match(text.strip())
    return found is not None and bool(found[1] or "base64" in found[2].lower())


def read_data_url(text: str) -> tuple[bytes, str] | None:
    """What a ``data:`` address holds and its media type (RFC 2397).

    Returns:
        ``None`` if it is none, or not encoded as it says.
    """
    found = _DATA_URL.match(text.strip())
    if found is None:
        return None
    payload = text.strip()[found.end() :]
    is_encoded = found[2].lower().endswith(";base64")
    data = _undo(payload, "base64") if is_encoded else unquote_to_bytes(payload)
    return None if data is None else (data, (found[1] or "text/plain").lower())


def _kind_of(kind: str, data: bytes) -> str:
    return kind if kind not in ("", media.OCTETS) else media.sniff(data) or kind


def _undo(text: str, encoding: str) -> bytes | None:
    """Undo an encoding; ``None`` if it is none of bytes, or was not used."""
    name = re.sub(r"[^a-z0-9]", "", encoding.lower())
    try:
        if "base64" in name or name in ("b64", "byte"):
            return _from_base64(text)
        if name in ("hex", "base16", "hexbinary"):
            return bytes.fromhex(text)
        if name == "base32":
            return base64.b32decode("".join(text.split()), casefold=True)
        if name == "quotedprintable":
            return quopri.decodestring(text.encode())
    except (binascii.Error, ValueError):
        notice(
            f"A value said to be encoded as {clean(encoding, limit=40)} is not; it "
            "was kept as it came."
        )
    return None


def _from_base64(text: str) -> bytes:
    """Read either alphabet, with line breaks, with or without its padding."""
    compact = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)


def _hidden(text: str, *, is_sure: bool = False) -> bytes | None:
    """The bytes of a text that is base64, though nothing says so.

    Only those that show their type, if it is not sure that bytes are expected.
    """
    if len(text) < _LEAST_ENCODED:
        return None
    with contextlib.suppress(binascii.Error, ValueError):
        # The beginning tells, without decoding what is long.
        if media.sniff(_from_base64("".join(text[:64].split())[:24])):
            return _from_base64(text)
        if is_sure and len("".join(text.split())) % 4 == 0 and text[:1] not in "/.":
            return _from_base64(text)
    return None


def _is_utf8(body: bytes) -> bool:
    try:
        return "\x00" not in body.decode("utf-8")
    except UnicodeDecodeError:
        return False
