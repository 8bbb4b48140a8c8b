"""What every route needs: the stores of this server and its own address."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ogc_widgets.lab.server.problems import Problem, bad_parameter, no_such_job

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

    from ogc_widgets.lab.engines.runner import JobFolder
    from ogc_widgets.lab.server.jobs.job_store import JobRecord, JobStore
    from ogc_widgets.lab.server.jobs.scheduler import Scheduler
    from ogc_widgets.lab.server.processes.deployed import ProcessStore
    from ogc_widgets.lab.server.settings import Settings

_LARGEST_PAGE = 1000


@dataclass
class Lab:
    """One running server.

    Attributes:
        settings: Its options.
        processes: The deployed processes.
        jobs: The job table.
        scheduler: Runs the jobs.
        scenes: Done when the example scenes are there; gives their item files.
    """

    settings: Settings
    processes: ProcessStore
    jobs: JobStore
    scheduler: Scheduler
    scenes: asyncio.Future[list[Path]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def resource(path: str, **verbs: Callable[[Request], Awaitable[Response]]) -> Route:
    """Return one route for several methods, so that a 405 can list all of them."""

    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await verbs[method](request)

    return Route(path, answer, methods=list(verbs))


def lab_of(request: Request) -> Lab:
    """Return the server that a request came to."""
    lab: Lab = request.app.state.lab
    return lab


def api_of(request: Request) -> str:
    """Return the API's address as the client knows it, without a trailing slash."""
    return origin_of(request) + lab_of(request).settings.api_path


def origin_of(request: Request) -> str:
    """Return scheme, name and port of this server as the client knows them."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def scenes_of(request: Request) -> list[Path]:
    """Return the item files of the example scenes; waits until they are made.

    Raises:
        Problem: 503 when they could not be made.
    """
    try:
        return await asyncio.shield(lab_of(request).scenes)
    except RuntimeError as error:
        raise Problem(
            503, "No scenes", f"The example scenes could not be made: {error}"
        ) from None


def job_of(request: Request) -> JobRecord:
    """Return the job that the path names.

    Raises:
        Problem: 404 no-such-job.
    """
    return job_with(lab_of(request), request.path_params["job_id"])


def folder_of(request: Request, job: JobRecord) -> JobFolder:
    """Return the folder of a job."""
    return lab_of(request).scheduler.folder(job.job_id)


def job_with(lab: Lab, job_id: str) -> JobRecord:
    """Return the job of an id.

    Raises:
        Problem: 404 no-such-job.
    """
    try:
        return lab.jobs.get(job_id)
    except KeyError:
        raise no_such_job(job_id) from None


def page_of(request: Request) -> tuple[int, int]:
    """Return ``limit`` and ``offset`` of a request for a list.

    Raises:
        Problem: 400 when they are not usable numbers.
    """
    limit = whole_number(request, "limit", 1) or 100
    return min(limit, _LARGEST_PAGE), whole_number(request, "offset") or 0


def whole_number(request: Request, name: str, least: int = 0) -> int | None:
    """Return a parameter that is a whole number, or None where it is not given.

    Raises:
        Problem: 400 when it is something else.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) < least:
        raise bad_parameter(
            name, f"must be a whole number of at least {least}, of at most 15 digits"
        )
    return int(text)


def page_response(
    request: Request, name: str, page: list[dict[str, Any]], total: int
) -> Response:
    """Answer with one page of a list, and links to the pages around it."""
    limit, offset = page_of(request)
    offsets = {"self": offset}
    if offset + limit < total:
        offsets["next"] = offset + limit
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    links = []
    for rel, start in offsets.items():
        url = request.url
        if rel != "self":
            url = url.include_query_params(limit=limit, offset=start)
        links.append({"href": str(url), "rel": rel, "type": "application/json"})
    return JSONResponse(
        {
            name: page,
            "links": links,
            "numberMatched": total,
            "numberReturned": len(page),
        }
    )
