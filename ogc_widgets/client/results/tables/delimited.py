"""CSV and its relatives: which separator, which marks for decimals, which header.

Nothing in such a file says how it is to be read, so it is judged by its first lines.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from ogc_widgets.errors import ProtocolError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.wire import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""What stands for a value that is not there, in lower case."""

_SEPARATORS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 100  # lines
_START: Final = 500_000  # signs, more than a hundred lines have
_SAID: Final = pattern(r"sep=([,;|\t])\r?\n", re.IGNORECASE)  # as spreadsheets do
_NUMBER = pattern(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_DATE = pattern(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d.*)?)?")
_YEAR = pattern(r"(1[89]|20|21)\d\d")


@dataclass(frozen=True)
class Delimited:
    """A table as text, and how to read it.

    Attributes:
        text: Its lines, from the header or the first row on.
        separator: What stands between cells.
        names: Names of the columns.
        has_header: Whether the first line has them; else they are made up.
        decimal: The mark of decimals.
    """

    text: str
    separator: str
    names: list[str]
    has_header: bool
    decimal: str

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows, each as long as there are columns.

        Raises:
            ProtocolError: A cell is too large, or has a sign that no text has.
        """
        width = len(self.names)
        rows = _read(self.text, self.separator)
        for row in islice(rows, int(self.has_header), None):
            yield row[:width] + [""] * (width - len(row))

    def number(self, text: str) -> float | None:
        """The number that a cell is, or None."""
        return number_in(text, self.decimal)


def number_in(text: str, decimal: str = ".") -> float | None:
    """The number that a text is, or None."""
    plain = text.strip()
    if decimal != ".":
        plain = plain.replace(decimal, ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def is_date(text: str) -> bool:
    """Whether a text is a date of ISO 8601, with a time or without."""
    return _DATE.fullmatch(text.strip()) is not None


def read_delimited(data: bytes, media_type: str) -> Delimited:
    """Find out how a table that is text is to be read.

    Raises:
        ProtocolError: It holds no rows.
    """
    text = read_text(data, media_type, "").lstrip("\ufeff")
    if said := _SAID.match(text):
        text = text[said.end() :]
        separator = said[1]
    elif "tab-separated" in bare(media_type):
        separator = "\t"
    else:
        separator = _separator_of(text)
    text = _without_comments(text, separator)
    first = list(islice(_read(_start_of(text), separator), _LOOKED_AT))
    width = max(map(len, first), default=0)
    if not width:
        raise ProtocolError("The table is empty: there is not even a header.")
    decimal = "," if separator != "," and _has_commas(first) else "."
    has_header = _is_header(first[0], first[1:], decimal)
    given = [name.strip() for name in first[0]] if has_header else []
    given += [""] * (width - len(given))
    names = [name or f"column {number}" for number, name in enumerate(given, 1)]
    return Delimited(text, separator, names, has_header, decimal)


def _read(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    # Line ends stay as they are, as a cell in quotes may hold some.
    lines = iter(text.splitlines(keepends=True)) if "\0" not in text else iter(())
    try:
        yield from (row for row in csv.reader(lines, delimiter=separator) if row)
    except csv.Error as error:
        raise ProtocolError(f"The table cannot be read: {error}.") from error


def _start_of(text: str) -> str:
    """The first lines of a text; all of it where they are very long."""
    end = text.rfind("\n", 0, _START) + 1
    return text[:end] if len(text) > _START and end else text


def _separator_of(text: str) -> str:
    """The separator that cuts most of the first lines into equally many cells."""
    lines = _start_of(text).splitlines(keepends=True)
    start = "".join(islice(lines, _LOOKED_AT))

    def fit(separator: str) -> tuple[float, int]:
        widths = Counter(map(len, _read(start, separator)))
        width, lines = widths.most_common(1)[0] if widths else (1, 0)
        return (lines / widths.total(), width) if width > 1 else (0, 0)

    return max(_SEPARATORS, key=fit)


def _without_comments(text: str, separator: str) -> str:
    """Leave out remarks before the header: "#" also begins names of columns."""
    while text.startswith("#"):
        line, _, rest = text.partition("\n")
        rows = list(islice(_read(_start_of(rest), separator), 2))
        if not rows or line.count(separator) == len(rows[-1]) - 1:
            break
        text = rest
    return text


def _has_commas(rows: Sequence[Sequence[str]]) -> bool:
    """Whether decimals have commas: some numbers do, and none has a point."""
    cells = [cell.strip() for row in rows for cell in row]
    with_comma = any("," in cell and number_in(cell, ",") is not None for cell in cells)
    return with_comma and not any("." in c and number_in(c) is not None for c in cells)


def _is_header(
    first: Sequence[str], others: Sequence[Sequence[str]], decimal: str
) -> bool:
    """Whether the first line has words where the others have numbers, or words too."""
    values = [cell for cell in first if _is_value(cell, decimal)]
    if not values:
        return any(cell.strip() for cell in first)
    # Years over columns of something else, as in tables that are made for people.
    below = [cell.strip() for row in others for cell in row]
    return len(values) < len(first) and all(
        _YEAR.fullmatch(cell.strip()) and cell.strip() not in below for cell in values
    )


def _is_value(cell: str, decimal: str) -> bool:
    return number_in(cell, decimal) is not None or is_date(cell)
