"""Install the servers of other people that the tests run, each by itself.

    python scripts/servers.py              all of them
    python scripts/servers.py pygeoapi     only this one

They need versions of libraries that do not go together, so each has a virtual
environment under ``.venv-servers``. A second call does nothing and needs no network.
What cannot be installed is said, and left out of the tests; with CI=true that fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from environment import ROOT, read_note, run_pip, runs, say

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / ".venv-servers"

# The newest of each is wanted: what it does then is what its users see.
SERVERS: dict[str, list[str]] = {
    # Its shapely-functions process needs shapely, which it does not ask for.
    "pygeoapi": ["pygeoapi", "shapely"],
    "wraptile": ["wraptile"],
    # Its broker's library needs packaging, which nobody asks for.
    "fastprocesses": ["fastprocesses", "packaging"],
    # No server: it starts scripts of ours, as docs/many.md shows.
    "snakemake": ["snakemake"],
}


def main(names: list[str]) -> int:
    """Install what is missing; 1 if that did not work and CI=true."""
    failed = [name for name in names or SERVERS if not ensure(name)]
    if not (shutil.which("redis-server") or install_redis()):
        failed.append("redis-server (for fastprocesses)")
    if not failed:
        return 0
    missing = ", ".join(failed)
    if os.environ.get("CI") == "true":
        print(f"CI=true wants these servers for the tests: {missing}", file=sys.stderr)
        return 1
    stars = "*" * 76
    print(
        f"\n  {stars}\n  * NOT INSTALLED: {missing}.\n"
        f"  * THE TESTS WITH THESE SERVERS ARE LEFT OUT.\n  {stars}\n",
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
    if not run_pip(python, ["--upgrade", *SERVERS[name]], log):
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


def install_redis() -> bool:
    """Install Debian's redis-server where that is possible, as root."""
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        return False
    say("Installing redis-server with apt-get (once)")
    # A package that starts its server would leave one running on this machine.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "redis-server"]
    for command in (install, ["apt-get", "update"], install):
        done = subprocess.run(command, env=environment, capture_output=True)
        if command is install and done.returncode == 0:
            return shutil.which("redis-server") is not None
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
