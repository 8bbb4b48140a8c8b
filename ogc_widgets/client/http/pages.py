"""The pages of a list, asked for one by one; they end whatever the server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.errors import ServerError, SignInError, StrictError
from ogc_widgets.protocol.answers.replies import Reply, problem_error
from ogc_widgets.protocol.documents.paging import Page, next_url, read_page
from ogc_widgets.protocol.links import same_origin, without_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection

MOST_PAGES = 1_000
_NEVER = frozenset({404, 405, 501})


class Pages:
    """The pages of one list. Cancelling a request loses nothing: ask again.

    ``member`` is where the entries are, such as ``jobs``; ``limit`` is how many a page
    was asked to have.

    Attributes:
        total: How many entries the server says it has, or ``None``.
        is_cut: Whether there seem to be more entries than can be had.
    """

    def __init__(
        self,
        connection: Connection,
        url: str,
        member: str,
        *,
        limit: int | None = None,
        at_least_s: float = 0,
    ) -> None:
        self._connection = connection
        self._next = url
        self._member = member
        self._limit = limit
        self._at_least_s = at_least_s
        self._is_said = True
        self._seen: set[str] = set()
        self._bodies: set[int] = set()
        self._before = "", 0
        self._loaded = 0
        self.total: int | None = None
        self.is_cut = False

    @property
    def is_last(self) -> bool:
        """Whether there is no further page."""
        return not self._next

    async def next(self) -> Page | None:
        """Read the next page; ``None`` after the last. Only in the loop thread.

        Raises:
            ServerError: The first page could not be read. When a later one cannot be,
                the list ends there with a warning.
        """
        if not self._next:
            return None
        url, is_first = self._next, not self._seen
        try:
            reply = await self._get(url)
            page = await off_loop(len(reply.body), self._page_of, reply)
        except (SignInError, StrictError):
            raise
        except ServerError as error:
            if is_first:
                raise
            self._next = ""
            if self._is_said:
                notice(f"{error.what} The list ends there, {self._loaded} shown.")
            return None
        self._seen.add(url)
        body = hash(reply.body)
        if body in self._bodies or len(self._seen) > MOST_PAGES:
            if not self._is_said:
                self._connection.is_last_page[self._before[0]] = self._before[1]
            self.repeats(url)
            return None
        self._before = url, body
        self._bodies.add(body)
        self._loaded += len(page.entries)
        self.total = page.total
        self._plan(page, reply)
        return page

    async def read(self, url: str) -> Page:
        """Read any page of the list by its address.

        Raises:
            ServerError: It could not be read.
        """
        reply = await self._get(url)
        return await off_loop(len(reply.body), self._page_of, reply)

    def _page_of(self, reply: Reply) -> Page:
        return self._connection.read(
            reply,
            self._member,
            lambda: read_page(reply.json(), self._member, reply.url),
        )

    async def _get(self, url: str) -> Reply:
        reply = await self._connection.send(
            requests.get(url), at_least_s=self._at_least_s
        )
        if self._member == "jobs" and (reply.is_ok or reply.status_code in _NEVER):
            self._connection.experienced("list_jobs", reply, works=reply.is_ok)
        if not reply.is_ok:
            raise problem_error(reply)
        return reply

    def _plan(self, page: Page, reply: Reply) -> None:
        url, body = self._before
        if self._connection.is_last_page.get(url) == body:
            self._is_said = False  # the same guess would lead nowhere again
            self.repeats(url)
        else:
            following, self._is_said = next_url(
                page, reply.links, loaded=self._loaded, limit=self._limit
            )
            self._next = self._connection.rebase(following) if following else ""
        # Credentials and patience are for this server only.
        if self._next and not same_origin(self._next, self._connection.url):
            self._next = ""
            self.is_cut = True
        if self._next in self._seen:
            self.repeats(self._next)
        if not self._next and page.total is not None and page.entries:
            self.is_cut = page.total > self._loaded

    def repeats(self, url: str) -> None:
        """End a list of which a page holds nothing new.

        The server's own links lead in a circle, or it does not understand our guess
        of where the next page is; then the page before was all that it gives.
        """
        if self._is_said:
            notice(
                f"The pages of {without_query(url)} repeat; stopped, "
                f"{self._loaded} shown."
            )
        self.is_cut = not self._is_said
        self._next = ""
