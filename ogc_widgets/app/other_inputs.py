"""Inputs from elsewhere: of an earlier run of the cell, or of a job that was opened.

A line under the head of the app says so, and changes them by one press.
"""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client.http.loop import follow, in_loop_thread, submit
from ogc_widgets.errors import OgcError
from ogc_widgets.form import extras
from ogc_widgets.panel.job.job_state import short_id

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ogc_widgets.app.opener import Opener
    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.client import Job
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.form.input_sets import Typed
    from ogc_widgets.map import AreaMap
    from ogc_widgets.protocol import ExecuteRequest


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


class OtherInputs(FormLink):
    """Knows which inputs the form of an app could show instead.

    Args:
        header: The head, which says so.
        area_map: Shows the area of the inputs that were brought in.
        opener: Opens the process that they are for.
        kept: What an earlier run of the cell has left.
    """

    watched: ClassVar = ("inputs", "outputs", "response", "extra", "shown_errors")

    def __init__(
        self, header: HeaderView, area_map: AreaMap, opener: Opener, kept: Kept | None
    ) -> None:
        self._header = header
        self._map = area_map
        self._opener = opener
        self._job: Job | None = None
        self._line: Line | None = None
        if kept is not None:
            self._line = Line(
                "This cell was run before.", "Take over its inputs", "Start anew", kept
            )
        header.handle(offer=self._answer)

    def to_take_over(self) -> Kept | None:
        """What a later app can take over: what was typed here, or could be had here."""
        offered = None if self._line is None else self._line.kept
        return (kept_of(self.form) if self.is_bound else None) or offered

    def follow_job(self, job: Job | None) -> None:
        """Another job is shown, or none: say nothing of the one before."""
        self._job = job
        if self._line is not None and self._line.kept is None:
            self._say(None)

    def show_those_of(self, job: Job, *, at_once: bool = True) -> None:
        """Bring into the form what a job was started with, or say that nobody knows.

        Args:
            job: The job that the app shows.
            at_once: Wait for it, so that the next line of a cell finds the form as it
                will be; never done in the loop thread.
        """

        def done(future: Future[ExecuteRequest]) -> None:
            if job is not self._job:
                return
            try:
                asked = future.result()
                self._opener.go_on_with(
                    job.process_id or asked.process_id, lambda: self._fill(job, asked)
                )
            except OgcError:
                self._say(
                    Line(
                        f"What job {short_id(job.id)} was started with is not known; "
                        "the form does not show it."
                    )
                )

        reading = submit(job.aio.request)
        if at_once and not in_loop_thread():
            wait([reading])
        follow(reading, done, self._header.report)

    def _fill(self, job: Job, asked: ExecuteRequest) -> None:
        form = self.form
        before = kept_of(form)
        form.inputs = asked.inputs
        form.outputs = asked.outputs or {}
        form.extra = extras.beside_in(asked.raw)
        if before is not None:
            text = f"Filled in with the inputs of job {short_id(job.id)}."
            self._line = Line(text, "Back to what was typed", "Keep these", before)
        self._follow()
        self._map.fit()

    def _answer(self, *, take: bool) -> None:
        """The user takes the other inputs, or leaves them for good."""
        line = self._line
        self._say(None)
        if take and line is not None and (kept := line.kept) is not None:
            self._opener.go_on_with(
                kept.process_id, lambda: self.form.sets.take_over(kept.typed)
            )

    def _say(self, line: Line | None) -> None:
        self._line = line
        self._follow()

    def _follow(self) -> None:
        """Say it in the head, unless the form holds the same."""
        line = self._line
        kept = line and line.kept
        if line is None or (kept and kept.typed == self.form.sets.typed()):
            self._header.offer = {}
        else:
            members = {"text": line.text, "take": line.take, "leave": line.leave}
            self._header.offer = members
