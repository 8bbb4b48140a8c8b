"""The client: every verb of the standard, awaitable from any loop."""

from __future__ import annotations

import asyncio
import contextlib
import time
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import unquote

from ogc_widgets.api import reading, requests
from ogc_widgets.api.documents import (
    Conformance,
    JobList,
    LandingPage,
    StatusInfo,
    read_page,
)
from ogc_widgets.api.links import Rebase, absolute, join_path, same_origin
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
    unexpected_page,
    warn_repeated,
)
from ogc_widgets.client import history
from ogc_widgets.client.address import (
    Resources,
    clean_url,
    find_resources,
    is_landing_page,
    outer_url,
)
from ogc_widgets.client.ajob import AsyncJob
from ogc_widgets.client.auth import Auth, Credentials
from ogc_widgets.client.loop import on_loop, submit
from ogc_widgets.client.transport import JSON_CAP, Stream, Transport, Verify
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    RedirectError,
    ServerError,
    SignInError,
    SubmissionUnknownError,
    TransportError,
)

if TYPE_CHECKING:
    from types import TracebackType

MOST_PAGES = 1_000
# A server that computes while the connection is held may take its time.
SYNC_S = 600.0
ACCEPT_S = 60.0
_CANDIDATES = 10
_CLOCK_SLACK_S = 5.0
_BROKEN_GATEWAY = frozenset({502, 504})
_ADDRESS_ADVICE = (
    "Check the address: it should be the landing page of the server, for example "
    "https://example.org/acme/ogc-api"
)
_DEPLOY_ADVICE = {
    403: "This process must not be changed, or you have to sign in first.",
    405: "This server does not let you deploy processes.",
    409: "The process is there already: client.replace(process_id, package).",
    415: "The server wants the package in another form; try the address of the file.",
    501: "This server does not let you deploy processes.",
}


