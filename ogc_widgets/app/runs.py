"""Run is pressed or called: what the form shows is sent, and what came of it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.head_and_foot import runs_async
from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client import Job
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import (
    InvalidInputsError,
    ProblemError,
    SubmissionUnknownError,
)
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client import AsyncJob
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.requests.requests import Mode


class Runs(FormLink):
    """Starts the jobs of the open form."""

    watched: ClassVar = ("inputs", "outputs", "response", "extra", "shown_errors")

    def __init__(self, screen: Screen, on_job: Callable[[Job | None], object]) -> None:
        super().__init__(screen)
        self._client, self._run_bar = screen.client, screen.run_bar
        self._panel, self._on_job = screen.panel, on_job
        self._run_bar.handle(
            run=self._on_run,
            reset=self._reset,
            example=self._fill_example,
            jump=screen.jump,
        )
        self._panel.handle(run=self._on_run)

    def run(self, mode: Mode, wishes: dict[str, Any]) -> Job:
        """Send what the form shows, and wait for the job.

        Raises:
            InvalidInputsError: The form has problems; nothing was sent.
            ServerError: The server refused, or did not answer.
        """
        process_id, inputs = self._begin()
        try:
            job = self._client.execute(process_id, inputs, mode=mode, **wishes)
        except BaseException as error:
            self._not_started(error)
            raise
        self._started(job)
        return job

    def press(self) -> None:
        """Send what the form shows aside, so that the kernel stays free."""
        if self._run_bar.busy:
            return
        try:
            process_id, inputs = self._begin()
        except InvalidInputsError:
            self.screen.jump(self.form.problems[0][0])
            return

        def done(future: Future[AsyncJob]) -> None:
            self._started(Job(future.result()))

        def failed(error: BaseException) -> None:
            self._run_bar.report(error)  # first, for it needs nothing else
            self._not_started(error)

        execute, wishes = self._client.aio.execute, self.form.wishes
        follow(submit(execute, process_id, inputs, **wishes), done, failed)

    def _on_run(self) -> None:
        try:
            self.press()
        finally:
            with publishing(self._run_bar):
                self._run_bar.answered += 1

    def _fill_example(self) -> None:
        self.form.fill_example()
        self.screen.map.fit()

    def _reset(self) -> None:
        self.form.reset()
        self._run_bar.problem = ""

    def _follow(self) -> None:
        """Say in the foot of the form how it runs, and what is in the way."""
        form = self.form
        with publishing(self._run_bar):
            self._run_bar.note = _how_it_runs(form.process)
            self._run_bar.has_example = any(
                form.inputs.get(key) != value for key, value in form.example.items()
            )
            self._run_bar.problems = [
                {"path": path, "label": label, "message": message}
                for path, label, message in form.problems
                if path in form.shown_errors
            ]
        if not form.errors:
            self._panel.no_longer_invalid()

    def _begin(self) -> tuple[str, dict[str, Any]]:
        """The process and its inputs, if they can be sent; else show what is wrong."""
        form, bar = self.form, self._run_bar
        try:
            inputs = form.require_valid()
        except InvalidInputsError:
            if self._panel.job is None:
                self._panel.invalid(len(form.problems))
            raise
        with publishing(bar):
            bar.busy, bar.problem = True, ""
        self._on_job(None)
        self._panel.submitting()
        return form.process.id, inputs

    def _started(self, job: Job) -> None:
        self._run_bar.busy = False
        self._on_job(job)

    def _not_started(self, error: BaseException) -> None:
        """Show why there is no job; the form keeps everything."""
        self._run_bar.busy = False
        self._panel.not_started(error, self._client.aio.signing_in)
        if isinstance(error, (ProblemError, SubmissionUnknownError)):
            named = self.form.show_server_errors(error)
            if named:
                self.screen.jump(named[0])


def _how_it_runs(process: Process) -> str:
    if runs_async(process):
        return "Runs asynchronously"
    return "Runs while you wait (this process cannot run asynchronously)"
