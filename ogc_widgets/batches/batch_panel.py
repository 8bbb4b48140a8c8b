"""A batch in a cell: its bar and table, its areas and results on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
from IPython.display import display

from ogc_widgets.batches.batch_on_map import BatchOnMap
from ogc_widgets.batches.batch_view import BatchView
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import need_batch
from ogc_widgets.map import AreaMap, ResultsMap
from ogc_widgets.panel import JobPanel
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.viewers import ResultsStage

if TYPE_CHECKING:
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch


class BatchPanel(NotesDisplay, ipywidgets.VBox):
    """Shows a batch while it runs and after: how far it is, its jobs, its results.

    Closing it does not touch the batch.

    Args:
        batch: A :class:`~ogc_widgets.client.Batch` or an ``AsyncBatch``.

    Attributes:
        view: The bar and the table; it sorts, filters, and gives them as CSV and code.
        panel: The job that was opened last.
        stage: The results of all jobs so far.
        map: The areas of all requests, and on them what came out.
    """

    def __init__(self, batch: Batch | AsyncBatch) -> None:
        need_batch("BatchPanel", batch)
        self.view = BatchView(batch, on_open=self.show_job)
        self.panel = JobPanel()
        self.map = AreaMap()
        self.stage = ResultsStage(ResultsMap(area_map=self.map))
        self._strip = ipywidgets.HBox(self.stage.strip)
        self._strip.add_class("ogcw-results-strip")
        self._on_map = BatchOnMap(self.view, self.stage.results_map, self.stage.show)
        super().__init__([self.view, self.map, self.stage, self._strip])
        self._on_map.show(batch)
        self.add_class("ogcw-batch-panel")

    @property
    def batch(self) -> Batch | AsyncBatch | None:
        """The batch that is shown."""
        return self.view.batch

    def show_job(self, index: int) -> Job | None:
        """Show the job of one request between the table and the map.

        Args:
            index: Its place in the batch.

        Raises:
            InputError: It has no job yet.
        """
        if self.batch is None:
            return None
        found = self.batch.job(index)
        job = found if isinstance(found, Job) else Job(found)
        with publishing(self):
            self.panel.job = job
            self.children = (
                *(self.view, self.panel),
                *(self.map, self.stage, self._strip),
            )
        return job

    def _card_(self) -> tuple[str, str]:
        parts: list[BatchView | ResultsStage] = [self.view]
        if self.stage.is_filled:
            parts.append(self.stage)
        texts, tables = zip(*(part._card_() for part in parts), strict=True)
        return "\n".join(texts), "\n".join(tables)

    def close(self) -> None:
        """Close the panel; the batch goes on."""
        if self.comm is None:
            return
        self._on_map.show(None)
        layouts = self.layout, self._strip.layout
        for part in (self.view, self.panel, self.stage, self.map, self._strip):
            part.close()
        super().close()
        for layout in layouts:
            layout.close()


def show_batch(batch: Batch | AsyncBatch) -> None:
    """Display a batch, as a cell does that ends with it."""
    display(BatchPanel(batch))  # type: ignore[no-untyped-call] # of IPython
