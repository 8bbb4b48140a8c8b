"""An answer read piece by piece, within limits on raw and on decoded bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.http.decoding import Decoder
from ogc_widgets.errors import BodyTooLargeError
from ogc_widgets.protocol import reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx


async def take_location(response: httpx.Response) -> None:
    """Keep httpx from looking at a redirect; it fails on hostile addresses."""
    if "location" in response.headers:
        response.extensions["location"] = response.headers.pop("location")


async def read_whole(
    response: httpx.Response, where: str, max_bytes: int
) -> httpx.Response:
    """Return an answer with its body; read in bounds, and only once.

    Raises:
        BodyTooLargeError: It is larger.
    """
    import httpx

    if response.is_stream_consumed:
        return response
    try:
        body = await Stream(response, str(response.url), where).read(max_bytes)
    finally:
        await response.aclose()
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name.lower() not in ("content-encoding", "content-length")
        and name.lower() != "transfer-encoding"
    ]
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=body,
        request=response.request,
        extensions=response.extensions,
    )


async def _all(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


class Stream:
    """An answer of which the body has not been read yet.

    Attributes:
        status_code: HTTP status code.
        headers: Header names in lower case to values.
        url: Address that answered.
    """

    def __init__(self, response: httpx.Response, url: str, where: str) -> None:
        self._response = response
        self._where = where
        self.url = url
        self.status_code: int = response.status_code
        self.headers: dict[str, str] = {}
        for name, value in response.headers.multi_items():
            known = self.headers.get(name.lower())
            self.headers[name.lower()] = f"{known}, {value}" if known else value
        if "location" in response.extensions:
            self.headers["location"] = response.extensions["location"]

    @property
    def length(self) -> int | None:
        """The declared length of the body in bytes, where it means something."""
        value = reading.count(self.headers.get("content-length", ""))
        is_plain = "content-encoding" not in self.headers
        return value if is_plain else None

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """Yield the decoded body piece by piece.

        Raises:
            BodyTooLargeError: More raw or decoded bytes than allowed.
            ProtocolError: An encoding that was not asked for and is not known.
        """
        if max_bytes is not None and (self.length or 0) > max_bytes:
            raise self._too_large(max_bytes)
        decoder = Decoder(self.headers.get("content-encoding", ""), self._where)
        raw = decoded = 0
        response = self._response
        read = [response.content] if response.is_stream_consumed else None
        async for chunk in response.aiter_raw() if read is None else _all(read):
            raw += len(chunk)
            for piece in decoder.pieces(chunk):
                decoded += len(piece)
                if max_bytes is not None and max(raw, decoded) > max_bytes:
                    raise self._too_large(max_bytes)
                yield piece
        decoder.finish()

    async def read(self, max_bytes: int) -> bytes:
        """Read the whole body.

        Raises:
            BodyTooLargeError: It is larger.
        """
        return b"".join([chunk async for chunk in self.chunks(max_bytes)])

    def _too_large(self, max_bytes: int) -> BodyTooLargeError:
        return BodyTooLargeError(
            f"The answer to {self._where} is larger than {max_bytes / 2**20:.0f} MiB.",
            safe="Reading stopped there.",
            advice="Ask for less at a time, or download it to a file.",
        )
