"""Looks at an application package before it is sent to a server.

What CWL means is found out by a program of its own, the one with which the lab server
describes packages: the libraries are slow to load and read what strangers wrote, so
they stay out of this process. Where they are not installed, less is said, plainly.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.client.stac.stac_reader import StacReader
from ogc_widgets.errors import InputError, MissingExtraError, ProtocolError, ServerError
from ogc_widgets.protocol.documents.processes import Process
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.requests.packages import (
    Package,
    PackageCheck,
    cwl_version,
    is_address,
    read_package,
    version_problem,
)
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection

PackageLike: TypeAlias = str | bytes | Path | Mapping[str, Any]

DESCRIBE_S = 60.0
PACKAGE_BYTES = 8 * 2**20
_DESCRIBER = "ogc_widgets.lab.engines.describe"
_NEEDS = ("cwl2ogc", "cwltool")
_ACCEPT = "application/cwl, application/yaml;q=0.9, application/json;q=0.9, */*;q=0.5"


def load_package(package: PackageLike) -> Package:
    """Read a package that may be a file."""
    if isinstance(package, str) and not (
        "\n" in package or package.lstrip().startswith("{") or is_address(package)
    ):
        package = Path(package.strip())
    if not isinstance(package, Path):
        return read_package(package)
    try:
        content = package.expanduser().read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise InputError(
            f"{package.name or 'The file'} cannot be read: {reason}.",
            safe="Nothing was sent.",
            advice="Pass the path, address, text or dict of a CWL file.",
        ) from None
    return read_package(content)


async def check_package(
    client: Connection, package: PackageLike, workflow: str | None
) -> PackageCheck:
    """Say what can be known of a package; sends nothing to the server.

    A package that is given by its address is fetched from here to look at it. That
    may fail although the server can reach it.
    """
    try:
        ready = await asyncio.to_thread(load_package, package)
    except InputError as error:
        return PackageCheck(problem=error.what)
    text, address = ready.cwl
    known = PackageCheck(ready, address=address)
    if address:
        try:
            text = await _fetched(client, address)
        except ServerError as error:
            note = (
                "The package could not be looked at from here; the server may reach "
                f"it all the same. {error.what}"
            )
            return replace(known, note=note)
    if not text:
        return replace(known, note="The package holds no CWL that can be read.")
    known = replace(known, cwl_version=cwl_version(text))
    problem = version_problem(known.cwl_version)
    if problem:
        return replace(known, problem=problem)
    known = replace(known, cwl=text)
    if not all(importlib.util.find_spec(name) for name in _NEEDS):
        missing = MissingExtraError("Showing the inputs before", "lab")
        return replace(known, note=str(missing))
    return await asyncio.to_thread(_described, known, workflow or "")


async def _fetched(client: Connection, address: str) -> str:
    """Read the document at an address."""
    reader = StacReader(client)
    try:
        reply = await reader.send(
            requests.get(address, accept=_ACCEPT, named_by=""), max_bytes=PACKAGE_BYTES
        )
    finally:
        await reader.close()
    if not reply.is_ok:
        raise ProtocolError(
            f"{without_query(address)} answers {reply.status_code} instead."
        )
    return reply.body.decode("utf-8-sig", errors="replace")


def _described(known: PackageCheck, workflow: str) -> PackageCheck:
    """Let the program describe CWL, and say what it has told."""
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
        path = Path(folder) / "package.cwl"
        path.write_text(known.cwl, encoding="utf-8")
        program = [sys.executable, "-m", _DESCRIBER]
        try:
            done = subprocess.run(  # noqa: S603 # our own program
                [*program, str(path), f"--workflow={workflow}"],
                capture_output=True,
                timeout=DESCRIBE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            note = (
                f"The package could not be looked at within {DESCRIBE_S:.0f} s; it may "
                "import files from an address that does not answer."
            )
            return replace(known, note=note)
        except OSError as error:
            note = f"No program can be started here: {error.strerror}."
            return replace(known, note=note)
    try:
        told: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        said = clean("".join(last), limit=300) or "no reason"
        return replace(known, note=f"The package could not be converted: {said}")
    if "error" in told:
        return replace(known, problem=str(told["error"].get("detail", "")))
    # A package need not name its process; the server gives it a name then.
    with silent():
        process = Process.from_json({**told, "id": told["id"] or "(no id)"})
    return replace(
        known, workflows=told["processes"], workflow=told["id"], process=process
    )
