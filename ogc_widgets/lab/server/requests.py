"""A request as the routes read it: the server's parts, addresses, parameters, body."""

from __future__ import annotations

import asyncio
import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ogc_widgets.lab.server.access import origin_of
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.types import Receive, Scope

    from ogc_widgets.lab.engines.engine import JobFolder
    from ogc_widgets.lab.server.jobs.job_store import JobRecord, JobStore
    from ogc_widgets.lab.server.jobs.keeping import Keeping
    from ogc_widgets.lab.server.jobs.scheduler import Scheduler
    from ogc_widgets.lab.server.people import Person
    from ogc_widgets.lab.server.process_store import (
        ProcessRecord,
        ProcessStore,
    )
    from ogc_widgets.lab.settings import Settings

    Handler = Callable[["LabRequest"], Awaitable[Response]]

_LARGEST_PAGE = 1000
_LARGEST_BODY = 64 * 2**20


@dataclass
class LabServer:
    """One running server.

    Attributes:
        settings: Its options.
        processes: The deployed processes.
        jobs: The job table.
        scheduler: Runs the jobs.
        keeping: Says for which jobs there is room, and removes old ones.
        scenes: Done when the example scenes are there; gives their item files.
    """

    settings: Settings
    processes: ProcessStore
    jobs: JobStore
    scheduler: Scheduler
    keeping: Keeping
    scenes: asyncio.Future[list[Path]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class LabRequest(Request):
    """A request to the lab; whatever is wrong with it is raised as a ``Problem``.

    Attributes:
        lab: The server that it came to.
        api: The API's address as the client knows it, without a trailing slash.
        stac: That of the STAC API.
        scenes: That of the folder of scenes.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.lab: LabServer = self.app.state.lab
        settings = self.lab.settings
        origin = origin_of(scope)
        self.api = origin + settings.api_path
        self.stac = origin + settings.stac_path
        self.scenes = origin + settings.scenes_path

    @property
    def person(self) -> Person:
        """Who sends it."""
        person: Person = self.state.person
        return person

    @property
    def process(self) -> ProcessRecord:
        """The process that the path names (404 no-such-process)."""
        return self.lab.processes.get(self.path_params["process_id"])

    @property
    def job(self) -> JobRecord:
        """The job that the path names (404 no-such-job; another's is not there)."""
        job_id = self.path_params["job_id"]
        with suppress(Problem):
            job = self.lab.jobs.get(job_id)
            if self.person.may_change(job.owner):
                return job
        if kept := self.lab.settings.kept:
            raise Problem("no-such-job-now", id=job_id, kept=kept)
        raise Problem("no-such-job", id=job_id)

    @property
    def job_folder(self) -> JobFolder:
        """The folder of the job that the path names."""
        return self.lab.scheduler.folder(self.job.job_id)

    async def scene_items(self) -> list[Path]:
        """Return the item files of the scenes; wait until they are made (or 503)."""
        try:
            return await asyncio.shield(self.lab.scenes)
        except RuntimeError as error:
            raise Problem("no-scenes", reason=error) from None

    @property
    def page(self) -> tuple[int, int]:
        """``limit`` and ``offset`` of a request for a list."""
        limit = self.whole_number("limit", 1) or 100
        return min(limit, _LARGEST_PAGE), self.whole_number("offset") or 0

    def whole_number(self, name: str, least: int = 0) -> int | None:
        """Return a parameter that is a whole number, or None where it is not given."""
        text = self.query_params.get(name)
        if text is None:
            return None
        digits = text.lstrip("0") or "0"
        # More than there can be of anything is as good as the number itself.
        number = int(digits[:15]) if re.fullmatch(r"[0-9]+", text) else -1
        if number < least:
            reason = f"must be a whole number of at least {least}"
            raise Problem("invalid-parameter", name=name, reason=reason)
        return number

    def words(self, name: str) -> list[str]:
        """Return the words of a parameter, between commas or given several times."""
        values = self.query_params.getlist(name)
        return [word for value in values for word in value.split(",") if word]

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    async def read_body(self) -> bytes:
        """Return the body (413 when it is larger than the server takes)."""
        body = bytearray()
        async for part in self.stream():
            body += part
            if len(body) > _LARGEST_BODY:
                raise Problem("too-large", limit=_LARGEST_BODY >> 20)
        return bytes(body)

    async def read_object(self) -> dict[str, Any]:
        """Return the body as a JSON object (415, 400 when it is something else)."""
        if not re.fullmatch(r"application/(.+\+)?json", self.media_type):
            raise unsupported(self.media_type, "application/json")
        return json_object(await self.read_body())

    def page_response(
        self, name: str, page: list[dict[str, Any]], total: int
    ) -> Response:
        """Answer with one page of a list, and links to the pages around it."""
        limit, offset = self.page
        links = [{"href": str(self.url), "rel": "self", "type": "application/json"}]
        around = {"next": offset + limit} if offset + limit < total else {}
        if offset > 0:
            around["prev"] = max(0, offset - limit)
        for rel, start in around.items():
            url = self.url.include_query_params(limit=limit, offset=start)
            links.append({"href": str(url), "rel": rel, "type": "application/json"})
        counts = {"numberMatched": total, "numberReturned": len(page)}
        return JSONResponse({name: page, "links": links, **counts})


def resource(path: str, **verbs: Handler) -> Route:
    """Return one route for several methods, so that Allow can list all of them."""
    methods = {*verbs, "OPTIONS"} | ({"HEAD"} if "GET" in verbs else set())
    allowed = ", ".join(sorted(methods))

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed})
        method = "GET" if request.method == "HEAD" else request.method
        return await verbs[method](LabRequest(request.scope, request.receive))

    return Route(path, answer, methods=sorted(methods))


