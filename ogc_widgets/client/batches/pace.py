"""How soon to look whether a job has ended, from how long others of its kind took.

A job alone is asked for less and less often, so that its end may be noticed a quarter
of its time late; in a batch the next one waits for that. What the others took says when
it is worth to look again.
"""

from __future__ import annotations

from collections import deque

# So many of the latest jobs are remembered.
_REMEMBERED = 16
# An end is noticed so much of the job's time late, at most.
_LATE = 0.04
_SHORTEST_S = 0.05
# So many checks between the shortest and the longest of the others.
_CHECKS = 16
# All jobs together are asked for no more often than so many times a second.
_CHECKS_PER_S = 16


class Pace:
    """When to look at the jobs of a batch.

    Args:
        at_once: How many go on at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._taken: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)

    def took(self, least_s: float, most_s: float) -> None:
        """Note how long a job took.

        Args:
            least_s: When it was last seen to go on.
            most_s: When it was seen to have ended.
        """
        self._taken.append((least_s, most_s))

    def delay_s(self, elapsed_s: float) -> float | None:
        """Say when to look again at a job that goes on after so long, at the latest."""
        if not self._taken:
            return None
        begin = min(least for least, _ in self._taken)
        if elapsed_s < begin:
            return max(begin - elapsed_s, _SHORTEST_S)
        spread = max(most for _, most in self._taken) - begin
        coarse = min(spread / _CHECKS, self.at_once / _CHECKS_PER_S)
        return max(_SHORTEST_S, coarse, _LATE * elapsed_s)
