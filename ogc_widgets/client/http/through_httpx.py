"""Requests through httpx: where a proxy stands between, or Python has no sockets.

httpx knows proxies of all kinds and what the environment says about them, and in a
browser (Pyodide) it goes through the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx

from ogc_widgets.client.http.exchange import (
    CONNECT_S,
    BrokenError,
    SilentError,
    UnreachableError,
    place_of,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Mapping

    from ogc_widgets.client.http.exchange import Outgoing, WireError

_UNUSABLE = (httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)
_UNREACHABLE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ERRORS = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL)


class ThroughHttpx:
    """Connections that httpx makes; the arguments are those of ``Direct``."""

    def __init__(self, context: Callable[[], ssl.SSLContext], most_kept: int) -> None:
        self._client = httpx.AsyncClient(
            verify=context(),
            limits=httpx.Limits(max_keepalive_connections=most_kept),
            event_hooks={"response": [_take_location]},
        )
        self._in_flight = 0
        self._is_over = False

    async def send(self, request: Outgoing) -> _Answer:
        """Send a request and wait for the headers of the answer."""
        host = place_of(request.url).host
        self._in_flight += 1
        try:
            built = self._client.build_request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
                timeout=httpx.Timeout(request.silence_s, connect=CONNECT_S),
                extensions={"trace": _trace(request, host)},
            )
            # Without an auth of its own, httpx would look into the address for one.
            sent = await self._client.send(built, stream=True, auth=httpx.Auth())
        except BaseException as error:
            await self.let_go()
            if isinstance(error, (UnicodeError, *_ERRORS)):
                raise _of(error) from error
            raise
        return _Answer(self, sent)

    async def close(self) -> None:
        """Close what is kept; what is in use is closed after that."""
        self._is_over = True
        if not self._in_flight:
            await self._client.aclose()

    async def let_go(self) -> None:
        """A request has ended.

        httpx knows nothing of a connection that is just being made, so that closing
        earlier would leave it open for good.
        """
        self._in_flight -= 1
        if self._is_over:
            await self.close()


class _Answer:
    def __init__(self, pool: ThroughHttpx, response: httpx.Response) -> None:
        self._pool = pool
        self._response = response
        self.status_code = response.status_code
        self.headers = list(response.headers.raw)
        location = response.extensions.get("location")
        if location is not None:
            self.headers.append((b"location", location.encode("utf-8")))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in cast("AsyncIterator[bytes]", self._response.stream):
                yield piece
        except _ERRORS as error:
            raise _of(error) from error

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
        finally:
            await self._pool.let_go()


async def _take_location(response: httpx.Response) -> None:
    """Keep httpx from reading hostile addresses in redirects, at which it fails."""
    if "location" in response.headers:
        response.extensions["location"] = response.headers.pop("location")


def _trace(request: Outgoing, host: str) -> object:
    is_proxied = False
    judge = request.judge

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        nonlocal is_proxied
        if event.endswith("send_request_headers.started"):
            request.leaving()
        elif judge is None:
            return
        elif event.endswith(".connect_tcp.started"):
            is_proxied = info["host"] != host
            if is_proxied:
                judge.through_proxy(host)
            else:
                await judge.before(host)
        elif event.endswith(".connect_tcp.complete") and not is_proxied:
            stream = info["return_value"]
            try:
                address = stream.get_extra_info("server_addr") or [""]
                judge.connected(str(address[0]))
            except BaseException:
                await stream.aclose()
                raise

    return trace


def _of(error: Exception) -> WireError:
    if isinstance(error, UnicodeError):
        return UnreachableError("something in it cannot be sent", is_setting=True)
    said = str(error) or type(error).__name__
    if isinstance(error, _UNUSABLE):
        return UnreachableError(said, is_setting=True)
    if isinstance(error, _UNREACHABLE):
        return UnreachableError(said)
    if isinstance(error, httpx.TimeoutException):
        return SilentError()
    return BrokenError(said)
