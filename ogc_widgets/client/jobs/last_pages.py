"""The pages of a list from its end, where the server begins with what is oldest."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from ogc_widgets.protocol.links import with_query

if TYPE_CHECKING:
    from ogc_widgets.client.http.pages import Pages
    from ogc_widgets.protocol.documents.paging import Page

# Enough for a list of a million: doubling finds its size, halving its end.
_MOST_PROBES = 40


class LastPages:
    """The pages of a list, the last one first.

    The address of any page but the first shows how its server counts.
    """

    def __init__(self, pages: Pages, url: str, page_size: int) -> None:
        self._pages = pages
        self._url = url
        self._page_size = page_size
        query = parse_qs(urlsplit(url).query)
        self._offset = next((name for name in ("offset", "skip") if name in query), "")
        self._end = 0
        self.total = pages.total

    @property
    def is_last(self) -> bool:
        """Whether there is no further page."""
        return self._end <= 0

    async def find_end(self, loaded: int) -> bool:
        """Find out how long a list is that is longer than that; False if it cannot."""
        if self._offset and self.total is None:
            self.total = await self._count(loaded)
        self._end = self.total or 0
        return bool(self._offset and self._end)

    async def _count(self, loaded: int) -> int | None:
        # There is an entry before "least", and none from "most" on.
        least, most = loaded, None
        for _ in range(_MOST_PROBES):
            if most is not None and least >= most:
                return least
            at = 2 * least if most is None else (least + most) // 2
            count = len((await self._page(at, self._page_size)).entries)
            if 0 < count < self._page_size:
                return at + count
            if count:
                least = at + count
            else:
                most = at
        return None

    async def next(self) -> Page | None:
        """Read the page before the one that was read last; ``None`` after the first."""
        if self.is_last:
            return None
        start = max(0, self._end - self._page_size)
        page = await self._page(start, self._end - start)
        self._end = start
        return page

    async def _page(self, offset: int, limit: int) -> Page:
        members = {self._offset: offset, "limit": limit}
        return await self._pages.read(with_query(self._url, members))
