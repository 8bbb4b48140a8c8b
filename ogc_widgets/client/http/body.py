"""An answer read piece by piece, within limits on raw and on decoded bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from ogc_widgets.client.http.wires.exchange import WireError
from ogc_widgets.errors import BodyTooLargeError, ProtocolError, TransportError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ogc_widgets.client.http.wires.exchange import Incoming

_PIECE_BYTES = 2**20


class Stream:
    """An answer of which the body has not been read yet.

    Encodings may arrive although none was asked for.

    Args:
        answer: The answer as it comes.
        url: Address that answered.
        where: Method and address for messages.
        in_words: Makes the error to raise of one of the connection.

    Attributes:
        status_code: HTTP status code.
        headers: Header names in lower case to values.
        url: Address that answered.
        length: The declared length of the body in bytes, where it means something.
    """

    def __init__(
        self,
        answer: Incoming,
        url: str,
        where: Callable[[], str],
        in_words: Callable[[WireError], TransportError],
    ) -> None:
        self.answer = answer
        self._where = where
        self._in_words = in_words
        self._kept: bytes | None = None
        self.url = url
        self.status_code = answer.status_code
        self.headers: dict[str, str] = {}
        for raw_name, raw_value in answer.headers:
            name, value = _text(raw_name).lower(), _text(raw_value)
            known = self.headers.get(name)
            self.headers[name] = f"{known}, {value}" if known else value
        self._encoding = self.headers.pop("content-encoding", "").strip().lower()
        declared = reading.count(self.headers.get("content-length", ""))
        self.length = None if self._encoding else declared

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """Yield the decoded body, never more than 1 MiB at once.

        Args:
            max_bytes: Most bytes, raw and decoded; ``None`` for any number.

        Raises:
            BodyTooLargeError: It is larger than allowed.
            ProtocolError: An encoding that the standard library cannot decode.
            TransportError: It is damaged or was cut short.
        """
        if self._kept is not None:
            yield self._kept
            return
        self._count(self.length or 0, max_bytes)
        inflate = self._inflater()
        raw = decoded = 0
        try:
            async for chunk in self.answer:
                raw += len(chunk)
                for piece in (
                    [chunk] if inflate is None else self._inflated(inflate, chunk)
                ):
                    decoded += len(piece)
                    self._count(max(raw, decoded), max_bytes)
                    yield piece
        except WireError as error:
            raise self._in_words(error) from error
        if inflate is not None and not inflate.eof:
            raise self._damaged("was cut short")

    async def read(self, max_bytes: int) -> bytes:
        """Read the whole body, in the same way."""
        return b"".join([chunk async for chunk in self.chunks(max_bytes)])

    async def keep(self, max_bytes: int) -> bytes:
        """Read the whole body, and have it for whoever reads it once more."""
        self._kept = await self.read(max_bytes)
        return self._kept

    async def aclose(self) -> None:
        """Give the connection back."""
        await self.answer.aclose()

    def _inflater(self) -> zlib._Decompress | None:
        if self._encoding in ("gzip", "x-gzip", "deflate"):
            # 32 added to the window size: recognise gzip and zlib headers.
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        if self._encoding not in ("", "identity"):
            raise ProtocolError(
                f"The answer to {self._where()} is encoded as "
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
            f"The compressed answer to {self._where()} {how}.", advice="Try again."
        )

    def _count(self, size: int, most: int | None) -> None:
        if most is not None and size > most:
            raise BodyTooLargeError(
                f"The answer to {self._where()} is larger than {most / 2**20:.0f} MiB.",
                safe="Reading stopped there.",
                advice="Ask for less at a time, or download it to a file.",
            )


def _text(raw: bytes) -> str:
    """Read a header in whichever encoding it is; most are ASCII."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
