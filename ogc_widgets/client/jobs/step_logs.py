"""The log of one step, read from its end by the kernel, never by the browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ogc_widgets.client.facade import blocking
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.errors import (
    DeadlineError,
    PrivateAddressError,
    ProblemError,
    TransportError,
    printable,
)
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import LOG_LIMIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.documents.status import LogLink

T = TypeVar("T")

_ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.5"
_MOST_READ = 64 * 2**20
# Some servers never end a log that still grows.
_PATIENCE_S = 60.0
_EARLIER = "… earlier lines left out\n"
_LATER = "\n… the log goes on; the server did not send the rest in time"
_LINE_END = pattern(r"\r\n|\r|\n")
# Bytes of UTF-8 that no character starts with (RFC 3629, section 3).
_CONTINUATION = bytes(range(0x80, 0xC0))


class LogFile:
    """One log of a job.

    Attributes:
        step: Name of the step; not cleaned.
        number: 1 for the first run of the step, 2 for the second.
        title: The server's title of it; not cleaned.
        url: The address that it is read from.
    """

    def __init__(self, client: Connection, link: LogLink) -> None:
        self._client = client
        self.step = link.step
        self.number = link.number
        self.title = link.title
        self.url = client.rebase(link.url)
        self._given_url = link.url

    @on_loop
    async def aio_text(self, tail_bytes: int = LOG_LIMIT) -> str:
        """Read the end of the log as text.

        Args:
            tail_bytes: How much of it at most, counted from the end.

        Raises:
            ServerError: It could not be read.
        """
        return await self._from_either(partial(self._end, tail_bytes))

    text = blocking(aio_text)

    @on_loop
    async def aio_fetch(self) -> bytes:
        """Read the whole log (at most 64 MiB) as it is, also if it repeats a secret.

        Raises:
            ServerError: It could not be read.
        """
        return await self._from_either(self._whole)

    fetch = blocking(aio_fetch)

    async def _from_either(self, read: Callable[[str], Awaitable[T]]) -> T:
        try:
            return await read(self.url)
        except (ProblemError, TransportError) as error:
            if self._given_url == self.url:
                raise
            # The server's own address for it may work from here, too.
            try:
                return await read(self._given_url)
            except PrivateAddressError:
                raise error from None

    async def _whole(self, url: str) -> bytes:
        async with self._open(url) as stream:
            return await stream.read(_MOST_READ)

    async def _end(self, tail_bytes: int, url: str) -> str:
        kept, total = bytearray(), 0
        is_part, rest = False, ""
        try:
            async with (
                asyncio.timeout(_PATIENCE_S),
                self._open(url, Range=f"bytes=-{tail_bytes}") as stream,
            ):
                if stream.status_code == 416:  # an empty file has no end
                    return ""
                place = stream.headers.get("content-range", "bytes 0-")
                is_part = not place.startswith("bytes 0-")
                async for piece in stream.chunks():
                    total += len(piece)
                    kept += piece
                    if len(kept) > 2 * tail_bytes:
                        del kept[: len(kept) - tail_bytes]
        except TransportError:
            if not total:
                raise
            rest = _LATER
        except TimeoutError:
            if not total:
                raise DeadlineError(
                    f"Nothing of the log at {without_query(url)} came within "
                    f"{_PATIENCE_S:g} s.",
                    advice="Try again; the job is not touched by it.",
                ) from None
            rest = _LATER
        body = bytes(kept[max(0, len(kept) - tail_bytes) :])
        if is_part or total > tail_bytes:
            return _EARLIER + self._client.redact(_from_a_line(body)) + rest
        text = self._client.redact(body.decode("utf-8", errors="replace"))
        return _lines_of_json(text) + rest

    @contextlib.asynccontextmanager
    async def _open(self, url: str, **headers: str) -> AsyncIterator[Stream]:
        request = requests.Request("GET", url, {"Accept": _ACCEPT, **headers})
        async with self._client.stream(request) as stream:
            if stream.status_code not in (200, 206, 416):
                raise problem_error(await self._client.reply_of(stream, "GET"))
            yield stream

    def __repr__(self) -> str:
        return (
            f"<LogFile {printable(self.step)} {self.number} {without_query(self.url)}>"
        )


def _from_a_line(body: bytes) -> str:
    """Bytes from the middle of a text, from the first line that is whole.

    A progress bar begins its lines anew with carriage returns and may never end one.
    Where there is no other line, half of one is better than nothing.
    """
    text = body.lstrip(_CONTINUATION).decode("utf-8", errors="replace")
    end = _LINE_END.search(text)
    whole = text[end.end() :] if end else ""
    return whole if whole.strip() else text


def _lines_of_json(text: str) -> str:
    """Some servers give a log as a JSON list of lines."""
    if not text.lstrip().startswith("["):
        return text
    try:
        lines = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "\n".join(lines)
    return text
