"""Fetches the results of the job that is shown as soon as there may be some."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from ogc_widgets import map, viewers  # noqa: A004 # a part of ours
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import JobFailedError, SignInError
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client import Job, Results
    from ogc_widgets.protocol import JobView
    from ogc_widgets.viewers import ResultsStage


class ResultsLink:
    """Follows one job at a time, and makes what shows its results."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._job: Job | None = None
        self._unwatch: Callable[[], None] | None = None
        self._is_ready = self._is_closed = False

    def stage(self) -> ResultsStage:
        """What shows results, made unless it is there; any thread."""
        screen = self._screen
        with publishing():
            if screen.stage is None:
                shown = map.ResultsMap(area_map=screen.map)
                stage = viewers.ResultsStage(shown)
                stage.on_again = partial(screen.set_trait, "results")
                screen.boxes["results"].children = (stage,)
                screen.boxes["strip"].children = tuple(stage.strip)
                screen.stage = stage
            found: ResultsStage = screen.stage
            return found

    def follow(self, job: Job | None) -> None:
        """Follow another job, or none."""
        self.leave()
        self._job = job
        if job is not None:
            self._unwatch = job.watch(partial(self._seen, job))
        if self._is_closed:  # while the request was under way that has brought the job
            self.leave()

    def leave(self) -> None:
        """Let go of the job; what still comes of it is dropped."""
        # Not while another thread has just found that it may show the results.
        with publishing():
            self._job = None
        self._stop_watching()

    def close(self) -> None:
        """Let go of the job, and close what shows results; the map stays."""
        with publishing():
            self._is_closed = True
            self.leave()
            if self._screen.stage is not None:
                self._screen.stage.close()

    def _stop_watching(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _get_ready(self) -> None:
        """Make what shows results while the job runs, and load what reads rasters."""
        if not self._is_ready:
            self._is_ready = True
            follow(submit(_prepare, self._make), Future.result)

    def _make(self) -> None:
        with publishing():
            if not self._is_closed:
                self.stage()

    def _seen(self, job: Job, view: JobView) -> Future[Results] | None:
        has_ended = view.phase in ("successful", "ended")
        if job is not self._job:
            return None
        if not has_ended:
            self._get_ready()
            return None
        self._stop_watching()

        def done(future: Future[Results]) -> None:
            results = future.result()
            with publishing():
                if job is self._job:
                    self._screen.results = results

        def failed(error: BaseException) -> None:
            if view.phase == "ended" and isinstance(error, JobFailedError):
                return  # the panel says how it ended
            self.stage().report(error)
            if isinstance(error, SignInError):
                signing_in = self._screen.client.aio.signing_in
                again = partial(self._seen, job, view)
                self._unwatch = signing_in.when_signed_in(again)
                self._screen.panel.ask_to_sign_in(signing_in)

        return follow(submit(job.aio.results), done, failed)


async def _prepare(make: Callable[[], None]) -> None:
    await asyncio.to_thread(make)
    # The extra is not installed, or Python is about to end.
    with suppress(ImportError, RuntimeError):
        await asyncio.to_thread(import_module, "rio_tiler.io")
