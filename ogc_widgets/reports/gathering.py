"""Asks for all that a report of a job says; what cannot be read is said as well."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import OgcError
from ogc_widgets.panel.job.for_operators import failing_log
from ogc_widgets.panel.job.logs import StepBook, links_of
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.requests import (
    ExecuteRequest,
    Request,
    execute_request,
)
from ogc_widgets.protocol.secrets import secret_texts, shown_inputs
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ogc_widgets.client import AsyncJob, Results
    from ogc_widgets.panel.job.logs import LogState
    from ogc_widgets.protocol.documents.processes import Process


@dataclass
class Facts:
    """What is known of a job.

    Attributes:
        job: The job.
        process: Its process; None if its description could not be read.
        asked: What the job was asked to do, without secrets; None if nobody tells.
        request: The same as it is sent.
        results: Its results, if there are any.
        reason: Why it failed, by all that the server says.
        steps: Its steps, as ``StepBook.states`` makes them.
        log: The log that tells why it failed.
        notes: What could not be read, and why.
        secrets: Texts in its inputs that nobody else may read.
    """

    job: AsyncJob
    process: Process | None = None
    asked: ExecuteRequest | None = None
    request: Request | None = None
    results: Results | None = None
    reason: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    log: LogState | None = None
    notes: list[str] = field(default_factory=list)
    secrets: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """Title of the process, or its id."""
        return (self.process and self.process.title) or self.job.process_id or "Job"


async def gather(job: AsyncJob) -> Facts:
    """Ask the server for what is not known yet; in the loop of the package."""
    found = Facts(job)
    with silent():
        if job.url and not job.view.is_final:
            await _read(found, job.refresh(), "The status")
        found.process = job.discovery.known_processes.get(job.process_id)
        await asyncio.gather(
            _describe(found), _ask(found), _results(found), _why(found)
        )
        if found.asked is not None:
            asked = found.asked.inputs
            found.secrets = secret_texts(asked, found.process)
            inputs = shown_inputs(asked, found.process)
            found.asked = replace(found.asked, inputs=inputs)
            found.request = await _read(found, _request(found), "")
    return found


async def _read(found: Facts, reading: Awaitable[Any], what: str) -> Any:  # noqa: ANN401 # whatever is read
    """What something gives; None where it fails, which is noted."""
    try:
        return await reading
    except OgcError as error:
        if what:
            why = clean(error.what, limit=300)
            found.notes.append(f"{what} could not be read. {why}")
        return None


async def _describe(found: Facts) -> None:
    job = found.job
    if found.process is None and job.process_id:
        found.process = await _read(
            found,
            job.discovery.process(job.process_id),
            "The description of the process",
        )


async def _ask(found: Facts) -> None:
    found.asked = await _read(found, found.job.request(), "What the job was asked")


async def _results(found: Facts) -> None:
    if found.job.status.status == "successful":
        found.results = await _read(found, found.job.results(), "The results")


async def _why(found: Facts) -> None:
    job, view = found.job, found.job.view
    book = StepBook()
    book.see(links_of(view))
    found.steps = book.states(view.phase)
    if view.phase != "failed":
        return
    found.reason = await _read(found, job.why_failed(), "") or job.status.message
    keys = book.keys_newest_first()
    found.log = await _read(found, failing_log(Job(job), keys, None), "The log")


async def _request(found: Facts) -> Request:
    job, asked = found.job, found.asked or ExecuteRequest()
    declared = job.discovery.known_conformance
    return execute_request(
        await job.discovery.process_url(job.process_id),
        asked.inputs,
        asked.outputs or None,
        process=found.process,
        has_response=declared is None or declared.has_response,
    )
