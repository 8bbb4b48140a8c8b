"""The live job: state, progress, times, logs by step, and the button that stops it."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.http.loop import run
from ogc_widgets.client.jobs.job import blocking_job
from ogc_widgets.client.jobs.times import Setbacks, Stopwatch
from ogc_widgets.client.results.files.names import safe_filename
from ogc_widgets.errors import (
    InputError,
    OgcError,
    SignInError,
    SubmissionUnknownError,
    need_job,
)
from ogc_widgets.panel.job.job_state import (
    Surroundings,
    job_state,
    resting_state,
    short_id,
)
from ogc_widgets.panel.job.job_texts import (
    card_html,
    card_text,
    line_to_return,
    text_for_operators,
)
from ogc_widgets.panel.job.logs import JobLogs, links_of
from ogc_widgets.panel.job.stopping import Answer, ask_to_stop
from ogc_widgets.protocol.links import without_query
from ogc_widgets.view.base import publishing
from ogc_widgets.view.sign_in_box import SigningInView
from ogc_widgets.view.transfer import Sending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from concurrent.futures import Future
    from pathlib import Path

    from ogc_widgets.client import Job
    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.protocol import JobView


class JobPanel(SigningInView, JobLogs):
    """Shows one job live; closing the panel never touches the job.

    Args:
        job: The job to show; None shows that nothing has run yet.
        can_stop: Whether the server can cancel jobs; what the client knows of it if
            left out. Where the server has not said, the button tries, and says what
            the server answered.

    The panel watches the job on the package's own thread, so it goes on while a cell
    is running.
    """

    _script = "job_panel"

    report_view: Any = traitlets.Dict().tag(sync=True)
    """The last report asked for by the page: ``{"ticket", "text"}``."""
    folds = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether steps and log can be put away, so that one line is left."""
    is_open = traitlets.Bool(default_value=True).tag(sync=True)
    """Whether they are seen."""

    def __init__(self, job: Job | None = None, *, can_stop: bool | None = None) -> None:
        self._unwatch: Callable[[], None] | None = None
        self._can_stop = can_stop
        self.line_to_return: Callable[[Job], str] = line_to_return
        self._begin(None, resting_state(), Stopwatch())
        super().__init__(state={**self._rest, "sequence": 0})
        self._sending = Sending(self)
        self.handle(
            stop=self.stop,
            unwatch=self.stop_watching,
            watch=self.watch_again,
            check=self.check_now,
        )
        if job is not None:
            self.job = job

    def _begin(self, job: Job | None, rest: dict[str, Any], watch: Stopwatch) -> None:
        """Know nothing yet but the job, and what is shown without a view of it."""
        self._job, self._rest, self._watch = job, rest, watch
        self._forget_logs()
        self._view: JobView | None = None
        self._around = Surroundings()
        self._setbacks = Setbacks()

    # -- what Python can do ---------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job that is shown; set it to show another one, or None for none."""
        return self._job

    @job.setter
    def job(self, job: Job | None) -> None:
        if job is self._job and self._unwatch is not None:
            return
        if job is not None:
            need_job("JobPanel", job)
            job = blocking_job(job)
        # A job that was just submitted has begun before it was there.
        is_submitted = job is not None and self._job is None
        with publishing(self):
            self._rest_with("idle", watch=self._watch if is_submitted else None)
            self._job = job
            if job is not None:
                self._unwatch = job.watch(partial(self._seen, job))
        if self._closed:  # while the request was under way that has brought the job
            self._let_go()

    def shows(self, subject: object) -> bool:
        """Whether this is the job that is shown, by whichever of its faces."""
        poller = getattr(subject, "poller", None)
        return self._job is not None and self._job.poller is poller

    @property
    def can_stop(self) -> bool | None:
        """Whether the server can cancel jobs; None if it has not said."""
        if self._can_stop is not None or self._job is None:
            return self._can_stop
        return self._job.aio.capabilities.dismiss.available

    @can_stop.setter
    def can_stop(self, can_stop: bool | None) -> None:
        self._can_stop = can_stop
        self._publish()

    def submitting(self, text: str = "") -> None:
        """Show that a request is on its way, before there is a job."""
        watch = Stopwatch()
        watch.start()
        self._rest_with("submitting", text or "Sending the request.", watch=watch)

    def invalid(self, count: int) -> None:
        """Show that nothing was sent because ``count`` inputs need attention."""
        problems = "1 problem" if count == 1 else f"{count} problems"
        self._rest_with("invalid", f"{problems} in the form; nothing was sent.")

    def no_longer_invalid(self) -> None:
        """Take back :meth:`invalid`, because the form can be sent now."""
        if self.state.get("kind") == "invalid":
            self.reset()

    def not_started(
        self, error: BaseException, client: SigningIn | None = None
    ) -> None:
        """Show that the request brought no job, or none that is known, and why.

        Args:
            error: Why.
            client: Which client the user may sign in, where that is what is missing.
        """
        is_unknown = isinstance(error, SubmissionUnknownError)
        with publishing(self):
            self._rest_with("unknown" if is_unknown else "not-started", str(error))
            if client is not None and isinstance(error, SignInError):
                self._ask_to_sign_in(client, "Then press Run again.")

    def ask_to_sign_in(self, client: SigningIn) -> None:
        """Show the sign-in box; where a job is shown, that stays."""
        with publishing(self):
            if self._job is None:
                self._rest_with("idle")
            self._ask_to_sign_in(client)

    def reset(self) -> None:
        """Show that nothing has run yet; the job, if any, goes on untouched."""
        self._rest_with("idle")

    def stop(self) -> None:
        """Ask the server to dismiss the job; returns at once.

        The panel says "cancelling" and then what the server answers. Where the server
        cannot cancel jobs this stops watching instead; the job keeps running.
        """
        job, around = self._job, self._around
        if job is None or self._view is None or self._view.is_final:
            return
        if self.can_stop is False:
            self.stop_watching()
            return
        with publishing(self):
            if around.stop == "cancelling":
                return
            around.stop, around.stop_note = "cancelling", ""
            self._publish()
        self._start(
            partial(ask_to_stop, job.aio),
            self._stop_answered,
            is_wanted=lambda: job is self._job,
        )

    def stop_watching(self) -> None:
        """Stop asking the server about the job, which keeps running there."""
        self._let_go()
        self._following.stop()
        with publishing(self):
            self._around.stop, self._around.stop_note = "unwatched", ""
            self._watch.pause()
            self._publish()

    def watch_again(self) -> None:
        """Go on watching after :meth:`stop_watching`."""
        job = self._job
        if job is None or self._unwatch is not None:
            return
        with publishing(self):
            self._around.stop = "ready"
            self._watch.go_on()
        self._unwatch = job.watch(partial(self._seen, job))
        self._follow_log(is_live=True)

    def check_now(self) -> None:
        """Ask the server now instead of at the next planned time."""
        if self._job is not None:
            self._job.resume()

    def report_text(self) -> str:
        """The report for the server's operators: request, state, end of the log.

        Raises:
            InputError: There is no job to report on.
        """
        report = self._report()
        if report is None:
            raise InputError("There is no job to report on.")
        return run(report)

    # -- a job is watched -------------------------------------------------------------

    def _seen(self, job: Job, view: JobView) -> Future[Any] | None:
        """A new view of the watched job, from whichever thread brings it."""
        with publishing(self):
            if job is not self._job or self._closed:
                return None
            before, self._view = self._view, view
            self._steps.see(links_of(view))
            self._setbacks.see(view)
            self._watch.see(view)
            if view.is_final:
                self._around.stop, self._around.stop_note = "ready", ""
            if view.connection == "sign-in":
                self._ask_to_sign_in(job.aio.signing_in)
            elif view.connection == "ok" and self.sign_in:
                self._put_box_away()
            self._publish()
        if not view.is_final or (before is not None and before.is_final):
            return None
        self._follow_log(is_live=False)
        if view.phase != "failed":
            return None
        # Some servers say why only in place of the results.
        return self._start(
            job.aio.why_failed, self._explain, is_wanted=lambda: job is self._job
        )

    def _has_signed_in(self) -> None:
        """The watched job looks again by itself; without one, Run can be pressed."""
        with publishing(self):
            if self._job is None:
                self._rest_with("idle", "Signed in. You can go on.")
            else:
                self._put_box_away()

    def _stop_answered(self, answer: Answer) -> None:
        around = self._around
        if answer.accepted and around.stop == "cancelling":
            around.stop_note = "The server was told; waiting for the job to end."
        elif not answer.accepted:
            around.stop, around.stop_note = "ready", answer.note
        if answer.impossible:
            self._can_stop = False
        self._publish()

    def _explain(self, reason: str) -> None:
        self._around.reason = reason
        self._publish()

    # -- the report -----------------------------------------------------------------

    def _report(self) -> Callable[[], Coroutine[Any, Any, str]] | None:
        """What writes the report on the job that is shown, if there is one."""
        job, view = self._job, self._view
        if job is None or view is None:
            return None
        keys, opened = self._steps.keys_newest_first(), self._open
        return lambda: text_for_operators(job, view, keys, opened)

    # -- from the page --------------------------------------------------------------

    def _on_save(self, ticket: str, what: str) -> None:
        """Send the job to the page as a file: a run, or a report."""
        job = self._job
        if job is None or what not in ("run", "report"):
            return

        parts = ("run", safe_filename(job.process_id, "process"), short_id(job.id))
        name = "-".join(part for part in parts if part) + ".zip"

        def write_run(folder: Path) -> Awaitable[Path]:
            return job.aio.save_run(folder / name)

        is_run = what == "run"
        media_type = "application/zip" if is_run else "text/html"
        write = write_run if is_run else job.aio.report

        async def work() -> None:
            try:
                await self._sending.send_written(ticket, media_type, write)
            except OgcError as error:
                self.report(error)
                raise

        self._start(partial(self._sending.fetch, ticket, work))

    def _on_report(self, ticket: str) -> None:
        def show(text: str) -> None:
            self.report_view = {"ticket": ticket, "text": text}

        report = self._report()
        if report is not None:
            self._start(report, show)

    # -- what is shown ----------------------------------------------------------------

    def _rest_with(
        self, kind: str, text: str = "", *, watch: Stopwatch | None = None
    ) -> None:
        """Leave the job, if there is one, and show what there is to say without."""
        self._let_go()
        self._following.stop()
        with publishing(self):
            self._put_box_away()
            self._begin(None, resting_state(kind, text), watch or Stopwatch())
            self.log_view = {}
            self.problem = ""
            self._publish()

    def _let_go(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _again(self) -> str:
        """The line that watches the job again in a new kernel; "" where none can."""
        job = self._job
        if job is None or not job.id or job.aio.ends_with_kernel:
            return ""
        return self.line_to_return(job)

    def _state(self) -> dict[str, Any]:
        job, view = self._job, self._view
        if job is None or view is None:
            return {**self._rest, "elapsed": self._watch.seconds}
        around = replace(
            self._around,
            now=time.time(),
            job_id=job.id,
            job_url=without_query(job.url),  # this goes into saved notebooks
            job_title=job.aio.process_title,
            again=self._again(),
            elapsed_s=self._watch.seconds,
            progress_note=self._setbacks.note,
            can_stop=self.can_stop,
            steps=self._steps.states(view.phase),
        )
        return job_state(view, around)

    def _card_(self) -> tuple[str, str]:
        job, view = self._job, self._view
        return card_text(job, view), card_html(job, view, self._again())
