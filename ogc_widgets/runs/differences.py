"""What differs between two runs, as values, text and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from ogc_widgets.errors import printable
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.protocol.wire import dump_json

ABSENT: Final = object()
"""Stands for what one of two runs does not have."""
_LIMIT: Final = 300
_LEFT: Final = (
    'style="text-align: left; vertical-align: top; min-width: 9em; '
    'overflow-wrap: anywhere"'
)


@dataclass(frozen=True, slots=True)
class RunDifference:
    """One thing that is not the same in two runs.

    Attributes:
        part: ``inputs``, ``request``, ``process``, ``server``, ``versions``,
            ``status`` or ``results``.
        name: What it is.
        here: What it is in the first run.
        there: What it is in the second run.
        change: What became of it, in words, where that says more.
        of: Id of the item that it belongs to, or ``""``.
    """

    part: str
    name: str
    here: Any
    there: Any
    change: str = ""
    of: str = ""

    def texts(self) -> tuple[str, str]:
        """Both as short text."""
        return _shown(self.here), _shown(self.there)


class RunComparison(Sequence[RunDifference]):
    """What differs between two runs; empty (and false) if nothing does.

    Args:
        rows: The differences.
        names: What the two runs are called.
        compared: What was looked at, in words.
        notes: What could not be compared, and why.
    """

    def __init__(
        self,
        rows: Sequence[RunDifference],
        names: tuple[str, str],
        compared: str,
        notes: Sequence[str] = (),
    ) -> None:
        self._rows = tuple(rows)
        self.names = names
        self.compared = compared
        self.notes = tuple(notes)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 # as for any sequence
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RunDifference]:
        return iter(self._rows)

    @property
    def text(self) -> str:
        """All of it, for a terminal or a message."""
        first, second = (clean(name, limit=80) for name in self.names)
        lines = [f"{first} and {second}"]
        for (part, of), rows in groupby(self._rows, lambda row: (row.part, row.of)):
            lines += ["", f"{part.capitalize()} {clean(of, limit=80)}".rstrip()]
            for row in rows:
                here, there = row.texts()
                change = f"  ({row.change})" if row.change else ""
                lines.append(f"  {clean(row.name, limit=80)}: {here} → {there}{change}")
        if not self:
            lines += ["", "Nothing differs."]
        lines += ["", self.compared, *self.notes]
        return printable("\n".join(lines))

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        notes = [self.compared, *self.notes]
        told = "".join(f"<p>{escape_html(one, limit=1000)}</p>" for one in notes)
        if not self:
            first, second = map(escape_html, self.names)
            return f"<p>Nothing differs between {first} and {second}.</p>{told}"
        has_changes = any(row.change for row in self._rows)
        names = ["", "", *self.names, *([""] * has_changes)]
        head = "".join(f"<th {_LEFT}>{escape_html(name)}</th>" for name in names)
        body = ""
        for (part, of), group in groupby(self._rows, lambda row: (row.part, row.of)):
            rows = [*group]
            named = (
                f"{part.capitalize()}<br>{escape_html(of)}" if of else part.capitalize()
            )
            title = f'<th {_LEFT} rowspan="{len(rows)}">{named}</th>'
            for row in rows:
                cells = [row.name, *row.texts(), *([row.change] * has_changes)]
                body += f"<tr>{title}{''.join(map(_cell, cells))}</tr>"
                title = ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{told}"
        )


def _cell(text: str) -> str:
    return f"<td {_LEFT}>{escape_html(text, limit=2 * _LIMIT)}</td>"


def _shown(value: Any) -> str:  # noqa: ANN401 # JSON or ABSENT
    if value is ABSENT:
        return "not there"
    text = value if isinstance(value, str) else dump_json(value, is_lenient=True)
    return clean(text, limit=_LIMIT) or "empty"
