"""Make a virtual environment with this package and some of its extras.

    python scripts/environment.py .venv lab notebook

A second call does nothing, and needs no network, until the dependencies in
pyproject.toml change: what was installed is noted in a file in the environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """Install the extras into the environment; 1 if that did not work."""
    folder, extras = ROOT / arguments[0], set(arguments[1:])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = with_included(project, extras)
    note = folder / "installed.json"
    installed = read_note(note)
    state = {"digest": digest(project), "root": str(ROOT)}
    python = folder / "bin" / "python"
    # The programs in an environment know where it lies: after a move they fail.
    if not runs(python) or installed.get("root", state["root"]) != state["root"]:
        if folder.exists():
            say(f"{folder.name} does not work any more, making it anew")
            shutil.rmtree(folder)
        say(f"Making a virtual environment in {folder.name}")
        venv.create(folder, with_pip=True, symlinks=True)
        installed = {}
    if all(installed.get(key) == value for key, value in state.items()):
        if wanted <= set(installed["extras"]):
            return 0
        wanted |= set(installed["extras"])
    names = ",".join(sorted(wanted))
    say(f"Installing ogc-widgets[{names}] into {folder.name} (once)")
    started = time.monotonic()
    package = ["--editable", f"{ROOT}[{names}]"]
    if not install(python, package, folder / "install.log"):
        return 1
    note.write_text(json.dumps({**state, "extras": sorted(wanted)}), encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s")
    return 0


def with_included(project: dict[str, Any], extras: set[str]) -> set[str]:
    """The extras and those that they include, as test includes lab and notebook."""
    table = project["project"]["optional-dependencies"]
    name = re.escape(project["project"]["name"])
    found = set(extras)
    for extra in extras:
        for requirement in table[extra]:
            if match := re.fullmatch(rf"{name}\[([\w, -]+)\]", requirement):
                inner = {part.strip() for part in match[1].split(",")}
                found |= with_included(project, inner)
    return found


def digest(project: dict[str, Any]) -> str:
    """Changes when what has to be installed does, not with a linter's option."""
    parts = [project["project"], project["build-system"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_note(path: Path) -> dict[str, Any]:
    """What is installed, as far as is known."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def runs(python: Path) -> bool:
    """Whether the environment's Python starts: it may be of a removed version."""
    try:
        done = subprocess.run([python, "-c", "import pip"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def install(python: Path, wanted: list[str], log: Path) -> bool:
    """Let uv install, or else pip; show one line of what is done instead of hundreds.

    uv takes a sixth of pip's time. It does not read how pip is set up, so where pip was
    told of another index, or uv finds no way, pip does it.
    """
    with log.open("w", encoding="utf-8") as file:
        uv = find_uv(python)
        if uv is not None:
            command = [uv, "pip", "install", "--python", str(python)]
            if run([*command, "--compile-bytecode", *wanted], file):
                return True
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        if run([*pip, "--no-input", "--progress-bar", "off", *wanted], file):
            return True
    tail = log.read_text(encoding="utf-8").splitlines()[-15:]
    print("\n".join(tail), file=sys.stderr)
    say(f"The installation failed; the whole story is in {log}")
    return False


def find_uv(python: Path) -> str | None:
    """The program uv: of this machine, or put into an environment; None for no way."""
    pip = [str(python), "-m", "pip"]
    told = subprocess.run([*pip, "config", "list"], capture_output=True, text=True)
    if told.returncode != 0 or re.search(r"[.]index-url=", told.stdout):
        return None
    here = [ROOT / ".venv" / "bin" / "uv", python.with_name("uv")]
    for found in (shutil.which("uv"), *map(str, here)):
        if found and Path(found).exists():
            return found
    done = subprocess.run([*pip, "install", "--quiet", "uv"], capture_output=True)
    return str(here[1]) if done.returncode == 0 else None


def run(command: list[str], log: TextIO) -> bool:
    """Run a program to its end, and note what it prints."""
    with subprocess.Popen(
        command,
        env={"UV_HTTP_TIMEOUT": "300", "UV_NO_PROGRESS": "1", **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            show_progress(line)
    show_progress("")
    return process.returncode == 0


def show_progress(line: str) -> None:
    """One line that is written over, where somebody looks."""
    if sys.stdout.isatty():
        print(f"\r\033[K    {line.strip()[:70]}" if line else "\r\033[K", end="")
        sys.stdout.flush()


def say(text: str) -> None:
    """One line of what is being done."""
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
