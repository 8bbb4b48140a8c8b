"""The jobs of a server: listed, and attached to."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Unpack

from ogc_widgets.api import requests
from ogc_widgets.api.documents import JobList, StatusInfo
from ogc_widgets.api.links import absolute, join_path
from ogc_widgets.api.replies import job_address, job_id_of, read_status
from ogc_widgets.client.ajob import AsyncJob
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.client.loop import on_loop
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.client.connection import Options


class Jobs(Discovery):
    """The verbs that find jobs.

    The arguments are those of :class:`~ogc_widgets.client.connection.Connection`.
    """

    def __init__(self, url: str, **options: Unpack[Options]) -> None:
        super().__init__(url, **options)
        self._jobs: weakref.WeakSet[AsyncJob] = weakref.WeakSet()

    @on_loop
    async def jobs(
        self, limit: int = 50, *, process_id: str | None = None
    ) -> list[AsyncJob]:
        """List jobs in the server's order, usually newest first.

        Args:
            limit: How many to list at most.
            process_id: Only jobs of this process.

        Raises:
            ServerError: The list could not be read.
        """
        url = (await self.resources()).jobs_url
        first = requests.jobs_request(url, limit=limit, processID=process_id).url
        found: dict[str, AsyncJob] = {}
        async for document, page_url in self.pages(first, "jobs"):
            page = JobList.from_json(document, page_url)
            # Some servers ignore filters and limits.
            new = {
                status.job_id: self.listed(status, url)
                for status in page.jobs
                if status.job_id not in found
                and (not process_id or status.process_id in (process_id, ""))
            }
            found |= new
            if len(found) >= limit or not page.jobs:
                break
        jobs = list(found.values())[:limit]
        bare = [job.refresh() for job in jobs if not job.status.word]
        await asyncio.gather(*bare, return_exceptions=True)
        return jobs

    def listed(self, status: StatusInfo, jobs_url: str) -> AsyncJob:
        """Make the job of an entry of the list."""
        url = join_path(jobs_url, status.job_id)
        return self.remember(AsyncJob(self, status.job_id, url, status))

    @on_loop
    async def job(self, job_id_or_url: str) -> AsyncJob:
        """Attach to a job, wherever it was started.

        Args:
            job_id_or_url: Its id, or its address on this server.

        Raises:
            NoSuchJobError: The server does not know it.
            ServerError: Its status could not be read.
        """
        name = str(job_id_or_url).strip()
        if not name:
            raise InputError("The id of a job is a text that is not empty.")
        found = await self.resources()
        if absolute(name):
            job_id = job_id_of(name) or name.rstrip("/").rpartition("/")[2]
            url = job_address(name, job_id, found.jobs_url, found.rebase)
        else:
            job_id, url = name, join_path(found.jobs_url, name)
        reply = await self.send(requests.get(url))
        status = read_status(reply)
        return self.remember(AsyncJob(self, status.job_id or job_id, url, status))

    def remember(self, job: AsyncJob) -> AsyncJob:
        """Keep a job in mind, for as long as somebody has it."""
        self._jobs.add(job)
        return job
