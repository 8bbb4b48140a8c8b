"""The jobs of a server, page by page; what is on the screen is kept up to date."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import InputError, JobGoneError, OgcError, ProblemError
from ogc_widgets.panel.background import BackgroundView
from ogc_widgets.panel.job.job_card import jobs_html, jobs_text
from ogc_widgets.panel.job.stopping import ask_to_stop
from ogc_widgets.panel.jobs.job_listing import Filter, JobListing
from ogc_widgets.panel.jobs.table_rows import table_row
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client import Client
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol import JobView

# What servers answer that do not keep what a job was started with.
_NOT_KEPT = frozenset({400, 404, 405, 410, 501})
_NO_INPUTS = (
    "What this job was started with is not known: it was started elsewhere, and the "
    "server does not keep it."
)


class JobTable(BackgroundView):
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

    state = traitlets.Dict().tag(sync=True)
    """What the page draws."""
    selected_job_id = traitlets.Unicode("").tag(sync=True)
    """Id of the job that was chosen last."""

    def __init__(self, client: Client, *, page_size: int = 10) -> None:
        self._client = client
        self._page_size = page_size
        self._filter = Filter()
        self._query = self._filter.query
        self._listing = self._target = self._new_listing()
        self._jobs: list[AsyncJob] = []
        self._process_ids: dict[str, None] = {}
        self._page = 0
        self._loading: Future[None] | None = None
        self._loading_since: float | None = None
        self._note: dict[str, str] | None = None
        self._busy: dict[str, str] = {}
        self._watched: dict[str, Callable[[], None]] = {}
        self._is_visible = False
        self._is_loaded = False
        self._is_drawing = False
        self._sequence = 0
        self._attach_callbacks: list[Callable[[Job], object]] = []
        self._results_callbacks: list[Callable[[Job], object]] = []
        self._again_callbacks: list[Callable[[str, dict[str, Any]], object]] = []
        self._removed_callbacks: list[Callable[[Job], object]] = []
        self._unrepeatable: set[str] = set()
        super().__init__()
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
        self._show()

    def refresh(self) -> None:
        """Load the list again; returns at once."""
        count = max(self._wanted(), len(self._jobs))
        self._load(self._new_listing(), count)

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
        wanted = Filter(text, status, process_id, hours)
        self._query = wanted.query
        self._filter = wanted
        self._page = 0
        self._load(self._new_listing(), self._wanted())

    def on_attach(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when a job is chosen, for example to show it."""
        self._attach_callbacks.append(callback)

    def on_results(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when the results of a job are asked for.

        The link stands in the table only where there is somebody to call.
        """
        self._results_callbacks.append(callback)
        self._show()

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
        return self._chosen(self._job(job_id))

    def _chosen(self, chosen: AsyncJob) -> Job:
        job = Job(chosen)
        self.selected_job_id = job.id
        for callback in list(self._attach_callbacks):
            callback(job)
        return job

    def remove(self, job_id: str) -> None:
        """Stop a job that has not ended, delete one that has; returns at once.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        job = self._job(job_id)
        doing = "deleting" if job.view.is_final else "stopping"
        self._do(doing, self._remove, job)

    def run_again(self, job_id: str) -> None:
        """Start a job once more with the same inputs; returns at once.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        self._do("starting", self._run_again, self._job(job_id))

    def close(self) -> None:
        """Close the table and stop watching; no job is touched."""
        if not self._closed:
            self._closed = True
            # A table that is collected at exit finds that the loop has been closed.
            with suppress(RuntimeError):
                self._stop_loading()
                self._watch_only({})
        super().close()

    # -- on the loop thread ---------------------------------------------------------

    def _new_listing(self) -> JobListing:
        # One more than is shown, to know in one request whether there is a next page.
        return JobListing(self._client.aio, self._filter, self._page_size + 1)

    def _wanted(self) -> int:
        return (self._page + 1) * self._page_size + 1

    def _load(self, listing: JobListing, count: int) -> None:
        self._stop_loading()
        with publishing(self):
            self._loading_since = time.monotonic()
            self._note = None
            self._target = listing
            self._loading = self._start(self._load_list, listing, count)
            self._show()

    def _stop_loading(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.cancel()

    async def _load_list(self, listing: JobListing, count: int) -> None:
        note = None
        try:
            await listing.load(count)
        except OgcError as error:
            note = _note("bad", f"The list could not be loaded. {error}")
        with publishing(self):
            self._loading_since, self._loading, self._note = None, None, note
            if note is None or listing is self._listing:
                self._is_loaded = self._is_loaded or note is None
                self._listing, self._jobs = listing, list(listing.jobs)
                self._process_ids |= dict.fromkeys(job.process_id for job in self._jobs)
                self._page = min(
                    self._page, max(0, len(self._jobs) - 1) // self._page_size
                )
                self._watch_only({})
            self._target = self._listing
            self._show()

    def _do(self, doing: str, work: Callable[[AsyncJob], Any], job: AsyncJob) -> None:
        """Start work on a job, unless there already is some on it."""
        if job.id in self._busy:
            return
        self._busy[job.id] = doing
        self._note = None
        self._show()
        self._start(work, job)

    async def _remove(self, job: AsyncJob) -> None:
        was_final = job.view.is_final
        try:
            note = await self._delete(job) if was_final else await self._stop(job)
        finally:
            self._busy.pop(job.id, None)
        with publishing(self):
            self._note = note
            if was_final and note is None:
                self._jobs = [other for other in self._jobs if other is not job]
            self._show()
        if was_final and note is None:
            for callback in list(self._removed_callbacks):
                callback(Job(job))

    async def _stop(self, job: AsyncJob) -> dict[str, str] | None:
        answer = await ask_to_stop(job)
        return None if answer.accepted else _note("warn", answer.note)

    async def _delete(self, job: AsyncJob) -> dict[str, str] | None:
        try:
            with suppress(JobGoneError):
                await job.dismiss()
        except OgcError as error:
            return _note("warn", f"The job was not deleted. {error}")
        return None

    async def _run_again(self, job: AsyncJob) -> None:
        note = None
        try:
            inputs = (await job.request()).inputs
            if self._again_callbacks:
                for callback in list(self._again_callbacks):
                    callback(job.process_id, dict(inputs))
            else:
                self._chosen(await self._client.aio.execute(job.process_id, inputs))
                self.refresh()
        except ProblemError as error:
            if error.status_code not in _NOT_KEPT:
                note = _note("warn", f"The job was not started again. {error}")
            else:
                self._unrepeatable.add(job.id)
                note = _note("warn", _NO_INPUTS)
        except OgcError as error:
            note = _note("warn", f"The job was not started again. {error}")
        finally:
            self._busy.pop(job.id, None)
        with publishing(self):
            self._note = note
            self._show()

    # -- from the page --------------------------------------------------------------

    def _on_hello(self) -> None:
        self._show()

    def _on_visible(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        self._is_visible = bool(on)
        self._show()

    def _on_refresh(self) -> None:
        self.refresh()

    def _on_page(self, to: int) -> None:
        self.page = int(to)

    def _on_filter(
        self, text: str, status: str, process_id: str = "", hours: float = 0
    ) -> None:
        self.filter(
            str(text), str(status), process_id=str(process_id), hours=float(hours)
        )

    def _on_attach(self, job_id: str) -> None:
        self.attach(job_id)

    def _on_results(self, job_id: str) -> None:
        job = Job(self._job(job_id))
        for callback in list(self._results_callbacks):
            callback(job)

    def _on_remove(self, job_id: str) -> None:
        self.remove(job_id)

    def _on_run_again(self, job_id: str) -> None:
        self.run_again(job_id)

    # -- inside ---------------------------------------------------------------------

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

    def _watch_only(self, jobs: dict[str, AsyncJob]) -> None:
        """Watch these jobs and no others."""
        for job_id in [name for name in self._watched if name not in jobs]:
            self._watched.pop(job_id)()
        for job_id, job in jobs.items():
            if job_id not in self._watched:
                self._watched[job_id] = job.watch(self._changed)

    def _changed(self, _view: JobView) -> None:
        with publishing(self):
            # Each watch begins with the view of now: it is drawn once, after all began.
            if not self._closed and not self._is_drawing:
                self._publish(self._visible_jobs())

    def _visible_jobs(self) -> list[AsyncJob]:
        start = self._page * self._page_size
        return self._found()[start : start + self._page_size]

    def _show(self) -> None:
        """Draw the visible page, and watch what is unfinished on it."""
        with publishing(self):
            if self._closed:
                return
            jobs = self._visible_jobs()
            live = self._is_visible
            self._is_drawing = True
            self._watch_only(
                {job.id: job for job in jobs if live and not job.view.is_final}
            )
            self._is_drawing = False
            self._publish(jobs)

    def _publish(self, jobs: list[AsyncJob]) -> None:
        found = len(self._found())
        since = self._loading_since
        self._sequence += 1
        self.state = {
            "sequence": self._sequence,
            "rows": [self._row(job) for job in jobs],
            "page_size": self._page_size,
            "page": self._page + 1,
            "pages": max(1, -(-found // self._page_size)),
            "more": not self._listing.is_all and self._is_loaded,
            "found": found,
            "total": self._listing.total,
            "is_loaded": self._is_loaded,
            "filter": asdict(self._filter),
            "filtered": bool(self._filter),
            "processes": sorted(name for name in self._process_ids if name),
            "loading_for": None if since is None else time.monotonic() - since,
            "note": self._note,
            "with_results": bool(self._results_callbacks),
        }

    def _repr_mimebundle_(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and what a saved notebook says without it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        url = self._client.url
        return {
            **(shown or {}),
            "text/plain": jobs_text(url),
            "text/html": jobs_html(url, self.state["rows"]),
        }, metadata

    def _row(self, job: AsyncJob) -> dict[str, Any]:
        row = table_row(job, busy=self._busy.get(job.id, ""))
        return {**row, "again": row["again"] and job.id not in self._unrepeatable}


def _note(tone: str, text: str) -> dict[str, str]:
    return {"tone": tone, "text": clean(text, limit=1000)}
