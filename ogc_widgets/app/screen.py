"""Where the parts of an app stand; the style sheet says which of them are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.viewers import ResultsStage


class Parts(NamedTuple):
    """What an app shows besides the form.

    Attributes:
        header: What stands above; says which tab is open.
        foot: The lower edge.
        panel: The job: its line below the header, its steps and log at the bottom.
        area_map: The map, in the right column.
    """

    header: ipywidgets.Widget
    foot: ipywidgets.Widget
    panel: ipywidgets.Widget
    area_map: ipywidgets.Widget


class Screen:
    """The boxes of an app.

    No box loses a part that it has: a page would make anew whatever stands behind it.
    The style sheet (``js/app/app.css``) hides what the open tab does not show.

    Args:
        root: The app itself.
        parts: What stands in them.
    """

    def __init__(self, root: ipywidgets.Box, parts: Parts) -> None:
        self.left = _named(ipywidgets.VBox(), "ogcw-app-left")
        """The box of form, texts and results."""
        self.each = _named(ipywidgets.VBox(), "ogcw-app-each")
        """The box of *Run for each* there."""
        self.search = _named(ipywidgets.VBox(), "ogcw-app-search")
        """The box of the search for items there."""
        self._cards = _named(ipywidgets.VBox(), "ogcw-app-cards")
        self._jobs = _named(ipywidgets.VBox(), "ogcw-app-jobs")
        self._batch = _named(ipywidgets.VBox(), "ogcw-app-batch")
        self._right = _named(ipywidgets.VBox([parts.area_map]), "ogcw-app-right")
        self.results = _named(ipywidgets.VBox(), "ogcw-app-results")
        """The box of the results in the left one."""
        self._strip = _named(ipywidgets.HBox(), "ogcw-app-strip")
        self._body = _named(
            ipywidgets.GridBox(
                [
                    *(parts.panel, self._jobs, self._batch),
                    *(self.left, self._right, self._strip),
                ]
            ),
            "ogcw-app-body",
        )
        self._root = _named(root, "ogcw-app")
        self._parts = parts

    def show(self) -> None:
        """Show everything."""
        self._root.children = (
            *(self._parts.header, self._cards),
            *(self._body, self._parts.foot),
        )

    def show_card(self, card: ipywidgets.Widget | None) -> None:
        """Show a card under the head instead of the one before, or none."""
        self._cards.children = () if card is None else (card,)

    def show_left(self, *parts: ipywidgets.Widget) -> None:
        """Put these into the left column; the later ones may change with the process.

        All stay in the page, so that the form keeps its place.
        """
        self.left.children = parts

    def show_jobs(self, table: ipywidgets.Widget) -> None:
        """Put the list of jobs into its place."""
        if self._jobs.children != (table,):
            self._jobs.children = (table,)

    def show_results(self, stage: ResultsStage) -> None:
        """Show results: beside the map, and below what belongs to those on it."""
        self.results.children = (stage,)
        self._strip.children = tuple(stage.strip)

    def show_batch(self, view: ipywidgets.Widget) -> None:
        """Put what shows a batch into its place."""
        if self._batch.children != (view,):
            self._batch.children = (view,)

    def mark(self, **marks: bool) -> None:
        """Say what there is to see, as classes ``ogcw-app-<name>`` of the app."""
        # In one message, so that the page is arranged once.
        with publishing(self._root):
            for name, is_so in marks.items():
                change = self._root.add_class if is_so else self._root.remove_class
                change(f"ogcw-app-{name}")

    def close(self) -> None:
        """Close the boxes, but not what stands in them."""
        for box in (
            *(self.left, self.results, self.each, self.search),
            *(self._cards, self._jobs, self._batch),
            *(self._right, self._strip, self._body),
        ):
            layout = box.layout
            box.close()
            layout.close()


def _named(box: ipywidgets.Box, name: str) -> ipywidgets.Box:
    box.add_class("ogcw")
    box.add_class(name)
    return box
