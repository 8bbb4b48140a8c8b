"""The addresses behind a web server that speaks https for this one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import URL, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ogc_widgets.lab.settings import Settings


class Outside:
    """ASGI middleware: each request as it was sent to the web server in front.

    What headers say of such a server is not believed: anybody could send them.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._address = urlsplit(settings.url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if scope["type"] == "http" and self._address.netloc:
            scope = {
                **scope,
                "scheme": self._address.scheme,
                "root_path": self._address.path,
                "path": self._address.path + scope["path"],
                "headers": list(scope["headers"]),
            }
            MutableHeaders(scope=scope)["host"] = self._address.netloc
        await self._app(scope, receive, send)


def origin_of(scope: Scope) -> str:
    """Return what stands before each path of this server, as the client knows it."""
    url = URL(scope=scope)
    # Within a part of the server, root_path is the path of that part.
    before = scope.get("app_root_path", scope.get("root_path", ""))
    return f"{url.scheme}://{url.netloc}{before}"


def path_of(scope: Scope) -> str:
    """Return the path of a request on this server."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path
