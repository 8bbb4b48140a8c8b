"""HTTP/1.1 on one connection: a request written, its answer read.

llhttp (through httptools) takes answers apart; what it leaves open is decided here: how
large headers may be, when a body is whole, and whether another request may follow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context
from typing import TYPE_CHECKING

import httptools

from ogc_widgets.client.http.exchange import BrokenError, SilentError, WireError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

# Most bytes that may come without any of a body among them: headers, sizes of chunks.
_MOST_HEAD = 128 * 1024
# Reading stops when so much waits to be taken.
_MOST_WAITING = 2**20
# A timer that was stopped may be kept for a while, and what it keeps with it.
_NO_CONTEXT = Context()
_NO_BODY = frozenset({204, 304})
_CUT = "the server closed it before the whole answer had come"
_NOTHING = "the server closed it without an answer"


class Exchange:
    """One request and its answer; llhttp calls the methods ``on_...``.

    Attributes:
        status_code: HTTP status code.
        headers: Names and values as they came.
        is_complete: Whether the whole answer is here.
        can_follow: Whether another request may follow on the connection.
    """

    def __init__(
        self,
        wire: Wire,
        silence_s: float | None,
        give_back: Callable[[Wire], None],
        *,
        is_head: bool,
    ) -> None:
        self.status_code = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_complete = self.can_follow = False
        self._loop = asyncio.get_running_loop()
        self._wire = wire
        self._give_back = give_back
        self._is_head = is_head
        self._has_head = self._until_end = False
        self._error: WireError | None = None
        self._pieces: deque[bytes] = deque()
        self._fed: list[bytes] = []
        self._waiting_bytes = self._bare_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._silence_s = silence_s or 0.0
        self._heard_s = self._loop.time()
        self._unsent = 0
        self._alarm: asyncio.TimerHandle | None = None
        if silence_s is not None:
            self._alarm = self._loop.call_later(
                silence_s, self._listen, context=_NO_CONTEXT
            )
        self._parser = parser = httptools.HttpResponseParser(self)
        # What old servers and scripts write. A connection is never used again after
        # an answer of which both lengths are said, so that none can hide in another.
        parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_data_after_close=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    # -- for whoever reads the answer

    async def head(self) -> None:
        """Wait for status code and headers."""
        while not self._has_head:
            if self._error is not None:
                raise self._error
            await self._more()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; raises :class:`WireError`."""
        while True:
            if self._pieces:
                piece = self._pieces.popleft()
                self._waiting_bytes -= len(piece)
                if self._waiting_bytes < _MOST_WAITING:
                    self._wire.read_on()
                yield piece
            elif self.is_complete:
                return
            elif self._error is not None:
                raise self._error
            else:
                await self._more()

    async def aclose(self) -> None:
        """Give the connection back, or close it where the answer is not whole."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._wire.exchange is self:
            self._wire.exchange = None
            if not self.is_complete:
                self._wire.close()
            self._give_back(self._wire)

    async def _more(self) -> None:
        self._waiter = self._loop.create_future()
        self._heard_s = self._loop.time()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # -- for the connection

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        self._heard_s = self._loop.time()
        self._bare_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.fail(BrokenError("the server speaks something else than HTTP"))
        except httptools.HttpParserError as error:
            self.fail(BrokenError(f"what came is no HTTP ({str(error).rstrip('.')})"))
        if self._bare_bytes > _MOST_HEAD and not self.is_complete:
            self.fail(BrokenError("the headers of the answer are too large"))
        if self._fed:
            piece = self._fed[0] if len(self._fed) == 1 else b"".join(self._fed)
            self._fed.clear()
            self._pieces.append(piece)
            self._waiting_bytes += len(piece)
            if self._waiting_bytes >= _MOST_WAITING:
                self._wire.hold()
        self._wake()

    def end(self, error: Exception | None) -> None:
        """The connection has ended."""
        if self._has_head and self._until_end and error is None:
            self.is_complete = True
        broken = BrokenError(_CUT if self._has_head else _NOTHING)
        broken.__cause__ = error
        self.fail(broken)

    def fail(self, error: WireError) -> None:
        """Say why there will be no more of the answer, unless it is whole."""
        self.can_follow = False
        if not self.is_complete and self._error is None:
            self._error = error
        self._wire.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _listen(self) -> None:
        """Notice that nothing has come for too long, while somebody waits for it."""
        now_s, unsent = self._loop.time(), self._wire.unsent
        if self._waiter is None or unsent != self._unsent:
            self._heard_s, self._unsent = now_s, unsent
        due_s = self._heard_s + self._silence_s
        if due_s <= now_s:
            self.fail(SilentError())
        else:
            self._alarm = self._loop.call_at(due_s, self._listen, context=_NO_CONTEXT)

    # -- for the parser

    def on_message_begin(self) -> None:
        """Something follows what was the whole answer."""
        if self.is_complete:
            self.can_follow = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, unless it comes after the body."""
        if not self._has_head:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Find out how the end of the body will be known."""
        if self._has_head:
            return
        self.status_code = self._parser.get_status_code()
        if self.status_code < 200:
            self.headers.clear()  # another answer follows
            return
        self._has_head = True
        names = {name.lower() for name, _ in self.headers}
        lengths = len(names & {b"content-length", b"transfer-encoding"})
        self._until_end = not lengths and self.status_code not in _NO_BODY
        self.can_follow = lengths < 2 and not self._is_head
        self.is_complete = self._is_head

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._bare_bytes = 0
        if not self.is_complete:
            self._fed.append(body)

    def on_message_complete(self) -> None:
        """All of it is here."""
        if self._has_head and not self.is_complete:
            self.is_complete = True
            self.can_follow &= self._parser.should_keep_alive()


class Wire(asyncio.Protocol):
    """A connection.

    Attributes:
        exchange: The request that is under way on it.
        is_open: Whether it can be used.
        idle_since_s: When it was used last, by the clock of the loop.
    """

    def __init__(self) -> None:
        self.exchange: Exchange | None = None
        self.is_open = False
        self.idle_since_s = 0.0
        self._transport: asyncio.Transport | None = None
        self._is_held = False

    def begin(self, written: bytes, exchange: Exchange) -> None:
        """Send a request."""
        self.exchange = exchange
        if self._transport is not None:
            self._transport.write(written)

    @property
    def unsent(self) -> int:
        """How many bytes have not left yet."""
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def use(self, transport: asyncio.Transport) -> None:
        """Go on over another transport, such as an encrypted one."""
        self._transport = transport
        self.is_open = True

    def hold(self) -> None:
        """Let the server wait until what came has been taken."""
        if self._transport is not None and not self._is_held and self.is_open:
            self._is_held = True
            self._transport.pause_reading()

    def read_on(self) -> None:
        """End that."""
        if self._transport is not None and self._is_held and self.is_open:
            self._is_held = False
            self._transport.resume_reading()

    def close(self) -> None:
        """Close it at once."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    # -- for asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what writes."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 # for the checker
        self.use(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what came; where nothing was asked, nothing may come."""
        if self.exchange is None:
            self.close()
        else:
            self.exchange.feed(data)

    def eof_received(self) -> None:
        """Nothing more will come, so nothing is to be asked."""
        self.is_open = False

    def connection_lost(self, error: Exception | None) -> None:
        """Say that there is no more."""
        self.is_open = False
        if self.exchange is not None:
            self.exchange.end(error)
