"""What an app is made of and shows, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ipywidgets
import traitlets

from ogc_widgets.app.code_view import CodeView
from ogc_widgets.app.head_and_foot import FrameView, HeaderView, RunBar
from ogc_widgets.client.jobs.job import blocking_job
from ogc_widgets.errors import need_batch, need_job, need_like
from ogc_widgets.form import ProcessForm
from ogc_widgets.map import AreaMap
from ogc_widgets.panel import JobPanel
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client import Client

_BOXES: Final = (
    *("cards", "body", "left", "right", "strip", "jobs", "batch"),
    *("search", "each", "results"),
)


class Screen(NotesDisplay, ipywidgets.VBox):
    """The parts of an app, and what it shows; the base of the app itself.

    No box loses a part that it has: a page would make anew whatever stands behind it.
    The style sheet (``js/app/app.css``) hides what the open tab does not show.

    Args:
        client: The client of the server.

    Attributes:
        client: The same.
        map: The map, in the right column.
        panel: The job: its line below the header, its steps and log at the bottom.
        header: What stands above; says which tab is open.
        run_bar: The foot of the form.
        code: The texts of the tabs *JSON* and *Code*.
        boxes: By name, what there is room for: ``left`` has form, texts, and boxes for
            the ``search`` for items, for *Run for each* (``each``) and the ``results``.
    """

    children: Any
    form = traitlets.Instance(ProcessForm)
    """The form of the open process; another one after the process was changed."""
    job = traitlets.Any(allow_none=True)
    """The job that is shown; set it to attach to a job started elsewhere."""
    results = traitlets.Any(allow_none=True)
    """The results of the job once it is successful, else None."""
    batch = traitlets.Any(allow_none=True)
    """The batch that is shown in a tab of its own; set it to show another one."""
    height = traitlets.Int(0, min=0)
    """Height in CSS pixels, also when dragged; 0 for what the browser remembers."""
    stage: Any = traitlets.Any(allow_none=True)
    """What shows the results (a ``ResultsStage``), from the first job on."""

    @traitlets.validate("job")
    def _take_job(self, proposed: dict[str, Any]) -> object:
        if proposed["value"] is None:
            return None
        need_job("app.job", proposed["value"])
        return blocking_job(proposed["value"])

    @traitlets.validate("batch")
    def _take_batch(self, proposed: dict[str, Any]) -> object:
        if proposed["value"] is not None:
            need_batch("app.batch", proposed["value"])
        return proposed["value"]

    @traitlets.validate("results")
    def _take_results(self, proposed: dict[str, Any]) -> object:
        results = proposed["value"]
        if results is not None:
            what, example = "results", "job.results()"
            need_like("app.results", results, what, has="contents", example=example)
        return results

    def __init__(self, client: Client) -> None:
        self.client = client
        self.map, self.panel = AreaMap(height="100%"), JobPanel()
        # One for all that only the style sheet arranges.
        layout = ipywidgets.Layout()
        self.header, self.run_bar = HeaderView(layout=layout), RunBar(layout=layout)
        self.code, self._frame = CodeView(layout=layout), FrameView(layout=layout)
        self.boxes: Mapping[str, ipywidgets.Box] = {
            name: ipywidgets.VBox(
                layout=layout, _dom_classes=("ogcw", f"ogcw-app-{name}")
            )
            for name in _BOXES
        }
        super().__init__(_dom_classes=("ogcw", "ogcw-app"))
        boxes = self.boxes
        boxes["right"].children = (self.map,)
        boxes["body"].children = (
            *(self.panel, boxes["jobs"], boxes["batch"]),
            *(boxes["left"], boxes["right"], boxes["strip"]),
        )
        traitlets.link((self, "height"), (self._frame, "height"))

    @property
    def has_form(self) -> bool:
        """Whether a process is open."""
        return "form" in self._trait_values

    def show_form(self, form: ProcessForm) -> None:
        """Show everything, with the form of another process."""
        boxes = self.boxes
        boxes["left"].children = (
            *(boxes["search"], boxes["each"], boxes["results"]),
            *(self.code, form, self.run_bar),
        )
        self.children = (self.header, boxes["cards"], boxes["body"], self._frame)

    def jump(self, path: str) -> None:
        """Lead to a field that needs attention."""
        self.header.tab = "form"
        self.form.focus(path)

    def mark(self, box: str = "", **marks: bool) -> None:
        """Say what there is to see, as classes of a box, or of the app itself."""
        marked = self.boxes[box] if box else self
        # In one message, so that the page is arranged once.
        with publishing(marked):
            for name, is_so in marks.items():
                change = marked.add_class if is_so else marked.remove_class
                change(f"ogcw-{name.replace('_', '-')}")

    def close(self) -> None:
        """Close the parts, and the boxes."""
        for part in (self.header, self.run_bar, self.code, self.panel, self.map):
            part.close()
        self._frame.close()
        for box in self.boxes.values():
            box.close()
        super().close()
