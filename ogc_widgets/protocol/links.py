"""Links: resolved, compared by origin, found by relation, brought back to the base.

A server's links may name a host that only the server can reach (``localhost``, a
cluster service), and may try schemes that must never be opened. A :class:`Link` is
always absolute and always has one of :data:`SCHEMES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    urlencode,
    urljoin,
    urlsplit,
    urlunsplit,
)

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.addresses import is_public, read_ip
from ogc_widgets.protocol.text import brief

SCHEMES = frozenset({"http", "https", "s3", "gs", "ftp"})
WEB_SCHEMES = frozenset({"http", "https"})
_LONGEST_URL = 8_192
# The same addresses come again and again while jobs are watched.
_MOST_KEPT = 2_048

_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
_UNSAFE = pattern(r"[\x00-\x1f\x7f-\x9f\\]")
# Halves of characters among them: the HTTP library raises over those.
_UNENCODED = pattern("[ \ud800-\udfff]")
_LINK_HEADER = pattern(r"<([^>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*"
                          r"(?:\"[^\"]*\"|[^\s;,\"]+))?)*)")  # fmt: skip
_LINK_PARAMETER = pattern(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_INNER_SUFFIXES = (".local", ".internal", ".svc", ".cluster", ".localdomain", ".lan")

Origin = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """A link of a document: absolute, with a scheme that can be shown.

    Attributes:
        href: Absolute address.
        rel: Relation as the server wrote it.
        type: Media type, or ``""``.
        title: The server's title, not cleaned.
        raw: The link as it stood in the document.
    """

    href: str
    rel: str = ""
    type: str = ""
    title: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return brief(self, self.rel, self.href)

    @property
    def relation(self) -> str:
        """The tail of the relation: ``results`` for any way to write it."""
        return relation_tail(self.rel)

    @property
    def is_html(self) -> bool:
        """Whether the link says that it leads to a page for people."""
        return "html" in self.type.lower()

    @property
    def is_json(self) -> bool:
        """Whether the link says that it leads to JSON."""
        return "json" in self.type.lower()


@lru_cache(_MOST_KEPT)
def relation_tail(rel: str) -> str:
    """Reduce a relation to its last word.

    ``http://www.opengis.net/def/rel/ogc/1.0/results``, ``[ogc-rel:results]`` and
    ``results`` are the same relation.
    """
    return re.split(r"[/#:]", rel.strip().strip("[]").rstrip("/"))[-1].lower()


def absolute(href: object, base_url: str = "") -> str:
    """Resolve an address and refuse what is not a link.

    Returns:
        The absolute address, or ``""`` if it is not one, has a scheme outside
        :data:`SCHEMES`, or holds control characters.
    """
    return _absolute(href, base_url) if isinstance(href, str) else ""


@lru_cache(_MOST_KEPT)
def _absolute(href: str, base_url: str) -> str:
    text = href.strip()
    if not text or len(text) > _LONGEST_URL or _UNSAFE.search(text):
        return ""
    try:
        joined = urljoin(base_url, text) if base_url else text
        parts = urlsplit(joined)
        # Reading the port checks it.
        is_usable = parts.hostname and parts.port != 0
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES or not is_usable:
        return ""
    return _UNENCODED.sub(lambda one: quote(one[0], errors="surrogatepass"), joined)


def split_address(text: str) -> SplitResult:
    """Split what may be an address; nothing is in it where it cannot be one."""
    try:
        return urlsplit(text)
    except ValueError:  # such as http://[
        return SplitResult("", "", "", "", "")


@lru_cache(_MOST_KEPT)
def origin(url: str) -> Origin | None:
    """Return scheme, host and port, normalised so that equal means same origin.

    Names are written as the HTTP library writes them when it connects (IDNA 2008,
    RFC 5891): ``faß.example`` and ``fass.example`` are two hosts. What it does not
    connect to is no origin.

    Returns:
        ``None`` for anything that is not an absolute address with a host.
    """
    if _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not host:
        return None
    if not host.isascii():
        # Imported here: most names are ASCII, and its tables are large.
        import idna

        try:
            host = idna.encode(host).decode("ascii")
        except idna.IDNAError:
            return None
    scheme = parts.scheme.lower()
    return scheme, host, port if port is not None else _DEFAULT_PORTS.get(scheme)


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port."""
    first = origin(one)
    return first is not None and first == origin(other)


@lru_cache(_MOST_KEPT)
def without_query(url: str) -> str:
    """Return an address fit for messages: no query, fragment or user-info."""
    parts = split_address(url)
    host = parts.netloc.rpartition("@")[2]
    shown = urlunsplit((parts.scheme, host, parts.path, "", ""))
    return shown if shown or not url else "(not an address)"


def is_private_host(url: str) -> bool:
    """Whether only machines near the server (or this one) seem to reach the host.

    Read from its name: good for saying so, not for deciding what is connected to.
    """
    known = origin(url)
    if known is None:
        return True
    host = known[1]
    ip = read_ip(host)
    if ip is None:
        return "." not in host or host.endswith(_INNER_SUFFIXES)
    return not is_public(ip)


