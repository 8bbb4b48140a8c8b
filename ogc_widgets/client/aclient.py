"""The client: every verb of the standard, awaitable from any loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

from ogc_widgets.client.auth.sign_in import SigningIn
from ogc_widgets.client.deployment import Deployment
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.client.execution import Execution
from ogc_widgets.client.facade import awaitable, described_by
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.jobs.job_list import Jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from datetime import datetime
    from types import TracebackType

    from ogc_widgets.client.auth.credentials import Auth
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.job_pages import JobPages
    from ogc_widgets.client.results.object_store import S3
    from ogc_widgets.protocol import Capabilities
    from ogc_widgets.protocol.notices import Oddity


class AsyncClient:
    """A client for one OGC API - Processes server, with awaitable verbs.

    The verbs can be awaited in any asyncio loop; the requests themselves are made in
    the package's own thread, so a busy loop does not hold them up.

    Args:
        url: Address of the landing page.
        auth: A bearer token, ``(user, password)``, a function that returns a token
            (asked again when the server refuses the last one), one of the ways in
            :mod:`ogc_widgets.auth <ogc_widgets.client.auth>`, or any ``httpx.Auth``.
        headers: Further headers, such as ``{"X-Api-Key": "..."}``. Like ``auth``, they
            are sent to this server only.
        params: Members of the query of every request, such as ``{"apikey": "..."}``;
            a query in ``url`` is taken in the same way. No message shows their values.
        timeout_s: Seconds for one complete exchange.
        verify: ``True``, the path of a CA file, an SSL context, or ``False`` to accept
            any certificate.

    Attributes:
        connection: The way to the server.
        signing_in: What knows who the user is.
        discovery: What is known of the server.
        job_list: What finds jobs, and knows those that somebody has.

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
        self.connection = Connection(
            url,
            auth=auth,
            headers=headers,
            params=params,
            timeout_s=timeout_s,
            verify=verify,
        )
        self.signing_in = SigningIn(self.connection)
        self.discovery = Discovery(self.connection)
        self.job_list = Jobs(self.discovery, self.signing_in)
        self._execution = Execution(self.job_list)
        self._deployment = Deployment(self.discovery)

    @property
    def url(self) -> str:
        """The address in use, without a trailing slash."""
        return self.connection.url

    @property
    def s3(self) -> S3 | None:
        """Where objects at ``s3://`` addresses are and what opens them; settable."""
        return self.connection.s3

    @s3.setter
    def s3(self, value: S3 | None) -> None:
        self.connection.s3 = value

    @property
    def credential_placeholders(self) -> dict[str, str]:
        """The headers that identify the user, with ``$TOKEN`` for every secret."""
        return self.connection.credential_placeholders

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that go along with every request."""
        return self.connection.param_names

    sign_in = awaitable("signing_in", SigningIn.sign_in)
    landing_page = awaitable("discovery", Discovery.landing_page)
    conformance = awaitable("discovery", Discovery.conformance)
    capabilities = awaitable("discovery", Discovery.capabilities)

    @property
    def known_capabilities(self) -> Capabilities:
        """What the server can do as far as is known; makes no request."""
        return self.discovery.known_capabilities

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was off the standard so far, each once."""
        return self.connection.oddities

    server_card = awaitable("discovery", Discovery.server_card)
    processes = awaitable("discovery", Discovery.processes)
    process = awaitable("discovery", Discovery.process)
    execute = awaitable("_execution", Execution.execute)
    create_job = awaitable("_execution", Execution.create_job)
    jobs = awaitable("job_list", Jobs.jobs)

    @described_by(Jobs.job_pages)
    def job_pages(  # noqa: D102 # it has one
        self,
        *,
        page_size: int = 20,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> JobPages:
        return self.job_list.job_pages(
            page_size=page_size,
            process_id=process_id,
            status=status,
            since=since,
            text=text,
        )

    async def iter_jobs(
        self,
        *,
        page_size: int = 20,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> AsyncIterator[AsyncJob]:
        """Go through the jobs in the server's order; pages are read as needed.

        The arguments are those of :meth:`job_pages`.

        Raises:
            InputError: There is no such status.
            ServerError: The list could not be read.
        """
        pages = self.job_pages(
            page_size=page_size,
            process_id=process_id,
            status=status,
            since=since,
            text=text,
        )
        while page := await pages.next():
            for job in page:
                yield job

    job = awaitable("job_list", Jobs.job)
    deploy = awaitable("_deployment", Deployment.deploy)
    check_package = awaitable("_deployment", Deployment.check_package)
    replace = awaitable("_deployment", Deployment.replace)
    undeploy = awaitable("_deployment", Deployment.undeploy)
    close = awaitable("connection", Connection.close)

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
        return f"<AsyncClient {self.url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client is not pickled; make a new one there.")
