"""What the tabs of the app show, and which of them is opened when results come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets import panel
from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.links.for_each_link import ForEachLink
    from ogc_widgets.app.links.search_link import SearchLink
    from ogc_widgets.app.opening import Opener
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client import Job
    from ogc_widgets.panel import JobTable

# What lies on the map because of a job, and what stands there before there is one.
_DRAWN = {"footprints", "pictures", "rasters"}


class Tabs(FormLink):
    """Follows the tab that is open, the form and the results."""

    watched: ClassVar = ("inputs", "outputs", "response", "extra")

    def __init__(
        self, screen: Screen, opener: Opener, search: SearchLink, for_each: ForEachLink
    ) -> None:
        super().__init__(screen)
        self._header, self._map, self._opener = screen.header, screen.map, opener
        self._search, self._for_each = search, for_each
        self._sent: dict[str, Any] | None = None
        self._header.observe(self._opened, "tab")
        screen.observe(self._follow_results, "stage")
        self._map.observe(self._look_at_map, "kinds_drawn")

    def _follow_results(self, _change: object) -> None:
        self.screen.stage.observe(self._arrived, "is_filled")
        self._look_at_map()

    def remember_sent(self) -> None:
        """A job is started: until its results come, the form may be changed again."""
        self._sent = dict(self.form.drafts)

    def forget_sent(self) -> None:
        """Another job is shown, which the form knows nothing of."""
        self._sent = None

    def close(self) -> None:
        """Let go of everything."""
        super().close()
        self._header.unobserve(self._opened, "tab")
        if self.screen.stage is not None:
            self.screen.stage.unobserve(self._arrived, "is_filled")
        self._map.unobserve(self._look_at_map, "kinds_drawn")

    def _follow(self) -> None:
        self._write_request()
        self._look_at_map()

    def _opened(self, _change: object) -> None:
        tab = self._header.tab
        if tab == "results":
            self._header.is_new = False
        if tab != "form":
            self._search.hide()
            self._for_each.hide()
        self._write_request()

    def _write_request(self) -> None:
        tab = self._header.tab
        if self.is_bound and tab in ("json", "code"):
            many = self._for_each.view
            self.screen.code.write(
                *(tab, self.screen.client, self.form, self._opener.server.process_url),
                at_once=many.at_once,
                title=many.title.strip(),
            )

    def _arrived(self, _change: object) -> None:
        """Results are there, or why there are none; or they have been taken away."""
        header = self._header
        has_results = self.screen.stage.is_filled
        with publishing(header):
            header.has_results = has_results
            header.is_new = False
            if not has_results:
                header.tab = "form" if header.tab == "results" else header.tab
            elif header.tab == "batch":
                pass  # they are on its map, or somebody looks at it meanwhile
            elif header.tab == "jobs" or self._is_at_work():
                header.is_new = True
            else:
                header.tab = "results"

    def _is_at_work(self) -> bool:
        """Whether somebody has gone on with the form while the job ran."""
        sent, self._sent = self._sent, None
        return sent is not None and self.is_bound and sent != self.form.drafts

    def _look_at_map(self, _change: object = None) -> None:
        """Show the map where there is something for it, and what stands below it."""
        drawn = {*self._map.kinds_drawn}
        takes_place = self.is_bound and (
            bool(self.form.areas.ids) or self.form.stac.has_fields
        )
        has_results = self.screen.stage is not None and bool(drawn & _DRAWN)
        self.screen.mark(app_drawn=has_results, app_placed=takes_place or bool(drawn))


class JobsTab:
    """The list of jobs; loaded again each time that it is shown.

    Args:
        screen: The app.
        callbacks: What is called, as ``JobTable`` has it: ``on_attach``,
            ``on_removed``, ``on_run_again``.
    """

    def __init__(self, screen: Screen, **callbacks: Callable[..., object]) -> None:
        self._screen, self._callbacks = screen, callbacks
        self._selected = ""
        self.table: JobTable | None = None
        screen.header.observe(self._opened, "tab")

    def _opened(self, _change: object) -> None:
        if self._screen.header.tab != "jobs":
            return
        if self.table is None:
            self.table = panel.JobTable(self._screen.client)
            for name, callback in self._callbacks.items():
                getattr(self.table, name)(callback)
            self.table.selected_job_id = self._selected
            self._screen.boxes["jobs"].children = (self.table,)
        else:
            self.table.refresh()

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
