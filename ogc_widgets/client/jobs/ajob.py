"""A job on a server: watched by one poller, however many look at it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.jobs.poller import Callback, Poller, now
from ogc_widgets.client.jobs.step_logs import LogFile
from ogc_widgets.client.results.downloads import Wanted, download, save
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.client.results.references import with_linked_items
from ogc_widgets.client.results.results_reader import ResultsReader
from ogc_widgets.errors import (
    InputError,
    JobFailedError,
    JobGoneError,
    JobTimeoutError,
    NoSuchJobError,
    OgcError,
    ProblemError,
    ProtocolError,
    ResultsNotReadyError,
    SignInError,
    TransportError,
    printable,
)
from ogc_widgets.protocol.answers.job_replies import (
    read_dismissed,
    read_status,
    says_nothing,
    told,
)
from ogc_widgets.protocol.answers.replies import problem_error, retry_after_s
from ogc_widgets.protocol.documents.status import StatusInfo, log_links
from ogc_widgets.protocol.jobs.watching import JobView, Watch
from ogc_widgets.protocol.links import find_link, join_path, same_origin
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.requests.submissions import ExecuteRequest
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.answers.results import ResultsDocument
    from ogc_widgets.protocol.capabilities import Capabilities

# JSON where there is a choice: some servers answer a page for people otherwise.
_ANY_RESULT = "application/json, */*;q=0.5"
_UNCHANGED = "The job was not changed."
# wait() gives up on credentials that were refused this many times in a row.
_SIGN_IN_TRIES = 3
POLL_S = 30.0
# How long wait() waits for watchers, so that a page shows the end when a cell goes on.
_FOLLOW_UP_S = 10.0
# When refresh() asks again about a job that may be too young to be known.
_BLIP_DELAYS_S = (0.25, 0.5, 1.0, 2.0)


class AsyncJob:
    """A job, with awaitable verbs. Made by :class:`~ogc_widgets.client.AsyncClient`.

    Attributes:
        id: Id of the job; ``""`` if the server answered at once and made none.
        url: Address of the job, or ``""``.
        process_id: Id of the process, or ``""`` where the server does not say.
        inputs: What was sent, or ``None`` for a job that was started elsewhere.
        signing_in: What knows who the user is to the server.
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
    ) -> None:
        self._discovery = discovery
        self._connection = discovery.connection
        self.signing_in = signing_in
        self.id = job_id
        self.url = url
        self.process_id = process_id or status.process_id
        self.inputs = dict(inputs) if inputs is not None else None
        self._watch = Watch(now(), status=status, is_new=is_new)
        self._poller = Poller(self._watch, self._check, name=job_id)
        self._answer = answer
        self._reader = ResultsReader(discovery, url, self.process_id, wanted)
        self._checking = asyncio.Lock()
        self._earlier_message = "" if status.is_finished else status.message
        self._reason: str | None = None

    @property
    def view(self) -> JobView:
        """What there is to show about the job now."""
        return self._watch.view

    @property
    def status(self) -> StatusInfo:
        """The last known status; no request is made."""
        return self._watch.view.status or StatusInfo(self.id, "accepted")

    @property
    def server_url(self) -> str:
        """Address of the server that runs the job."""
        return self._connection.url

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that its server gets with every request."""
        return self._connection.param_names

    @property
    def ends_with_kernel(self) -> bool:
        """Whether the job is known to end, with its server, when this process does."""
        return self._discovery.ends_with_kernel

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do with it, as far as is known; makes no request."""
        known = self._discovery.known_capabilities
        process = self._discovery.known_process(self.process_id)
        return known.for_process(process) if process else known

    @on_loop
    async def refresh(self) -> StatusInfo:
        """Ask the server for the status now.

        Raises:
            JobGoneError: The server no longer knows the job.
            ServerError: No usable answer.
        """
        if not self.url:
            return self.status
        if self.view.connection == "paused":
            self._watch.resume(now())
        error = await self._check()
        for delay_s in _BLIP_DELAYS_S:
            if not isinstance(error, NoSuchJobError) or self.view.is_final:
                break
            # Some servers do not know a job yet that they have just made.
            await asyncio.sleep(delay_s)
            error = await self._check()
        if isinstance(error, NoSuchJobError) and self.view.phase == "dismissed":
            return self.status  # as was wished
        if error is not None:
            raise self._watch.view.error or error
        return self.status

    @on_loop
    async def wait(self, timeout_s: float | None = None) -> AsyncJob:
        """Wait until the job has ended, well or not, and return it.

        Args:
            timeout_s: Seconds to wait at most; without it, as long as it takes.

        Raises:
            JobTimeoutError: It has not ended in time, or the server has not answered
                for half an hour; the job goes on.
            JobGoneError: The server no longer knows the job.
            SignInError: The credentials are no longer accepted; the job goes on.
        """
        changed = asyncio.Event()
        refused = 0

        def look(_view: JobView) -> None:
            nonlocal refused
            refused = refused + 1 if _view.connection == "sign-in" else 0
            changed.set()

        stop = self.watch(look)
        try:
            async with asyncio.timeout(timeout_s):
                while not self.view.is_final and refused < _SIGN_IN_TRIES:
                    if self.view.connection == "paused":
                        error = self.view.error
                        raise self._patience(
                            error.what.rstrip(".")
                            if isinstance(error, ProtocolError)
                            else "The server has not answered for half an hour"
                        )
                    await changed.wait()
                    changed.clear()
                await self._poller.settled(_FOLLOW_UP_S)
        except TimeoutError as late:
            if isinstance(late, OgcError):
                raise
            if not self.view.is_final:
                raise self._patience(
                    f"After {timeout_s:g} s the job has not ended"
                ) from None
        finally:
            stop()
        self._need_known()
        error_now = self.view.error
        if not self.view.is_final and isinstance(error_now, ProblemError):
            raise SignInError(
                f"The server no longer accepts the credentials ({error_now.what})",
                status_code=error_now.status_code,
                problem=error_now.problem,
                safe="Your job is still running on the server.",
                advice="Sign in with client.sign_in(token), then wait again.",
            )
        return self

    def _patience(self, what: str) -> JobTimeoutError:
        return JobTimeoutError(
            f"{what}.",
            safe="The job keeps running on the server.",
            advice=f"Wait again with job.wait(), or later: client.job({self.id!r}).",
        )

    def __await__(self) -> Generator[Any, None, AsyncJob]:
        return self.wait().__await__()

    def watch(self, callback: Callback) -> Callable[[], None]:
        """Be told about every change, from the first view to the last.

        All watchers of a job share one poller. Closing never touches the job itself.

        Args:
            callback: Called at once with the view of now, later from the package's
                loop thread. It must not block; waiting for the job waits also
                for a :class:`~concurrent.futures.Future` that it returns.

        Returns:
            A function that ends the watching; safe from any thread, also twice.
        """
        return self._poller.watch(callback)

    def resume(self) -> None:
        """Look again at once after a pause or a new sign-in; safe from any thread."""
        self._poller.resume()

    @on_loop
    async def logs(self) -> list[LogFile]:
        """List the logs that the server offers for this job, by step.

        Raises:
            ServerError: The status could not be read.
        """
        if self.url and not self.status.is_finished and self.view.phase != "lost":
            await self.refresh()
        return [LogFile(self._connection, link) for link in log_links(self.status)]

    @on_loop
    async def results(self) -> Results:
        """Read the results; from the server only the first time.

        Raises:
            ResultsNotReadyError: The job has not ended yet.
            ResultsGoneError: The server has no results of it, or none any more.
            JobFailedError: It failed or was dismissed.
            JobGoneError: The server no longer knows it.
            ServerError: They could not be read.
        """
        if self._answer is None:
            await self._need_final_success()
        document = await self._document()
        return Results(
            self._connection, await with_linked_items(self._connection, document)
        )

    async def _document(self) -> ResultsDocument:
        try:
            return await self._reader.all(self.status, self._answer)
        except SignInError:
            raise
        except (ProblemError, JobGoneError) as error:
            if self.view.phase != "ended":
                raise
            # Whether an end of this name leaves results shows only now.
            raise self._failed() from error

    @on_loop
    async def why_failed(self) -> str:
        """Say in the server's words why the job failed.

        The message of the status may be older than the failure, or say nothing; then
        the reason is in the place of the results. It is asked for once.

        Returns:
            The reason, not cleaned; ``""`` if it has not failed or none is given.
        """
        if self.view.phase != "failed":
            return ""
        if self._reason is None:
            message = self.status.message
            is_stale = message == self._earlier_message
            reason = await self._reader.why_failed(
                self.status, thoroughly=is_stale or says_nothing(message)
            )
            self._reason = told(message, reason, is_stale=is_stale)
        return self._reason

    @property
    def _inputs_are_kept(self) -> str:
        kept = "Your inputs are kept in job.inputs."
        return kept if self.inputs is not None else ""

    def _failed(self, said: str = "") -> JobFailedError:
        """The error of a job that ended without results, in the server's words."""
        if not said and self.view.phase != "failed":
            said = clean(self.status.message, limit=MESSAGE_LIMIT)
        word = clean(self.status.word, limit=40)
        past = _PAST.get(self.view.phase, f"ended as {word!r}, without results")
        return JobFailedError(
            f"Job {self.id} {past}" + (f": {said}" if said else "."),
            safe=self._inputs_are_kept,
            advice="See job.logs() for what happened.",
        )

    async def _need_success(self) -> None:
        view = self.view
        if view.phase in ("successful", "ended"):
            return
        if view.removed:
            raise JobGoneError(
                f"Job {self.id} was removed from the server, with its results.",
                safe=self._inputs_are_kept,
                advice="Run the process again.",
            )
        self._need_known()
        if not view.is_final:
            raise ResultsNotReadyError(
                f"Job {self.id} has no results yet: it is {self.status.status}.",
                status_code=404,
                safe="The job keeps running on the server.",
                advice="Wait for it first: job.wait()",
            )
        said = await self.why_failed() if view.phase == "failed" else ""
        raise self._failed(clean(said, limit=MESSAGE_LIMIT))

    @on_loop
    async def output(self, output_id: str) -> Any:  # noqa: ANN401 # JSON or bytes
        """Read one output, alone where the server gives it alone.

        Args:
            output_id: Its name.

        Raises:
            InputError: The job has no such output.
            ServerError: As for :meth:`results`.
        """
        if self._answer is None:
            await self._need_final_success()
            found = await self._reader.one(output_id, self.status)
            if found is not None and found.value is not None:
                return found.value
        outputs = (await self.results()).outputs
        if output_id not in outputs:
            raise InputError(
                f"The job has no output {output_id!r}.",
                advice=f"It has: {clean(', '.join(outputs), limit=300)}.",
            )
        return outputs[output_id]

    @on_loop
    async def save_results(self, path: str | Path) -> Path:
        """Save the results to a file as they come, also those too large to show.

        Args:
            path: Where to; a file that is there stays until the new one is whole.

        Raises:
            InputError: The file cannot be written.
            ServerError: As for :meth:`results`.
        """
        target = Path(path)
        if self._answer is not None:
            return await asyncio.to_thread(save, self._answer.body, target)
        await self._need_final_success()
        wanted = Wanted(self._reader.url(self.status), target.name, accept=_ANY_RESULT)
        try:
            return await download(self._connection, wanted, target)
        except ProblemError as error:
            await self._reader.explain(error, self.status)

    async def _need_final_success(self) -> None:
        if not self.view.is_final:
            await self.refresh()
        await self._need_success()

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
        link = find_link(self.status.links, "inputs", "definition")
        urls = [join_path(self.url, tail) for tail in ("inputs", "definition")]
        if link is not None and same_origin(
            self._connection.rebase(link.href), self.url
        ):
            urls.insert(0, self._connection.rebase(link.href))
        for url in dict.fromkeys(urls):
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
            changed["inputs"] = dict(inputs)
        if outputs is not None:
            changed["outputs"] = requests.wanted_outputs(outputs)
        request = requests.update_job_request(self.url, changed)
        reply = await self._connection.send(request)
        if not reply.is_ok:
            raise problem_error(reply, missing=NoSuchJobError, safe=_UNCHANGED)
        if inputs is not None:
            # In place: the client remembers these very inputs for whoever attaches.
            self.inputs = {} if self.inputs is None else self.inputs
            self.inputs.clear()
            self.inputs.update(inputs)
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
        if await self._ended_meanwhile():
            self._need_known()
            return self.status
        reply = await self._connection.send(requests.delete(self.url))
        if reply.is_ok or reply.status_code in (405, 501):
            self._connection.experienced("dismiss", reply, works=reply.is_ok)
        try:
            status = read_dismissed(reply, self.status)
        except NoSuchJobError as error:
            self._watch.gone(error, now(), for_good=True)
            self._poller.publish()
            raise self.view.error or error from None
        if status is None:
            # The server will try: whether it did is in the status.
            return await self.refresh()
        if status.status == "dismissed" or self.view.is_final:
            self._watch.removed(status, now())
        else:
            self._watch.heard(status, now())
        self._poller.publish()
        return self.status

    async def _ended_meanwhile(self) -> bool:
        """Whether a job that seemed to run has ended.

        An answer that fails counts as no: it must not hold up the wish to stop.
        """
        if self.view.is_final:
            return False
        await self._check()
        return self.view.is_final

    def _need_known(self) -> None:
        error = self.view.error
        if self.view.phase == "lost" and error is not None:
            raise error

    async def _check(self) -> OgcError | None:
        """Ask once and take in the answer; return what went wrong, if anything."""
        # One check at a time, so that an older answer never overtakes a newer one.
        async with self._checking:
            return await self._check_alone()

    async def _check_alone(self) -> OgcError | None:
        watch = self._watch
        try:
            # However patient the user is with other requests, silence is noticed here.
            reply = await self._connection.send(
                requests.get(self.url),
                timeout_s=min(POLL_S, self._connection.timeout_s),
            )
        except TransportError as error:
            watch.not_heard(error, now())
            self._poller.publish()
            return error
        except OgcError as error:
            # Nothing was sent, for want of a token.
            watch.refused(error, now())
            self._poller.publish()
            return error
        wait_s = retry_after_s(reply.headers)
        problem: OgcError | None = None
        try:
            status = read_status(reply)
            if not status.is_finished:
                self._earlier_message = status.message
            watch.heard(status, now(), retry_after_s=wait_s)
            # A list of bare ids has not said whose job it is.
            self.process_id = self.process_id or status.process_id
        except SignInError as error:
            watch.refused(problem := error, now())
        except NoSuchJobError as error:
            is_for_good = reply.status_code == 410
            watch.gone(problem := error, now(), for_good=is_for_good)
        except OgcError as error:
            watch.not_heard(problem := error, now(), retry_after_s=wait_s)
        self._poller.publish()
        return problem

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {printable(self.id)} {self.status.status}>"


_PAST = {"failed": "failed", "dismissed": "was dismissed"}
