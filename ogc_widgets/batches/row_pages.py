"""The rows of a batch on the pages that show it: those that are seen, and changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.batches.entry_words import GROUP_OF

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.batches.listing import BatchList, Row

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

    Args:
        send: Sends a message to all pages; each takes those that have its name.
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
