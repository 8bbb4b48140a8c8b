"""A job on a server: watched by one poller, however many look at it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ogc_widgets.api import requests
from ogc_widgets.api.documents import StatusInfo
from ogc_widgets.api.links import find_link, join_path, same_origin
from ogc_widgets.api.logs import log_links
from ogc_widgets.api.replies import (
    problem_error,
    read_dismissed,
    read_status,
    retry_after_s,
)
from ogc_widgets.api.results import read_results
from ogc_widgets.api.text import MESSAGE_LIMIT, clean
from ogc_widgets.api.watching import JobView, Watch
from ogc_widgets.client.logs import LogFile
from ogc_widgets.client.loop import on_loop
from ogc_widgets.client.poller import Callback, Poller, now
from ogc_widgets.client.references import with_linked_items
from ogc_widgets.client.results import Results
from ogc_widgets.errors import (
    JobFailedError,
    JobTimeoutError,
    NoSuchJobError,
    OgcError,
    ProblemError,
    ResultsNotReadyError,
    ServerError,
    SignInError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ogc_widgets.api.capabilities import Capabilities
    from ogc_widgets.api.replies import Reply
    from ogc_widgets.client.discovery import Discovery

# A server may say "successful" a moment before the results can be read.
_RESULT_DELAYS_S = (1.0, 2.0, 4.0)
_LONGEST_RESULT_DELAY_S = 30.0
# wait() gives up on credentials that were refused this many times in a row.
_SIGN_IN_TRIES = 3


class AsyncJob:
    """A job, with awaitable verbs. Made by :class:`~ogc_widgets.client.AsyncClient`.

    Attributes:
        id: Id of the job; ``""`` if the server answered at once and made none.
        url: Address of the job, or ``""``.
        process_id: Id of the process, or ``""`` where the server does not say.
        inputs: What was sent, or ``None`` for a job that was started elsewhere.
    """

    def __init__(
        self,
        client: Discovery,
        job_id: str,
        url: str,
        status: StatusInfo,
        *,
        process_id: str = "",
        inputs: Mapping[str, Any] | None = None,
        is_new: bool = False,
        answer: Reply | None = None,
    ) -> None:
        self._client = client
        self.id = job_id
        self.url = url
        self.process_id = process_id or status.process_id
        self.inputs = dict(inputs) if inputs is not None else None
        self._watch = Watch(now(), status=status, is_new=is_new)
        self._poller = Poller(self._watch, self._check, name=job_id)
        self._answer = answer
        self._checking = asyncio.Lock()

    @property
    def view(self) -> JobView:
        """What there is to show about the job now."""
        return self._watch.view

    @property
    def status(self) -> StatusInfo:
        """The last known status; no request is made."""
        return self._watch.view.status or StatusInfo(self.id, "accepted")

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do with it, as far as is known; makes no request."""
        known = self._client.known_capabilities
        process = self._client.known_process(self.process_id)
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
        if error is not None:
            raise self._watch.view.error or error
        return self.status

    @on_loop
    async def wait(self, timeout_s: float | None = None) -> AsyncJob:
        """Wait until the job has ended, well or not.

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
                        raise self._patience(
                            "The server has not answered for half an hour"
                        )
                    await changed.wait()
                    changed.clear()
        except TimeoutError as error:
            if isinstance(error, OgcError):
                raise
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
                loop thread. It must not block.

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
        return [LogFile(self._client, link) for link in log_links(self.status)]

    @on_loop
    async def results(self) -> Results:
        """Read the results.

        Raises:
            ResultsNotReadyError: The job has not ended yet.
            JobFailedError: It failed or was dismissed.
            JobGoneError: The server no longer knows it.
            ServerError: They could not be read.
        """
        if self._answer is None:
            if not self.view.is_final:
                await self.refresh()
            await self._need_success()
        reply = self._answer or await self._fetch_results()
        process = self._client.known_process(self.process_id)
        document = read_results(
            reply.body,
            reply.content_type,
            reply.headers,
            output_ids=tuple(process.outputs) if process else (),
            url=reply.url,
        )
        return Results(self._client, await with_linked_items(self._client, document))

    async def _need_success(self) -> None:
        view = self.view
        if view.phase == "successful":
            return
        self._need_known()
        if not view.is_final:
            raise ResultsNotReadyError(
                f"Job {self.id} has no results yet: it is {self.status.status}.",
                status_code=404,
                safe="The job keeps running on the server.",
                advice="Wait for it first: job.wait()",
            )
        said = clean(self.status.message, limit=MESSAGE_LIMIT)
        if view.phase == "failed" and not said:
            said = await self._why_failed()
        raise JobFailedError(
            f"Job {self.id} {_PAST[view.phase]}" + (f": {said}" if said else "."),
            safe="Your inputs are kept in job.inputs."
            if self.inputs is not None
            else "",
            advice="See job.logs() for what happened.",
        )

    async def _why_failed(self) -> str:
        """A failed job without a message may say more where its results would be."""
        try:
            reply = await self._client.send(requests.get(self._results_url()))
        except ServerError:
            return ""
        if reply.is_ok:
            return ""
        return problem_error(reply).what.partition(": ")[2]

    async def _fetch_results(self) -> Reply:
        url = self._results_url()
        for delay_s in (*_RESULT_DELAYS_S, None):
            reply = await self._client.send(requests.get(url))
            if reply.status_code == 406:
                reply = await self._client.send(requests.get(url, accept="*/*"))
            if reply.is_ok:
                return reply
            error = problem_error(reply, missing=NoSuchJobError)
            is_soft = reply.status_code in (404, 425, 429, 502, 503, 504)
            if delay_s is None or not is_soft:
                raise error
            asked_s = retry_after_s(reply.headers) or delay_s
            await asyncio.sleep(min(asked_s, _LONGEST_RESULT_DELAY_S))
        raise AssertionError("the last try returns or raises")

    def _results_url(self) -> str:
        link = find_link(self.status.links, "results")
        if link is not None and (link.is_json or not link.type):
            url = self._client.rebase(link.href)
            if same_origin(url, self.url) or not self.id:
                return url
        return join_path(self.url, "results")

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
        reply = await self._client.send(requests.delete(self.url))
        if reply.is_ok or reply.status_code in (405, 501):
            self._client.experienced("dismiss", reply, works=reply.is_ok)
        try:
            status = read_dismissed(reply, self.status)
        except NoSuchJobError as error:
            self._watch.gone(error, now(), for_good=True)
            self._poller.publish()
            raise self.view.error or error from None
        if status is None:
            # The server will try: whether it did is in the status.
            return await self.refresh()
        self._watch.heard(status, now())
        self._poller.publish()
        return status

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
            reply = await self._client.send(requests.get(self.url))
        except TransportError as error:
            watch.not_heard(error, now())
            self._poller.publish()
            return error
        wait_s = retry_after_s(reply.headers)
        problem: OgcError | None = None
        try:
            watch.heard(read_status(reply), now(), retry_after_s=wait_s)
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
        return f"<{type(self).__name__} {self.id} {self.status.status}>"


_PAST = {"failed": "failed", "dismissed": "was dismissed"}
