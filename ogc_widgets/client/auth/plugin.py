"""Other people's ways to sign in: any ``httpx.Auth``, asked step by step.

A step may wait for a page or a server, so one that blocks is made in a thread of its
own, and the clock of the request stands still meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx

from ogc_widgets.client.auth.secret import Sealed, Secret
from ogc_widgets.errors import OgcError, SignInError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
    from contextlib import AbstractAsyncContextManager

# One that signs every request makes a new secret each time.
_MOST_KNOWN = 200
# What a way to sign in may set beside secrets.
_NO_SECRET = re.compile(r"accept|content-|user-agent|host|.*date$", re.IGNORECASE)


class PluginAuth(Sealed):
    """A way to sign in that is not ours.

    Args:
        auth: The object.
    """

    __slots__ = ("_auth", "_known", "headers")

    def __init__(self, auth: httpx.Auth) -> None:
        self._auth = auth
        self._known: deque[Secret] = deque(maxlen=_MOST_KNOWN)
        self.headers: dict[str, None] = {}

    def known(self) -> set[str]:
        """Return every text that it has put into requests so far."""
        return {secret.reveal() for secret in self._known}

    async def answer(
        self,
        request: httpx.Request,
        send: Callable[[httpx.Request], Awaitable[httpx.Response]],
        whole: Callable[[httpx.Response], Awaitable[httpx.Response]],
        unhurried: Callable[[], AbstractAsyncContextManager[None]],
    ) -> httpx.Response:
        """Send a request as the object wants it, and return the answer to it.

        Args:
            request: The request.
            send: Sends it, or another one that the object asks for.
            whole: Reads an answer, in bounds.
            unhurried: Stops the clock while the object thinks.

        Raises:
            SignInError: The object raised something.
        """
        before = {*request.headers.multi_items(), *_query(request)}
        host = request.url.host
        response: httpx.Response | None = None
        async with contextlib.aclosing(_steps(self._auth, request)) as steps:
            while True:
                try:
                    if response is not None and self._auth.requires_response_body:
                        response = await whole(response)
                    async with unhurried():
                        following = await steps.asend(response)
                    if response is not None and following is not None:
                        await whole(response)  # so that its connection can be kept
                except BaseException:
                    if response is not None:
                        await response.aclose()
                    raise
                if following is None:
                    return response if response is not None else await send(request)
                timeout = request.extensions["timeout"]
                following.extensions.setdefault("timeout", timeout)
                if following.url.host == host:
                    self._learn(following, before)
                    following.extensions.setdefault(
                        "trace", request.extensions["trace"]
                    )
                response = await send(following)

    def _learn(self, request: httpx.Request, before: set[tuple[str, str]]) -> None:
        for name, value in request.headers.multi_items():
            if (name, value) not in before and not _NO_SECRET.match(name):
                self.headers[name.title()] = None
                # "Bearer x": x may come back alone.
                self._known += [Secret(part) for part in {value, *value.split()}]
        self._known += [
            Secret(value)
            for name, value in _query(request)
            if (name, value) not in before
        ]


async def _steps(
    auth: httpx.Auth, request: httpx.Request
) -> AsyncGenerator[httpx.Request | None, httpx.Response | None]:
    """Yield the requests that an object asks for, and ``None`` at the end."""
    kind = type(auth)
    await request.aread()
    try:
        if kind.async_auth_flow is not httpx.Auth.async_auth_flow:
            async with contextlib.aclosing(auth.async_auth_flow(request)) as flow:
                following = await anext(flow, None)
                while following is not None:
                    following = await _asend(flow, _given((yield following)))
        else:
            is_plain = kind.sync_auth_flow is httpx.Auth.sync_auth_flow
            plain = (
                auth.auth_flow(request) if is_plain else auth.sync_auth_flow(request)
            )
            with contextlib.closing(plain):
                following = await asyncio.to_thread(_advance, plain, None)
                while following is not None:
                    response = _given((yield following))
                    following = await asyncio.to_thread(_advance, plain, response)
    except (OgcError, asyncio.CancelledError, GeneratorExit):
        raise
    # Also what would end a program: here it would end the thread of all requests.
    except BaseException as error:
        raise SignInError(
            f"The way to sign in ({kind.__name__}) raised {type(error).__name__}.",
            status_code=401,
            advice="Correct it, or sign in another way: client.sign_in(token).",
        ) from error
    yield None


def _advance(
    flow: Generator[httpx.Request, httpx.Response, None],
    response: httpx.Response | None,
) -> httpx.Request | None:
    try:
        return next(flow) if response is None else flow.send(response)
    except StopIteration:
        return None


async def _asend(
    flow: AsyncGenerator[httpx.Request, httpx.Response], response: httpx.Response
) -> httpx.Request | None:
    try:
        return await flow.asend(response)
    except StopAsyncIteration:
        return None


def _given(response: httpx.Response | None) -> httpx.Response:
    assert response is not None  # noqa: S101 # there is one to each request
    return response


def _query(request: httpx.Request) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True)
