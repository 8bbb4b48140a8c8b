"""Content encodings that arrive although none was asked for, decoded within limits."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from ogc_widgets.errors import ProtocolError, TransportError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE_BYTES = 2**20


class Decoder:
    """Decodes a body piece by piece, never more than 1 MiB at once.

    Args:
        encoding: Value of ``Content-Encoding``.
        where: Method and address for messages.

    Raises:
        ProtocolError: An encoding that the standard library cannot decode.
    """

    def __init__(self, encoding: str, where: str) -> None:
        self._where = where
        name = encoding.strip().lower()
        self._inflate: zlib._Decompress | None = None
        if name in ("gzip", "x-gzip", "deflate"):
            # 32 added to the window size: recognise gzip and zlib headers.
            self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        elif name not in ("", "identity"):
            raise ProtocolError(
                f"The answer to {where} is encoded as {clean(name, limit=40)!r} "
                "although no encoding was asked for.",
                advice="Ask the server's operators to honour Accept-Encoding.",
            )

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Decode a part of the body."""
        if self._inflate is None:
            yield chunk
            return
        is_full = False
        while chunk or is_full:
            try:
                piece = self._inflate.decompress(chunk, _PIECE_BYTES)
            except zlib.error as error:
                raise TransportError(
                    f"The compressed answer to {self._where} is damaged.",
                    advice="Try again.",
                ) from error
            chunk = self._inflate.unconsumed_tail
            # What did not fit may be left although all that came has been used.
            is_full = len(piece) == _PIECE_BYTES
            if piece:
                yield piece

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            TransportError: It was cut short.
        """
        if self._inflate is not None and not self._inflate.eof:
            raise TransportError(
                f"The compressed answer to {self._where} was cut short.",
                advice="Try again.",
            )
