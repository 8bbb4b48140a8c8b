"""A batch on a map: its areas in the colours of their states, and what came out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.batches.batch_results import BatchResults
from ogc_widgets.client.batches.entries import GROUP_OF, cells_of, columns_of
from ogc_widgets.client.batches.job_parts import EntryAreas
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from concurrent.futures import Future

    from ogc_widgets.area.area import Area
    from ogc_widgets.batches.batch_view import BatchView
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.map import AreaMap, ResultsMap


_RESULTS_EVERY_S: Final = 3.0  # results of jobs that end in this time come together
_EACH_ITEM_S: Final = 0.02
_STATES_EVERY_S: Final = 1.0  # changes of this time go to the page together
# What somebody wants to know of an area where its jobs are in several states.
_TELLING: Final = ("failed", "unknown", "lost", "running", "dismissed")


class BatchOnMap:
    """Draws the areas of a batch, and fetches the results of its jobs as they end.

    ``on_results`` gets those there are so far, from any thread, and None when they are
    of a batch that is drawn no longer.
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
        areas = AreasOnMap(self._results.map, batch)
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
        more_s = 0 if batch.is_ended else items * _EACH_ITEM_S
        wait_s = max(_RESULTS_EVERY_S, more_s)
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


class AreasOnMap(traitlets.HasTraits):
    """Draws the areas of a batch; requests of the same area are one."""

    selected = traitlets.Int(-1)
    """Index of the request that is looked at, or -1. A click on an area selects the
    first of its requests, and the next one each time."""

    def __init__(self, area_map: AreaMap, batch: Batch | AsyncBatch) -> None:
        super().__init__()
        self._areas = area_map.state_areas
        self._batch = batch
        self._inputs: list[Any] = []
        self._indexes: list[list[int]] = []
        self._is_due = self._closed = False
        self._areas.on_click = self._clicked
        # Before it is drawn: what happens meanwhile may be the last of it.
        self._unwatch: Callable[[], None] = batch.watch(self._changed)
        with publishing():
            self._show()

    def _show(self) -> None:
        """Find the areas, and draw them."""
        batch = self._batch
        entries, differing = batch.entries, batch.differing
        self._inputs = [one.inputs for one in entries]
        known = batch.job_list.discovery.known_processes.get(batch.process_id)
        finder = EntryAreas(known, differing)
        columns = columns_of(entries, differing, {})
        found: dict[Area, tuple[str, list[int]]] = {}
        for entry in entries:
            name, area = finder.find(entry.inputs)
            if area is None:
                continue
            if area not in found:
                cells = cells_of(entry, columns)
                named = (
                    cell
                    for cell, column in zip(cells, columns, strict=True)
                    if column.id == name
                )
                found[area] = (next(named, entry.label), [])
            found[area][1].append(entry.index)
        self._indexes = [indexes for _, indexes in found.values()]
        labels = [label for label, _ in found.values()]
        self._areas.show(labels, [*found], self._states(entries))
        self._mark()

    def _states(self, entries: Sequence[BatchEntry]) -> list[str]:
        return [
            state_of({GROUP_OF[entries[at].state] for at in indexes})
            for indexes in self._indexes
        ]

    def _changed(self, _indexes: frozenset[int]) -> None:
        """Something has changed; called in the loop thread."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(_STATES_EVERY_S, self._catch_up)

    def _catch_up(self) -> None:
        self._is_due = False
        with publishing():
            if self._closed:
                return
            entries = self._batch.entries
            # Who tries again with other inputs may mean another area.
            if any(
                one.inputs is not was
                for one, was in zip(entries, self._inputs, strict=True)
            ):
                self._show()
            else:
                self._areas.colour(self._states(entries))

    @traitlets.observe("selected")
    def _mark(self, _change: object = None) -> None:
        at = (n for n, found in enumerate(self._indexes) if self.selected in found)
        self._areas.chosen = next(at, -1)

    def _clicked(self, number: int) -> None:
        indexes = self._indexes[number] if 0 <= number < len(self._indexes) else [-1]
        # A second click goes on to the next request of the same area.
        at = indexes.index(self.selected) + 1 if self.selected in indexes else 0
        self.selected = indexes[at % len(indexes)]

    def close(self) -> None:
        """Take the areas off the map, and let go of the batch."""
        if self._closed:
            return
        self._unwatch()
        with publishing():
            self._closed = True
            self._areas.on_click = lambda _number: None
            self._areas.show([], [], [])


def state_of(groups: Collection[str]) -> str:
    """The state of an area whose jobs are in these groups of :data:`GROUP_OF`."""
    for one in _TELLING:
        if one in groups:
            return one
    is_begun = {"waiting", "successful"} <= {*groups}
    return "running" if is_begun else next(iter(groups))


def select_together(view: BatchView, results_map: ResultsMap) -> Callable[[], None]:
    """Let the row of a job be selected with an item of it, and the other way round."""

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
