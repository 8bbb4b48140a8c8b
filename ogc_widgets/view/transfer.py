"""Files on their way between kernel and page, in parts.

A web socket takes only so much at once. Towards the page each part goes when the one
before was taken: a page that is slow or gone must not fill the memory of the kernel.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.client.http.loop import call_soon
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.protocol.text import clean, in_bytes

if TYPE_CHECKING:
    from ogc_widgets.client.results.files.opening import Opened
    from ogc_widgets.view.base import View

MOST_BYTES: Final = 200_000_000
_PART_BYTES: Final = 2 * 2**20
# A page that was closed in the middle never says so.
_PATIENCE_S: Final = 120.0

Read: TypeAlias = Callable[[int, int], Awaitable[bytes]]
"""Gives so many bytes from a place on."""


class Sending:
    """What a view sends to its page.

    Each file has a ticket that the page made up, so that only the page that asked for
    it takes it. The messages are ``file`` (what it is), ``part`` (with its bytes),
    which the page answers with ``taken``, and ``no file`` with the reason.

    Args:
        view: The view; it takes the messages ``taken`` and ``enough`` for this.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._taken: dict[str, asyncio.Event] = {}
        self._enough: set[str] = set()
        view.handle(taken=self._on_taken, enough=self._on_enough)

    async def send(self, ticket: str, size: int, read: Read, **facts: Any) -> None:  # noqa: ANN401 # JSON
        """Send a file; it has gone, or the page did not want more, when this ends.

        Args:
            ticket: Which file the page asked for.
            size: How many bytes it has.
            read: Reads a part of it.
            **facts: What the page is told of it.

        Raises:
            InputError: It is too large.
        """
        if size > MOST_BYTES:
            raise InputError(
                f"It has {in_bytes(size)}, too much to be sent to the page.",
                safe="Nothing was sent.",
            )
        taken = self._taken[ticket] = asyncio.Event()
        message = {"type": "file", "ticket": ticket, "size": size, **facts}
        try:
            self._view.send(message)
            for start in range(0, size, _PART_BYTES):
                part = await read(start, min(_PART_BYTES, size - start))
                taken.clear()
                message = {"type": "part", "ticket": ticket, "start": start}
                self._view.send(message, buffers=[part])
                async with asyncio.timeout(_PATIENCE_S):
                    await taken.wait()
                if ticket in self._enough:
                    return
        except TimeoutError:
            return  # nobody is there any more
        finally:
            self._enough.discard(ticket)
            del self._taken[ticket]

    async def send_bytes(
        self, ticket: str, name: str, media_type: str, data: bytes, way: str = ""
    ) -> None:
        """Send a file whose bytes are here; see :meth:`send`."""

        async def read(start: int, length: int) -> bytes:
            return data[start : start + length]

        facts = {"name": name, "media_type": media_type, "way": way}
        await self.send(ticket, len(data), read, **facts)

    async def send_written(
        self, ticket: str, media_type: str, write: Callable[[Path], Awaitable[Path]]
    ) -> None:
        """Send what a function writes into a folder, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="ogc-widgets-") as folder:
            path = await write(Path(folder))
            data = await asyncio.to_thread(path.read_bytes)
        await self.send_bytes(ticket, path.name, media_type, data)

    async def open(
        self, ticket: str, name: str, look: Callable[[], Awaitable[Opened]]
    ) -> None:
        """Send a file that the page opens in a tab; it hears of what goes wrong.

        Args:
            ticket: Which file the page asked for.
            name: What it is called.
            look: Reads it.
        """

        async def work() -> None:
            found = await look()
            await self.send_bytes(
                ticket, clean(name, limit=200), found.media_type, found.data, found.way
            )

        await self.fetch(ticket, work)

    async def fetch(self, ticket: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do what sends a file; the page hears of what goes wrong.

        Args:
            ticket: Which file the page asked for.
            work: Calls :meth:`send`.
        """
        try:
            await work()
        except (OgcError, OSError) as error:
            message = {"type": "no file", "ticket": ticket, "why": str(error)}
            self._view.send(message)

    def _on_taken(self, ticket: str) -> None:
        event = self._taken.get(ticket)
        if event is not None:
            call_soon(event.set)

    def _on_enough(self, ticket: str) -> None:
        if ticket in self._taken:
            self._enough.add(ticket)
            self._on_taken(ticket)


class Uploads:
    """Puts the parts of files together.

    Args:
        max_bytes: Largest size of a whole file.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: dict[str, dict[int, bytes]] = {}

    def add(self, name: str, text: str, part: int, parts: int) -> bytes | None:
        """Take one part.

        Args:
            name: What tells the file from others that arrive at the same time.
            text: The part in base64.
            part: Its number, from 0.
            parts: How many there are.

        Returns:
            The content, once all parts are there; None before.

        Raises:
            InputError: A part is broken, or the file too large; its parts are dropped.
        """
        received = self._parts.setdefault(name, {})
        try:
            received[int(part)] = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            del self._parts[name]
            raise InputError("The upload arrived broken; try it again.") from None
        if sum(map(len, received.values())) > self._max_bytes:
            del self._parts[name]
            raise InputError(
                f"The file is larger than {self._max_bytes >> 20} MiB.",
                advice="Choose a smaller one.",
            )
        if len(received) < int(parts):
            return None
        del self._parts[name]
        return b"".join(received[number] for number in sorted(received))
