"""Outputs that are tables, read so that any part of them can be shown and sorted."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from ogc_widgets.client.results.delimited import (
    MISSING,
    is_date,
    number_in,
    read_delimited,
)
from ogc_widgets.errors import InputError, MissingExtraError, ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import is_spatial
from ogc_widgets.protocol.media_types import bare, is_json, sniff
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json, parse_json

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

ColumnKind: TypeAlias = Literal["number", "date", "text"]

_LOOKED_AT: Final = 2_000
_LONGEST_CELL: Final = 300
_MOST_BYTES: Final = 1 << 30
_WORDS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Column:
    """A column: its name as it came, and what it holds."""

    name: str
    kind: ColumnKind


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
        step = max(1, self.count // _LOOKED_AT)
        self.columns = [
            Column(name, _kind_of([row[at] for row in rows[::step]], decimal))
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


class _ArrowTable:
    """A table of Parquet, as pyarrow keeps it."""

    def __init__(self, table: Any) -> None:  # noqa: ANN401 # pyarrow has no types
        self._table = table
        self.count: int = table.num_rows
        self.about = "Parquet"
        head = table.slice(0, _LOOKED_AT)
        self.columns = [
            Column(str(name), _kind_of(head.column(at).to_pylist(), "."))
            for at, name in enumerate(table.column_names)
        ]

    def rows(self, numbers: Sequence[int]) -> list[list[Any]]:
        part = self._table.take(list(numbers))
        columns = [part.column(at).to_pylist() for at in range(part.num_columns)]
        return [list(row) for row in zip(*columns, strict=True)]

    def column(self, at: int) -> Sequence[Any]:
        values: list[Any] = self._table.column(at).to_pylist()
        return values


def is_parquet(content: Content, data: bytes) -> bool:
    """Whether the bytes of an output are Parquet, or are said to be."""
    name = content.file.name.lower() if content.file else ""
    said = "parquet" in bare(content.media_type) or name.endswith("parquet")
    return said or "parquet" in sniff(data)


def table_of(content: Content, data: bytes) -> Table:
    """Read an output as a table.

    Args:
        content: The output.
        data: Its bytes.

    Raises:
        MissingExtraError: It is Parquet, and pyarrow is not installed.
        InputError: It is too large to be unpacked.
        ProtocolError: It is no table.
    """
    content.refuse_page(data)
    if is_parquet(content, data):
        return _ArrowTable(read_parquet(data))
    if is_json(content.media_type) or not isinstance(content.value, str | bytes | dict):
        value = parse_json(data) if content.url else content.value
        return table_of_records(records_in(value))
    found = read_delimited(data, content.media_type)
    about = f"separated by {_WORDS[found.separator]}"
    if found.separator != ",":
        about += f", decimal {'comma' if found.decimal == ',' else 'point'}"
    if not found.has_header:
        about += ", no header"
    return PlainTable(found.names, list(found.rows()), about, found.decimal)


def records_in(value: object) -> list[Mapping[str, Any]]:
    """The records that a JSON value is.

    Raises:
        ProtocolError: It is no list of objects.
    """
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        return value
    raise ProtocolError("The table is no list of records.")


def table_of_records(records: Sequence[Mapping[str, Any]]) -> PlainTable:
    """Make a table of records; columns stand in the order in which they first come."""
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in names] for record in records]
    return PlainTable([str(name) for name in names], rows, "JSON records")


def features_in(value: object) -> list[Mapping[str, Any]]:
    """The features that GeoJSON is; a bare geometry is one without properties.

    Raises:
        ProtocolError: It is none.
    """
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not is_spatial(value):
        raise ProtocolError("The file is no GeoJSON.")
    if kind == "FeatureCollection":
        return [*reading.objects(value.get("features"))]
    return [value] if kind == "Feature" else [{"type": "Feature", "geometry": value}]


def properties_of(features: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What features say of themselves: their ids, where they have any, and the rest."""
    has_ids = any("id" in feature for feature in features)
    return [
        {
            **({"id": feature.get("id")} if has_ids else {}),
            **reading.mapping(feature.get("properties")),
        }
        for feature in features
    ]


def table_of_features(features: Sequence[Mapping[str, Any]]) -> PlainTable:
    """Make a table of the properties of features; of their geometries without any."""
    records = properties_of(features)
    if not any(records):
        kinds = [reading.mapping(one.get("geometry")).get("type") for one in features]
        records = [{"geometry": kind} for kind in kinds]
    table = table_of_records(records)
    table.about = "GeoJSON"
    return table


def read_parquet(data: bytes) -> Any:  # noqa: ANN401 # pyarrow has no types
    """Read a Parquet file into a table of pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
        InputError: It is too large to be unpacked.
        ProtocolError: It is broken, or no such file.
    """
    # Imported here: it is large, and only this needs it.
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError("Reading Parquet", "data") from error
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        about = file.metadata
        groups = (about.row_group(at) for at in range(about.num_row_groups))
        unpacked = sum(group.total_byte_size for group in groups)
        if unpacked > _MOST_BYTES:
            raise InputError(
                f"The table has {unpacked / 1e9:,.1f} GB when it is unpacked, too much "
                "to be shown.",
                safe="Nothing was unpacked.",
                advice="Download it, and read the columns that you need.",
            )
        return file.read()
    except pa.ArrowException as error:
        said = clean(error, limit=200).rstrip(".")
        raise ProtocolError(f"The file cannot be read as Parquet: {said}.") from error


def sorted_rows(table: Table, at: int, *, descending: bool) -> list[int]:
    """Numbers of the rows in the order of a column; those without a value are last."""
    values = table.column(at)
    present = [number for number, one in enumerate(values) if not is_missing(one)]
    missing = [number for number, one in enumerate(values) if is_missing(one)]
    present.sort(key=lambda number: _sort_key(values[number]), reverse=descending)
    return present + missing


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
    if isinstance(value, int | float):
        return (0, value, "")
    if isinstance(value, Mapping | list | bytes):
        return (2, 0, "")
    text = str(value)
    return (1, 0, text.casefold())


def _kind_of(values: Sequence[Any], decimal: str) -> ColumnKind:
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
