"""A file on a server that is read where it is needed, not downloaded.

Cloud-optimised formats keep an index and small versions at known places, so that a
preview of a large image needs a few hundred kilobytes of it.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from ogc_widgets.client.http.loop import run
from ogc_widgets.client.results.files.object_store import S3_ADVICE, is_object
from ogc_widgets.errors import (
    BodyTooLargeError,
    DeadlineError,
    InputError,
    ProtocolError,
)
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.secrets import AGAIN, is_signed, why_it_ended

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.errors import ProblemError
    from ogc_widgets.protocol.answers.replies import Reply

BLOCK_BYTES = 2**17
# What a file may cost in all, unless its reader says otherwise.
BUDGET_BYTES = 64 * 2**20
SAFE = "The job and its other outputs are not touched."
# What is kept of a file, for whoever reads it next: half of what one reader may cost.
KEPT_BYTES = 32 * 2**20
_PLACE = pattern(r"bytes (\d+)-\d+/(\d+)$")


class Source(Protocol):
    """What gives parts of a file: an object of a store, or an address of the web."""

    async def size(self) -> int:
        """Size of the whole in bytes."""

    async def read(self, start: int, length: int) -> bytes:
        """The bytes from ``start``; fewer than ``length`` only at the end."""

    async def whole(self) -> bytes:
        """All of it at once, for small files."""


class WebSource:
    """A file behind an address of the web, read with range requests (RFC 9110, 14)."""

    def __init__(self, client: Connection, url: str) -> None:
        self._client = client
        self._url = url
        self._whole: bytes | None = None

    async def size(self) -> int:
        """Learn the size from a first small part."""
        return (await self._part(0, 1))[1]

    async def read(self, start: int, length: int) -> bytes:
        """Read a part; a server without ranges is asked for the whole, once."""
        return (await self._part(start, length))[0]

    async def whole(self) -> bytes:
        """Read all of it, without asking for its size."""
        request = requests.Request("GET", self._url, {"Accept": "*/*"})
        async with self._client.stream(request) as stream:
            if stream.status_code != 200:
                raise self._refused(await self._client.reply_of(stream, "GET"))
            return await stream.read(BUDGET_BYTES)

    async def _part(self, start: int, length: int) -> tuple[bytes, int]:
        if self._whole is not None:
            return self._whole[start : start + length], len(self._whole)
        span = f"bytes={start}-{start + length - 1}"
        request = requests.Request("GET", self._url, {"Accept": "*/*", "Range": span})
        async with self._client.stream(request) as stream:
            if stream.status_code == 200:
                self._whole = await stream.read(BUDGET_BYTES)
                return self._whole[start : start + length], len(self._whole)
            if stream.status_code != 206:
                raise self._refused(await self._client.reply_of(stream, "GET"))
            content = await stream.read(length)
            told = _PLACE.match(stream.headers.get("content-range", ""))
            if told is None or int(told[1]) != start:
                raise ProtocolError(
                    f"{without_query(self._url)} answers with another part than it was "
                    "asked for, or does not say with which."
                )
            return content, int(told[2])

    def _refused(self, reply: Reply) -> ProblemError:
        is_gone = reply.status_code in (404, 410)
        advice = f"The file is not there, or not any more. {AGAIN}" if is_gone else ""
        if is_signed(self._url):
            advice = why_it_ended(self._url)
        return problem_error(reply, safe=SAFE, advice=advice)


class BytesSource:
    """A file whose bytes are here already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def size(self) -> int:
        """How many there are."""
        return len(self._content)

    async def read(self, start: int, length: int) -> bytes:
        """Give a part."""
        return self._content[start : start + length]

    async def whole(self) -> bytes:
        """Give them."""
        return self._content


def source_at(client: Connection, url: str) -> Source:
    """What reads the file at an address, of the web or of the client's object store.

    Raises:
        InputError: It is in an object store that nobody said how to open.
    """
    if not is_object(url) or client.keeps(url):
        return WebSource(client, url)
    if client.s3 is None:
        raise InputError("The file is in an object store.", advice=S3_ADVICE)
    return client.s3.open(url)


