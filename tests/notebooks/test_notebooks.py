"""What a notebook must be before it goes in; that it runs is checked by nbval."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_notebook_is_valid_and_for_any_python(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


def test_notebook_carries_no_widget_state(path: Path) -> None:
    notebook = read(path)
    assert "widgets" not in notebook.metadata
    assert "widget-view" not in path.read_text(encoding="utf-8")


def test_only_checked_outputs_are_kept(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code" and cell.outputs:
            assert "nbval-check-output" in cell.metadata.get("tags", []), cell.id


def test_each_cell_says_what_it_is_by_its_id(path: Path) -> None:
    ids = [cell.id for cell in read(path).cells]
    assert all(re.fullmatch(r"[a-z][a-z-]+", name) for name in ids)


def test_first_lesson_starts_with_three_lines_and_the_app(path: Path) -> None:
    if not path.stem.startswith("01-"):
        return
    first = next(cell for cell in read(path).cells if cell.cell_type == "code")
    lines = [ast.unparse(node) for node in ast.parse(first.source).body]
    assert lines == [
        "import ogc_widgets as ogc",
        "lab = ogc.lab()",
        "app = ogc.App(lab.url)",
        "app",
    ]


def test_notebook_speaks_for_itself(path: Path) -> None:
    """Each piece of code comes after words, and there are exercises."""
    kinds = [cell.cell_type for cell in read(path).cells]
    assert kinds[0] == "markdown"
    text = path.read_text(encoding="utf-8")
    assert "## Exercises" in text
    for run in re.findall(r"(?:code )+", " ".join(kinds) + " "):
        assert run.count("code") <= 3, "more than three cells of code without a word"
