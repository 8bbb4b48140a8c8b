"""Who may talk to this server: programs and pages of this machine.

Deploying a package runs commands, so a page that someone happens to visit must not
reach the server through their browser. A request that changes something is refused
when a browser says that it comes from elsewhere, and a server on loopback answers
only to loopback names (a foreign name that resolves to 127.0.0.1 is an old trick).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.settings import LOOPBACK_HOSTS, Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCHEMES = ("http", "https")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_EXPOSED = (
    "Location, Link, Preference-Applied, Content-Range, Content-Length, ETag, "
    "WWW-Authenticate, Retry-After"
)


class Guard:
    """ASGI middleware for names, origins and CORS."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, answer or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path: str = scope["path"]
        origin = headers.get("origin")
        # A search that is posted changes nothing.
        is_reading = scope["method"] in _READING or self._settings.is_example(path)
        problem = self._refusal(headers.get("host", ""), origin, is_reading=is_reading)
        allowed = self._allowed_origin(path, origin)

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start" and allowed:
                answer = MutableHeaders(scope=message)
                answer["Access-Control-Allow-Origin"] = allowed
                answer["Access-Control-Expose-Headers"] = _EXPOSED
                if allowed != "*":
                    answer.add_vary_header("Origin")
                if scope["method"] == "OPTIONS":
                    _say_what_pages_may_send(headers, answer)
            await send(message)

        response = problem.response(path) if problem else self._app
        await response(scope, receive, send_with_origin)

    def _refusal(
        self, host: str, origin: str | None, *, is_reading: bool
    ) -> Problem | None:
        outside = urlsplit(self._settings.url).netloc  # empty without the option
        known = _is_loopback(f"//{host}") or (host and host == outside)
        if self._settings.is_loopback and not known:
            return Problem("unknown-name", host=host)
        if is_reading or origin is None:
            return None
        # "null" is what sandboxed pages say.
        own = {
            f"{scheme}://{name}"
            for name in filter(None, (host, outside))
            for scheme in _SCHEMES
        }
        if _is_loopback(origin) or origin in own:
            return None
        return Problem("foreign-page", origin=origin)

    def _allowed_origin(self, path: str, origin: str | None) -> str:
        if self._settings.is_example(path):
            return "*"  # example data, open to any map viewer
        return origin if origin and _is_loopback(origin) else ""


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
