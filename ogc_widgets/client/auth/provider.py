"""An OpenID Connect provider: where its endpoints are, and requests to them.

Authlib says how a client proves who it is and writes the token requests; they are sent
by the same bounded transport as everything else.

Sources: OpenID Connect Discovery 1.0, RFC 8414 (metadata), RFC 6749 (tokens, errors),
RFC 8628 (device flow).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.auth.secret import Sealed, Secret, SecretSource
from ogc_widgets.client.http.blanking import blanked_reply
from ogc_widgets.client.http.reach import Reach
from ogc_widgets.client.http.transport import Transport
from ogc_widgets.errors import (
    InputError,
    MissingExtraError,
    ProblemError,
    ProtocolError,
    SignInError,
)
from ogc_widgets.protocol.links import absolute, origin
from ogc_widgets.protocol.requests.requests import JSON, Request, get
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.protocol.answers.replies import Reply

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_DISCOVERY = "/.well-known/openid-configuration"
_FORM = "application/x-www-form-urlencoded"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_BYTES = 2**20
_SAID_LIMIT = 300


class RefusedError(SignInError):
    """The provider refused a request for a token.

    Attributes:
        code: The word of the standard, such as ``authorization_pending``.
    """

    code: str = ""


@dataclass(frozen=True)
class Endpoints:
    """What a provider says about itself.

    Attributes:
        token_url: Where tokens are asked for.
        device_url: Where the device flow begins, or ``""``.
        scopes: The scopes that it lists.
        client_methods: How clients may prove who they are.
    """

    token_url: str
    device_url: str
    scopes: frozenset[str]
    client_methods: frozenset[str]


class Tokens(Sealed):
    """What a provider gave out.

    Attributes:
        access: The token for the server.
        refresh: The token for another one, or an empty secret.
        lasts_s: How long the first is valid, seconds; infinite where it is not said.
    """

    __slots__ = ("access", "lasts_s", "refresh")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.access = Secret(_text(document.get("access_token")))
        self.refresh = Secret(_text(document.get("refresh_token")))
        self.lasts_s = seconds(document.get("expires_in"), math.inf)


class Provider:
    """One provider, as one client (application) of it sees it.

    Args:
        issuer: Its address, without ``/.well-known/openid-configuration``.
        client_id: The name under which the client is known there.
        client_secret: What proves it, or ``None`` for a public client.
        verify: How certificates are checked.
        timeout_s: Seconds for one exchange.

    Raises:
        MissingExtraError: authlib is not installed.
        InputError: The address is not one that secrets may be sent to.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretSource | None = None,
        *,
        verify: Verify = True,
        timeout_s: float = 30,
    ) -> None:
        need_authlib()
        self.issuer = _issuer(issuer)
        if not isinstance(client_id, str) or not client_id.strip():
            raise InputError(
                "The client id is a text that is not empty.",
                advice="The people who run the sign-in server give it to you.",
            )
        self.client_id = client_id.strip()
        self.host = urlsplit(self.issuer).netloc
        self._secret = client_secret
        self._verify = verify
        self._timeout_s = timeout_s
        self._reach = Reach(self.issuer)
        self._endpoints: Endpoints | None = None

    async def endpoints(self) -> Endpoints:
        """Read where the endpoints are; asked once.

        Raises:
            ProtocolError: There is no such provider at the address.
            TransportError: It cannot be reached.
        """
        if self._endpoints is None:
            self._endpoints = self._read(await self._discover())
        return self._endpoints

    async def _discover(self) -> Mapping[str, Any]:
        reply = await self._send(get(self.issuer + _DISCOVERY))
        document = reply.json_or_none() if reply.is_ok else None
        if not isinstance(document, Mapping):
            raise ProtocolError(
                f"{self.issuer} is not an OpenID Connect provider: it answered "
                f"{reply.status_code} to {_DISCOVERY}.",
                safe="Nothing secret was sent.",
                advice="Check the address of the sign-in server (the issuer).",
            )
        # Another name would mean that somebody else answers for this issuer.
        said = _text(document.get("issuer")).rstrip("/")
        if said != self.issuer:
            raise ProtocolError(
                f"The sign-in server at {self.issuer} calls itself "
                f"{clean(said, limit=_SAID_LIMIT) or 'nothing'}.",
                safe="Nothing secret was sent.",
                advice="Use that name as the issuer, if you trust it.",
            )
        return document

    def _read(self, document: Mapping[str, Any]) -> Endpoints:
        token_url = _safe_url(document.get("token_endpoint"))
        if not token_url:
            raise ProtocolError(
                f"The sign-in server at {self.issuer} names no safe place for tokens.",
                safe="Nothing secret was sent.",
                advice="Ask the people who run it.",
            )
        return Endpoints(
            token_url=token_url,
            device_url=_safe_url(document.get("device_authorization_endpoint")),
            scopes=_words(document.get("scopes_supported")),
            # The standard's word for a provider that does not say.
            client_methods=_words(document.get("token_endpoint_auth_methods_supported"))
            or frozenset({"client_secret_basic"}),
        )

    async def tokens(self, grant: str, **parameters: str) -> Tokens:
        """Ask for tokens.

        Args:
            grant: The kind of request, such as ``refresh_token``.
            parameters: What goes with it; empty ones are left out.

        Raises:
            RefusedError: The provider refused; see its ``code``.
            ProblemError: The provider has a fault of its own.
            TransportError: It cannot be reached.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        filled = {name: value for name, value in parameters.items() if value}
        body = prepare_token_request(grant, **filled)
        reply = await self._post((await self.endpoints()).token_url, body)
        return Tokens(self._answer(reply, "access_token"))

    async def begin_device(self, **parameters: str) -> Mapping[str, Any]:
        """Ask for a code that the user types on another page.

        Args:
            parameters: What goes with it; empty ones are left out.

        Raises:
            InputError: The provider does not offer this.
            RefusedError: The provider refused.
            TransportError: It cannot be reached.
        """
        url = (await self.endpoints()).device_url
        if not url:
            raise InputError(
                f"The sign-in server {self.host} has no sign-in with a code.",
                safe="Nothing secret was sent.",
                advice="Sign in another way, for example with a token.",
            )
        filled = {name: value for name, value in parameters.items() if value}
        reply = await self._post(url, urlencode(filled))
        return self._answer(reply, "device_code")

    async def _post(self, url: str, body: str) -> Reply:
        from authlib.oauth2.auth import ClientAuth

        secret = await self._secret.secret() if self._secret else ""
        method = _client_method((await self.endpoints()).client_methods, secret)
        proof = ClientAuth(self.client_id, secret, method)
        headers = {"Accept": JSON, "Content-Type": _FORM}
        url, headers, body = proof.prepare("POST", url, headers, body)
        request = Request("POST", url, headers, body.encode("ascii"))
        reply = await self._send(request)
        if reply.is_ok:
            return reply
        # A refusal may repeat what was sent.
        proven = headers.get("Authorization", "").partition(" ")[2]
        secrets = {secret, proven, *(value for _, value in parse_qsl(body))}
        return blanked_reply(reply, secrets)

    async def _send(self, request: Request) -> Reply:
        # A connection each time: tokens are rare, and nobody closes a provider.
        transport = Transport(
            request.url,
            Credentials(request.url),
            timeout_s=self._timeout_s,
            verify=self._verify,
            reach=self._reach,
        )
        try:
            return await transport.send(request, max_bytes=_MOST_BYTES)
        finally:
            await transport.close()

    def _answer(self, reply: Reply, wanted: str) -> Mapping[str, Any]:
        document = reply.json_or_none()
        found = document if isinstance(document, Mapping) else {}
        if reply.is_ok and _text(found.get(wanted)):
            return found
        if reply.status_code >= 500 or reply.status_code == 429:
            raise ProblemError(
                f"The sign-in server {self.host} answered {reply.status_code}.",
                status_code=reply.status_code,
                advice="Try again in a while.",
            )
        code = clean(_text(found.get("error")), limit=_SAID_LIMIT)
        said = clean(_text(found.get("error_description")), limit=_SAID_LIMIT) or code
        error = RefusedError(
            f"The sign-in server {self.host} refused"
            + (f": {said.rstrip('.')}." if said else "."),
            status_code=reply.status_code if not reply.is_ok else 401,
            advice=_ADVICE.get(code, "Sign in again: client.sign_in()."),
        )
        error.code = code
        raise error


_ADVICE = {
    "invalid_client": "Check the client id and its secret.",
    "unauthorized_client": "This client id may not sign in in this way; ask the people "
    "who run the sign-in server.",
    "unsupported_grant_type": "This sign-in server does not offer this way.",
    "invalid_scope": "Check scope=, or leave it out.",
}


def need_authlib() -> None:
    """Check that authlib is there, before anything is asked.

    Raises:
        MissingExtraError: It is not.
    """
    try:
        import authlib.oauth2  # noqa: F401 # only whether it is there
    except ImportError as error:
        raise MissingExtraError("Signing in with OpenID Connect", "auth") from error


def seconds(value: object, otherwise: float) -> float:
    """Read a number of seconds, which some providers write as text."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) and number > 0 else otherwise


def _client_method(offered: frozenset[str], secret: str) -> str:
    if not secret:
        return "none"
    if "client_secret_basic" not in offered and "client_secret_post" in offered:
        return "client_secret_post"
    return "client_secret_basic"


def _issuer(issuer: object) -> str:
    text = issuer.strip() if isinstance(issuer, str) else ""
    url = _safe_url(text.removesuffix(_DISCOVERY).rstrip("/"))
    if not url or urlsplit(url).username or urlsplit(url).query:
        raise InputError(
            "The address of the sign-in server must begin with https:// "
            "(http:// only for this machine).",
            safe="Nothing was sent.",
            advice="It is what stands before /.well-known/openid-configuration.",
        )
    return url


def _safe_url(value: object) -> str:
    """Return an address that secrets may be sent to, or ``""``."""
    url = absolute(value)
    known = origin(url) if url else None
    if known is None:
        return ""
    is_own = known[0] == "http" and known[1].strip("[]") in _LOOPBACK
    return url if known[0] == "https" or is_own else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    return frozenset(filter(None, map(_text, value if isinstance(value, list) else [])))
