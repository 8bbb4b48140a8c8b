"""Start the HTTP server on a socket and run it until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING

import uvicorn

from ogc_widgets.errors import InputError
from ogc_widgets.lab.network import refuse_link_local
from ogc_widgets.lab.server.app import build_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

    from ogc_widgets.lab.server.requests import LabServer
    from ogc_widgets.lab.settings import Settings

    OnReady = Callable[[LabServer, uvicorn.Server], None]

_SHUTDOWN_S = 2


def serve(settings: Settings, on_ready: OnReady) -> None:
    """Serve until a signal, or until ``should_exit`` is set on the server.

    ``on_ready`` is called in the loop when requests are answered; its settings have the
    port that was taken.

    Raises:
        InputError: Another server has the folder, or the address cannot be used.
    """
    with _only_server_of(settings.data), _listen(settings) as listener:
        refuse_link_local()
        port = listener.getsockname()[1]
        server = _Server(build_app(replace(settings, port=port)), on_ready)
        asyncio.run(server.serve(sockets=[listener]))


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, on_ready: OnReady) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="on",
                server_header=False,
                timeout_graceful_shutdown=_SHUTDOWN_S,
            )
        )
        self._state = app.state
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready(self._state.lab, self)


@contextmanager
def _only_server_of(folder: Path) -> Iterator[None]:
    """Keep a second server out of a data folder, which is created when absent."""
    # Inputs and results are nobody else's business on a shared machine.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lab.lock").open("a+", encoding="utf-8") as file:
        if not _try_lock(file):
            file.seek(0)
            owner = file.read().strip()
            raise InputError(
                f"Another lab server uses the folder {folder}"
                + (f" (process {owner})." if owner else "."),
                safe="That server and its jobs were not touched.",
                advice="Stop it, or give this one a folder of its own with --data.",
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns off Nagle's delay only where the protocol is named; with it, every
    # answer on a kept connection would take 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise InputError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.",
            advice="Choose another port with --port, or 0 for any free one.",
        ) from None
    return listener
