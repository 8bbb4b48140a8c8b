"""The whole loop in one cell: form, map, live job and results of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.app.discovery import Server, client_of, first_look
from ogc_widgets.app.links.area_link import AreaLink
from ogc_widgets.app.links.batch_link import BatchLink
from ogc_widgets.app.links.for_each_link import ForEachLink
from ogc_widgets.app.links.job_folding import JobFolding
from ogc_widgets.app.links.outlines import KeptResults, MapContext, Scenes
from ogc_widgets.app.links.results_link import ResultsLink
from ogc_widgets.app.links.search_link import SearchLink
from ogc_widgets.app.opening import Cards, Gate, Opener
from ogc_widgets.app.other_inputs import Kept, OtherInputs, close_unseen, take_place
from ogc_widgets.app.runs import Runs
from ogc_widgets.app.screen import Screen
from ogc_widgets.app.tabs import JobsTab, Tabs
from ogc_widgets.client.http.loop import tidy_up
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.client.stac.stac_reader import StacInspector, StacReader
from ogc_widgets.errors import InputError
from ogc_widgets.form import ProcessForm
from ogc_widgets.panel.job.job_texts import line_to_return
from ogc_widgets.protocol.text import escape_html
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client import Client
    from ogc_widgets.client.auth.secret import Auth
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.panel import ItemSearch
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.requests.requests import Mode, Response
    from ogc_widgets.view.cells import NotesDisplay
    from ogc_widgets.viewers import ResultsStage


class App(Screen):
    """Describe, fill in, run, watch and see the results, in one cell.

    Nothing is submitted by creating or displaying an App: a job starts when Run is
    pressed or :meth:`run` is called. Closing an App never touches a job.

    A server that lets nobody in without signing in gets a sign-in box first; the form
    opens when it is done.

    Args:
        server: Address of an OGC API - Processes server, or a client for it.
        process_id: The process to open; if left out, the one that the address is of,
            as copied from a browser, or the first one of the server. The address of a
            job shows that job.
        auth: How to sign in to the server of that address; see :mod:`ogc_widgets.auth
            <ogc_widgets.client.auth>`. A client brings its own.

    Raises:
        InputError: ``auth`` cannot be used, or belongs to a client that has its own.
        ServerError: The server cannot be reached or does not know the process.
    """

    # Until everything is made there is nothing to close.
    _closed = True

    def __init__(
        self,
        server: str | Client,
        process_id: str | None = None,
        *,
        auth: Auth = None,
    ) -> None:
        client = client_of(server, auth)
        self._owns_client = client is not server
        try:
            found = first_look(client, process_id)
        except BaseException:
            if self._owns_client:
                client.close()
            raise
        super().__init__(client)
        self._closed = False
        self._kept: dict[str, dict[str, Any]] = {}
        self._own_job: Job | None = None  # the form shows its inputs anyhow
        self._kept_results: KeptResults | None = None
        self._connect_parts(process_id)
        self._gate: Gate | None = None
        if found is not None:
            self._come_up(found)
        else:
            self._gate = Gate(client, process_id, self._enter)
            self.children = (self._gate.box,)

    def _connect_parts(self, process_id: str | None) -> None:
        """Make what keeps the parts in step."""
        self.panel.line_to_return = self._line_to_return
        self._stac = StacReader(self.client.aio.connection)
        self._inspector = StacInspector(self._stac)
        self._context = context = MapContext(self.map)
        self._opener = opener = Opener(self, self._open)
        self._cards = Cards(self, opener)
        self._runs = Runs(self, self._show_own)
        kept = take_place(self, self.client.url, process_id)
        self._others = OtherInputs(self, opener, kept)
        self._search = SearchLink(self, self._stac, context)
        self._for_each = ForEachLink(self, context, self._search)
        self._tabs = Tabs(self, opener, self._search, self._for_each)
        self._jobs = JobsTab(
            self,
            on_attach=self._attach,
            on_removed=self._job_removed,
            on_run_again=self._run_again,
        )
        self._folding = JobFolding(self.panel)
        self._results_link = ResultsLink(self)
        self._batch_link = BatchLink(self, self._results_link, opener, self._attach)
        self._links = (
            *(AreaLink(self), Scenes(self, context), self._search, self._for_each),
            *(self._runs, self._others, self._tabs, self._batch_link),
        )

    @property
    def _stage(self) -> ResultsStage:
        return self._results_link.stage()

    @traitlets.observe("stage")
    def _results_made(self, _change: object) -> None:
        self._kept_results = KeptResults(self, self._context)

    def _come_up(self, found: Server) -> None:
        """Show the app for the first time."""
        self._search.offered = found.catalogue_url
        self._opener.open(found)
        if found.job is not None:
            self._attach(Job(found.job))

    def _enter(self, found: Server) -> None:
        """The user has signed in: show the app in place of the box; any thread."""
        with publishing(self):
            gate = self._gate
            if gate is None or self._closed:
                return
            self._come_up(found)
            self._gate = None
        gate.box.close()

    # -- what Python can do ---------------------------------------------------------

    @property
    def process(self) -> Process:
        """The description of the open process; set it, or its id, to open another."""
        process: Process = self.form.process
        return process

    @process.setter
    def process(self, process_id: str | Process) -> None:
        self.choose(process_id if isinstance(process_id, str) else process_id.id)

    @property
    def search(self) -> ItemSearch:
        """The search for STAC items, which a field of such items opens."""
        self._need_open()
        return self._search.view

    def sign_in(self, auth: Auth = None) -> None:
        """Sign in to the server, as in the box, and wait until the form is open.

        Args:
            auth: As for the class; see :meth:`Client.sign_in`.

        Raises:
            InputError: It cannot be used.
            ServerError: The server does not let the user in, or cannot be reached.
        """
        gate = self._gate
        self.client.sign_in(auth)
        if gate is not None:
            gate.wait()

    @traitlets.default("form")
    def _no_form_yet(self) -> ProcessForm:
        raise InputError(
            f"The app is not open yet: {self.client.url} wants you to sign in.",
            advice="Sign in in its box, or with app.sign_in(token).",
        )

    def _need_open(self) -> None:
        if not self.has_form:
            self._no_form_yet()

    def choose(self, process_id: str) -> None:
        """Open another process of the server; the inputs of both are kept.

        Args:
            process_id: Id of the process.

        Raises:
            ServerError: The server does not know it, or cannot be reached.
        """
        self._need_open()
        self._opener.choose(process_id)

    def refresh(self) -> None:
        """Read the list of processes again, for what was deployed or removed since.

        Raises:
            ServerError: The server cannot be reached, or has no process any more.
        """
        self._need_open()
        self._opener.refresh()

    def run(
        self,
        *,
        mode: Mode = "auto",
        outputs: Mapping[str, Any] | None = None,
        response: Response | None = None,
    ) -> Job:
        """Send what the form shows, and watch the job in this app.

        Args:
            mode: ``auto``, ``async`` or ``sync``, as for :meth:`Client.execute`.
            outputs: Output id to what is wanted of it; the choice that the form shows
                if left out.
            response: ``auto``, ``document`` or ``raw``, as for :meth:`Client.execute`;
                what the form shows if left out.

        Returns:
            The job, accepted or already running; a synchronous answer is a finished
            job. Wait for it with ``job.wait()`` or ``await job``.

        Raises:
            InvalidInputsError: The form has problems; nothing was sent.
            ServerError: The server refused, or did not answer.
        """
        wishes = self.form.wishes
        if outputs is not None:
            wishes["outputs"] = outputs
        wishes["response"] = response or wishes["response"]
        return self._runs.run(mode, wishes)

    def show_batch(self, batch: Batch | AsyncBatch | None) -> None:
        """Show a batch in a tab of its own, or none any more; any thread.

        Args:
            batch: What ``client.execute_many``, ``form.for_each`` or an entry of
                ``ogc.recent_batches()`` gives. It goes on whether it is shown or not.
        """
        self._need_open()
        self.batch = batch

    def close(self) -> None:
        """Close the app and everything in it; jobs on the server go on."""
        if self._closed:
            return
        self._closed = True
        self._results_link.leave()
        for link in (self._folding, *self._links, self._kept_results):
            if link is not None:
                link.close()
        if self._gate is not None:
            self._gate.box.close()
        else:
            self.form.stac.inspector = None
            self.form.close()
        tidy_up(self._stac.close)
        for part in (self._cards, self._jobs, self._results_link):
            part.close()
        if self._owns_client:
            self.client.close()
        super().close()

    def to_take_over(self) -> Kept | None:
        """What a later app can take over: what was typed here, or could be had here."""
        return self._others.to_take_over()

    # -- a process is open ------------------------------------------------------------

    def _open(self, server: Server) -> None:
        """Show the form of another process, or of a changed one."""
        old = self.form if self.has_form else None
        if old is not None:
            self._kept[old.process.id] = {"inputs": dict(old.inputs), **old.wishes}
        process = server.process
        kept = dict(self._kept.get(process.id, {}))
        form = ProcessForm(process, kept.pop("inputs", None))
        for name, wish in kept.items():
            setattr(form, name, wish)
        form.client = self.client
        form.add_class("ogcw-scroll")
        form.stac.inspector = self._inspector
        self.form = form
        for link in self._links:
            link.bind(form)
        self.show_form(form)
        if old is not None:
            old.close()

    # -- a job is shown ---------------------------------------------------------------

    def _show_own(self, job: Job | None) -> None:
        if job is None:
            self._tabs.remember_sent()
        self._own_job = job
        self.job = job

    def _attach(self, job: Job) -> None:
        """A job was opened on the page, which waits for nothing."""
        self._show_own(job)
        self._others.show_those_of(job, at_once=False)

    def _run_again(self, process_id: str, inputs: dict[str, Any]) -> None:
        """Fill the form with the inputs of an earlier job and press Run; any thread."""

        def run() -> None:
            self.form.inputs = inputs
            self._runs.press()

        self._opener.go_on_with(process_id, run)

    def _job_removed(self, job: Job) -> None:
        """Nothing of a job that is no more stays on the screen."""
        if self.job is not None and self.job.url == job.url:
            self.job = None

    @traitlets.observe("job")
    def _show_job(self, change: dict[str, Any]) -> None:
        job = change["new"]
        self._results_link.leave()
        self.results = None
        self.panel.job = job
        self._jobs.follow(job)
        self._others.follow_job(job)
        self._results_link.follow(job)
        if job is not None and job is not self._own_job and self.has_form:
            self._tabs.forget_sent()
            self._others.show_those_of(job)

    @traitlets.observe("batch")
    def _show_batch(self, _change: object) -> None:
        if not self._closed:
            self._batch_link.show(self.batch)

    @traitlets.observe("results")
    def _show_results(self, _change: dict[str, Any]) -> None:
        # Two threads may be here at once: what is set last is what stays on the screen.
        with publishing():
            if self.results is not None or self.stage is not None:
                self._stage.show(self.results)

    def _line_to_return(self, job: Job) -> str:
        """Write the line of Python that comes back to a job in a new kernel."""
        return line_to_return(job, job.process_id or self.process.id)

    def _was_displayed(self) -> None:
        # Which may hide an earlier one.
        close_unseen()

    def _about(self) -> tuple[object, ...]:
        name = self.process.id if self.has_form else ""
        return name, "at", self.client.url

    def _card_(self) -> tuple[str, str]:
        if not self.has_form:
            words = f"Sign in to {self.client.url} to see its processes."
            return words, f"<p>{escape_html(words)}</p>"
        parts: list[NotesDisplay] = [self.form, self.panel]
        if self.results is not None:
            parts.append(self._stage)
        texts, tables = zip(*(part._card_() for part in parts), strict=True)
        return "\n".join(texts), "\n".join(tables)
