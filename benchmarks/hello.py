"""A bare server of Starlette and uvicorn that says hello; run as a program.

It prints its address when it answers, and serves until its input is closed.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def main() -> None:
    """Serve."""
    with socket.create_server(("127.0.0.1", 0)) as bound:

        @asynccontextmanager
        async def ready(_app: Starlette) -> AsyncIterator[None]:
            print(f"http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
            yield

        app = Starlette(routes=[Route("/", _hello)], lifespan=ready)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))

        def leash() -> None:
            sys.stdin.read()
            server.should_exit = True

        threading.Thread(target=leash, daemon=True).start()
        server.run(sockets=[bound])


if __name__ == "__main__":
    main()
