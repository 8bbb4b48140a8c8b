"""Tables, of which any part can be shown and sorted, and what their cells hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from ogc_widgets.client.results.tables.delimited import MISSING, is_date, number_in
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

ColumnKind: TypeAlias = Literal["number", "date", "text"]

_LOOKED_AT: Final = 2_000  # cells, to say what a column holds
_LONGEST_CELL: Final = 300


@dataclass(frozen=True)
class Column:
    """A column: its name as it came, and what it holds."""

    name: str
    kind: ColumnKind


class Table(ABC):
    """Rows and columns, of which any part can be had.

    Args:
        names: Names of the columns.
        count: How many rows there are.
        about: How it was read, in words for people.
        decimal: The mark of decimals in cells that are text.
    """

    def __init__(
        self, names: Sequence[str], count: int, about: str, decimal: str = "."
    ) -> None:
        self.count, self.about, self._decimal = count, about, decimal
        some = range(0, count, max(1, count // _LOOKED_AT))
        self.columns = [
            Column(name, _kind_of(self._cells(at, some), decimal))
            for at, name in enumerate(names)
        ]

    @abstractmethod
    def _cells(self, at: int, numbers: Sequence[int]) -> list[Any]:
        """Give the cells of some rows in a column."""

    def rows(self, numbers: Sequence[int]) -> list[list[Any]]:
        """Give the cells of some rows."""
        parts = [self._cells(at, numbers) for at in range(len(self.columns))]
        return [[part[row] for part in parts] for row in range(len(numbers))]

    def order(self, at: int, *, descending: bool) -> Sequence[int]:
        """Numbers of the rows in the order of a column; those without a value last."""
        values = self._cells(at, range(self.count))
        if self.columns[at].kind == "number":
            values = [
                number_in(one, self._decimal) if isinstance(one, str) else one
                for one in values
            ]
        present = [number for number, one in enumerate(values) if not is_missing(one)]
        missing = [number for number, one in enumerate(values) if is_missing(one)]
        present.sort(key=lambda number: _sort_key(values[number]), reverse=descending)
        return present + missing


class PlainTable(Table):
    """A table in memory, row by row."""

    def __init__(
        self,
        names: Sequence[str],
        rows: list[list[Any]],
        about: str,
        decimal: str = ".",
    ) -> None:
        self._rows = rows
        super().__init__(names, len(rows), about, decimal)

    def _cells(self, at: int, numbers: Sequence[int]) -> list[Any]:
        return [self._rows[number][at] for number in numbers]


def table_of_records(
    records: Sequence[Mapping[str, Any]], about: str = "JSON records"
) -> PlainTable:
    """Make a table of records; columns stand in the order in which they first come."""
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in names] for record in records]
    return PlainTable([str(name) for name in names], rows, about)


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING
    return value is None or value != value  # which only NaN is


def cell_text(value: object) -> str:
    """A cell as text for people."""
    if value is None or value != value:  # which only NaN is
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        text = value.isoformat(sep=" ")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if isinstance(value, Mapping | list | bool):
        return clean(dump_json(value, is_lenient=True), limit=_LONGEST_CELL)
    return clean(value, limit=_LONGEST_CELL)


def _sort_key(value: object) -> tuple[int, float, str]:
    """What a cell that holds something is sorted by."""
    if isinstance(value, int | float):
        return (0, value, "")
    if isinstance(value, Mapping | list | bytes):
        return (2, 0, "")
    text = str(value)
    return (1, 0, text.casefold())


def _kind_of(values: Sequence[Any], decimal: str) -> ColumnKind:
    """What a column with some values holds; ``decimal`` is the mark in texts."""
    present = [one for one in values if not is_missing(one)]
    if present and all(_is_number(one, decimal) for one in present):
        return "number"
    if present and all(_is_date(one) for one in present):
        return "date"
    return "text"


def _is_number(value: object, decimal: str) -> bool:
    if isinstance(value, str):
        return number_in(value, decimal) is not None
    # Decimals of Parquet are no floats, and compare like numbers all the same.
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    return is_date(value) if isinstance(value, str) else isinstance(value, date)
