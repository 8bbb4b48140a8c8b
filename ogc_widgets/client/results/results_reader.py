"""The results of a job, wherever its server keeps them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.errors import (
    JobGoneError,
    NoSuchJobError,
    OgcError,
    ProblemError,
    ResultsGoneError,
    ServerError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.job_replies import reason_in
from ogc_widgets.protocol.answers.replies import Reply, problem_error, retry_after_s
from ogc_widgets.protocol.answers.result_values import Value
from ogc_widgets.protocol.answers.results import (
    ResultsDocument,
    read_output,
    read_results,
)
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.links import find_link, join_path, same_origin
from ogc_widgets.protocol.media_types import is_html, is_page
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.protocol.documents.processes import Process
    from ogc_widgets.protocol.documents.status import StatusInfo

# A server may say "successful" a moment before the results can be read.
RESULT_DELAYS_S = (1.0, 2.0, 4.0)
LONGEST_RESULT_DELAY_S = 30.0
_SOFT = frozenset({404, 425, 429, 502, 503, 504})
# So long after its end, results that are not there will not come.
_NEWS_S = 60.0
_NOT_AVAILABLE = ("resultnotavailable", "resultsnotavailable")
_KEPT_INPUTS = "The inputs of jobs that were started here are kept in job.inputs."
_AGAIN = "Run it again to get them once more."


class ResultsReader:
    """Reads the results of one job.

    Args:
        discovery: What is known of the server.
        job_url: Address of the job, or ``""``.
        process_id: Its process, for the names and media types of its outputs; ``""``
            if only the status says it.
        wanted: Ids of the outputs that were asked for, all of them if empty.
    """

    def __init__(
        self,
        discovery: Discovery,
        job_url: str,
        process_id: str,
        wanted: tuple[str, ...] = (),
    ) -> None:
        self._discovery = discovery
        self._connection = discovery.connection
        self._job_url = job_url
        self._process_id = process_id
        self._wanted = wanted
        self._whole: ResultsDocument | None = None
        self._alone: dict[str, Value] = {}

    def url(self, status: StatusInfo) -> str:
        """Return where the results are: where the server says, if that is there."""
        link = find_link(status.links, "results")
        if link is not None and (link.is_json or not link.type):
            url = self._connection.rebase(link.href)
            if same_origin(url, self._job_url):
                return url
        return join_path(self._job_url, "results")

    async def all(self, status: StatusInfo, answer: Reply | None) -> ResultsDocument:
        """Read all outputs; only once, as they do not change any more.

        Args:
            status: The last status of the job, for its links.
            answer: The answer to the execute request, if it holds the results.

        Raises:
            ResultsGoneError: The server has none, or none any more.
            JobGoneError: The server does not know the job any more.
            ServerError: They could not be read.
        """
        if self._whole is None:
            process = await self._described(status)
            if answer is not None:
                self._whole = await off_loop(
                    len(answer.body), self._read, answer, process
                )
            else:
                self._whole = await self._ask(status, process)
        return self._whole

    async def _ask(
        self, status: StatusInfo, process: Process | None
    ) -> ResultsDocument:
        url = self.url(status)
        reply = await self._get(url)
        has_nothing = not reply.body and "link" not in reply.headers
        if reply.status_code == 404 or has_nothing:
            alone = await self._each(status, process)
            if alone is not None:
                return alone
        for delay_s in RESULT_DELAYS_S:
            if reply.status_code not in _SOFT or _is_final(reply, status):
                break
            asked_s = retry_after_s(reply.headers) or delay_s
            await asyncio.sleep(min(asked_s, LONGEST_RESULT_DELAY_S))
            reply = await self._get(url)
        if not reply.is_ok:
            await self.explain(problem_error(reply), status)
        return await off_loop(len(reply.body), self._read, reply, process)

    async def explain(self, error: ProblemError, status: StatusInfo) -> NoReturn:
        """Raise what an answer means that gave no results of a job that ended well."""
        is_gone = isinstance(error, (ResultsGoneError, NoSuchJobError))
        if not is_gone and error.status_code not in (404, 410):
            raise error
        said = clean(Problem.from_json(error.problem).summary, limit=300)
        said = f": {said}" if said else "."
        look = await self._connection.send(requests.get(self._job_url))
        if look.status_code in (404, 410):
            raise JobGoneError(
                f"The server no longer knows job {status.job_id}, nor its results"
                + said,
                safe=_KEPT_INPUTS,
                advice=_AGAIN,
            )
        raise ResultsGoneError(
            f"Job {status.job_id} ended well, but the server has no results of it "
            f"(any more){said}",
            status_code=error.status_code,
            problem=error.problem,
            safe=_KEPT_INPUTS,
            advice=_AGAIN,
        )

    async def one(self, output_id: str, status: StatusInfo) -> Value | None:
        """Read one output from its own address; ``None`` if the server has none."""
        whole = self._whole.outputs if self._whole is not None else {}
        found = whole.get(output_id)
        is_reference = isinstance(found, Mapping) and "href" in found
        # A reference in the document is a file: its own address gives what is in it,
        # whether the document was read before or not.
        if self._whole is not None and output_id in whole and not is_reference:
            return Value(found, self._whole.media_types.get(output_id, ""))
        if output_id not in self._alone:
            process = await self._described(status)
            reply = await self._get(join_path(self.url(status), output_id))
            if not reply.is_ok or not reply.body.strip():
                return None
            described = process.outputs.get(output_id) if process else None
            kinds = described.media_types if described else ()
            if is_page(reply.body) and not any(map(is_html, kinds)):
                return None
            self._alone[output_id] = read_output(reply, output_id, described)
        return self._alone[output_id]

    async def why_failed(self, status: StatusInfo, *, thoroughly: bool) -> str:
        """What stands in the place of the results of a failed job, or ``""``.

        Args:
            status: The last status of the job, for its links.
            thoroughly: Whether to look also where no link leads.
        """
        link = find_link(status.links, "exceptions")
        linked = self._connection.rebase(link.href) if link else ""
        urls = [self.url(status)]
        if linked and same_origin(linked, self._job_url):
            urls.append(linked)
        elif thoroughly:
            urls.append(join_path(self._job_url, "exceptions"))
        for url in urls:
            with silent(), contextlib.suppress(OgcError):
                if reason := reason_in(await self._connection.send(requests.get(url))):
                    return reason
        return ""

    async def _get(self, url: str) -> Reply:
        """Ask for JSON, and for whatever there is where there is no JSON."""
        reply = await self._connection.send(requests.get(url))
        if reply.status_code == 406:
            reply = await self._connection.send(requests.get(url, accept="*/*"))
        return reply

    async def _each(
        self, status: StatusInfo, process: Process | None
    ) -> ResultsDocument | None:
        """Version 2.0 keeps the outputs at addresses of their own."""
        names = self._names(process)
        values = await asyncio.gather(*(self.one(name, status) for name in names))
        found = {
            name: value
            for name, value in zip(names, values, strict=True)
            if value is not None and value.value is not None
        }
        return ResultsDocument.of(found) if found else None

    def _read(self, reply: Reply, process: Process | None) -> ResultsDocument:
        described = process.outputs if process else None
        return read_results(reply, self._names(process), described)

    async def _described(self, status: StatusInfo) -> Process | None:
        """The description, which tells outputs apart, also of a job of others."""
        process_id = self._process_id or status.process_id
        known = self._discovery.known_process(process_id)
        if known is None and process_id:
            with silent(), contextlib.suppress(ServerError):
                known = await self._discovery.process(process_id)
        return known

    def _names(self, process: Process | None) -> tuple[str, ...]:
        return self._wanted or (tuple(process.outputs) if process else ())


def _is_final(reply: Reply, status: StatusInfo) -> bool:
    """Whether asking again for results that are not there is in vain."""
    if reply.status_code != 404:
        return False
    if Problem.from_json(reply.json_or_none()).kind in _NOT_AVAILABLE:
        return True
    # By the server's clock only: it need not agree with ours.
    now = reading.http_date(reply.headers.get("date", ""))
    if now is None or status.finished is None:
        return False
    return (now - status.finished).total_seconds() > _NEWS_S
