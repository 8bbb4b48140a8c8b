"""The jobs of a server, page by page, filtered where the server does not."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from ogc_widgets.client.http.loop import off_loop, on_loop
from ogc_widgets.client.http.pages import Pages
from ogc_widgets.client.jobs.last_pages import LastPages
from ogc_widgets.errors import (
    DeadlineError,
    OgcError,
    ProblemError,
    ServerError,
    SignInError,
)
from ogc_widgets.protocol.documents.status import jobs_on
from ogc_widgets.protocol.jobs.job_query import JobQuery, is_older, is_oldest_first
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol.documents.paging import Page
    from ogc_widgets.protocol.documents.status import StatusInfo

# Some servers need more than a minute for a hundred jobs.
LIST_S = 150.0
# A server that fails on a page may manage one of this size.
SMALL_PAGE = 5
_DETAIL = "detail"
# About what an entry of a list takes.
_ENTRY_BYTES = 500


class MakesJobs(Protocol):
    """What makes jobs of the entries of a list: the jobs of a client."""

    discovery: Discovery
    lists_newest_first: bool

    def listed(self, status: StatusInfo, jobs_url: str) -> AsyncJob:
        """Make the job of an entry of the list."""


class JobPages:
    """The jobs of a server, page by page. Made by ``client.job_pages()``.

    Cancelling a request loses nothing: ask again.

    Args:
        jobs: Whose they are.
        query: Which of them.
        page_size: How many to ask for at once.
    """

    def __init__(self, jobs: MakesJobs, query: JobQuery, page_size: int) -> None:
        self._jobs = jobs
        self._connection = jobs.discovery.connection
        self._query = query
        self._page_size = page_size
        self._parameters: dict[str, str] = query.parameters
        self._pages: Pages | LastPages | None = None
        self._ahead: Page | None = None
        self._held: Page | None = None
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
        while (page := await self._hold()) is not None:
            url = (await self._connection.resources()).jobs_url
            size = len(page.entries) * _ENTRY_BYTES
            listed = await off_loop(size, jobs_on, page)
            new = [one for one in listed if one.job_id not in self._known]
            if not new:
                self._held = None
                break  # a server that does not page repeats itself
            jobs = [self._jobs.listed(one, url) for one in new]
            await self._fill_in(jobs)
            self._held = None
            self._known |= {one.job_id for one in new}
            wanted = [job for job in jobs if self._query.accepts(job.status)]
            if wanted:
                return wanted
        return []

    async def _hold(self) -> Page | None:
        """Read a page and keep it until all of it was taken in."""
        if self._held is None:
            self._held = await self._read()
        return self._held

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
        except ProblemError as error:
            if error.status_code in (400, 422) and self._parameters:
                self._parameters = {}  # it does not know these filters
            elif error.status_code >= 500 and self._page_size > SMALL_PAGE:
                self._page_size = SMALL_PAGE
            else:
                raise
        except DeadlineError:
            if self._page_size <= SMALL_PAGE:
                raise
            self._page_size = SMALL_PAGE
        return await self._first()

    async def _first(self) -> Page | None:
        page = await self._start(self._parameters)
        if page is not None and _are_bare(page.entries) and page.entries:
            # Some servers give no more than ids unless they are asked to.
            page = await self._start({**self._parameters, _DETAIL: "true"}) or page
        return await self._newest(page) if page is not None else None

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
            return page
        first_jobs, jobs = jobs_on(page), jobs_on(second)
        if not (is_oldest_first(first_jobs) or is_older(first_jobs, jobs)):
            self._jobs.lists_newest_first = True
            return page
        last = LastPages(pages.read, second.url, self._page_size)
        loaded = len(page.entries) + len(second.entries)
        with contextlib.suppress(ServerError):
            if await last.find_end(loaded, pages.total):
                self._pages, self._ahead = last, None
                return await last.next()
        self.is_oldest_first = True
        return page

    async def _start(self, parameters: dict[str, str]) -> Page | None:
        url = (await self._connection.resources()).jobs_url
        first = requests.jobs_request(url, limit=self._page_size, **parameters).url
        pages = Pages(
            self._connection,
            first,
            "jobs",
            limit=self._page_size,
            at_least_s=LIST_S,
        )
        page = await pages.next()
        self._pages = pages
        return page

    async def _fill_in(self, jobs: list[AsyncJob]) -> None:
        """Ask for the status of jobs of which the list gives no more than the id."""
        bare = [job.refresh() for job in jobs if not job.status.word]
        for answer in await asyncio.gather(*bare, return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(answer, OgcError):
                raise answer


def _are_bare(entries: list[object]) -> bool:
    return all(isinstance(entry, (str, int)) for entry in entries)
