"""Where the next page of a list is, in every way that servers have found to say it.

A ``next`` link (in the document, as a mapping of relation to address, or in the
``Link`` header), a cursor, a page number, or nothing but a total that is larger than
what came. In the last case the next page is guessed, once: a server that does not
understand the guess repeats itself, and that ends the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import (
    Link,
    absolute,
    find_link,
    read_links,
    with_query,
)
from ogc_widgets.protocol.notices import notice

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


def read_page(document: object, member: str, url: str) -> Page:
    """Read a page of a list.

    Args:
        document: The document.
        member: Where the entries are, such as ``jobs``.
        url: Address of the document.

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


def linked_url(document: object, base_url: str) -> str:
    """Return where the document itself says that the next page is, or ``""``."""
    following = find_link(read_links(document, base_url), "next")
    if following:
        return following.href
    if not isinstance(document, Mapping):
        return ""
    value = document.get("next")
    if isinstance(value, Mapping):
        value = value.get("href")
    if url := absolute(value, base_url):
        return url
    cursor = reading.first(document, *_CURSORS)
    if isinstance(cursor, str) and cursor and base_url:
        return with_query(base_url, {"cursor": cursor})
    return ""


def next_url(
    page: Page, header: Iterable[Link], *, loaded: int, limit: int | None
) -> tuple[str, bool]:
    """Say where the next page is.

    Args:
        page: This page.
        header: The links of the ``Link`` header that came with it.
        loaded: How many entries have come, with this page.
        limit: How many were asked for, if any.

    Returns:
        Its address, or ``""`` where this seems to be the last; and whether the server
        says so itself.
    """
    said = linked_url(page.document, page.url)
    if said or not page.entries:
        return said, True
    if link := find_link(header, "next", html=True):
        return link.href, True
    is_more = page.total is not None and page.total > loaded
    is_wanted = is_more or (page.total is None and is_full(page, limit))
    return (_guess(page, loaded), False) if is_wanted else ("", False)


def is_full(page: Page, limit: int | None) -> bool:
    """Whether a page has as many entries as were asked for, or as servers cut at."""
    count = len(page.entries)
    return count in _CUT_AT or (limit is not None and count >= limit)


def _guess(page: Page, loaded: int) -> str:
    query = dict(parse_qsl(urlsplit(page.url).query))
    said = page.document if isinstance(page.document, Mapping) else {}
    number = reading.count(reading.first({**query, **said}, "page"))
    if number is not None:
        return with_query(page.url, {"page": number + 1})
    # Servers read one of the two and ignore the other.
    return with_query(page.url, {"offset": loaded, "skip": loaded})
