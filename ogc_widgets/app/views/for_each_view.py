"""Run for each, in place of the form: which inputs differ, and the jobs that makes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.area.layers import MAX_FILE_BYTES
from ogc_widgets.errors import InputError
from ogc_widgets.form.for_each.choosing import DATES, Choosing, Source
from ogc_widgets.form.for_each.features import features_in_file, names_of
from ogc_widgets.form.for_each.plan import Plan
from ogc_widgets.form.for_each.tables import table_in_file
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing
from ogc_widgets.view.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_OUTLINED: Final = 500
"""Areas that the map outlines."""
_MOST_ROWS: Final = 200  # in one message
_MOST_PROBLEMS: Final = 50
_LONGEST_TEXT: Final = 200_000
_NO_PLAN: Final = Plan((), {})
_TABLE: Final = ""  # stands for the table where an input id could stand


class ForEachView(StateView):
    """Several values for some inputs, the jobs that makes, and the button to run them.

    Nothing is sent before that button is pressed.

    Args:
        on_run: Called when it is.
        on_search: Called with the id of an input for which STAC items are wanted.
        on_back: Called when the user goes back to the form: with the id of the input
            to be corrected there, or "", and of that from which this was opened, or "".
    """

    _script = "for_each"

    is_open = traitlets.Bool(default_value=False).tag(sync=True)
    opened = traitlets.Int(0).tag(sync=True)
    """Counts up each time that it is opened."""
    focused = traitlets.Int(0).tag(sync=True)
    """For which opening the page has put the cursor into it."""
    at_once = traitlets.Int(4, min=1, max=100).tag(sync=True)
    """Jobs that the server has at the same time, at most."""
    title = traitlets.Unicode("").tag(sync=True)
    """What to call the batch."""
    marked = traitlets.Int(-1).tag(sync=True)
    """Number of the job that the mouse or the cursor is at, or -1."""
    busy = traitlets.Bool(default_value=False).tag(sync=True)
    plan = traitlets.Any(_NO_PLAN)
    """The jobs as they are now, a :class:`~ogc_widgets.form.for_each.plan.Plan`."""

    def __init__(
        self,
        on_run: Callable[[], object],
        on_search: Callable[[str], object],
        on_back: Callable[[str, str], object],
    ) -> None:
        self._back, self._opened_for = on_back, ""
        self._choosing: Choosing | None = None
        self._uploads = Uploads(MAX_FILE_BYTES)
        self._reading: dict[str, str] = {}
        self._faults: dict[str, str] = {}
        super().__init__()
        self._run, self._search = on_run, on_search

    def bind(self, choosing: Choosing | None) -> None:
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
            self.problem, self._opened_for = "", key
            if key and self._choosing is not None:
                self._choosing.way = "each"
                self._choosing.add(key)
            self.is_open = True
            self.opened += 1
            self.refresh()

    def hide(self) -> None:
        """Leave the screen; everything is kept for the next time."""
        self.is_open = False

    def take_items(self, key: str, items: list[Any]) -> None:
        """Take STAC items that were picked, beside those that are there."""
        if self._choosing is None:
            return
        source = self._choosing.add(key)
        source.way = "items"
        source.items += [one for one in items if one not in source.items]
        self.refresh()

    def refresh(self) -> None:
        """Plan anew, as what stands in the form counts too."""
        with publishing(self):
            chosen = self._choosing
            self.plan = _NO_PLAN if chosen is None else chosen.plan()
            self._publish()

    # -- what the page says -----------------------------------------------------------

    def _on_hide(self, path: str = "") -> None:
        self.hide()
        self._back(path, self._opened_for)

    def _on_run(self, at_once: int | None = None, title: str | None = None) -> None:
        with publishing(self):
            self.at_once = self.at_once if at_once is None else at_once
            self.title = self.title if title is None else title
        self._run()

    def _on_search(self, key: str) -> None:
        self._search(key)

    def _on_way(self, way: str) -> None:
        if self._choosing is not None and way in ("each", "table"):
            self._choosing.way = way  # type: ignore[assignment] # it is one of both
            self.refresh()

    def _on_add(self, key: str) -> None:
        if self._choosing is not None:
            self._choosing.add(key)
            self.refresh()

    def _on_remove(self, key: str) -> None:
        if self._choosing is not None:
            self._choosing.sources.pop(key, None)
            self._faults.pop(key, None)
            self.refresh()

    def _on_source(self, key: str, **changes: Any) -> None:  # noqa: ANN401 # JSON
        """Other members of a source: way, text, names, days or items."""
        source = self._source(key)
        if source is None or self._choosing is None:
            return
        self._faults.pop(key, None)
        if changes.get("way") in ("text", "file", "days", "items"):
            source.way = changes["way"]
        if changes.get("way") == "items":
            here = self._choosing.items_in_form(key)
            source.items += [one for one in here if one not in source.items]
        if "text" in changes:
            source.paste(str(changes["text"]), kind=self._choosing.choices[key][1])
        source.names = str(changes.get("names", source.names))
        days = changes.get("days")
        if isinstance(days, dict):
            source.days = {
                name: days.get(name, old) for name, old in source.days.items()
            }
        if "items" in changes:
            source.items = []
        self.refresh()

    def _on_table(self, text: str) -> None:
        if self._choosing is not None:
            self._faults.pop(_TABLE, None)
            self._choosing.paste_table(text)
            self.refresh()

    def _on_column(self, column: str, use: str) -> None:
        if self._choosing is not None:
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
        if self._choosing is None:
            return
        if key == _TABLE:
            self._choosing.table.text = ""
            self._choosing.take_table(found, name)
            return
        source = self._source(key)
        if source is not None:
            source.way, source.features, source.file = "file", found, name
            source.names = ""

    def _on_rows(self, first: int, count: int) -> None:
        """Send the jobs of a part that the page shows."""
        last = min(len(self.plan), int(first) + min(int(count), _MOST_ROWS))
        rows = []
        for index in range(max(0, int(first)), last):
            cells = self.plan.cells(index)
            faults = {str(at): one.fault for at, one in enumerate(cells) if one.fault}
            rows.append({"cells": [one.label for one in cells], "faults": faults})
        self.send({"type": "rows", "first": int(first), "rows": rows})

    # -- what it shows ----------------------------------------------------------------

    def _source(self, key: str) -> Source | None:
        return None if self._choosing is None else self._choosing.sources.get(key)

    def _state(self) -> dict[str, Any]:
        chosen, plan = self._choosing, self.plan
        if chosen is None:
            return {}
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
        assert self._choosing is not None  # noqa: S101 # for mypy: the caller has one
        chosen, source = self._choosing, self._choosing.sources[key]
        label, kind = chosen.choices[key]
        column = next((one for one in self.plan.columns if one.key == key), None)
        names = None
        if kind == "area" and source.way == "file":
            found = names_of(source.features, by=source.names)
            names = {"by": found.by, "choices": found.choices}
        in_form = len(chosen.items_in_form(key))
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
            "in_form": in_form,
            "names": names,
            "words": "" if column is None else column.words,
            "problem": self._faults.get(key) or chosen.problems.get(key, ""),
        }

    def _table_state(self) -> dict[str, Any]:
        assert self._choosing is not None  # noqa: S101 # as above
        source = self._choosing.table
        columns = []
        if source.table is not None:
            columns = [
                {
                    "name": name,
                    "use": "*" if name == source.label else source.inputs.get(name, ""),
                }
                for name in source.table.columns
            ]
        return {
            "name": source.name,
            "text": _shown(source.text),
            "columns": columns,
            "rows": len(source.table.rows) if source.table is not None else 0,
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
