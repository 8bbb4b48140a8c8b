"""The client with plain blocking calls, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

from ogc_widgets.client.aclient import AsyncClient
from ogc_widgets.client.facade import blocking, described_by
from ogc_widgets.client.http.loop import has_ended, run
from ogc_widgets.client.jobs.job import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType

    from ogc_widgets.client.auth.credentials import Auth
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.results.object_store import S3
    from ogc_widgets.protocol import Capabilities
    from ogc_widgets.protocol.notices import Oddity


def _blocking_jobs(jobs: list[AsyncJob]) -> list[Job]:
    return [Job(job) for job in jobs]


class Client:
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

    sign_in = blocking(AsyncClient.sign_in)
    landing_page = blocking(AsyncClient.landing_page)
    conformance = blocking(AsyncClient.conformance)
    capabilities = blocking(AsyncClient.capabilities)

    @property
    def known_capabilities(self) -> Capabilities:
        """What the server can do as far as is known; makes no request."""
        return self._aio.known_capabilities

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was off the standard so far, each once."""
        return self._aio.oddities

    server_card = blocking(AsyncClient.server_card)
    processes = blocking(AsyncClient.processes)
    process = blocking(AsyncClient.process)
    execute = blocking(AsyncClient.execute, Job)
    create_job = blocking(AsyncClient.create_job, Job)
    jobs = blocking(AsyncClient.jobs, _blocking_jobs)

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

    job = blocking(AsyncClient.job, Job)
    deploy = blocking(AsyncClient.deploy)
    check_package = blocking(AsyncClient.check_package)
    replace = blocking(AsyncClient.replace)
    undeploy = blocking(AsyncClient.undeploy)

    @described_by(AsyncClient.close)
    def close(self) -> None:  # noqa: D102 # it has one
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
