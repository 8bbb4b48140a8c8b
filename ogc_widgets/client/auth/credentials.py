"""Credentials: what identifies the user to one server, and to no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ogc_widgets.client.auth.secret import Auth, Sealed, Secret, SecretSource
from ogc_widgets.client.http.blanking import (
    BLANK,
    blanked,
    blanked_headers,
    blanked_reply,
)
from ogc_widgets.errors import InputError, need_dict
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.links import origin, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.auth.ways import Way
    from ogc_widgets.protocol.answers.replies import Reply

# Headers that say nothing about the user, and may be words of any document.
_NO_SECRET = pattern(
    r"accept|content-|user-agent|prefer|origin|referer|cache-", re.IGNORECASE
)
_SHORTEST_PART = 8


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

    __slots__ = ("_before", "_headers", "_origin", "_params", "way")

    def __init__(
        self,
        url: str,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> None:
        self._origin = origin(url)
        self._headers = _sealed_headers(headers or {})
        self._params = _sealed_params(params or {})
        self.way = _way_of(auth)
        # A job may still repeat in its log what the user signed in with before.
        self._before: tuple[Secret, ...] = ()

    def with_auth(self, auth: Auth) -> Credentials:
        """Return other credentials for the same server; headers and query stay."""
        made = Credentials("", auth)
        made._origin = self._origin
        made._headers, made._params = self._headers, self._params
        made._before = tuple(map(Secret, self._known()))
        return made

    @property
    def source(self) -> SecretSource | None:
        """Where the secret comes from; ``None`` if that is not one of ours."""
        return self.way.source if self.way is not None else None

    @property
    def placeholders(self) -> dict[str, str]:
        """The headers that are sent, with ``$TOKEN`` in place of every secret."""
        names = dict.fromkeys(self._headers, "$TOKEN")
        return names | (dict(self.way.placeholders) if self.way is not None else {})

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that go along with every request."""
        return tuple(self._params)

    def are_for(self, url: str) -> bool:
        """Whether an address belongs to the server that these are for."""
        return self._origin is not None and origin(url) == self._origin

    def way_for(self, url: str) -> Way | None:
        """Return what signs requests to an address: nothing for any other origin."""
        return self.way if self.are_for(url) else None

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the further headers for an address: none for any other origin."""
        if not self.are_for(url):
            return {}
        return {name: value.reveal() for name, value in self._headers.items()}

    def with_params(self, url: str) -> str:
        """Return the address to send: with the query of this server, if it is its."""
        if not self._params or not self.are_for(url):
            return url
        url = self.without_params(url)
        said = {name for name, _ in parse_qsl(urlsplit(url).query)}
        params = {name: value.reveal() for name, value in self._params.items()}
        return with_query(
            url, {name: value for name, value in params.items() if name not in said}
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

    def redact(self, text: str) -> str:
        """Blank out the secrets in a text that a server may have echoed."""
        return blanked(text, self._known())

    def redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Blank out the secrets in the headers of an answer."""
        known = self._known()
        return blanked_headers(headers, known) if known else dict(headers)

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
        return known | (self.way.known() if self.way is not None else set())


def _way_of(auth: Auth) -> Way | None:
    if auth is None:
        return None
    from ogc_widgets.client.auth.ways import way_of  # loads the HTTP library

    return way_of(auth)


def _sealed_params(params: Mapping[str, str]) -> dict[str, Secret]:
    for name, value in params.items():
        if not isinstance(name, str) or not isinstance(value, str | int | float):
            raise InputError(
                f"The query member {name!r} cannot be sent.",
                advice='Pass texts: Client(url, params={"map": "/maps/a.qgs"}).',
            )
    return {name: Secret(str(value)) for name, value in params.items()}


def _sealed_headers(headers: Mapping[str, str]) -> dict[str, Secret]:
    example = 'For example: Client(url, headers={"X-Api-Key": key}).'
    need_dict("headers", headers, "name to value", advice=example)
    for name, value in headers.items():
        if not isinstance(value, str) or not value.isprintable() or ":" in name:
            raise InputError(f"The header {name!r} cannot be sent.")
    return {name: Secret(value) for name, value in headers.items()}
