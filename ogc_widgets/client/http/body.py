"""An answer read piece by piece, within limits on raw and on decoded bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

import httpx

from ogc_widgets.client.http import JSON_CAP
from ogc_widgets.errors import BodyTooLargeError, ProtocolError, TransportError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_PIECE_BYTES = 2**20


async def take_over(response: httpx.Response) -> None:
    """Do what httpx would do with an answer, in bounds; a hook of its clients.

    It fails on hostile addresses in redirects, and decodes without limits.
    """
    if "location" in response.headers:
        response.extensions["location"] = response.headers.pop("location")
    response.stream = Body(response)


class Body(httpx.AsyncByteStream):
    """What is read from a connection: decoded, never more than 1 MiB at once.

    Encodings may arrive although none was asked for.

    Attributes:
        length: The declared length in bytes, where it means something.
        max_bytes: Most bytes, raw and decoded; ``None`` for any number.
    """

    def __init__(self, response: httpx.Response) -> None:
        request = response.request
        self._where = request.extensions.get("where") or (
            f"{request.method} {without_query(str(request.url))}"
        )
        self._raw = cast("httpx.AsyncByteStream", response.stream)
        self._encoding = response.headers.pop("content-encoding", "").strip().lower()
        declared = reading.count(response.headers.get("content-length", ""))
        self.length = None if self._encoding else declared
        self.max_bytes: int | None = JSON_CAP

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the decoded body.

        Raises:
            BodyTooLargeError: It is larger than allowed.
            ProtocolError: An encoding that the standard library cannot decode.
            TransportError: It is damaged or was cut short.
        """
        self._count(self.length or 0)
        inflate = self._inflater()
        raw = decoded = 0
        async for chunk in self._raw:
            raw += len(chunk)
            for piece in [chunk] if inflate is None else self._inflated(inflate, chunk):
                decoded += len(piece)
                self._count(max(raw, decoded))
                yield piece
        if inflate is not None and not inflate.eof:
            raise self._damaged("was cut short")

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._raw.aclose()

    def _inflater(self) -> zlib._Decompress | None:
        if self._encoding in ("gzip", "x-gzip", "deflate"):
            # 32 added to the window size: recognise gzip and zlib headers.
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        if self._encoding not in ("", "identity"):
            raise ProtocolError(
                f"The answer to {self._where} is encoded as "
                f"{clean(self._encoding, limit=40)!r} although no encoding was asked "
                "for.",
                advice="Ask the server's operators to honour Accept-Encoding.",
            )
        return None

    def _inflated(self, inflate: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
        is_full = False
        while chunk or is_full:
            try:
                piece = inflate.decompress(chunk, _PIECE_BYTES)
            except zlib.error as error:
                raise self._damaged("is damaged") from error
            chunk = inflate.unconsumed_tail
            # What did not fit may be left although all that came has been used.
            is_full = len(piece) == _PIECE_BYTES
            if piece:
                yield piece

    def _damaged(self, how: str) -> TransportError:
        return TransportError(
            f"The compressed answer to {self._where} {how}.", advice="Try again."
        )

    def _count(self, size: int) -> None:
        if self.max_bytes is not None and size > self.max_bytes:
            raise BodyTooLargeError(
                f"The answer to {self._where} is larger than "
                f"{self.max_bytes / 2**20:.0f} MiB.",
                safe="Reading stopped there.",
                advice="Ask for less at a time, or download it to a file.",
            )


class Stream:
    """An answer of which the body has not been read yet.

    Attributes:
        status_code: HTTP status code.
        headers: Header names in lower case to values.
        url: Address that answered.
        length: The declared length of the body in bytes, where it means something.
    """

    def __init__(self, response: httpx.Response, url: str) -> None:
        self._response = response
        self._body = cast("Body", response.stream)
        self.length = self._body.length
        self.url = url
        self.status_code: int = response.status_code
        self.headers: dict[str, str] = {}
        for name, value in response.headers.multi_items():
            known = self.headers.get(name.lower())
            self.headers[name.lower()] = f"{known}, {value}" if known else value
        if "location" in response.extensions:
            self.headers["location"] = response.extensions["location"]

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """Yield the decoded body piece by piece; raises what :class:`Body` does."""
        if self._response.is_stream_consumed:
            yield self._response.content  # whoever signed the request has read it
            return
        self._body.max_bytes = max_bytes
        async for piece in self._response.aiter_raw():
            yield piece

    async def read(self, max_bytes: int) -> bytes:
        """Read the whole body, in the same way."""
        return b"".join([chunk async for chunk in self.chunks(max_bytes)])
