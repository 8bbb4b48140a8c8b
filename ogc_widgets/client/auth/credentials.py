"""Credentials: what identifies the user to one server, and to no other."""

from __future__ import annotations

import base64
import re
import sys
import time
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ogc_widgets.client.auth.secret import (
    FixedSecret,
    Sealed,
    Secret,
    SecretLike,
    SecretSource,
    for_header,
    source_of,
)
from ogc_widgets.client.http.blanking import (
    BLANK,
    blanked,
    blanked_headers,
    blanked_reply,
)
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.links import origin, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from ogc_widgets.client.auth.plugin import PluginAuth
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.links import Origin

PLACEHOLDER = "$TOKEN"

# So long it takes until a source is asked again that brought nothing better.
_ASK_AGAIN_S = 60.0
# Headers that say nothing about the user, and may be words of any document.
_NO_SECRET = re.compile(
    r"accept|content-|user-agent|prefer|origin|referer|cache-", re.IGNORECASE
)
_SHORTEST_PART = 8


class HeaderAuth(Sealed):
    """A secret that is sent in a header.

    Args:
        header: Name of the header.
        source: Where the secret comes from.
        scheme: Word in front of the secret, such as ``Bearer``, or ``""``.

    Raises:
        InputError: A header cannot carry the secret.
    """

    __slots__ = ("header", "scheme", "source")

    def __init__(self, header: str, source: SecretSource, scheme: str = "") -> None:
        self.header = header
        self.source = source
        self.scheme = scheme
        for secret in source.known():
            self.encoded(secret)  # better now than in the middle of a job

    @property
    def placeholder(self) -> str:
        """The value of the header with ``$TOKEN`` in place of the secret."""
        return f"{self.scheme} {PLACEHOLDER}".strip()

    def written(self, secret: str) -> str:
        """The value of the header for a secret."""
        return f"{self.scheme} {self.encoded(secret)}".strip()

    def encoded(self, secret: str) -> str:
        """The secret as it stands in the header."""
        return for_header(secret)

    def known(self) -> set[str]:
        """Return every text that must not be seen."""
        secrets = self.source.known()
        return secrets | {self.encoded(secret) for secret in secrets}


class BearerAuth(HeaderAuth):
    """A token, as OAuth and most servers use them."""

    __slots__ = ()

    def __init__(self, source: SecretSource) -> None:
        super().__init__("Authorization", source, "Bearer")

    def encoded(self, secret: str) -> str:
        """The token; it is often copied together with the word in front of it."""
        return for_header(secret).removeprefix("Bearer ").strip()


class BasicAuth(HeaderAuth):
    """A user and a password."""

    __slots__ = ("_user",)

    def __init__(self, user: str, password: SecretSource) -> None:
        if not isinstance(user, str) or ":" in user:
            raise InputError("A user name is a text without a colon.")
        self._user = user
        super().__init__("Authorization", password, "Basic")

    def encoded(self, secret: str) -> str:
        """User and password together, in Base64."""
        return base64.b64encode(f"{self._user}:{secret}".encode()).decode("ascii")

    def known(self) -> set[str]:
        """Return every text that must not be seen; padding is often left out."""
        return super().known() | {one.rstrip("=") for one in super().known()}


Auth: TypeAlias = "SecretLike | tuple[str, SecretLike] | HeaderAuth | httpx.Auth | None"
"""What ``auth=`` takes; see :mod:`ogc_widgets.client.auth`."""


