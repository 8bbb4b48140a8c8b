"""Fetches the results of the job that is shown as soon as there may be some."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import JobFailedError, SignInError
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.on_demand import ResultsPart
    from ogc_widgets.client import Client, Job, Results
    from ogc_widgets.panel import JobPanel
    from ogc_widgets.protocol import JobView


class ResultsLink:
    """Follows one job at a time.

    Args:
        client: The client of the jobs.
        panel: Asks the user to sign in where that is missing.
        results: Are made while a job runs, and say what went wrong.
        on_results: Called with the results, from any thread.
    """

    def __init__(
        self,
        client: Client,
        panel: JobPanel,
        results: ResultsPart,
        on_results: Callable[[Results], object],
    ) -> None:
        self._client = client
        self._panel = panel
        self._results = results
        self._on_results = on_results
        self._job: Job | None = None
        self._unwatch: Callable[[], None] | None = None
        self._is_ready = False

    def follow(self, job: Job | None) -> None:
        """Follow another job, or none."""
        self.close()
        self._job = job
        if job is not None:
            self._unwatch = job.watch(partial(self._seen, job))

    def close(self) -> None:
        """Let go of the job; what still comes of it is dropped."""
        # Not while another thread has just found that it may show the results.
        with publishing():
            self._job = None
        self._stop_watching()

    def _stop_watching(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()

    def _get_ready(self) -> None:
        """Make what shows results while the job runs, and load what reads rasters."""
        if not self._is_ready:
            self._is_ready = True
            follow(submit(_prepare, self._results.get_ready), Future.result)

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
                    self._on_results(results)

        def failed(error: BaseException) -> None:
            if view.phase == "ended" and isinstance(error, JobFailedError):
                return  # the panel says how it ended
            self._results.made().report(error)
            if isinstance(error, SignInError):
                signing_in = self._client.aio.signing_in
                again = partial(self._seen, job, view)
                self._unwatch = signing_in.when_signed_in(again)
                self._panel.ask_to_sign_in(signing_in)

        return follow(submit(job.aio.results), done, failed)


async def _prepare(get_ready: Callable[[], None]) -> None:
    await asyncio.to_thread(get_ready)
    # The extra is not installed, or Python is about to end.
    with suppress(ImportError, RuntimeError):
        await asyncio.to_thread(import_module, "rio_tiler.io")
