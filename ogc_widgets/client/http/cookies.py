"""Cookies of one server, for as long as its client lives.

Load balancers put a session into a cookie, and a client that does not send it back asks
another machine each time, which may not know the job. Cookies are sent to the very
origin that set them, kept in memory only, and appear nowhere.
"""

from __future__ import annotations

from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.request import Request

from ogc_widgets.protocol.links import same_origin

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Answer:
    """What a jar wants to know of an answer."""

    def __init__(self, set_cookie: Iterable[str]) -> None:
        self._headers = Message()
        for value in set_cookie:
            self._headers["Set-Cookie"] = value

    def info(self) -> Message:
        return self._headers


class Cookies:
    """A jar for the cookies of one origin.

    Args:
        url: Any address of it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._jar = CookieJar(DefaultCookiePolicy())

    def header_for(self, url: str) -> dict[str, str]:
        """Return the header ``Cookie`` for a request, or nothing."""
        if not same_origin(url, self._url) or not len(self._jar):
            return {}
        request = Request(url)  # noqa: S310 - nothing is opened
        self._jar.add_cookie_header(request)
        value = request.get_header("Cookie")
        return {"Cookie": value} if value else {}

    def take(self, url: str, set_cookie: Iterable[str]) -> None:
        """Keep what an answer sets.

        Args:
            url: Address that answered.
            set_cookie: Values of its headers ``Set-Cookie``.
        """
        # One that the HTTP library could not send back is not kept.
        values = [value for value in set_cookie if value.isascii()]
        if values and same_origin(url, self._url):
            request = Request(url)  # noqa: S310 - nothing is opened
            self._jar.extract_cookies(_Answer(values), request)  # type: ignore[arg-type] # only info() is used

    def clear(self) -> None:
        """Forget all of them."""
        self._jar.clear()