class Credentials(Sealed):
    """What identifies the user to one server.

    Args:
        url: Address of the server; only its origin ever receives anything.
        auth: See :data:`Auth`.
        headers: Further headers for this server, such as an API key.
        params: Members of the query of every request, such as a key or a map file.

    Raises:
        InputError: ``auth``, ``headers`` or ``params`` cannot be sent.
    """

    __slots__ = (
        *("_auth", "_before", "_headers", "_origin", "_params", "_plugin"),
        *("_renewed", "_renewed_at_s", "_url"),
    )

    def __init__(
        self,
        url: str,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> None:
        self._url = url
        self._origin: Origin | None = origin(url)
        self._headers = _sealed(headers or {})
        self._params = _sealed_params(params or {})
        self._plugin = _plugin_auth(auth)
        self._auth = _header_auth(None if self._plugin else auth)
        # A job may still repeat in its log what the user signed in with before.
        self._before: tuple[Secret, ...] = ()
        # The secret that was asked for last because the one before was refused.
        self._renewed = Secret()
        self._renewed_at_s = 0.0

    @property
    def source(self) -> SecretSource | None:
        """Where the secret comes from; ``None`` without ``auth``."""
        return self._auth.source if self._auth is not None else None

    @property
    def identify(self) -> bool:
        """Whether they say who the user is."""
        return self._auth is not None or self._plugin is not None

    def plugin_for(self, url: str) -> PluginAuth | None:
        """Return what signs requests to an address, if that is not one of our ways."""
        return self._plugin if self.are_for(url) else None

    @property
    def placeholders(self) -> dict[str, str]:
        """The headers that are sent, with ``$TOKEN`` in place of every secret."""
        names = dict.fromkeys(self._headers, PLACEHOLDER)
        if self._auth is not None:
            names[self._auth.header] = self._auth.placeholder
        if self._plugin is not None:
            names |= dict.fromkeys(self._plugin.headers, PLACEHOLDER)
        return names

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that go along with every request."""
        return tuple(self._params)

    def with_auth(self, auth: Auth) -> Credentials:
        """Return other credentials for the same server; headers and query stay."""
        headers = {name: value.reveal() for name, value in self._headers.items()}
        params = {name: value.reveal() for name, value in self._params.items()}
        made = Credentials(self._url, auth, headers, params)
        made._before = tuple(map(Secret, self._known()))
        return made

    def with_params(self, url: str) -> str:
        """Return the address to send: with the query of this server, if it is its."""
        if not self._params or not self.are_for(url):
            return url
        url = self.without_params(url)
        said = {name for name, _ in parse_qsl(urlsplit(url).query)}
        return with_query(
            url,
            {
                name: value.reveal()
                for name, value in self._params.items()
                if name not in said
            },
        )

    def without_params(self, url: str) -> str:
        """Return the address without what :meth:`with_params` adds to it."""
        if not self._params or not self.are_for(url):
            return url
        parts = urlsplit(url)
        members = parse_qsl(parts.query, keep_blank_values=True)
        ours = {(name, value.reveal()) for name, value in self._params.items()}
        ours |= {(name, BLANK) for name in self._params}
        kept = [member for member in members if member not in ours]
        if len(kept) == len(members):
            return url
        return urlunsplit(parts._replace(query=urlencode(kept)))

    def are_for(self, url: str) -> bool:
        """Whether an address belongs to the server that these are for."""
        return self._origin is not None and origin(url) == self._origin

    async def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers to send to an address: none for any other origin.

        Raises:
            InputError: There is no secret, or it cannot be sent.
            SignInError: The user has to sign in (again).
            ServerError: The server that gives out tokens cannot be reached.
        """
        if not self.are_for(url):
            return {}
        headers = {name: value.reveal() for name, value in self._headers.items()}
        if self._auth is not None:
            secret = await self._auth.source.secret()
            headers[self._auth.header] = self._auth.written(secret)
        return headers

    async def renew(self, refused: Mapping[str, str], status_code: int) -> bool:
        """Ask for another secret after the server has refused the last one.

        Asking again does not always help. A 403 mostly means that the user may not do
        this, and only on some servers that the token is too old; so a secret that was
        renewed because of one is not renewed because of the next. A 401 that stays is
        answered with a new question once a minute at most: somebody may have to type.

        Args:
            refused: The headers that were sent.
            status_code: What the server answered, 401 or 403.

        Returns:
            Whether there is another one, so that it is worth trying again.

        Raises:
            SignInError: There is none until the user signs in again.
            ServerError: The server that gives out tokens cannot be reached.
        """
        auth = self._auth
        if auth is None or not auth.source.can_renew:
            return False
        last = await auth.source.secret()
        if auth.written(last) != refused.get(auth.header):
            return True  # another request has renewed it meanwhile
        if self._renewed.reveal() == last:
            waited_s = time.monotonic() - self._renewed_at_s
            if status_code == 403 or waited_s < _ASK_AGAIN_S:
                return False
        fresh = await auth.source.secret(refused=last)
        self._renewed, self._renewed_at_s = Secret(fresh), time.monotonic()
        return fresh != last

    def redact(self, text: str) -> str:
        """Blank out the secrets in a text that a server may have echoed."""
        return blanked(text, self._known())

    def redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Blank out the secrets in the headers of an answer."""
        return blanked_headers(headers, self._known())

    def redact_reply(self, reply: Reply) -> Reply:
        """Blank out the secrets in an answer of any status."""
        return blanked_reply(reply, self._known())

    def _known(self) -> set[str]:
        known = {value.reveal() for value in (*self._params.values(), *self._before)}
        for name, value in self._headers.items():
            if not _NO_SECRET.match(name):
                # "Bearer x", or the "a=x; b=y" of cookies: x may come back alone.
                parts = re.split(r"[\s;,]+|(?<=\w)=(?=\w)", value.reveal())
                known |= {part for part in parts if len(part) >= _SHORTEST_PART}
                known.add(value.reveal())
        for way in (self._auth, self._plugin):
            known |= way.known() if way is not None else set()
        return known


def _plugin_auth(auth: Auth) -> PluginAuth | None:
    httpx = sys.modules.get("httpx")  # whoever has such an object has loaded it
    if httpx is None or not isinstance(auth, httpx.Auth):
        return None
    from ogc_widgets.client.auth.plugin import PluginAuth

    return PluginAuth(auth)


def _header_auth(auth: Auth) -> HeaderAuth | None:
    if auth is None or isinstance(auth, HeaderAuth):
        return auth
    if isinstance(auth, tuple) and len(auth) == 2:
        user, password = auth
        # A password may be of any characters, and even empty.
        if isinstance(password, str):
            return BasicAuth(user, FixedSecret(password))
        return BasicAuth(user, source_of(password))
    if isinstance(auth, str | SecretSource) or callable(auth):
        return BearerAuth(source_of(auth))
    raise InputError(
        f"auth cannot be a {type(auth).__name__}.",
        advice="Pass a token, (user, password), a function that returns a token, an "
        "httpx.Auth, or a way in ogc.auth, such as ogc.auth.api_key(name, key).",
    )


def _sealed_params(params: Mapping[str, str]) -> dict[str, Secret]:
    sealed = {}
    for name, value in params.items():
        if not isinstance(name, str) or not isinstance(value, str | int | float):
            raise InputError(
                f"The query member {name!r} cannot be sent.",
                advice='Pass texts: Client(url, params={"map": "/maps/a.qgs"}).',
            )
        sealed[name] = Secret(str(value))
    return sealed


def _sealed(headers: Mapping[str, str]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not isinstance(value, str) or not value.isprintable() or ":" in name:
            raise InputError(f"The header {name!r} cannot be sent.")
    return {name: Secret(value) for name, value in headers.items()}
