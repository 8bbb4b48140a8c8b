"""What a server is and what it offers: landing page, conformance, processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.client.http.pages import Pages
from ogc_widgets.client.http.pools import user_agent
from ogc_widgets.errors import (
    InputError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    ServerError,
    SignInError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.documents.processes import (
    Process,
    ProcessSummary,
    processes_on,
)
from ogc_widgets.protocol.documents.server import Capabilities, Conformance, LandingPage
from ogc_widgets.protocol.links import (
    absolute,
    find_link,
    join_path,
    same_origin,
    with_query,
)
from ogc_widgets.protocol.notices import notice, silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.documents.paging import Page
    from ogc_widgets.protocol.server_report import ServerReport


# The largest page of the standard's own example (OGC 18-062r2, 7.9) is 10,000, but
# some servers refuse more than 1,000.
MOST_LISTED = 1_000
# About what an entry of the list takes.
_ENTRY_BYTES = 1_000


class Discovery:
    """The verbs that only read, and what they have read.

    Its coroutines run in the loop thread only.

    Attributes:
        connection: The same.
        known_conformance: What the server declares, once read.
        known_summaries: The processes, once listed.
        known_processes: The descriptions that were read, by id.
        processes_note: What there is to say about the list of processes, once read.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.known_conformance: Conformance | None = None
        self.known_summaries: tuple[ProcessSummary, ...] | None = None
        self.known_processes: dict[str, Process] = {}
        self.processes_note = ""

    async def landing_page(self) -> LandingPage:
        """Read the landing page.

        Raises:
            ProtocolError: The address does not belong to such a server.
            ServerError: It cannot be reached or refuses.
        """
        if self.connection.known_resources is None:
            page = (await self.connection.resources()).landing
            if page is not None:
                return page
        return await self.connection.landing_page(self.connection.url)

    async def conformance(self) -> Conformance:
        """Read which classes of the standard the server declares.

        Raises:
            ServerError: It could not be read.
        """
        url = (await self.connection.resources()).conformance_url
        document = await self.connection.json_of(url)
        self.known_conformance = Conformance.from_json(document)
        return self.known_conformance

    async def declared(self) -> Conformance:
        """What the server declares, asked once; empty where it does not answer."""
        if self.known_conformance is None:
            with silent(), contextlib.suppress(ServerError):
                await self.conformance()
        # It decides too little to ask again, or to wait for once more.
        self.known_conformance = self.known_conformance or Conformance(())
        return self.known_conformance

    async def capabilities(self) -> Capabilities:
        """Find out what the server can do, from all that it says and has shown.

        Documents that were read before are not read again, and one that cannot be
        read is left out.

        Raises:
            ServerError: The server cannot be reached.
        """
        await self.connection.resources()
        unread: list[Coroutine[Any, Any, object]] = []
        if self.known_conformance is None:
            unread.append(self.conformance())
        if self.known_summaries is None:
            unread.append(self.processes())
        for answer in await asyncio.gather(*unread, return_exceptions=True):
            is_soft = isinstance(answer, (ProblemError, ProtocolError))
            if isinstance(answer, BaseException) and not is_soft:
                raise answer
        self.known_conformance = self.known_conformance or Conformance(())
        return self.known_capabilities

    @property
    def known_capabilities(self) -> Capabilities:
        """What the server can do as far as is known; makes no request."""
        return Capabilities.of(
            self.known_conformance,
            self._landing,
            self.known_summaries or (),
            self.connection.experience,
        )

    @property
    def ends_with_kernel(self) -> bool:
        """Whether the server is known to end with this process; makes no request."""
        landing = self._landing
        return landing is not None and landing.ends_with_process == os.getpid()

    @property
    def _landing(self) -> LandingPage | None:
        found = self.connection.known_resources
        return found.landing if found else None

    async def server_card(self) -> ServerReport:
        """Write down what the server is, can do and does differently, to pass on.

        Raises:
            ServerError: The server cannot be reached.
        """
        from ogc_widgets.protocol.server_report import report  # loads much

        return report(
            self.connection.url,
            await self.capabilities(),
            landing=self._landing,
            conformance=self.known_conformance,
            processes=self.known_summaries,
            descriptions=tuple(self.known_processes.values()),
            headers=self.connection.headers,
            oddities=self.connection.oddities,
            made_by=user_agent(),
        )

    async def processes(self) -> list[ProcessSummary]:
        """List the processes, all pages of them.

        Raises:
            ServerError: The list could not be read.
        """
        url = (await self.connection.resources()).processes_url
        pages, read = await self._first_processes(url)
        found: dict[str, ProcessSummary] = {}
        while read is not None:
            size = len(read.entries) * _ENTRY_BYTES
            listed = await off_loop(size, read.read, processes_on)
            new = {p.id: p for p in listed if p.id not in found}
            if found and not new:
                pages.repeats(read.url)
                break
            found |= new
            read = await pages.next()
        self.known_summaries = tuple(found.values())
        self.processes_note = ""
        if pages.is_cut:
            of = f" of {pages.total}" if (pages.total or 0) > len(found) else ""
            self.processes_note = (
                f"The server lists {len(found)}{of} processes; there may be more."
            )
            notice(self.processes_note)
        return list(found.values())

    async def _first_processes(self, url: str) -> tuple[Pages, Page | None]:
        """Read the first page, as large as the server lets it be.

        Some give ten and say nothing of the others unless they are asked for more;
        some refuse to be asked.
        """
        large = with_query(url, {"limit": MOST_LISTED})
        pages = Pages(self.connection, large, "processes", limit=MOST_LISTED)
        try:
            return pages, await pages.next()
        except SignInError:
            raise
        except ProblemError:
            pages = Pages(self.connection, url, "processes")
            return pages, await pages.next()

    async def process(self, process_id: str) -> Process:
        """Read the description of a process.

        Raises:
            NoSuchProcessError: The server does not know it.
            ServerError: It could not be read.
        """
        url = await self.process_url(process_id)
        reply = await self.connection.send(requests.get(url))
        linked = self._linked_description(process_id)
        if reply.status_code in (404, 405) and linked not in ("", url):
            reply = await self.connection.send(requests.get(linked))
        if not reply.is_ok:
            is_missing = reply.status_code == 404
            advice = "client.processes() lists what there is." if is_missing else ""
            raise problem_error(reply, missing=NoSuchProcessError, advice=advice)
        self.known_processes[process_id] = found = await off_loop(
            len(reply.body),
            self.connection.read,
            reply,
            f"process {url}",
            lambda: Process.from_json(reply.json(), url),
        )
        return found

    def _linked_description(self, process_id: str) -> str:
        """Where the list says that a description is, for servers with other paths."""
        for summary in self.known_summaries or ():
            if summary.id == process_id:
                link = find_link(summary.links, "self", "process", "describe")
                given = reading.text(summary.raw.get("processDescriptionURL"))
                url = self.connection.rebase(
                    link.href if link else absolute(given, self.connection.url)
                )
                return url if same_origin(url, self.connection.url) else ""
        return ""

    async def process_url(self, process_id: str) -> str:
        """Return the address of a process."""
        need_process_id(process_id)
        return join_path((await self.connection.resources()).processes_url, process_id)


def need_process_id(process_id: object) -> None:
    """Refuse what is no id, such as a process.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(process_id, str) or not process_id:
        own = getattr(process_id, "id", "")
        advice = f"Pass its id: {clean(own, limit=80)!r}" if own else ""
        what = "The id of a process is a text that is not empty."
        raise InputError(what, safe="Nothing was sent.", advice=advice)
