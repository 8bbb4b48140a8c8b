"""What the tabs of the app show, and which of them is opened when results come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.on_demand import JobsTab
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.map import AreaMap
    from ogc_widgets.viewers import ResultsStage

# What lies on the map because of a job, and what stands there before there is one.
_DRAWN = {"footprints", "pictures", "rasters"}


class Tabs(FormLink):
    """Follows the tab that is open, the form and the results.

    Args:
        header: Says which tab is open.
        area_map: Is seen where there is something to be placed or looked at.
        screen: Where everything stands.
        jobs: The list of jobs.
        write: Called with the form and the name of a tab that shows a text.
        leave: Called when another tab than that of the form is opened.
    """

    watched: ClassVar = ("inputs", "outputs", "response", "extra")

    def __init__(
        self,
        header: HeaderView,
        area_map: AreaMap,
        screen: Screen,
        jobs: JobsTab,
        *,
        write: Callable[[ProcessForm, str], object],
        leave: Callable[[], object],
    ) -> None:
        self._header, self._screen = header, screen
        self._stage: ResultsStage | None = None
        self._map, self._jobs = area_map, jobs
        self._write, self._leave_form = write, leave
        self._sent: dict[str, Any] | None = None
        header.observe(self._opened, "tab")
        area_map.observe(self._look_at_map, "kinds_drawn")

    def follow_results(self, stage: ResultsStage) -> None:
        """Open the tab of the results when there are some."""
        self._stage = stage
        stage.observe(self._arrived, "is_filled")

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
        if self._stage is not None:
            self._stage.unobserve(self._arrived, "is_filled")
        self._map.unobserve(self._look_at_map, "kinds_drawn")

    def _follow(self) -> None:
        self._write_request()
        self._look_at_map()

    def _opened(self, _change: object) -> None:
        tab = self._header.tab
        if tab == "results":
            self._header.is_new = False
        if tab != "form":
            self._leave_form()
        if tab == "jobs":
            self._screen.show_jobs(self._jobs.show())
        self._write_request()

    def _write_request(self) -> None:
        if self.is_bound and self._header.tab in ("json", "code"):
            self._write(self.form, self._header.tab)

    def _arrived(self, _change: object) -> None:
        """Results are there, or why there are none; or they have been taken away."""
        header = self._header
        has_results = self._stage is not None and self._stage.is_filled
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
        """Show the map where there is something for it."""
        drawn = {*self._map.kinds_drawn}
        takes_place = self.is_bound and (
            bool(self.form.areas.ids) or self.form.stac.has_fields
        )
        self._screen.mark(drawn=bool(drawn & _DRAWN), placed=takes_place or bool(drawn))
