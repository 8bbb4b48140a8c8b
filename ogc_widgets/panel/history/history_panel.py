"""What ``recent_jobs()`` shows in a notebook: the table, and what was opened of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import from_above
from ogc_widgets.panel.history.history_table import HistoryTable
from ogc_widgets.panel.job.job_panel import JobPanel
from ogc_widgets.panel.opened_below import OpenedBelow

if TYPE_CHECKING:
    from ogc_widgets.client import Job, RecentJobs, Results


class HistoryPanel(OpenedBelow):
    """The history of this machine, with the job or the results that were opened.

    Args:
        recent: What is listed at first.

    Attributes:
        table: The table.
        job: The job that was opened last, or ``None``.
        results: The results that were opened last, or ``None``.
    """

    table: HistoryTable

    def __init__(self, recent: RecentJobs) -> None:
        self.job: Job | None = None
        self.results: Results | None = None
        super().__init__(
            HistoryTable(
                recent.search, on_attach=self._show_job, on_results=self._show_results
            )
        )

    def _show_job(self, job: Job) -> None:
        self.job = job
        self.show_below(JobPanel(job))

    def _show_results(self, results: Results) -> None:
        self.results = results
        self.show_below(from_above("stage_of")(results))
