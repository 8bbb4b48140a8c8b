"""Part 2: processes added to a server, replaced and removed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ogc_widgets.errors import (
    DeadlineError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    ServerError,
)
from ogc_widgets.protocol.answers.job_replies import job_id_of, read_status
from ogc_widgets.protocol.answers.replies import Reply, asks_to_sign_in, problem_error
from ogc_widgets.protocol.documents.processes import ProcessSummary
from ogc_widgets.protocol.links import absolute
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.packages import PackageCheck, deploy_request
from ogc_widgets.protocol.requests.requests import Request, delete, get
from ogc_widgets.protocol.text import MESSAGE_LIMIT, clean

if TYPE_CHECKING:
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.package_check import PackageLike
    from ogc_widgets.protocol.documents.processes import Process

# How long a deployment that the server has queued is waited for.
DEPLOY_S = 300.0
_QUEUED = 202
_UNSUPPORTED = 415
_NO_DEPLOYMENT = "This server does not let you deploy processes."
_DEPLOY_ADVICE = {
    403: "This process must not be changed, or you have to sign in first.",
    405: _NO_DEPLOYMENT,
    409: "The process is there already: client.replace(process_id, package).",
    415: "The server wants the package in another form; try the address of the file.",
    501: _NO_DEPLOYMENT,
}
_NOT_KNOWN = "It is not known whether anything was changed."
_LOOK_FIRST = "Look at client.processes() before you send it again."

Look = Callable[[], Awaitable[str]]


class Deployment:
    """The verbs that change which processes a server offers.

    Its coroutines run in the loop thread only.
    """

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._connection = discovery.connection

    async def deploy(
        self, package: PackageLike, *, workflow: str | None = None
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
        url = (await self._connection.resources()).processes_url
        listed_before = self._discovery.known_summaries
        known = None if listed_before is None else {one.id for one in listed_before}

        async def look() -> str:
            listed = {process.id for process in await self._discovery.processes()}
            if known is not None and listed - known:
                named = ", ".join(_name(one) for one in sorted(listed - known)[:5])
                return (
                    f"{named} is new on the server: it may have been deployed all the "
                    "same."
                )
            name = (await self.check_package(package, workflow=workflow)).workflow
            if not name:
                return _NOT_KNOWN if known is None else "No process is new there."
            if name in listed or await self._there(name) is not None:
                return (
                    f"There is a process {_name(name)} on the server; whether it is "
                    "this one is not known."
                )
            return f"There is no process {_name(name)} on the server so far."

        return await self._deployed("POST", url, package, workflow, look)

    async def replace(
        self, process_id: str, package: PackageLike, *, workflow: str | None = None
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
        url = await self._discovery.process_url(process_id)
        before = self._discovery.known_processes.pop(process_id, None)

        async def look() -> str:
            now = await self._there(process_id)
            if now is None:
                return f"There is no process {_name(process_id)} on the server now."
            if before is not None and before.raw != now.raw:
                return f"The description of {_name(process_id)} has changed since."
            return (
                f"There is a process {_name(process_id)}; whether it is the old one or "
                "the new one is not known."
            )

        return await self._deployed("PUT", url, package, workflow, look, process_id)

    async def undeploy(self, process_id: str) -> None:
        """Remove a deployed process.

        Raises:
            NoSuchProcessError: The server does not know the process.
            ProblemError: The server refused; 403 if the process must not be changed.
            ServerError: No usable answer.
        """
        url = await self._discovery.process_url(process_id)
        self._discovery.known_processes.pop(process_id, None)

        async def look() -> str:
            is_there = await self._there(process_id) is not None
            where = "still" if is_there else "no longer"
            return f"Process {_name(process_id)} is {where} on the server."

        reply = await self._ask(delete(url), look)
        if not reply.is_ok:
            raise _refused(reply)

    async def check_package(
        self, package: PackageLike, *, workflow: str | None = None
    ) -> PackageCheck:
        """Look at a package before it is deployed; nothing is sent to the server.

        Args:
            package: As for :meth:`deploy`.
            workflow: As for :meth:`deploy`.

        Returns:
            What it is, which inputs the process would have, and what is wrong with it.
        """
        from ogc_widgets.client.package_check import check_package  # loads much

        return await check_package(self._connection, package, workflow)

    async def _there(self, process_id: str) -> Process | None:
        """The description of a process as it is now; ``None`` if there is none."""
        with contextlib.suppress(NoSuchProcessError):
            return await self._discovery.process(process_id)
        return None

    async def _ask(self, request: Request, look: Look) -> Reply:
        """Ask for a change; look what is there where the answer does not say."""

        async def unknown(error: ServerError) -> ServerError:
            error.safe, error.advice = _NOT_KNOWN, _LOOK_FIRST
            with contextlib.suppress(ServerError), silent():
                error.safe = await look()
            return error

        return await self._connection.ask_once(request, unknown)

    async def _deployed(
        self,
        method: str,
        url: str,
        package: PackageLike,
        workflow: str | None,
        look: Look,
        process_id: str = "",
    ) -> ProcessSummary:
        """Send a package, in the first form that the server takes."""
        from ogc_widgets.client.package_check import load_package

        ready = await asyncio.to_thread(load_package, package)
        refused: Reply | None = None
        for form in (ready, *ready.other_forms):
            request = deploy_request(url, form, workflow=workflow, method=method)
            reply = await self._ask(request, look)
            if reply.status_code != _UNSUPPORTED:
                break
            refused = refused or reply
        else:
            reply = refused or reply
        if reply.is_ok or reply.status_code in (405, 501):
            self._connection.experienced("deploy", reply, works=reply.is_ok)
        if not reply.is_ok:
            raise _refused(reply)
        location = self._connection.rebase(
            absolute(reply.headers.get("location", ""), reply.url)
        )
        if reply.status_code == _QUEUED:
            return await self._when_it_is_there(reply, location, process_id)
        document = reply.json_or_none()
        if isinstance(document, Mapping):
            with contextlib.suppress(ProtocolError):
                return ProcessSummary.from_json(document, reply.url)
        return await self._discovery.process(process_id or _name_in(location, reply))

    async def _when_it_is_there(
        self, reply: Reply, location: str, process_id: str
    ) -> ProcessSummary:
        """Wait for a process that the server is going to deploy."""
        job_id = job_id_of(location)
        name = process_id or ("" if job_id else _name_in(location, reply))
        deadline = time.monotonic() + DEPLOY_S
        delay_s = 0.25
        while time.monotonic() < deadline:
            if job_id:
                status = read_status(await self._connection.send(get(location)))
                if status.status in ("failed", "dismissed"):
                    raise ProblemError(
                        f"The server could not deploy the package: "
                        f"{clean(status.message, limit=MESSAGE_LIMIT) or status.word}",
                        status_code=reply.status_code,
                        problem=status.raw,
                        safe="No process was changed.",
                    )
                if status.is_finished:
                    job_id = ""
                    name = name or status.process_id
            elif not name:
                break
            else:
                with contextlib.suppress(NoSuchProcessError):
                    return await self._discovery.process(name)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 1.5, 5.0)
        raise DeadlineError(
            "The server has taken the package, but the process is not there yet.",
            safe="The server goes on with it.",
            advice="Look again in a while: client.processes()",
        )


def _name(process_id: str) -> str:
    return clean(process_id, limit=80)


def _refused(reply: Reply) -> ProblemError:
    advice = _DEPLOY_ADVICE.get(reply.status_code, "")
    if reply.status_code == 403 and not asks_to_sign_in(reply):
        is_own = reply.problem.kind == "immutableprocess"
        advice = "This process must not be changed." if is_own else ""
    return problem_error(
        reply,
        missing=NoSuchProcessError,
        safe="No process was changed.",
        advice=advice,
    )


def _name_in(location: str, reply: Reply) -> str:
    name = unquote(location.rstrip("/").rpartition("/")[2])
    if not name:
        raise ProtocolError(
            f"The answer to {reply.where} does not name the process.",
            advice="client.processes() lists what there is.",
        )
    return name
