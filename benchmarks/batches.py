"""A batch of 1,000 jobs: time, requests and memory, beside what its server could do."""

from __future__ import annotations

import heapq
import os
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Row
from timed_jobs import timed_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOBS = 1_000
_AT_ONCE = 40
# Where each takes its own time, its end is not known before, and servers are not asked
# too often: fewer at once.
_FEW_JOBS = 200
_FEW_AT_ONCE = 8
_JOB_S = 4.0
_LATE = 1.05
# From here on, nothing more is to be kept of those that end.
_FLAT_FROM = 0.3


def rows() -> Iterator[Row]:
    """Measure: all jobs take as long; then half to one and a half of that."""
    spread = random.Random(7)
    yield from _batch(f"{_JOB_S:g} s each", [_JOB_S] * _JOBS, _AT_ONCE)
    times = [_JOB_S * spread.uniform(0.5, 1.5) for _ in range(_FEW_JOBS)]
    yield from _batch("2 to 6 s each", times, _FEW_AT_ONCE)


def _batch(words: str, times: list[float], at_once: int) -> Iterator[Row]:
    import ogc_widgets as ogc

    # Some hundred bytes of inputs, as a small area has.
    inputs = [
        {"seconds": time_s, "number": number, "area": "POLYGON" * 40}
        for number, time_s in enumerate(times)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        timed_jobs() as url,
        ogc.Client(url) as client,
    ):
        os.environ["XDG_DATA_HOME"] = folder
        client.process("wait")
        memory = []
        start = time.perf_counter()
        batch = client.execute_many("wait", inputs, at_once=at_once)
        for number, _job in enumerate(batch):
            if number == int(_FLAT_FROM * len(times)):
                memory.append(_memory_mb())
        took = time.perf_counter() - start
        memory.append(_memory_mb())
        seen = _seen(url)
        assert batch.counts == {"successful": len(times)}, batch.counts
    name = f"{len(times)} jobs, {at_once} at once, {words} / server's limit"
    sent, different = seen["sent"], seen["different"]
    yield Row(name, took, _limit(times, at_once), _LATE)
    yield Row("  most at once / at_once", seen["most_at_once"], at_once, 1.0, "")
    yield Row("  requests to run / different ones", sent, different, 1.0, "")
    yield Row("  questions how it goes / jobs", seen["asked"], len(times), None, "")
    yield Row("  memory at the end / after 30 %", memory[1], memory[0], 1.05, "MB")


def _limit(times: list[float], at_once: int) -> float:
    """How long it takes where each job begins in the moment in which one ends."""
    ends = [0.0] * at_once
    for time_s in times:
        heapq.heapreplace(ends, ends[0] + time_s)
    return max(ends)


def _seen(url: str) -> dict[str, int]:
    import httpx

    found: dict[str, int] = httpx.get(f"{url}/seen").json()
    return found


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
