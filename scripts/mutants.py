"""Plant small faults in the code, one at a time, and print those that no test notices.

    python scripts/mutants.py --number 200 --seed 0     (make mutants)
    python scripts/mutants.py protocol/text.py          only in there

A first run notes which tests reach which line; each fault is then planted in a copy of
this folder, where one of those tests should fail.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["protocol", "client", "form"]
# What is not here starts servers or browsers, and would take minutes for each fault.
TESTS = ["tests/protocol", "tests/client", "tests/form", "tests/faults", "tests/auth"]
MOST_TESTS, MOST_S = 80, 240
SWAPS = {
    "Lt": "<=", "LtE": "<", "Gt": ">=", "GtE": ">", "Eq": "!=", "NotEq": "==",
    "Is": "is not", "IsNot": "is", "In": "not in", "NotIn": "in",
    "Add": "-", "Sub": "+", "Mult": "+", "And": "or", "Or": "and",
}  # fmt: skip
Mutant = tuple[Path, int, int, int, str]  # module, line, first and last byte, new text


def faults(node: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """What is replaced in a node, and what by."""
    swap = SWAPS.get(type(node.ops[0] if isinstance(node, ast.Compare) else
                          getattr(node, "op", None)).__name__)  # fmt: skip
    match node:
        case ast.Compare(left=left, ops=[_], comparators=[right]):
            yield node, f"(({ast.unparse(left)}) {swap} ({ast.unparse(right)}))"
        case ast.BoolOp(values=values):
            yield node, f"({f' {swap} '.join(map(ast.unparse, values))})"
        case ast.BinOp(left=left, right=right) if swap:
            yield node, f"(({ast.unparse(left)}) {swap} ({ast.unparse(right)}))"
        case ast.Constant(value=bool(value)):
            yield node, str(not value)
        case ast.Constant(value=int() | float() as value):
            yield node, str(value + 1)
        case ast.Constant(value=str(value)) if value.isidentifier():
            yield node, repr(f"{value}x")
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield test, f"(not ({ast.unparse(test)}))"
        case ast.Return(value=ast.expr()):
            yield node, "return None"
        case ast.Expr(value=ast.Call()):
            yield node, "pass"


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """What is run: no types, docstrings, and texts with values in them."""
    for name, field in ast.iter_fields(node):
        for one in field if isinstance(field, list) else [field]:
            is_left_out = (
                name in ("annotation", "returns", "decorator_list")
                or isinstance(one, ast.JoinedStr)
                or (isinstance(node, ast.Expr) and isinstance(one, ast.Constant))
                or (isinstance(one, ast.If) and "TYPE_CH" in ast.unparse(one.test))
            )
            if isinstance(one, ast.AST) and not is_left_out:
                yield one
                yield from nodes(one)


def mutants(path: Path) -> Iterator[Mutant]:
    """All faults that can be planted in a module."""
    text = path.read_bytes()
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    for node in nodes(ast.parse(text)):
        for at, new in faults(node):
            first = starts[at.lineno - 1] + at.col_offset
            last = starts[(at.end_lineno or 0) - 1] + (at.end_col_offset or 0)
            yield path, at.lineno, first, last, new


class Reached:
    """Plugin of the first run: notes the lines that each test reaches."""

    def __init__(self) -> None:
        self.notes = coverage.Coverage(None, source=["ogc_widgets"], config_file=False)
        self.notes.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What is reached from here on is reached by this test."""
        self.notes.switch_context(item.nodeid)

    def tests(self, path: Path, line: int) -> list[str]:
        """The tests that reach a line; those that reach little say most."""
        data = self.notes.get_data()
        if not hasattr(self, "lines"):
            self.notes.stop()
            self.lines = {f: data.contexts_by_lineno(f) for f in data.measured_files()}
            every = (tests for lines in self.lines.values() for tests in lines.values())
            self.counts = Counter(test for tests in every for test in tests)
        found = set(self.lines.get(str(path), {}).get(line, ())) - {""}
        return sorted(found, key=lambda test: (self.counts[test], test))


def is_noticed(mutant: Mutant, tests: list[str], copy: Path) -> bool:
    """Whether one of the tests fails, or does not end."""
    path, _, first, last, new = mutant
    module, text = copy / path.relative_to(ROOT), path.read_bytes()
    module.write_bytes(text[:first] + new.encode() + text[last:])
    (copy / "chosen.txt").write_text("\n".join(tests[:MOST_TESTS]), "utf-8")
    command = [sys.executable, "-B", "-m", "pytest", "-xq", "-p", "no:cacheprovider"]
    try:
        return bool(subprocess.run(
            [*command, "@chosen.txt"], cwd=copy, timeout=MOST_S, check=False,
            stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(copy)},
        ).returncode)  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    finally:
        module.write_bytes(text)


def main() -> int:
    """Plant faults, and print what lives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("where", nargs="*", default=PARTS)
    parser.add_argument("--tests", nargs="*", default=TESTS)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", default="0")
    given = parser.parse_args()
    roots = [ROOT / "ogc_widgets" / one for one in given.where]
    modules = [m for r in roots for m in (sorted(r.rglob("*.py")) or [r])]
    every = [mutant for module in modules for mutant in mutants(module)]
    chosen = random.Random(given.seed).sample(every, min(given.number, len(every)))
    reached, alive = Reached(), 0
    if pytest.main(["-q", "-p", "no:cacheprovider", *given.tests], [reached]):
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / ROOT.name
        kept = shutil.ignore_patterns(".*", "__pycache__", "output", "site")
        shutil.copytree(ROOT, copy, ignore=kept)
        # Documents beside this folder are beside the copy.
        (copy.parent / "shared").symlink_to(ROOT.parent / "shared")
        for mutant in chosen:
            path, line, first, last, new = mutant
            tests = reached.tests(path, line)
            if not tests or not is_noticed(mutant, tests, copy):
                alive += 1
                old = path.read_bytes()[first:last].decode()
                where = f"{path.relative_to(ROOT)}:{line}, {len(tests)} tests"
                print(f"{where}\n    {old}\n    {new}", flush=True)
    print(f"{alive} of {len(chosen)} tried of {len(every)} faults were not noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
