"""Whose job is next, so that one person's hundred do not keep thirty others waiting."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque


class Turns:
    """Waiting jobs, of which somebody's with the fewest running jobs comes next.

    Among several such people it is theirs whose last turn is the longest ago; of one
    person's jobs the oldest.

    Args:
        jobs_each: How many jobs of one person run at once; 0 for any number.
    """

    def __init__(self, jobs_each: int = 0) -> None:
        self._jobs_each = jobs_each
        self._waiting: dict[str, deque[str]] = defaultdict(deque)
        self._running: Counter[str] = Counter()
        self._last_turn: Counter[str] = Counter()
        self._number = 0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def waiting(self, owner: str) -> int:
        """Return how many jobs of a person wait."""
        return len(self._waiting[owner])

    def running(self, owner: str) -> int:
        """Return how many jobs of a person run."""
        return self._running[owner]

    def put(self, owner: str, job_id: str) -> None:
        """Let a job wait for its turn."""
        self._waiting[owner].append(job_id)
        self._changed.set()

    def drop(self, owner: str, job_id: str) -> None:
        """Forget a job, if it waits."""
        if job_id in self._waiting[owner]:
            self._waiting[owner].remove(job_id)

    async def take(self) -> tuple[str, str]:
        """Wait for a job that may run; return owner and job, which runs from now on."""
        while (owner := self._next()) is None:
            self._changed.clear()
            await self._changed.wait()
        job_id = self._waiting[owner].popleft()
        self._number += 1
        self._last_turn[owner] = self._number
        self._running[owner] += 1
        return owner, job_id

    def ended(self, owner: str) -> None:
        """Say that a job that was taken has ended."""
        self._running[owner] -= 1
        self._changed.set()

    def _next(self) -> str | None:
        ready = [
            owner
            for owner, queue in self._waiting.items()
            if queue and not self._is_busy(owner)
        ]
        return min(
            ready,
            key=lambda owner: (self._running[owner], self._last_turn[owner]),
            default=None,
        )

    def _is_busy(self, owner: str) -> bool:
        return 0 < self._jobs_each <= self._running[owner]
