"""One attempt to get an answer: how far it came, in words, and the answer in pieces.

Pieces are read within limits on raw and on decoded bytes. What went wrong with the
connection is said in words for people, and without secrets.
"""

from __future__ import annotations

import os
import re
import ssl
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.client.http.exchange import SilentError, UnreachableError, WireError
from ogc_widgets.errors import (
    BodyTooLargeError,
    ConnectionFailedError,
    DeadlineError,
    ProtocolError,
    TransportError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Iterator

    from ogc_widgets.client.http.exchange import Incoming

_PIECE_BYTES = 2**20

_ADVICE = "Check the address, and that the server runs and can be reached from here."
_PROXY_ADVICE = (
    "Check the address and the proxy settings (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."
)
_CERTIFICATE_ADVICE = (
    'If you trust the server, pass its CA file: Client(url, verify="/path/to/ca.pem").'
)
_ERRNO = re.compile(r"\[Errno (\d+)\]")


@dataclass
class Attempt:
    """One attempt to get an answer: its time, how far it came, and its name.

    Attributes:
        method: Method of the request.
        url: Address that is asked, the last one after redirects.
        redact: Blanks out secrets.
        silence_s: How long the server may say nothing.
        deadline: When it has to be over, if that is so.
        maybe_sent: Whether the request may have reached the server.
    """

    method: str
    url: str
    redact: Callable[[str], str]
    silence_s: float
    deadline: asyncio.Timeout | None = None
    maybe_sent: bool = False

    def leaves(self) -> None:
        """The request begins to leave."""
        self.maybe_sent = True

    @property
    def where(self) -> str:
        """Method and address, for messages."""
        return self.redact(f"{self.method} {without_query(self.url)}")

    def in_words(self, error: WireError) -> TransportError:
        """Make an error of ours of what happened to the connection.

        Returns:
            A ``ConnectionFailedError`` if the request never left.
        """
        if isinstance(error, SilentError):
            return DeadlineError(
                f"Silence for {self.silence_s:g} s from {self.where}.",
                advice="Try again; the server may be busy.",
            )
        # It may quote what could not be read.
        reason = self.redact(_reason(error))
        if not isinstance(error, UnreachableError):
            return TransportError(
                f"The connection broke before a complete answer to {self.where}: "
                f"{reason}.",
                advice="Try again.",
            )
        advice = _ADVICE
        if error.is_setting:
            advice = _PROXY_ADVICE
        elif "certificate" in reason:
            advice = _CERTIFICATE_ADVICE
        return ConnectionFailedError(
            f"No connection for {self.where}: {reason}.",
            safe="Nothing was sent.",
            advice=advice,
        )


def _reason(error: Exception) -> str:
    causes: list[BaseException] = [error]
    while (below := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(below)
    for cause in reversed(causes):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted ({cause.verify_message})"
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.errno:
            # asyncio's own words for a refused connection name only the address.
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
        if isinstance(cause, OSError) and (number := _ERRNO.search(str(cause))):
            return os.strerror(int(number[1]))  # of the first of several addresses
    said = next(filter(None, map(str, causes)), "") or type(causes[-1]).__name__
    return said.rstrip(".")


class Stream:
    """An answer of which the body has not been read yet.

    Encodings may arrive although none was asked for.

    Attributes:
        answer: The answer as it comes.
        status_code: HTTP status code.
        headers: Header names in lower case to values.
        url: Address that answered.
        length: The declared length of the body in bytes, where it means something.
    """

    def __init__(self, answer: Incoming, attempt: Attempt) -> None:
        self.answer = answer
        self._attempt = attempt
        self._kept: bytes | None = None
        self.url = attempt.url
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

        ``max_bytes`` is for raw and decoded ones.

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
            raise self._attempt.in_words(error) from error
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
                f"The answer to {self._attempt.where} is encoded as "
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
            f"The compressed answer to {self._attempt.where} {how}.",
            advice="Try again.",
        )

    def _count(self, size: int, most: int | None) -> None:
        if most is not None and size > most:
            raise BodyTooLargeError(
                f"The answer to {self._attempt.where} is larger than "
                f"{most / 2**20:.0f} MiB.",
                safe="Reading stopped there.",
                advice="Ask for less at a time, or download it to a file.",
            )


def _text(raw: bytes) -> str:
    """Read a header in whichever encoding it is; most are ASCII."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
