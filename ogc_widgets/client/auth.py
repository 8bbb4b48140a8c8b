"""Credentials: bound to one origin, and visible nowhere.

They live in closures, not in attributes, so that neither ``repr`` nor ``vars`` nor a
debugger's variable list shows them by accident, and they cannot be pickled.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from ogc_widgets.api.links import Origin, origin
from ogc_widgets.errors import InputError

Token = str
Auth = (
    None
    | Token
    | tuple[str, str]
    | Callable[[], Token]
    | Callable[[], Awaitable[Token]]
)

PLACEHOLDER = "$TOKEN"


class Credentials:
    """What identifies the user to one server.

    Args:
        url: Address of the server; only its origin ever receives anything.
        auth: A bearer token, ``(user, password)``, a callable that returns a token
            (also as a coroutine), or ``None``.
        headers: Further headers for this server, such as an API key.

    Raises:
        InputError: ``auth`` or ``headers`` is of a kind that cannot be sent.
    """

    __slots__ = ("_ask", "_headers", "_origin", "_secrets", "_url", "kind")

    def __init__(
        self, url: str, auth: Auth = None, headers: Mapping[str, str] | None = None
    ) -> None:
        fixed = _checked(headers or {})
        self._url = url
        self._origin: Origin | None = origin(url)
        self._headers: Callable[[], dict[str, str]] = lambda: dict(fixed)
        self._secrets: Callable[[], set[str]]
        self._ask: Callable[[bool], Awaitable[str]] | None
        self.kind: str
        """``""``, ``"bearer"`` or ``"basic"``; callables give bearer tokens."""
        known: set[str] = set()
        if auth is None:
            self.kind, self._ask = "", None
        elif isinstance(auth, str):
            self.kind, self._ask = "bearer", _fixed(f"Bearer {_token(auth)}")
            known.add(auth.strip())
        elif isinstance(auth, tuple) and len(auth) == 2:
            pair = ":".join(map(str, auth)).encode("utf-8")
            encoded = base64.b64encode(pair).decode("ascii")
            self.kind, self._ask = "basic", _fixed(f"Basic {encoded}")
            known |= {str(auth[1]), encoded}
        elif callable(auth):
            self.kind, self._ask = "bearer", _asking(auth, known)
        else:
            raise InputError(
                f"auth cannot be a {type(auth).__name__}.",
                advice="Pass a token, (user, password), or a function that returns "
                "a token. An API key goes into headers={'X-Api-Key': ...}.",
            )
        known |= {value for value in fixed.values() if len(value) > 3}
        self._secrets = lambda: set(known)

    @property
    def can_renew(self) -> bool:
        """Whether asking once more may give a new token."""
        return self._ask is not None and self._ask.__name__ == "ask_again"

    @property
    def placeholders(self) -> dict[str, str]:
        """The headers that are sent, with ``$TOKEN`` in place of every secret."""
        names = dict.fromkeys(self._headers(), PLACEHOLDER)
        if self.kind:
            word = "Bearer" if self.kind == "bearer" else "Basic"
            names["Authorization"] = f"{word} {PLACEHOLDER}"
        return names

    def with_auth(self, auth: Auth) -> Credentials:
        """Return other credentials for the same server, with the same headers."""
        return Credentials(self._url, auth, self._headers())

    def are_for(self, url: str) -> bool:
        """Whether an address belongs to the server that these are for."""
        return self._origin is not None and origin(url) == self._origin

    async def headers_for(self, url: str, *, renew: bool = False) -> dict[str, str]:
        """Return the headers to send to an address: none for any other origin.

        Args:
            url: Where the request goes.
            renew: Whether the last token was refused, so that a new one is needed.
        """
        if not self.are_for(url):
            return {}
        headers = self._headers()
        if self._ask is not None:
            headers["Authorization"] = await self._ask(renew)
        return headers

    def redact(self, text: str) -> str:
        """Blank out the secrets in a text that a server may have echoed."""
        for secret in self._secrets():
            if len(secret) > 3:  # a shorter one would blank out words
                text = text.replace(secret, "***")
        return text

    def __repr__(self) -> str:
        return f"Credentials({self.kind or 'none'}, ***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials are not pickled; make a new client there.")

    __getstate__ = __reduce__


def _fixed(value: str) -> Callable[[bool], Awaitable[str]]:
    async def ask(_renew: bool) -> str:  # noqa: FBT001 # one signature for both
        return value

    return ask


def _asking(
    function: Callable[[], object], known: set[str]
) -> Callable[[bool], Awaitable[str]]:
    last: list[str] = []
    lock = asyncio.Lock()

    async def ask_again(renew: bool) -> str:  # noqa: FBT001 # as above
        before = last[-1:]
        async with lock:
            # Another request may have renewed the token while this one waited.
            if not last or (renew and last == before):
                answer = await asyncio.to_thread(function)
                if inspect.isawaitable(answer):
                    answer = await answer
                last[:] = [_token(answer)]
                known.add(last[0])
            return f"Bearer {last[0]}"

    return ask_again


def _token(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError("The token is empty or not text.", safe="Nothing was sent.")
    token = value.strip()
    if not token.isascii() or not token.isprintable():
        raise InputError("The token holds characters that a header cannot carry.")
    return token.removeprefix("Bearer ")


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not isinstance(value, str) or not value.isprintable() or ":" in name:
            raise InputError(f"The header {name!r} cannot be sent.")
    return dict(headers)
