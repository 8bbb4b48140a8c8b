"""The whole loop in one cell: form, map, live job and results of one process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ogc_widgets.app.discovery import Server, discover
from ogc_widgets.app.earlier import close_unseen, take_place
from ogc_widgets.app.facts import facts_of, how_it_runs
from ogc_widgets.app.links.area_link import AreaLink
from ogc_widgets.app.links.map_context import MapContext
from ogc_widgets.app.links.scenes import Scenes
from ogc_widgets.app.links.search_link import SearchLink
from ogc_widgets.app.other_inputs import Kept, OtherInputs, kept_of
from ogc_widgets.app.request_text import code_blocks, json_blocks
from ogc_widgets.app.views.cards import Cards
from ogc_widgets.app.views.code_view import CodeView
from ogc_widgets.app.views.gate import Gate
from ogc_widgets.app.views.header import HeaderView
from ogc_widgets.app.views.jobs_tab import JobsTab
from ogc_widgets.app.views.outputs_view import OutputsView
from ogc_widgets.app.views.run_bar import RunBar
from ogc_widgets.client import AsyncJob, Client, Job, Results
from ogc_widgets.client.http.loop import follow, in_loop_thread, submit, tidy_up
from ogc_widgets.client.http.loop import run as run_in_loop
from ogc_widgets.client.stac.stac_inspector import StacInspector
from ogc_widgets.client.stac.stac_reader import StacReader
from ogc_widgets.errors import (
    InputError,
    InvalidInputsError,
    JobFailedError,
    ProblemError,
    SignInError,
    SubmissionUnknownError,
)
from ogc_widgets.form import ProcessForm
from ogc_widgets.map import AreaMap, ResultsMap
from ogc_widgets.panel import JobPanel
from ogc_widgets.panel.job.job_card import line_to_return
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from ogc_widgets.client.auth.secret import Auth
    from ogc_widgets.panel.item_search import ItemSearch
    from ogc_widgets.protocol import JobView, Process
    from ogc_widgets.protocol.requests.requests import Mode, Response


class App(NotesDisplay, ipywidgets.VBox):
    """Describe, fill in, run, watch and see the results, in one cell.

    Nothing is submitted by creating or displaying an App: a job starts when Run is
    pressed or :meth:`run` is called. Closing an App never touches a job.

    A server that lets nobody in without signing in gets a sign-in box first; the form
    opens when it is done.

    Args:
        server: Address of an OGC API - Processes server, or a client for it.
        process_id: The process to open; the first one of the server if left out.
        auth: How to sign in to the server of that address; see :mod:`ogc_widgets.auth
            <ogc_widgets.client.auth>`. A client brings its own.

    Raises:
        InputError: ``auth`` cannot be used, or belongs to a client that has its own.
        ServerError: The server cannot be reached or does not know the process.
    """

    form = traitlets.Instance(ProcessForm)
    """The form of the open process; another one after the process was changed."""
    job = traitlets.Any(allow_none=True)
    """The job that is shown; set it to attach to a job started elsewhere."""
    results = traitlets.Any(allow_none=True)
    """The results of the job once it is successful, else None."""

    # Until everything is made there is nothing to close.
    _closed = True

    def __init__(
        self,
        server: str | Client,
        process_id: str | None = None,
        *,
        auth: Auth = None,
    ) -> None:
        self.client = _client_of(server, auth)
        self._owns_client = self.client is not server
        self._gate: Gate | None = None
        try:
            found = self._first_look(process_id)
        except BaseException:
            if self._owns_client:
                self.client.close()
            raise
        self._kept_inputs: dict[str, dict[str, Any]] = {}
        self._kept_choices: dict[str, dict[str, Any]] = {}
        self._unwatch: Callable[[], None] | None = None
        self._own_job: Job | None = None  # the form shows its inputs anyhow

        self.map = AreaMap(height="100%")
        self.panel = JobPanel()
        self.panel.line_to_return = self._line_to_return
        self._header = HeaderView(
            on_choose=self._choose, on_offer=lambda take: self._others.answer(take=take)
        )
        self._run_bar = RunBar(
            on_run=self._run_pressed,
            on_reset=self._reset,
            on_example=self._fill_example,
            on_jump=self._jump,
        )
        self._code = CodeView()
        self._outputs = OutputsView()
        self._results_map = ResultsMap(area_map=self.map)
        self._left = ipywidgets.VBox()
        self._right = ipywidgets.VBox([self.map])
        self._split = ipywidgets.GridBox([self._left, self._right])
        self._jobs = JobsTab(
            self.client,
            self._split,
            on_attach=self._attach,
            on_removed=self._job_removed,
            on_run_again=self._run_again,
        )
        self._context = context = MapContext(self.map)
        self._area_link = AreaLink(self.map)
        self._scenes = Scenes(context)
        self._stac = StacReader(self.client.aio.connection)
        self._inspector = StacInspector(self._stac)
        self._parts = (
            self._header, self._split, self.panel, self._outputs, self._results_map
        )  # fmt: skip
        self._cards = Cards(
            self.client,
            self._header,
            on_layout=self._lay_out,
            on_processes=self._processes_changed,
            on_open=self._choose,
        )
        super().__init__()
        for box, name in (
            (self, "ogcw-app"),
            (self._left, "ogcw-app-left"),
            (self._right, "ogcw-app-right"),
            (self._split, "ogcw-app-split"),
        ):
            box.add_class("ogcw")
            box.add_class(name)
        self._closed = False
        self._header.observe(self._show_tab, "tab")
        self._others = OtherInputs(self, take_place(self, self.client.url, process_id))
        if found is not None:
            self._come_up(found)
        else:
            self._gate = Gate(self.client, process_id, self._enter)
            self._show(self._gate.box)

    def _first_look(self, process_id: str | None) -> Server | None:
        """What the server offers; ``None`` if the user has to sign in first."""
        source = self.client.aio.signing_in.source
        if source is not None and run_in_loop(source.needs_user):
            return None
        try:
            return run_in_loop(discover, self.client.aio, process_id)
        except SignInError:
            return None

    def _come_up(self, found: Server) -> None:
        """Show the app for the first time."""
        self._server = found
        self._search = SearchLink(
            self._stac, self.map, self._context, self._left, found.catalogue_url
        )
        self._open(found)
        self._show(*self._parts)

    def _show(self, *parts: ipywidgets.Widget) -> None:
        self.children = parts

    def _enter(self, found: Server) -> None:
        """The user has signed in: show the app in place of the box; any thread."""
        with publishing(self):
            gate = self._gate
            if gate is None or self._closed:
                return
            self._come_up(found)
            self._gate = None
        gate.close()

    # -- what Python can do ---------------------------------------------------------

    @property
    def process(self) -> Process:
        """The description of the open process."""
        self._need_open()
        return self._server.process

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
        raise self._closed_gate()

    def _need_open(self) -> None:
        if not self._has_form():
            raise self._closed_gate()

    def _closed_gate(self) -> InputError:
        return InputError(
            f"The app is not open yet: {self.client.url} wants you to sign in.",
            advice="Sign in in its box, or with app.sign_in(token).",
        )

    def choose(self, process_id: str) -> None:
        """Open another process of the server; the inputs of both are kept.

        Args:
            process_id: Id of the process.

        Raises:
            ServerError: The server does not know it, or cannot be reached.
        """
        self._need_open()
        self._open(run_in_loop(self._server.opening, self.client.aio, process_id))

    def refresh(self) -> None:
        """Read the list of processes again, for what was deployed or removed since.

        Raises:
            ServerError: The server cannot be reached, or has no process any more.
        """
        self._need_open()
        self._list_again(run_in_loop(self._server.again, self.client.aio))

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
        inputs, wishes = self._ready_inputs(), self._wishes
        if outputs is not None:
            wishes["outputs"] = outputs
        wishes["response"] = response or wishes["response"]
        try:
            job = self.client.execute(self.process.id, inputs, mode=mode, **wishes)
        except BaseException as error:
            self._not_started(error)
            raise
        self._started(job)
        return job

    def close(self) -> None:
        """Close the app and everything in it; jobs on the server go on."""
        if self._closed:
            return
        self._closed = True
        self._stop_watching()
        self._area_link.close()
        self._scenes.close()
        if self._gate is not None:
            self._gate.close()
        else:
            self._search.close()
            self.form.stac.inspector = None
            self.form.close()
        tidy_up(self._stac.close)
        self._cards.close()
        for widget in (
            self._header,
            self._run_bar,
            self._code,
            self._outputs,
            self._results_map,
            self.panel,
            self.map,
            self._jobs,
        ):
            widget.close()
        for box in (self._left, self._right, self._split):
            layout = box.layout
            box.close()
            layout.close()
        if self._owns_client:
            self.client.close()
        layout = self.layout
        super().close()
        layout.close()

    def _lay_out(self) -> None:
        """Put a card under the head, or take it away."""
        header, *parts = self._parts
        self._show(header, *self._cards.widgets, *parts)

    # -- a process is opened --------------------------------------------------------

    def _open(self, server: Server) -> None:
        """Show another process of the server."""
        old = self.form if self.has_trait("form") and self._has_form() else None
        if old is not None:
            self._kept_inputs[self.process.id] = dict(old.inputs)
            self._kept_choices[self.process.id] = self._wishes
        self._server = server
        process = server.process
        form = ProcessForm(process, self._kept_inputs.get(process.id))
        for name, choice in self._kept_choices.get(process.id, {}).items():
            setattr(form, name, choice)
        form.add_class("ogcw-scroll")
        shown = ("inputs", "outputs", "response", "extra", "shown_errors")
        form.observe(self._follow_form, shown)
        self.form = form
        with publishing(self._header, self._run_bar):
            self._header.title = clean(process.title or process.id)
            self._header.description = clean(process.description, limit=1000)
            self._header.server = clean(server.title)
            self._header.facts = facts_of(
                process, server.capabilities, self._header.server
            )
            self._list_processes()
            self._header.process_id = process.id
            self._run_bar.note = how_it_runs(process)
        self.panel.can_stop = server.capabilities.for_process(process).dismiss.available
        self._area_link.bind(form)
        self._scenes.bind(form)
        self._search.bind(form)
        form.stac.inspector = self._inspector
        self._show_tab()
        self._follow_form()
        if old is not None:
            old.close()

    def _list_processes(self) -> None:
        self._header.can_deploy = self._server.capabilities.deploy.available is True
        self._header.show_processes(
            self._server.processes, self.client.aio.discovery.processes_note
        )

    def _list_again(self, server: Server) -> None:
        """Show the processes of now; the form stays where its process is the same."""
        open_one = self.process
        is_same = (server.process.id, server.process.raw) == (open_one.id, open_one.raw)
        if not is_same:
            self._open(server)
            return
        self._server = server
        with publishing(self._header):
            self._list_processes()

    def _processes_changed(self) -> None:
        """A process was deployed, replaced or removed; any thread."""

        def done(future: Future[Server]) -> None:
            if self._closed:
                return
            self._list_again(future.result())

        follow(submit(self._server.again, self.client.aio), done, self.show_problem)

    def show_area(self) -> None:
        """Move the map to the area of the form."""
        self.map.fit()

    def show_problem(self, error: BaseException) -> None:
        """Show what went wrong in the head of the app; any thread."""
        self._header.report(error)

    def _has_form(self) -> bool:
        return "form" in self._trait_values

    def _choose(self, process_id: str, then: Callable[[], None] = lambda: None) -> None:
        """The page asks for another process; its description is fetched aside."""
        self._header.loading = True

        def done(future: Future[Server]) -> None:
            self._header.loading = False
            self._header.problem = ""
            self._open(future.result())
            then()

        def failed(error: BaseException) -> None:
            self.show_problem(error)
            if isinstance(error, SignInError):
                self.panel.ask_to_sign_in(self.client.aio.signing_in)

        opening = submit(self._server.opening, self.client.aio, process_id)
        follow(opening, done, failed)

    # -- for the other parts of the app -----------------------------------------------

    def to_take_over(self) -> Kept | None:
        """What a later app can take over: what was typed here, or could be had here."""
        mine = kept_of(self.form) if self._has_form() else None
        return mine or self._others.kept

    def open_process(self, process_id: str, then: Callable[[], None]) -> None:
        """Go on with a process, which is opened if it is not; any thread."""
        if process_id in ("", self.process.id):
            then()
        elif in_loop_thread():
            self._choose(process_id, then)
        else:
            self.choose(process_id)
            then()

    def say_what_is_offered(self) -> None:
        """Say in the head which inputs there are beside those of the form."""
        self._header.offer = self._others.shown()

    # -- the form ---------------------------------------------------------------------

    def _follow_form(self, _change: object = None) -> None:
        """Keep the foot of the form and the texts of the request up to date."""
        shown = self.form.shown_errors
        example = self.form.example.items()
        with publishing(self._run_bar):
            self._run_bar.has_example = any(
                self.form.inputs.get(key) != value for key, value in example
            )
            self._run_bar.problems = [
                {"path": path, "label": label, "message": message}
                for path, label, message in self.form.problems
                if path in shown
            ]
        self.say_what_is_offered()
        if not self.form.errors and self.job is None:
            self.panel.no_longer_invalid()
        self._write_request()

    def _show_tab(self, _change: object = None) -> None:
        tab = self._header.tab
        if tab != "form":
            self.search.hide()
        # All stay in the page, so that the form keeps its place and nothing is rebuilt.
        self._left.children = (self.search, self.form, self._code, self._run_bar)
        if tab in {"json", "code"}:
            self._left.add_class("ogcw-app-shows-text")
        else:
            self._left.remove_class("ogcw-app-shows-text")
        if tab == "jobs":
            self._jobs.show()
        else:
            self._jobs.hide()
        self._write_request()

    def _write_request(self) -> None:
        if self._header.tab not in {"json", "code"}:
            return
        write = json_blocks if self._header.tab == "json" else code_blocks
        blocks = write(self.client, self.form, self._server.process_url)
        with publishing(self._code):
            self._code.blocks = blocks

    def _jump(self, path: str) -> None:
        self._header.tab = "form"
        self.form.focus(path)

    def _fill_example(self) -> None:
        self.form.fill_example()
        self.map.fit()

    def _reset(self) -> None:
        self.form.reset()
        self._run_bar.problem = ""

    @property
    def _wishes(self) -> dict[str, Any]:
        """What the form says beside the inputs; no outputs while none were chosen."""
        form = self.form
        outputs, extra = dict(form.outputs) or None, dict(form.extra)
        return {"outputs": outputs, "extra": extra, "response": form.response}

    # -- a job is started -------------------------------------------------------------

    def _ready_inputs(self) -> dict[str, Any]:
        """The inputs, if they can be sent; otherwise show what is wrong.

        Raises:
            InvalidInputsError: Some cannot.
        """
        try:
            inputs = self.form.require_valid()
        except InvalidInputsError:
            if self.job is None:
                self.panel.invalid(len(self.form.problems))
            raise
        with publishing(self._run_bar):
            self._run_bar.busy = True
            self._run_bar.problem = ""
        self.job = None
        self.panel.submitting()
        return inputs

    def _run_pressed(self) -> None:
        """Run was pressed: start the job aside, so that the kernel stays free."""
        if self._run_bar.busy:
            return
        try:
            inputs = self._ready_inputs()
        except InvalidInputsError:
            self._jump(self.form.problems[0][0])
            return

        def done(future: Future[AsyncJob]) -> None:
            self._started(Job(future.result()))

        def failed(error: BaseException) -> None:
            self._run_bar.report(error)  # first, for it needs nothing else
            self._not_started(error)

        execute = self.client.aio.execute
        sent = submit(execute, self.process.id, inputs, **self._wishes)
        follow(sent, done, failed)

    def _started(self, job: Job) -> None:
        self._run_bar.busy = False
        self._own_job = job
        self.job = job

    def _attach(self, job: Job) -> None:
        """A job was opened on the page, which waits for nothing."""
        self._own_job = job
        self.job = job
        self._others.show_those_of(job, at_once=False)

    def _run_again(self, process_id: str, inputs: dict[str, Any]) -> None:
        """Fill the form with the inputs of an earlier job and press Run; any thread."""

        def run() -> None:
            self.form.inputs = inputs
            self._run_pressed()

        self.open_process(process_id, run)

    def _not_started(self, error: BaseException) -> None:
        """Show why there is no job; the form keeps everything."""
        self._run_bar.busy = False
        self.panel.not_started(error, self.client.aio.signing_in)
        if isinstance(error, (ProblemError, SubmissionUnknownError)):
            named = self.form.show_server_errors(error)
            if named:
                self._jump(named[0])

    # -- a job is shown ---------------------------------------------------------------

    @traitlets.observe("job")
    def _show_job(self, change: dict[str, Any]) -> None:
        self._stop_watching()
        self.results = None
        job = change["new"]
        self.panel.job = job
        self._jobs.follow(job)
        self._others.forget_job()
        if job is not None:
            self._unwatch = job.watch(partial(self._seen, job))
            if job is not self._own_job and self._has_form():
                self._others.show_those_of(job)

    def _job_removed(self, job: Job) -> None:
        """Nothing of a job that is no more stays on the screen."""
        if self.job is not None and self.job.url == job.url:
            self.job = None

    def _stop_watching(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _seen(self, job: Job, view: JobView) -> Future[Results] | None:
        """Fetch the results when there may be some; any thread."""
        has_ended = view.phase in ("successful", "ended")
        if not has_ended or job is not self.job or self._closed:
            return None
        self._stop_watching()

        def done(future: Future[Results]) -> None:
            if job is self.job and not self._closed:
                self.results = future.result()

        def failed(error: BaseException) -> None:
            if view.phase == "ended" and isinstance(error, JobFailedError):
                return  # the panel says how it ended
            self._outputs.report(error)
            if isinstance(error, SignInError):
                signing_in = self.client.aio.signing_in
                self._unwatch = signing_in.when_signed_in(
                    partial(self._seen, job, view)
                )
                self.panel.ask_to_sign_in(signing_in)

        return follow(submit(job.aio.results), done, failed)

    @traitlets.observe("results")
    def _show_results(self, change: dict[str, Any]) -> None:
        results: Results | None = change["new"]
        self._results_map.results = results
        self._outputs.show(results, len(self._results_map.footprints.features))

    def _line_to_return(self, job: Job) -> str:
        """Write the line of Python that comes back to a job in a new kernel."""
        return line_to_return(job, job.process_id or self.process.id)

    def _card_(self) -> tuple[str, str]:
        # Called once this app has been displayed, which may hide an earlier one.
        close_unseen()
        if not self._has_form():
            words = f"Sign in to {self.client.url} to see its processes."
            return words, f"<p>{escape_html(words)}</p>"
        parts: list[NotesDisplay] = [self.form, self.panel]
        if self.results is not None:
            parts.append(self._results_map)
        texts, tables = zip(*(part._card_() for part in parts), strict=True)
        return "\n".join(texts), "\n".join(tables)


def _client_of(server: str | Client, auth: Auth) -> Client:
    if not isinstance(server, Client):
        return Client(server, auth=auth)
    if auth is not None:
        raise InputError(
            "The client says already how to sign in.",
            advice="Pass auth= to the client, or the address with auth= to the App.",
        )
    return server
