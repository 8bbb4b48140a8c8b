"""The results of a job, wherever its server keeps them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ogc_widgets.api import requests
from ogc_widgets.api.links import find_link, join_path, same_origin
from ogc_widgets.api.replies import Reply, problem_error, retry_after_s
from ogc_widgets.api.results import ResultsDocument, read_results
from ogc_widgets.errors import NoSuchJobError, ServerError

if TYPE_CHECKING:
    from ogc_widgets.api.documents import StatusInfo
    from ogc_widgets.api.wire import JsonValue
    from ogc_widgets.client.discovery import Discovery

# A server may say "successful" a moment before the results can be read.
RESULT_DELAYS_S = (1.0, 2.0, 4.0)
LONGEST_RESULT_DELAY_S = 30.0
_SOFT = frozenset({404, 425, 429, 502, 503, 504})


class ResultsReader:
    """Reads the results of one job.

    Args:
        client: Whose job.
        job_url: Address of the job, or ``""``.
        process_id: Its process, for the names of its outputs.
    """

    def __init__(self, client: Discovery, job_url: str, process_id: str) -> None:
        self._client = client
        self._job_url = job_url
        self._process_id = process_id

    def url(self, status: StatusInfo) -> str:
        """Return where the results are: where the server says, if that is there."""
        link = find_link(status.links, "results")
        if link is not None and (link.is_json or not link.type):
            url = self._client.rebase(link.href)
            if same_origin(url, self._job_url):
                return url
        return join_path(self._job_url, "results")

    async def all(self, status: StatusInfo, answer: Reply | None) -> ResultsDocument:
        """Read all outputs.

        Args:
            status: The last status of the job, for its links.
            answer: The answer to the execute request, if it holds the results.

        Raises:
            ServerError: They could not be read.
        """
        names = self._names()
        if answer is not None:
            return self._read(answer, names)
        url = self.url(status)
        reply = await self._get(url)
        has_nothing = not reply.body and "link" not in reply.headers
        if reply.status_code == 404 or has_nothing:
            alone = await self._each(names, status)
            if alone is not None:
                return alone
        for delay_s in RESULT_DELAYS_S:
            if reply.status_code not in _SOFT:
                break
            asked_s = retry_after_s(reply.headers) or delay_s
            await asyncio.sleep(min(asked_s, LONGEST_RESULT_DELAY_S))
            reply = await self._get(url)
        if not reply.is_ok:
            raise problem_error(reply, missing=NoSuchJobError)
        return self._read(reply, names)

    async def one(self, output_id: str, status: StatusInfo) -> JsonValue:
        """Read one output from its own address; ``None`` if the server has none."""
        url = join_path(self.url(status), output_id)
        reply = await self._get(url)
        if not reply.is_ok:
            return None
        return self._read(reply, (output_id,)).outputs.get(output_id)

    async def why_failed(self, status: StatusInfo) -> str:
        """A failed job without a message may say more where its results would be."""
        try:
            reply = await self._client.send(requests.get(self.url(status)))
        except ServerError:
            return ""
        if reply.is_ok:
            return ""
        return problem_error(reply).what.partition(": ")[2]

    async def _get(self, url: str) -> Reply:
        """Ask for JSON, and for whatever there is where there is no JSON."""
        reply = await self._client.send(requests.get(url))
        if reply.status_code == 406:
            reply = await self._client.send(requests.get(url, accept="*/*"))
        return reply

    async def _each(
        self, names: tuple[str, ...], status: StatusInfo
    ) -> ResultsDocument | None:
        """Version 2.0 keeps the outputs at addresses of their own."""
        values = await asyncio.gather(*(self.one(name, status) for name in names))
        found = {
            name: value
            for name, value in zip(names, values, strict=True)
            if value is not None
        }
        return ResultsDocument.of(found) if found else None

    def _read(self, reply: Reply, names: tuple[str, ...]) -> ResultsDocument:
        return read_results(
            reply.body,
            reply.content_type,
            reply.headers,
            output_ids=names,
            url=reply.url,
        )

    def _names(self) -> tuple[str, ...]:
        process = self._client.known_process(self._process_id)
        return tuple(process.outputs) if process else ()
