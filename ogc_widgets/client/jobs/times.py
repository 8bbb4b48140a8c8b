"""How long a job has been going, without ever comparing two clocks, and setbacks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.protocol import JobView


class Stopwatch:
    """Seconds since a job was submitted.

    Runs on the monotonic clock from the moment of submission. A job that was started
    elsewhere begins with the age that the server's own times give it, and a finished
    job has the duration that the server tells, where it tells one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._ended: float | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds so far; None before anything began."""
        if self._ended is not None:
            return self._ended
        return None if self._began is None else self._clock() - self._began

    def start(self) -> None:
        """Begin at zero, now."""
        self._began, self._ended = self._clock(), None

    def pause(self) -> None:
        """Stand still."""
        self._ended = self.seconds

    def go_on(self) -> None:
        """Run on after a pause, as if it had not been."""
        self._ended = None

    def see(self, view: JobView) -> None:
        """Take in a view of the job."""
        status = view.status
        if self._began is None:
            age = status.span_s(status.updated) if status is not None else None
            self._began = self._clock() - (age or 0.0)
        if view.is_final and self._ended is None:
            told = status.took_s if status is not None else None
            self._ended = told if told is not None else self.seconds


class Setbacks:
    """Notices that the progress of a job goes back, and says so until it goes on."""

    def __init__(self) -> None:
        self._known: float | None = None
        self.note = ""

    def see(self, view: JobView) -> None:
        """Take in a view of the job."""
        now = view.status.progress if view.status is not None else None
        if now is None:
            return
        before, self._known = self._known, now
        if before is None or now == before:
            return
        goes_back = now < before and not view.is_final
        told = f"The server set the progress back from {before:.0f} % to {now:.0f} %."
        self.note = told if goes_back else ""
