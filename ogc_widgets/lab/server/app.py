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
from starlette.routing import Mount, Route

from ogc_widgets.lab.engines.launcher import Launcher
from ogc_widgets.lab.scenes import scenes_folder
from ogc_widgets.lab.server.access.gate import Gate, metadata
from ogc_widgets.lab.server.access.guard import Guard
from ogc_widgets.lab.server.context import Lab, lab_of, resource, scenes_of
from ogc_widgets.lab.server.jobs.files import below, send_file
from ogc_widgets.lab.server.jobs.job_store import JobStore
from ogc_widgets.lab.server.jobs.scheduler import Scheduler
from ogc_widgets.lab.server.problems import Crashes, Problem, on_problem
from ogc_widgets.lab.server.processes.deployed import ProcessStore
from ogc_widgets.lab.server.routes import (
    execute_routes,
    job_routes,
    process_routes,
    stac_routes,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from ogc_widgets.lab.server.settings import Settings

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
        launcher = Launcher()
        lab = Lab(
            settings,
            ProcessStore(settings.data / "processes", launcher),
            jobs,
            Scheduler(settings, jobs, launcher),
        )
        app.state.lab = lab
        async with asyncio.TaskGroup() as builtin:
            for package, mutable in _BUILTIN:
                builtin.create_task(
                    lab.processes.install_builtin(package, mutable=mutable)
                )
        scenes = asyncio.create_task(_prepare_scenes(lab))
        await lab.scheduler.start()
        # Last, so that it does not compete with the start of the server itself.
        await launcher.start()
        try:
            yield
        finally:
            await lab.scheduler.stop()
            await launcher.stop()
            scenes.cancel()
            await asyncio.gather(scenes, return_exceptions=True)
            jobs.close()

    return Starlette(
        routes=[
            Route(settings.stac_path, stac_routes.landing),
            Mount(settings.stac_path, routes=stac_routes.stac_routes()),
            Route(settings.api_path, process_routes.landing),
            Mount(settings.api_path, routes=_api_routes()),
            Route(settings.scenes_path + "/{path:path}", _scene_file),
            Route("/", _to_api),
            *([Route(settings.metadata_path, metadata)] if settings.oidc else []),
        ],
        # A browser asks before it sends a token, so the guard comes first.
        middleware=[
            Middleware(Guard, settings=settings),
            Middleware(Gate, settings=settings),
            Middleware(Crashes),
        ],
        exception_handlers={Problem: on_problem, HTTPException: on_problem},
        lifespan=lifespan,
    )


def _api_routes() -> list[Route]:
    process, job = "/processes/{process_id}", "/jobs/{job_id}"
    return [
        Route("/", process_routes.landing),
        Route("/conformance", process_routes.conformance),
        Route("/api", process_routes.definition),
        resource(
            "/processes", GET=process_routes.process_list, POST=process_routes.deploy
        ),
        resource(
            process,
            GET=process_routes.process,
            PUT=process_routes.replace,
            DELETE=process_routes.undeploy,
        ),
        Route(f"{process}/package", process_routes.package),
        Route(f"{process}/execution", execute_routes.execute, methods=["POST"]),
        Route("/jobs", job_routes.job_list),
        resource(job, GET=job_routes.job_status, DELETE=job_routes.dismiss),
        Route(f"{job}/results", job_routes.results),
        Route(f"{job}/results/{{output_id}}", job_routes.one_result),
        Route(f"{job}/files/{{path:path}}", job_routes.result_file),
        Route(f"{job}/logs/{{name}}", job_routes.step_log),
        Route(f"{job}/log", job_routes.job_log),
    ]


async def _prepare_scenes(lab: Lab) -> None:
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


async def _scene_file(request: Request) -> Response:
    relative = request.path_params["path"]
    items = await scenes_of(request)
    folder = scenes_folder()
    if not relative:
        base = str(request.url.replace(query=""))
        names = [path.relative_to(folder).as_posix() for path in items]
        return JSONResponse({"items": [base + name for name in names]})
    path = await asyncio.to_thread(below, folder, relative)
    return await asyncio.to_thread(send_file, request, path, relative)


async def _to_api(request: Request) -> Response:
    return RedirectResponse(lab_of(request).settings.api_path + "/")
