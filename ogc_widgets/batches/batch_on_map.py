"""Keeps on a map what a batch is about and what has come out of it so far."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import traitlets

from ogc_widgets.batches.areas_on_map import show_areas
from ogc_widgets.batches.one_selection import select_together
from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.batches.batch_view import BatchView
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.merged.batch_results import BatchResults
    from ogc_widgets.map import ResultsMap

_EVERY_S = 3.0  # results of jobs that end in this time come together
_EACH_ITEM_S = 0.02


class BatchOnMap:
    """Draws the areas of a batch, and fetches the results of its jobs as they end.

    Args:
        view: The table; what is selected there is marked on the map, and the other way
            round.
        results_map: Shows the results, on the map where the areas are drawn in the
            colours of their states; an item is selected with the row of its job.
        on_results: Called with the results so far, from any thread; with None when
            they are those of a batch that is drawn no longer.
    """

    def __init__(
        self,
        view: BatchView,
        results_map: ResultsMap,
        on_results: Callable[[BatchResults | None], object],
    ) -> None:
        self._view, self._results, self._on_results = view, results_map, on_results
        self._batch: Batch | AsyncBatch | None = None
        self._stops: list[Callable[[], None]] = []
        self._merged: BatchResults | None = None
        self._done: tuple[tuple[int, int], ...] = ()
        self._timer: asyncio.TimerHandle | None = None

    def show(self, batch: Batch | AsyncBatch | None) -> None:
        """Draw a batch instead of the one before, or none."""
        self.hide()
        is_new = batch is not self._batch
        if is_new:
            if self._merged is not None:
                self._on_results(None)
            self._merged, self._done = None, ()
        self._batch = batch
        if batch is None:
            return
        areas = show_areas(self._results.map, batch)
        both = traitlets.link((self._view, "selected"), (areas, "selected"))
        self._stops = [
            *(both.unlink, areas.close, batch.watch(self._changed)),
            select_together(self._view, self._results),
        ]
        if is_new:
            self._results.map.fit()
        if self._merged is not None:
            self._on_results(self._merged)
        self._look()

    def hide(self) -> None:
        """Draw it no longer; what was fetched is kept for the next time."""
        for stop in self._stops:
            stop()
        self._stops = []

    def _changed(self, _indexes: frozenset[int]) -> None:
        batch = self._batch
        if batch is None or (self._timer is not None and not batch.is_ended):
            return
        # Very many items are many bytes for the page: they come less often.
        items = 0 if self._merged is None else len(self._merged.items)
        wait_s = _EVERY_S if batch.is_ended else max(_EVERY_S, items * _EACH_ITEM_S)
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(wait_s, self._look)

    def _look(self) -> None:
        """Fetch results if there are others than before and somebody looks."""
        self._timer = None
        batch = self._batch
        if batch is None or not self._stops:
            return
        done = tuple(
            (one.index, one.attempt)
            for one in batch.entries
            if one.state == "successful"
        )
        if done == self._done:
            return
        self._done = done

        def show(future: Future[BatchResults]) -> None:
            merged = future.result()
            with publishing():
                if batch is self._batch:
                    is_first, self._merged = self._merged is None, merged
                    if self._stops:
                        self._on_results(merged)
                        if is_first:
                            self._results.map.fit()  # not only the first jobs

        aio = batch.aio if isinstance(batch, Batch) else batch
        follow(submit(aio.results), show, self._view.report)
