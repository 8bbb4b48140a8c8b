"""Install the servers and engines of other people that the tests run.

    python scripts/servers.py              all of them
    python scripts/servers.py pygeoapi     only this one

They need versions of libraries that do not go together, so each has a virtual
environment under ``.venv-servers``; what is not written in Python comes from Debian.
A second call does nothing and needs no network. What cannot be installed is said, and
left out of the tests; with CI=true that fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from environment import ROOT, install, read_note, runs, say

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / ".venv-servers"

# The newest of each is wanted: what it does then is what its users see.
SERVERS: dict[str, list[str]] = {
    # Its shapely-functions process needs shapely, which it does not ask for.
    "pygeoapi": ["pygeoapi", "shapely"],
    "wraptile": ["wraptile"],
    # The newest for Python 3.11: later ones check inputs, and the page of servers is to
    # say the same everywhere. Its broker's library needs packaging, and does not ask.
    "fastprocesses": ["fastprocesses<0.17", "packaging"],
    # No server: it starts scripts of ours, as docs/many.md shows.
    "snakemake": ["snakemake"],
    # No server either: it tries the lab. It wants an older jsonschema-rs than we do.
    "schemathesis": ["schemathesis"],
    # Nor these: they say whether manifests and options for a cluster are right.
    "kubernetes": ["toil[cwl,kubernetes]"],
}
# The program that shows that it is there, and the packages of Debian that have it.
PACKAGES: dict[str, tuple[str, list[str]]] = {
    "redis": ("redis-server", ["redis-server"]),  # for fastprocesses
    "slurm": ("slurmctld", ["slurm-wlm", "munge"]),
}


def main(names: list[str]) -> int:
    """Install what is missing; 1 if that did not work and CI=true."""
    wanted = names or [*SERVERS, *PACKAGES]
    failed = [name for name in wanted if name in SERVERS and not ensure(name)]
    failed += [name for name in wanted if name in PACKAGES and not ensure_program(name)]
    if not failed:
        return 0
    missing = ", ".join(failed)
    if os.environ.get("CI") == "true":
        print(f"CI=true wants these for the tests: {missing}", file=sys.stderr)
        return 1
    stars = "*" * 76
    print(
        f"\n  {stars}\n  * NOT INSTALLED: {missing}.\n"
        f"  * THE TESTS WITH THESE SERVERS AND ENGINES ARE LEFT OUT.\n  {stars}\n",
        file=sys.stderr,
    )
    return 0


def ensure(name: str) -> bool:
    """Make the environment of one server, unless it is there."""
    folder = FOLDER / name
    note = folder / "installed.json"
    wanted = {"packages": SERVERS[name], "root": str(ROOT)}
    installed = read_note(note)
    python = folder / "bin" / "python"
    is_same = all(installed.get(key) == value for key, value in wanted.items())
    if is_same and runs(python):
        return True
    shutil.rmtree(folder, ignore_errors=True)
    say(f"Installing {name} into {folder.relative_to(ROOT)} (once)")
    folder.parent.mkdir(exist_ok=True)
    venv.create(folder, with_pip=True, symlinks=True)
    # Beside the folder: what is kept of a failure must outlive it.
    log = FOLDER / f"{name}.log"
    if not install(python, ["--upgrade", *SERVERS[name]], log):
        shutil.rmtree(folder, ignore_errors=True)
        return False
    wanted["version"] = version_of(python, name)
    note.write_text(json.dumps(wanted), encoding="utf-8")
    return True


def version_of(python: Path, name: str) -> str:
    """The installed version of a package."""
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def ensure_program(name: str) -> bool:
    """Install a program with apt-get, as root on Debian, unless it is there."""
    program, packages = PACKAGES[name]
    return find(program) is not None or (
        install_packages(packages) and find(program) is not None
    )


def find(program: str) -> str | None:
    """The path of a program, also of those that only root has on the path."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return shutil.which(program, path=path)


def install_packages(packages: list[str]) -> bool:
    """Install packages of Debian where that is possible, as root."""
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        return False
    say(f"Installing {' and '.join(packages)} with apt-get (once)")
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        # A package that starts its server would leave one running on this machine: the
        # first is for machines without systemd, the second for those with it.
        "RUNLEVEL": "1",
        "SYSTEMD_OFFLINE": "1",
    }
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    for command in (install, ["apt-get", "update"], install):
        done = subprocess.run(command, env=environment, capture_output=True)
        if command is install and done.returncode == 0:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
