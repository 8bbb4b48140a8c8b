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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Mapping

    from ogc_widgets.client.http.connection import Connection

DESCRIBE_S = 60.0
PACKAGE_BYTES = 8 * 2**20
_DESCRIBER = "ogc_widgets.lab.engines.describe"
_NEEDS = ("cwl2ogc", "cwltool")
_ACCEPT = "application/cwl, application/yaml;q=0.9, application/json;q=0.9, */*;q=0.5"


def load_package(package: str | bytes | Path | Mapping[str, Any]) -> Package:
    """Read a package that may be a file.

    Raises:
        InputError: It cannot be read, or is no package.
    """
    path: Path | None = package if isinstance(package, Path) else None
    if isinstance(package, str) and _is_path(package):
        path = Path(package.strip())
    if path is None:
        return read_package(package)
    try:
        content = path.expanduser().read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise InputError(
            f"{path.name or 'The file'} cannot be read: {reason}.",
            safe="Nothing was sent.",
            advice="Pass the path, address, text or dict of a CWL file.",
        ) from None
    return read_package(content)


def _is_path(text: str) -> bool:
    is_text = "\n" in text or text.lstrip().startswith("{")
    return not is_text and not is_address(text)


async def check_package(
    client: Connection,
    package: str | bytes | Path | Mapping[str, Any],
    workflow: str | None,
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
    if address:
        try:
            text = await _fetched(client, address)
        except ServerError as error:
            note = (
                "The package could not be looked at from here; the server may reach "
                f"it all the same. {error.what}"
            )
            return PackageCheck(ready, note=note, address=address)
    if not text:
        return PackageCheck(ready, note="The package holds no CWL that can be read.")
    version = cwl_version(text)
    problem = version_problem(version)
    if problem:
        return PackageCheck(ready, problem, cwl_version=version, address=address)
    known = PackageCheck(ready, cwl=text, cwl_version=version, address=address)
    if not all(importlib.util.find_spec(name) for name in _NEEDS):
        missing = MissingExtraError("Showing the inputs before", "lab")
        return replace(known, note=str(missing))
    return _told(known, await asyncio.to_thread(_described, text, workflow or ""))


async def _fetched(client: Connection, address: str) -> str:
    """Read the document at an address.

    Raises:
        ServerError: It cannot be read, or is no text.
    """
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


def _described(text: str, workflow: str) -> dict[str, Any]:
    """Let the program describe CWL; ``{"note": ...}`` where it cannot."""
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
        path = Path(folder) / "package.cwl"
        path.write_text(text, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            _DESCRIBER,
            str(path),
            f"--workflow={workflow}",
        ]
        try:
            done = subprocess.run(  # noqa: S603 # our own program
                command, capture_output=True, timeout=DESCRIBE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return {
                "note": f"The package could not be looked at within {DESCRIBE_S:.0f} s;"
                " it may import files from an address that does not answer."
            }
        except OSError as error:
            return {"note": f"No program can be started here: {error.strerror}."}
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        said = clean("".join(last), limit=300)
        return {"note": f"The package could not be converted: {said or 'no reason'}"}
    return told


def _told(known: PackageCheck, told: Mapping[str, Any]) -> PackageCheck:
    if "error" in told:
        return replace(known, problem=str(told["error"].get("detail", "")))
    if "note" in told:
        return replace(known, note=str(told["note"]))
    # A package need not name its process; the server gives it a name then.
    with silent():
        process = Process.from_json({**told, "id": told["id"] or "(no id)"})
    return replace(
        known, workflows=told["processes"], workflow=told["id"], process=process
    )
