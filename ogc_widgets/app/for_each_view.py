"""Run for each, in place of the form: which inputs differ, and the jobs that makes."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import traitlets

from ogc_widgets.area.layers import MAX_FILE_BYTES
from ogc_widgets.errors import InputError
from ogc_widgets.form.for_each.choosing import DATES, Choosing
from ogc_widgets.form.for_each.given import (
    InputTable,
    features_in_file,
    names_of,
    table_in_file,
)
from ogc_widgets.form.for_each.plan import Plan
from ogc_widgets.form.values import FormValues
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import OpenedView, RowsView, StateView, publishing
from ogc_widgets.view.transfer import Uploads

MOST_OUTLINED: Final = 500
"""Areas that the map outlines."""
_MOST_PROBLEMS: Final = 50
_LONGEST_TEXT: Final = 200_000
_TABLE: Final = ""  # stands for the table where an input id could stand


class ForEachView(OpenedView, RowsView, StateView):
    """Several values for some inputs, the jobs that makes, and the button to run them.

    Nothing is sent before that button is pressed. Whoever shows it handles the messages
    ``run``, ``search`` (STAC items are wanted for the input ``key``) and ``hide`` (the
    user goes back to the form, and to the input ``path`` if that is to be corrected).
    """

    _script = "for_each"

    at_once = traitlets.Int(4, min=1, max=100).tag(sync=True)
    """Jobs that the server has at the same time, at most."""
    title = traitlets.Unicode("").tag(sync=True)
    """What to call the batch."""
    marked = traitlets.Int(-1).tag(sync=True)
    """Number of the job that the mouse or the cursor is at, or -1."""
    busy = traitlets.Bool(default_value=False).tag(sync=True)
    plan = traitlets.Any(Plan((), {}))
    """The jobs as they are now, a :class:`~ogc_widgets.form.for_each.plan.Plan`."""

    def __init__(self) -> None:
        # Until it is bound, nothing can be chosen.
        self._choosing = Choosing(FormValues({}, lambda _change: None))
        self._uploads = Uploads(MAX_FILE_BYTES)
        self._reading: dict[str, str] = {}
        self._faults: dict[str, str] = {}
        super().__init__()

    def bind(self, choosing: Choosing) -> None:
        """Edit another choice, as of another form."""
        with publishing(self):
            self.hide()
            self._choosing = choosing
            self._reading, self._faults = {}, {}
            self.title = ""
            self.refresh()

    def show(self, key: str = "") -> None:
        """Come on the screen, with an input that is to differ if one is named."""
        with publishing(self):
            self.problem = ""
            if key:
                self._choosing.way = "each"
                self._choosing.add(key)
            self._come()
            self.refresh()

    def take_items(self, key: str, items: list[Any]) -> None:
        """Take STAC items that were picked, beside those that are there."""
        source = self._choosing.add(key)
        source.way = "items"
        source.add_items(items)
        self.refresh()

    def refresh(self) -> None:
        """Plan anew, as what stands in the form counts too."""
        with publishing(self):
            self.plan = self._choosing.plan()
            self._publish()

    # -- what the page says -----------------------------------------------------------

    def _on_way(self, way: str) -> None:
        if way in ("each", "table"):
            self._choosing.way = way  # type: ignore[assignment] # it is one of both
            self.refresh()

    def _on_add(self, key: str) -> None:
        self._choosing.add(key)
        self.refresh()

    def _on_remove(self, key: str) -> None:
        self._choosing.sources.pop(key, None)
        self._faults.pop(key, None)
        self.refresh()

    def _on_source(self, key: str, **changes: Any) -> None:  # noqa: ANN401 # JSON
        if key in self._choosing.sources:
            self._faults.pop(key, None)
            self._choosing.change(key, changes)
            self.refresh()

    def _on_table(self, text: str) -> None:
        self._faults.pop(_TABLE, None)
        self._choosing.paste_table(text)
        self.refresh()

    def _on_column(self, column: str, use: str) -> None:
        self._choosing.use_column(column, use)
        self.refresh()

    def _on_upload(  # one message for each part
        self, key: str, name: str, base64: str, part: int = 0, parts: int = 1
    ) -> None:
        content = self._uploads.add(f"{key}\n{name}", base64, part, parts)
        self._reading[key] = clean(name, limit=80)
        self._faults.pop(key, None)
        self._publish()
        if content is None:
            return
        read = table_in_file if key == _TABLE else features_in_file
        chosen = self._choosing

        # Aside: GDAL takes a second or more.
        async def work() -> Any:  # noqa: ANN401 # a table, or features
            return await asyncio.to_thread(read, content, name)

        def done(found: Any) -> None:  # noqa: ANN401 # as above
            self._reading.pop(key, None)
            self._take_file(key, found, clean(name, limit=80))
            self.refresh()

        def failed(error: Exception) -> None:
            self._reading.pop(key, None)
            self._faults[key] = " ".join(str(error).split())
            self._publish()

        # Another form may be open by then, which knows nothing of this file.
        def is_wanted() -> bool:
            return self._choosing is chosen

        self._start(work, done, failed, is_wanted=is_wanted)

    def _take_file(self, key: str, found: Any, name: str) -> None:  # noqa: ANN401 # as above
        if key == _TABLE:
            self._choosing.table.text = ""
            self._choosing.take_table(found, name)
        elif key in self._choosing.sources:
            self._choosing.sources[key].take_features(found, name)

    def _rows(self, first: int, count: int) -> list[dict[str, Any]]:
        rows = []
        for index in range(first, min(len(self.plan), first + count)):
            cells = self.plan.cells(index)
            faults = {str(at): one.fault for at, one in enumerate(cells) if one.fault}
            rows.append({"cells": [one.label for one in cells], "faults": faults})
        return rows

    # -- what it shows ----------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        chosen, plan = self._choosing, self.plan
        problems = plan.problems
        return {
            "way": chosen.way,
            "inputs": [
                {"id": key, "label": label, "kind": kind}
                for key, (label, kind) in chosen.choices.items()
            ],
            "sources": [self._source_state(key) for key in chosen.sources],
            "table": self._table_state(),
            "sentence": plan.sentence,
            "count": len(plan),
            "columns": [
                {"label": one.label, "kind": one.kind} for one in plan.columns
            ],
            "notes": [*plan.notes, *_unseen(plan)],
            "problem_count": len(problems),
            "problems": [
                {"row": one.row, "where": one.where, "message": one.message,
                 "key": one.key}
                for one in problems[:_MOST_PROBLEMS]
            ],
        }  # fmt: skip

    def _source_state(self, key: str) -> dict[str, Any]:
        chosen, source = self._choosing, self._choosing.sources[key]
        label, kind = chosen.choices[key]
        column = next((one for one in self.plan.columns if one.key == key), None)
        names = None
        if kind == "area" and source.way == "file":
            found = names_of(source.features, by=source.names)
            names = {"by": found.by, "choices": found.choices}
        return {
            "id": key,
            "label": label,
            "kind": kind,
            "way": source.way,
            "is_date": kind in DATES,
            "text": _shown(source.text),
            "file": source.file,
            "reading": self._reading.get(key, ""),
            "days": source.days,
            "items": len(source.items),
            "in_form": len(chosen.items_in_form(key)),
            "names": names,
            "words": "" if column is None else column.words,
            "problem": self._faults.get(key) or chosen.problems.get(key, ""),
        }

    def _table_state(self) -> dict[str, Any]:
        source = self._choosing.table
        table = source.table or InputTable([], [])
        uses = {source.label: "*", "": "", **source.inputs}
        return {
            "name": source.name,
            "text": _shown(source.text),
            "columns": [{"name": c, "use": uses.get(c, "")} for c in table.columns],
            "rows": len(table.rows),
            "reading": self._reading.get(_TABLE, ""),
            "problem": self._faults.get(_TABLE) or source.problem,
        }

    def require_plan(self) -> Plan:
        """The jobs, if all of them can be sent.

        Raises:
            InputError: Some cannot, or there are none.
        """
        if self.busy:
            raise InputError("The jobs are being started.")
        plan: Plan = self.plan
        plan.require_valid()
        return plan


def _shown(text: str) -> str | None:
    """A text for the page, which keeps what it has where that is too long."""
    return text if len(text) <= _LONGEST_TEXT else None


def areas_of(plan: Plan) -> list[tuple[str, Any]]:
    """Name and area of each area that differs between the jobs."""
    return [
        (f"{column.key} {number}", cell.area)
        for column in plan.columns
        for number, cell in enumerate(column.cells)
        if cell.area is not None
    ]


def _unseen(plan: Plan) -> list[str]:
    count = len(areas_of(plan))
    words = f"The map outlines the first {MOST_OUTLINED:,} of {count:,} areas."
    return [words] if count > MOST_OUTLINED else []
