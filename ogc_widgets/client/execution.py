"""Running a process: sent once, and never again by itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.http.connection import ACCEPT_S
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.client.jobs.any_job import Submission
from ogc_widgets.errors import (
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    ServerError,
    SubmissionUnknownError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.job_replies import Submitted, read_submitted
from ogc_widgets.protocol.answers.replies import Reply, problem_error
from ogc_widgets.protocol.documents.status import StatusInfo
from ogc_widgets.protocol.job_query import JobQuery, newest_first
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ogc_widgets.client.auth.sign_in import SigningIn
    from ogc_widgets.client.jobs.job_list import Jobs
    from ogc_widgets.protocol.documents.processes import Process

_NO_INPUTS: Final[Mapping[str, Any]] = MappingProxyType({})
# A server that computes while the connection is held may take its time.
SYNC_S = 600.0
_CANDIDATES = 20
_SHOWN = 5
_CLOCK_SLACK_S = 5.0


@dataclass(frozen=True)
class Sent:
    """An execute request that was answered, and what its job is made of."""

    process_id: str
    inputs: Mapping[str, Any]
    wanted: tuple[str, ...]
    reply: Reply
    made: Submitted
    submission: Submission


class Execution:
    """The verbs that run a process, or make a job that runs it later.

    Its coroutines run in the loop thread only.
    """

    def __init__(self, job_list: Jobs) -> None:
        self._job_list = job_list
        self._discovery = job_list.discovery
        self._connection = job_list.discovery.connection

    @property
    def signing_in(self) -> SigningIn:
        """What knows who the user is."""
        return self._job_list.signing_in

    async def execute(
        self,
        process_id: str,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        *,
        outputs: requests.Outputs | None = None,
        mode: requests.Mode = "auto",
        response: requests.Response | None = "auto",
        extra: Mapping[str, Any] | None = None,
    ) -> AsyncJob:
        """Run a process. The request is sent once and never again by itself.

        Args:
            process_id: Which process.
            inputs: Input id to value, sent as they are; dates, shapes, paths and what
                is of NumPy as JSON has it.
            outputs: Which outputs are wanted, all of them if left out: their ids, or
                id to ``"value"``, ``"reference"`` or an object of the standard.
            mode: ``async`` asks for a job, ``sync`` waits for the answer, ``auto``
                asks for a job where the process can be one.
            response: ``document`` for one JSON document, ``raw`` for the bare output,
                ``None`` to leave it to the server, ``auto`` for a document unless an
                output is binary or the server has no such choice (version 2.0).
            extra: Members that stand beside ``inputs`` in the body of the request,
                such as ``{"queue": "fast"}``, for servers that want them.

        Returns:
            The job; one that has ended where the server answered with the results.

        Raises:
            InputError: The inputs cannot be sent.
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; no job was started.
            ConnectionFailedError: The request never left.
            SubmissionUnknownError: It left, but no answer came, or one of a server that
                broke (500, 502, 504, ...); a job may have started.
        """
        sent = await self.submit(
            process_id,
            requests.plain_inputs(inputs),
            outputs=outputs,
            mode=mode,
            response=response,
            extra=extra,
        )
        return await self.job_of(sent)

    async def submit(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: requests.Outputs | None = None,
        mode: requests.Mode = "auto",
        response: requests.Response | None = "auto",
        extra: Mapping[str, Any] | None = None,
        sending: Callable[[], Awaitable[None]] | None = None,
        answered: Callable[[Submitted], None] | None = None,
    ) -> Sent:
        """Send the request and read the answer, as :meth:`execute` does.

        ``sending`` notes that it is about to be sent; nothing is sent where it raises.
        The history, which waits for the disk too, then notes it meanwhile. ``answered``
        is called with what the answer says, before anything else.
        """
        # Whoever only looks at a server needs no history, and no SQLite.
        from ogc_widgets.client.history.kept_inputs import change_for
        from ogc_widgets.client.history.notes import note_answer, note_sending

        url = await self._discovery.process_url(process_id)
        process = await self.description(process_id)
        declared = await self._discovery.declared() if response == "auto" else None
        request = requests.execute_request(
            url,
            inputs,
            outputs,
            mode,
            process=process,
            response=response,
            has_response=declared is None or declared.has_response,
            extra=extra,
        )
        if sending is not None:
            await sending()
        submission = Submission(request, datetime.now(UTC))
        server = self._connection.url
        blank = self._connection.credentials.redact
        keep = partial(change_for, inputs=inputs, process=process, blank=blank)

        async def note() -> str:
            return await asyncio.to_thread(note_sending, server, process_id, keep)

        async def post() -> tuple[Reply, Submitted] | ServerError:
            try:
                reply, made = await self._submit(request, process_id)
            except ServerError as error:
                return error
            if answered is not None:
                answered(made)
            return reply, made

        if sending is None:
            key, said = await note(), await post()
        else:
            key, said = await asyncio.gather(note(), post())
        if isinstance(said, ServerError):
            is_open = isinstance(said, (SubmissionUnknownError, ProtocolError))
            outcome = "unknown" if is_open else "refused"
            await asyncio.to_thread(note_answer, key, outcome)
            raise said
        reply, made = said
        is_over = made.has_results or made.results_url
        outcome = "successful" if is_over else "answered"
        await asyncio.to_thread(
            note_answer, key, outcome, job_id=made.job_id, url=made.job_url
        )
        wanted = tuple(requests.wanted_outputs(outputs))
        return Sent(process_id, inputs, wanted, reply, made, submission)

    async def job_of(self, sent: Sent) -> AsyncJob:
        """Make the job of a request that was answered."""
        reply, made = sent.reply, sent.made
        if made.results_url:
            reply = await self._connection.send(requests.get(made.results_url))
            if not reply.is_ok:
                raise problem_error(reply)
        has_results = made.has_results or bool(made.results_url)
        answer = reply if has_results else None
        return self._job(
            *(made, sent.process_id, sent.inputs, sent.wanted, answer),
            submission=sent.submission,
        )

    def known_job(
        self,
        job_id: str,
        url: str,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        status: StatusInfo | None = None,
        outputs: requests.Outputs | None = None,
        is_new: bool = False,
    ) -> AsyncJob:
        """Make the job of a request that was sent earlier; nothing is asked.

        ``status`` is what the server said last; a new one was sent within the last
        minute.
        """
        made = Submitted(job_id, url, status or StatusInfo(job_id, "accepted"))
        wanted = tuple(requests.wanted_outputs(outputs))
        return self._job(made, process_id, inputs, wanted, is_new=is_new)

    async def create_job(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: requests.Outputs | None = None,
    ) -> AsyncJob:
        """Make a job without starting it (Part 4); ``job.start()`` starts it.

        Args:
            process_id: Which process.
            inputs: Input id to value, sent as they are.
            outputs: As for :meth:`execute`.

        Raises:
            InputError: The inputs cannot be sent.
            ProblemError: The server refused; many have no Part 4.
            ServerError: No usable answer.
        """
        inputs = requests.plain_inputs(inputs)
        found = await self._connection.resources()
        request = requests.create_job_request(
            found.jobs_url,
            await self._discovery.process_url(process_id),
            inputs,
            outputs,
            process=self._discovery.known_processes.get(process_id),
        )
        reply = await self._connection.send(request, at_least_s=ACCEPT_S)
        if reply.is_ok or reply.status_code in (404, 405, 501):
            self._connection.experienced("prepare_jobs", reply, works=reply.is_ok)
        made = read_submitted(reply, found.jobs_url, self._connection.rebase)
        if made.status is None:
            raise ProtocolError(
                f"The answer to {reply.where} names no job.",
                safe="It is not known whether a job was made.",
                advice="Look at client.jobs() before you try again.",
            )
        return self._job(made, process_id, inputs)

    async def description(self, process_id: str) -> Process | None:
        """The description, for the ``execute`` link and the abilities, if readable."""
        known = self._discovery.known_processes.get(process_id)
        if known is not None:
            return known
        try:
            return await self._discovery.process(process_id)
        except NoSuchProcessError:
            raise
        except (ProblemError, ProtocolError):
            # A faulty description is no reason not to run the process.
            return None

    async def _submit(
        self, request: requests.Request, process_id: str
    ) -> tuple[Reply, Submitted]:
        found = await self._connection.resources()
        is_sync = "Prefer" not in request.headers
        started_s = time.monotonic()

        async def unknown(error: ServerError) -> ServerError:
            return await self._unknown(error, process_id, started_s)

        reply = await self._connection.ask_once(
            request,
            unknown,
            at_least_s=SYNC_S if is_sync else ACCEPT_S,
            is_counted=not is_sync,
        )
        # Where warnings are errors, one must not cost us a job that has started.
        with silent():
            return reply, read_submitted(reply, found.jobs_url, self._connection.rebase)

    async def _unknown(
        self, error: ServerError, process_id: str, started_s: float
    ) -> SubmissionUnknownError:
        """Look which jobs may be the one of which nothing was heard."""
        candidates: list[AsyncJob] = []
        seen = "The list of jobs could not be read."
        with contextlib.suppress(ServerError, TimeoutError), silent():
            async with asyncio.timeout(self._connection.timeout_s):
                listed = await self._job_list.job_pages(page_size=_CANDIDATES).next()
            # By the server's clock only: it need not agree with ours. That is read now,
            # and reading the list may have taken long.
            now = reading.http_date(self._connection.heard_at)
            elapsed_s = time.monotonic() - started_s + _CLOCK_SLACK_S
            since = now and now - timedelta(seconds=elapsed_s)
            query = JobQuery.of(process_id, since=since)
            candidates = newest_first(
                job
                for job in listed
                if not self._job_list.knows(job.id) and query.accepts(job.status)
            )
            seen = _seen(candidates)
        return SubmissionUnknownError(
            error.what,
            candidates=tuple(candidates),
            seen=seen,
            problem=error.problem if isinstance(error, ProblemError) else None,
        )

    def _job(
        self,
        made: Submitted,
        process_id: str,
        inputs: Mapping[str, Any],
        wanted: tuple[str, ...] = (),
        answer: Reply | None = None,
        *,
        is_new: bool = True,
        submission: Submission | None = None,
    ) -> AsyncJob:
        done = "successful"  # a server that answered at once may have made no job
        job = AsyncJob(
            self._discovery,
            self._job_list.signing_in,
            made.job_id,
            made.job_url,
            made.status or StatusInfo(made.job_id, done, done, process_id),
            process_id=process_id,
            inputs=inputs,
            wanted=wanted,
            is_new=is_new,
            answer=answer,
            sent=submission,
        )
        return self._job_list.keep(job)


def _seen(candidates: list[AsyncJob]) -> str:
    if not candidates:
        return "The list of jobs shows no new job of this process."
    named = ", ".join(
        clean(f"{job.id} ({job.status.word or 'no status'})", limit=80)
        for job in candidates[:_SHOWN]
    )
    more = len(candidates) - _SHOWN
    return f"It may be {named}" + (f" or {more} more." if more > 0 else ".")
