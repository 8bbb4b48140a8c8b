"""Ways to sign requests: a secret in a header, or any ``httpx.Auth`` of others.

Each is an ``httpx.Auth`` itself, so httpx asks it before a request is sent and after
each answer. It is shown requests to the server that it was given for, and no others.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx

from ogc_widgets.client.auth.secret import (
    Auth,
    Sealed,
    Secret,
    SecretSource,
    for_header,
    source_of,
)
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    OgcError,
    SignInError,
    TransportError,
)
from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLACEHOLDER = "$TOKEN"

# So long it takes until a source is asked again that brought nothing better.
_ASK_AGAIN_S = 60.0
# One that signs every request makes a new secret each time.
_MOST_KNOWN = 200
# What others' ways may set beside secrets.
_NO_SECRET = pattern(r"accept|content-|user-agent|host|.*date$", re.IGNORECASE)

_SAFE = ("GET", "HEAD")
Flow = AsyncGenerator[httpx.Request, httpx.Response]


class Way(Sealed, httpx.Auth):
    """A way to sign requests, as far as a client looks into it.

    Attributes:
        source: Where its secret comes from, if that is one of ours.
    """

    source: SecretSource | None = None

    @property
    def placeholders(self) -> Mapping[str, str]:
        """The headers that it sets, with ``$TOKEN`` in place of every secret."""
        raise NotImplementedError

    def known(self) -> set[str]:
        """Return every text that must not be seen."""
        raise NotImplementedError

    async def get_ready(self) -> None:
        """Have what the first request needs, such as a token; may take minutes."""


class HeaderAuth(Way):
    """A secret that is sent in a header, behind a word such as ``Bearer``."""

    source: SecretSource

    def __init__(
        self,
        header: str,
        source: SecretSource,
        scheme: str = "",
        encode: Callable[[str], str] = for_header,
    ) -> None:
        self.source = source
        self._header = header
        self._scheme = scheme
        self._encode = encode
        # The secret that was asked for last because the one before was refused.
        self._renewed = Secret()
        self._renewed_at_s = 0.0
        self.known()  # better now than in the middle of a job

    @property
    def placeholders(self) -> Mapping[str, str]:
        """The header."""
        return {self._header: f"{self._scheme} {PLACEHOLDER}".strip()}

    def known(self) -> set[str]:
        """Return the secrets, plain and encoded; padding is often left out."""
        secrets = self.source.known()
        encoded = {self._encode(secret) for secret in secrets}
        return secrets | encoded | {one.rstrip("=") for one in encoded}

    async def get_ready(self) -> None:
        """Have a secret."""
        await self._secret()

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the secret, and once more a newer one where it may have run out."""
        secret = await self._secret()
        request.headers[self._header] = self._written(secret)
        response = yield request
        status_code = response.status_code
        # After a 403 only what changes nothing is tried once more.
        if status_code == 401 or (status_code == 403 and request.method in _SAFE):
            newer = await self._newer(secret, status_code)
            if newer != secret:
                request.headers[self._header] = self._written(newer)
                yield request

    async def _newer(self, refused: str, status_code: int) -> str:
        """Ask for another secret after the server has refused the last one.

        Asking again does not always help. A 403 mostly means that the user may not do
        this, and only on some servers that the token is too old; so a secret that was
        renewed because of one is not renewed because of the next. A 401 that stays is
        answered with a new question once a minute at most: somebody may have to type.
        """
        last = await self._secret()
        if last != refused:
            return last  # another request has renewed it meanwhile
        if self._renewed.reveal() == last:
            waited_s = time.monotonic() - self._renewed_at_s
            if status_code == 403 or waited_s < _ASK_AGAIN_S:
                return refused
        fresh = await self._secret(refused)
        self._renewed, self._renewed_at_s = Secret(fresh), time.monotonic()
        return fresh

    async def _secret(self, refused: str = "") -> str:
        try:
            return await self.source.secret(refused)
        except TransportError as error:  # not one of the request itself
            raise ConnectionFailedError(
                f"No token could be had: {error.what}",
                safe="Nothing was sent to the server.",
                advice=error.advice,
            ) from error

    def _written(self, secret: str) -> str:
        return f"{self._scheme} {self._encode(secret)}".strip()


def bearer(source: SecretSource) -> HeaderAuth:
    """A token; it is often copied together with the word in front of it."""

    def encode(secret: str) -> str:
        return for_header(secret).removeprefix("Bearer ").strip()

    return HeaderAuth("Authorization", source, "Bearer", encode)


