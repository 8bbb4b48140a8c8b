"""The jobs of a server: listed, and attached to."""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.client.jobs.job_pages import JobPages
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.answers.job_replies import job_address, job_id_of, read_status
from ogc_widgets.protocol.jobs.job_query import JobQuery, newest_first
from ogc_widgets.protocol.links import absolute, join_path
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.documents.status import StatusInfo

# Servers that keep whole documents take long for more at once.
LONGEST_PAGE = 100
MOST_SORTED = 1_000
MOST_SENT = 500


class Jobs:
    """The verbs that find jobs, and the jobs that somebody has.

    Its coroutines run in the loop thread only.

    Args:
        discovery: What is known of the server.
        signing_in: Whose news let jobs look again at once.

    Attributes:
        discovery: The same.
        lists_newest_first: Whether the list has been seen to begin with the newest.
    """

    def __init__(self, discovery: Discovery, signing_in: SigningIn) -> None:
        self.discovery = discovery
        self._connection = discovery.connection
        self._signing_in = signing_in
        self._jobs: weakref.WeakSet[AsyncJob] = weakref.WeakSet()
        self._sent: dict[str, Mapping[str, Any]] = {}
        self.lists_newest_first = False
        signing_in.when_signed_in(partial(_look_again, self._jobs))

    async def jobs(
        self,
        limit: int = 50,
        *,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> list[AsyncJob]:
        """List jobs, the newest first.

        What the server does not filter is filtered here, so more may be read than is
        returned.

        Args:
            limit: How many to list at most.
            process_id: Only jobs of this process.
            status: Only jobs of this state, or of one of these: ``accepted``,
                ``running``, ``successful``, ``failed``, ``dismissed``.
            since: Only jobs created at this time or later, by the server's clock.
            text: Words that stand in the process, the id or the message.

        Raises:
            InputError: There is no such status.
            ServerError: The list could not be read.
        """
        pages = self.job_pages(
            page_size=min(limit, LONGEST_PAGE),
            process_id=process_id,
            status=status,
            since=since,
            text=text,
        )
        found: list[AsyncJob] = []
        while page := await pages.next():
            found += page
            # Where the oldest come first, the newest are on the last page.
            is_enough = len(found) >= limit and not pages.is_oldest_first
            if is_enough or len(found) >= MOST_SORTED:
                break
        return newest_first(found)[:limit]

    def job_pages(
        self,
        *,
        page_size: int = 20,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> JobPages:
        """List jobs page by page; nothing is asked before the first page is wanted.

        Args:
            page_size: How many jobs to ask for at once.
            process_id: As for :meth:`jobs`, like the others.
            status: Only jobs of this state, or of one of these.
            since: Only jobs created at this time or later.
            text: Words that stand in the process, the id or the message.

        Raises:
            InputError: There is no such status.
        """
        query = JobQuery.of(process_id, status, since, text)
        return JobPages(self, query, max(1, page_size))

    def started_here(self, query: JobQuery) -> list[AsyncJob]:
        """The jobs of this client's own that go on, or have ended, on the server.

        The list of a server may not know the newest ones yet, or show others first.
        """
        return [
            job
            for job in self._jobs
            if job.url
            and job.inputs is not None
            and job.view.phase not in ("lost", "dismissed")
            and query.accepts(job.status)
        ]

    def listed(self, status: StatusInfo, jobs_url: str) -> AsyncJob:
        """Make the job of an entry of the list."""
        return self._attached(status.job_id, join_path(jobs_url, status.job_id), status)

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
        found = await self._connection.resources()
        if absolute(name):
            job_id = job_id_of(name) or name.rstrip("/").rpartition("/")[2]
            url = job_address(name, job_id, found.jobs_url, self._connection.rebase)
        else:
            job_id, url = name, join_path(found.jobs_url, name)
        reply = await self._connection.send(requests.get(url))
        status = read_status(reply)
        return self._attached(status.job_id or job_id, url, status)

    def knows(self, job_id: str) -> bool:
        """Whether a job was started by this client."""
        return job_id in self._sent

    def _attached(self, job_id: str, url: str, status: StatusInfo) -> AsyncJob:
        return self.made(job_id, url, status, inputs=self._sent.get(job_id))

    def made(
        self,
        job_id: str,
        url: str,
        status: StatusInfo,
        *,
        process_id: str = "",
        inputs: Mapping[str, Any] | None = None,
        wanted: tuple[str, ...] = (),
        is_new: bool = False,
        answer: Reply | None = None,
    ) -> AsyncJob:
        """Make a job, and keep it in mind for as long as somebody has it.

        What was sent for it is kept as long as the client: few servers give it back.
        The arguments are those of :class:`~ogc_widgets.client.AsyncJob`.
        """
        job = AsyncJob(
            self.discovery,
            self._signing_in,
            job_id,
            url,
            status,
            process_id=process_id,
            inputs=inputs,
            wanted=wanted,
            is_new=is_new,
            answer=answer,
        )
        self._jobs.add(job)
        if job.id and job.inputs is not None:
            self._sent[job.id] = job.inputs
            while len(self._sent) > MOST_SENT:
                del self._sent[next(iter(self._sent))]
        return job


def _look_again(jobs: Iterable[AsyncJob]) -> None:
    for job in tuple(jobs):
        job.resume()
