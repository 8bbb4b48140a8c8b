"""The jobs of a server: listed page by page, filtered, and attached to."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ogc_widgets.client.http.loop import off_loop, on_loop
from ogc_widgets.client.http.pages import Pages
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.errors import (
    DeadlineError,
    InputError,
    OgcError,
    ProblemError,
    ServerError,
    SignInError,
    need_count,
)
from ogc_widgets.protocol.answers.job_replies import job_address, job_id_of, read_status
from ogc_widgets.protocol.documents.status import jobs_on
from ogc_widgets.protocol.job_query import (
    JobQuery,
    is_older,
    is_oldest_first,
    newest_first,
)
from ogc_widgets.protocol.links import absolute, join_path, with_query
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.jobs.any_job import Submission
    from ogc_widgets.protocol.documents.paging import Page
    from ogc_widgets.protocol.documents.status import StatusInfo


# Servers that keep whole documents take long for more at once.
LONGEST_PAGE = 100
MOST_SORTED = 1_000
MOST_SENT = 500
# Some servers need more than a minute for a hundred jobs.
LIST_S = 150.0
# A server that fails on a page may manage one of this size.
SMALL_PAGE = 5
# About what an entry of a list takes.
_ENTRY_BYTES = 500


class Jobs:
    """The verbs that find jobs, and the jobs that somebody has.

    Its coroutines run in the loop thread only.

    Attributes:
        discovery: What is known of the server.
        signing_in: What knows who the user is; its news let jobs look again at once.
        lists_newest_first: Whether the list has been seen to begin with the newest,
            or to have one page only whatever is asked for.
    """

    def __init__(self, discovery: Discovery, signing_in: SigningIn) -> None:
        self.discovery = discovery
        self.signing_in = signing_in
        self.lists_newest_first = False
        self._connection = discovery.connection
        self._jobs = jobs = weakref.WeakSet[AsyncJob]()
        self._sent: dict[str, tuple[Mapping[str, Any], Submission | None]] = {}

        def look_again() -> None:
            for job in tuple(jobs):
                job.resume()

        signing_in.when_signed_in(look_again)

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
        need_count("limit", limit)
        query = JobQuery.of(process_id, status, since, text)
        pages = JobPages(self, query, min(limit, LONGEST_PAGE))
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
        return JobPages(self, JobQuery.of(process_id, status, since, text), page_size)

    async def job(self, job_id_or_url: str) -> AsyncJob:
        """Attach to a job, wherever it was started.

        Args:
            job_id_or_url: Its id, or its address or that of its results or logs.

        Raises:
            NoSuchJobError: The server does not know it.
            ServerError: Its status could not be read.
        """
        name = str(getattr(job_id_or_url, "id", job_id_or_url)).strip()
        if not name:
            raise InputError("The id of a job is a text that is not empty.")
        found = await self._connection.resources()
        job_id, url = name, join_path(found.jobs_url, name)
        if absolute(name):
            job_id = job_id_of(name) or name.rstrip("/").rpartition("/")[2]
            url = job_address(name, job_id, found.jobs_url, self._connection.rebase)
        status = read_status(await self._connection.send(requests.get(url)))
        return self.attached(status.job_id or job_id, url, status)

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

    def knows(self, job_id: str) -> bool:
        """Whether a job was started by this client."""
        return job_id in self._sent

    def attached(self, job_id: str, url: str, status: StatusInfo) -> AsyncJob:
        """Make the job of a status, with what this client has sent for it."""
        parts = (self.discovery, self.signing_in)
        inputs, sent = self._sent.get(job_id, (None, None))
        job = AsyncJob(*parts, job_id, url, status, inputs=inputs, sent=sent)
        self.keep(job)
        if status.word:  # a bare id says nothing
            job.poller.note_in_history()
        return job

    def keep(self, job: AsyncJob) -> AsyncJob:
        """Keep a job in mind for as long as somebody has it; return it.

        What was sent for it is kept as long as the client: few servers give it back.
        """
        self._jobs.add(job)
        if job.id and job.inputs is not None:
            if job.sent is None:
                job.sent = self._sent.get(job.id, (None, None))[1]
            self._sent[job.id] = job.inputs, job.sent
            while len(self._sent) > MOST_SENT:
                del self._sent[next(iter(self._sent))]
        return job


class JobPages:
    """The jobs of a server, page by page. Made by ``client.job_pages()``.

    Cancelling a request loses nothing: ask again.
    """

    def __init__(self, jobs: Jobs, query: JobQuery, page_size: int) -> None:
        self._jobs = jobs
        self._connection = jobs.discovery.connection
        self._query = query
        self._page_size = max(1, page_size)
        self._parameters = query.parameters
        self._pages: Pages | LastPages | None = None
        self._ahead: Page | None = None  # read only to see which end comes first
        self._held: Page | None = None  # until all of it was taken in
        self._known: set[str] = set()
        self.is_oldest_first = False
        """Whether the oldest jobs come first, and the end of the list is not known."""

    @property
    def total(self) -> int | None:
        """How many jobs the server says it has, before filters of this package."""
        return self._pages.total if self._pages else None

    @property
    def is_last(self) -> bool:
        """Whether there is no further page."""
        return self._pages is not None and self._pages.is_last and self._ahead is None

    @on_loop
    async def next(self) -> list[AsyncJob]:
        """Read on until there are further jobs; an empty list at the end.

        Raises:
            ServerError: The list could not be read.
        """
        while True:
            if self._held is None:
                self._held = await self._read()
            page = self._held
            if page is None:
                return []
            url = (await self._connection.resources()).jobs_url
            size = len(page.entries) * _ENTRY_BYTES
            listed = await off_loop(size, page.read, jobs_on)
            new = [one for one in listed if one.job_id not in self._known]
            jobs = [
                self._jobs.attached(one.job_id, join_path(url, one.job_id), one)
                for one in new
            ]
            # Where the list gives no more than an id, each job says the rest.
            bare = [job.refresh() for job in jobs if not job.status.word]
            for answer in await asyncio.gather(*bare, return_exceptions=True):
                is_soft = isinstance(answer, OgcError)
                if isinstance(answer, BaseException) and not is_soft:
                    raise answer
            self._held = None
            self._known |= {one.job_id for one in new}
            wanted = [job for job in jobs if self._query.accepts(job.status)]
            if wanted or not new:  # a server that does not page repeats itself
                return wanted

    async def _read(self) -> Page | None:
        if self._ahead is not None:
            page, self._ahead = self._ahead, None
            return page
        if self._pages is not None:
            return await self._pages.next()
        try:
            return await self._first()
        except SignInError:
            raise
        except (ProblemError, DeadlineError) as error:
            code = error.status_code if isinstance(error, ProblemError) else 504
            if code in (400, 422) and self._parameters:
                self._parameters = {}  # it does not know these filters
            elif code >= 500 and self._page_size > SMALL_PAGE:
                self._page_size = SMALL_PAGE
            else:
                raise
        return await self._first()

    async def _first(self) -> Page | None:
        page = await self._start()
        entries = page.entries if page is not None else []
        if entries and all(isinstance(entry, (str, int)) for entry in entries):
            # Some servers give no more than ids unless they are asked to.
            page = await self._start(detail="true") or page
        return await self._newest(page) if page is not None else None

    async def _start(self, **more: str) -> Page | None:
        url = (await self._connection.resources()).jobs_url
        parameters = {**self._parameters, **more}
        pages = Pages(
            self._connection,
            requests.jobs_request(url, limit=self._page_size, **parameters).url,
            "jobs",
            limit=self._page_size,
            at_least_s=LIST_S,
        )
        page = await pages.next()
        self._pages = pages
        return page

    async def _newest(self, page: Page) -> Page | None:
        """The page with the newest jobs, given the first one.

        Some servers begin with the oldest jobs, even where each page has its newest
        first, so it takes a second page to see it. That is asked once per client.
        """
        pages = self._pages
        if not isinstance(pages, Pages) or pages.is_last:
            return page
        if self._jobs.lists_newest_first:
            return page
        self._ahead = second = await pages.next()
        if second is None:
            if pages.is_cut:  # there is no other page to be had
                self._jobs.lists_newest_first = True
            return page
        first_jobs, jobs = page.read(jobs_on), second.read(jobs_on)
        if not (is_oldest_first(first_jobs) or is_older(first_jobs, jobs)):
            self._jobs.lists_newest_first = True
            return page
        last = LastPages(pages, second.url, self._page_size)
        loaded = len(page.entries) + len(second.entries)
        with contextlib.suppress(ServerError):
            if await last.find_end(loaded):
                self._pages, self._ahead = last, None
                return await last.next()
        self.is_oldest_first = True
        return page


# Enough for a list of a million: doubling finds its size, halving its end.
_MOST_PROBES = 40


class LastPages:
    """The pages of a list, the last one first.

    The address of any page but the first shows how its server counts.
    """

    def __init__(self, pages: Pages, url: str, page_size: int) -> None:
        self._pages = pages
        self._url = url
        self._page_size = page_size
        query = parse_qs(urlsplit(url).query)
        self._offset = next((name for name in ("offset", "skip") if name in query), "")
        self._end = 0
        self.total = pages.total

    @property
    def is_last(self) -> bool:
        """Whether there is no further page."""
        return self._end <= 0

    async def find_end(self, loaded: int) -> bool:
        """Find out how long a list is that is longer than that; False if it cannot."""
        if self._offset and self.total is None:
            self.total = await self._count(loaded)
        self._end = self.total or 0
        return bool(self._offset and self._end)

    async def _count(self, loaded: int) -> int | None:
        # There is an entry before "least", and none from "most" on.
        least, most = loaded, None
        for _ in range(_MOST_PROBES):
            if most is not None and least >= most:
                return least
            at = 2 * least if most is None else (least + most) // 2
            count = len((await self._page(at, self._page_size)).entries)
            if 0 < count < self._page_size:
                return at + count
            if count:
                least = at + count
            else:
                most = at
        return None

    async def next(self) -> Page | None:
        """Read the page before the one that was read last; ``None`` after the first."""
        if self.is_last:
            return None
        start = max(0, self._end - self._page_size)
        page = await self._page(start, self._end - start)
        self._end = start
        return page

    async def _page(self, offset: int, limit: int) -> Page:
        members = {self._offset: offset, "limit": limit}
        return await self._pages.read(with_query(self._url, members))
