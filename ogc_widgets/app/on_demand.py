"""What an app makes when it is first asked for: cards, list of jobs, results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets import deploy, map, panel, viewers  # noqa: A004 # a part of ours
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.opener import Opener
    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.client import Client, Job
    from ogc_widgets.map import AreaMap
    from ogc_widgets.panel import JobTable
    from ogc_widgets.view.base import View
    from ogc_widgets.viewers import ResultsStage


class Cards:
    """The card under the head of the app: of the server, or to deploy; or none.

    Args:
        client: The client of the server.
        header: The head, whose buttons open them.
        opener: Opens the processes that were deployed, and lists them.
        on_layout: Called with the card that is open now, or ``None``.
    """

    def __init__(
        self,
        client: Client,
        header: HeaderView,
        opener: Opener,
        on_layout: Callable[[View | None], object],
    ) -> None:
        self._client = client
        self._header = header
        self._opener = opener
        self._on_layout = on_layout
        self.card: View | None = None
        header.observe(self._follow, "card")

    def _follow(self, change: dict[str, Any]) -> None:
        old, self.card = self.card, None
        if change["new"] == "server":
            self.card = panel.ServerCard(self._client)
        elif change["new"] == "deploy":
            self.card = made = deploy.DeployPanel(self._client)
            made.on_change(lambda _process_id: self._opener.list_again())
            made.on_open(self._open)
        self._on_layout(self.card)
        if old is not None:
            old.close()

    def _open(self, process_id: str) -> None:
        self._header.card = ""
        self._opener.press(process_id)

    def close(self) -> None:
        """Close the card that is open."""
        if self.card is not None:
            self.card.close()


class JobsTab:
    """The list of jobs; loaded again each time that it is shown.

    Args:
        client: Whose jobs.
        callbacks: What is called, as ``JobTable`` has it: ``on_attach``,
            ``on_removed``, ``on_run_again``.
    """

    def __init__(self, client: Client, **callbacks: Callable[..., object]) -> None:
        self._client = client
        self._callbacks = callbacks
        self._selected = ""
        self.table: JobTable | None = None

    def show(self) -> JobTable:
        """The table, with the jobs of now."""
        if self.table is None:
            self.table = panel.JobTable(self._client)
            for name, callback in self._callbacks.items():
                getattr(self.table, name)(callback)
            self.table.selected_job_id = self._selected
        else:
            self.table.refresh()
        return self.table

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


class ResultsPart:
    """The results: viewers, table and chart, from when the first job is shown.

    Args:
        area_map: Where items and rasters are drawn.
        on_made: Called with them, once.
    """

    def __init__(
        self, area_map: AreaMap, on_made: Callable[[ResultsStage], object]
    ) -> None:
        self._map, self._on_made = area_map, on_made
        self._is_closed = False
        self.stage: ResultsStage | None = None

    def made(self) -> ResultsStage:
        """Make them, unless they are there; any thread."""
        with publishing():
            if self.stage is None:
                shown = map.ResultsMap(area_map=self._map)
                self.stage = viewers.ResultsStage(shown)
                self._on_made(self.stage)
            return self.stage

    def get_ready(self) -> None:
        """Make them while a job runs, so that its results are seen at once."""
        with publishing():
            if not self._is_closed:
                self.made()

    def close(self) -> None:
        """Close them; the map stays."""
        with publishing():
            self._is_closed = True
            if self.stage is not None:
                self.stage.close()
