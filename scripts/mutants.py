"""Plant small faults in the code, one at a time, and print those that no test notices.

    python scripts/mutants.py --number 200 --seed 0       (make mutants)
    python scripts/mutants.py protocol/text.py --tests tests/protocol

The tests are run once, to note which of them reach which line. Then each fault is
planted into a function of a fork of this process, and the tests that reach it are run,
those first that reach little else, and of each test function one case before the next.
A test counts only if it passes in such a fork without a fault.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import os
import random
import signal
import sys
import time
from collections import Counter
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, NamedTuple

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["protocol", "client", "form"]
# What is not here starts servers or browsers, and would take minutes for each fault.
TESTS = ["tests/protocol", "tests/client", "tests/form", "tests/faults", "tests/auth"]
# What the tests that are tried on one fault may take, as measured in the first run.
MOST_S = 40.0
SWAPS = {
    "Lt": "<=", "LtE": "<", "Gt": ">=", "GtE": ">", "Eq": "!=", "NotEq": "==",
    "Is": "is not", "IsNot": "is", "In": "not in", "NotIn": "in",
    "Add": "-", "Sub": "+", "Mult": "+", "And": "or", "Or": "and",
}  # fmt: skip


class Mutant(NamedTuple):
    """A fault: other text between two bytes of a module."""

    path: Path
    line: int
    lines: range
    first: int
    last: int
    new: str

    def __str__(self) -> str:
        old = self.path.read_bytes()[self.first : self.last].decode()
        return f"{self.path.relative_to(ROOT)}:{self.line}\n    {old}\n    {self.new}"


def faults(node: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """What is replaced in a node, and what by."""
    op = node.ops[0] if isinstance(node, ast.Compare) else getattr(node, "op", None)
    swap = SWAPS.get(type(op).__name__)
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
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield node, "return None"
        case ast.Expr(value=ast.Call()):
            yield node, "pass"


def lines_of(node: ast.AST) -> range | None:
    """The lines of a statement, without those of the statements in it."""
    start = node.pattern if isinstance(node, ast.match_case) else node
    if not isinstance(start, ast.stmt | ast.pattern):
        return None
    inner = getattr(node, "cases", None) or getattr(node, "body", None)
    if not inner:
        return range(start.lineno, (start.end_lineno or start.lineno) + 1)
    head = inner[0].pattern if isinstance(node, ast.Match) else inner[0]
    return range(start.lineno, max(start.lineno + 1, head.lineno))


def nodes(
    node: ast.AST, lines: range = range(0), *, inside: bool = False
) -> Iterator[tuple[ast.AST, range]]:
    """What is run in functions: no types, docstrings, and texts with values in them.

    Each with the lines of its statement.
    """
    inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    lines = lines_of(node) or lines
    is_cast = isinstance(node, ast.Call) and ast.unparse(node.func) == "cast"
    for name, field in ast.iter_fields(node):
        for one in field if isinstance(field, list) else [field]:
            is_left_out = (
                name in ("annotation", "returns", "decorator_list", "args")
                and not isinstance(node, ast.Call)
            ) or isinstance(one, ast.JoinedStr)
            is_text = isinstance(node, ast.Expr) and isinstance(one, ast.Constant)
            is_type = is_cast and name == "args" and one is field[0]
            if isinstance(one, ast.AST) and not (is_left_out or is_text or is_type):
                if inside:
                    yield one, lines_of(one) or lines
                yield from nodes(one, lines, inside=inside)


def mutants(path: Path) -> Iterator[Mutant]:
    """All faults that can be planted in a module."""
    text = path.read_bytes()
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    for node, rows in nodes(ast.parse(text)):
        for at, new in faults(node):
            first = starts[at.lineno - 1] + at.col_offset
            last = starts[(at.end_lineno or 0) - 1] + (at.end_col_offset or 0)
            # Functions are found again by their first line.
            lines = "\n" * text[first:last].count(b"\n")
            end = ")" if new.endswith(")") else ""
            new = new.removesuffix(end) + lines + end
            yield Mutant(path, at.lineno, rows, first, last, new)


def plant(mutant: Mutant) -> None:
    """Put a fault into the functions of this process, and forget what was kept."""
    text = mutant.path.read_bytes()
    path = str(mutant.path)
    changed = text[: mutant.first] + mutant.new.encode() + text[mutant.last :]
    made: dict[tuple[str, int], CodeType] = {}
    codes = [compile(changed, path, "exec")]
    while codes:
        code = codes.pop()
        made[code.co_qualname, code.co_firstlineno] = code
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
    forget()
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            old = one.__code__
            new = made.get((old.co_qualname, old.co_firstlineno), old)
            if new.co_freevars == old.co_freevars:
                one.__code__ = new


@functools.lru_cache(1)
def kept(_modules: int) -> list[functools._lru_cache_wrapper[object]]:
    """What functions of the package have had worked out."""
    return [
        one
        for one in gc.get_objects()
        if isinstance(one, functools._lru_cache_wrapper)  # noqa: SLF001 # has no other name
        and str(one.__module__).startswith("ogc_widgets")
    ]


def forget() -> None:
    """Have the functions work out anew what they have kept."""
    for one in kept(len(sys.modules)):
        one.cache_clear()


class Planting:
    """Plugin of the run: notes what each test reaches, and then plants the faults."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self.chosen = chosen
        self.alive = 0
        self.unreached: list[Mutant] = []
        self.took: dict[str, float] = {}
        self.is_noting = True
        self.passes_in_a_fork: dict[str, bool] = {}
        self.notes = coverage.Coverage(None, source=["ogc_widgets"], config_file=False)
        self.notes.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """What is reached from here on is reached by this test."""
        if self.is_noting:
            self.notes.switch_context(item.nodeid)
            # What an earlier test has had worked out is to be reached by this one too.
            forget()
        began = time.monotonic()
        result = yield
        self.took.setdefault(item.nodeid, time.monotonic() - began)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """After the first run, try one fault after the other."""
        # The tests freeze what they have loaded, which hides functions from plant().
        gc.unfreeze()
        result = yield
        self.is_noting = False
        self.notes.stop()
        data = self.notes.get_data()
        reached = {f: data.contexts_by_lineno(f) for f in data.measured_files()}
        every = (tests for lines in reached.values() for tests in lines.values())
        counts = Counter(test for tests in every for test in tests)
        items = {item.nodeid: item for item in session.items}
        for mutant in self.chosen if not session.testsfailed else ():
            lines = reached.get(str(mutant.path), {})
            # A line in the midst of a statement may be run without being noted.
            found = {*lines.get(mutant.line, ())} & {*items} or {
                test for row in mutant.lines for test in lines.get(row, ())
            } & {*items}
            tests = [items[name] for name in self.in_order(found, counts)]
            if not found:
                self.unreached.append(mutant)
            elif not self.is_noticed(mutant, tests):
                self.alive += 1
                print(f"{len(tests)} of {len(found)} tests: {mutant}", flush=True)
        return result

    def in_order(self, names: set[str], counts: Counter[str]) -> list[str]:
        """The tests to try: what reaches little says most, what is unlike says more."""
        cases: Counter[str] = Counter()
        turns = []
        for name in sorted(names, key=lambda name: (counts[name], name)):
            function = name.partition("[")[0]
            turns.append((cases[function], counts[name], name))
            cases[function] += 1
        order = [name for _, _, name in sorted(turns)]
        sums = accumulate(self.took[name] for name in order)
        return [n for n, s in zip(order, sums, strict=True) if s < MOST_S] or order[:1]

    def is_noticed(self, mutant: Mutant, tests: list[pytest.Item]) -> bool:
        """Whether one of the tests fails because of the fault, or does not end."""
        while tests and (at := self.failing(mutant, tests)) is not None:
            test = tests[at]
            if test.nodeid not in self.passes_in_a_fork:
                passes = self.failing(None, [test]) is None
                self.passes_in_a_fork[test.nodeid] = passes
            if self.passes_in_a_fork[test.nodeid]:
                return True
            tests = tests[at + 1 :]
        return False

    def failing(self, mutant: Mutant | None, tests: list[pytest.Item]) -> int | None:
        """Which of the tests is the first not to pass in a fork with the fault."""
        readable, writable = os.pipe()
        child = os.fork()
        if child:
            os.close(writable)
            status = os.waitpid(child, 0)[1]
            begun = len(os.read(readable, 1 << 16))
            os.close(readable)
            return begun - 1 if status else None
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.write(writable, b".")
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            if mutant:
                plant(mutant)
            for at, item in enumerate(tests):
                if at:
                    os.write(writable, b".")
                signal.alarm(10 + int(10 * self.took[item.nodeid]))
                following = tests[at + 1] if at + 1 < len(tests) else None
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if item.session.testsfailed:
                    os._exit(1)
        except BaseException:  # noqa: BLE001 # whatever it is, it was noticed
            os._exit(1)
        os._exit(0)


def main() -> int:
    """Choose faults, and say how many live."""
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
    planting = Planting(chosen)
    options = ["-qs", "-p", "no:cacheprovider", "-o", "timeout=0", *given.tests]
    if pytest.main(options, [planting]):
        return 1
    tried = len(chosen) - len(planting.unreached)
    print(f"{planting.alive} of {tried} live; {len(every)} faults are possible")
    print(f"{len(planting.unreached)} more are where none of these tests comes:")
    for mutant in planting.unreached:
        print(mutant)
    return 0


if __name__ == "__main__":
    sys.exit(main())
