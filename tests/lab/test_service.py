"""The service unit and the container file that docs/lab.md gives away."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ogc_widgets.lab.token_file import give_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "lab"
UNIT = (FOLDER / "ogc-lab.service").read_text(encoding="utf-8").replace("\\\n", "")
CONTAINER = (FOLDER / "Containerfile").read_text(encoding="utf-8")
INSTALLED = "/opt/ogc-lab/bin/ogc-widgets"


def instruction(name: str) -> str:
    return re.findall(rf"^{name} (.*)$", CONTAINER, re.MULTILINE)[0]


def unit_line() -> list[str]:
    return shlex.split(re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)[0])


def container_line() -> list[str]:
    return [*json.loads(instruction("ENTRYPOINT")), *json.loads(instruction("CMD"))]


@pytest.mark.parametrize("line", [unit_line, container_line])
def test_command_line_serves_the_people_in_the_file_of_tokens(
    tmp_path: Path, line: Callable[[], list[str]]
) -> None:
    tokens = give_tokens(tmp_path / "tokens", ["teacher", "anna"])
    # What there is on this machine in the place of what will be on that one.
    instead = {
        INSTALLED: "",
        "8080": "0",
        "0.0.0.0": "127.0.0.1",
        "/etc/ogc-lab/tokens": str(tmp_path / "tokens"),
        "%S/ogc-lab": str(tmp_path / "data"),
        "/data": str(tmp_path / "data"),
    }
    words = [instead.get(word, word) for word in line()]
    assert words[0] == ""
    assert str(tmp_path / "data") in words
    with subprocess.Popen(
        [sys.executable, "-m", "ogc_widgets.lab.cli", *words[1:]],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for said_line in process.stdout:
                said.append(said_line)
                if said_line.startswith("Stop it"):
                    break
            url = said[0].split()[-1]

            def ask(name: str) -> httpx.Response:
                token = {"Authorization": f"Bearer {tokens[name]}"}
                return httpx.get(f"{url}/jobs", headers=token, timeout=60)

            assert ask("teacher").json()["numberMatched"] == 0
            assert ask("anna").status_code == 200
            assert httpx.get(f"{url}/jobs", timeout=60).status_code == 401
            landing = httpx.get(url, timeout=60).json()
            assert "removed 60 days after" in landing["description"]
        finally:
            process.terminate()
            # As the service manager and the container engine ask it to end.
            assert process.wait(60) in {0, -15}


def test_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: the unit is not looked at")
    # That the program is there is looked at, too.
    assert INSTALLED in UNIT
    unit = tmp_path / "ogc-lab.service"
    unit.write_text(UNIT.replace(INSTALLED, sys.executable), encoding="utf-8")
    checked = subprocess.run(
        [program, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    # Units of the machine that it finds on the way may have faults of their own.
    said = checked.stdout + checked.stderr
    assert [line for line in said.splitlines() if "ogc-lab" in line] == []


def test_container_file_installs_this_package_for_a_user_of_its_own() -> None:
    installs = next(
        line for line in CONTAINER.splitlines() if line.startswith("RUN python")
    )
    assert INSTALLED.removesuffix("ogc-widgets") in installs
    source, target = instruction("COPY").split()
    assert (ROOT / source / "pyproject.toml").is_file()
    assert f'"{target}[lab]"' in installs
    # The last user is the one that runs, and was made before.
    before, _, after = CONTAINER.partition(f"USER {instruction('USER')}")
    assert f"useradd --create-home --home-dir /data {instruction('USER')}" in before
    assert "RUN" not in after
