"""Who may use the server: programs and pages of this machine, with a good token.

Deploying a package runs commands, so a page that someone happens to visit must not
reach the server through their browser. A request that changes something is refused
when a browser says that it comes from elsewhere, and a server on loopback answers
only to loopback names (a foreign name that resolves to 127.0.0.1 is an old trick).

A protected server asks for a bearer token, too. Open to everybody are

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
from urllib.parse import urlsplit

from starlette.datastructures import URL, Headers, MutableHeaders

from ogc_widgets.lab.server.people import (
    EVERYBODY,
    BadTokenError,
    Person,
    TokenFile,
)
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.settings import LOOPBACK_HOSTS, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ogc_widgets.lab.server.oidc import Issuer

REALM = "ogc_widgets lab"
_SCHEMES = ("http", "https")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_EXPOSED = (
    "Location, Link, Preference-Applied, Content-Range, Content-Length, ETag, "
    "WWW-Authenticate, Retry-After"
)


class Access:
    """ASGI middleware for names, origins and CORS, and for tokens.

    It passes each request on as it was sent to the web server in front, if there is
    one (``url``), and with who sends it. What headers say of such a server is not
    believed: anybody could send them.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._outside = urlsplit(settings.url)  # empty without the option
        self._digest = _digest(settings.token) if settings.token else b""
        self._tokens = TokenFile(settings.tokens) if settings.tokens else None
        self._issuer: Issuer | None = None
        if settings.oidc:
            # Only here: who does not use it need not have the library.
            from ogc_widgets.lab.server.oidc import Issuer

            self._issuer = Issuer(settings.oidc, settings.audience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, answer or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, path = Headers(scope=scope), scope["path"]
        allowed = self._allowed_origin(path, asked.get("origin"))

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start" and allowed:
                answer = MutableHeaders(scope=message)
                answer["Access-Control-Allow-Origin"] = allowed
                answer["Access-Control-Expose-Headers"] = _EXPOSED
                if allowed != "*":
                    answer.add_vary_header("Origin")
                if scope["method"] == "OPTIONS":
                    _say_what_pages_may_send(asked, answer)
            await send(message)

        app, seen = self._app, scope
        try:
            self._check_names(scope["method"], path, asked)
            seen = self._as_sent(scope)
            # A browser asks what it may send before it sends a token.
            is_asked = scope["method"] != "OPTIONS" and not self._settings.is_open(path)
            if is_asked or not self._settings.is_protected:
                person = await self._person(seen) if is_asked else EVERYBODY
                seen.setdefault("state", {})["person"] = person
        except Problem as problem:
            app = problem.response(seen["path"])
        await app(seen, receive, send_with_origin)

    def _check_names(self, method: str, path: str, headers: Headers) -> None:
        """Refuse foreign names of this server, and foreign pages (421, 403)."""
        host, origin = headers.get("host", ""), headers.get("origin")
        outside = self._outside.netloc
        known = _is_loopback(f"//{host}") or (host and host == outside)
        if self._settings.is_loopback and not known:
            raise Problem("unknown-name", host=host)
        # A search that is posted changes nothing.
        is_reading = method in _READING or self._settings.is_example(path)
        if is_reading or origin is None:
            return
        # "null" is what sandboxed pages say.
        own = {
            f"{scheme}://{name}"
            for name in filter(None, (host, outside))
            for scheme in _SCHEMES
        }
        if not (_is_loopback(origin) or origin in own):
            raise Problem("foreign-page", origin=origin)

    def _allowed_origin(self, path: str, origin: str | None) -> str:
        if self._settings.is_example(path):
            return "*"  # example data, open to any map viewer
        return origin if origin and _is_loopback(origin) else ""

    def _as_sent(self, scope: Scope) -> Scope:
        """Return a request as it was sent to the web server in front."""
        if not self._outside.netloc:
            return scope
        seen = {
            **scope,
            "scheme": self._outside.scheme,
            "root_path": self._outside.path,
            "path": self._outside.path + scope["path"],
            "headers": list(scope["headers"]),
        }
        MutableHeaders(scope=seen)["host"] = self._outside.netloc
        return seen

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
        challenge = [f'realm="{REALM}"']
        if is_bad:
            words = detail.encode("ascii", "replace").decode().replace('"', "'")
            challenge += ['error="invalid_token"', f'error_description="{words}"']
        if self._settings.oidc:
            address = origin_of(scope) + self._settings.metadata_path
            challenge.append(f'resource_metadata="{address}"')
        headers = {"WWW-Authenticate": f"Bearer {', '.join(challenge)}"}
        return Problem("not-signed-in", reason=detail, headers=headers)


def origin_of(scope: Scope) -> str:
    """Return what stands before each path of this server, as the client knows it."""
    url = URL(scope=scope)
    # Within a part of the server, root_path is the path of that part.
    before = scope.get("app_root_path", scope.get("root_path", ""))
    return f"{url.scheme}://{url.netloc}{before}"


def _digest(token: str) -> bytes:
    # Of one length, whatever comes: the comparison tells nothing about the secret.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _is_loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in LOOPBACK_HOSTS
    except ValueError:
        return False


def _say_what_pages_may_send(asked: Headers, answer: MutableHeaders) -> None:
    """Complete the answer to the question that a browser asks before a request."""
    answer["Access-Control-Allow-Methods"] = answer.get("Allow", "GET, HEAD")
    answer["Access-Control-Max-Age"] = "600"
    if wanted := asked.get("access-control-request-headers"):
        answer["Access-Control-Allow-Headers"] = wanted
