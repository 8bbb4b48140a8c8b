"""The lab does what its OpenAPI document says: schemathesis tries it from outside."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from ogc_widgets.lab import lab

FOLDER = Path(__file__).parent / "document"
PROGRAM = Path(__file__).parents[2] / ".venv-servers" / "schemathesis" / "bin" / "st"
RUNNER = ["sh", str(FOLDER / "runner.sh"), "{logs}"]
TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("run python scripts/servers.py schemathesis")
        pytest.skip("schemathesis is not installed: python scripts/servers.py")


def tried(address: str, folder: Path, *options: str, token: str = "") -> dict:
    """What schemathesis found at an API; the same cases each time."""
    report = folder / "report.json"
    header = ["-H", f"Authorization: Bearer {token}"] if token else []
    # A folder of its own, in which it keeps what it has seen.
    line = [PROGRAM, "--no-color", "--config-file", FOLDER / "schemathesis.toml"]
    line += ["run", f"{address}/api", *header, *options, "--continue-on-failure"]
    line += ["--seed=1", "--generation-deterministic", "--no-shrink"]
    line += ["--report=json", f"--report-json-path={report}"]
    done = subprocess.run(
        line,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(FOLDER),
            "SCHEMATHESIS_HOOKS": "hooks",
            "LAB_TOKEN": token,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict = json.loads(report.read_text(encoding="utf-8"))
    assert not found["failures"]
    assert found["phases"]["stateful"]["status"] == "success"
    return found


def reached(found: dict) -> set[str]:
    """The operations that did what they are for at least once."""
    return {
        name
        for name, phases in found["valid_rates"].items()
        if any(phase["accepted"] for phase in phases.values())
    }


def test_api_is_what_its_document_says(tmp_path: Path) -> None:
    with lab(runner=RUNNER) as server:
        # What is sent to execute has the inputs of echo.
        httpx.delete(f"{server.url}/processes/water-bodies").raise_for_status()
        found = tried(server.url, tmp_path, "--max-examples=10")
    assert found["operations"]["total"] == len(reached(found)) == 18


def test_protected_api_is_what_its_document_says(tmp_path: Path) -> None:
    # Where it is open, the same has been tried with more.
    with lab(runner=RUNNER, token=TOKEN) as server:
        httpx.delete(
            f"{server.url}/processes/water-bodies", headers=BEARER
        ).raise_for_status()
        options = ("--phases=fuzzing,stateful", "--max-examples=2")
        tried(server.url, tmp_path, *options, token=TOKEN)


def test_catalogue_is_what_its_document_says(lab_server, tmp_path: Path) -> None:
    found = tried(lab_server.stac, tmp_path, "--max-examples=5", "--warnings=off")
    assert found["operations"]["total"] == 8
