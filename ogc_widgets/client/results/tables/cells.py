"""Cells of tables: what they hold, how they sort, and how they read to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from ogc_widgets.client.results.tables.delimited import MISSING, is_date, number_in
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

ColumnKind: TypeAlias = Literal["number", "date", "text"]

_LONGEST_CELL: Final = 300


@dataclass(frozen=True)
class Column:
    """A column: its name as it came, and what it holds."""

    name: str
    kind: ColumnKind


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


def sort_key(value: object) -> tuple[int, float, str]:
    """What a cell that holds something is sorted by."""
    if isinstance(value, int | float):
        return (0, value, "")
    if isinstance(value, Mapping | list | bytes):
        return (2, 0, "")
    text = str(value)
    return (1, 0, text.casefold())


def kind_of(values: Sequence[Any], decimal: str) -> ColumnKind:
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
