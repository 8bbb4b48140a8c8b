"""A job with blocking verbs, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import in_loop_thread, run
from ogc_widgets.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.step_logs import LogFile
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol import ExecuteRequest, JobView, StatusInfo
    from ogc_widgets.protocol.requests.requests import Outputs
    from ogc_widgets.protocol.wire import JsonValue


class Job:
    """A job on a server. Made by :class:`~ogc_widgets.client.Client`.

    The verbs wait for the server and can be interrupted with Ctrl-C or the stop button;
    ``await job`` waits without blocking. Nothing here ever ends the job on the server
    but :meth:`dismiss`.

    Args:
        aio: The awaitable job behind it.
    """

    def __init__(self, aio: AsyncJob) -> None:
        self._aio = aio

    @property
    def aio(self) -> AsyncJob:
        """The same job with awaitable verbs."""
        return self._aio

    @property
    def id(self) -> str:
        """Id of the job; ``""`` if the server answered at once and made none."""
        return self._aio.id

    @property
    def url(self) -> str:
        """Address of the job, or ``""``."""
        return self._aio.url

    @property
    def process_id(self) -> str:
        """Id of the process, or ``""`` where the server does not say."""
        return self._aio.process_id

    @property
    def inputs(self) -> Mapping[str, Any] | None:
        """What was sent; ``None`` for a job that was started elsewhere."""
        return self._aio.inputs

    @property
    def status(self) -> StatusInfo:
        """The last known status; no request is made."""
        return self._aio.status

    @property
    def view(self) -> JobView:
        """What there is to show about the job now; no request is made."""
        return self._aio.view

    def refresh(self) -> StatusInfo:
        """Ask the server for the status now.

        Raises:
            JobGoneError: The server no longer knows the job.
            ServerError: No usable answer.
        """
        return run(self._aio.refresh)

    def wait(self, timeout_s: float | None = None) -> Job:
        """Wait until the job has ended, well or not, and return it.

        Args:
            timeout_s: Seconds to wait at most; without it, as long as it takes.

        Raises:
            JobTimeoutError: It has not ended in time, or the server has not answered
                for half an hour; the job goes on.
            JobGoneError: The server no longer knows the job.
            SignInError: The credentials are no longer accepted; the job goes on.
        """
        if not (self.view.is_final and in_loop_thread()):
            run(self._aio.wait, timeout_s)
        return self

    def __await__(self) -> Generator[Any, None, Job]:
        return self._wait().__await__()

    async def _wait(self) -> Job:
        await self._aio.wait()
        return self

    def watch(self, callback: Callable[[JobView], object]) -> Callable[[], None]:
        """Be told about every change, from the view of now to the last.

        All watchers of a job share one poller. Closing never touches the job itself.

        Args:
            callback: Called at once with the view of now, later from the package's
                loop thread. It must not block; waiting for the job waits also
                for a :class:`~concurrent.futures.Future` that it returns.

        Returns:
            A function that ends the watching; safe from any thread, also twice.
        """
        return self._aio.watch(callback)

    def resume(self) -> None:
        """Look again at once after a pause or a new sign-in; does not wait."""
        self._aio.resume()

    def logs(self) -> list[LogFile]:
        """List the logs that the server offers for this job, by step.

        Raises:
            ServerError: The status could not be read.
        """
        return run(self._aio.logs)

    def results(self) -> Results:
        """Read the results; from the server only the first time.

        Raises:
            ResultsNotReadyError: The job has not ended yet.
            ResultsGoneError: The server has no results of it, or none any more.
            JobFailedError: It failed or was dismissed.
            JobGoneError: The server no longer knows it.
            ServerError: They could not be read.
        """
        return run(self._aio.results)

    def output(self, output_id: str) -> JsonValue:
        """Read one output, alone where the server gives it alone.

        Args:
            output_id: Its name.

        Raises:
            InputError: The job has no such output.
            ServerError: As for :meth:`results`.
        """
        return run(self._aio.output, output_id)

    def save_results(self, path: str | Path) -> Path:
        """Save the results to a file as they come, also those too large to show.

        Args:
            path: Where to; a file that is there stays until the new one is whole.

        Raises:
            InputError: The file cannot be written.
            ServerError: As for :meth:`results`.
        """
        return run(self._aio.save_results, path)

    def request(self) -> ExecuteRequest:
        """Read what the job was asked to do; from the server if it was not sent here.

        Raises:
            ProblemError: The server does not tell.
            ServerError: It could not be read.
        """
        return run(self._aio.request)

    def start(self) -> StatusInfo:
        """Start a job that was made without starting it (Part 4).

        Raises:
            ProblemError: The server refused; 423 if it was started before.
            ServerError: No usable answer; the status tells whether it runs.
        """
        return run(self._aio.start)

    def update(
        self,
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: Outputs | None = None,
    ) -> StatusInfo:
        """Change what a job that was not started yet is asked to do (Part 4).

        Args:
            inputs: All its inputs from now on.
            outputs: Which outputs are wanted.

        Raises:
            ProblemError: The server refused; 423 if the job runs already.
            ServerError: No usable answer.
        """
        return run(self._aio.update, inputs=inputs, outputs=outputs)

    def dismiss(self) -> StatusInfo:
        """Stop the job; one that is known to have ended is removed from the server.

        A job that ended on the server just now is not removed: its results are kept
        and the status is returned.

        Raises:
            ProblemError: The server cannot cancel jobs (405) or refuses to.
            JobGoneError: The server no longer knows the job.
            ServerError: No usable answer; it is not known whether the job was stopped.
        """
        return run(self._aio.dismiss)

    def __repr__(self) -> str:
        return f"<Job {printable(self.id)} {self.status.status}>"
