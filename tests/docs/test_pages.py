"""The pages can be built, name everything that is public, and their code works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ogc_widgets as ogc

ROOT = Path(__file__).resolve().parents[2]
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def code_of(page: str) -> str:
    """The Python of a page, as somebody would paste it block by block."""
    blocks = _PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))
    assert blocks, f"no Python in {page}"
    return "\n".join(blocks)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going"]
    done = subprocess.run(
        [
            *command,
            "--quiet",
            "-d",
            str(folder / "trees"),
            "docs",
            str(folder / "html"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.mark.parametrize("name", ogc.__all__)
def test_reference_describes_every_public_name(site: Path, name: str) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    assert f'id="ogc_widgets.{name}"' in page


def test_every_lesson_is_among_the_pages(site: Path) -> None:
    lessons = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert lessons == {path.stem for path in (site / "lessons").glob("*.html")}


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_code_of_the_first_pages_works_as_it_stands(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the README downloads into a folder here
    names: dict[str, object] = {"__name__": "__main__"}
    try:
        exec(compile(code_of(page), page, "exec"), names)  # our own page
        results = names["results"]
        assert isinstance(results, ogc.client.Results)
        assert len(results.items) == 2
    finally:
        for name in ("app", "lab"):
            names[name].close()
