"""Connections, kept apart by what they may be used for."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections import Counter
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

from ogc_widgets.client.http.environment import (
    Verify,
    is_loopback,
    ssl_context,
    usable_proxies,
)
from ogc_widgets.protocol.links import origin, same_origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from urllib.request import Request

    import httpx

    from ogc_widgets.client.http.reach import Bound
    from ogc_widgets.protocol.links import Origin

MAX_IN_FLIGHT = 4


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


class Pools:
    """The connections of one transport.

    Args:
        url: Address of its server.
        verify: How that server's certificate is checked.
    """

    def __init__(self, url: str, verify: Verify) -> None:
        self._url = url
        self._verify = verify
        # Load balancers put a session into a cookie, and a client that does not send
        # it back asks another machine each time, which may not know the job. Cookies
        # are sent to the very origin that set them, and kept in memory only.
        self.cookies = CookieJar(_Sendable())
        self._pools: dict[tuple[bool | Bound, ...], httpx.AsyncClient] = {}
        self._in_flight: Counter[httpx.AsyncClient] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_open(self) -> bool:
        """Whether there may be open connections."""
        return bool(self._pools)

    @property
    def verify_others(self) -> Verify:
        """How others are checked: an exception made for this server is not theirs."""
        return True if self._verify is False else self._verify

    @contextlib.asynccontextmanager
    async def lease(
        self, url: str, *, keep: bool, bound: Bound
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Give a pool for one request, which is not closed before that has ended.

        Args:
            url: Address of the request.
            keep: Whether a connection that was used before will do.
            bound: How far it may reach; connections are kept for the same bound only.
        """
        pool = self._pool(url, keep=keep, bound=bound)
        self._in_flight[pool] += 1
        try:
            yield pool
        finally:
            self._in_flight[pool] -= 1
            await self._close_unused(pool)

    def _pool(self, url: str, *, keep: bool, bound: Bound) -> httpx.AsyncClient:
        import httpx

        from ogc_widgets.client.http.body import take_over

        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # A forked process has a loop of its own; the parent's sockets are not ours.
            self._pools, self._loop = {}, loop
        # What the environment says about proxies is not for this machine itself.
        is_here = is_loopback(url)
        is_same = same_origin(url, self._url)
        is_own = is_same or _is_encrypted_twin(url, self._url)
        key = keep, is_here, is_same, is_own, bound
        if key in self._pools:
            return self._pools[key]
        verify = self._verify if is_own else self.verify_others
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        with usable_proxies():
            self._pools[key] = pool = httpx.AsyncClient(
                verify=ssl_context(verify, is_here=is_here),
                # What must not be sent twice gets a new connection each time: a kept
                # one may have been closed by the server, and then its fate would be
                # unknown.
                limits=httpx.Limits(
                    max_keepalive_connections=MAX_IN_FLIGHT if keep else 0
                ),
                trust_env=not is_here,
                headers={"Accept-Encoding": "identity", "User-Agent": user_agent()},
                cookies=self.cookies if is_same else no_cookies,
                event_hooks={"response": [take_over]},
            )
        return pool

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        pools, self._pools = self._pools, {}
        if self._loop is asyncio.get_running_loop():
            for pool in pools.values():
                await self._close_unused(pool)

    async def _close_unused(self, pool: httpx.AsyncClient) -> None:
        """Close a pool that was given up, once nothing of it is in flight.

        A pool knows nothing of a connection that is just being made, so closing it
        earlier would leave that one open for good.
        """
        if pool not in self._pools.values() and not self._in_flight[pool]:
            del self._in_flight[pool]
            await pool.aclose()


class _Sendable(DefaultCookiePolicy):
    """Keeps no cookie that the HTTP library could not send back."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        is_sendable = f"{cookie.name}{cookie.value}".isascii()
        return is_sendable and super().set_ok(cookie, request)


def _is_encrypted_twin(url: str, plain: str) -> bool:
    """Whether an address is where a server at a plain one redirects to."""
    known = origin(plain)
    return (
        known is not None
        and origin(url) == ("https", known[1], 443)
        and (known[0] == "http" and known[2] == 80)
    )


def user_agent() -> str:
    """Name and version of this package."""
    from ogc_widgets import __version__

    return f"ogc_widgets/{__version__}"
