"""Connections, kept apart by what they may be used for."""

from __future__ import annotations

import asyncio
import functools
import sys
import weakref
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol, cast

from ogc_widgets.client.http.environment import (
    Verify,
    has_proxies,
    is_loopback,
    ssl_context,
    usable_proxies,
)
from ogc_widgets.protocol.links import origin, same_origin

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from http.cookiejar import CookieJar

    from ogc_widgets.client.http.exchange import Incoming, Outgoing
    from ogc_widgets.client.http.reach import Bound
    from ogc_widgets.protocol.links import Origin

MAX_IN_FLIGHT = 4
_SET = b"set-cookie"
_HAS_SOCKETS = sys.platform != "emscripten"


_gates: weakref.WeakValueDictionary[tuple[int, Origin | None], asyncio.Semaphore] = (
    weakref.WeakValueDictionary()
)


def gate_of(url: str) -> asyncio.Semaphore:
    """Return what bounds the requests in flight to a server, whoever sends them."""
    key = id(asyncio.get_running_loop()), origin(url)
    gate = _gates.get(key)
    if gate is None:
        gate = _gates[key] = asyncio.Semaphore(MAX_IN_FLIGHT)
    return gate


class Pool(Protocol):
    """Connections of one kind."""

    async def send(self, request: Outgoing) -> Incoming:
        """Send a request and wait for the headers of the answer.

        Raises:
            WireError: There is none.
            PrivateAddressError: The address may not be connected to.
        """

    async def close(self) -> None:
        """Close what is kept; what is in use is closed after that."""


class Pools:
    """The connections of one transport.

    Attributes:
        cookies: What the server wants to be told again, if anything.
    """

    def __init__(self, url: str, verify: Verify) -> None:
        self._url = url
        self._verify = verify
        self.cookies: CookieJar | None = None
        self._pools: dict[tuple[bool | Bound, ...], Pool] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_open(self) -> bool:
        """Whether there may be open connections."""
        return bool(self._pools)

    @property
    def verify_others(self) -> Verify:
        """How others are checked: an exception made for this server is not theirs."""
        return True if self._verify is False else self._verify

    def get(self, url: str, *, keep: bool, bound: Bound) -> Pool:
        """Return the connections for one request: kept ones too, or a new one.

        Connections are kept for requests that may reach equally far.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # A forked process has a loop of its own; the parent's sockets are not ours.
            self._pools, self._loop = {}, loop
        # What the environment says about proxies is not for this machine itself.
        is_here = is_loopback(url)
        is_own = same_origin(url, self._url) or _is_encrypted_twin(url, self._url)
        key = keep, is_here, is_own, bound
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = self._made(
                self._verify if is_own else self.verify_others,
                # What must not be sent twice gets a new connection each time: a kept
                # one may have been closed by the server, and then its fate would be
                # unknown.
                most_kept=MAX_IN_FLIGHT if keep else 0,
                is_here=is_here,
            )
        return pool

    def with_cookies(self, request: Outgoing) -> Outgoing:
        """Tell the server again what it wanted to be told."""
        if self.cookies is None or not same_origin(request.url, self._url):
            return request
        from urllib.request import Request

        asking = Request(request.url)  # noqa: S310 # it is not opened
        self.cookies.add_cookie_header(asking)
        said = asking.get_header("Cookie")
        if not said or any(name.lower() == "cookie" for name in request.headers):
            return request
        return replace(request, headers={**request.headers, "Cookie": said})

    def keep_cookies(self, url: str, answer: Incoming) -> None:
        """Keep what the server wants to be told again, in memory only.

        Load balancers put a session into a cookie, and a client that does not send it
        back asks another machine each time, which may not know the job.
        """
        said = [v.decode("latin-1") for n, v in answer.headers if n.lower() == _SET]
        if not said or not same_origin(url, self._url):
            return
        # These load much.
        from email.message import Message
        from http.cookiejar import CookieJar
        from urllib.request import Request

        headers = Message()
        for value in said:
            if value.partition(";")[0].isascii():  # others could not be sent back
                headers["Set-Cookie"] = value
        if self.cookies is None:
            self.cookies = CookieJar()
        as_much_as_is_read = SimpleNamespace(info=lambda: headers)
        asked = Request(url)  # noqa: S310 # it is not opened
        self.cookies.extract_cookies(cast("HTTPResponse", as_much_as_is_read), asked)

    def _made(self, verify: Verify, *, most_kept: int, is_here: bool) -> Pool:
        # Made when first needed: reading all certificates takes a while.
        context = functools.cache(lambda: ssl_context(verify, is_here=is_here))
        if _HAS_SOCKETS and (is_here or not has_proxies()):
            from ogc_widgets.client.http.direct import Direct

            return Direct(context, most_kept)
        with usable_proxies():
            from ogc_widgets.client.http.through_httpx import ThroughHttpx

            return ThroughHttpx(context, most_kept)

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        pools, self._pools = self._pools, {}
        if self._loop is asyncio.get_running_loop():
            for pool in pools.values():
                await pool.close()


@functools.lru_cache
def _is_encrypted_twin(url: str, plain: str) -> bool:
    """Whether an address is where a server at a plain one redirects to."""
    known = origin(plain)
    return (
        known is not None
        and origin(url) == ("https", known[1], 443)
        and (known[0] == "http" and known[2] == 80)
    )


@functools.cache
def user_agent() -> str:
    """Name and version of this package."""
    from ogc_widgets import __version__

    return f"ogc_widgets/{__version__}"
