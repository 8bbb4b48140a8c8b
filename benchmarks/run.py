"""Speed as ratios, each measured side by side in one run on this machine.

    python benchmarks/run.py            # everything
    python benchmarks/run.py lab_jobs   # one topic

A topic is a module beside this one with a function ``rows()`` that yields
``measure.Row``. The exit code is 1 when a goal was missed.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measure import Row

_HERE = Path(__file__).resolve().parent


def topics(wanted: Sequence[str]) -> Iterator[Any]:
    """Import the modules that measure something, all or those that are named."""
    for path in sorted(_HERE.glob("*.py")):
        if path.name == Path(__file__).name or (wanted and path.stem not in wanted):
            continue
        module = import_module(path.stem)
        if hasattr(module, "rows"):
            yield module


def line(row: Row) -> str:
    """Return a row as it is printed."""
    numbers = " ".join(f"{value:9.3f} {row.unit:<2}" for value in (row.ours, row.other))
    goal = f"<= {row.goal:.2f}" if row.goal is not None else ""
    word = "" if row.goal is None else "MISSED" if row.is_missed else "met"
    return f"{row.name:<58} {numbers} {row.ratio:6.2f}  {goal:<8} {word}".rstrip()


def main(wanted: Sequence[str]) -> int:
    """Measure and print."""
    print(f"{'':<58} {'ours':>9}    {'other':>9}     {'ratio':>6}  goal")
    missed = 0
    for topic in topics(wanted):
        print(f"{topic.__name__}: {(topic.__doc__ or '').strip().splitlines()[0]}")
        for row in topic.rows():
            print(line(row), flush=True)
            missed += row.is_missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
