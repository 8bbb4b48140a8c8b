"""Rows and columns, of tables and features: the page gets the rows that it shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.results.features import (
    features_of,
    is_geojson,
    read_layer,
    table_of_features,
)
from ogc_widgets.client.results.tables.reading import table_of
from ogc_widgets.client.results.tables.table import cell_text
from ogc_widgets.protocol.text import clean, counted
from ogc_widgets.view.base import RowsView
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.area.files import LoadedFeatures
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables.table import Table

_MOST_COLUMNS: Final = 200
_LOOKED_AT: Final = 300
_NARROWEST, _WIDEST = 5, 34  # signs


class TableViewer(RowsView, Viewer):
    """Shows a table, which a press on the head of a column sorts."""

    _script = "table_viewer"

    columns: Any = traitlets.List().tag(sync=True)
    """``{"name", "kind", "width"}`` of each column, the width in signs."""
    total = traitlets.Int(0).tag(sync=True)
    """How many rows there are."""
    order: Any = traitlets.Dict().tag(sync=True)
    """``{"column", "descending"}``; empty while rows stand as they came."""
    about = traitlets.Unicode().tag(sync=True)
    """How the file was read."""
    selects = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether rows can be selected."""
    selected = traitlets.Int(-1).tag(sync=True)
    """Number of the selected row in the table as it came, or -1."""

    layers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Names of the layers of the file, where it has several."""
    layer = traitlets.Int(0).tag(sync=True)
    """Number of the one that is shown."""

    def __init__(self, content: Content) -> None:
        self._table: Table | None = None
        self._numbers: Sequence[int] = ()
        super().__init__(content)
        self._sorting = self._latest()
        self._begin()

    def _begin(self) -> None:
        if self.content.file is None:
            self._take(b"")
        else:
            self.read()

    def go_on(self, content: Content) -> None:
        """Show the same table with further rows, sorted as it is.

        Args:
            content: The table as it is now.
        """
        self.content = content
        self._begin()

    def _take(self, data: bytes) -> None:
        self.is_loading = True

        # Aside: a file of many megabytes takes a second or more.
        async def work() -> Table:
            return await asyncio.to_thread(self._read_table, data)

        self._start(work, self._show)

    def _read_table(self, data: bytes) -> Table:
        return table_of(self.content, data)

    def _show(self, table: Table) -> None:
        self._table, self._numbers = table, range(table.count)
        self.is_loading = False
        columns, most = len(table.columns), _MOST_COLUMNS
        self.facts = [counted(table.count, "row"), counted(columns, "column")]
        left_out = f"the first {most} columns are shown, " if columns > most else ""
        self.about = left_out + table.about
        self.columns = _heads(table)
        before, self.order = self.order, {}
        self.total = table.count
        if before:
            self._on_sort(**before)

    def _rows(self, first: int, count: int) -> list[dict[str, Any]]:
        if self._table is None:
            return []
        numbers = self._numbers[first : first + count]
        return [
            {"n": number, "cells": [cell_text(cell) for cell in row[:_MOST_COLUMNS]]}
            for number, row in zip(numbers, self._table.rows(numbers), strict=True)
        ]

    def _on_sort(self, column: int, *, descending: bool = False) -> None:
        """Sort by a column, or with -1 as the rows came."""
        table = self._table
        if table is None or not -1 <= column < len(table.columns):
            return

        async def work() -> Sequence[int]:
            if column < 0:
                return range(table.count)
            return await asyncio.to_thread(table.order, column, descending=descending)

        def done(numbers: Sequence[int]) -> None:
            self._numbers = numbers
            by = {"column": column, "descending": descending}
            self.order = by if column >= 0 else {}

        self._sorting.start(work, done)

    def reveal(self, number: int) -> None:
        """Select a row, and let pages that are open scroll to it."""
        self.selected = number
        if number in self._numbers:
            self.send({"type": "reveal", "row": self._numbers.index(number)})


class FeaturesViewer(TableViewer):
    """Shows the properties of features, of GeoJSON, GeoPackage, KML and others.

    Attributes:
        features: The features, when they have been read; whoever has a map draws them.
    """

    def __init__(self, content: Content) -> None:
        self.features: list[Mapping[str, Any]] = []
        self._file = b""
        self._loaded: LoadedFeatures | None = None
        super().__init__(content)
        self.selects = True

    def _word(self) -> str:
        return ""

    def _code(self) -> str:
        loaded = self._loaded
        if loaded is None or self.layer == 0:
            return super()._code()
        name = self.content.id
        return f"results.to_geodataframe({name!r}, layer={loaded.layer!r})"

    def _read_table(self, data: bytes) -> Table:
        if is_geojson(self.content):
            self.features = features_of(self.content, data)
            return table_of_features(self.features)
        names = self._loaded.layers if self._loaded else ()
        layer = names[self.layer] if self.layer < len(names) else None
        self._loaded = read_layer(self.content, data, layer)
        self._file = data if len(self._loaded.layers) > 1 else b""
        self.features = [*self._loaded.features]
        table = table_of_features(self.features)
        table.about = self._loaded.note
        return table

    def _show(self, table: Table) -> None:
        names = self._loaded.layers if self._loaded else ()
        self.layers = (
            [clean(name, limit=60) for name in names] if len(names) > 1 else []
        )
        super()._show(table)
        self.facts = [counted(table.count, "feature"), *self.facts[1:]]
        self.code = self._cell()

    @traitlets.observe("layer")
    def _read_other_layer(self, _change: object) -> None:
        if self._file:
            self.total = 0  # so that the others are seen to be new, however many
            self._take(self._file)


def _heads(table: Table) -> list[dict[str, Any]]:
    """The heads of the columns, each as wide as most of its first cells need."""
    some = table.rows(range(min(table.count, _LOOKED_AT)))
    heads = []
    for at, column in enumerate(table.columns[:_MOST_COLUMNS]):
        name = clean(column.name, limit=100)
        lengths = sorted(len(cell_text(row[at])) for row in some) or [0]
        needed = max(len(name) + 2, lengths[int(len(lengths) * 0.98)])
        width = min(max(needed, _NARROWEST), _WIDEST)
        heads.append({"name": name, "kind": column.kind, "width": width})
    return heads
