"""Where the next page of a list is, in every way that servers have found to say it.

A ``next`` link (in the document, as a mapping of relation to address, or in the
``Link`` header), a cursor, a page number, or nothing but a total that is larger than
what came. In the last case the next page is guessed, once: a server that does not
understand the guess repeats itself, and that ends the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import (
    Link,
    absolute,
    find_link,
    read_links,
    with_query,
)
from ogc_widgets.protocol.notices import heard, notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

_TOTALS = ("numberTotal", "numberMatched", "total", "totalCount", "count")
# Sizes of a page where nothing, or less than was wanted, is allowed.
_CUT_AT = frozenset({10, 20, 25, 50, 100, 200, 250, 500, 1000})
_CURSORS = ("cursor", "nextCursor", "next_cursor", "nextPageToken", "next_page_token")


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        entries: What stands in it, unread.
        total: Number of entries that the server says it has, or ``None``.
        document: The document.
        url: Its address.
    """

    entries: list[Any]
    total: int | None
    document: Any
    url: str
    _made: dict[Callable[[Page], list[Any]], list[Any]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def read(self, read: Callable[[Page], list[T]]) -> list[T]:
        """Return what is read of it; once, unless something is said of it."""
        made = self._made.get(read)
        if made is None:
            with heard() as notices:
                made = read(self)
            if not notices:
                self._made[read] = made
        return list(made)


def read_page(document: object, member: str, url: str) -> Page:
    """Read a page of a list, whose entries are in a member such as ``jobs``.

    Raises:
        ProtocolError: It is neither an object nor a list.
    """
    if isinstance(document, list):
        notice(f"The {member} are a bare list instead of an object.")
        return Page(document, None, document, url)
    page = reading.need_object(document, f"a list of {member}")
    entries = page.get(member)
    if not isinstance(entries, list):
        notice(f"The list has no member {member!r}.")
        entries = []
    total = reading.count(reading.first(page, *_TOTALS))
    return Page(entries, total, document, url)


def next_url(
    page: Page, header: Iterable[Link], *, loaded: int, limit: int | None
) -> tuple[str, bool]:
    """Say where the page after a page is.

    Args:
        page: The page.
        header: The links of the ``Link`` header that came with it.
        loaded: How many entries have come, with this page.
        limit: How many were asked for, if any.

    Returns:
        Its address, or ``""`` where this seems to be the last; and whether the server
        says so itself.
    """
    said = next(iter(page.read(_linked)), "")
    if said or not page.entries:
        return said, True
    if link := find_link(header, "next", html=True):
        return link.href, True
    count = len(page.entries)
    if page.total is not None:
        is_more = page.total > loaded
    else:
        is_more = count in _CUT_AT or (limit is not None and count >= limit)
    return _guess(page, loaded) if is_more else "", False


def _linked(page: Page) -> list[str]:
    """Where the document itself says that the next page is, if it does."""
    following = find_link(read_links(page.document, page.url), "next")
    if following:
        return [following.href]
    document = reading.mapping(page.document)
    value = document.get("next")
    if url := absolute(reading.mapping(value).get("href", value), page.url):
        return [url]
    cursor = reading.first(document, *_CURSORS)
    return [with_query(page.url, {"cursor": cursor})] if isinstance(cursor, str) else []


def _guess(page: Page, loaded: int) -> str:
    query = dict(parse_qsl(urlsplit(page.url).query))
    said = {**query, **reading.mapping(page.document)}
    number = reading.count(said.get("page"))
    if number is not None:
        return with_query(page.url, {"page": number + 1})
    return _skipping(page.url, loaded)


@lru_cache(100)
def _skipping(url: str, loaded: int) -> str:
    # Servers read one of the two and ignore the other.
    return with_query(url, {"offset": loaded, "skip": loaded})
