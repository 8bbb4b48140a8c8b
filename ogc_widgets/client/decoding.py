"""Content encodings that arrive although none was asked for, decoded within limits."""

from __future__ import annotations

import zlib

from ogc_widgets.api.text import clean
from ogc_widgets.errors import ProtocolError, TransportError


class Decoder:
    """Decodes a body piece by piece, never making more bytes than there is room for.

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

    def decode(self, chunk: bytes, room: int | None) -> bytes:
        """Decode a piece; with ``room``, at most that many bytes."""
        if self._inflate is None:
            return chunk
        try:
            return self._inflate.decompress(chunk, 0 if room is None else max(room, 1))
        except zlib.error as error:
            raise TransportError(
                f"The compressed answer to {self._where} is damaged.",
                advice="Try again.",
            ) from error

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
