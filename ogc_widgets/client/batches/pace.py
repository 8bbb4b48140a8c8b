"""When a batch looks at its jobs, and when it sends after the server was too busy.

A job alone is asked for less and less often, so that its end may be noticed a quarter
of its time late; in a batch the next one waits for that. What the others took says when
it is worth to look, and how closely.
"""

from __future__ import annotations

import time
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
    """When to look at the jobs of a batch."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._taken: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)

    def took(self, least_s: float, most_s: float) -> None:
        """Note how long a job took."""
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


# How long to wait after a refusal that does not say it, and how much longer each time.
_FIRST_HOLD_S = 2.0
_GROWTH = 1.5
_LONGEST_S = 60.0


class HoldingBack:
    """When the next request may be sent.

    Attributes:
        is_probing: Whether one request goes alone, to see: from a refusal on, until
            one is taken.
    """

    def __init__(self) -> None:
        self.is_probing = False
        self._not_before = 0.0
        self._delay_s = _FIRST_HOLD_S
        self._is_guess = False

    @property
    def left_s(self) -> float:
        """Seconds until something may be sent; 0 or less if it may now."""
        return self._not_before - time.monotonic()

    def begin(self, asked_s: float | None) -> None:
        """Hold back, for as long as the server asks to; ever longer if it does not."""
        self._is_guess = asked_s is None
        delay_s = self._delay_s if asked_s is None else asked_s
        self._delay_s = min(self._delay_s * _GROWTH, _LONGEST_S)
        self._not_before = max(self._not_before, time.monotonic() + delay_s)
        self.is_probing = True

    def lift(self) -> None:
        """Send again, unless the server has said how long to wait."""
        if self._is_guess:
            self._not_before, self._is_guess = 0.0, False

    def taken(self) -> bool:
        """Note that a request was taken; return whether none is held back any more."""
        if self.left_s > 0:  # it was sent before a refusal
            return False
        self._delay_s, self.is_probing = _FIRST_HOLD_S, False
        return True