def basic(user: str, password: SecretSource) -> HeaderAuth:
    """A user and a password."""
    if not isinstance(user, str) or ":" in user:
        raise InputError("A user name is a text without a colon.")

    def encode(secret: str) -> str:
        return base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")

    return HeaderAuth("Authorization", password, "Basic", encode)


class PluginAuth(Way):
    """A way that is not ours. A step that may block is made in a thread of its own."""

    def __init__(self, auth: httpx.Auth) -> None:
        self.requires_response_body = auth.requires_response_body
        self._auth = auth
        self._known: deque[Secret] = deque(maxlen=_MOST_KNOWN)
        self._headers: dict[str, str] = {}

    @property
    def placeholders(self) -> Mapping[str, str]:
        """The headers that it has set so far."""
        return self._headers

    def known(self) -> set[str]:
        """Return every text that it has put into requests so far."""
        return {secret.reveal() for secret in self._known}

    async def async_auth_flow(self, request: httpx.Request) -> Flow:
        """Let it take its steps, and remember what is secret in them."""
        host, before = request.url.host, _members(request)
        response: httpx.Response | None = None
        async with contextlib.aclosing(self._steps(request)) as steps:
            while True:
                try:
                    following = await steps.asend(response)  # type: ignore[arg-type] # None begins it
                except StopAsyncIteration:
                    return
                except (OgcError, asyncio.CancelledError, GeneratorExit):
                    raise
                # Also what would end a program: here it would end the thread of all
                # requests.
                except BaseException as error:
                    name = type(self._auth).__name__
                    raise SignInError(
                        f"The way to sign in ({name}) raised {type(error).__name__}.",
                        status_code=401,
                        advice="Correct it, or sign in another way: "
                        "client.sign_in(token).",
                    ) from error
                if following.url.host == host:  # what others get is its own matter
                    self._remember(_members(following) - before)
                response = yield following

    def _steps(self, request: httpx.Request) -> Flow:
        kind = type(self._auth)
        if kind.async_auth_flow is not httpx.Auth.async_auth_flow:
            return self._auth.async_auth_flow(request)
        if kind.sync_auth_flow is not httpx.Auth.sync_auth_flow:
            return _in_threads(self._auth.sync_auth_flow, request)
        return _in_threads(self._auth.auth_flow, request)

    def _remember(self, members: set[tuple[str, str, bool]]) -> None:
        for name, value, is_header in members:
            if not is_header:
                self._known.append(Secret(value))
            elif not _NO_SECRET.match(name):
                self._headers[name.title()] = PLACEHOLDER
                # "Bearer x": x may come back alone.
                self._known += [Secret(part) for part in {value, *value.split()}]


async def _in_threads(
    begin: Callable[[httpx.Request], Generator[httpx.Request, httpx.Response, None]],
    request: httpx.Request,
) -> Flow:
    """Make each step of a flow that may block in another thread."""
    steps = await asyncio.to_thread(begin, request)

    def step(response: httpx.Response | None) -> httpx.Request | None:
        try:
            return steps.send(response)  # type: ignore[arg-type] # None begins it
        except StopIteration:
            return None

    with contextlib.closing(steps):
        following = await asyncio.to_thread(step, None)
        while following is not None:
            response = yield following
            following = await asyncio.to_thread(step, response)


def _members(request: httpx.Request) -> set[tuple[str, str, bool]]:
    """Headers and members of the query: name, value, whether it is a header."""
    query = parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True)
    return {(*one, True) for one in request.headers.multi_items()} | {
        (*one, False) for one in query
    }


def way_of(auth: Auth) -> Way | None:
    """Return the way to sign requests that a user has given."""
    if auth is None or isinstance(auth, Way):
        return auth
    if isinstance(auth, httpx.Auth):
        return PluginAuth(auth)
    if isinstance(auth, tuple) and len(auth) == 2:
        user, password = auth
        if isinstance(password, str):  # of any characters, and even empty
            return basic(user, SecretSource(password))
        return basic(user, source_of(password))
    if isinstance(auth, str | SecretSource) or callable(auth):
        return bearer(source_of(auth))
    raise InputError(
        f"auth cannot be a {type(auth).__name__}.",
        advice="Pass a token, (user, password), a function that returns a token, an "
        "httpx.Auth, or a way in ogc.auth, such as ogc.auth.api_key(name, key).",
    )
