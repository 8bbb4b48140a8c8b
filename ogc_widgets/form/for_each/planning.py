"""Makes a plan of what Python gives: lists of values, or a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.files import content_of
from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.for_each.cells import Cell, CellReader, can_vary
from ogc_widgets.form.for_each.given import (
    InputTable,
    can_name,
    columns_of_inputs,
    features_in,
    features_in_file,
    features_in_text,
    is_features_file,
    label_column,
    names_of,
    table_from,
)
from ogc_widgets.form.for_each.plan import MOST_READ, Column, Plan
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.form.values import FormValues

_EXAMPLE = (
    'For example: form.for_each({"aoi": "areas.geojson", "date": ["2021-06-03"]})'
)


def plan_of(values: FormValues, given: Any, names: str = "") -> Plan:  # noqa: ANN401 # see ProcessForm.plan
    """Plan the jobs of what Python gives; see ``ProcessForm.plan``.

    Raises:
        InputError: It is neither lists nor a table, or names no inputs.
    """
    is_lists = isinstance(given, Mapping) and given.get("type") != "FeatureCollection"
    if not is_lists:
        table = table_from(given)
        if table is None:
            raise InputError(
                "Run for each takes a dict of input id to values, or a table.",
                advice=_EXAMPLE,
            )
        return _of_python_table(values, table, names)
    for key in given:
        _need_input(values, str(key))
    columns = {}
    for key, one in given.items():
        reader = CellReader(values, key)
        columns[key] = column_of(reader, values_in(reader, one, names))
    return plan_with(values, columns.values())


def plan_with(
    values: FormValues,
    columns: Iterable[Column],
    row_labels: tuple[str, ...] | None = None,
) -> Plan:
    """The jobs of these values; what does not differ is as it stands in the form.

    Args:
        values: What stands in the form.
        columns: The inputs that differ.
        row_labels: Names of the rows of a table, which has a job for each row; None to
            let each value meet each value of the others.
    """
    columns = tuple(columns)
    own = {column.key for column in columns}
    base = {key: value for key, value in values.sent.items() if key not in own}
    faults = {
        key: (values.label_of(key), text)
        for key, text in values.errors.items()
        if key not in own
    }
    return Plan(columns, base, faults, row_labels is not None, row_labels or ())


def columns_in(
    values: FormValues, table: InputTable, inputs: Mapping[str, str], name: str = ""
) -> tuple[list[Column], tuple[str, ...]]:
    """The columns of a table that are inputs, and names of rows if no input has them.

    ``inputs`` says which column is which input, ``name`` which one names the jobs.
    """
    labels: tuple[str, ...] = ()
    if name:
        at = table.columns.index(name)
        labels = tuple(
            f"row {number}" if row[at] is UNSET else clean(row[at], limit=80)
            for number, row in enumerate(table.rows, 1)
        )
    columns: list[Column] = []
    for at, column in enumerate(table.columns):
        if column in inputs:
            reader = CellReader(values, inputs[column])
            cells = [reader.cell(row[at]) for row in table.rows[:MOST_READ]]
            if reader.kind == "area":
                cells = _named(cells, labels)
                labels = ()  # it has the names now
            columns.append(column_of(reader, cells))
    return columns, labels


def column_of(reader: CellReader, cells: list[Cell]) -> Column:
    """The values of one input."""
    return Column(reader.key, reader.label, reader.kind, cells)


def values_in(reader: CellReader, given: Any, names: str = "") -> list[Cell]:  # noqa: ANN401 # as above
    """Read a list, a collection of features, a frame, or a file of values of an input.

    Raises:
        InputError: It does not hold several.
    """
    is_place = reader.kind in ("area", "stac")
    if isinstance(given, PathLike) or is_features_file(given):
        content, name = content_of(given)
        if is_place and is_features_file(name):
            return features_cells(reader, features_in_file(content, name), names)
        return text_cells(reader, content.decode("utf-8-sig", "replace"))
    features = features_in(given) if is_place else None
    if features is not None:
        return features_cells(reader, features, names)
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise InputError(
            f"{reader.label}: give a list of values, not {type(given).__name__}.",
            advice=_EXAMPLE,
        )
    several = list(itertools.islice(given, MOST_READ))
    cells = [reader.cell(one) for one in several]
    is_shape = reader.kind == "area" and not any(isinstance(o, str) for o in several)
    return _named(cells) if is_shape else cells


def features_cells(
    reader: CellReader, features: list[Mapping[str, Any]], names: str = ""
) -> list[Cell]:
    """Read one value of each feature: its area, or the STAC item that it is.

    Raises:
        InputError: They have no such property.
    """
    features = features[:MOST_READ]
    if reader.kind == "stac":
        return [reader.cell(one) for one in features]
    labels = names_of(features, by=names).labels
    pairs = zip(features, labels, strict=True)
    return [reader.cell(one, label) for one, label in pairs]


def text_cells(reader: CellReader, text: str) -> list[Cell]:
    """Read what was pasted: features, or one value a line."""
    is_place = reader.kind in ("area", "stac")
    features = features_in_text(text) if is_place else None
    if features is not None:
        return features_cells(reader, features)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].casefold() in (
        reader.key.casefold(),
        reader.label.casefold(),
    ):
        del lines[0]  # the head of a column
    return [reader.cell(line) for line in lines[:MOST_READ]]


def _named(cells: list[Cell], labels: Sequence[str] = ()) -> list[Cell]:
    """Areas by their names, or else by their numbers."""
    labels = labels or [f"area {number + 1}" for number in range(len(cells))]
    return [
        replace(one, label=label) for one, label in zip(cells, labels, strict=False)
    ]


def _of_python_table(values: FormValues, table: InputTable, names: str) -> Plan:
    fields = {key: entry.field for key, entry in values.entries.items()}
    inputs = columns_of_inputs(table.columns, fields)
    for column in table.columns:
        if column in values.extras.inputs:
            inputs.setdefault(column, column)
    if names and names not in table.columns:
        raise InputError(f"The table has no column {names!r}.")
    name = names or label_column(table.columns, inputs)
    unknown = [
        column
        for column in table.columns
        if column not in inputs and column != name and not can_name(column)
    ]
    if unknown or not inputs:
        have = ", ".join(values.entries) or "none"
        raise InputError(
            f"The table has columns that are no inputs: {', '.join(unknown[:10])}."
            if inputs
            else "No column of the table is an input.",
            advice=f"Leave out what is none. The inputs are: {clean(have, limit=400)}.",
        )
    return plan_with(values, *columns_in(values, table, inputs, name))


def _need_input(values: FormValues, key: str) -> None:
    entry = values.entries.get(key)
    if entry is None and key not in values.extras.inputs:
        have = ", ".join(values.entries) or "none"
        raise InputError(
            f"This process has no input {key!r}.",
            advice=f"Its inputs are: {clean(have, limit=400)}.",
        )
    if entry is not None and not can_vary(entry.field):
        raise InputError(f"{key!r} takes no different values: it is fixed or secret.")
