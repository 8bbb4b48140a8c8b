"""Problem documents (RFC 9457) with the type URIs of the standard."""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

_PART1 = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
_PART2 = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0/"
_PART2_TYPES = frozenset(
    {
        "duplicated-process",
        "immutable-process",
        "unsupported-media-type",
        "workflow-not-found",
    }
)


class Problem(Exception):  # noqa: N818 - it is a document first, an error second
    """A refusal, as it is sent.

    Args:
        status: HTTP status code.
        title: What it is, in a few words.
        detail: What happened here and what to do, one or two sentences.
        kind: Tail of the type URI; empty where the standard has none.
        errors: One entry per faulty input: ``{"input": id, "detail": sentence}``.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        kind: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        base = _PART2 if kind in _PART2_TYPES else _PART1
        self.headers = dict(headers or {})
        self._document: dict[str, Any] = {
            "type": base + kind if kind else "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
        }
        if errors:
            self._document["errors"] = errors

    def response(self, path: str) -> Response:
        """Return the HTTP answer to a request for a path."""
        # With escapes: what it quotes of the request may hold half of a character.
        return Response(
            json.dumps(self._document | {"instance": path}),
            self._document["status"],
            headers=self.headers,
            media_type="application/problem+json",
        )


def bad_request(title: str, detail: str) -> Problem:
    """Return the problem of a faulty request."""
    return Problem(400, title, detail, "invalid-parameter-value")


def no_such_process(process_id: str) -> Problem:
    """Return the problem of an unknown process."""
    detail = f"There is no process {process_id!r} on this server."
    return Problem(404, "No such process", detail, "no-such-process")


def no_such_job(job_id: str) -> Problem:
    """Return the problem of an unknown job."""
    detail = f"There is no job {job_id!r} on this server."
    return Problem(404, "No such job", detail, "no-such-job")


def bad_parameter(name: str, detail: str) -> Problem:
    """Return the problem of a faulty query parameter."""
    kind = "invalid-query-parameter-value"
    return Problem(400, "Invalid query parameter", f"{name}: {detail}", kind)


def bad_inputs(errors: Mapping[str, str]) -> Problem:
    """Return the problem of inputs that do not fit the description.

    Args:
        errors: Input id (or ``id/index`` for a part of it) to a sentence.
    """
    return Problem(
        400,
        "Invalid inputs",
        "; ".join(f"{path}: {detail}" for path, detail in errors.items()),
        "invalid-parameter-value",
        errors=[
            {"input": path.split("/", 1)[0], "path": path, "detail": detail}
            for path, detail in errors.items()
        ],
    )


def _is_disk_full(error: Exception) -> bool:
    """Whether a file or the database could not be written for want of room."""
    if isinstance(error, sqlite3.OperationalError):
        # SQLite says "disk I/O error" where a file of its own has no room to grow.
        return error.sqlite_errorname.startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


async def on_problem(request: Request, error: Exception) -> Response:
    """Answer with a problem where a route or the framework (404, 405) refused."""
    if isinstance(error, HTTPException):
        sentences = {
            404: "There is nothing at this address.",
            405: f"{request.method} is not possible at this address.",
        }
        error = Problem(
            error.status_code,
            HTTPStatus(error.status_code).phrase,
            sentences.get(error.status_code, error.detail),
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
            await _crash(error).response(scope["path"])(scope, receive, send)


def _crash(error: Exception) -> Problem:
    if _is_disk_full(error):  # RFC 4918, section 11.5
        return Problem(
            507,
            "No room",
            "The disk of the lab server is full; nothing was started or changed. Make "
            "room and try again.",
            headers={"Retry-After": "30"},
        )
    return Problem(
        500,
        "Internal server error",
        f"The lab server failed ({type(error).__name__}); its log has the details.",
    )
