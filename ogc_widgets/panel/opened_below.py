"""A list of what was started from this machine, and below it what was opened of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from ogc_widgets.view.base import View, publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from ipywidgets import Widget


class OpenedBelow(NotesDisplay, ipywidgets.VBox):
    """A table, and below it one thing at a time."""

    def __init__(self, table: View) -> None:
        self.table = table
        self._below: Widget | None = None
        super().__init__([table])

    def show_below(self, widget: Widget) -> None:
        """Show something instead of what was opened before; any thread."""
        with publishing(self):
            before, self._below = self._below, widget
            self.children = [self.table, widget]
        if before is not None:
            before.close()

    def _card_(self) -> tuple[str, str] | None:
        return self.table._card_()

    def close(self) -> None:
        """Close the table and what stands below it; no job is touched."""
        if self.comm is None:
            return
        for part in (self.table, self._below):
            if part is not None:
                part.close()
        super().close()
