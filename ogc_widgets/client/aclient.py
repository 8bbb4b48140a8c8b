"""The client: every verb of the standard, awaitable from any loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ogc_widgets.api import reading, requests
from ogc_widgets.api.documents import (
    Conformance,
    JobList,
    LandingPage,
    StatusInfo,
)
from ogc_widgets.api.links import absolute, join_path
from ogc_widgets.api.notices import silent
from ogc_widgets.api.processes import Process, ProcessList, ProcessSummary
from ogc_widgets.api.replies import (
    Reply,
    Submitted,
    job_address,
    job_id_of,
    problem_error,
    read_status,
    read_submitted,
)
from ogc_widgets.client import history
from ogc_widgets.client.ajob import AsyncJob
from ogc_widgets.client.connection import Connection
from ogc_widgets.client.loop import on_loop
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    RedirectError,
    ServerError,
    SubmissionUnknownError,
    TransportError,
)

if TYPE_CHECKING:
    from ogc_widgets.client.auth import Auth
    from ogc_widgets.client.transport import Verify

# A server that computes while the connection is held may take its time.
SYNC_S = 600.0
ACCEPT_S = 60.0
_CANDIDATES = 10
_CLOCK_SLACK_S = 5.0
_BROKEN_GATEWAY = frozenset({502, 504})
_DEPLOY_ADVICE = {
    403: "This process must not be changed, or you have to sign in first.",
    405: "This server does not let you deploy processes.",
    409: "The process is there already: client.replace(process_id, package).",
    415: "The server wants the package in another form; try the address of the file.",
    501: "This server does not let you deploy processes.",
}


class AsyncClient(Connection):
    """A client for one OGC API - Processes server, with awaitable verbs.

    The verbs can be awaited in any asyncio loop; the requests themselves are made in
    the package's own thread, so a busy loop does not hold them up.

    Args:
        url: Address of the landing page.
        auth: A bearer token, ``(user, password)``, a callable that returns a token
            (asked again when the server refuses the last one), or ``None``.
        headers: Further headers, such as ``{"X-Api-Key": "..."}``. Like ``auth``, they
            are sent to this server only.
        timeout_s: Seconds for one complete exchange.
        verify: ``True``, the path of a CA file, an SSL context, or ``False`` to accept
            any certificate.

    Attributes:
        url: The address in use, without a trailing slash.

    Raises:
        InputError: The address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30,
        verify: Verify = True,
    ) -> None:
        super().__init__(
            url, auth=auth, headers=headers, timeout_s=timeout_s, verify=verify
        )
        self._processes: dict[str, Process] = {}
        self._jobs: weakref.WeakSet[AsyncJob] = weakref.WeakSet()

    def sign_in(self, auth: Auth) -> None:
        """Use other credentials from now on; watched jobs look again at once.

        Args:
            auth: As for the class.

        Raises:
            InputError: They cannot be used.
        """
        self._transport.credentials = self._transport.credentials.with_auth(auth)
        for job in tuple(self._jobs):
            job.resume()

    @on_loop
    async def landing_page(self) -> LandingPage:
        """Read the landing page.

        Raises:
            ProtocolError: The address does not belong to such a server.
            ServerError: It cannot be reached or refuses.
        """
        if self._resources is None:
            page = (await self.resources()).landing
            if page is not None:
                return page
        return LandingPage.from_json(*await self.landing_document(self.url))

    @on_loop
    async def conformance(self) -> Conformance:
        """Read which classes of the standard the server declares.

        Raises:
            ServerError: It could not be read.
        """
        url = (await self.resources()).conformance_url
        return Conformance.from_json(await self.json_of(url))

    @on_loop
    async def processes(self) -> list[ProcessSummary]:
        """List the processes, all pages of them.

        Raises:
            ServerError: The list could not be read.
        """
        url = (await self.resources()).processes_url
        found: dict[str, ProcessSummary] = {}
        async for document, page_url in self.pages(url, "processes"):
            page = ProcessList.from_json(document, page_url)
            new = {p.id: p for p in page.processes if p.id not in found}
            found |= new
            if not new:
                break
        return list(found.values())

    @on_loop
    async def process(self, process_id: str) -> Process:
        """Read the description of a process.

        Raises:
            NoSuchProcessError: The server does not know it.
            ServerError: It could not be read.
        """
        url = await self.process_url(process_id)
        reply = await self.send(requests.get(url))
        if not reply.is_ok:
            raise problem_error(
                reply,
                missing=NoSuchProcessError,
                advice="client.processes() lists what there is."
                if reply.status_code == 404
                else "",
            )
        process = Process.from_json(reply.json(), url)
        self._processes[process_id] = process
        return process

    async def process_url(self, process_id: str) -> str:
        """Return the address of a process."""
        if not isinstance(process_id, str) or not process_id:
            raise InputError("The id of a process is a text that is not empty.")
        return join_path((await self.resources()).processes_url, process_id)

    @on_loop
    async def execute(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: Mapping[str, Any] | None = None,
        mode: requests.Mode = "auto",
    ) -> AsyncJob:
        """Run a process. The request is sent once and never again by itself.

        Args:
            process_id: Which process.
            inputs: Input id to value, sent as they are.
            outputs: Output id to what is wanted of it; all outputs if left out.
            mode: ``async`` asks for a job, ``sync`` waits for the answer, ``auto``
                asks for a job where the process can be one.

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
        request = requests.execute_request(url, inputs, outputs, mode, process=process)
        is_sync = "Prefer" not in request.headers
        key = await asyncio.to_thread(history.note_sending, self.url, process_id)
        try:
            reply, submitted = await self._submit(request, process_id, is_sync=is_sync)
        except SubmissionUnknownError:
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
        return await self._job_of(reply, submitted, process_id, inputs)

    async def _description(self, process_id: str) -> Process | None:
        """The description, for the ``execute`` link and the abilities, if readable."""
        if process_id in self._processes:
            return self._processes[process_id]
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
                timeout_s=SYNC_S if is_sync else max(ACCEPT_S, self.timeout_s),
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
                    candidates.append(self._listed(status, url))
        return SubmissionUnknownError(what, candidates=tuple(candidates))

    async def _job_of(
        self,
        reply: Reply,
        submitted: Submitted,
        process_id: str,
        inputs: Mapping[str, Any],
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
        return self._made(
            AsyncJob(
                self,
                submitted.job_id,
                submitted.job_url,
                status,
                process_id=process_id,
                inputs=inputs,
                is_new=True,
                answer=reply if has_results else None,
            )
        )

    @on_loop
    async def jobs(
        self, limit: int = 50, *, process_id: str | None = None
    ) -> list[AsyncJob]:
        """List jobs in the server's order, usually newest first.

        Args:
            limit: How many to list at most.
            process_id: Only jobs of this process.

        Raises:
            ServerError: The list could not be read.
        """
        url = (await self.resources()).jobs_url
        first = requests.jobs_request(url, limit=limit, processID=process_id).url
        found: dict[str, AsyncJob] = {}
        async for document, page_url in self.pages(first, "jobs"):
            page = JobList.from_json(document, page_url)
            # Some servers ignore filters and limits.
            new = {
                status.job_id: self._listed(status, url)
                for status in page.jobs
                if status.job_id not in found
                and (not process_id or status.process_id in (process_id, ""))
            }
            found |= new
            if len(found) >= limit or not page.jobs:
                break
        jobs = list(found.values())[:limit]
        bare = [job.refresh() for job in jobs if not job.status.word]
        await asyncio.gather(*bare, return_exceptions=True)
        return jobs

    def _listed(self, status: StatusInfo, jobs_url: str) -> AsyncJob:
        url = join_path(jobs_url, status.job_id)
        return self._made(AsyncJob(self, status.job_id, url, status))

    @on_loop
    async def job(self, job_id_or_url: str) -> AsyncJob:
        """Attach to a job, wherever it was started.

        Args:
            job_id_or_url: Its id, or its address on this server.

        Raises:
            NoSuchJobError: The server does not know it.
            ServerError: Its status could not be read.
        """
        name = str(job_id_or_url).strip()
        if not name:
            raise InputError("The id of a job is a text that is not empty.")
        found = await self.resources()
        if absolute(name):
            job_id = job_id_of(name) or name.rstrip("/").rpartition("/")[2]
            url = job_address(name, job_id, found.jobs_url, found.rebase)
        else:
            job_id, url = name, join_path(found.jobs_url, name)
        reply = await self.send(requests.get(url))
        status = read_status(reply)
        return self._made(AsyncJob(self, status.job_id or job_id, url, status))

    def _made(self, job: AsyncJob) -> AsyncJob:
        self._jobs.add(job)
        return job

    @on_loop
    async def deploy(
        self,
        package: str | bytes | Path | Mapping[str, Any],
        *,
        workflow: str | None = None,
    ) -> ProcessSummary:
        """Add an application package to the server as a process.

        Args:
            package: Path, address, text or dict of a CWL file, or an ``ogcapppkg``.
            workflow: Which workflow of the package, by id.

        Raises:
            InputError: It is not an application package; nothing was sent.
            ProblemError: The server refused; 409 if the process is there already.
            ServerError: No usable answer.
        """
        url = (await self.resources()).processes_url
        ready = await asyncio.to_thread(_read_package, package)
        request = requests.deploy_request(url, ready, workflow=workflow)
        return await self._deployed(request)

    @on_loop
    async def replace(
        self, process_id: str, package: str | bytes | Path | Mapping[str, Any]
    ) -> ProcessSummary:
        """Replace a deployed process.

        Args:
            process_id: Which process.
            package: As for :meth:`deploy`.

        Raises:
            InputError: It is not an application package; nothing was sent.
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; 403 if the process must not be changed.
            ServerError: No usable answer.
        """
        url = await self.process_url(process_id)
        ready = await asyncio.to_thread(_read_package, package)
        self._processes.pop(process_id, None)
        return await self._deployed(
            requests.replace_request(url, ready), process_id=process_id
        )

    async def _deployed(
        self, request: requests.Request, *, process_id: str = ""
    ) -> ProcessSummary:
        reply = await self.send(request, timeout_s=max(ACCEPT_S, self.timeout_s))
        if not reply.is_ok:
            raise problem_error(
                reply,
                missing=NoSuchProcessError,
                safe="No process was changed.",
                advice=_DEPLOY_ADVICE.get(reply.status_code, ""),
            )
        document = reply.json_or_none()
        if isinstance(document, Mapping):
            with contextlib.suppress(ProtocolError):
                return ProcessSummary.from_json(document, reply.url)
        location = absolute(reply.headers.get("location", ""), reply.url)
        name = process_id or unquote(location.rstrip("/").rpartition("/")[2])
        if not name:
            raise ProtocolError(
                f"The answer to {reply.where} does not name the process.",
                advice="client.processes() lists what there is.",
            )
        return await self.process(name)

    @on_loop
    async def undeploy(self, process_id: str) -> None:
        """Remove a deployed process.

        Raises:
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; 403 if the process must not be changed.
            ServerError: No usable answer.
        """
        url = await self.process_url(process_id)
        reply = await self.send(requests.delete(url))
        if not reply.is_ok:
            raise problem_error(
                reply,
                missing=NoSuchProcessError,
                safe="No process was changed.",
                advice=_DEPLOY_ADVICE.get(reply.status_code, ""),
            )
        self._processes.pop(process_id, None)

    def known_process(self, process_id: str) -> Process | None:
        """Return a description that was read before; makes no request."""
        return self._processes.get(process_id)


def _read_package(package: str | bytes | Path | Mapping[str, Any]) -> requests.Package:
    path: Path | None = package if isinstance(package, Path) else None
    if isinstance(package, str) and "\n" not in package and "://" not in package:
        path = Path(package)
    if path is None:
        return requests.read_package(package)
    try:
        return requests.read_package(path.read_bytes())
    except OSError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path.name} cannot be read: {error.strerror}.",
            safe="Nothing was sent.",
            advice="Pass the path, address, text or dict of a CWL file.",
        ) from None
