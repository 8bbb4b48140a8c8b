"""What the app must know of a server before it can show anything."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ogc_widgets.client import AsyncClient, Client
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac.stac_documents import catalogue_link
from ogc_widgets.errors import InputError, ProblemError, ProtocolError, SignInError
from ogc_widgets.protocol import LandingPage

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ogc_widgets.client.auth.secret import Auth
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol import Capabilities, Process, ProcessSummary

T = TypeVar("T")

_NO_LANDING_PAGE = LandingPage(title="", description="", links=(), raw={})


@dataclass(frozen=True)
class Server:
    """A server as the app sees it.

    Attributes:
        title: The server's own name, or its host.
        capabilities: What it can do, as far as it says so.
        processes: Its processes, in its order.
        process: The description of the open one.
        process_url: Address of the open one.
        catalogue_url: Address of the STAC API that it offers, or "".
        processes_note: What there is to say of the list, such as that it may be cut.
        job: The job that the address was of, if it was of one.
    """

    title: str
    capabilities: Capabilities
    processes: tuple[ProcessSummary, ...]
    process: Process
    process_url: str
    catalogue_url: str = ""
    processes_note: str = ""
    job: AsyncJob | None = None

    async def opening(self, client: AsyncClient, process_id: str) -> Server:
        """Fetch another process of the server.

        Raises:
            ServerError: The server does not know it, or cannot be reached.
        """
        process = await client.process(process_id)
        url = await client.discovery.process_url(process_id)
        return replace(self, process=process, process_url=url)

    async def again(self, client: AsyncClient) -> Server:
        """Read the list of processes and the open description again.

        Where the open process is gone, the first one takes its place.

        Raises:
            ServerError: The server cannot be reached, or has no process any more.
        """
        processes = tuple(await client.processes())
        ids = [process.id for process in processes]
        process_id = self.process.id if self.process.id in ids else _first(ids, client)
        fresh = replace(
            self,
            processes=processes,
            processes_note=client.discovery.processes_note,
            capabilities=client.known_capabilities,
        )
        return await fresh.opening(client, process_id)


async def discover(client: AsyncClient, process_id: str | None) -> Server:
    """Ask a server for everything at once.

    Args:
        client: The client of the server.
        process_id: The process to open; if None, the one that the address was of, or
            that of the job that it was of, or the first one.

    Raises:
        ServerError: The server cannot be reached, has no process, or not this one.
    """
    # Whether this is such a server at all shows when its processes are asked for; some
    # have no conformance, and show what they can do.
    landing, processes, _ = await asyncio.gather(
        _unless_refused(client.landing_page(), _NO_LANDING_PAGE),
        client.processes(),
        _unless_refused(client.conformance(), None),
    )
    job: AsyncJob | None = None
    if process_id is None:
        if client.connection.named_job:
            job = await client.job(client.connection.named_job)
        named = job.process_id if job else client.connection.named_process
        process_id = named or _first([each.id for each in processes], client)
    catalogue = catalogue_link(landing.raw, client.url)
    return Server(
        title=landing.title or client.url.partition("://")[2].partition("/")[0],
        capabilities=client.known_capabilities,
        processes=tuple(processes),
        process=await client.process(process_id),
        process_url=await client.discovery.process_url(process_id),
        catalogue_url=client.connection.rebase(catalogue) if catalogue else "",
        processes_note=client.discovery.processes_note,
        job=job,
    )


def client_of(server: Any, auth: Auth) -> Client:  # noqa: ANN401 # whatever is given
    """The client of an address, or the one that was given.

    Raises:
        InputError: It has a way to sign in already, or is one to await.
    """
    if isinstance(server, AsyncClient):
        raise InputError(
            "An App takes an address or a client that waits, not an AsyncClient.",
            advice="For example: ogc.App(ogc.Client(url, auth=...))",
        )
    if not isinstance(server, Client):
        return Client(server, auth=auth)
    if auth is not None:
        raise InputError(
            "The client says already how to sign in.",
            advice="Pass auth= to the client, or the address with auth= to the App.",
        )
    return server


def first_look(client: Client, process_id: str | None) -> Server | None:
    """Wait for :func:`discover`; ``None`` if the user has to sign in first."""
    source = client.aio.signing_in.source
    if source is not None and run(source.needs_user):
        return None
    try:
        return run(discover, client.aio, process_id)
    except SignInError:
        return None


def _first(ids: list[str], client: AsyncClient) -> str:
    if not ids:
        raise ProtocolError(
            f"The server at {client.url} offers no process.",
            advice="Check the address: it should be the landing page of an OGC API "
            "- Processes server. Some servers show processes only after sign-in.",
        )
    return ids[0]


async def _unless_refused(work: Awaitable[T], otherwise: T) -> T:
    """What a server says, or something else where it says nothing that can be read."""
    try:
        return await work
    except (ProblemError, ProtocolError):
        return otherwise
