"""What the benchmarks share: one line of the table, and a stopwatch."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: What is compared, ours first.
        ours: What this package needs.
        other: What the other one needs, measured in the same run.
        goal: The largest ratio that is good enough; None where there is no goal.
        unit: Unit of both numbers.
    """

    name: str
    ours: float
    other: float
    goal: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours by the other's; smaller is better."""
        return self.ours / self.other

    @property
    def is_missed(self) -> bool:
        """Whether there is a goal and it was not reached."""
        return self.goal is not None and self.ratio > self.goal


def in_new_python(code: str, *arguments: str) -> Callable[[], float]:
    """Return a task that runs the code in a new Python; see :func:`seconds`."""
    # Installed packages are compiled, so ours must be allowed to be: as for a user who
    # starts for the second time.
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def task() -> float:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code, *arguments], check=True, env=environment
        )
        return time.perf_counter() - start

    return task


def seconds(*tasks: Callable[[], float], rounds: int = ROUNDS) -> Sequence[float]:
    """Return the median of what each task returns, in the order of the tasks.

    They take turns, so that a machine that gets slower meanwhile is unfair to none.
    """
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, mine in zip(tasks, times, strict=True):
            mine.append(task())
    return [statistics.median(mine) for mine in times]
