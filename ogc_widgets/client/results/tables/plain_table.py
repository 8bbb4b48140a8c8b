"""Tables, of which any part can be shown and sorted, and one that is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ogc_widgets.client.results.tables.cells import Column, kind_of
from ogc_widgets.client.results.tables.delimited import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOKED_AT: Final = 2_000
"""How many cells say what a column holds."""


class Table(Protocol):
    """Rows and columns, of which any part can be had."""

    columns: list[Column]
    count: int
    """How many rows there are."""
    about: str
    """How it was read, in words for people."""

    def rows(self, numbers: Sequence[int]) -> list[list[Any]]:
        """Give the cells of some rows."""

    def column(self, at: int) -> Sequence[Any]:
        """Give the values of a column; of numbers those that are."""


class PlainTable:
    """A table in memory.

    Args:
        names: Names of the columns.
        rows: Their cells, row by row.
        about: How it was read.
        decimal: The mark of decimals in cells that are text.
    """

    def __init__(
        self,
        names: Sequence[str],
        rows: list[list[Any]],
        about: str,
        decimal: str = ".",
    ) -> None:
        self._rows, self._decimal, self.about = rows, decimal, about
        self.count = len(rows)
        step = max(1, self.count // LOOKED_AT)
        self.columns = [
            Column(name, kind_of([row[at] for row in rows[::step]], decimal))
            for at, name in enumerate(names)
        ]

    def rows(self, numbers: Sequence[int]) -> list[list[Any]]:
        """Give the cells of some rows."""
        return [self._rows[number] for number in numbers]

    def column(self, at: int) -> Sequence[Any]:
        """Give the values of a column; of numbers those that are."""
        values = [row[at] for row in self._rows]
        if self.columns[at].kind != "number":
            return values
        return [
            number_in(one, self._decimal) if isinstance(one, str) else one
            for one in values
        ]


def table_of_records(records: Sequence[Mapping[str, Any]]) -> PlainTable:
    """Make a table of records; columns stand in the order in which they first come."""
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in names] for record in records]
    return PlainTable([str(name) for name in names], rows, "JSON records")
