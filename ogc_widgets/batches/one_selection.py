"""One selection for the rows of a batch and for the items that its jobs gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.batches.merged.batch_results import BatchResults

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.batches.batch_view import BatchView
    from ogc_widgets.map import ResultsMap


def select_together(view: BatchView, results_map: ResultsMap) -> Callable[[], None]:
    """Let the row of a job be selected with an item of it, and the other way round.

    Args:
        view: The rows.
        results_map: The items, once they are shown.

    Returns:
        A function that ends it.
    """

    def results() -> BatchResults | None:
        shown = results_map.results
        return shown if isinstance(shown, BatchResults) else None

    def row_of_item(_change: object) -> None:
        found = results()
        at = -1 if found is None else found.index_of(results_map.selected)
        if at >= 0:
            view.selected = at

    def item_of_row(_change: object = None) -> None:
        found = results()
        if found is None or found.index_of(results_map.selected) == view.selected:
            return
        # Without a row there is no item, and before its job has ended there is none.
        results_map.selected = found.first_item_of(view.selected)

    results_map.observe(row_of_item, "selected")
    view.observe(item_of_row, "selected")

    def stop() -> None:
        results_map.unobserve(row_of_item, "selected")
        view.unobserve(item_of_row, "selected")

    return stop
