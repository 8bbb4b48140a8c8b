"""The address of a server as people write it, and where its resources are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from ogc_widgets.errors import InputError, LinkWarning
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.addresses import is_public, read_ip
from ogc_widgets.protocol.links import (
    Rebase,
    find_link,
    join_path,
    origin,
    same_origin,
    without_query,
)
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.server import LandingPage

# The resources below a landing page, whose addresses people copy from the browser. A
# landing page may have such a name itself (GeoServer: /ogc/processes/v1), so what was
# given is tried first, and a part of it may be such a resource, too.
_RESOURCE = pattern(
    r"(?=/(?:(?:conformance|processes|jobs)(?:\.html?)?(?:/.*)?"
    r"|(?:api|openapi|index)(?:\.html?)?)$)"
)
_PROCESS = pattern(r"/processes/([^/]+?)(?:\.html?)?(?:/.*)?$")
_PAGE_QUERY = frozenset({"f", "lang"})


class Typed(NamedTuple):
    """An address as somebody typed it, taken apart.

    Attributes:
        url: The address without a trailing slash, query or user-info.
        user: The user and password that stood in it, if any.
        params: The members of its query, but for those that choose a page.
        has_slash: Whether it ended with a slash.
    """

    url: str
    user: tuple[str, str] | None
    params: dict[str, str]
    has_slash: bool


def clean_url(url: object) -> Typed:
    """Read the address of a landing page in any reasonable spelling.

    What has one, as ``ogc.lab()`` and clients do, stands for it.
    """
    url = getattr(url, "url", url)
    text = url.strip().strip("<>\"'") if isinstance(url, str) else ""
    if "://" not in text and text:
        host = re.split(r"[/:?#]", text)[0]
        text = f"{'http' if _is_near(host) else 'https'}://{text}"
    known = origin(text)
    if known is None or known[0] not in ("http", "https") or " " in text:
        raise InputError(
            f"{clean(text or url, limit=100)!r} is not the address of a server.",
            advice='It should look like "https://example.org/acme/ogc-api".',
        )
    parts = urlsplit(text)
    host = parts.netloc.rpartition("@")[2]
    user = None
    if parts.username is not None:
        user = (unquote(parts.username), unquote(parts.password or ""))
    query = parse_qsl(parts.query, keep_blank_values=True)
    return Typed(
        urlunsplit((parts.scheme.lower(), host, parts.path.rstrip("/"), "", "")),
        user,
        {name: value for name, value in query if name not in _PAGE_QUERY},
        parts.path.endswith("/"),
    )


def outer_urls(url: str) -> list[tuple[str, str]]:
    """What an address of another resource may belong to, the longest first.

    Returns:
        Addresses of landing pages, each with the id of the process below it that the
        address is of, or "".
    """
    found = []
    for match in _RESOURCE.finditer(urlsplit(url).path):
        outer = urlunsplit(urlsplit(url)._replace(path=match.string[: match.start()]))
        named = _PROCESS.match(match.string, match.start())
        found.append((outer, unquote(named[1]) if named else ""))
    return found[::-1]


def is_landing_page(document: object) -> bool:
    """Whether a document is a landing page and not another resource of a server."""
    others = {"processes", "jobs", "conformsTo", "inputs", "jobID", "openapi"}
    return isinstance(document, Mapping) and not others & set(document)


def _is_near(host: str) -> bool:
    ip = read_ip(host)
    return "." not in host if ip is None else not is_public(ip)


@dataclass(frozen=True)
class Resources:
    """Where the resources of a server are.

    Attributes:
        landing: The landing page, or ``None`` if the server has none that can be read.
        rebase: Brings the server's links back to the address in use.
        processes_url: The list of processes.
        jobs_url: The list of jobs.
        conformance_url: The conformance declaration.
    """

    landing: LandingPage | None
    rebase: Rebase
    processes_url: str
    jobs_url: str
    conformance_url: str


def find_resources(base_url: str, landing: LandingPage | None) -> Resources:
    """Find the resources by the links of the landing page, else by their paths.

    A link that leads to another origin, even after it was brought back to the address
    in use, is not followed: credentials are bound to this origin.
    """
    links = landing.links if landing else ()
    own = find_link(links, "self")
    rebase = Rebase(base_url, own.href.partition("?")[0] if own else "")
    if own and not same_origin(own.href, base_url):
        notice(
            f"The server calls itself {without_query(own.href)}; its links are brought "
            f"back to {base_url}.",
            LinkWarning,
        )

    def resource(relation: str, path: str) -> str:
        link = find_link(links, relation)
        url = rebase(link.href) if link else ""
        return url if same_origin(url, base_url) else join_path(base_url, path)

    return Resources(
        landing,
        rebase,
        processes_url=resource("processes", "processes"),
        jobs_url=resource("job-list", "jobs"),
        conformance_url=resource("conformance", "conformance"),
    )
