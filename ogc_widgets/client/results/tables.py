"""Outputs that are tables, read so that any part of them can be shown and sorted."""

from __future__ import annotations

import io
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from ogc_widgets.client.results.delimited import (
    MISSING,
    Delimited,
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
_LARGE: Final = 1_000_000  # signs; what is smaller is read in no time anyhow
_BLOCK: Final = 8 << 20
# Quotes and ends of lines that pyarrow takes otherwise than the csv of Python.
_ODD_SIGNS: Final = ('"', "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85",
                     "\u2028", "\u2029")  # fmt: skip
_PLAIN_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
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


class ArrowTable:
    """A table as pyarrow keeps it: Parquet, or delimited text whose cells are texts.

    Args:
        table: The table.
        names: Names of the columns.
        about: How it was read.
        decimal: The mark of decimals in cells that are text.
    """

    def __init__(
        self,
        table: Any,  # noqa: ANN401 # pyarrow has no types
        names: Sequence[str],
        about: str,
        decimal: str = ".",
    ) -> None:
        # In one piece each, so that any rows can be taken at once.
        self._columns = [_whole(table.column(at)) for at in range(table.num_columns)]
        self._decimal, self.about = decimal, about
        self.count: int = table.num_rows
        step = max(1, self.count // _LOOKED_AT)
        some = range(0, self.count, step)
        self.columns = [
            Column(name, _kind_of(column.take([*some]).to_pylist(), decimal))
            for name, column in zip(names, self._columns, strict=True)
        ]

    def rows(self, numbers: Sequence[int]) -> list[list[Any]]:
        """Give the cells of some rows."""
        parts = [column.take([*numbers]).to_pylist() for column in self._columns]
        return [list(row) for row in zip(*parts, strict=True)]

    def column(self, at: int) -> Sequence[Any]:
        """Give the values of a column; of numbers those that are."""
        values: list[Any] = self._columns[at].to_pylist()
        if self.columns[at].kind != "number":
            return values
        return [
            number_in(one, self._decimal) if isinstance(one, str) else one
            for one in values
        ]

    def order(self, at: int, *, descending: bool) -> Sequence[int] | None:
        """Numbers of the rows in the order of a column; None for types that are rare.

        As :func:`sorted_rows` has it.
        """
        import numpy as np
        import pyarrow as pa

        column = self._columns[at]
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            keys = column.to_numpy(zero_copy_only=False)
            is_missing = keys != keys  # which only NaN is
        elif not pa.types.is_string(column.type):
            return None
        elif self.columns[at].kind == "number":
            found = _numbers_of(column, self._decimal)
            if found is None:
                return None
            keys, is_missing = found, np.isnan(found)
        else:
            keys, is_missing = _ranks_of(column)
        present = np.flatnonzero(~is_missing)
        keys = keys[present]
        order = np.argsort(keys[::-1] if descending else keys, kind="stable")
        if descending:  # those that are equal stay as they came, whichever way
            order = len(order) - 1 - order[::-1]
        rows = np.concatenate([present[order], np.flatnonzero(is_missing)])
        return array("q", rows.astype("int64").tobytes())


def _whole(column: Any) -> Any:  # noqa: ANN401 # of pyarrow
    import pyarrow as pa

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return whole


def _numbers_of(column: Any, decimal: str) -> Any:  # noqa: ANN401 # of pyarrow
    """Numbers of cells that are text, NaN for none; None where they are odd."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    plain = compute.utf8_trim_whitespace(column)
    if decimal != ".":
        plain = compute.replace_substring(plain, decimal, ".")
    is_number = compute.match_substring_regex(plain, _PLAIN_NUMBER)
    plain = compute.utf8_ltrim(plain, "+")
    try:
        made = compute.cast(compute.if_else(is_number, plain, "nan"), pa.float64())
    except pa.ArrowException:
        return None
    return np.asarray(made.to_numpy(zero_copy_only=False))


def _ranks_of(column: Any) -> tuple[Any, Any]:  # noqa: ANN401 # of pyarrow
    """For each text its place among all, and whether it stands for nothing."""
    import numpy as np

    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    folded = sorted({text.casefold() for text in texts})
    place = {text: number for number, text in enumerate(folded)}
    ranks = np.array([place[text.casefold()] for text in texts], dtype="int64")
    missing = np.array([is_missing(text) for text in texts], dtype=bool)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return ranks[codes], missing[codes]


def _fast(found: Delimited, about: str) -> ArrowTable | None:
    """A delimited table read by pyarrow; None for what it would read otherwise."""
    if len(found.text) < _LARGE or any(sign in found.text for sign in _ODD_SIGNS):
        return None
    try:
        from pyarrow import ArrowException, csv, string
    except ImportError:
        return None
    names = [str(number) for number in range(len(found.names))]
    try:
        table = csv.read_csv(
            io.BytesIO(found.text.encode()),
            read_options=csv.ReadOptions(
                column_names=names,
                skip_rows_after_names=int(found.has_header),
                block_size=_BLOCK,
            ),
            parse_options=csv.ParseOptions(
                delimiter=found.separator, newlines_in_values=False
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, string()),
                strings_can_be_null=False,
            ),
        )
    # Rows of several lengths, for example.
    except (ArrowException, UnicodeEncodeError):
        return None
    return ArrowTable(table, found.names, about, found.decimal)


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
        table = read_parquet(data)
        return ArrowTable(table, [*map(str, table.column_names)], "Parquet")
    if is_json(content.media_type) or not isinstance(content.value, str | bytes | dict):
        value = parse_json(data) if content.url else content.value
        return table_of_records(records_in(value))
    found = read_delimited(data, content.media_type)
    about = f"separated by {_WORDS[found.separator]}"
    if found.separator != ",":
        about += f", decimal {'comma' if found.decimal == ',' else 'point'}"
    if not found.has_header:
        about += ", no header"
    return _fast(found, about) or PlainTable(
        found.names, list(found.rows()), about, found.decimal
    )


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


def sorted_rows(table: Table, at: int, *, descending: bool) -> Sequence[int]:
    """Numbers of the rows in the order of a column; those without a value are last."""
    if isinstance(table, ArrowTable):
        order = table.order(at, descending=descending)
        if order is not None:
            return order
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
