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
        kind: Tail of the type URI, or an empty string when the standard has none.
        title: What it is, in a few words.
        detail: What happened here and what to do, one or two sentences.
        errors: One entry per faulty input: ``{"input": id, "detail": sentence}``.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})

    def document(self, instance: str) -> dict[str, Any]:
        """Return the JSON document for a request to ``instance``."""
        base = _PART2 if self.kind in _PART2_TYPES else _PART1
        document: dict[str, Any] = {
            "type": base + self.kind if self.kind else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            document["errors"] = self.errors
        return document


def no_such_process(process_id: str) -> Problem:
    """Return the problem of an unknown process."""
    return Problem(
        404,
        "no-such-process",
        "No such process",
        f"There is no process {process_id!r} on this server.",
    )


def no_such_job(job_id: str) -> Problem:
    """Return the problem of an unknown job."""
    return Problem(
        404, "no-such-job", "No such job", f"There is no job {job_id!r} on this server."
    )


def bad_parameter(name: str, detail: str) -> Problem:
    """Return the problem of a faulty query parameter."""
    return Problem(
        400,
        "invalid-query-parameter-value",
        "Invalid query parameter",
        f"{name}: {detail}",
    )


def bad_inputs(errors: Mapping[str, str]) -> Problem:
    """Return the problem of inputs that do not fit the description.

    Args:
        errors: Input id (or ``id/index`` for a part of it) to a sentence.
    """
    lines = "; ".join(f"{key}: {detail}" for key, detail in errors.items())
    return Problem(
        400,
        "invalid-parameter-value",
        "Invalid inputs",
        lines,
        errors=[
            {"input": key.split("/", 1)[0], "path": key, "detail": detail}
            for key, detail in errors.items()
        ],
    )


def is_disk_full(error: Exception) -> bool:
    """Whether a file or the database could not be written for want of room."""
    if isinstance(error, sqlite3.OperationalError):
        # SQLite says "disk I/O error" where a file of its own has no room to grow.
        return error.sqlite_errorname.startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def disk_full() -> Problem:
    """Return the problem of a server that cannot write (RFC 4918, section 11.5)."""
    return Problem(
        507,
        "",
        "No room",
        "The disk of the lab server is full; nothing was started or changed. Make "
        "room and try again.",
        headers={"Retry-After": "30"},
    )


def problem_response(problem: Problem, path: str) -> Response:
    """Return the HTTP answer for a problem."""
    # With escapes: what it quotes of the request may hold half of a character.
    return Response(
        json.dumps(problem.document(path)),
        problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


async def on_problem(request: Request, error: Exception) -> Response:
    """Answer with the problem that a route raised."""
    if not isinstance(error, Problem):
        raise error
    return problem_response(error, request.url.path)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer with a problem where the framework refused (404, 405)."""
    if not isinstance(error, HTTPException):
        raise error
    title = HTTPStatus(error.status_code).phrase
    details = {
        404: "There is nothing at this address.",
        405: f"{request.method} is not possible at this address.",
    }
    problem = Problem(
        error.status_code,
        "",
        title,
        details.get(error.status_code, str(error.detail)),
        headers=dict(error.headers or {}),
    )
    return problem_response(problem, request.url.path)


class Crashes:
    """ASGI middleware: what nobody foresaw costs one answer, not the connection.

    The framework's own handler raises the error again after it has answered, and the
    server then drops the connection together with the requests that wait on it.

    Args:
        app: What comes after it.
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
            problem = _crash(error)
            await problem_response(problem, scope["path"])(scope, receive, send)


def _crash(error: Exception) -> Problem:
    if is_disk_full(error):
        return disk_full()
    return Problem(
        500,
        "",
        "Internal server error",
        f"The lab server failed ({type(error).__name__}); its log has the details.",
    )
