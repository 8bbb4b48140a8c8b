"""Tables that pyarrow reads: Parquet, and large delimited texts."""

from __future__ import annotations

import io
from array import array
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.tables.cells import Column, is_missing, kind_of
from ogc_widgets.client.results.tables.delimited import number_in
from ogc_widgets.client.results.tables.plain_table import LOOKED_AT
from ogc_widgets.errors import InputError, MissingExtraError, ProtocolError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.results.tables.delimited import Delimited

_MOST_BYTES: Final = 1 << 30
_LARGE: Final = 1_000_000  # signs; what is smaller is read in no time anyhow
_BLOCK: Final = 8 << 20
# Quotes and ends of lines that pyarrow takes otherwise than the csv of Python.
_ODD_SIGNS: Final = ('"', "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85",
                     "\u2028", "\u2029")  # fmt: skip
_PLAIN_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


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
        step = max(1, self.count // LOOKED_AT)
        some = range(0, self.count, step)
        self.columns = [
            Column(name, kind_of(column.take([*some]).to_pylist(), decimal))
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


def read_large(found: Delimited, about: str) -> ArrowTable | None:
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
