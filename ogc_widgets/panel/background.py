"""A view whose work is done on the package's loop thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.loop import submit
from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future


class BackgroundView(View):
    """Base of the panel and the table: starts work that nobody waits for."""

    _closed = False

    def _start(self, work: Callable[..., Any], *args: object) -> Future[Any]:
        """Start work on the loop thread; what it raises is shown, never lost."""
        future = submit(work, *args)
        future.add_done_callback(self._show_failure_of)
        return future

    def _show_failure_of(self, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not self._closed:
            self.report(error)
