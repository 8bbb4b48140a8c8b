"""What has been chosen so far: lists of values of some inputs, or a table.

It is what the screen edits; a plan is made of it whenever that is asked for.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar, get_args

from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts import stac_drafts
from ogc_widgets.form.for_each.cells import Cell, CellReader, can_vary, kind_of
from ogc_widgets.form.for_each.given import (
    InputTable,
    columns_of_inputs,
    features_in_text,
    label_column,
    table_in_text,
)
from ogc_widgets.form.for_each.plan import MOST_JOBS, MOST_READ, Plan
from ogc_widgets.form.for_each.planning import (
    column_of,
    columns_in,
    features_cells,
    plan_with,
    text_cells,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ogc_widgets.form.fields.fields import Draft
    from ogc_widgets.form.for_each.plan import Column
    from ogc_widgets.form.values import FormValues

Made = TypeVar("Made")
Way = Literal["text", "file", "days", "items"]
Unit = Literal["days", "weeks", "months", "years"]
DATES: Final = ("date", "datetime")


@dataclass
class Source:
    """Where the values of one input come from.

    Attributes:
        way: Which of the members below counts.
        text: What was pasted or typed, a value a line.
        features: Those of a file.
        file: Name of that file.
        days: ``start``, ``end``, ``every`` and ``unit`` of days that follow each other.
        items: STAC items that were picked.
        names: Property that names areas; "" for the best one.
    """

    way: Way = "text"
    text: str = ""
    features: list[Mapping[str, Any]] = field(default_factory=list)
    file: str = ""
    days: dict[str, Any] = field(
        default_factory=lambda: {"start": "", "end": "", "every": 1, "unit": "months"}
    )
    items: list[Any] = field(default_factory=list)
    names: str = ""

    def paste(self, text: str, kind: str) -> None:
        """Take what was pasted: features like those of a file, or a value a line."""
        found = features_in_text(text) if kind in ("area", "stac") else None
        if found:
            self.take_features(found, "pasted features")
            self.text = ""
        else:
            self.way, self.text = "text", text

    def add_items(self, items: Iterable[Any]) -> None:
        """Add STAC items that were picked, each once."""
        self.items += [one for one in items if one not in self.items]

    def take_features(self, features: list[Mapping[str, Any]], file: str) -> None:
        """Take the features of a file, which is called so."""
        self.way, self.features, self.file, self.names = "file", features, file, ""


@dataclass
class TableSource:
    """The table, and which of its columns are inputs.

    Attributes:
        table: The table, None before there is one.
        name: What it is called.
        text: What was pasted.
        inputs: Column to input id, "" for one that is left out.
        label: Column with the names of the jobs, or "".
        problem: Why there is none, or "".
    """

    table: InputTable | None = None
    name: str = ""
    text: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    label: str = ""
    problem: str = ""


class Kept(NamedTuple):
    """What was chosen, without the form that it was chosen for."""

    way: Literal["each", "table"]
    sources: dict[str, Source]
    table: TableSource


class Choosing:
    """Lists of values and a table for one form; which of them counts is ``way``."""

    def __init__(self, values: FormValues) -> None:
        self._values = values
        self.way: Literal["each", "table"] = "each"
        self.sources: dict[str, Source] = {}
        self.table = TableSource()
        self._made: dict[str, tuple[list[Any], Any]] = {}
        self.problems: dict[str, str] = {}
        """Input id to why its source gives no values."""

    @property
    def kept(self) -> Kept:
        """What was chosen, for a later form of the same process."""
        return Kept(self.way, self.sources, self.table)

    def take_over(self, kept: Kept) -> None:
        """Go on with what was chosen for an earlier form of the same process."""
        self.way, self.table = kept.way, kept.table
        self.sources = {k: one for k, one in kept.sources.items() if k in self.choices}

    @property
    def choices(self) -> dict[str, tuple[str, str]]:
        """Input id to label and kind, of the inputs that take one of many."""
        return {
            key: (entry.field.label or key, kind_of(entry.field))
            for key, entry in self._values.entries.items()
            if can_vary(entry.field)
        }

    def add(self, key: str) -> Source:
        """Let an input differ; its source, which is kept if it has one.

        Raises:
            InputError: It takes no different values.
        """
        if key not in self.choices:
            raise InputError(f"{key!r} takes no different values.")
        if key not in self.sources:
            source = self.sources[key] = Source()
            if self.items_in_form(key):
                source.way = "items"
                source.add_items(self.items_in_form(key))
        return self.sources[key]

    def change(self, key: str, changes: Mapping[str, Any]) -> None:
        """Change members of a source, as its box on the screen says them.

        Args:
            key: Id of the input.
            changes: ``way``, pasted ``text``, ``names``, ``days`` or ``items``.
        """
        source = self.sources[key]
        if changes.get("way") in get_args(Way):
            source.way = changes["way"]
        if changes.get("way") == "items":
            source.add_items(self.items_in_form(key))
        if "text" in changes:
            source.paste(str(changes["text"]), kind=self.choices[key][1])
        source.names = str(changes.get("names", source.names))
        days = changes.get("days")
        if isinstance(days, dict):
            source.days = {
                name: days.get(name, old) for name, old in source.days.items()
            }
        if "items" in changes:
            source.items = []

    def items_in_form(self, key: str) -> list[str]:
        """The STAC items that stand in the field, as texts."""
        entry = self._values.entries.get(key)
        if entry is None or kind_of(entry.field) != "stac":
            return []
        return [t for _, t in stac_drafts.documents_in(entry.field, entry.draft)]

    # -- a table ----------------------------------------------------------------------

    def take_table(self, table: InputTable, name: str) -> None:
        """Take a table; its columns find their inputs by id and title."""
        fields = {key: entry.field for key, entry in self._values.entries.items()}
        inputs = columns_of_inputs(table.columns, fields)
        label = label_column(table.columns, inputs)
        self.table = TableSource(table, name, self.table.text, inputs, label)

    def paste_table(self, text: str) -> None:
        """Take a table that was pasted; why not is kept as its problem."""
        self.table.text = text
        try:
            if text.strip():
                self.take_table(table_in_text(text), "")
            else:
                self.table = TableSource()
        except InputError as error:
            problem = f"{error.what} {error.advice}".strip()
            self.table = TableSource(text=text, problem=problem)

    def use_column(self, column: str, use: str) -> None:
        """Take a column as an input (its id), as the names ("*"), or not ("")."""
        table = self.table
        table.inputs = {
            c: key for c, key in table.inputs.items() if c != column and key != use
        }
        table.label = "" if table.label == column else table.label
        if use == "*":
            table.label = column
        elif use:
            table.inputs[column] = use

    # -- what it makes ----------------------------------------------------------------

    def plan(self) -> Plan:
        """The jobs of it; why a source gives none goes to ``problems``."""
        self.problems = {}
        if self.way == "table":
            table = self.table
            if table.table is None or not table.inputs:
                return plan_with(self._values, [])
            mark = table.table, dict(table.inputs), table.label
            made = self._kept("", [*mark, *map(self._draft, table.inputs.values())],
                lambda: columns_in(self._values, *mark))  # fmt: skip
            return plan_with(self._values, *made)
        columns = []
        for key, source in self.sources.items():
            now = replace(source, days={**source.days}, items=[*source.items])
            try:
                column = self._kept(
                    key, [now, self._draft(key)], partial(self._column, key, source)
                )
            except InputError as error:
                self.problems[key] = f"{error.what} {error.advice}".strip()
                continue
            if column.cells:
                columns.append(column)
        return plan_with(self._values, columns)

    def _draft(self, key: str) -> Draft:
        entry = self._values.entries.get(key)
        return None if entry is None else entry.draft

    def _kept(self, key: str, mark: list[Any], make: Callable[[], Made]) -> Made:
        """What was made of the same before, or made of it now.

        Thousands of areas are not read again because another field is filled in.
        """
        before = self._made.get(key)
        if before is None or before[0] != mark:
            self._made[key] = before = mark, make()
        found: Made = before[1]
        return found

    def _column(self, key: str, source: Source) -> Column:
        reader = CellReader(self._values, key)
        return column_of(reader, self._cells(reader, source))

    def _cells(self, reader: CellReader, source: Source) -> list[Cell]:
        if source.way == "file":
            return features_cells(reader, source.features, source.names)
        if source.way == "days":
            if not (source.days["start"] and source.days["end"]):
                return []
            days = days_between(**source.days)
            # A time needs an hour: midnight, in UTC.
            tail = "T00:00:00Z" if reader.kind == "datetime" else ""
            return [reader.cell(f"{day}{tail}", day) for day in days]
        if source.way == "items":
            return [reader.cell(one) for one in source.items[:MOST_READ]]
        return text_cells(reader, source.text)


def days_between(
    start: str, end: str, every: int = 1, unit: Unit = "days"
) -> list[str]:
    """The days from one to another, both included.

    Args:
        start: First day, as ``2021-06-01``.
        end: Last day.
        every: How many units lie between two days.
        unit: ``days``, ``weeks``, ``months`` or ``years``; the 31st becomes the last
            day of shorter months.

    Raises:
        InputError: These are no days, or too many.
    """
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        raise InputError(
            "Give a first and a last day.", advice="For example 2021-06-01."
        ) from None
    if last < first:
        raise InputError("The last day is before the first.")
    if every < 1 or unit not in get_args(Unit):
        raise InputError("Between two days is at least one day.")
    found: list[str] = []
    while len(found) <= MOST_JOBS:
        try:
            day = _after(first, len(found) * every, unit)
        except (ValueError, OverflowError):  # the calendar ends
            return found
        if day > last:
            return found
        found.append(day.isoformat())
    raise InputError(f"These are more than {MOST_JOBS:,} days.")


def _after(first: dt.date, count: int, unit: Unit) -> dt.date:
    if unit in ("days", "weeks"):
        return first + dt.timedelta(days=count * (7 if unit == "weeks" else 1))
    months = first.year * 12 + first.month - 1 + count * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
