"""Which addresses are connected to because a server named them.

What the user gave is always connected to. A server on the internet names nothing that
only machines near the kernel can reach; one that is near, itself, names its neighbours,
but not the addresses where machines keep secrets. Judged is the address at the other
end of a connection, after names were looked up and before anything is sent. Through a
proxy that end is the proxy, and only the name can be judged.
"""

from __future__ import annotations

import asyncio
import enum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ogc_widgets.errors import PrivateAddressError
from ogc_widgets.protocol.addresses import IP, is_metadata, is_public, read_ip
from ogc_widgets.protocol.links import (
    is_private_host,
    origin,
    same_origin,
    without_query,
)
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.links import Origin

LOOK_UP_S = 10.0
_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "instance-data.ec2.internal"}
)


class Bound(enum.Enum):
    """How far a request may reach."""

    ANYWHERE = enum.auto()
    NO_SECRETS = enum.auto()
    PUBLIC = enum.auto()

    def allows(self, ip: IP | None) -> bool:
        """Whether a connection to an address may be used."""
        if self is Bound.ANYWHERE:
            return True
        if ip is None:
            return False
        return is_public(ip) if self is Bound.PUBLIC else not is_metadata(ip)

    def allows_name(self, host: str) -> bool:
        """The same for a host that somebody else looks up."""
        ip = read_ip(host)
        if ip is not None or self is Bound.ANYWHERE:
            return self.allows(ip)
        if self is Bound.PUBLIC:
            return not is_private_host(f"http://{host}")
        return host.lower().rstrip(".") not in _METADATA_NAMES


class Reach:
    """What the servers that a client meets may make it connect to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._public: dict[Origin | None, bool] = {}

    def is_public(self, url: str) -> bool:
        """Whether a server is on the internet, as its connections showed."""
        known = self._public.get(origin(url))
        return not is_private_host(url) if known is None else known

    def judge(self, url: str, named_by: str) -> Judge:
        """Return what watches the connection of a request.

        Args:
            url: Its address.
            named_by: Address of the server that named it, "" for the user.
        """
        bound = Bound.ANYWHERE
        if named_by and not same_origin(url, self.url):
            bound = Bound.PUBLIC if self.is_public(named_by) else Bound.NO_SECRETS
        return Judge(self, url, named_by, bound)

    def met(self, url: str, ip: IP | None) -> None:
        """Learn where a server is.

        Once public, always: else a name could change its mind.
        """
        at = origin(url)
        is_outside = ip is not None and is_public(ip)
        self._public[at] = self._public.get(at, False) or is_outside


class Judge(NamedTuple):
    """Says of one request which connections it may be sent on.

    Each method raises PrivateAddressError where it may not.
    """

    reach: Reach
    url: str
    named_by: str
    bound: Bound

    async def before(self, host: str) -> None:
        """Look at the addresses of a host: nothing should even knock there.

        Whoever connects looks the name up once more, so the answer counts only if it
        is a refusal.
        """
        if self.bound is not Bound.ANYWHERE:
            for ip in await _look_up(host):
                if not self.bound.allows(ip):
                    raise self._refusal(ip)

    def connected(self, address: str) -> None:
        """Look at the other end of a connection, before anything is sent."""
        ip = read_ip(address)
        if not self.bound.allows(ip):
            raise self._refusal(ip)
        self.reach.met(self.url, ip)

    def through_proxy(self, host: str) -> None:
        """Look at a name that a proxy looks up."""
        if not self.bound.allows_name(host):
            raise self._refusal(read_ip(host))

    def _refusal(self, ip: IP | None) -> PrivateAddressError:
        server = clean(urlsplit(self.named_by).netloc.rpartition("@")[2], limit=80)
        place = f" ({ip})" if ip is not None and str(ip) not in self.url else ""
        why = (
            "where machines keep secrets of their own"
            if ip is not None and is_metadata(ip)
            else "which only machines near it or near yours can reach"
        )
        return PrivateAddressError(
            f"{server} leads to {without_query(self.url)}{place}, {why}.",
            safe="Nothing was sent there, and nothing was read.",
            advice="Ask for a public address, or open it yourself if you know it.",
        )


async def _look_up(host: str) -> set[IP | None]:
    """The addresses of a host, none where the look-up fails."""
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return set()  # whoever connects will say so
    return {read_ip(str(address[0])) for *_, address in found}