class AsyncClient:
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
        self.url, user = clean_url(url)
        credentials = Credentials(self.url, auth if auth is not None else user, headers)
        self._transport = Transport(
            self.url, credentials, timeout_s=timeout_s, verify=verify
        )
        self._resources: Resources | None = None
        self._finding = asyncio.Lock()
        self._processes: dict[str, Process] = {}
        self._jobs: weakref.WeakSet[AsyncJob] = weakref.WeakSet()
        self._give_back = weakref.finalize(self, _close_later, self._transport)
        self._give_back.atexit = False

    @property
    def credential_placeholders(self) -> dict[str, str]:
        """The headers that identify the user, with ``$TOKEN`` for every secret."""
        return self._transport.credentials.placeholders

    @property
    def is_verified(self) -> bool:
        """Whether the server's certificate is checked."""
        return self._transport.verifies

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
        return LandingPage.from_json(*await self._landing_document(self.url))

    async def _landing_document(self, base: str) -> tuple[object, str]:
        reply = await self.send(requests.get(base))
        if reply.status_code == 404:
            reply = await self.send(requests.get(f"{base}/"))
        if not reply.is_ok:
            is_refused = reply.status_code in (401, 403)
            raise problem_error(reply, advice="" if is_refused else _ADDRESS_ADVICE)
        document = reply.json_or_none()
        if not is_landing_page(document):
            raise unexpected_page(reply, "the landing page")
        return document, reply.url

    async def resources(self) -> Resources:
        """Find where the resources are; asked once.

        Raises:
            ProtocolError: The address does not belong to such a server.
            ServerError: It cannot be reached or refuses.
        """
        async with self._finding:
            if self._resources is None:
                self._resources = await self._find_resources()
            return self._resources

    async def _find_resources(self) -> Resources:
        try:
            document, url = await self._landing_document(self.url)
        except SignInError:
            raise
        except (ProblemError, ProtocolError):
            outer = outer_url(self.url)
            if outer:
                with contextlib.suppress(ProblemError, ProtocolError):
                    document, url = await self._landing_document(outer)
                    self.url = outer
                    return find_resources(outer, LandingPage.from_json(document, url))
            # Servers without a landing page of their own still have the paths.
            reply = await self.send(requests.get(join_path(self.url, "processes")))
            document = reply.json_or_none() if reply.is_ok else None
            if isinstance(document, Mapping) and "processes" in document:
                return find_resources(self.url, None)
            raise
        return find_resources(self.url, LandingPage.from_json(document, url))

    @on_loop
    async def conformance(self) -> Conformance:
        """Read which classes of the standard the server declares.

        Raises:
            ServerError: It could not be read.
        """
        url = (await self.resources()).conformance_url
        return Conformance.from_json(await self._json(url))

    @on_loop
    async def processes(self) -> list[ProcessSummary]:
        """List the processes, all pages of them.

        Raises:
            ServerError: The list could not be read.
        """
        url = (await self.resources()).processes_url
        found: dict[str, ProcessSummary] = {}
        async for document, page_url in self._pages(url, "processes"):
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
            history.note_answer(key, "unknown")
            raise
        except ServerError:
            history.note_answer(key, "refused")
            raise
        history.note_answer(
            key, "answered", job_id=submitted.job_id, url=submitted.job_url
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
        async for document, page_url in self._pages(first, "jobs"):
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

    @on_loop
    async def close(self) -> None:
        """Close the connections. Jobs on the server go on."""
        await self._transport.close()

    # What jobs, logs and downloads use.

    @property
    def timeout_s(self) -> float:
        """Seconds for one complete exchange."""
        return self._transport.timeout_s

    def rebase(self, href: str) -> str:
        """Bring a link of the server back to the address in use."""
        found = self._resources
        return found.rebase(href) if found else Rebase(self.url)(href)

    def known_process(self, process_id: str) -> Process | None:
        """Return a description that was read before; makes no request."""
        return self._processes.get(process_id)

    async def send(
        self,
        request: requests.Request,
        *,
        timeout_s: float | None = None,
        is_counted: bool = True,
    ) -> Reply:
        """Send a request and read the answer. Only in the loop thread.

        Raises:
            TransportError: No complete answer.
        """
        reply = await self._transport.send(
            request, timeout_s=timeout_s, is_counted=is_counted
        )
        return reply if reply.is_ok else self._redacted(reply)

    def _redacted(self, reply: Reply) -> Reply:
        """Blank out secrets that a server echoes when it refuses."""
        text = reply.body.decode("utf-8", errors="surrogateescape")
        body = self._transport.credentials.redact(text)
        return replace(reply, body=body.encode("utf-8", errors="surrogateescape"))

    def stream(self, request: requests.Request) -> AbstractAsyncContextManager[Stream]:
        """Send a request and read the answer piece by piece. Only in the loop thread.

        Raises:
            TransportError: No usable answer.
        """
        return self._transport.stream(request)

    async def reply_of(self, stream: Stream, method: str) -> Reply:
        """Read the rest of a streamed answer that is not one of success."""
        body = await stream.read(JSON_CAP)
        reply = Reply(stream.status_code, stream.headers, body, stream.url, method)
        return self._redacted(reply)

    async def _json(self, url: str) -> object:
        reply = await self.send(requests.get(url))
        if not reply.is_ok:
            raise problem_error(reply)
        return reply.json()

    async def _pages(self, url: str, what: str) -> AsyncIterator[tuple[Any, str]]:
        """Yield the pages of a list; ends when they repeat or lead elsewhere."""
        seen: set[str] = set()
        bodies: set[int] = set()
        for number in range(MOST_PAGES):
            seen.add(url)
            reply = await self.send(requests.get(url))
            if not reply.is_ok:
                raise problem_error(reply)
            document = reply.json()
            body = hash(reply.body)
            if body in bodies:
                warn_repeated(url, number)
                return
            bodies.add(body)
            yield document, reply.url
            _, following, _ = read_page(document, what, reply.url)
            url = self.rebase(following)
            if not following or not same_origin(url, self.url):
                return
            if url in seen:
                warn_repeated(url, number + 1)
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client is not pickled; make a new one there.")


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


def _close_later(transport: Transport) -> None:
    """Close the connections of a client that nobody has any more."""
    if transport.is_open:
        submit(transport.close)
