"""Start the HTTP server on a socket and run it until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import uvicorn

from ogc_widgets.errors import InputError
from ogc_widgets.lab.link_local import refuse_link_local
from ogc_widgets.lab.server.app import build_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ogc_widgets.lab.server.settings import Settings

_SHUTDOWN_S = 2


class FolderLock:
    """Keeps a second server out of a data folder.

    Args:
        settings: Options of the server; the folder is created when absent.

    Raises:
        InputError: Another server has the folder.
    """

    def __init__(self, settings: Settings) -> None:
        # Inputs and results are nobody else's business on a shared machine.
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file: IO[str] = (settings.data / "lab.lock").open("a+", encoding="utf-8")
        if not _try_lock(self._file):
            self._file.seek(0)
            owner = self._file.read().strip()
            self._file.close()
            raise InputError(
                f"Another lab server uses the folder {settings.data}"
                + (f" (process {owner})." if owner else "."),
                safe="That server and its jobs were not touched.",
                advice="Stop it, or give this one a folder of its own with --data.",
            )
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


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


def listen(settings: Settings) -> socket.socket:
    """Return a listening socket.

    Raises:
        InputError: The address cannot be used.
    """
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


def url_of(settings: Settings) -> str:
    """Return the address of the landing page."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}{settings.api_path}"


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[uvicorn.Server], None]
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready(self)


def serve(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[Settings, Any, uvicorn.Server], None],
) -> None:
    """Serve until a signal, or until ``should_exit`` is set on the server.

    Args:
        settings: Options; the port is replaced by the socket's.
        listener: What :func:`listen` returned.
        on_ready: Called in the loop when requests are answered, with the settings,
            the :class:`~ogc_widgets.lab.server.context.Lab` and the server.
    """
    refuse_link_local()
    settings = replace(settings, port=listener.getsockname()[1])
    app = build_app(settings)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    server = _Server(config, lambda server: on_ready(settings, app.state.lab, server))
    with listener:
        asyncio.run(server.serve(sockets=[listener]))
