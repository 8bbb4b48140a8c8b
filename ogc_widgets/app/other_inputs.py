"""Inputs from elsewhere: of an earlier run of the cell, or of a job that was opened.

A line under the head of the app says so, and changes them by one press. When a cell is
run again, the later app takes the place of the earlier one, which is closed as soon as
no page shows it any more.
"""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol
from urllib.parse import urlsplit
from weakref import WeakSet, ref

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client.http.loop import follow, in_loop_thread, submit
from ogc_widgets.errors import OgcError
from ogc_widgets.form import extras
from ogc_widgets.panel.job.job_state import short_id
from ogc_widgets.view.cells import CellRun, current_run, may_be_seen

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ogc_widgets.app.opening import Opener
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client import Job
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.form.input_sets import Typed
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
    """Knows which inputs the form of an app could show instead."""

    watched: ClassVar = ("inputs", "outputs", "response", "extra", "shown_errors")

    def __init__(self, screen: Screen, opener: Opener, kept: Kept | None) -> None:
        super().__init__(screen)
        self._header, self._opener = screen.header, opener
        self._job: Job | None = None
        self._line: Line | None = None
        if kept is not None:
            self._line = Line(
                "This cell was run before.", "Take over its inputs", "Start anew", kept
            )
        self._header.handle(offer=self._answer)

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
        self.screen.map.fit()

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


class Replaceable(Protocol):
    """What is asked of an app, which is a box of widgets, when a later one comes."""

    def to_take_over(self) -> Kept | None:
        """What the later one can offer."""

    def close(self) -> None:
        """Close it; its jobs go on."""


_made: list[_Made] = []
_replaced: WeakSet[Replaceable] = WeakSet()


class _Made(NamedTuple):
    run: CellRun
    server: str
    process_id: str | None
    app: ref[Replaceable]


def take_place(app: Replaceable, url: str, process_id: str | None) -> Kept | None:
    """Let an app take the place of the one that an earlier run of its cell has made.

    Args:
        app: The app that is being made.
        url: Address of its server.
        process_id: The process that it was asked for.

    Returns:
        What can be taken over, where the earlier one was made for the same server and
        process.
    """
    run = current_run()
    if run is None:
        return None
    server = _server_of(url)
    kept: Kept | None = None
    for made in [one for one in _made if one.run.cell == run.cell]:
        earlier = made.app()
        if earlier is not None and made.run == run:
            continue
        _made.remove(made)
        if earlier is None:
            continue
        _replaced.add(earlier)
        is_same = (made.server, made.process_id) == (server, process_id)
        if kept is None and is_same:
            kept = earlier.to_take_over()
    _made.append(_Made(run, server, process_id, ref(app)))
    close_unseen()
    return kept


def close_unseen() -> None:
    """Close the replaced apps that no page shows any more; their jobs go on."""
    for app in tuple(_replaced):
        if not may_be_seen(app):
            app.close()
            _replaced.discard(app)


def _server_of(url: str) -> str:
    """What is the same of a server; one of this machine may have another port now."""
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return parts.path if is_here else url
