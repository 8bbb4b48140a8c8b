"""The part about schedules and ten servers: its lines run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import nbformat
import pytest

if TYPE_CHECKING:
    from ogc_widgets.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "many.md").read_text(encoding="utf-8")
_, _, PART = PAGE.partition("## On a schedule, and on ten servers\n")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PART, re.DOTALL | re.MULTILINE)
LINES, ARGUMENTS, PARAMETERS, RULES, SERVERS = (
    text for language, text in BLOCKS if language == "python"
)
PAPERMILL, SNAKEMAKE = (
    text.split() for language, text in BLOCKS if language == "console"
)


@pytest.fixture
def folder(lab_server: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the script and its areas are; one area makes for short tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROCESSES", lab_server.url)
    monkeypatch.setenv("CATALOGUE", lab_server.stac)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    areas = {"Almanor": "-121.12,40.18,-121.06,40.24"}
    (tmp_path / "areas.json").write_text(json.dumps(areas))
    (tmp_path / "lakes.py").write_text(ARGUMENTS + LINES)
    return tmp_path


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def months(path: Path) -> list[tuple[str, str]]:
    frame = gpd.read_file(path)
    days = frame["datetime"].dt.strftime("%Y-%m")
    return list(zip(frame["inputs:label"], days, strict=True))


def test_papermill_runs_a_notebook_and_an_engine_makes_what_is_missing(
    folder: Path,
) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python",
        "language": "python",
    }
    notebook.cells = [nbformat.v4.new_code_cell(one) for one in (PARAMETERS, LINES)]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, folder / "lakes.ipynb")
    run(*PAPERMILL)
    assert months(folder / "lakes-2021-07.gpkg") == [("Almanor", "2021-07")]
    kept = nbformat.read(folder / "lakes-2021-07.ipynb", as_version=4)
    assert "lakes-2021-07.gpkg" in kept.cells[1].source
    made = (folder / "lakes-2021-07.gpkg").stat().st_mtime_ns

    engine = ROOT / ".venv-servers" / "snakemake" / "bin" / SNAKEMAKE[0]
    if not engine.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("run python scripts/servers.py snakemake")
        pytest.skip("snakemake is not installed: python scripts/servers.py snakemake")
    (folder / "Snakefile").write_text(RULES)
    run(engine, *SNAKEMAKE[1:])
    assert months(folder / "lakes-2022-05.gpkg") == [("Almanor", "2022-05")]
    assert (folder / "lakes-2021-07.gpkg").stat().st_mtime_ns == made


def test_ten_servers_get_their_share_and_one_may_be_down(
    lab_server: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    from ports import free_port

    dead = f"http://127.0.0.1:{free_port()}"
    # Nine addresses of one server.
    servers = [*(f"{lab_server.url}?n={n}" for n in range(9)), dead]
    exec(SERVERS, {"servers": servers})
    said = capsys.readouterr().out.splitlines()
    assert said[:9] == [f"{url} {{'successful': 2}}" for url in servers[:-1]]
    assert said[9].startswith(f"{dead} No connection")
