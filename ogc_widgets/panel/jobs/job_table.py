"""The jobs of a server, page by page; what is on the screen is kept up to date."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import (
    InputError,
    JobGoneError,
    OgcError,
    ProblemError,
    need_client,
)
from ogc_widgets.panel.job.stopping import ask_to_stop
from ogc_widgets.panel.jobs.job_listing import Filter, JobListing
from ogc_widgets.panel.jobs.table_rows import card_html, card_text, table_row
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing
from ogc_widgets.view.cards import Note, note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ogc_widgets.client import Client
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol import JobView

# What servers answer that do not keep what a job was started with.
_NOT_KEPT = frozenset({400, 404, 405, 410, 501})
_NO_INPUTS = (
    "What this job was started with is not known: it was started elsewhere, and the "
    "server does not keep it."
)


class JobTable(StateView):
    """Lists the jobs of a server, newest first.

    Args:
        client: The client whose server is listed.
        page_size: Rows on one page.

    The list is loaded on the package's own thread, a page at a time, so that a slow
    server holds up nothing. The unfinished jobs of the visible page are watched; the
    others are not asked for. Filters are left to the server where it has them. Choosing
    a job sets ``selected_job_id`` and calls what was given to :meth:`on_attach`.
    """

    _script = "job_table"

    selected_job_id = traitlets.Unicode("").tag(sync=True)
    """Id of the job that was chosen last."""

    def __init__(self, client: Client, *, page_size: int = 10) -> None:
        need_client("JobTable", client)
        self._client = client
        self._page_size = page_size
        self._page = 0
        # What is shown, and what is being loaded; the same while nothing is.
        self._listing = self._target = self._new_listing(Filter())
        self._jobs: list[AsyncJob] = []
        self._process_ids: set[str] = set()
        self._loading = self._latest()
        self._loading_since: float | None = None
        self._is_loaded = False
        self._note: Note | None = None
        self._busy: dict[str, str] = {}
        self._unrepeatable: set[str] = set()
        self._watched: dict[str, Callable[[], None]] = {}
        self._is_visible = False
        self._is_drawing = False
        self._attach_callbacks: list[Callable[[Job], object]] = []
        self._results_callbacks: list[Callable[[Job], object]] = []
        self._again_callbacks: list[Callable[[str, dict[str, Any]], object]] = []
        self._removed_callbacks: list[Callable[[Job], object]] = []
        super().__init__()
        self.handle(
            refresh=self.refresh,
            filter=self.filter,
            attach=self.attach,
            remove=self.remove,
            run_again=self.run_again,
        )
        self.refresh()

    # -- what Python can do ---------------------------------------------------------

    @property
    def jobs(self) -> list[Job]:
        """The jobs loaded so far that the filter lets through, newest first."""
        return [Job(job) for job in self._found()]

    @property
    def page(self) -> int:
        """The visible page, counted from 1."""
        return self._page + 1

    @page.setter
    def page(self, page: int) -> None:
        self._page = max(0, page - 1)
        if not self._target.is_all and len(self._target.jobs) < self._wanted():
            self._load(self._target, self._wanted())
        self._publish()

    def refresh(self) -> None:
        """Load the list again; returns at once."""
        count = max(self._wanted(), len(self._jobs))
        self._load(self._new_listing(self._filter), count)

    def filter(
        self,
        text: str = "",
        status: str = "",
        *,
        process_id: str = "",
        hours: float = 0,
    ) -> None:
        """Show only some of the jobs; returns at once.

        Args:
            text: Words that stand in the process, the id or the message.
            status: ``accepted``, ``running``, ``successful``, ``failed``,
                ``dismissed``, or ``""`` for all.
            process_id: A process, or ``""`` for all.
            hours: Only jobs created in the last so many hours; 0 for all.

        Raises:
            InputError: There is no such status.
        """
        listing = self._new_listing(Filter(text, status, process_id, hours))
        self._page = 0
        self._load(listing, self._wanted())

    def on_attach(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when a job is chosen, for example to show it."""
        self._attach_callbacks.append(callback)

    def on_results(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when the results of a job are asked for.

        The link stands in the table only where there is somebody to call.
        """
        self._results_callbacks.append(callback)
        self._publish()

    def on_run_again(self, callback: Callable[[str, dict[str, Any]], object]) -> None:
        """Call ``callback(process_id, inputs)`` when a job is to be run once more.

        Without a callback the table starts the job itself. The call may come from the
        package's own thread and must not wait.
        """
        self._again_callbacks.append(callback)

    def on_removed(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when a job was deleted here; any thread."""
        self._removed_callbacks.append(callback)

    def attach(self, job_id: str) -> Job:
        """Choose a job of the table, as pressing "open" does.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        return self._choose(self._job(job_id))

    def remove(self, job_id: str) -> None:
        """Stop a job that has not ended, delete one that has; returns at once.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        job = self._job(job_id)
        if job.view.is_final:
            self._do("deleting", job, self._delete)
        else:
            self._do("stopping", job, self._stop)

    def run_again(self, job_id: str) -> None:
        """Start a job once more with the same inputs; returns at once.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        self._do("starting", self._job(job_id), self._run_again)

    # -- the list is loaded -----------------------------------------------------------

    def _new_listing(self, wanted: Filter) -> JobListing:
        self._query, self._filter = wanted.query, wanted
        # One more than is shown, to know in one request whether there is a next page.
        return JobListing(self._client.aio, self._query, self._page_size + 1)

    def _wanted(self) -> int:
        return (self._page + 1) * self._page_size + 1

    def _load(self, listing: JobListing, count: int) -> None:
        with publishing(self):
            self._loading_since = time.monotonic()
            self._note = None
            self._target = listing
            self._loading.start(
                partial(listing.load, count), self._loaded, self._not_loaded
            )
            self._publish()

    def _loaded(self, _nothing: None) -> None:
        self._listing, self._is_loaded = self._target, True
        self._show_loaded()

    def _not_loaded(self, error: OgcError) -> None:
        self._note = note("bad", f"The list could not be loaded. {error}")
        self._target, target = self._listing, self._target
        if target is self._listing:
            self._show_loaded()
        else:
            self._end_loading()

    def _show_loaded(self) -> None:
        self._jobs = list(self._listing.jobs)
        self._process_ids |= {job.process_id for job in self._jobs if job.process_id}
        self._page = min(self._page, max(0, len(self._jobs) - 1) // self._page_size)
        self._watch_only({})
        self._end_loading()

    def _end_loading(self) -> None:
        self._loading_since = None
        self._publish()

    # -- something is done with a job -------------------------------------------------

    def _choose(self, chosen: AsyncJob) -> Job:
        job = Job(chosen)
        self.selected_job_id = job.id
        for callback in list(self._attach_callbacks):
            callback(job)
        return job

    def _do(
        self,
        doing: str,
        job: AsyncJob,
        work: Callable[[AsyncJob], Awaitable[Note | None]],
    ) -> None:
        """Start work on a job, unless there is some; it says what came of it."""
        if job.id in self._busy:
            return
        self._busy[job.id], self._note = doing, None
        self._publish()

        async def until_done() -> Note | None:
            try:
                return await work(job)
            finally:
                self._busy.pop(job.id, None)

        self._start(until_done, self._say)

    def _say(self, told: Note | None) -> None:
        self._note = told
        self._publish()

    async def _stop(self, job: AsyncJob) -> Note | None:
        answer = await ask_to_stop(job)
        return None if answer.accepted else note("warn", answer.note)

    async def _delete(self, job: AsyncJob) -> Note | None:
        try:
            with suppress(JobGoneError):
                await job.dismiss()
        except OgcError as error:
            return note("warn", f"The job was not deleted. {error}")
        with publishing(self):
            self._jobs = [other for other in self._jobs if other is not job]
            self._publish()
        for callback in list(self._removed_callbacks):
            callback(Job(job))
        return None

    async def _run_again(self, job: AsyncJob) -> Note | None:
        try:
            inputs = dict((await job.request()).inputs)
            for callback in list(self._again_callbacks):
                callback(job.process_id, inputs)
            if not self._again_callbacks:
                self._choose(await self._client.aio.execute(job.process_id, inputs))
                self.refresh()
        except OgcError as error:
            if isinstance(error, ProblemError) and error.status_code in _NOT_KEPT:
                self._unrepeatable.add(job.id)
                return note("warn", _NO_INPUTS)
            return note("warn", f"The job was not started again. {error}")
        return None

    # -- from the page --------------------------------------------------------------

    def _on_visible(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        self._is_visible = bool(on)
        self._publish()

    def _on_page(self, to: int) -> None:
        self.page = int(to)

    def _on_results(self, job_id: str) -> None:
        job = Job(self._job(job_id))
        for callback in list(self._results_callbacks):
            callback(job)

    # -- what is shown ----------------------------------------------------------------

    def _job(self, job_id: str) -> AsyncJob:
        for job in self._jobs:
            if job.id == job_id:
                return job
        raise InputError(
            f"Job {clean(job_id)} is not in the table.",
            advice="Load the list again with table.refresh().",
        )

    def _found(self) -> list[AsyncJob]:
        return [job for job in self._jobs if self._query.accepts(job.status)]

    def _visible_jobs(self) -> list[AsyncJob]:
        start = self._page * self._page_size
        return self._found()[start : start + self._page_size]

    def _watch_only(self, jobs: dict[str, AsyncJob]) -> None:
        """Watch these jobs and no others."""
        for job_id in self._watched.keys() - jobs.keys():
            self._watched.pop(job_id)()
        for job_id, job in jobs.items():
            if job_id not in self._watched:
                self._watched[job_id] = job.watch(self._changed)

    def _changed(self, _view: JobView) -> None:
        with publishing(self):
            # Each watch begins with the view of now: it is drawn once, after all began.
            if not self._is_drawing:
                super()._publish()

    def _publish(self) -> None:
        """Draw the visible page, and watch what is unfinished on it."""
        with publishing(self):
            if self._closed:
                return
            jobs = self._visible_jobs() if self._is_visible else []
            self._is_drawing = True
            self._watch_only({job.id: job for job in jobs if not job.view.is_final})
            self._is_drawing = False
            super()._publish()

    def _let_go(self) -> None:
        self._watch_only({})

    def _state(self) -> dict[str, Any]:
        found = len(self._found())
        since = self._loading_since
        return {
            "rows": [
                table_row(
                    job,
                    busy=self._busy.get(job.id, ""),
                    is_repeatable=job.id not in self._unrepeatable,
                )
                for job in self._visible_jobs()
            ],
            "page_size": self._page_size,
            "page": self._page + 1,
            "pages": max(1, -(-found // self._page_size)),
            "more": not self._listing.is_all and self._is_loaded,
            "found": found,
            "total": self._listing.total,
            "is_loaded": self._is_loaded,
            "filter": asdict(self._filter),
            "filtered": bool(self._filter),
            "processes": sorted(self._process_ids),
            "loading_for": None if since is None else time.monotonic() - since,
            "note": self._note,
            "with_results": bool(self._results_callbacks),
        }

    def _card_(self) -> tuple[str, str]:
        url = self._client.url
        return card_text(url), card_html(url, self.state["rows"])
