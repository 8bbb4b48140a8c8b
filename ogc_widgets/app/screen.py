"""Where the parts of an app stand, and which of them are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

if TYPE_CHECKING:
    from collections.abc import Iterable


class Screen:
    """The boxes of an app: a head, form and map side by side, and what is below.

    Args:
        root: The app itself.
        header: What stands above.
        area_map: The map.
        below: What stands below.
    """

    def __init__(
        self,
        root: ipywidgets.Box,
        header: ipywidgets.Widget,
        area_map: ipywidgets.Widget,
        below: Iterable[ipywidgets.Widget],
    ) -> None:
        self.left = _named(ipywidgets.VBox(), "ogcw-app-left")
        """The box of the form."""
        self._right = _named(ipywidgets.VBox([area_map]), "ogcw-app-right")
        both = ipywidgets.GridBox([self.left, self._right])
        self._split = _named(both, "ogcw-app-split")
        self._root = _named(root, "ogcw-app")
        self._header, self._below = header, tuple(below)

    def show(self, card: ipywidgets.Widget | None = None) -> None:
        """Show everything, with or without a card under the head."""
        cards = [] if card is None else [card]
        self._root.children = (self._header, *cards, self._split, *self._below)

    def show_left(self, *parts: ipywidgets.Widget) -> None:
        """Put these into the place of the form.

        All stay in the page, so that the form keeps its place and nothing is rebuilt.
        """
        self.left.children = parts

    def show_tab(self, tab: str, table: ipywidgets.Widget | None = None) -> None:
        """Show what belongs to a tab; what does not stays alive.

        Args:
            tab: Its name, as in the head.
            table: The list of jobs, for its tab.
        """
        _mark(self.left, "ogcw-app-shows-text", is_on=tab in ("json", "code"))
        if table is not None:
            self._split.children = (self.left, self._right, table)
        _mark(self._split, "ogcw-app-shows-jobs", is_on=tab == "jobs")

    def close(self) -> None:
        """Close the boxes, but not what stands in them."""
        for box in (self.left, self._right, self._split):
            layout = box.layout
            box.close()
            layout.close()


def _named(box: ipywidgets.Box, name: str) -> ipywidgets.Box:
    box.add_class("ogcw")
    box.add_class(name)
    return box


def _mark(box: ipywidgets.Box, name: str, *, is_on: bool) -> None:
    if is_on:
        box.add_class(name)
    else:
        box.remove_class(name)
