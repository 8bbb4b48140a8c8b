"""The jobs of a server as far as they were loaded, and which of them are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ogc_widgets.client.jobs.job_list import MOST_SORTED
from ogc_widgets.protocol.job_query import JobQuery, newest_first

if TYPE_CHECKING:
    from ogc_widgets.client import AsyncClient, AsyncJob


@dataclass(frozen=True)
class Filter:
    """What is looked for among the jobs of a server.

    Attributes:
        text: Words that stand in the process, the id or the message; case is ignored.
        status: A status of the standard, or ``""`` for all.
        process_id: A process, or ``""`` for all.
        hours: Only jobs created in the last so many hours; 0 for all.
    """

    text: str = ""
    status: str = ""
    process_id: str = ""
    hours: float = 0

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.status or self.process_id or self.hours)

    @property
    def query(self) -> JobQuery:
        """The same as it is asked of the server.

        Raises:
            InputError: There is no such status.
        """
        since = datetime.now(UTC) - timedelta(hours=self.hours) if self.hours else None
        return JobQuery.of(self.process_id, self.status, since, self.text)


class JobListing:
    """Loads the jobs that a query asks for, as many as are wanted.

    Args:
        client: Whose jobs.
        query: Which of them.
        page_size: How many to ask for at once.
    """

    def __init__(self, client: AsyncClient, query: JobQuery, page_size: int) -> None:
        self._client, self._query = client, query
        self._pages = client.job_pages(
            page_size=page_size,
            process_id=query.process_id,
            status=query.statuses,
            since=query.since,
            text=query.text,
        )
        self.jobs: list[AsyncJob] = []
        self.is_all = False

    @property
    def total(self) -> int | None:
        """How many jobs the server says it has, before filters of this package."""
        return self._pages.total

    async def load(self, count: int) -> None:
        """Read on until there are so many jobs, or no further ones.

        Raises:
            ServerError: The list could not be read; what was loaded stays.
        """
        while not self.is_all and len(self.jobs) < self._enough(count):
            page = await self._pages.next()
            self.jobs = newest_first([*self.jobs, *page])
            self.is_all = not page or self._pages.is_last
        known = {job.id for job in self.jobs}
        own = self._client.job_list.started_here(self._query)
        self.jobs = newest_first(
            [*(job for job in own if job.id not in known), *self.jobs]
        )

    def _enough(self, count: int) -> int:
        # Where the oldest come first, the newest are on the last page.
        return MOST_SORTED if self._pages.is_oldest_first else count