def read_links(document: object, base_url: str = "") -> tuple[Link, ...]:
    """Read the links of a document; what is not a link is left out.

    Its member ``links`` is a list, or a mapping of relation to address (both occur).
    """
    value = document.get("links") if isinstance(document, Mapping) else document
    if isinstance(value, Mapping):
        value = [
            {"rel": rel, **(item if isinstance(item, Mapping) else {"href": item})}
            for rel, item in value.items()
        ]
    return tuple(_links(value if isinstance(value, list) else (), base_url))


def header_links(value: str, base_url: str) -> tuple[Link, ...]:
    """Read the value of a ``Link`` header (RFC 8288)."""
    found = []
    for match in _LINK_HEADER.finditer(value):
        parameters = {
            name.lower(): quoted or plain
            for name, quoted, plain in _LINK_PARAMETER.findall(match[2])
        }
        found.append({**parameters, "href": match[1]})
    return tuple(_links(found, base_url))


def _links(listed: Iterable[object], base_url: str) -> Iterator[Link]:
    for item in listed:
        if isinstance(item, Mapping) and (href := absolute(item.get("href"), base_url)):
            rel, kind, title = map(_word, map(item.get, ("rel", "type", "title")))
            yield Link(href, rel, kind, title, item)


def _word(value: object) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else ""


def find_link(
    links: Iterable[Link], *relations: str, html: bool = False
) -> Link | None:
    """Find the best link for any of the relations, JSON first.

    Args:
        links: Where to look.
        relations: Tails of relations, the most wanted first.
        html: Whether a page for people will do.
    """
    known = [link for link in links if html or not link.is_html]
    for relation in relations:
        if found := [link for link in known if link.relation == relation]:
            return min(found, key=lambda link: (not link.is_json, bool(link.type)))
    return None


@lru_cache(_MOST_KEPT)
def join_path(base_url: str, *segments: str) -> str:
    """Append path segments to an address, dropping its query and fragment."""
    parts = urlsplit(base_url)
    # Halves of characters are sent back as they came.
    tail = "/".join(
        quote(segment, safe=":@!$&'()*+,;=~-._", errors="surrogatepass")
        for segment in segments
    )
    return urlunsplit(
        (parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{tail}", "", "")
    )


def with_query(url: str, members: Mapping[str, object]) -> str:
    """Set query members, replacing those of the same name."""
    parts = urlsplit(url)
    # What stands there may be any bytes; what is new may hold halves of characters.
    known = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    kept = [(name, value) for name, value in known if name not in members]
    asked = [(name, str(value)) for name, value in members.items()]
    encoded = (
        urlencode(kept, errors="surrogateescape"),
        urlencode(asked, errors="surrogatepass"),
    )
    query = "&".join(filter(None, encoded))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


@dataclass(frozen=True, slots=True)
class Rebase:
    """Brings links that only the server can reach back to the address in use.

    Attributes:
        base_url: The address that the user gave and that works.
        own_url: The address that the server gives for itself (``self`` link of its
            landing page), or ``""``.
    """

    base_url: str
    own_url: str = ""

    def __call__(self, href: str) -> str:
        """Return the address to use for a link of this server.

        Links below the server's own address, and links to hosts that cannot be
        reached from here, keep their path and get the scheme, host, port and path
        prefix of the base address. Everything else is returned unchanged.
        """
        if self._is_below_base(href):
            return href
        parts = urlsplit(href)
        own_prefix, base_prefix = self._prefixes()
        is_own = bool(self.own_url) and same_origin(href, self.own_url)
        if parts.scheme not in WEB_SCHEMES:
            return href
        if same_origin(href, self.base_url):
            if own_prefix == base_prefix or not (
                is_own and _below(parts.path, own_prefix)
            ):
                return self._with_lost_prefix(href)
        elif not is_own and not is_private_host(href):
            return href
        path = parts.path
        if _below(path, own_prefix):
            path = base_prefix + path[len(own_prefix) :]
        base = urlsplit(self.base_url)
        return urlunsplit((base.scheme, base.netloc, path, parts.query, ""))

    def _is_below_base(self, href: str) -> bool:
        prefix = urlsplit(self.base_url).path.rstrip("/")
        return same_origin(href, self.base_url) and _below(urlsplit(href).path, prefix)

    def _with_lost_prefix(self, href: str) -> str:
        """Put back what a proxy takes away in front of the server's own path.

        Behind ``/api/ogc`` such a server takes itself to be at ``/ogc``.
        """
        parts = urlsplit(href)
        names = urlsplit(self.base_url).path.strip("/").split("/")
        for count in range(1, len(names)):
            if _below(parts.path, f"/{'/'.join(names[count:])}"):
                lost = "/".join(names[:count])
                return urlunsplit(parts._replace(path=f"/{lost}{parts.path}"))
        return href

    def _prefixes(self) -> tuple[str, str]:
        """What stands before the common tail of the server's path and ours."""
        ours = urlsplit(self.base_url).path.rstrip("/").split("/")
        own = urlsplit(self.own_url or self.base_url).path.rstrip("/").split("/")
        while len(ours) > 1 and len(own) > 1 and ours[-1] == own[-1]:
            ours.pop()
            own.pop()
        return "/".join(own), "/".join(ours)


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
