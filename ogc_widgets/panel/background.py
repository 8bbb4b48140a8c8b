"""A view whose work is done on the package's loop thread."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from collections.abc import Callable


class BackgroundView(View):
    """Base of the panel and the table: starts work that nobody waits for."""

    _closed = False

    def _start(self, work: Callable[..., Any], *args: object) -> Future[Any]:
        """Start work on the loop thread; what it raises is shown, never lost."""
        return follow(submit(work, *args), Future.result, self._show_failure)

    def _show_failure(self, error: BaseException) -> None:
        if not self._closed:
            self.report(error)