class _Blocks:
    """The blocks of a file that were used last, for all that have it open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self.size: int | None = None
        self.fetched_bytes = 0

    def get(self, number: int) -> bytes | None:
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
            return self._kept.get(number)

    def put(self, blocks: dict[int, bytes]) -> None:
        with self._lock:
            self.fetched_bytes += sum(map(len, blocks.values()))
            self._kept.update(blocks)
            while len(self._kept) * BLOCK_BYTES > KEPT_BYTES:
                self._kept.popitem(last=False)


class RemoteFile(io.RawIOBase):
    """A binary file to read and to seek in, for any library that takes one.

    What was read last is kept, in blocks; parts that lie beside each other are fetched
    in one request. Its calls wait for the server, so they are not for the loop's
    thread. One is read by one thread at a time; ``opener`` makes more of them.
    """

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self.name = name
        self._blocks = _Blocks()
        self._at = 0
        self.limit(BUDGET_BYTES)

    def opener(self, path: str, mode: str = "rb") -> RemoteFile:
        """Open the file once more, for ``rasterio.open(file.name, opener=...)``.

        Given the file itself, rasterio would read all of it first.

        Raises:
            FileNotFoundError: Another file is wanted, such as one that may lie beside.
        """
        if path.rpartition("/")[2] != self.name or mode not in ("r", "rb"):
            raise FileNotFoundError(path)
        again = RemoteFile(self._source, self.name)
        again._blocks = self._blocks
        again._budget, again._left, again._end = self._budget, self._left, self._end
        return again

    def limit(self, most_bytes: int, seconds: float | None = None) -> None:
        """Bound what may be fetched from now on; 64 MiB if this was never called.

        Args:
            most_bytes: So much, of what is not kept from before.
            seconds: Nothing is asked for any more when they are over.
        """
        self._budget = self._left = most_bytes
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def fetched_bytes(self) -> int:
        """How much has been fetched by all that have the file open."""
        return self._blocks.fetched_bytes

    @property
    def size(self) -> int:
        """Size of the whole file in bytes."""
        if self._blocks.size is None:
            self._blocks.size = run(self._source.size)
        return self._blocks.size

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, as for any file."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence, -1)
        self._at = max(0, offset + (self.size if start < 0 else start))
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # narrower
        """Fill a buffer from the position on.

        Raises:
            BodyTooLargeError: More of the file is wanted than allowed.
            ServerError: It could not be read.
        """
        content = self._part(len(buffer))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def _part(self, length: int) -> bytes:
        end = min(self._at + length, self.size)
        if end <= self._at:
            return b""
        first, last = self._at // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        found: dict[int, bytes] = {}
        missing: list[int] = []  # that lie beside each other
        for number in range(first, last + 1):
            block = self._blocks.get(number)
            if block is None:
                missing.append(number)
                continue
            found[number] = block
            if missing:
                found |= self._fetch(missing)
                missing = []
        if missing:
            found |= self._fetch(missing)
        content = b"".join(found[number] for number in range(first, last + 1))
        offset = self._at - first * BLOCK_BYTES
        return content[offset : offset + end - self._at]

    def _fetch(self, numbers: list[int]) -> dict[int, bytes]:
        start = numbers[0] * BLOCK_BYTES
        length = min(len(numbers) * BLOCK_BYTES, self.size - start)
        if length > self._left:
            raise BodyTooLargeError(
                f"More than {self._budget / 2**20:.0f} MiB of {self.name} would have "
                "to be read.",
                safe="Reading stopped there.",
                advice="Download the file, and open it from there.",
            )
        if self._end is not None and time.monotonic() > self._end:
            raise DeadlineError(
                f"Reading a part of {self.name} took too long.",
                safe="Reading stopped there.",
                advice="Try again, or download the file and open it from there.",
            )
        content = run(self._source.read, start, length)
        if len(content) != length:
            raise ProtocolError(f"A part of {self.name} came incomplete.")
        self._left -= length
        blocks = {
            number: content[at : at + BLOCK_BYTES]
            for at, number in zip(range(0, length, BLOCK_BYTES), numbers, strict=True)
        }
        self._blocks.put(blocks)
        return blocks
