"""The live job: state, progress, times, logs by step, and the button that stops it."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import InputError, SignInError, SubmissionUnknownError
from ogc_widgets.panel.job.job_card import card_html, card_text, line_to_return
from ogc_widgets.panel.job.job_state import Surroundings, job_state, resting_state
from ogc_widgets.panel.job.log_fetching import LogFollower, LogState, loading_log
from ogc_widgets.panel.job.report import build_report
from ogc_widgets.panel.job.steps import LogKey, StepBook, links_of
from ogc_widgets.panel.job.stopping import Answer, ask_to_stop
from ogc_widgets.panel.job.times import Stopwatch
from ogc_widgets.panel.signing_in import SigningInView
from ogc_widgets.protocol.links import without_query
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client import Job
    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.protocol import JobView

Json = dict[str, Any]


class JobPanel(SigningInView):
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

    state = traitlets.Dict().tag(sync=True)
    """What the page draws; see :func:`ogc_widgets.panel.job.job_state.job_state`."""
    log_view = traitlets.Dict().tag(sync=True)
    """The open log: step, number, title, text, note, first_error; empty if none."""
    report_view = traitlets.Dict().tag(sync=True)
    """The last report asked for by the page: ``{"ticket", "text"}``."""

    def __init__(self, job: Job | None = None, *, can_stop: bool | None = None) -> None:
        self._job: Job | None = None
        self._unwatch: Callable[[], None] | None = None
        self._view: JobView | None = None
        self._rest = resting_state()
        self._can_stop = can_stop
        self._sequence = 0
        self._forget()
        self.line_to_return: Callable[[Job], str] = line_to_return
        self._watch = Stopwatch()
        self._follower = LogFollower(self._log_read, self._start)
        super().__init__(state={**self._rest, "sequence": 0})
        if job is not None:
            self.job = job

    def _forget(self) -> None:
        """Drop what belongs to the job shown so far."""
        if self._guest is not None:
            self._put_box_away()
        self._steps = StepBook()
        self._open: LogKey | None = None
        self._stop = "ready"
        self._stop_note = ""
        self._reason = ""
        self._highest: float | None = None
        self._progress_note = ""

    # -- what Python can do ---------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job that is shown; set it to show another one, or None for none."""
        return self._job

    @job.setter
    def job(self, job: Job | None) -> None:
        if job is self._job and self._unwatch is not None:
            return
        self._leave_job()
        with publishing(self):
            if job is None or self._job is not None:
                self._watch = Stopwatch()
            self._rest = resting_state()
            self._forget()
            self._job = job
            self._view = None
            self.log_view = {}
        if job is None:
            self._publish()
        else:
            self._unwatch = job.watch(partial(self._seen, job))

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
        self._show_rest("submitting", text or "Sending the request.", watch)

    def invalid(self, count: int) -> None:
        """Show that nothing was sent because ``count`` inputs need attention."""
        problems = "1 problem" if count == 1 else f"{count} problems"
        self._show_rest("invalid", f"{problems} in the form; nothing was sent.")

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
            self._show_rest("unknown" if is_unknown else "not-started", str(error))
            if client is not None and isinstance(error, SignInError):
                self._ask_to_sign_in(client, "Then press Run again.")

    def ask_to_sign_in(self, client: SigningIn) -> None:
        """Show the sign-in box; where a job is shown, that stays."""
        with publishing(self):
            if self._job is None:
                self._show_rest("idle", "")
            self._ask_to_sign_in(client)

    def reset(self) -> None:
        """Show that nothing has run yet; the job, if any, goes on untouched."""
        self._show_rest("idle", "")

    def stop(self) -> None:
        """Ask the server to dismiss the job; returns at once.

        The panel says "cancelling" and then what the server answers. Where the server
        cannot cancel jobs this stops watching instead; the job keeps running.
        """
        job = self._job
        if job is None or self._view is None or self._view.is_final:
            return
        if self.can_stop is False:
            self.stop_watching()
            return
        with publishing(self):
            if self._stop == "cancelling":
                return
            self._stop, self._stop_note = "cancelling", ""
            self._publish()
        self._start(self._dismiss, job)

    def stop_watching(self) -> None:
        """Stop asking the server about the job, which keeps running there."""
        self._unsubscribe()
        self._follower.stop()
        with publishing(self):
            self._stop, self._stop_note = "unwatched", ""
            self._watch.pause()
            self._publish()

    def watch_again(self) -> None:
        """Go on watching after :meth:`stop_watching`."""
        job = self._job
        if job is None or self._unwatch is not None:
            return
        with publishing(self):
            self._stop = "ready"
            self._watch.go_on()
        self._unwatch = job.watch(partial(self._seen, job))
        if self._open is not None:
            self._follower.start(job, self._open, follow=True)

    def check_now(self) -> None:
        """Ask the server now instead of at the next planned time."""
        if self._job is not None:
            self._job.resume()

    def open_log(self, step: str, number: int | None = None) -> None:
        """Open the log of a step in the panel and follow it while the job runs.

        Args:
            step: Step as listed in ``panel.steps``.
            number: Which execution of the step; the latest if left out.

        Raises:
            InputError: There is no log of that step, or no such execution of it.
        """
        numbers = self.steps.get(step, [])
        key = LogKey(step, numbers[-1] if numbers and number is None else number or 0)
        if self._job is None or key.number not in numbers:
            known = ", ".join(self.steps) or "none yet"
            raise InputError(
                f"There is no log of step {step!r}"
                + (f", execution {number}." if number is not None else "."),
                advice=f"Steps with logs: {known}.",
            )
        with publishing(self):
            self._open = key
            self.log_view = loading_log(key)
        self._follower.start(self._job, key, follow=self._is_followed())

    def close_log(self) -> None:
        """Close the open log."""
        self._follower.stop()
        with publishing(self):
            self._open = None
            self.log_view = {}

    @property
    def steps(self) -> dict[str, list[int]]:
        """Steps with logs in order of appearance, and the numbers of their logs."""
        return self._steps.numbers()

    def report_text(self) -> str:
        """The report for the server's operators: request, state, end of the log.

        Raises:
            InputError: There is no job to report on.
        """
        if self._job is None or self._view is None:
            raise InputError("There is no job to report on.")
        return run(self._build_report, self._job, self._view)

    def close(self) -> None:
        """Close the panel and stop watching; the job is not touched."""
        if not self._closed:
            self._closed = True
            self._leave_job()
        super().close()

    # -- from the loop thread -------------------------------------------------------

    def _seen(self, job: Job, view: JobView) -> Future[Any] | None:
        """A new view of the watched job, from whichever thread brings it."""
        with publishing(self):
            if job is not self._job or self._closed:
                return None
            was_final = self._view is not None and self._view.is_final
            self._view = view
            self._steps.see(links_of(view))
            self._note_progress(view)
            self._watch.see(view)
            if view.is_final:
                self._stop, self._stop_note = "ready", ""
            if view.connection == "sign-in":
                self._ask_to_sign_in(job.aio.signing_in)
            elif view.connection == "ok" and self.sign_in:
                self._put_box_away()
            self._publish()
        if not view.is_final or was_final:
            return None
        if self._open is not None:
            self._follower.start(job, self._open, follow=False)
        if view.phase == "failed":
            return self._start(self._explain, job)
        return None

    def _has_signed_in(self) -> None:
        """The watched job looks again by itself; without one, Run can be pressed."""
        with publishing(self):
            if self._job is None:
                self._show_rest("idle", "Signed in. You can go on.")
            else:
                self._put_box_away()

    def _note_progress(self, view: JobView) -> None:
        progress = view.status.progress if view.status is not None else None
        if progress is None:
            return
        before, self._highest = self._highest, progress
        if before is not None and progress < before and not view.is_final:
            self._progress_note = (
                f"The server set the progress back from {before:.0f} % "
                f"to {progress:.0f} %."
            )
        elif before is not None and progress > before:
            self._progress_note = ""

    def _log_read(self, key: LogKey, log: LogState) -> None:
        with publishing(self):
            if key == self._open and not self._closed:
                before = self.log_view
                if log["bad"] and before.get("text"):
                    # Keep what can be read; say that it is not the newest.
                    log = {**before, "note": log["note"], "bad": True}
                self.log_view = log

    async def _dismiss(self, job: Job) -> None:
        answer = await ask_to_stop(job.aio)
        with publishing(self):
            if job is not self._job or self._closed:
                return
            self._stop_answered(answer)

    def _stop_answered(self, answer: Answer) -> None:
        if answer.accepted and self._stop == "cancelling":
            self._stop_note = "The server was told; waiting for the job to end."
        elif not answer.accepted:
            self._stop, self._stop_note = "ready", answer.note
        if answer.impossible:
            self._can_stop = False
        self._publish()

    async def _explain(self, job: Job) -> None:
        """Ask why a job failed; some servers say so only in place of the results."""
        reason = await job.aio.why_failed()
        with publishing(self):
            if job is self._job and reason:
                self._reason = reason
                self._publish()

    async def _build_report(self, job: Job, view: JobView) -> str:
        keys = self._steps.keys_newest_first()
        return await build_report(job, view, keys, self._open)

    async def _report_for_page(self, job: Job, view: JobView, ticket: str) -> None:
        text = await self._build_report(job, view)
        with publishing(self):
            if not self._closed:
                self.report_view = {"ticket": ticket, "text": text}

    # -- from the page --------------------------------------------------------------

    def _on_hello(self) -> None:
        """A page was opened: tell it the times anew, its copy of them is old."""
        self._publish()

    def _on_stop(self) -> None:
        self.stop()

    def _on_unwatch(self) -> None:
        self.stop_watching()

    def _on_watch(self) -> None:
        self.watch_again()

    def _on_check(self) -> None:
        self.check_now()

    def _on_open_log(self, step: str, number: int | None = None) -> None:
        # A page that is a message behind may name a step of the job before.
        if step in self.steps:
            self.open_log(step, number)

    def _on_close_log(self) -> None:
        self.close_log()

    def _on_report(self, ticket: str) -> None:
        if self._job is not None and self._view is not None:
            self._start(self._report_for_page, self._job, self._view, ticket)

    # -- inside ---------------------------------------------------------------------

    def _is_followed(self) -> bool:
        view = self._view
        return view is not None and not view.is_final and self._stop != "unwatched"

    def _show_rest(self, kind: str, text: str, watch: Stopwatch | None = None) -> None:
        self._leave_job()
        with publishing(self):
            self._forget()
            self._job = None
            self._view = None
            self._watch = watch or Stopwatch()
            self._rest = resting_state(kind, text)
            self.log_view = {}
            self.problem = ""
            self._publish()

    def _unsubscribe(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _leave_job(self) -> None:
        # A panel that is collected at exit finds that the loop has been closed.
        with suppress(RuntimeError):
            self._unsubscribe()
            self._follower.stop()

    @property
    def _again(self) -> str:
        """The line that watches the job again in a new kernel; "" where none can."""
        job = self._job
        if job is None or not job.id or job.aio.ends_with_kernel:
            return ""
        return self.line_to_return(job)

    def _publish(self) -> None:
        with publishing(self):
            if self._closed:
                return
            self._sequence += 1
            self.state = {**self._state(), "sequence": self._sequence}

    def _state(self) -> dict[str, Any]:
        job, view = self._job, self._view
        if job is None or view is None:
            return {**self._rest, "elapsed": self._watch.seconds}
        around = Surroundings(
            now=time.time(),
            job_id=job.id,
            job_url=without_query(job.url),  # this goes into saved notebooks
            process_id=job.process_id,
            again=self._again,
            elapsed_s=self._watch.seconds,
            can_stop=self.can_stop,
            stop=self._stop,
            stop_note=self._stop_note,
            reason=self._reason,
            progress_note=self._progress_note,
            steps=self._steps.states(view.phase),
        )
        return job_state(view, around)

    def _repr_mimebundle_(self, **kwargs: dict[Any, Any]) -> tuple[Json, Json]:
        """The live view, and what a saved notebook says without it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = {
            **(shown or {}),
            "text/plain": card_text(self._job, self._view),
            "text/html": card_html(self._job, self._view, self._again),
        }
        return data, metadata
