"""The jobs of a server, page by page; what is on the screen is kept up to date."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import traitlets

from ogc_widgets.api.job_query import STATUSES, newest_first
from ogc_widgets.api.text import clean
from ogc_widgets.client.job import Job
from ogc_widgets.errors import InputError, JobGoneError, OgcError
from ogc_widgets.panel.background import BackgroundView
from ogc_widgets.panel.stopping import ask_to_stop
from ogc_widgets.panel.table_rows import Filter, table_row
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.api import JobView
    from ogc_widgets.client import Client
    from ogc_widgets.client.ajob import AsyncJob

_STATIC = Path(__file__).parent / "static"
_MORE = 50


class JobTable(BackgroundView):
    """Lists the jobs of a server, newest first.

    Args:
        client: The client whose server is listed.
        page_size: Rows on one page.

    The list is loaded on the package's own thread, a page at a time, so that a slow
    server holds up nothing. The unfinished jobs of the visible page are watched; the
    others are not asked for. Choosing a job sets ``selected_job_id`` and calls what
    was given to :meth:`on_attach`.
    """

    _script: ClassVar[Path] = _STATIC / "job_table.js"
    _style: ClassVar[Path] = _STATIC / "job_table.css"

    state = traitlets.Dict().tag(sync=True)
    """What the page draws."""
    selected_job_id = traitlets.Unicode("").tag(sync=True)
    """Id of the job that was chosen last."""

    def __init__(self, client: Client, *, page_size: int = 10) -> None:
        self._client = client
        self._page_size = page_size
        self._jobs: list[AsyncJob] = []
        self._is_all = False
        self._page = 0
        self._filter = Filter()
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
        if self._needs_more():
            self._load((self._page + 1) * self._page_size + 1)
        self._show()

    def refresh(self) -> None:
        """Load the list again; returns at once."""
        wanted = (self._page + 1) * self._page_size + 1
        self._load(max(wanted, len(self._jobs)))

    def load_more(self) -> None:
        """Load older jobs, to search among them; returns at once."""
        self._load(len(self._jobs) + _MORE)

    def filter(self, text: str = "", status: str = "") -> None:
        """Show only some of the jobs that were loaded.

        Args:
            text: Words that stand in the process, the id or the message.
            status: ``accepted``, ``running``, ``successful``, ``failed``,
                ``dismissed``, or ``""`` for all.

        Raises:
            InputError: There is no such status.
        """
        if status not in {"", *STATUSES}:
            raise InputError(
                f"There is no status {status!r}.",
                advice=f"One of: {', '.join(STATUSES)}, or an empty text for all.",
            )
        self._filter = Filter(text, status)
        self._page = 0
        self._show()

    def on_attach(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when a job is chosen, for example to show it."""
        self._attach_callbacks.append(callback)

    def on_results(self, callback: Callable[[Job], object]) -> None:
        """Call ``callback(job)`` when the results of a job are asked for.

        The link stands in the table only where there is somebody to call.
        """
        self._results_callbacks.append(callback)
        self._show()

    def attach(self, job_id: str) -> Job:
        """Choose a job of the table, as pressing "open" does.

        Raises:
            InputError: The job is not among the loaded ones.
        """
        job = Job(self._job(job_id))
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
        if job.id in self._busy:
            return
        self._busy[job.id] = "deleting" if job.view.is_final else "stopping"
        self._note = None
        self._show()
        self._start(self._remove, job)

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

    def _load(self, limit: int) -> None:
        self._stop_loading()
        with publishing(self):
            self._loading_since = time.monotonic()
            self._note = None
            self._loading = self._start(self._load_list, limit)
            self._show()

    def _stop_loading(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.cancel()

    async def _load_list(self, limit: int) -> None:
        note = None
        jobs: list[AsyncJob] | None = None
        try:
            jobs = await self._client.aio.jobs(limit=limit)
        except OgcError as error:
            note = _note("bad", f"The list could not be loaded. {error}")
        with publishing(self):
            self._loading_since, self._loading, self._note = None, None, note
            if jobs is not None:
                self._is_loaded = True
                self._is_all = len(jobs) < limit
                self._jobs = newest_first(jobs)
                self._watch_only({})
            self._show()

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

    # -- from the page --------------------------------------------------------------

    def _on_hello(self) -> None:
        self._show()

    def _on_visible(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        self._is_visible = bool(on)
        self._show()

    def _on_refresh(self) -> None:
        self.refresh()

    def _on_more(self) -> None:
        self.load_more()

    def _on_page(self, to: int) -> None:
        self.page = int(to)

    def _on_filter(self, text: str, status: str) -> None:
        self.filter(str(text), str(status))

    def _on_attach(self, job_id: str) -> None:
        self.attach(job_id)

    def _on_results(self, job_id: str) -> None:
        job = Job(self._job(job_id))
        for callback in list(self._results_callbacks):
            callback(job)

    def _on_remove(self, job_id: str) -> None:
        self.remove(job_id)

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
        return [job for job in self._jobs if self._filter.accepts(job)]

    def _needs_more(self) -> bool:
        end = (self._page + 1) * self._page_size
        return not self._is_all and not self._filter and len(self._jobs) <= end

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
            "rows": [table_row(job, busy=self._busy.get(job.id, "")) for job in jobs],
            "page_size": self._page_size,
            "page": self._page + 1,
            "pages": max(1, -(-found // self._page_size)),
            "more": not self._is_all and self._is_loaded,
            "found": found,
            "loaded": len(self._jobs),
            "is_loaded": self._is_loaded,
            "filter": {"text": self._filter.text, "status": self._filter.status},
            "loading_for": None if since is None else time.monotonic() - since,
            "note": self._note,
            "with_results": bool(self._results_callbacks),
        }


def _note(tone: str, text: str) -> dict[str, str]:
    return {"tone": tone, "text": clean(text, limit=1000)}
