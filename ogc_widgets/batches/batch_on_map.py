"""Keeps on a map what a batch is about and what has come out of it so far."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ogc_widgets.batches.areas_on_map import show_areas
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client.batches.abatch import AnyBatch
    from ogc_widgets.client.batches.merged import BatchResults
    from ogc_widgets.map import AreaMap

_EVERY_S = 3.0  # results of jobs that end in this time come together


class BatchOnMap:
    """Draws the areas of a batch, and fetches the results of its jobs as they end.

    Args:
        area_map: Where the areas are drawn, in the colours of their states.
        on_results: Called with the results so far, from any thread.
        on_error: Called with what went wrong while they were fetched.
    """

    def __init__(
        self,
        area_map: AreaMap,
        on_results: Callable[[BatchResults], object],
        on_error: Callable[[BaseException], object],
    ) -> None:
        self._map = area_map
        self._on_results, self._on_error = on_results, on_error
        self._batch: AnyBatch | None = None
        self._stops: list[Callable[[], None]] = []
        self._merged: BatchResults | None = None
        self._done: tuple[tuple[int, int], ...] = ()
        self._is_due = False

    def show(self, batch: AnyBatch | None) -> None:
        """Draw a batch instead of the one before, or none."""
        for stop in self._stops:
            stop()
        self._stops = []
        if batch is not self._batch:
            self._merged, self._done = None, ()
        self._batch = batch
        if batch is None:
            return
        self._stops = [show_areas(self._map, batch), batch.watch(self._changed)]
        if self._merged is not None:
            self._on_results(self._merged)
        self._look()

    def hide(self) -> None:
        """Draw it no longer; what was fetched is kept for the next time."""
        for stop in self._stops:
            stop()
        self._stops = []

    def _changed(self, _indexes: frozenset[int]) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(_EVERY_S, self._look)

    def _look(self) -> None:
        """Fetch results if there are others than before and somebody looks."""
        self._is_due = False
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
                    self._merged = merged
                    if self._stops:
                        self._on_results(merged)

        aio = getattr(batch, "aio", batch)
        follow(submit(aio.results), show, self._on_error)
