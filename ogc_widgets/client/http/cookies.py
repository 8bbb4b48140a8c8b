"""Cookies of one server, sent to the very origin that set them, in memory only.

Load balancers put a session into a cookie, and a client that does not send it back asks
another machine each time, which may not know the job.
"""

from __future__ import annotations

from email.message import Message
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, cast
from urllib.request import Request

if TYPE_CHECKING:
    from http.client import HTTPResponse


class Cookies:
    """What a server wants to be told again."""

    def __init__(self) -> None:
        self._jar = CookieJar(_Sendable())

    def header(self, url: str) -> str:
        """Return what the header ``Cookie`` of a request says, ``""`` for nothing."""
        request = Request(url)  # noqa: S310 # it is not opened
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie", "")

    def keep(self, url: str, said: list[str]) -> None:
        """Keep what an answer set.

        Args:
            url: Its address.
            said: Values of its headers ``Set-Cookie``.
        """
        request = Request(url)  # noqa: S310 # it is not opened
        self._jar.extract_cookies(cast("HTTPResponse", _Answer(said)), request)


class _Answer:
    """As much of an answer as a jar looks at."""

    def __init__(self, said: list[str]) -> None:
        self._headers = Message()
        for value in said:
            self._headers["Set-Cookie"] = value

    def info(self) -> Message:
        return self._headers


class _Sendable(DefaultCookiePolicy):
    """Keeps no cookie that could not be sent back."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        is_sendable = f"{cookie.name}{cookie.value}".isascii()
        return is_sendable and super().set_ok(cookie, request)
