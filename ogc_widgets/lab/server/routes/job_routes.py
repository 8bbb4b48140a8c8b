"""The job list, the status of a job, and dismissing it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from ogc_widgets.lab.server.context import (
    api_of,
    folder_of,
    job_of,
    lab_of,
    page_links,
    page_of,
    whole_number,
)
from ogc_widgets.lab.server.jobs.job_store import STATUSES, JobFilter
from ogc_widgets.lab.server.moments import interval
from ogc_widgets.lab.server.problems import bad_parameter
from ogc_widgets.lab.server.processes.documents import status_info

if TYPE_CHECKING:
    from starlette.requests import Request


async def job_list(request: Request) -> Response:
    """GET /jobs: newest first, filtered and paged."""
    lab = lab_of(request)
    limit, offset = page_of(request)
    jobs, total = lab.jobs.find(_filter(request), limit=limit, offset=offset)
    api = api_of(request)
    return JSONResponse(
        {
            "jobs": [status_info(job, folder_of(request, job), api) for job in jobs],
            "links": page_links(request, limit=limit, offset=offset, total=total),
            "numberMatched": total,
            "numberReturned": len(jobs),
        }
    )


async def job_status(request: Request) -> Response:
    """GET /jobs/{id}."""
    job = job_of(request)
    info = status_info(job, folder_of(request, job), api_of(request))
    return JSONResponse(info, headers={"Cache-Control": "no-store"})


async def dismiss(request: Request) -> Response:
    """DELETE /jobs/{id}: stop it; a job that has ended is removed."""
    lab = lab_of(request)
    job = job_of(request)
    folder = folder_of(request, job)
    api = api_of(request)
    if not job.is_finished:
        await lab.scheduler.dismiss(job)
        try:
            job = lab.jobs.get(job.job_id)
        except KeyError:  # another request has removed it since
            job = dataclasses.replace(job, status="dismissed")
        info = status_info(job, folder, api)
    else:
        # Nothing is left to link to.
        info = {**status_info(job, folder, api), "status": "dismissed", "links": []}
        info["message"] = "removed on request"
        await lab.scheduler.dismiss(job)
    info["links"].append(
        {"href": f"{api}/jobs", "rel": "up", "type": "application/json"}
    )
    return JSONResponse(info)


def _filter(request: Request) -> JobFilter:
    statuses = _words(request, "status")
    if not STATUSES.issuperset(statuses):
        known = ", ".join(sorted(STATUSES))
        raise bad_parameter("status", f"must be one of {known}")
    created_from = created_to = None
    if (text := request.query_params.get("datetime")) is not None:
        try:
            created_from, created_to = interval(text)
        except ValueError as error:
            raise bad_parameter("datetime", str(error)) from None
    return JobFilter(
        process_ids=_words(request, "processID"),
        statuses=statuses,
        created_from=created_from,
        created_to=created_to,
        min_duration_s=whole_number(request, "minDuration"),
        max_duration_s=whole_number(request, "maxDuration"),
        nothing=any(word != "process" for word in _words(request, "type")),
    )


def _words(request: Request, name: str) -> list[str]:
    values = request.query_params.getlist(name)
    return [word for value in values for word in value.split(",") if word]
