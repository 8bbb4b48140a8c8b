"""A file on a server that is read where it is needed, not downloaded.

Cloud-optimised formats keep an index and small versions at known places, so that a
preview of a large image needs a few hundred kilobytes of it.
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Protocol

from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import BodyTooLargeError, ProtocolError
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection

BLOCK_BYTES = 2**17
# What a file may cost in all, unless its reader says otherwise.
BUDGET_BYTES = 64 * 2**20
_PLACE = re.compile(r"bytes (\d+)-\d+/(\d+)$")


class Source(Protocol):
    """Something that gives parts of a file: an object of a store, or a web address."""

    async def size(self) -> int:
        """Size of the whole in bytes."""

    async def read(self, start: int, length: int) -> bytes:
        """The bytes from ``start``; fewer than ``length`` only at the end."""


class WebSource:
    """A file behind an address of the web, read with range requests (RFC 9110, 14).

    Args:
        client: Whose connections and credentials are used; the latter go to the
            server's own origin only.
        url: The address.
    """

    def __init__(self, client: Connection, url: str) -> None:
        self._client = client
        self._url = url
        self._whole: bytes | None = None

    async def size(self) -> int:
        """Learn the size from a first small part."""
        _, total = await self._part(0, 1)
        return total

    async def read(self, start: int, length: int) -> bytes:
        """Read a part; a server without ranges is asked for the whole, once."""
        content, _ = await self._part(start, length)
        return content

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
                raise problem_error(await self._client.reply_of(stream, "GET"))
            content = await stream.read(length)
            told = _PLACE.match(stream.headers.get("content-range", ""))
            if told is None or int(told[1]) != start:
                raise ProtocolError(
                    f"{without_query(self._url)} answers with another part than it was "
                    "asked for, or does not say with which."
                )
            return content, int(told[2])


class RemoteFile(io.RawIOBase):
    """A binary file to read and to seek in, for any library that takes one.

    What was read is kept, in blocks; parts that lie beside each other are fetched in
    one request. Its calls wait for the server, so they are not for the loop's thread.

    Args:
        source: Where the bytes come from.
        name: Its name.
        budget_bytes: Most bytes to fetch in all.
        blocks: What was fetched before, by number of the block.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        *,
        budget_bytes: int = BUDGET_BYTES,
        blocks: dict[int, bytes] | None = None,
    ) -> None:
        self._source = source
        self.name = name
        self._budget = budget_bytes
        self._blocks = {} if blocks is None else blocks
        self._at = 0
        self._size: int | None = None

    def opener(self, path: str, mode: str = "rb") -> RemoteFile:
        """Open the file once more, for ``rasterio.open(file.name, opener=...)``.

        Given the file itself, rasterio would read all of it first.

        Raises:
            FileNotFoundError: Another file is wanted, such as one that may lie beside.
        """
        if path.rpartition("/")[2] != self.name or mode not in ("r", "rb"):
            raise FileNotFoundError(path)
        again = RemoteFile(
            self._source, self.name, budget_bytes=self._budget, blocks=self._blocks
        )
        again._size = self._size
        return again

    @property
    def fetched_bytes(self) -> int:
        """How much of the file has been fetched."""
        return sum(map(len, self._blocks.values()))

    @property
    def size(self) -> int:
        """Size of the whole file in bytes."""
        if self._size is None:
            self._size = run(self._source.size)
        return self._size

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
        end = min(self._at + len(buffer), self.size)
        if end <= self._at:
            return 0
        first, last = self._at // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        self._fetch(first, last)
        content = b"".join(self._blocks[number] for number in range(first, last + 1))
        offset = self._at - first * BLOCK_BYTES
        wanted = content[offset : offset + end - self._at]
        buffer[: len(wanted)] = wanted
        self._at += len(wanted)
        return len(wanted)

    def _fetch(self, first: int, last: int) -> None:
        missing = [n for n in range(first, last + 1) if n not in self._blocks]
        while missing:
            count = 1
            while count < len(missing) and missing[count] == missing[0] + count:
                count += 1
            self._fetch_run(missing[0], count)
            del missing[:count]

    def _fetch_run(self, first: int, count: int) -> None:
        start = first * BLOCK_BYTES
        length = min(count * BLOCK_BYTES, self.size - start)
        if self.fetched_bytes + length > self._budget:
            raise BodyTooLargeError(
                f"More than {self._budget / 2**20:.0f} MiB of {self.name} would have "
                "to be read.",
                safe="Reading stopped there.",
                advice="Download the file, and open it from there.",
            )
        content = run(self._source.read, start, length)
        if len(content) != length:
            raise ProtocolError(f"A part of {self.name} came incomplete.")
        for number in range(count):
            block = content[number * BLOCK_BYTES : (number + 1) * BLOCK_BYTES]
            self._blocks[first + number] = block
