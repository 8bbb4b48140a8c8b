"""The rows of a batch: sorted and filtered, and of each page those that it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.batches.entries import GROUP_OF, WORD_OF, cells_of
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ogc_widgets.client.batches.entries import BatchEntry, Column


_PLACE = {group: number for number, group in enumerate(WORD_OF)}

# What an error of ours begins with, which stands whole where a row is looked into.
_REFUSED = pattern(r"The server answered 4\d\d to POST \S+: ")

Row = list[Any]
"""What the page gets: index, state, per cent or None, words, seconds or None, attempt,
and the cells of the inputs, which are left out where the page has them."""


class BatchList:
    """Which requests of a batch are listed, and in what order."""

    def __init__(
        self, entries: Sequence[BatchEntry], columns: Sequence[Column]
    ) -> None:
        self.columns = columns
        self.by, self.descending, self.group = "", False, ""
        self._cells: list[list[str]] = []
        self._attempts: list[int] = []
        self.order: list[int] = []
        self.update(entries)

    def update(self, entries: Sequence[BatchEntry]) -> bool:
        """Take the requests as they are now."""
        self.entries = entries
        attempts = [one.attempt for one in entries]
        if attempts != self._attempts:
            # Sent once more, perhaps with other inputs.
            self._cells = [cells_of(one, self.columns) for one in entries]
            self._attempts = attempts
        return self.arrange()

    def sort(self, by: str, *, descending: bool = False) -> None:
        """Sort by the id of an input, ``state`` or ``took``; ``""`` as they came.

        Raises:
            InputError: There is no such column.
        """
        known = ["", "state", "took", *(f"inputs:{one.id}" for one in self.columns)]
        if by not in known:
            raise InputError(
                f"The table has no column {by!r}.",
                advice=f"Sort by one of {', '.join(known[1:])}.",
            )
        self.by, self.descending = by, descending
        self.arrange()

    def filter(self, group: str) -> None:
        """List one group of states only; ``""`` for all.

        Raises:
            InputError: There is no such group.
        """
        if group and group not in WORD_OF:
            raise InputError(
                f"There is no state {group!r}.",
                advice=f"Filter by one of {', '.join(WORD_OF)}.",
            )
        self.group = group
        self.arrange()

    def arrange(self) -> bool:
        """List them anew; whether anything is otherwise than before."""
        order = [
            number
            for number, one in enumerate(self.entries)
            if not self.group or GROUP_OF[one.state] == self.group
        ]
        if self.by:
            order.sort(key=self._key(), reverse=self.descending)
        before, self.order = self.order, order
        return before != order

    def _key(self) -> Any:  # noqa: ANN401 # of numbers or words
        entries = self.entries
        if self.by == "state":
            return lambda n: (
                _PLACE[GROUP_OF[entries[n].state]],
                entries[n].progress or 0,
            )
        if self.by == "took":
            now = datetime.now(UTC)
            return lambda n: took_s(entries[n], now) or -1.0
        at = [f"inputs:{one.id}" for one in self.columns].index(self.by)
        column = self.columns[at]
        if column.kind == "number":
            return lambda n: _number_in(entries[n].inputs.get(column.id))
        return lambda n: self._cells[n][at].casefold()

    def cells(self, index: int) -> list[str]:
        """The inputs of a request in words."""
        return self._cells[index]

    def row(self, index: int) -> Row:
        """One request for the page, without its cells."""
        one = self.entries[index]
        took = took_s(one, datetime.now(UTC))
        is_live = GROUP_OF[one.state] == "running"
        return [
            index,
            one.state,
            one.progress if one.state == "running" else None,
            said_of(one),
            None if took is None else round(took, 1 if not is_live else 0),
            one.attempt,
        ]

    def whole_row(self, index: int) -> Row:
        """One request for the page, with its cells."""
        return [*self.row(index), self.cells(index)]


def _number_in(value: Any) -> float:  # noqa: ANN401 # JSON
    """A number by itself, in a list, or with its unit; 0 where there is none."""
    if isinstance(value, dict):
        return _number_in(value.get("value"))
    if isinstance(value, list | tuple):
        return _number_in(value[0]) if len(value) == 1 else 0
    return value if isinstance(value, int | float) else 0


def said_of(entry: BatchEntry) -> str:
    """Why it failed, or what the server says of it."""
    if entry.state == "unknown":
        return "no answer came"
    return clean(_REFUSED.sub("refused: ", entry.error or entry.message), limit=160)


def took_s(entry: BatchEntry, now: datetime) -> float | None:
    """Seconds that a job took, or has taken by now; None before it was sent."""
    if entry.started_at is None or entry.state in ("waiting", "unknown"):
        return None
    return max(0.0, ((entry.ended_at or now) - entry.started_at).total_seconds())


_MOST_ROWS: Final = 200  # in one message
_MOST_PAGES: Final = 8


@dataclass
class _Page:
    """What one page sees of the rows, and what it has been told of them."""

    first: int = 0
    count: int = 0
    rows: dict[int, Row] = field(default_factory=dict)


class RowPages:
    """Sends each page the rows that it asks for, and later what has changed of them.

    Several threads come here: whoever calls holds ``publishing()``.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._pages: dict[str, _Page] = {}
        self.revision = 0
        """Counts up when other rows are listed, or in another order."""

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def are_seen(self) -> bool:
        """Whether some page shows rows now."""
        return any(one.count for one in self._pages.values())

    def forget_rows(self) -> None:
        """Other rows are listed, or in another order: pages ask for them."""
        self.revision += 1
        for page in self._pages.values():
            page.rows.clear()

    def see(self, name: str, first: int, count: int) -> None:
        """Take which rows a page shows; none where nobody sees it."""
        page = self._page(name)
        page.first, page.count = max(0, int(first)), min(max(0, int(count)), _MOST_ROWS)

    def ask(self, listing: BatchList, name: str, first: int, count: int) -> None:
        """Send a page rows with their cells."""
        first = max(0, int(first))
        places = listing.order[first : first + min(int(count), _MOST_ROWS)]
        rows = [listing.whole_row(index) for index in places]
        self._page(name).rows.update({row[0]: row[:-1] for row in rows})
        self._say(name, "rows", first=first, rows=rows)

    def tell(self, listing: BatchList) -> None:
        """Send each page what has changed of the rows that it shows."""
        for name, page in self._pages.items():
            seen = listing.order[page.first : page.first + page.count]
            changed = []
            for place, index in enumerate(seen, page.first):
                row, before = listing.row(index), page.rows.get(index)
                # What the page has not asked for is on its way; time it counts itself.
                if before is None or _is_same(row, before):
                    continue
                page.rows[index] = row
                changed.append([place, *row])
            if changed:
                self._say(name, "changed", rows=changed)

    def _page(self, name: str) -> _Page:
        """A page by its name; of very many the one that was silent longest goes."""
        page = self._pages.pop(name, None) or _Page()
        self._pages[name] = page
        while len(self._pages) > _MOST_PAGES:
            self._pages.pop(next(iter(self._pages)))
        return page

    def _say(self, page: str, kind: str, **members: object) -> None:
        about_it = {"type": kind, "page": page, "revision": self.revision}
        self._send({**about_it, **members})


def _is_same(row: Row, before: Row) -> bool:
    """Whether a page draws the same: seconds of what runs, it counts itself."""
    if GROUP_OF[row[1]] != "running":
        return row == before
    return row[:4] == before[:4] and row[5:] == before[5:]
