"""How soon to look whether a job has ended, from how long others of its kind took.

A job alone is asked for less and less often, so that its end may be noticed a quarter
of its time late; in a batch the next one waits for that. What the others took says when
it is worth to look, and how closely.
"""

from __future__ import annotations

from collections import deque

# So many of the latest jobs are remembered.
_REMEMBERED = 16
# An end is noticed so much of the job's time late, at most; while nothing is known of
# others, twice that.
_LATE = 0.04
_SHORTEST_S = 0.05
_FIRST_S = 0.5
# So many times a job is looked at between the shortest and the longest of the others.
_CHECKS = 16
# Where these differ much, all together are asked for no more than so often.
_CHECKS_PER_S = 40


class Pace:
    """When to look at the jobs of a batch.

    Args:
        at_once: How many go on at the same time.

    Attributes:
        at_once: The same.
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

    def delay_s(self, elapsed_s: float) -> float:
        """Say when to look again at a job that goes on after so long, at the latest."""
        polite_s = self.at_once / _CHECKS_PER_S
        share_s = _LATE * elapsed_s
        if not self._taken:
            return max(_FIRST_S, polite_s, 2 * share_s)
        begin = min(least for least, _ in self._taken)
        end = max(most for _, most in self._taken)
        if elapsed_s < begin:
            return max(_SHORTEST_S, begin - elapsed_s)
        if elapsed_s > end:  # it takes longer than any of the others
            return max(_SHORTEST_S, share_s, min(polite_s, _FIRST_S))
        step_s = (end - begin) / _CHECKS
        return max(_SHORTEST_S, min(step_s, share_s), min(2 * step_s, polite_s))
