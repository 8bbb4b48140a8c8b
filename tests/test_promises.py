"""Every promise names tests, and every test that is named exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PROMISES = TESTS.parent / "docs" / "promises.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows() -> list[str]:
    lines = PROMISES.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith("| ")]
    return [line for line in found if not line.startswith("| What happens")]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.split("|")[1].strip())
def test_promise_is_held_by_tests_that_exist(row: str) -> None:
    named = NAMED.findall(row)
    assert named, "no test holds this promise"
    for file, name in named:
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        functions = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
        assert name in functions, f"{file} has no {name}"
