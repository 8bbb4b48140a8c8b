"""The pages of a list from its end, where the server begins with what is oldest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

from ogc_widgets.protocol.documents.paging import Page
from ogc_widgets.protocol.links import with_query

Read = Callable[[str], Awaitable[Page]]

_OFFSETS = ("offset", "skip")
# Enough for a list of a million: doubling finds its size, halving its end.
_MOST_PROBES = 40


class LastPages:
    """The pages of a list, the last one first.

    Args:
        read: Reads the page at an address.
        url: Address of any page but the first: it shows how this server counts.
        page_size: How many entries to ask for at once.

    Attributes:
        total: How many entries there are, once :meth:`find_end` has found out.
    """

    def __init__(self, read: Read, url: str, page_size: int) -> None:
        self._read = read
        self._url = url
        self._page_size = page_size
        query = parse_qs(urlsplit(url).query)
        self._offset = next((name for name in _OFFSETS if name in query), "")
        self._end = 0
        self.total: int | None = None

    @property
    def is_last(self) -> bool:
        """Whether there is no further page."""
        return self._end <= 0

    async def find_end(self, loaded: int, total: int | None) -> bool:
        """Find out how long the list is.

        Args:
            loaded: How many entries there are at least.
            total: How many the server says there are, if it does.

        Returns:
            Whether it could be found.

        Raises:
            ServerError: A page could not be read.
        """
        if not self._offset:
            return False
        if total is not None:
            self._end = self.total = total
            return True
        # There is an entry before "least", and none from "most" on.
        least, most = loaded, None
        for _ in range(_MOST_PROBES):
            if most is not None and least >= most:
                self._end = self.total = least
                return True
            at = 2 * least if most is None else (least + most) // 2
            count = len((await self._page(at, self._page_size)).entries)
            if 0 < count < self._page_size:
                self._end = self.total = at + count
                return True
            if count:
                least = at + count
            else:
                most = at
        return False

    async def next(self) -> Page | None:
        """Read the page before the one that was read last; ``None`` after the first.

        Raises:
            ServerError: It could not be read.
        """
        if self.is_last:
            return None
        start = max(0, self._end - self._page_size)
        page = await self._page(start, self._end - start)
        self._end = start
        return page

    async def _page(self, offset: int, limit: int) -> Page:
        members = {self._offset: offset, "limit": limit}
        return await self._read(with_query(self._url, members))