def unsupported(kind: str, *possible: str) -> Problem:
    """Return the problem of a body that is of no possible media type."""
    words = f"{'one of ' * (len(possible) > 1)}{', '.join(possible)}"
    kind = kind or "of no type"
    return Problem("unsupported-media-type", possible=words, kind=kind)


def json_object(body: bytes) -> dict[str, Any]:
    """Return the object in a JSON text.

    Only what can be written again is taken: finite numbers, and texts that are
    Unicode (RFC 8259, sections 6 and 8.2).
    """
    try:
        document = json.loads(
            body, parse_constant=_number, parse_float=_number, parse_int=_whole
        )
        json.dumps(document, ensure_ascii=False).encode()
        if isinstance(document, dict):
            return document
        reason = "The body must be a JSON object."
    except UnicodeEncodeError:
        reason = "The body holds half of a character (\\ud800)."
    except (ValueError, RecursionError) as error:
        reason = f"The body is not JSON: {error}"
    raise Problem("invalid-request", reason=reason)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is not a number that can be worked with")
    return number


def _whole(text: str) -> int:
    _number(text)
    return int(text)


_OPEN = frozenset({"", ".."})
# fromisoformat also takes week dates and the like, which RFC 3339 does not have.
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?"
_ZONE = r"([Zz]|[+-]\d{2}:\d{2})"
_EXACT = re.compile(_DATE + _TIME + _ZONE)
_LOOSE = re.compile(f"{_DATE}({_TIME}{_ZONE}?)?")


def interval(text: str, *, exact: bool = False) -> tuple[float | None, float | None]:
    """Return start and end of ``datetime``; None where it is open.

    A date alone means that whole day, and a moment without a zone is in UTC.

    Args:
        text: ``2024-10-22T04:18:54Z``, ``2024-10-22``, or two of them with a slash
            between; ``..`` or nothing leaves one end open.
        exact: Refuse dates alone and moments without a zone, as STAC wants it.

    Returns:
        Seconds since 1970, both included.

    Raises:
        ValueError: The text is none of these; its message says how to write one.
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start, exact=exact), _moment(start, exact=exact, is_end=True)
    if start in _OPEN and end in _OPEN:
        raise ValueError("an interval needs a start or an end")
    first = None if start in _OPEN else _moment(start, exact=exact)
    last = None if end in _OPEN else _moment(end, exact=exact, is_end=True)
    if first is not None and last is not None and first > last:
        raise ValueError("the interval ends before it starts")
    return first, last


def _moment(text: str, *, exact: bool, is_end: bool = False) -> float:
    pattern = _EXACT if exact else _LOOSE
    try:
        # Nothing at all is no date either.
        moment = datetime.fromisoformat(text.upper() if pattern.fullmatch(text) else "")
    except ValueError:
        example = "2024-10-22T04:18:54Z"
        open_end = example if exact else "2024-10-22"
        raise ValueError(
            f"must be RFC 3339, such as {example} or ../{open_end}"
        ) from None
    if len(text) == len("2024-10-22") and is_end:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
