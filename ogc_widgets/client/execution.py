"""Running a process: sent once, and never again by itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from ogc_widgets.api import reading, requests
from ogc_widgets.api.documents import JobList, StatusInfo
from ogc_widgets.api.notices import silent
from ogc_widgets.api.replies import Reply, Submitted, problem_error, read_submitted
from ogc_widgets.client import history
from ogc_widgets.client.ajob import AsyncJob
from ogc_widgets.client.connection import ACCEPT_S
from ogc_widgets.client.job_list import Jobs
from ogc_widgets.client.loop import on_loop
from ogc_widgets.errors import (
    ConnectionFailedError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    RedirectError,
    ServerError,
    SubmissionUnknownError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.api.processes import Process

# A server that computes while the connection is held may take its time.
SYNC_S = 600.0
_CANDIDATES = 10
_CLOCK_SLACK_S = 5.0
_BROKEN_GATEWAY = frozenset({502, 504})


class Execution(Jobs):
    """The verb that runs a process.

    The arguments are those of :class:`~ogc_widgets.client.connection.Connection`.
    """

    @on_loop
    async def execute(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: requests.Outputs | None = None,
        mode: requests.Mode = "auto",
        response: requests.Response | None = "auto",
        extra: Mapping[str, Any] | None = None,
    ) -> AsyncJob:
        """Run a process. The request is sent once and never again by itself.

        Args:
            process_id: Which process.
            inputs: Input id to value, sent as they are.
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
            SubmissionUnknownError: It left, but no answer came; a job may have started.
        """
        url = await self.process_url(process_id)
        process = await self._description(process_id)
        declared = await self.declared() if response == "auto" else None
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
        is_sync = "Prefer" not in request.headers
        key = await asyncio.to_thread(history.note_sending, self.url, process_id)
        try:
            reply, submitted = await self._submit(request, process_id, is_sync=is_sync)
        except (SubmissionUnknownError, ProtocolError):
            await asyncio.to_thread(history.note_answer, key, "unknown")
            raise
        except ServerError:
            await asyncio.to_thread(history.note_answer, key, "refused")
            raise
        await asyncio.to_thread(
            history.note_answer,
            key,
            "answered",
            job_id=submitted.job_id,
            url=submitted.job_url,
        )
        wanted = tuple(requests.wanted_outputs(outputs))
        return await self._job_of(reply, submitted, process_id, inputs, wanted)

    async def _description(self, process_id: str) -> Process | None:
        """The description, for the ``execute`` link and the abilities, if readable."""
        known = self.known_process(process_id)
        if known is not None:
            return known
        try:
            return await self.process(process_id)
        except NoSuchProcessError:
            raise
        except (ProblemError, ProtocolError):
            # A faulty description is no reason not to run the process.
            return None

    async def _submit(
        self, request: requests.Request, process_id: str, *, is_sync: bool
    ) -> tuple[Reply, Submitted]:
        found = await self.resources()
        started = time.monotonic()
        try:
            reply = await self.send(
                request,
                timeout_s=max(SYNC_S if is_sync else ACCEPT_S, self.timeout_s),
                is_counted=not is_sync,
            )
        except (ConnectionFailedError, RedirectError):
            raise  # no server has taken it
        except TransportError as error:
            raise await self._unknown(error.what, process_id, started) from error
        if reply.status_code in _BROKEN_GATEWAY:
            raise await self._unknown(problem_error(reply).what, process_id, started)
        # Where warnings are errors, one must not cost us a job that has started.
        with silent():
            return reply, read_submitted(reply, found.jobs_url, found.rebase)

    async def _unknown(
        self, what: str, process_id: str, started: float
    ) -> SubmissionUnknownError:
        """Look which jobs may be the one whose answer never came."""
        elapsed_s = time.monotonic() - started + _CLOCK_SLACK_S
        candidates: list[AsyncJob] = []
        with contextlib.suppress(ServerError), silent():
            url = (await self.resources()).jobs_url
            reply = await self.send(requests.jobs_request(url, limit=_CANDIDATES))
            page = JobList.from_json(reply.json() if reply.is_ok else [], reply.url)
            # By the server's clock only: it need not agree with ours.
            since = reading.http_date(reply.headers.get("date", ""))
            for status in page.jobs:
                is_new = (
                    since is None
                    or status.created is None
                    or (since - status.created).total_seconds() <= elapsed_s
                )
                if is_new and status.process_id in (process_id, ""):
                    candidates.append(self.listed(status, url))
        return SubmissionUnknownError(what, candidates=tuple(candidates))

    async def _job_of(
        self,
        reply: Reply,
        submitted: Submitted,
        process_id: str,
        inputs: Mapping[str, Any],
        wanted: tuple[str, ...],
    ) -> AsyncJob:
        if submitted.results_url:
            reply = await self.send(requests.get(submitted.results_url))
            if not reply.is_ok:
                raise problem_error(reply)
        has_results = submitted.has_results or bool(submitted.results_url)
        status = submitted.status
        if status is None:
            word = "successful"
            status = StatusInfo(submitted.job_id, word, word, process_id)
        return self.remember(
            AsyncJob(
                self,
                submitted.job_id,
                submitted.job_url,
                status,
                process_id=process_id,
                inputs=inputs,
                wanted=wanted,
                is_new=True,
                answer=reply if has_results else None,
            )
        )
