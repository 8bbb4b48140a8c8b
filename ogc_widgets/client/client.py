"""The clients: every verb of the standard, to wait for or to await."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from ogc_widgets.client.auth.sign_in import SigningIn
from ogc_widgets.client.batches.batches import Batches, listed_inputs
from ogc_widgets.client.deployment import Deployment
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.client.execution import Execution
from ogc_widgets.client.facade import awaitable, blocking, described_by, takes
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.http.loop import has_ended, run
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.client.jobs.job_list import JobPages, Jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.results.files.object_store import S3
    from ogc_widgets.protocol import Capabilities
    from ogc_widgets.protocol.notices import Oddity


class _AnyClient:
    """What both clients know without a request."""

    connection: Connection
    discovery: Discovery

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
        return self.connection.credentials.placeholders

    @property
    def param_names(self) -> tuple[str, ...]:
        """Names of the query members that go along with every request."""
        return self.connection.credentials.param_names

    @property
    def known_capabilities(self) -> Capabilities:
        """What the server can do as far as is known; makes no request."""
        return self.discovery.known_capabilities

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was off the standard so far, each once."""
        return self.connection.oddities

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client is not pickled; make a new one there.")


class AsyncClient(_AnyClient):
    """A client for one OGC API - Processes server, with awaitable verbs.

    The verbs can be awaited in any asyncio loop; the requests themselves are made in
    the package's own thread, so a busy loop does not hold them up. The arguments are
    those of :class:`Client`.

    Attributes:
        connection: The way to the server.
        signing_in: What knows who the user is.
        discovery: What is known of the server.
        job_list: What finds jobs, and knows those that somebody has.
        batches: What runs a process many times.
    """

    @takes(Connection.__init__)
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # see takes
        self.connection = Connection(*args, **kwargs)
        self.signing_in = SigningIn(self.connection)
        self.discovery = Discovery(self.connection)
        self.job_list = Jobs(self.discovery, self.signing_in)
        self._execution = Execution(self.job_list)
        self.batches = Batches(self._execution, self.job_list)
        self._deployment = Deployment(self.discovery)

    sign_in = awaitable("signing_in", SigningIn.sign_in)
    landing_page = awaitable("discovery", Discovery.landing_page)
    conformance = awaitable("discovery", Discovery.conformance)
    capabilities = awaitable("discovery", Discovery.capabilities)
    server_card = awaitable("discovery", Discovery.server_card)
    processes = awaitable("discovery", Discovery.processes)
    process = awaitable("discovery", Discovery.process)
    execute = awaitable("_execution", Execution.execute)
    execute_many = awaitable("batches", Batches.execute_many)
    create_job = awaitable("_execution", Execution.create_job)
    jobs = awaitable("job_list", Jobs.jobs)

    @takes(Jobs.job_pages)
    def job_pages(self, **wanted: Any) -> JobPages:  # noqa: ANN401, D102 # see takes
        return self.job_list.job_pages(**wanted)

    @takes(Jobs.job_pages)
    async def iter_jobs(self, **wanted: Any) -> AsyncIterator[AsyncJob]:  # noqa: ANN401 # see takes
        """Go through the jobs in the server's order; pages are read as needed.

        The arguments are those of :meth:`jobs`; ``page_size`` is how many to ask for at
        once.

        Raises:
            InputError: There is no such status.
            ServerError: The list could not be read.
        """
        pages = self.job_pages(**wanted)
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

    async def __aexit__(self, *error: object) -> None:
        await self.close()


def _blocking_jobs(jobs: list[AsyncJob]) -> list[Job]:
    return [Job(job) for job in jobs]


def _blocking_batch(batch: AsyncBatch) -> Batch:
    from ogc_widgets.client.batches.batch import Batch  # loads much

    return Batch(batch)


class Client(_AnyClient):
    """A client for one OGC API - Processes server.

    Every call waits for the server, can be made from any thread, and can be interrupted
    with Ctrl-C or the stop button. Making a client sends nothing.

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
        aio: The same client with awaitable verbs.

    Raises:
        InputError: The address or the credentials cannot be used.
    """

    @takes(AsyncClient.__init__)
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # see takes
        self.aio = AsyncClient(*args, **kwargs)
        self.connection = self.aio.connection
        self.discovery = self.aio.discovery

    sign_in = blocking(AsyncClient.sign_in)
    landing_page = blocking(AsyncClient.landing_page)
    conformance = blocking(AsyncClient.conformance)
    capabilities = blocking(AsyncClient.capabilities)
    server_card = blocking(AsyncClient.server_card)
    processes = blocking(AsyncClient.processes)
    process = blocking(AsyncClient.process)
    execute = blocking(AsyncClient.execute, Job)
    _execute_many = blocking(AsyncClient.execute_many, _blocking_batch)
    create_job = blocking(AsyncClient.create_job, Job)
    jobs = blocking(AsyncClient.jobs, _blocking_jobs)

    @takes(AsyncClient.execute_many)
    def execute_many(self, process_id: str, inputs_list: Any, **options: Any) -> Batch:  # noqa: ANN401, D102 # see takes
        # Here, since what makes the inputs one by one may itself wait for calls.
        return self._execute_many(process_id, listed_inputs(inputs_list), **options)

    @takes(AsyncClient.iter_jobs)
    def iter_jobs(self, **wanted: Any) -> Iterator[Job]:  # noqa: ANN401, D102 # see takes
        pages = self.aio.job_pages(**wanted)
        while page := run(pages.next):
            yield from map(Job, page)

    job = blocking(AsyncClient.job, Job)
    deploy = blocking(AsyncClient.deploy)
    check_package = blocking(AsyncClient.check_package)
    replace = blocking(AsyncClient.replace)
    undeploy = blocking(AsyncClient.undeploy)

    @described_by(AsyncClient.close)
    def close(self) -> None:  # noqa: D102 # it has one
        if not has_ended():
            run(self.aio.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
