"""A run in a cell, without a server: what was asked, what happened, what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from ogc_widgets.errors import InputError
from ogc_widgets.form import ProcessForm
from ogc_widgets.map import AreaMap, ResultsMap
from ogc_widgets.panel import JobPanel
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView
from ogc_widgets.view.cards import html_table
from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.viewers import ResultsStage

if TYPE_CHECKING:
    from datetime import datetime

    from ogc_widgets.runs.run import Run


class RunHead(StateView):
    """Says which run it is, of when, by whom, and what of it was not kept."""

    _script = "run_head"

    def __init__(self, run: Run) -> None:
        self._run = run
        super().__init__()
        self._publish()

    def _state(self) -> dict[str, Any]:
        run = self._run
        return {
            "title": title_of(run),
            "facts": facts_of(run),
            "notes": [clean(one, limit=500) for one in run.notes],
        }


class RunView(NotesDisplay, ipywidgets.VBox):
    """Shows a run; nothing in it can be changed, and no server is asked.

    Args:
        run: The run.

    Attributes:
        run: The same.
        form: What was asked; None where the process or the inputs are not known.
        panel: How it went, and its logs.
        stage: What came out; None if nothing did.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._head = RunHead(run)
        self.panel = JobPanel(run.job)
        self.panel.folds, self.panel.is_open = True, bool(run.reason)
        self.form = _form(run)
        self.map = AreaMap()
        self.map.tools = []
        self.stage: ResultsStage | None = None
        if self.form is not None and self.form.areas.paths:
            self.map.geometry = self.form.areas.get(self.form.areas.paths[0])
        self._boxes: list[ipywidgets.Box] = []
        parts: list[ipywidgets.Widget] = [self._head, self.panel]
        body: list[ipywidgets.Widget] = []
        if self.form is not None:
            body.append(self._box(ipywidgets.VBox([self.form]), "ogcw-run-asked"))
        if run.items or self.map.geometry:
            body.append(self.map)
        if body:
            parts.append(self._box(ipywidgets.GridBox(body), "ogcw-run-body"))
        if run.record.results is not None:
            self.stage = ResultsStage(ResultsMap(area_map=self.map))
            self.stage.show(run.results())
            strip = ipywidgets.HBox(self.stage.strip)
            parts += [self.stage, self._box(strip, "ogcw-run-strip")]
        super().__init__(parts)
        self.add_class("ogcw")
        self.add_class("ogcw-run")

    def _box(self, box: ipywidgets.Box, name: str) -> ipywidgets.Box:
        box.add_class("ogcw")
        box.add_class(name)
        self._boxes.append(box)
        return box

    def _card_(self) -> tuple[str, str]:
        run = self.run
        html = html_table([*facts_of(run)], caption=title_of(run))
        parts = [html, self.form._card_()[1]] if self.form is not None else [html]
        if self.stage is not None:
            parts.append(self.stage._card_()[1])
        return title_of(run), "".join(parts)

    def close(self) -> None:
        """Close the view; the run can be shown again."""
        if self.comm is None:
            return
        for part in (self._head, self.panel, self.form, self.stage, self.map):
            if part is not None:
                part.close()
        for box in self._boxes:
            box.layout.close()
            box.close()
        super().close()


def title_of(run: Run) -> str:
    """What a run is called in its head, and in a saved notebook."""
    version = f" {clean(run.version, limit=20)}" if run.version else ""
    return f"{clean(run.title, limit=100)}{version}"


def facts_of(run: Run) -> list[tuple[str, str]]:
    """What there is to know about a run beside its documents: name and text."""
    by = ", ".join(f"{name} {version}" for name, version in run.software.items())
    where = f" in {run.notebook}" if run.notebook else ""
    found = [
        ("Server", run.server),
        ("Run", _when(run.time("started") or run.created)),
        ("Saved", f"{_when(run.time('saved'))}{where}" if run.time("saved") else ""),
        ("With", by),
        ("File", run.path.name if run.path else ""),
    ]
    return [(name, clean(text, limit=300)) for name, text in found if text]


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _form(run: Run) -> ProcessForm | None:
    if run.record.process is None or run.inputs is None:
        return None
    try:
        return ProcessForm(run.record.process, run.inputs, is_fixed=True)
    except InputError:
        return None
