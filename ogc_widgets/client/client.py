"""The client with plain blocking calls, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from ogc_widgets.client.aclient import AsyncClient
from ogc_widgets.client.http.loop import has_ended, run
from ogc_widgets.client.jobs.job import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from ogc_widgets.client.auth.credentials import Auth
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.client.results.object_store import S3
    from ogc_widgets.protocol import (
        Capabilities,
        Conformance,
        LandingPage,
        Process,
        ProcessSummary,
    )
    from ogc_widgets.protocol.notices import Oddity
    from ogc_widgets.protocol.requests.packages import PackageCheck
    from ogc_widgets.protocol.requests.requests import Mode, Outputs, Response
    from ogc_widgets.protocol.server_report import ServerReport


class Client:
    """A client for one OGC API - Processes server.

    Every call waits for the server, can be made from any thread, and can be interrupted
    with Ctrl-C or the stop button. Making a client sends nothing.

    Args:
        url: Address of the landing page.
        auth: A bearer token, ``(user, password)``, a function that returns a token
            (asked again when the server refuses the last one), or one of the ways in
            :mod:`ogc_widgets.auth <ogc_widgets.client.auth>`.
        headers: Further headers, such as ``{"X-Api-Key": "..."}``. Like ``auth``, they
            are sent to this server only.
        params: Members of the query of every request, such as ``{"apikey": "..."}``;
            a query in ``url`` is taken in the same way. No message shows their values.
        timeout_s: Seconds for one complete exchange.
        verify: ``True``, the path of a CA file, an SSL context, or ``False`` to accept
            any certificate.

    Raises:
        InputError: The address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float = 30,
        verify: Verify = True,
    ) -> None:
        self._aio = AsyncClient(
            url,
            auth=auth,
            headers=headers,
            params=params,
            timeout_s=timeout_s,
            verify=verify,
        )

    @property
    def aio(self) -> AsyncClient:
        """The same client with awaitable verbs."""
        return self._aio

    @property
    def url(self) -> str:
        """The address in use, without a trailing slash."""
        return self._aio.url

    @property
    def s3(self) -> S3 | None:
        """Where objects at ``s3://`` addresses are and what opens them; settable."""
        return self._aio.s3

    @s3.setter
    def s3(self, value: S3 | None) -> None:
        self._aio.s3 = value

    @property
    def credential_placeholders(self) -> dict[str, str]:
        """The headers that identify the user, with ``$TOKEN`` for every secret."""
        return self._aio.credential_placeholders

    def sign_in(self, auth: Auth = None) -> None:
        """Use other credentials from now on; watched jobs look again at once.

        A sign-in with a code is done here and now: the code is shown, and the call
        waits until it has been typed on the page of the sign-in server.

        Args:
            auth: As for the class. Left out, the present way is gone once more: a
                function is asked again, a sign-in with a code begins anew.

        Raises:
            InputError: They cannot be used.
            SignInError: The user did not agree, or took too long.
            ServerError: The sign-in server cannot be reached.
        """
        run(self._aio.sign_in, auth)

    def landing_page(self) -> LandingPage:
        """Read the landing page.

        Raises:
            ProtocolError: The address does not belong to such a server.
            ServerError: It cannot be reached or refuses.
        """
        return run(self._aio.landing_page)

    def conformance(self) -> Conformance:
        """Read which classes of the standard the server declares.

        Raises:
            ServerError: It could not be read.
        """
        return run(self._aio.conformance)

    def capabilities(self) -> Capabilities:
        """Find out what the server can do, from all that it says and has shown.

        Documents that were read before are not read again, and one that cannot be
        read is left out.

        Raises:
            ServerError: The server cannot be reached.
        """
        return run(self._aio.capabilities)

    @property
    def known_capabilities(self) -> Capabilities:
        """What the server can do as far as is known; makes no request."""
        return self._aio.known_capabilities

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was off the standard so far, each once."""
        return self._aio.oddities

    def server_card(self) -> ServerReport:
        """Write down what the server is, can do and does differently, to pass on.

        Raises:
            ServerError: The server cannot be reached.
        """
        return run(self._aio.server_card)

    def processes(self) -> list[ProcessSummary]:
        """List the processes, all pages of them.

        Raises:
            ServerError: The list could not be read.
        """
        return run(self._aio.processes)

    def process(self, process_id: str) -> Process:
        """Read the description of a process.

        Raises:
            NoSuchProcessError: The server does not know it.
            ServerError: It could not be read.
        """
        return run(self._aio.process, process_id)

    def execute(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: Outputs | None = None,
        mode: Mode = "auto",
        response: Response | None = "auto",
        extra: Mapping[str, Any] | None = None,
    ) -> Job:
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
            SubmissionUnknownError: It left, but no answer came, or one of a server that
                broke (500, 502, 504, ...); a job may have started.
        """
        return Job(
            run(
                self._aio.execute,
                process_id,
                inputs,
                outputs=outputs,
                mode=mode,
                response=response,
                extra=extra,
            )
        )

    def create_job(
        self,
        process_id: str,
        inputs: Mapping[str, Any],
        *,
        outputs: Outputs | None = None,
    ) -> Job:
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
        return Job(run(self._aio.create_job, process_id, inputs, outputs=outputs))

    def jobs(
        self,
        limit: int = 50,
        *,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> list[Job]:
        """List jobs, the newest first.

        What the server does not filter is filtered here, so more may be read than is
        returned.

        Args:
            limit: How many to list at most.
            process_id: Only jobs of this process.
            status: Only jobs of this state, or of one of these: ``accepted``,
                ``running``, ``successful``, ``failed``, ``dismissed``.
            since: Only jobs created at this time or later, by the server's clock.
            text: Words that stand in the process, the id or the message.

        Raises:
            InputError: There is no such status.
            ServerError: The list could not be read.
        """
        found = run(
            self._aio.jobs,
            limit,
            process_id=process_id,
            status=status,
            since=since,
            text=text,
        )
        return [Job(job) for job in found]

    def iter_jobs(
        self,
        *,
        page_size: int = 20,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> Iterator[Job]:
        """Go through the jobs in the server's order; pages are read as needed.

        Args:
            page_size: How many jobs to ask for at once.
            process_id: As for :meth:`jobs`, like the others.
            status: Only jobs of this state, or of one of these.
            since: Only jobs created at this time or later.
            text: Words that stand in the process, the id or the message.

        Raises:
            InputError: There is no such status.
            ServerError: The list could not be read.
        """
        pages = self._aio.job_pages(
            page_size=page_size,
            process_id=process_id,
            status=status,
            since=since,
            text=text,
        )
        while page := run(pages.next):
            yield from map(Job, page)

    def job(self, job_id_or_url: str) -> Job:
        """Attach to a job, wherever it was started.

        Args:
            job_id_or_url: Its id, or its address on this server.

        Raises:
            NoSuchJobError: The server does not know it.
            ServerError: Its status could not be read.
        """
        return Job(run(self._aio.job, job_id_or_url))

    def deploy(
        self,
        package: str | bytes | Path | Mapping[str, Any],
        *,
        workflow: str | None = None,
    ) -> ProcessSummary:
        """Add an application package to the server as a process.

        A server that refuses the media type is offered the package in other forms. One
        that queues the deployment is waited for, up to five minutes.

        Args:
            package: Path, address, text or dict of a CWL file, or an ``ogcapppkg``.
            workflow: Which workflow of the package, by id.

        Raises:
            InputError: It is not an application package; nothing was sent.
            ProblemError: The server refused; 409 if the process is there already.
            ServerError: No usable answer.
        """
        return run(self._aio.deploy, package, workflow=workflow)

    def check_package(
        self,
        package: str | bytes | Path | Mapping[str, Any],
        *,
        workflow: str | None = None,
    ) -> PackageCheck:
        """Look at a package before it is deployed; nothing is sent to the server.

        Args:
            package: As for :meth:`deploy`.
            workflow: As for :meth:`deploy`.

        Returns:
            What it is, which inputs the process would have, and what is wrong with it.
        """
        return run(self._aio.check_package, package, workflow=workflow)

    def replace(
        self,
        process_id: str,
        package: str | bytes | Path | Mapping[str, Any],
        *,
        workflow: str | None = None,
    ) -> ProcessSummary:
        """Replace a deployed process.

        Args:
            process_id: Which process.
            package: As for :meth:`deploy`.
            workflow: As for :meth:`deploy`.

        Raises:
            InputError: It is not an application package; nothing was sent.
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; 403 if the process must not be changed.
            ServerError: No usable answer.
        """
        return run(self._aio.replace, process_id, package, workflow=workflow)

    def undeploy(self, process_id: str) -> None:
        """Remove a deployed process.

        Raises:
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; 403 if the process must not be changed.
            ServerError: No usable answer.
        """
        run(self._aio.undeploy, process_id)

    def close(self) -> None:
        """Close the connections. Jobs on the server go on."""
        if not has_ended():
            run(self._aio.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {self.url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client is not pickled; make a new one there.")
