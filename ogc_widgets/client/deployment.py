"""Part 2: processes added to a server, replaced and removed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ogc_widgets.api import requests
from ogc_widgets.api.links import absolute
from ogc_widgets.api.processes import ProcessSummary
from ogc_widgets.api.replies import problem_error
from ogc_widgets.client.connection import ACCEPT_S
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.client.loop import on_loop
from ogc_widgets.errors import InputError, NoSuchProcessError, ProtocolError

_DEPLOY_ADVICE = {
    403: "This process must not be changed, or you have to sign in first.",
    405: "This server does not let you deploy processes.",
    409: "The process is there already: client.replace(process_id, package).",
    415: "The server wants the package in another form; try the address of the file.",
    501: "This server does not let you deploy processes.",
}


class Deployment(Discovery):
    """The verbs that change which processes a server offers.

    The arguments are those of :class:`~ogc_widgets.client.connection.Connection`.
    """

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
        self.forget_process(process_id)
        return await self._deployed(
            requests.replace_request(url, ready), process_id=process_id
        )

    async def _deployed(
        self, request: requests.Request, *, process_id: str = ""
    ) -> ProcessSummary:
        reply = await self.send(request, timeout_s=max(ACCEPT_S, self.timeout_s))
        if reply.is_ok or reply.status_code in (405, 501):
            self.experienced("deploy", reply, works=reply.is_ok)
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
        self.forget_process(process_id)


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
