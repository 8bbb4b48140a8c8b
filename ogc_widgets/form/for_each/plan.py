"""Which jobs a few lists of values, or a table, make; and what is wrong with them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError, InvalidInputsError
from ogc_widgets.form.checks.messages import sentence
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.form.for_each.cells import Cell

MOST_JOBS: Final = 10_000
"""Jobs of one batch."""
MOST_READ: Final = MOST_JOBS + 1
"""Values that are read, so that it can be said that there are too many."""
_MOST_NAMED: Final = 20
_NOUNS: Final = {"area": "area", "stac": "item", "date": "date", "datetime": "time"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why some of the jobs cannot be sent.

    Attributes:
        row: Number of the first of these jobs, from 0; None if it is about all of them.
        key: Id of the input, or "".
        where: Where to look, in words: "row 3, Date".
        message: What is wrong there, as a sentence.
    """

    row: int | None
    key: str
    where: str
    message: str


@dataclass(frozen=True)
class Column:
    """The values of one input.

    Attributes:
        key: Id of the input.
        label: What it is called.
        kind: Kind of one value: "area", "date", ...
        cells: Its values; in a table one for each row.
    """

    key: str
    label: str
    kind: str
    cells: Sequence[Cell]

    @property
    def words(self) -> str:
        """How many values there are: "12 areas"."""
        count, noun = len(self.cells), _NOUNS.get(self.kind, "value")
        about = "" if self.kind in _NOUNS else f" of {self.label}"
        return f"{count:,} {noun}{'' if count == 1 else 's'}{about}"


@dataclass(frozen=True)
class Plan:
    """Jobs of one process that differ in some inputs. Nothing is sent by it.

    Attributes:
        columns: The inputs that differ.
        base: The other inputs.
        faults: What is wrong with these: label to message.
        is_table: Whether each row is a job; else each value meets each of the others.
        row_labels: Names of the rows of a table, where no column has them.
    """

    columns: tuple[Column, ...]
    base: dict[str, Any]
    faults: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_table: bool = False
    row_labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        if not self.columns:
            return 0
        if self.is_table:
            return len(self.columns[0].cells)
        return math.prod(len(column.cells) for column in self.columns)

    def __repr__(self) -> str:
        count = len(self.problems)
        wrong = f", {count} problem{'' if count == 1 else 's'}" if count else ""
        return f"<Plan: {self.sentence}{wrong}>"

    @property
    def sentence(self) -> str:
        """What makes how many jobs: "12 areas x 5 dates = 60 jobs"."""
        jobs = f"{len(self):,} job{'' if len(self) == 1 else 's'}"
        if not self.columns:
            return "No input differs yet"
        if self.is_table:
            rows = len(self)
            return f"{rows:,} row{'' if rows == 1 else 's'} = {jobs}"
        parts = " \N{MULTIPLICATION SIGN} ".join(one.words for one in self.columns)
        return f"{parts} = {jobs}"

    def cells(self, index: int) -> tuple[Cell, ...]:
        """The values of one job, in the order of the columns.

        Args:
            index: Number of the job, from 0; the last column changes fastest.
        """
        pairs = zip(self.columns, self.places(index), strict=True)
        return tuple(column.cells[at] for column, at in pairs)

    def places(self, index: int) -> tuple[int, ...]:
        """Which value of each column one job has: their numbers, from 0."""
        if self.is_table:
            return (index,) * len(self.columns)
        found = []
        for column in reversed(self.columns):
            index, at = divmod(index, len(column.cells))
            found.append(at)
        return tuple(reversed(found))

    def label(self, index: int) -> str:
        """One job in words: "Davis, 2021-06-03"."""
        words = [*self.row_labels[index : index + 1]]
        words += [cell.label for cell in self.cells(index) if cell.label]
        return ", ".join(words) or f"job {index + 1}"

    def own_inputs(self, index: int) -> dict[str, Any]:
        """What one job sends that differs between the jobs."""
        pairs = zip(self.columns, self.cells(index), strict=True)
        return {c.key: one.value for c, one in pairs if one.value is not UNSET}

    def inputs(self, index: int) -> dict[str, Any]:
        """What one job sends."""
        return {**self.base, **self.own_inputs(index)}

    @property
    def inputs_list(self) -> list[dict[str, Any]]:
        """What each job sends, for ``client.execute_many``."""
        return [self.inputs(index) for index in range(len(self))]

    @property
    def labels(self) -> list[str]:
        """Each job in words."""
        return [self.label(index) for index in range(len(self))]

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that keeps the jobs from being sent, in the order of the jobs."""
        found = [
            Problem(None, key, label, sentence(text))
            for key, (label, text) in self.faults.items()
        ]
        if len(self) > MOST_JOBS:
            text = f"These are {len(self):,} jobs; a batch has at most {MOST_JOBS:,}."
            found.append(Problem(None, "", "All jobs", text))
        following = len(self)
        for column in self.columns:
            following = 1 if self.is_table else following // max(1, len(column.cells))
            word = "row" if self.is_table else "value"
            for at, cell in enumerate(column.cells):
                if cell.fault:
                    here = f"{column.label}, {word} {at + 1}"
                    about = sentence(cell.fault)
                    found.append(Problem(at * following, column.key, here, about))
        return tuple(sorted(found, key=lambda one: -1 if one.row is None else one.row))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to know of jobs that can be sent, as sentences."""
        found = []
        columns = () if self.is_table else self.columns
        for column in columns:
            marks = Counter(
                exact.mark(cell.value)
                for cell in column.cells
                if not cell.fault and cell.value is not UNSET
            )
            again = sum(marks.values()) - len(marks)
            if again:
                is_one = again == 1
                values = "1 value is" if is_one else f"{again:,} values are"
                found.append(f"{column.label}: {values} there twice.")
        return tuple(found)

    def require_valid(self) -> None:
        """Refuse jobs that cannot be sent.

        Raises:
            InvalidInputsError: Some cannot: it names their rows.
            InputError: There are none.
        """
        if self.problems:
            some = {one.where: one.message for one in self.problems[:_MOST_NAMED]}
            more = len(self.problems) - len(some)
            if more:
                some[f"and {more:,} more"] = "see the problems of form.plan(...)"
            raise InvalidInputsError(some)
        if not len(self):
            raise InputError(
                "There is nothing to run: no input has values.",
                advice='For example: form.for_each({"date": ["2021-06-03"]})',
            )
