"""Who may use a protected server: whoever brings a good bearer token.

Open to everybody are

* the landing page, so that a client can find out what this is before it signs in; it
  holds nothing but addresses;
* the example scenes and the STAC API over them: the steps of jobs read them, which have
  no token and shall not get one (a package may come from anywhere), and nothing of
  anybody is in them;
* where to sign in (RFC 9728), when there is an issuer.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.access.outside import origin_of, path_of
from ogc_widgets.lab.server.access.people import (
    EVERYBODY,
    BadTokenError,
    Person,
    TokenFile,
)
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ogc_widgets.lab.server.access.oidc import Issuer
    from ogc_widgets.lab.server.requests import LabRequest
    from ogc_widgets.lab.settings import Settings

_REALM = "ogc_widgets lab"


class Gate:
    """ASGI middleware that asks for a token; lets everything pass without options."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._digest = _digest(settings.token) if settings.token else b""
        self._tokens = TokenFile(settings.tokens) if settings.tokens else None
        self._issuer: Issuer | None = None
        if settings.oidc:
            # Only here: who does not use it need not have the library.
            from ogc_widgets.lab.server.access.oidc import Issuer

            self._issuer = Issuer(settings.oidc, settings.audience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request."""
        app = self._app
        # A browser asks what it may send before it sends a token.
        is_asked = scope["type"] == "http" and scope["method"] != "OPTIONS"
        if not self._settings.is_protected:
            scope.setdefault("state", {})["person"] = EVERYBODY
        elif is_asked and not self._settings.is_open(path_of(scope)):
            try:
                scope.setdefault("state", {})["person"] = await self._person(scope)
            except Problem as problem:
                app = problem.response(scope["path"])
        await app(scope, receive, send)

    async def _person(self, scope: Scope) -> Person:
        """Return who sends a request (401 where that cannot be said)."""
        given = Headers(scope=scope).get("authorization", "")
        scheme, _, token = given.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise self._unauthorised(
                scope,
                "This server is protected: send an Authorization header with a bearer "
                "token.",
            )
        if self._digest and hmac.compare_digest(self._digest, _digest(token)):
            return EVERYBODY
        reason = "The token is not the right one."
        if self._tokens is not None and (name := self._tokens.name_of(token)):
            return Person(name, name, self._settings.is_admin(name))
        if self._issuer is not None:
            try:
                return self._named(await self._issuer.claims(token))
            except BadTokenError as error:
                reason = str(error)
        raise self._unauthorised(scope, reason, is_bad=True)

    def _named(self, claims: Mapping[str, Any]) -> Person:
        """Return whose token has these claims."""
        person = str(claims["sub"])
        # Names may change and be given to others; only the subject stays.
        names = (claims.get(key) for key in ("preferred_username", "email"))
        name = next((name for name in names if isinstance(name, str) and name), person)
        return Person(person, name, self._settings.is_admin(person))

    def _unauthorised(
        self, scope: Scope, detail: str, *, is_bad: bool = False
    ) -> Problem:
        challenge = [f'realm="{_REALM}"']
        if is_bad:
            words = detail.encode("ascii", "replace").decode().replace('"', "'")
            challenge += ['error="invalid_token"', f'error_description="{words}"']
        if self._settings.oidc:
            address = origin_of(scope) + self._settings.metadata_path
            challenge.append(f'resource_metadata="{address}"')
        headers = {"WWW-Authenticate": f"Bearer {', '.join(challenge)}"}
        return Problem("not-signed-in", reason=detail, headers=headers)


async def metadata(request: LabRequest) -> Response:
    """GET where to sign in for this server (RFC 9728)."""
    return JSONResponse(
        {
            "resource": request.api,
            "resource_name": _REALM,
            "authorization_servers": [request.lab.settings.oidc],
            "bearer_methods_supported": ["header"],
        }
    )


def _digest(token: str) -> bytes:
    # Of one length, whatever comes: the comparison tells nothing about the secret.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
