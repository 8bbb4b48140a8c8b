"""Connections of our own, made and kept: what carries requests wherever it can.

httpx takes a third of a millisecond for each request. It is left where it does more:
for proxies (``through_httpx.py``).
"""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import Context
from typing import TYPE_CHECKING, cast

from ogc_widgets.client.http.exchange import (
    CONNECT_S,
    Outgoing,
    Place,
    UnreachableError,
    place_of,
)
from ogc_widgets.client.http.http1 import Exchange, Wire
from ogc_widgets.protocol.addresses import read_ip

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ogc_widgets.client.http.reach import Judge

# Servers and routers forget connections that nobody uses.
_IDLE_S = 5.0
# When a name has several addresses, the next one is tried after so long (RFC 8305).
_NEXT_ADDRESS_S = 0.25
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Direct:
    """Connections to any server, made without a proxy; some are kept for later."""

    def __init__(self, context: Callable[[], ssl.SSLContext], most_kept: int) -> None:
        self._context = context
        self._most_kept = most_kept
        self._idle: dict[tuple[str, str, int], list[Wire]] = {}

    async def send(self, request: Outgoing) -> Exchange:
        """Send a request and wait for the headers of the answer."""
        place = place_of(request.url)
        written = _written(
            request.method, place, tuple(request.headers.items()), request.body or b""
        )
        key = place[:3]
        wire = self._kept(key) or await self._connect(place, request.judge)
        request.leaving()
        is_head = request.method == "HEAD"

        def give_back(used: Wire) -> None:
            self._give_back(key, used, exchange)

        exchange = Exchange(wire, request.silence_s, give_back, is_head=is_head)
        wire.begin(written, exchange)
        try:
            await exchange.head()
        except BaseException:
            await exchange.aclose()
            raise
        return exchange

    async def close(self) -> None:
        """Close what is kept; what is in use is closed after that."""
        self._most_kept = 0
        idle, self._idle = self._idle, {}
        for wire in (wire for wires in idle.values() for wire in wires):
            wire.close()
        await asyncio.sleep(0)  # sockets are closed in the next turn of the loop

    def _kept(self, key: tuple[str, str, int]) -> Wire | None:
        wires = self._idle.get(key, [])
        now_s = asyncio.get_running_loop().time()
        while wires:
            wire = wires.pop()
            if wire.is_open and wire.idle_since_s + _IDLE_S > now_s:
                return wire
            wire.close()
        return None

    def _give_back(
        self, key: tuple[str, str, int], wire: Wire, exchange: Exchange
    ) -> None:
        is_room = sum(map(len, self._idle.values())) < self._most_kept
        if not (is_room and wire.is_open and exchange.can_follow):
            wire.close()
            return
        wire.idle_since_s = asyncio.get_running_loop().time()
        wire.read_on()
        self._idle.setdefault(key, []).append(wire)

    async def _connect(self, place: Place, judge: Judge | None) -> Wire:
        context = self._context() if place.scheme == "https" else None
        if judge is not None:
            await judge.before(place.host)
        # A connection outlives its first request, and must not keep its context.
        opening = asyncio.get_running_loop().create_task(
            _opened(place, judge, context), context=Context()
        )
        try:
            async with asyncio.timeout(CONNECT_S):
                return await opening
        except TimeoutError:
            opening.add_done_callback(_close_unwanted)
            raise UnreachableError(f"no answer within {CONNECT_S:g} s") from None
        except (OSError, UnicodeError, ValueError) as error:
            raise UnreachableError from error
        except BaseException:
            opening.add_done_callback(_close_unwanted)
            raise


def _close_unwanted(opening: asyncio.Task[Wire]) -> None:
    """Close what was opened in the moment in which it was given up."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


async def _opened(
    place: Place, judge: Judge | None, context: ssl.SSLContext | None
) -> Wire:
    loop = asyncio.get_running_loop()
    is_name = read_ip(place.host) is None
    transport, wire = await loop.create_connection(
        Wire,
        place.host,
        place.port,
        happy_eyeballs_delay=_NEXT_ADDRESS_S if is_name else None,
    )
    try:
        if judge is not None:
            peer = transport.get_extra_info("peername")
            judge.connected(str((peer or [""])[0]))
        if context is not None:
            encrypted = await loop.start_tls(
                transport, wire, context, server_hostname=place.host.rstrip(".")
            )
            wire.use(cast("asyncio.Transport", encrypted))
    except BaseException:
        wire.close()
        raise
    return wire


def _written(
    method: str, place: Place, headers: tuple[tuple[str, str], ...], body: bytes
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {place.target} HTTP/1.1", f"Host: {place.header}"]
    lines += [
        f"{name}: {value}"
        for name, value in headers
        if name.lower() not in ("host", "content-length", "transfer-encoding")
    ]
    if body or method in _WITH_BODY:
        lines.append(f"Content-Length: {len(body)}")
    text = "\r\n".join(lines)
    with contextlib.suppress(UnicodeEncodeError):
        head = text.encode("ascii")
        # What came with an answer may go back in a header, and must not begin another.
        if text.count("\n") == text.count("\r") == len(lines) - 1 and "\0" not in text:
            return b"%b\r\n\r\n%b" % (head, body)
    raise UnreachableError("a header cannot be sent", is_setting=True)
