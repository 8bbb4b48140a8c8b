"""One request on its way and the answer to it, whichever library carries them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote, urlsplit

from ogc_widgets.protocol.links import origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from ogc_widgets.client.http.reach import Judge

CONNECT_S = 10.0
_MOST_KEPT = 2_048

_PORTS = {"http": 80, "https": 443}
# What an address may hold and a request may not; httpx writes the same. What may stand
# there is listed, as the opposite takes milliseconds to compile.
_NOT_IN_PATH = re.compile(r"[^!$-;=@-_a-z|~]+")
_NOT_IN_QUERY = re.compile(r"[^!$-;=?-~]+")
_NOT_IN_HOST = re.compile("[^\\w.:~!$&'()*+,;=%-]", re.ASCII)


class WireError(Exception):
    """There is no complete answer; the message says why, in words for people."""


class UnreachableError(WireError):
    """There was no connection; nothing was sent.

    Attributes:
        is_setting: Whether the address, or a proxy, cannot be used at all.
    """

    def __init__(self, reason: str = "", *, is_setting: bool = False) -> None:
        super().__init__(reason)
        self.is_setting = is_setting


class SilentError(WireError):
    """Nothing came for too long."""


class BrokenError(WireError):
    """The connection ended too early, or what came was no HTTP."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it leaves.

    Attributes:
        method: Its method.
        url: Its address.
        headers: Names to values, but for those that say where to and how much.
        body: What it carries, if anything.
        silence_s: Seconds for which nothing may come; ``None`` where there is a clock
            for the whole exchange.
        judge: Says which addresses may be connected to; ``None`` for any.
        leaving: Called before the first byte of it leaves.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    silence_s: float | None
    judge: Judge | None
    leaving: Callable[[], None]


class Incoming(Protocol):
    """An answer of which the body has not been read yet."""

    status_code: int
    headers: list[tuple[bytes, bytes]]

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; raises :class:`WireError`."""

    async def aclose(self) -> None:
        """Give the connection back."""


class Place(NamedTuple):
    """Where a request goes.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Name or IP address to connect to.
        port: Its port.
        header: What the header ``Host`` says.
        target: What the first line says: path and query.
    """

    scheme: str
    host: str
    port: int
    header: str
    target: str


@lru_cache(_MOST_KEPT)
def place_of(url: str) -> Place:
    """Read where an address leads."""
    known = origin(url)
    if known is None or known[0] not in _PORTS or not _is_name(known[1]):
        raise UnreachableError("it is no address that can be used", is_setting=True)
    scheme, written, port = known
    parts = urlsplit(url)
    # A dot at the end says that the name is a whole one, and stays.
    is_whole = (parts.hostname or "").endswith(".") and parts.netloc.isascii()
    host = _NOT_IN_HOST.sub(_quoted, f"{written}." if is_whole else written)
    header = f"[{host}]" if ":" in host else host
    if port != _PORTS[scheme]:
        header += f":{port}"
    target = _NOT_IN_PATH.sub(_quoted, _without_dots(parts.path)) or "/"
    if parts.query:
        target += f"?{_NOT_IN_QUERY.sub(_quoted, parts.query)}"
    return Place(scheme, host, port or 0, header, target)


def _is_name(host: str) -> bool:
    """Whether what is written as a name of other letters (``xn--``) is one."""
    if "xn--" in host:
        import idna

        try:
            idna.decode(host)
        except idna.IDNAError:
            return False
    return True


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], safe="", errors="surrogatepass")


def _without_dots(path: str) -> str:
    """Take steps such as ``/../`` (RFC 3986, section 5.2.4)."""
    names = path.split("/")
    if "." not in names and ".." not in names:
        return path
    kept: list[str] = []
    for name in names:
        if name == ".." and kept not in ([], [""]):
            kept.pop()
        elif name not in (".", ".."):
            kept.append(name)
    return "/".join(kept)
