"""The results of a job, wherever its server keeps them, or why there are none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.errors import (
    JobFailedError,
    JobGoneError,
    NoSuchJobError,
    OgcError,
    ProblemError,
    ResultsGoneError,
    ResultsNotReadyError,
    ServerError,
    SignInError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.job_replies import reason_in, says_nothing, told
from ogc_widgets.protocol.answers.replies import Reply, problem_error, retry_after_s
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.links import join_path
from ogc_widgets.protocol.media_types import is_html, is_page
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

if TYPE_CHECKING:
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.jobs.poller import Poller
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.answers.result_values import Value
    from ogc_widgets.protocol.answers.results import ResultsDocument
    from ogc_widgets.protocol.documents.processes import Process

# A server may say "successful" a moment before the results can be read.
RESULT_DELAYS_S = (1.0, 2.0, 4.0)
LONGEST_RESULT_DELAY_S = 30.0
_SOFT = frozenset({404, 425, 429, 502, 503, 504})
# So long after its end, results that are not there will not come.
_NEWS_S = 60.0
_NOT_AVAILABLE = ("resultnotavailable", "resultsnotavailable")
_KEPT_INPUTS = "The inputs of jobs that were started here are kept in job.inputs."
_AGAIN = "Run it again to get them once more."
# JSON where there is a choice: some servers answer a page for people otherwise.
_ANY_RESULT = "application/json, */*;q=0.5"
_WELL = ("successful", "ended")
_PAST = {"failed": "failed", "dismissed": "was dismissed"}


class ResultsReader:
    """Reads the results of one job; whatever was read is kept.

    Only outputs that were wanted are expected, all of them if none is named. The answer
    to the execute request may hold them. Those that were kept with a saved run stand in
    place of what a server would answer.
    """

    def __init__(
        self,
        discovery: Discovery,
        poller: Poller,
        wanted: tuple[str, ...],
        answer: Reply | None,
        kept: Results | None,
    ) -> None:
        self._discovery = discovery
        self._connection = discovery.connection
        self._job = poller
        self._wanted = wanted
        self._answer = answer
        self._kept = kept
        self._whole: ResultsDocument | None = None
        self._process: Process | None = None
        self._found: ResultsDocument | None = None
        self._alone: dict[str, Value] = {}
        self._reason: str | None = None

    async def results(self) -> Results:
        """Read the results; from the server only the first time.

        Raises:
            ResultsNotReadyError: The job has not ended yet.
            ResultsGoneError: The server has no results of it, or none any more.
            JobFailedError: It failed or was dismissed.
            JobGoneError: The server no longer knows it.
            ServerError: They could not be read.
        """
        # Loaded when there are results: it takes long, and an app starts without.
        from ogc_widgets.client.results.job_results import Results
        from ogc_widgets.client.results.linked_items import with_linked_items

        await self._need_success()
        if self._kept is not None:
            return self._kept
        if self._whole is None:
            process = self._process = await self._described()
            if self._answer is not None:
                self._whole = await self._read(self._answer, process)
            else:
                try:
                    self._whole = await self._ask(process)
                except SignInError:
                    raise
                except (ProblemError, JobGoneError) as error:
                    if self._job.view.phase != "ended":
                        raise
                    # Whether an end of this name leaves results shows only now.
                    raise self._failed() from error
        if self._found is None or self._found.note:
            # What could not be read may be there by now.
            self._found = await with_linked_items(self._connection, self._whole)
        described = self._process.outputs if self._process else None
        return Results(
            self._connection,
            self._found,
            described,
            again=self._ask_again,
            job_id=self._job.job_id,
        )

    async def _ask_again(self) -> Results:
        """Read the results anew, with fresh links; those of an answer stay."""
        if self._answer is None:
            self._whole = self._found = None
            self._alone.clear()
        return await self.results()

    async def output(self, output_id: str) -> Any:  # noqa: ANN401 # JSON or bytes
        """Read one output, alone where the server gives it alone.

        Args:
            output_id: Its name.

        Raises:
            InputError: The job has no such output.
            ServerError: As for :meth:`results`.
        """
        await self._need_success()
        whole = self._whole.outputs if self._whole is not None else {}
        if self._answer is None:
            found = whole.get(output_id)
            # A reference in the document is a file: its own address gives what is in
            # it, whether the document was read before or not.
            if isinstance(found, Mapping) and "href" in found:
                found = None
            if found is None:
                alone = await self._one(output_id, await self._described())
                found = alone.value if alone is not None else None
            if found is not None:
                return found
        outputs = (await self.results()).outputs
        if output_id not in outputs:
            from ogc_widgets.client.results.content import no_such_output

            raise no_such_output(output_id, outputs)
        return outputs[output_id]

    async def save_results(self, path: str | Path) -> Path:
        """Save the results to a file as they come, also those too large to show.

        Args:
            path: Where to; a file that is there stays until the new one is whole.

        Raises:
            InputError: The file cannot be written.
            ServerError: As for :meth:`results`.
        """
        from ogc_widgets.client.results.downloads import download, save
        from ogc_widgets.client.results.files.result_files import ResultFile

        path = Path(path).expanduser()  # noqa: ASYNC240 # it looks at no disk
        await self._need_success()
        if self._answer is not None:
            return await asyncio.to_thread(save, self._answer.body, path)
        wanted = ResultFile(path.name, self._url, accept=_ANY_RESULT)
        try:
            return await download(self._connection, wanted, path)
        except ProblemError as error:
            await self._explain(error)

    async def why_failed(self) -> str:
        """Say in the server's words why the job failed.

        The message of the status may be older than the failure, or say nothing; then
        the reason is in the place of the results. It is asked for once.

        Returns:
            The reason, not cleaned; ``""`` if it has not failed or none is given.
        """
        if self._job.view.phase != "failed":
            return ""
        if self._reason is None:
            message = self._job.status.message
            is_stale = message == self._job.earlier_message
            is_thorough = is_stale or says_nothing(message)
            reason = await self._reason_elsewhere(is_thorough=is_thorough)
            self._reason = told(message, reason, is_stale=is_stale)
        return self._reason

    async def _reason_elsewhere(self, *, is_thorough: bool) -> str:
        """What stands in the place of the results, or where exceptions are listed."""
        linked = self._job.linked("exceptions")
        urls = [self._url]
        if linked or is_thorough:  # then also where no link leads
            urls.append(linked or join_path(self._job.url, "exceptions"))
        for url in urls:
            with silent(), contextlib.suppress(OgcError):
                if reason := reason_in(await self._connection.send(requests.get(url))):
                    return reason
        return ""

    async def _need_success(self) -> None:
        if self._answer is not None or self._job.phase in _WELL:
            return
        if not self._job.view.is_final:
            await self._job.refresh()
        view, job_id = self._job.view, self._job.job_id
        if view.phase in _WELL:
            return
        if view.removed:
            raise JobGoneError(
                f"Job {job_id} was removed from the server, with its results.",
                safe=_KEPT_INPUTS,
                advice="Run the process again.",
            )
        self._job.need_known()
        if not view.is_final:
            raise ResultsNotReadyError(
                f"Job {job_id} has no results yet: it is {self._job.status.status}.",
                status_code=404,
                safe="The job keeps running on the server.",
                advice="Wait for it first: job.wait()",
            )
        said = await self.why_failed()
        raise self._failed(said)

    def _failed(self, said: str = "") -> JobFailedError:
        """The error of a job that ended without results, in the server's words."""
        status, phase = self._job.status, self._job.view.phase
        if phase != "failed":
            said = status.message
        said = clean(said, limit=MESSAGE_LIMIT)
        word = clean(status.word, limit=40)
        past = _PAST.get(phase, f"ended as {word!r}, without results")
        return JobFailedError(
            f"Job {self._job.job_id} {past}" + (f": {said}" if said else "."),
            safe=_KEPT_INPUTS,
            advice="See job.logs() for what happened.",
        )

    @property
    def _url(self) -> str:
        """Where the results are: where the server says, if that is there."""
        return self._job.linked("results") or join_path(self._job.url, "results")

    async def _ask(self, process: Process | None) -> ResultsDocument:
        reply = await self._get(self._url)
        has_nothing = not reply.body and "link" not in reply.headers
        if reply.status_code == 404 or has_nothing:
            # Version 2.0 keeps the outputs at addresses of their own.
            names = self._names(process)
            values = await asyncio.gather(*(self._one(one, process) for one in names))
            found = {
                name: value
                for name, value in zip(names, values, strict=True)
                if value is not None and value.value is not None
            }
            if found:
                from ogc_widgets.protocol.answers.results import ResultsDocument

                return ResultsDocument.of(found)
        for delay_s in RESULT_DELAYS_S:
            if reply.status_code not in _SOFT or self._is_final(reply):
                break
            asked_s = retry_after_s(reply.headers) or delay_s
            await asyncio.sleep(min(asked_s, LONGEST_RESULT_DELAY_S))
            reply = await self._get(self._url)
        if not reply.is_ok:
            await self._explain(problem_error(reply))
        return await self._read(reply, process)

    def _is_final(self, reply: Reply) -> bool:
        """Whether asking again for results that are not there is in vain."""
        if reply.status_code != 404:
            return False
        if reply.problem.kind in _NOT_AVAILABLE:
            return True
        # By the server's clock only: it need not agree with ours.
        now = reading.http_date(reply.headers.get("date", ""))
        finished = self._job.status.finished
        if now is None or finished is None:
            return False
        return (now - finished).total_seconds() > _NEWS_S

    async def _explain(self, error: ProblemError) -> NoReturn:
        """Raise what an answer means that gave no results of a job that ended well."""
        is_gone = isinstance(error, (ResultsGoneError, NoSuchJobError))
        if not is_gone and error.status_code not in (404, 410):
            raise error
        job_id = self._job.job_id
        said = clean(Problem.from_json(error.problem).summary, limit=300)
        said = f": {said}" if said else "."
        look = await self._connection.send(requests.get(self._job.url))
        if look.status_code in (404, 410):
            raise JobGoneError(
                f"The server no longer knows job {job_id}, nor its results{said}",
                safe=_KEPT_INPUTS,
                advice=_AGAIN,
            )
        raise ResultsGoneError(
            f"Job {job_id} ended well, but the server has no results of it "
            f"(any more){said}",
            status_code=error.status_code,
            problem=error.problem,
            safe=_KEPT_INPUTS,
            advice=_AGAIN,
        )

    async def _one(self, output_id: str, process: Process | None) -> Value | None:
        if output_id not in self._alone:
            reply = await self._get(join_path(self._url, output_id))
            if not reply.is_ok or not reply.body.strip():
                return None
            described = process.outputs.get(output_id) if process else None
            kinds = described.media_types if described else ()
            if is_page(reply.body) and not any(map(is_html, kinds)):
                return None
            from ogc_widgets.protocol.answers.results import read_output

            self._alone[output_id] = read_output(reply, output_id, described)
        return self._alone[output_id]

    async def _get(self, url: str) -> Reply:
        """Ask for JSON, and for whatever there is where there is no JSON."""
        reply = await self._connection.send(requests.get(url))
        if reply.status_code == 406:
            reply = await self._connection.send(requests.get(url, accept="*/*"))
        return reply

    async def _read(self, reply: Reply, process: Process | None) -> ResultsDocument:
        from ogc_widgets.protocol.answers.results import read_results

        names, described = self._names(process), process.outputs if process else None
        return await off_loop(len(reply.body), read_results, reply, names, described)

    async def _described(self) -> Process | None:
        """The description, which tells outputs apart, also of a job of others."""
        process_id = self._job.process_id
        known = self._discovery.known_processes.get(process_id)
        if known is None and process_id:
            with silent(), contextlib.suppress(ServerError):
                known = await self._discovery.process(process_id)
        return known

    def _names(self, process: Process | None) -> tuple[str, ...]:
        return self._wanted or (tuple(process.outputs) if process else ())
