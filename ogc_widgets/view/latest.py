"""Work in the background of which only the latest counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

    from ogc_widgets.errors import OgcError


class Latest:
    """One thing at a time: a new one ends the one before, whose result is dropped.

    Args:
        start: Starts it; see ``View._start``.
    """

    def __init__(self, start: Callable[..., Future[Any]]) -> None:
        self._start = start
        self._turn = 0
        self._future: Future[Any] | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is something to wait for."""
        return self._future is not None and not self._future.done()

    def start(
        self,
        work: Callable[[], Coroutine[Any, Any, Any]],
        done: Callable[[Any], object] = lambda _result: None,
        failed: Callable[[OgcError], object] | None = None,
    ) -> None:
        """Start work; the arguments are those of ``View._start``."""
        self.stop()
        turn = self._turn
        self._future = self._start(
            work, done, failed, is_wanted=lambda: turn == self._turn
        )

    def stop(self) -> None:
        """End what is going on."""
        self._turn += 1
        future, self._future = self._future, None
        if future is not None:
            future.cancel()
