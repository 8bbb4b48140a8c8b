"""Part 4: jobs that are made first and started later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.execution import Execution
from ogc_widgets.client.http.connection import ACCEPT_S
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol.answers.replies import read_submitted
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobManagement(Execution):
    """The verb that makes a job without starting it.

    The arguments are those of :class:`~ogc_widgets.client.http.connection.Connection`.
    """

    @on_loop
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
        found = await self.resources()
        request = requests.create_job_request(
            found.jobs_url,
            await self.process_url(process_id),
            inputs,
            outputs,
            process=self.known_process(process_id),
        )
        reply = await self.send(request, timeout_s=max(ACCEPT_S, self.timeout_s))
        if reply.is_ok or reply.status_code in (404, 405, 501):
            self.experienced("prepare_jobs", reply, works=reply.is_ok)
        made = read_submitted(reply, found.jobs_url, self.rebase)
        if made.status is None:
            raise ProtocolError(
                f"The answer to {reply.where} names no job.",
                safe="It is not known whether a job was made.",
                advice="Look at client.jobs() before you try again.",
            )
        return self.remember(
            AsyncJob(
                self,
                made.job_id,
                made.job_url,
                made.status,
                process_id=process_id,
                inputs=inputs,
                is_new=True,
            )
        )
