"""The areas of a batch on a map, in the colours of their states."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.batches.entry_words import GROUP_OF, cells_of, columns_of
from ogc_widgets.client.batches.merged.entry_areas import EntryAreas
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.map import AreaMap

_EVERY_S: Final = 1.0  # changes of this time go to the page together
# What somebody wants to know of an area where its jobs are in several states.
_TELLING: Final = ("failed", "unknown", "lost", "running", "dismissed")


class AreasOnMap(traitlets.HasTraits):
    """Draws the areas of a batch; requests of the same area are one.

    Args:
        area_map: The map to draw on.
        batch: The batch; it is followed until :meth:`close`.
    """

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
            asyncio.get_running_loop().call_later(_EVERY_S, self._catch_up)

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


def show_areas(area_map: AreaMap, batch: Batch | AsyncBatch) -> AreasOnMap:
    """Draw the areas of a batch on a map, in the colours of their states.

    Args:
        area_map: The map.
        batch: The batch.

    Returns:
        What follows the batch, and knows which request is selected.
    """
    return AreasOnMap(area_map, batch)


def state_of(groups: Collection[str]) -> str:
    """The state of an area whose jobs are in these.

    Args:
        groups: Values of :data:`GROUP_OF`.
    """
    for one in _TELLING:
        if one in groups:
            return one
    is_begun = {"waiting", "successful"} <= {*groups}
    return "running" if is_begun else next(iter(groups))
