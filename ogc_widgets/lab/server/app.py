"""The ASGI application of the lab server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount

from ogc_widgets.lab.engines.adapters.by_name import engine_of
from ogc_widgets.lab.engines.programs import warm_up
from ogc_widgets.lab.scenes import scenes_folder
from ogc_widgets.lab.server.access.gate import Gate, metadata
from ogc_widgets.lab.server.access.guard import Guard
from ogc_widgets.lab.server.access.outside import Outside
from ogc_widgets.lab.server.jobs.execute_route import execute
from ogc_widgets.lab.server.jobs.files import below, send_file
from ogc_widgets.lab.server.jobs.job_routes import JOB_ROUTES
from ogc_widgets.lab.server.jobs.job_store import JobStore
from ogc_widgets.lab.server.jobs.keeping import Keeping
from ogc_widgets.lab.server.jobs.scheduler import Scheduler
from ogc_widgets.lab.server.problems import Crashes, Problem, on_problem
from ogc_widgets.lab.server.processes.process_routes import PROCESS_ROUTES, landing
from ogc_widgets.lab.server.processes.process_store import ProcessStore
from ogc_widgets.lab.server.requests import LabRequest, LabServer, resource
from ogc_widgets.lab.server.stac.stac_routes import STAC_ROUTES, stac_landing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ogc_widgets.lab.settings import Settings

_PACKAGES = Path(__file__).parent.parent
# (package, mutable): the course replaces and undeploys water-bodies.
_BUILTIN = (
    (_PACKAGES / "water_bodies" / "water-bodies.cwl", True),
    (_PACKAGES / "server" / "echo.cwl", False),
)


def build_app(settings: Settings) -> Starlette:
    """Return the application for one server."""

    @contextlib.asynccontextmanager
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

    execution = resource("/processes/{process_id}/execution", POST=execute)
    return Starlette(
        routes=[
            resource(settings.stac_path, GET=stac_landing),
            Mount(settings.stac_path, routes=STAC_ROUTES),
            resource(settings.api_path, GET=landing),
            Mount(settings.api_path, routes=[*PROCESS_ROUTES, execution, *JOB_ROUTES]),
            resource(settings.scenes_path + "/{path:path}", GET=_scene_file),
            resource("/", GET=_to_api),
            *(
                [resource(settings.metadata_path, GET=metadata)]
                if settings.oidc
                else []
            ),
        ],
        middleware=[
            Middleware(Guard, settings=settings),
            Middleware(Outside, settings=settings),
            Middleware(Gate, settings=settings),
            Middleware(Crashes),
        ],
        exception_handlers={Problem: on_problem, HTTPException: on_problem},
        lifespan=lifespan,
    )


async def _prepare_scenes(lab: LabServer) -> None:
    """Make the scenes; whoever waits for them hears of whatever goes wrong."""
    try:
        lab.scenes.set_result(await _made_scenes())
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
