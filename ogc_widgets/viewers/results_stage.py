"""The results of one job: a chip for each output, and the viewer of the chosen one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ogc_widgets.client.batches.batch_results import BatchResults
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.map import ResultsMap
from ogc_widgets.map.footprints import item_ids
from ogc_widgets.protocol.text import counted
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.view.next_cell import line_for
from ogc_widgets.viewers.dataset_viewer import DatasetViewer
from ogc_widgets.viewers.outputs_view import OutputsView
from ogc_widgets.viewers.plain_viewers import (
    FileViewer,
    PictureViewer,
    TextViewer,
    ValueViewer,
)
from ogc_widgets.viewers.raster_viewer import RasterViewer
from ogc_widgets.viewers.registry import registered_for
from ogc_widgets.viewers.table_viewer import FeaturesViewer, TableViewer
from ogc_widgets.viewers.tree_viewer import TreeViewer

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client import Results
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.viewers.registry import MakeViewer
    from ogc_widgets.viewers.viewer import Viewer


# What is not here is a file: it has a name, a size and a button.
_VIEWERS: dict[str, type[Viewer]] = {
    "value": ValueViewer,
    "text": TextViewer,
    "json": TreeViewer,
    "features": FeaturesViewer,
    "table": TableViewer,
    "picture": PictureViewer,
    "raster": RasterViewer,
    "dataset": DatasetViewer,
}
_ON_MAP = frozenset({"items"})
_AWAY = "ogcw-stage-away"


class ResultsStage(NotesDisplay, ipywidgets.VBox):
    """Shows the outputs of a job, one at a time.

    Args:
        results_map: Shows what lies on the map, and its table.
    """

    is_filled = traitlets.Bool(default_value=False)
    """Whether there are results to look at, or words on why there are none."""

    def __init__(self, results_map: ResultsMap) -> None:
        self.head = OutputsView()
        self.results_map = results_map
        self.contents: dict[str, Content] = {}
        self._results: Results | None = None
        self._viewers: dict[str, ipywidgets.Widget] = {}
        self._viewer: ipywidgets.Widget = results_map
        self.on_again: Callable[[Results], object] = self.show
        # Viewers stay in the page once they were seen: none is drawn twice. Each is in
        # a box, as views of anywidget do not follow changes of their own classes.
        self._boxes: dict[ipywidgets.Widget, ipywidgets.Box] = {
            results_map: results_map
        }
        self._place = ipywidgets.VBox([results_map])
        self._place.add_class("ogcw-stage-place")
        self.downloads = results_map.downloads
        super().__init__([self.head, self._place, self.downloads])
        self.add_class("ogcw")
        self.add_class("ogcw-stage")
        self.head.observe(self._show_chosen, "chosen")
        results_map.observe(self._select_row, "selected")

    @property
    def viewer(self) -> ipywidgets.Widget:
        """The viewer of the chosen output, or the table of the items."""
        return self._viewer

    @property
    def strip(self) -> list[ipywidgets.Widget]:
        """What belongs to the results on the map and stands below it."""
        return [self.results_map.chart, self.results_map.settings]

    def show(self, results: Results | None) -> None:
        """Show the outputs of a job, or that there are none yet."""
        contents = {} if results is None else results.contents
        before = self._results
        is_batch = isinstance(results, BatchResults) and before is not None
        if results and before and is_batch and results.source == before.source:
            self._go_on(contents)
        else:
            self._close_viewers()
        self._results = self.results_map.results = results
        self.contents = contents
        drawn = self.results_map.drawn
        summary = "" if results is None else _summary(results, self.contents, drawn)
        shown = [*self.contents.values()]
        # Items of all outputs are on one map and in one table: one chip is enough.
        items = [one for one in shown if one.kind in _ON_MAP]
        shown = [one for one in shown if one not in items[1:]]
        counts = {items[0].id: len(results.items)} if results and items else {}
        self.head.show(shown, summary, counts)
        self._show_chosen()
        self.is_filled = results is not None

    def _show_chosen(self, _change: object = None) -> None:
        content = self.contents.get(self.head.chosen)
        if content is None or (content.kind in _ON_MAP and not registered_for(content)):
            self._bring(self.results_map)
            self._lay_on_map(self._results)
            return
        # A viewer that has read its output is replaced in another thread.
        with publishing():
            if content.id not in self._viewers:
                self._open(content, registered_for(content))
            self._bring(self._viewers[content.id])
        self._draw_features()

    def _bring(self, viewer: ipywidgets.Widget) -> None:
        """Show one of the viewers, and none of the others."""
        if viewer not in self._boxes:
            box = self._boxes[viewer] = ipywidgets.VBox([viewer])
            box.add_class("ogcw-stage-box")
            self._place.children = tuple(self._boxes.values())
        if viewer is not self._viewer:
            self._boxes[self._viewer].add_class(_AWAY)
        self._boxes[viewer].remove_class(_AWAY)
        self._viewer = viewer

    def _lay_on_map(self, shown: Results | list[Any] | None) -> None:
        if self.results_map.results is not shown:
            self.results_map.results = shown

    def _draw_features(self, _change: object = None) -> None:
        """Lay the features that are looked at on the map, once they have been read."""
        viewer = self.viewer
        if isinstance(viewer, FeaturesViewer) and viewer.features:
            self._lay_on_map(viewer.features)

    def _select_row(self, _change: object) -> None:
        viewer, name = self.viewer, self.results_map.selected
        if isinstance(viewer, FeaturesViewer) and name:
            names = item_ids(viewer.features)
            if name in names and names.index(name) != viewer.selected:
                viewer.reveal(names.index(name))

    def _select_feature(self, change: Any) -> None:  # noqa: ANN401 # of traitlets
        viewer, at = change["owner"], change["new"]
        if viewer is self.viewer and 0 <= at < len(viewer.features):
            self.results_map.selected = item_ids(viewer.features)[at]

    @property
    def line(self) -> str:
        """The line of Python that makes ``results`` of those that are shown."""
        return line_for(self._results) if self._results is not None else ""

    def _open(self, content: Content, make: MakeViewer | None = None) -> None:
        """Make the viewer of an output: that of a user, or else our own."""
        if make is not None:
            self._open_place(content, make)
            return
        kind = FileViewer if content.why_not else _VIEWERS.get(content.kind, FileViewer)
        viewer = self._viewers[content.id] = kind(content)
        if isinstance(viewer, FeaturesViewer):
            viewer.observe(self._draw_features, "total")
            viewer.observe(self._select_feature, "selected")
        viewer.join(self)

    def _open_place(self, content: Content, make: MakeViewer) -> None:
        """Make a place for the widget that a user's function makes."""
        # It may fail before this returns, and then ours takes its place.
        place = self._viewers[content.id] = ipywidgets.VBox()

        def finished(future: Future[Any]) -> None:
            try:
                widget = future.result()
            except Exception as error:  # noqa: BLE001 # whatever it raises is shown
                with publishing():
                    self.head.report(error)
                    if self._viewers.get(content.id) is place:
                        self._replace(content)
                return
            with publishing(place):
                place.children = (widget,)

        # It may read the output, so it is not for this thread.
        async def work() -> Any:  # noqa: ANN401 # any widget
            return await asyncio.to_thread(make, content)

        follow(submit(work), finished, self.head.report)

    def become(self, content: Content) -> None:
        """Show an output that was read in the viewer of what it turned out to be."""
        if content.id in self._viewers:
            self.contents = {**self.contents, content.id: content}
            self.head.set_kind(content.id, content.kind)
            self._replace(content, registered_for(content))

    def _replace(self, content: Content, make: MakeViewer | None = None) -> None:
        """Show an output in another viewer than before."""
        old = self._viewers[content.id]
        self._open(content, make)
        if old is self._viewer:
            self._bring(self._viewers[content.id])
        self._drop(old)

    def ask_again(self) -> None:
        """Show the results anew, and of them the output that is looked at."""
        results, chosen = self._results, self.head.chosen
        if results is None:
            return

        def finished(future: Future[Results]) -> None:
            found = future.result()
            with publishing():
                if results is self._results:
                    self.on_again(found)
                    if chosen in self.contents:
                        self.head.chosen = chosen

        follow(submit(results.aio_again), finished, self._viewer.report)

    def _go_on(self, contents: dict[str, Content]) -> None:
        """Let tables that are looked at grow with a batch, and close other viewers."""
        for name, viewer in [*self._viewers.items()]:
            content = contents.get(name)
            if isinstance(viewer, TableViewer) and content is not None:
                viewer.go_on(content)
                continue
            if viewer is self._viewer:
                self._bring(self.results_map)
            self._drop(self._viewers.pop(name))

    def _close_viewers(self) -> None:
        self._bring(self.results_map)
        viewers, self._viewers = self._viewers, {}
        for viewer in viewers.values():
            self._drop(viewer)

    def _drop(self, viewer: ipywidgets.Widget) -> None:
        """Close a viewer, and the box that it stands in if it was seen."""
        box = self._boxes.pop(viewer, None)
        self._place.children = tuple(self._boxes.values())
        viewer.close()
        if box is not None:
            box.close()
            box.layout.close()

    def report(self, error: BaseException) -> None:
        """Say why there are no results."""
        self.head.report(error)
        self.is_filled = True

    def _card_(self) -> tuple[str, str]:
        return self.results_map._card_()

    def close(self) -> None:
        """Close everything but the map that the results are drawn on."""
        if self.comm is None:
            return
        self.results_map.unobserve(self._select_row, "selected")
        self._close_viewers()
        self.head.close()
        self.results_map.close()
        layouts = self.layout, self._place.layout
        self._place.close()
        super().close()
        for layout in layouts:
            layout.close()


def _summary(results: Results, contents: dict[str, Content], drawn: int) -> str:
    parts = []
    if items := len(results.items):
        parts = [
            counted(items, "STAC item"),
            f"{counted(drawn, 'footprint')} on the map",
        ]
    if others := sum(one.kind not in _ON_MAP for one in contents.values()):
        parts.append(counted(others, "output"))
    return " · ".join(parts) or "The job gave no outputs."


def stage_of(results: Results) -> ResultsStage:
    """Show results where no map of an app is there for them."""
    stage = ResultsStage(ResultsMap())
    stage.show(results)
    return stage
