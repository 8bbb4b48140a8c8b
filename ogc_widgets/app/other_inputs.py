"""Inputs from elsewhere: of an earlier run of the cell, or of a job that was opened.

A line under the head of the app says so, and changes them by one press.
"""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ogc_widgets.client.http.loop import follow, in_loop_thread, submit
from ogc_widgets.errors import OgcError
from ogc_widgets.form.fields import extras
from ogc_widgets.panel.job.job_state import short_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client import Job
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.form.sets.input_sets import Typed
    from ogc_widgets.protocol import ExecuteRequest


class Screen(Protocol):
    """What is asked of the app whose form could show other inputs."""

    @property
    def form(self) -> ProcessForm:
        """The form of the open process."""

    @property
    def job(self) -> Job | None:
        """The job that is shown."""

    def open_process(self, process_id: str, then: Callable[[], None]) -> None:
        """Go on with a process, which is opened if it is not."""

    def say_what_is_offered(self) -> None:
        """Show the line of :meth:`OtherInputs.shown`."""

    def show_area(self) -> None:
        """Move the map to the area of the form."""

    def show_problem(self, error: BaseException) -> None:
        """Show what went wrong."""


class Kept(NamedTuple):
    """What was typed in a form that is not on the screen any more."""

    process_id: str
    typed: Typed


@dataclass(frozen=True)
class Line:
    """What the page says: a sentence, and what its two buttons are called."""

    text: str
    take: str = ""
    leave: str = "Close"
    kept: Kept | None = None


def kept_of(form: ProcessForm) -> Kept | None:
    """What was typed in a form; ``None`` if it stands there as the server made it."""
    return Kept(form.process.id, form.sets.typed()) if form.sets.is_touched else None


class OtherInputs:
    """Knows which inputs the form of an app could show instead.

    Args:
        app: The app.
        kept: What an earlier run of its cell has left.
    """

    def __init__(self, app: Screen, kept: Kept | None) -> None:
        self._app = app
        self._line: Line | None = None
        if kept is not None:
            self._line = Line(
                "This cell was run before.", "Take over its inputs", "Start anew", kept
            )

    @property
    def kept(self) -> Kept | None:
        """What can be had by one press."""
        return None if self._line is None else self._line.kept

    def shown(self) -> dict[str, str]:
        """The line for the page; empty when the form holds what was kept."""
        line = self._line
        if line is None:
            return {}
        if line.kept is not None and line.kept.typed == self._app.form.sets.typed():
            return {}
        return {"text": line.text, "take": line.take, "leave": line.leave}

    def answer(self, *, take: bool) -> None:
        """The user takes the other inputs, or leaves them for good."""
        line, self._line = self._line, None
        if take and line is not None and (kept := line.kept) is not None:
            self._app.open_process(
                kept.process_id, lambda: self._app.form.sets.take_over(kept.typed)
            )
        self._app.say_what_is_offered()

    def forget_job(self) -> None:
        """Another job is shown, or none: say nothing of the one before."""
        if self._line is not None and self._line.kept is None:
            self._line = None
            self._app.say_what_is_offered()

    def show_those_of(self, job: Job, *, at_once: bool = True) -> None:
        """Bring into the form what a job was started with, or say that nobody knows.

        Args:
            job: The job that the app shows.
            at_once: Wait for it, so that the next line of a cell finds the form as it
                will be; never done in the loop thread.
        """

        def done(future: Future[ExecuteRequest]) -> None:
            if job is not self._app.job:
                return
            try:
                asked = future.result()
                self._app.open_process(
                    job.process_id or asked.process_id, lambda: self._fill(job, asked)
                )
            except OgcError:
                self._line = Line(
                    f"What job {short_id(job.id)} was started with is not known; "
                    "the form does not show it."
                )
                self._app.say_what_is_offered()

        reading = submit(job.aio.request)
        if at_once and not in_loop_thread():
            wait([reading])
        follow(reading, done, self._app.show_problem)

    def _fill(self, job: Job, asked: ExecuteRequest) -> None:
        form = self._app.form
        before = kept_of(form)
        form.inputs = asked.inputs
        form.outputs = asked.outputs or {}
        form.extra = extras.beside_in(asked.raw)
        if before is not None:
            self._line = Line(
                f"Filled in with the inputs of job {short_id(job.id)}.",
                "Back to what was typed",
                "Keep these",
                before,
            )
        self._app.say_what_is_offered()
        self._app.show_area()
