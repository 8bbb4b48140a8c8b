"""Requests that an ``httpx.Auth`` signs: it sees each, and its answer.

httpx's own clients do the same; here the requests leave by our connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from ogc_widgets.client.http import JSON_CAP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from ogc_widgets.client.auth.ways import Way
    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.exchange import Outgoing

# Reading an address takes as long as all else that is done here.
_url = functools.lru_cache(1_024)(httpx.URL)


async def signed(
    way: Way,
    request: Outgoing,
    send: Callable[[Outgoing], Awaitable[Stream]],
    deadline: asyncio.Timeout | None,
) -> Stream:
    """Send a request as a way to sign in wants it, and what else it wants sent.

    The clock of the request, ``deadline``, stands still while the way thinks.
    """
    url = _url(request.url)
    asked = httpx.Request(
        request.method, url, headers=dict(request.headers), content=request.body
    )
    async with contextlib.aclosing(way.async_auth_flow(asked)) as flow:
        with _stopped(deadline):
            following = await anext(flow)
        while True:
            got = await send(await _outgoing(following, url, request))
            try:
                response = _response(got, following)
                if way.requires_response_body:
                    await response.aread()
                with _stopped(deadline):
                    following = await flow.asend(response)
                await response.aread()
            except StopAsyncIteration:
                return got
            except BaseException:
                await got.aclose()
                raise
            await got.aclose()


@contextlib.contextmanager
def _stopped(deadline: asyncio.Timeout | None) -> Iterator[None]:
    due_s = deadline.when() if deadline is not None else None
    if deadline is None or due_s is None or deadline.expired():
        yield
        return
    loop = asyncio.get_running_loop()
    left_s = due_s - loop.time()
    deadline.reschedule(None)
    try:
        yield
    finally:
        deadline.reschedule(loop.time() + left_s)


async def _outgoing(
    following: httpx.Request, asked: httpx.URL, request: Outgoing
) -> Outgoing:
    headers = {
        name.decode("ascii"): value.decode("latin-1")
        for name, value in following.headers.raw
    }
    # As it was given, unless the way has changed it.
    url = request.url if following.url == asked else str(following.url)
    sent = replace(
        request,
        method=following.method,
        url=url,
        headers=headers,
        body=await following.aread(),
    )
    if following.url.host == asked.host:
        return sent
    # Whom else it asks is its own matter, and says nothing of the request itself.
    return replace(sent, judge=None, leaving=lambda: None)


def _response(got: Stream, request: httpx.Request) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in got.answer.headers
        if name.lower() != b"content-encoding"  # it is decoded
    ]
    return httpx.Response(
        got.status_code, headers=headers, stream=_Body(got), request=request
    )


class _Body(httpx.AsyncByteStream):
    """The body, for a way that reads it; whoever asked can read it afterwards."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield await self._stream.keep(JSON_CAP)
