"""A job on a server: watched by one poller, however many look at it."""

from __future__ import annotations

import asyncio
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.facade import awaitable
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.jobs.any_job import AnyJob
from ogc_widgets.client.jobs.poller import Poller
from ogc_widgets.client.jobs.step_logs import LogFile
from ogc_widgets.client.progress import shown_while
from ogc_widgets.client.progress.steps import JobSteps, title_of_job
from ogc_widgets.client.results.results_reader import ResultsReader
from ogc_widgets.errors import (
    JobTimeoutError,
    NoSuchJobError,
    ProblemError,
    ProtocolError,
    SignInError,
    need_number,
)
from ogc_widgets.lazy import from_above
from ogc_widgets.protocol.answers.job_replies import read_dismissed
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.documents.status import log_links
from ogc_widgets.protocol.links import join_path
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.requests.requests import ExecuteRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.jobs.any_job import Submission
    from ogc_widgets.client.progress import Progress
    from ogc_widgets.client.results.downloads import Downloads
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.documents.server import Capabilities
    from ogc_widgets.protocol.documents.status import StatusInfo
    from ogc_widgets.protocol.watching import JobView

# How long wait() waits for watchers, so that a page shows the end when a cell goes on.
_FOLLOW_UP_S = 10.0


class AsyncJob(AnyJob):
    """A job, with awaitable verbs. Made by :class:`~ogc_widgets.client.AsyncClient`.

    Attributes:
        discovery: What is known of its server.
        signing_in: What knows who the user is to the server.
        sent: The request that started it; ``None`` if this client did not send it.
    """

    def __init__(
        self,
        discovery: Discovery,
        signing_in: SigningIn,
        job_id: str,
        url: str,
        status: StatusInfo,
        *,
        process_id: str = "",
        inputs: Mapping[str, Any] | None = None,
        wanted: tuple[str, ...] = (),
        is_new: bool = False,
        answer: Reply | None = None,
        sent: Submission | None = None,
        kept_results: Results | None = None,
    ) -> None:
        self.discovery = discovery
        self._connection = discovery.connection
        self.signing_in = signing_in
        self.inputs = dict(inputs) if inputs is not None else None
        self.sent = sent
        self.poller = Poller(
            self._connection, job_id, url, status, process_id=process_id, is_new=is_new
        )
        self._wanted, self._answer, self._kept = wanted, answer, kept_results

    @cached_property  # a list has many jobs of which nobody asks
    def _reader(self) -> ResultsReader:
        return ResultsReader(
            self.discovery, self.poller, self._wanted, self._answer, self._kept
        )

    @property
    def server_url(self) -> str:
        """Address of the server that runs the job."""
        return self._connection.url

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that its server gets with every request."""
        return self._connection.credentials.param_names

    @property
    def process_title(self) -> str:
        """Title of the process, as far as it is known, or else its id."""
        process = self.discovery.known_processes.get(self.process_id)
        return (process.title if process else "") or self.process_id

    @property
    def ends_with_kernel(self) -> bool:
        """Whether the job is known to end, with its server, when this process does."""
        return self.discovery.ends_with_kernel

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do with it, as far as is known; makes no request."""
        known = self.discovery.known_capabilities
        process = self.discovery.known_processes.get(self.process_id)
        return known.for_process(process) if process else known

    refresh = awaitable("poller", Poller.refresh)

    def showing(self, progress: Progress[JobView]) -> AbstractContextManager[None]:
        """Show how far the job is while something waits for it; see :meth:`wait`."""
        title = title_of_job(self.process_id, self.id)
        return shown_while(self, progress, title, JobSteps(), self.watch)

    @on_loop
    async def wait(
        self, timeout_s: float | None = None, progress: Progress[JobView] = None
    ) -> AsyncJob:
        """Wait until the job has ended, well or not, and return it.

        Args:
            timeout_s: Seconds to wait at most; without it, as long as it takes.
            progress: Whether to show how far it is: a bar in a notebook, a line in a
                terminal, a line per change in a log. Left out, a verb that blocks does
                so unless a panel shows the job already, and one that is awaited does
                not. A function is called with each new ``JobView``, in the loop of the
                package.

        Raises:
            JobTimeoutError: It has not ended in time, or the server has not answered
                for half an hour; the job goes on.
            JobGoneError: The server no longer knows the job.
            SignInError: The credentials are no longer accepted; the job goes on.
        """
        need_number("timeout_s", timeout_s or 0, "number of seconds", least=-inf)
        try:
            async with asyncio.timeout(timeout_s):
                with self.showing(progress or False):
                    await self.poller.rest()
                await self.poller.settled(_FOLLOW_UP_S)
        except TimeoutError:
            if not self.view.is_final:
                raise self._go_on(
                    f"After {timeout_s:g} s the job has not ended."
                ) from None
        self.poller.need_known()
        error = self.view.error
        if self.view.is_final or error is None:
            return self
        if self.view.connection == "paused":
            is_fault = isinstance(error, ProtocolError)
            silent = "The server has not answered for half an hour."
            raise self._go_on(error.what if is_fault else silent)
        if isinstance(error, ProblemError):
            raise SignInError(
                f"The server no longer accepts the credentials ({error.what})",
                status_code=error.status_code,
                problem=error.problem,
                safe="Your job is still running on the server.",
                advice="Sign in with client.sign_in(token), then wait again.",
            )
        raise error

    def _go_on(self, what: str) -> JobTimeoutError:
        return JobTimeoutError(
            what,
            safe="The job keeps running on the server.",
            advice=f"Wait again with job.wait(), or later: client.job({self.id!r}).",
        )

    @on_loop
    async def logs(self) -> list[LogFile]:
        """List the logs that the server offers for this job, by step.

        Raises:
            ServerError: The status could not be read.
        """
        if self.url and not self.status.is_finished and self.view.phase != "lost":
            await self.refresh()
        return [LogFile(self._connection, link) for link in log_links(self.status)]

    results = awaitable("_reader", ResultsReader.results)
    output = awaitable("_reader", ResultsReader.output)
    save_results = awaitable("_reader", ResultsReader.save_results)
    why_failed = awaitable("_reader", ResultsReader.why_failed)

    @on_loop
    async def save_run(
        self,
        path: str | Path,
        *,
        files: bool = False,
        progress: Progress[Downloads] = None,
    ) -> Path:
        """Save what was asked and what came of it as one file, a Process Run Crate.

        It holds the request, the description of the process, what the server says of
        itself, status, logs and results, and no secrets; see ``ogc_widgets.open_run``.

        Args:
            path: Where to; a file that is there stays until the new one is whole.
            files: Whether the files of the results go along; else their addresses do.
            progress: Of these files, as for ``results.download``.

        Returns:
            The path.

        Raises:
            InputError: The job has not ended, or the file cannot be written.
            MissingExtraError: The extra ``crate`` is not installed.
            ServerError: The server does not answer.
        """
        save = await asyncio.to_thread(from_above, "save_run")  # imports a lot
        saved: Path = await save(self, path, files=files, progress=progress)
        return saved

    @on_loop
    async def report(self, path: str | Path | None = None) -> Path:
        """Write a report for people: what was asked, what came out, how it went.

        It is one HTML file without scripts: inputs and their areas on a map, results
        as numbers, pictures and tables, times and steps, why it failed if it did, and
        how to repeat it. Secrets are left out. What cannot be read is said in it.

        Args:
            path: Where to; ``report-<process>-<job>.html`` if left out. A file that is
                there is replaced.

        Returns:
            The path.

        Raises:
            InputError: The file cannot be written.
        """
        write = await asyncio.to_thread(from_above, "report_of_job")  # imports a lot
        written: Path = await write(self, path)
        return written

    @on_loop
    async def request(self) -> ExecuteRequest:
        """Read what the job was asked to do; from the server if it was not sent here.

        Raises:
            ProblemError: The server does not tell.
            ServerError: It could not be read.
        """
        if self.inputs is not None:
            return ExecuteRequest(self.process_id, dict(self.inputs))
        if isinstance(told := self.status.raw.get("request"), dict):
            return ExecuteRequest.from_json(told)  # as in the draft of 2.0
        linked = self.poller.linked("inputs", "definition")
        urls = [join_path(self.url, tail) for tail in ("inputs", "definition")]
        for url in dict.fromkeys([linked, *urls] if linked else urls):
            reply = await self._connection.send(requests.get(url))
            if reply.is_ok:
                return ExecuteRequest.from_json(reply.json())
        raise problem_error(
            reply, advice="This server does not keep what a job was asked to do."
        )

    @on_loop
    async def start(self) -> StatusInfo:
        """Start a job that was made without starting it (Part 4).

        Raises:
            ProblemError: The server refused; 423 if it was started before.
            ServerError: No usable answer; the status tells whether it runs.
        """
        reply = await self._connection.send(requests.start_job_request(self.url))
        if not reply.is_ok:
            raise problem_error(reply, missing=NoSuchJobError)
        return await self.refresh()

    @on_loop
    async def update(
        self,
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: requests.Outputs | None = None,
    ) -> StatusInfo:
        """Change what a job that was not started yet is asked to do (Part 4).

        Args:
            inputs: All its inputs from now on.
            outputs: Which outputs are wanted.

        Raises:
            ProblemError: The server refused; 423 if the job runs already.
            ServerError: No usable answer.
        """
        changed: dict[str, Any] = {}
        if inputs is not None:
            inputs = changed["inputs"] = requests.plain_inputs(inputs)
        if outputs is not None:
            changed["outputs"] = requests.wanted_outputs(outputs)
        request = requests.update_job_request(self.url, changed)
        reply = await self._connection.send(request)
        if not reply.is_ok:
            unchanged = "The job was not changed."
            raise problem_error(reply, missing=NoSuchJobError, safe=unchanged)
        if inputs is not None:
            # In place: the client remembers these very inputs for whoever attaches.
            self.inputs = {} if self.inputs is None else self.inputs
            self.inputs.clear()
            self.inputs.update(inputs)
        self.sent = None
        return await self.refresh()

    @on_loop
    async def dismiss(self) -> StatusInfo:
        """Stop the job; one that is known to have ended is removed from the server.

        A job that ended on the server just now is not removed: its results are kept
        and the status is returned.

        Returns:
            What the server says about the job now.

        Raises:
            ProblemError: The server cannot cancel jobs (405) or refuses to.
            JobGoneError: The server no longer knows the job.
            ServerError: No usable answer; it is not known whether the job was stopped.
        """
        if not self.url:
            return self.status
        went_on = not self.view.is_final
        if went_on:
            # An answer that fails must not hold up the wish to stop.
            await self.poller.check()
        if went_on and self.view.is_final:  # it has ended meanwhile
            self.poller.need_known()
            return self.status
        reply = await self._connection.send(requests.delete(self.url))
        if reply.is_ok or reply.status_code in (405, 501):
            self._connection.experienced("dismiss", reply, works=reply.is_ok)
        try:
            status = read_dismissed(reply, self.status)
        except NoSuchJobError as error:
            self.poller.gone(error, for_good=True)
            raise self.view.error or error from None
        if status is None:
            # The server will try: whether it did is in the status.
            return await self.refresh()
        if status.status == "dismissed" or self.view.is_final:
            self.poller.removed(status)
        else:
            self.poller.heard(status)
        return self.status
