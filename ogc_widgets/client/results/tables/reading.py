"""Outputs that are tables, read so that any part of them can be shown and sorted.

pyarrow reads Parquet and large delimited texts; what is small needs no library.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.tables.delimited import read_delimited
from ogc_widgets.client.results.tables.table import (
    PlainTable,
    Table,
    is_missing,
    table_of_records,
)
from ogc_widgets.errors import InputError, ProtocolError, need_extra
from ogc_widgets.protocol.media_types import bare, is_json, sniff
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.tables.delimited import Delimited

_MOST_BYTES: Final = 1 << 30
_LARGE: Final = 1_000_000  # signs; what is smaller is read in no time anyhow
_BLOCK: Final = 8 << 20
# Quotes and ends of lines that pyarrow takes otherwise than the csv of Python.
_ODD_SIGNS: Final = ('"', "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85",
                     "\u2028", "\u2029")  # fmt: skip
_PLAIN_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_WORDS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def is_parquet(content: Content, data: bytes) -> bool:
    """Whether the bytes of an output are Parquet, or are said to be."""
    said = f"{bare(content.media_type)} {sniff(data)}"
    return "parquet" in said or content.name.lower().endswith("parquet")


def table_of(content: Content, data: bytes) -> Table:
    """Read an output as a table, given its bytes.

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
    return _read_large(found, about) or PlainTable(
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


class ArrowTable(Table):
    """A table as pyarrow keeps it: Parquet, or delimited text whose cells are texts."""

    def __init__(
        self,
        table: Any,  # noqa: ANN401 # pyarrow has no types
        names: Sequence[str],
        about: str,
        decimal: str = ".",
    ) -> None:
        # In one piece each, so that any rows can be taken at once.
        self._columns = [_whole(table.column(at)) for at in range(table.num_columns)]
        super().__init__(names, table.num_rows, about, decimal)

    def _cells(self, at: int, numbers: Sequence[int]) -> list[Any]:
        cells: list[Any] = self._columns[at].take([*numbers]).to_pylist()
        return cells

    def order(self, at: int, *, descending: bool) -> Sequence[int]:
        """Numbers of the rows in the order of a column; quickly, but for rare types."""
        import numpy as np
        import pyarrow as pa

        column = self._columns[at]
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            keys = column.to_numpy(zero_copy_only=False)
            is_missing = keys != keys  # which only NaN is
        elif not pa.types.is_string(column.type):
            return super().order(at, descending=descending)
        elif self.columns[at].kind == "number":
            found = _numbers_of(column, self._decimal)
            if found is None:
                return super().order(at, descending=descending)
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


def _read_large(found: Delimited, about: str) -> ArrowTable | None:
    """Read a delimited table by pyarrow; None for what it would read otherwise."""
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


def read_parquet(data: bytes) -> Any:  # noqa: ANN401 # pyarrow has no types
    """Read a Parquet file into a table of pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
        InputError: It is too large to be unpacked.
        ProtocolError: It is broken, or no such file.
    """
    need_extra("Reading Parquet", "data", "pyarrow")
    # Imported here: it is large, and only this needs it.
    import pyarrow as pa
    from pyarrow import parquet

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
