"""The lab server: its ASGI application, and the socket that it answers on."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.by_name import engine_of
from ogc_widgets.lab.engines.programs import warm_up
from ogc_widgets.lab.network import refuse_link_local
from ogc_widgets.lab.scenes import scenes_folder
from ogc_widgets.lab.scenes.scenes import known_scenes
from ogc_widgets.lab.server.access import Access
from ogc_widgets.lab.server.jobs.files import below, send_file
from ogc_widgets.lab.server.jobs.job_routes import JOB_ROUTES
from ogc_widgets.lab.server.jobs.job_store import JobStore
from ogc_widgets.lab.server.jobs.keeping import Keeping
from ogc_widgets.lab.server.jobs.scheduler import Scheduler
from ogc_widgets.lab.server.problems import Crashes, Problem, on_problem
from ogc_widgets.lab.server.process_routes import PROCESS_ROUTES, landing, sign_in
from ogc_widgets.lab.server.process_store import ProcessStore
from ogc_widgets.lab.server.requests import LabRequest, LabServer, resource
from ogc_widgets.lab.server.stac_routes import STAC_ROUTES, stac_landing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ogc_widgets.lab.settings import Settings

    OnReady = Callable[[LabServer, uvicorn.Server], None]

_PACKAGES = Path(__file__).parent.parent
# (package, mutable): the course replaces and undeploys water-bodies.
_BUILTIN = (
    (_PACKAGES / "water_bodies" / "water-bodies.cwl", True),
    (_PACKAGES / "server" / "echo.cwl", False),
)


def build_app(settings: Settings) -> Starlette:
    """Return the application for one server."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        jobs = JobStore(settings.data / "jobs.sqlite")
        engine = engine_of(settings.runner, settings.engine, settings.engine_options)
        scheduler = Scheduler(settings, jobs, engine)
        lab = LabServer(
            settings,
            ProcessStore(settings.data / "processes"),
            jobs,
            scheduler,
            Keeping(settings, jobs, scheduler),
        )
        app.state.lab = lab
        async with asyncio.TaskGroup() as builtin:
            for package, mutable in _BUILTIN:
                builtin.create_task(
                    lab.processes.install_builtin(package, mutable=mutable)
                )
        scenes = asyncio.create_task(_prepare_scenes(lab))
        await lab.scheduler.start()
        keeping = asyncio.create_task(lab.keeping.run())
        # Last, so that it does not compete with the start of the server itself.
        await warm_up()
        try:
            yield
        finally:
            await lab.scheduler.stop()
            for work in (scenes, keeping):
                work.cancel()
            await asyncio.gather(scenes, keeping, return_exceptions=True)
            jobs.close()

    where_to_sign_in = [resource(settings.metadata_path, GET=sign_in)]
    return Starlette(
        routes=[
            resource(settings.stac_path, GET=stac_landing),
            Mount(settings.stac_path, routes=STAC_ROUTES),
            resource(settings.api_path, GET=landing),
            Mount(settings.api_path, routes=[*PROCESS_ROUTES, *JOB_ROUTES]),
            resource(settings.scenes_path + "/{path:path}", GET=_scene_file),
            resource("/", GET=_to_api),
            *(where_to_sign_in if settings.oidc else ()),
        ],
        middleware=[Middleware(Access, settings=settings), Middleware(Crashes)],
        exception_handlers={Problem: on_problem, HTTPException: on_problem},
        lifespan=lifespan,
    )


async def _prepare_scenes(lab: LabServer) -> None:
    """Make the scenes; whoever waits for them hears of whatever goes wrong."""
    try:
        known = await asyncio.to_thread(known_scenes)
        lab.scenes.set_result(known or await _made_scenes())
    except Exception as error:  # noqa: BLE001 # told by lab.scenes
        reason = str(error) or type(error).__name__
        lab.scenes.set_exception(RuntimeError(reason))


async def _made_scenes() -> list[Path]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ogc_widgets.lab.scenes.scenes",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        stdout, stderr = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode == 0:
        return [Path(path) for path in json.loads(stdout)]
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    raise RuntimeError(lines[-1] if lines else "no reason was given")


async def _scene_file(request: LabRequest) -> Response:
    relative = request.path_params["path"]
    items = await request.scene_items()
    folder = scenes_folder()
    if not relative:
        names = [path.relative_to(folder).as_posix() for path in items]
        return JSONResponse({"items": [f"{request.scenes}/{name}" for name in names]})
    path = await asyncio.to_thread(below, folder, relative)
    return await asyncio.to_thread(send_file, request, path, relative)


async def _to_api(request: LabRequest) -> Response:
    return RedirectResponse(request.api + "/")


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
    try:
        # Inputs and results are nobody else's business on a shared machine.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lab.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be used: {error.strerror}.",
            advice="Give another one with --data, which can be written.",
        ) from error
    with lock as file:
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
