"""An OpenID Connect provider: where its endpoints are, and requests to them.

Authlib says how a client proves who it is; the requests are sent by the same bounded
transport as everything else.

Sources: OpenID Connect Discovery 1.0, RFC 8414 (metadata), RFC 6749 (tokens, errors),
RFC 8628 (device flow).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.auth.secret import Secret, SecretSource
from ogc_widgets.client.http.blanking import blanked_reply
from ogc_widgets.client.http.environment import is_loopback
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
    from ogc_widgets.protocol.json_type import JsonObject

_DISCOVERY = "/.well-known/openid-configuration"
_MOST_BYTES = 2**20
_SAID_LIMIT = 300
_ADVICE = {
    "invalid_client": "Check the client id and its secret.",
    "unauthorized_client": "This client id may not sign in in this way; ask the people "
    "who run the sign-in server.",
    "unsupported_grant_type": "This sign-in server does not offer this way.",
    "invalid_scope": "Check scope=, or leave it out.",
}


class RefusedError(SignInError):
    """The provider refused a request for a token.

    Attributes:
        code: The word of the standard, such as ``authorization_pending``.
    """

    code: str = ""


class Tokens(NamedTuple):
    """What a provider gave out: a token for the server, and one to renew that, or "".

    The first is valid for so many seconds; infinite where that is not said.
    """

    access: Secret
    refresh: Secret
    lasts_s: float


class Provider:
    """One provider, as one client (application) of it sees it; public without a secret.

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
    ) -> None:
        try:
            import authlib.oauth2  # noqa: F401 # only whether it is there
        except ImportError as error:
            raise MissingExtraError("Signing in with OpenID Connect", "auth") from error
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
        self._reach = Reach(self.issuer)
        self._metadata: JsonObject | None = None

    async def metadata(self) -> JsonObject:
        """Read what the provider says about itself; asked once."""
        if self._metadata is None:
            reply = await self._send(get(self.issuer + _DISCOVERY))
            self._metadata = self._checked(reply)
        return self._metadata

    def _checked(self, reply: Reply) -> JsonObject:
        document = reply.json_or_none() if reply.is_ok else None
        advice = "Ask the people who run it."
        if not isinstance(document, Mapping):
            problem = (
                f"{self.issuer} is not an OpenID Connect provider: it answered "
                f"{reply.status_code} to {_DISCOVERY}."
            )
            advice = "Check the address of the sign-in server (the issuer)."
        elif (said := _text(document.get("issuer")).rstrip("/")) != self.issuer:
            # Another name would mean that somebody else answers for this issuer.
            said = clean(said, limit=_SAID_LIMIT) or "nothing"
            problem = f"The sign-in server at {self.issuer} calls itself {said}."
            advice = "Use that name as the issuer, if you trust it."
        elif not _safe_url(document.get("token_endpoint")):
            problem = (
                f"The sign-in server at {self.issuer} names no safe place for tokens."
            )
        else:
            return document
        raise ProtocolError(problem, safe="Nothing secret was sent.", advice=advice)

    async def scopes(self) -> frozenset[str]:
        """Return the scopes that the provider lists."""
        return _words((await self.metadata()).get("scopes_supported"))

    async def tokens(self, grant: str, **parameters: str) -> Tokens:
        """Ask for tokens; empty parameters are left out.

        Raises:
            RefusedError: The provider refused; see its ``code``.
            ProblemError: The provider has a fault of its own.
            TransportError: It cannot be reached.
        """
        url = _safe_url((await self.metadata()).get("token_endpoint"))
        form = {"grant_type": grant, **parameters}
        said = await self._post(url, form, "access_token")
        return Tokens(
            Secret(_text(said.get("access_token"))),
            Secret(_text(said.get("refresh_token"))),
            seconds(said.get("expires_in"), math.inf),
        )

    async def begin_device(self, **parameters: str) -> JsonObject:
        """Ask for a code that the user types on another page."""
        url = _safe_url((await self.metadata()).get("device_authorization_endpoint"))
        if not url:
            raise InputError(
                f"The sign-in server {self.host} has no sign-in with a code.",
                safe="Nothing secret was sent.",
                advice="Sign in another way, for example with a token.",
            )
        return await self._post(url, parameters, "device_code")

    async def _post(self, url: str, form: Mapping[str, str], wanted: str) -> JsonObject:
        """Send a form, and return the answer where it has the wanted member."""
        from authlib.oauth2.auth import ClientAuth

        secret = await self._secret.secret() if self._secret else ""
        offered = _words(
            (await self.metadata()).get("token_endpoint_auth_methods_supported")
        )
        # The standard's word for a provider that does not say is "basic".
        method = "client_secret_basic" if secret else "none"
        if secret and offered & {method, "client_secret_post"} == {
            "client_secret_post"
        }:
            method = "client_secret_post"
        url, headers, body = ClientAuth(self.client_id, secret, method).prepare(
            "POST",
            url,
            {"Accept": JSON, "Content-Type": "application/x-www-form-urlencoded"},
            urlencode({name: value for name, value in form.items() if value}),
        )
        reply = await self._send(Request("POST", url, headers, body.encode("ascii")))
        if not reply.is_ok:
            # A refusal may repeat what was sent.
            proven = headers.get("Authorization", "").partition(" ")[2]
            secrets = {secret, proven, *(value for _, value in parse_qsl(body))}
            reply = blanked_reply(reply, secrets)
        document = reply.json_or_none()
        found = document if isinstance(document, Mapping) else {}
        if reply.is_ok and _text(found.get(wanted)):
            return found
        raise self._refusal(reply, found)

    def _refusal(self, reply: Reply, document: JsonObject) -> ProblemError:
        if reply.status_code >= 500 or reply.status_code == 429:
            return ProblemError(
                f"The sign-in server {self.host} answered {reply.status_code}.",
                status_code=reply.status_code,
                advice="Try again in a while.",
            )
        code = clean(_text(document.get("error")), limit=_SAID_LIMIT)
        said = clean(_text(document.get("error_description")), limit=_SAID_LIMIT)
        said = f": {(said or code).rstrip('.')}" if said or code else ""
        error = RefusedError(
            f"The sign-in server {self.host} refused{said}.",
            status_code=reply.status_code if not reply.is_ok else 401,
            advice=_ADVICE.get(code, "Sign in again: client.sign_in()."),
        )
        error.code = code
        return error

    async def _send(self, request: Request) -> Reply:
        # A connection each time: tokens are rare, and nobody closes a provider.
        transport = Transport(
            request.url,
            Credentials(request.url),
            timeout_s=30,
            verify=self._verify,
            reach=self._reach,
        )
        try:
            return await transport.send(request, max_bytes=_MOST_BYTES)
        finally:
            await transport.close()


def seconds(value: object, otherwise: float) -> float:
    """Read a number of seconds, which some providers write as text."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) and number > 0 else otherwise


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
    is_safe = known[0] == "https" or (known[0] == "http" and is_loopback(url))
    return url if is_safe else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    return frozenset(filter(None, map(_text, value if isinstance(value, list) else [])))
