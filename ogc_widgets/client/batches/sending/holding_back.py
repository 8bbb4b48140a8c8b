"""How long a batch sends nothing after its server has refused as too busy."""

from __future__ import annotations

import time

# How long to wait after a refusal that does not say it, and how much longer each time.
_FIRST_S = 2.0
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
        self._delay_s = _FIRST_S
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
        self._delay_s, self.is_probing = _FIRST_S, False
        return True
