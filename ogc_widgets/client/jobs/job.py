"""A job with blocking verbs, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.facade import blocking, described_by, waiting
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.client.jobs.any_job import AnyJob
from ogc_widgets.client.progress import showing
from ogc_widgets.client.progress.steps import step_of_downloads

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_widgets.client.progress import Progress
    from ogc_widgets.client.results.downloads import Downloads


class Job(AnyJob):
    """A job on a server. Made by :class:`~ogc_widgets.client.Client`.

    The verbs wait for the server and can be interrupted with Ctrl-C or the stop button;
    ``await job`` waits without blocking. Nothing here ever ends the job on the server
    but :meth:`dismiss`.

    Args:
        aio: The awaitable job behind it.

    Attributes:
        aio: The same job with awaitable verbs.
    """

    def __init__(self, aio: AsyncJob) -> None:
        self.aio = aio
        self.poller = aio.poller  # two faces of one job

    @property
    def inputs(self) -> dict[str, Any] | None:  # type: ignore[override] # not its own
        """What was sent; ``None`` for a job that was started elsewhere."""
        return self.aio.inputs

    refresh = blocking(AsyncJob.refresh)

    wait = waiting(AsyncJob.wait)
    logs = blocking(AsyncJob.logs)
    results = blocking(AsyncJob.results)
    output = blocking(AsyncJob.output)
    save_results = blocking(AsyncJob.save_results)
    report = blocking(AsyncJob.report)
    request = blocking(AsyncJob.request)

    @described_by(AsyncJob.save_run)
    def save_run(  # noqa: D102 # it has one
        self,
        path: str | Path,
        *,
        files: bool = False,
        progress: Progress[Downloads] = None,
    ) -> Path:
        # As for wait(): here and not in the loop.
        with showing(progress if files else False, "Files", step_of_downloads) as say:
            return run(self.aio.save_run, path, files=files, progress=say)

    start = blocking(AsyncJob.start)
    update = blocking(AsyncJob.update)
    dismiss = blocking(AsyncJob.dismiss)


def blocking_job(job: Job | AsyncJob) -> Job:
    """The face of a job whose verbs wait, where the awaitable one may be given."""
    return Job(job) if isinstance(job, AsyncJob) else job
