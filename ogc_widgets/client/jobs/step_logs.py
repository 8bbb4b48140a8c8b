"""The log of one step, read from its end by the kernel, never by the browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.client.facade import blocking
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.errors import (
    DeadlineError,
    PrivateAddressError,
    ProblemError,
    TransportError,
    printable,
)
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import LOG_LIMIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.documents.status import LogLink

_ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.5"
_MOST_READ = 64 * 2**20
# Some servers never end a log that still grows.
_PATIENCE_S = 60.0
_EARLIER = "… earlier lines left out\n"
_LATER = "\n… the log goes on; the server did not send the rest in time"
_LINE_END = re.compile(r"\r\n|\r|\n")


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
        tail = await self._read(tail_bytes)
        rest = _LATER if tail.is_cut_short else ""
        if tail.has_earlier:
            return _EARLIER + self._client.redact(_from_a_line(tail.body)) + rest
        text = self._client.redact(tail.body.decode("utf-8", errors="replace"))
        return _lines_of_json(text) + rest

    text = blocking(aio_text)

    @on_loop
    async def aio_fetch(self) -> bytes:
        """Read the whole log (at most 64 MiB) as it is, also if it repeats a secret.

        Raises:
            ServerError: It could not be read.
        """
        return (await self._read(None)).body

    fetch = blocking(aio_fetch)

    async def _read(self, tail_bytes: int | None) -> _Tail:
        try:
            return await self._read_from(self.url, tail_bytes)
        except (ProblemError, TransportError) as error:
            if self._given_url == self.url:
                raise
            # The server's own address for it may work from here, too.
            try:
                return await self._read_from(self._given_url, tail_bytes)
            except PrivateAddressError:
                raise error from None

    async def _read_from(self, url: str, tail_bytes: int | None) -> _Tail:
        if tail_bytes is None:
            async with self._open(url, {"Accept": _ACCEPT}) as stream:
                return _Tail(await stream.read(_MOST_READ))
        headers = {"Accept": _ACCEPT, "Range": f"bytes=-{tail_bytes}"}
        kept = _LastBytes(tail_bytes)
        is_cut_short = False
        content_range = ""
        try:
            async with asyncio.timeout(_PATIENCE_S), self._open(url, headers) as stream:
                if stream.status_code == 416:  # an empty file has no end
                    return _Tail()
                content_range = stream.headers.get("content-range", "")
                async for piece in stream.chunks():
                    kept.add(piece)
        except TransportError:
            if kept.total == 0:
                raise
            is_cut_short = True
        except TimeoutError:
            if kept.total == 0:
                raise DeadlineError(
                    f"Nothing of the log at {without_query(url)} came within "
                    f"{_PATIENCE_S:g} s.",
                    advice="Try again; the job is not touched by it.",
                ) from None
            is_cut_short = True
        is_part = content_range and not content_range.startswith("bytes 0-")
        return _Tail(kept.bytes(), is_part or kept.total > tail_bytes, is_cut_short)

    @contextlib.asynccontextmanager
    async def _open(self, url: str, headers: dict[str, str]) -> AsyncIterator[Stream]:
        async with self._client.stream(requests.Request("GET", url, headers)) as stream:
            if stream.status_code not in (200, 206, 416):
                raise problem_error(await self._client.reply_of(stream, "GET"))
            yield stream

    def __repr__(self) -> str:
        return (
            f"<LogFile {printable(self.step)} {self.number} {without_query(self.url)}>"
        )


@dataclass(frozen=True)
class _Tail:
    """The end of a log.

    Attributes:
        body: Its bytes.
        has_earlier: Whether there is more before them.
        is_cut_short: Whether there is more after them, which did not come.
    """

    body: bytes = b""
    has_earlier: bool = False
    is_cut_short: bool = False


class _LastBytes:
    """Keeps the last bytes of what may be far larger than memory.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self.total = 0

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        self.total += len(piece)
        while self._size - len(self._pieces[0]) >= self._most:
            self._size -= len(self._pieces.popleft())

    def bytes(self) -> bytes:
        body = b"".join(self._pieces)
        return body[max(0, len(body) - self._most) :]


def _from_a_line(body: bytes) -> str:
    """Bytes from the middle of a text, from the first line that is whole.

    A progress bar begins its lines anew with carriage returns and may never end one.
    Where there is no other line, half of one is better than nothing.
    """
    text = body.lstrip(_CONTINUATION).decode("utf-8", errors="replace")
    end = _LINE_END.search(text)
    whole = text[end.end() :] if end else ""
    return whole if whole.strip() else text


# Bytes of UTF-8 that no character starts with (RFC 3629, section 3).
_CONTINUATION = bytes(range(0x80, 0xC0))


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
