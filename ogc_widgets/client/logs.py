"""The log of one step, read from its end by the kernel, never by the browser."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

from ogc_widgets.api import requests
from ogc_widgets.api.links import is_link_local, is_private_host, without_query
from ogc_widgets.api.replies import problem_error
from ogc_widgets.api.text import LOG_LIMIT
from ogc_widgets.client.loop import on_loop, run
from ogc_widgets.errors import ProblemError, TransportError

if TYPE_CHECKING:
    from ogc_widgets.api.logs import LogLink
    from ogc_widgets.client.connection import Connection
    from ogc_widgets.client.stream import Stream

_ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.5"
_MOST_READ = 64 * 2**20
_EARLIER = "… earlier lines left out\n"


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

    def text(self, tail_bytes: int = LOG_LIMIT) -> str:
        """Read the end of the log as text.

        Args:
            tail_bytes: How much of it at most, counted from the end.

        Raises:
            ServerError: It could not be read.
        """
        return run(self.aio_text, tail_bytes)

    @on_loop
    async def aio_text(self, tail_bytes: int = LOG_LIMIT) -> str:
        """Read the end of the log as text, awaitable."""
        body, is_cut = await self._read(tail_bytes)
        text = body.decode("utf-8", errors="replace")
        if is_cut:
            # The first line and its first character may be halves.
            return _EARLIER + text.partition("\n")[2]
        return _lines_of_json(text)

    def fetch(self) -> bytes:
        """Read the whole log (at most 64 MiB) as it is.

        Raises:
            ServerError: It could not be read.
        """
        return run(self.aio_fetch)

    @on_loop
    async def aio_fetch(self) -> bytes:
        """Read the whole log, awaitable."""
        body, _ = await self._read(None)
        return body

    async def _read(self, tail_bytes: int | None) -> tuple[bytes, bool]:
        try:
            return await self._read_from(self.url, tail_bytes)
        except (ProblemError, TransportError):
            if not self._may_try_as_given():
                raise
            return await self._read_from(self._given_url, tail_bytes)

    def _may_try_as_given(self) -> bool:
        """Whether the server's own address for the log may work from here."""
        url = self._given_url
        if url == self.url or is_link_local(url):
            return False
        return not is_private_host(url) or is_private_host(self._client.url)

    async def _read_from(self, url: str, tail_bytes: int | None) -> tuple[bytes, bool]:
        headers = {"Accept": _ACCEPT}
        if tail_bytes is not None:
            headers["Range"] = f"bytes=-{tail_bytes}"
        request = requests.Request("GET", url, headers)
        async with self._client.stream(request) as stream:
            if stream.status_code == 416:  # an empty file has no end
                return b"", False
            if stream.status_code not in (200, 206):
                raise problem_error(await self._client.reply_of(stream, "GET"))
            body, is_cut = await _tail(stream, tail_bytes)
        starts_at = stream.headers.get("content-range", "").partition("bytes ")[2]
        is_part = stream.status_code == 206 and not starts_at.startswith("0-")
        return body, is_cut or is_part

    def __repr__(self) -> str:
        return f"<LogFile {self.step} {self.number} {without_query(self.url)}>"


async def _tail(stream: Stream, tail_bytes: int | None) -> tuple[bytes, bool]:
    """Keep the last bytes of an answer without holding all of it."""
    kept: deque[bytes] = deque()
    size = total = 0
    async for chunk in stream.chunks(_MOST_READ):
        kept.append(chunk)
        size += len(chunk)
        total += len(chunk)
        while tail_bytes is not None and size - len(kept[0]) >= tail_bytes:
            size -= len(kept.popleft())
    body = b"".join(kept)
    if tail_bytes is not None and len(body) > tail_bytes:
        body = body[-tail_bytes:] if tail_bytes else b""
    return body, len(body) < total


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
