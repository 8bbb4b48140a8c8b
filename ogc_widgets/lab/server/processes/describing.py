"""Describe a package in a process of its own, or look up how it was described."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from ogc_widgets.lab.engines.process_tree import identity, kill_tree
from ogc_widgets.lab.server.problems import Problem, bad_request

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.launcher import Launcher

_TIMEOUT_S = 60
_PROGRAM = Path(__file__).parents[2] / "engines" / "describe.py"


async def describe_package(
    launcher: Launcher, text: bytes, workflow: str = "", *, validate: bool = True
) -> dict[str, Any]:
    """Return what ``describe`` says of a package, from the cache where it has.

    Raises:
        Problem: 400: the package is not valid, or has no such process.
    """
    cached = await asyncio.to_thread(_cache_file, text, workflow)
    try:
        document: dict[str, Any] = json.loads(
            await asyncio.to_thread(cached.read_bytes)
        )
    except (OSError, ValueError):
        document = await _describe(launcher, text, workflow, validate=validate)
        # A cache that cannot be written costs time, nothing else.
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_write, cached, document)
    return document


def _cache_file(text: bytes, workflow: str) -> Path:
    # The description depends on the programs that make it, too.
    program = hashlib.sha256(_PROGRAM.read_bytes()).hexdigest()
    parts = [text, workflow.encode(), f"{version('cwl2ogc')} {program}".encode()]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return user_cache_path("ogc_widgets") / "descriptions" / f"{key}.json"


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:
        json.dump(document, stream)
    Path(stream.name).replace(path)


async def _describe(
    launcher: Launcher, text: bytes, workflow: str, *, validate: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ogc-lab-") as name:
        package = Path(name, "package.cwl")
        arguments = [str(package), f"--workflow={workflow}"]
        if not validate:
            arguments.append("--no-validation")
        await asyncio.to_thread(package.write_bytes, text)
        with tempfile.TemporaryFile() as stdout:
            process = await launcher.launch(
                "describe", arguments, cwd=package.parent, stdout=stdout
            )
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    stderr = await process.stderr.read() if process.stderr else b""
                    await process.wait()
            except TimeoutError:
                await asyncio.to_thread(kill_tree, identity(process.pid))
                await process.wait()
                raise _invalid(
                    f"The package could not be read within {_TIMEOUT_S} s; it may "
                    "import files from an address that does not answer."
                ) from None
            stdout.seek(0)
            printed = stdout.read()
    try:
        document: dict[str, Any] = json.loads(printed)
    except ValueError:
        last = stderr.decode(errors="replace").strip().splitlines()[-1:]
        reason = "".join(last) or "no reason given"
        raise _invalid(f"The package could not be described: {reason}") from None
    if error := document.get("error"):
        if error["kind"] == "workflow-not-found":
            raise Problem(400, "No such workflow", error["detail"], error["kind"])
        raise _invalid(error["detail"])
    return document


def _invalid(detail: str) -> Problem:
    return bad_request("Invalid package", detail)
