"""Problem documents (RFC 9457): raised by whatever refuses a request.

All of them are in ``problems.yaml``, by name.
"""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from ogc_widgets.lab.server.documents import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

_TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-{}/1.0/{}"


class Problem(Exception):  # noqa: N818 - it is a document first, an error second
    """A refusal, as it is sent.

    Args:
        name: Its name in ``problems.yaml``.
        status: HTTP status code, where it is another than the usual one.
        errors: One entry per faulty input: ``{"input": id, "detail": sentence}``.
        headers: Further headers of the answer.
        values: What is filled in.
    """

    def __init__(
        self,
        name: str,
        /,
        *,
        status: int = 0,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        told = read_yaml("problems.yaml")[name]
        self.headers = dict(headers or {})
        self._document: dict[str, Any] = {
            "type": _TYPES.format(*told.get("type", "").split("/"))
            if "type" in told
            else "about:blank",
            "title": told["title"].format(**values),
            "status": status or told["status"],
            "detail": told["detail"].format(**values),
        }
        if errors:
            self._document["errors"] = errors
        super().__init__(self._document["detail"])

    def response(self, path: str) -> Response:
        """Return the HTTP answer to a request for a path."""
        # With escapes: what it quotes of the request may hold half of a character.
        return Response(
            json.dumps(self._document | {"instance": path}),
            self._document["status"],
            headers=self.headers,
            media_type="application/problem+json",
        )


async def on_problem(request: Request, error: Exception) -> Response:
    """Answer with a problem where a route or the framework (404, 405) refused."""
    if isinstance(error, HTTPException):
        sentences = {
            404: "There is nothing at this address.",
            405: f"{request.method} is not possible at this address.",
        }
        error = Problem(
            "other",
            status=error.status_code,
            title=HTTPStatus(error.status_code).phrase,
            reason=sentences.get(error.status_code, error.detail),
            headers=error.headers,
        )
    if not isinstance(error, Problem):
        raise error
    return error.response(request.url.path)


class Crashes:
    """ASGI middleware: what nobody foresaw costs one answer, not the connection.

    The framework's own handler raises the error again after it has answered, and the
    server then drops the connection together with the requests that wait on it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request; answer without internals if that fails."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            _log.exception("A request for %r failed", scope["path"])
            problem = Problem("crash", kind=type(error).__name__)
            if _is_disk_full(error):
                problem = Problem("no-room", headers={"Retry-After": "30"})
            await problem.response(scope["path"])(scope, receive, send)


def _is_disk_full(error: Exception) -> bool:
    """Whether a file or the database could not be written for want of room."""
    if isinstance(error, sqlite3.OperationalError):
        # SQLite says "disk I/O error" where a file of its own has no room to grow.
        return error.sqlite_errorname.startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
