"""The jobs of the server in the place of form and map, made when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# The table is loaded when it is first shown, not with the app.
from ogc_widgets import panel

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets

    from ogc_widgets.client import Client, Job
    from ogc_widgets.panel import JobTable

_SHOWN = "ogcw-app-shows-jobs"


class JobsTab:
    """Shows and hides the list of jobs; form and map stay alive meanwhile.

    Args:
        client: Whose jobs.
        split: The box of form and map, which the list is put into.
        on_attach: Called with the job that was chosen.
        on_removed: Called with a job that was deleted, from any thread.
        on_run_again: Called with a process and inputs, from any thread.
    """

    def __init__(
        self,
        client: Client,
        split: ipywidgets.Box,
        *,
        on_attach: Callable[[Job], object],
        on_removed: Callable[[Job], object],
        on_run_again: Callable[[str, dict[str, Any]], object],
    ) -> None:
        self._client = client
        self._split = split
        self._on_attach = on_attach
        self._on_removed = on_removed
        self._on_run_again = on_run_again
        self._selected = ""
        self.table: JobTable | None = None

    def show(self) -> None:
        """Show the list, as it is now."""
        if self.table is None:
            self.table = panel.JobTable(self._client)
            self.table.on_attach(self._on_attach)
            self.table.on_removed(self._on_removed)
            self.table.on_run_again(self._on_run_again)
            self.table.selected_job_id = self._selected
            self._split.children = (*self._split.children, self.table)
        else:
            self.table.refresh()
        self._split.add_class(_SHOWN)

    def hide(self) -> None:
        """Show form and map again."""
        self._split.remove_class(_SHOWN)

    def follow(self, job: Job | None) -> None:
        """Mark the job that the app shows; a new one appears in the list."""
        self._selected = "" if job is None else job.id
        if self.table is not None:
            self.table.selected_job_id = self._selected
            if job is not None and job.id not in {one.id for one in self.table.jobs}:
                self.table.refresh()

    def close(self) -> None:
        """Close the list; no job is touched."""
        if self.table is not None:
            self.table.close()
