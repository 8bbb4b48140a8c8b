"""Looks at the STAC documents that a form names, in the loop thread."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.client.stac.stac_reader import Look
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.client.stac.stac_reader import StacReader


class ItemLooks:
    """Looks at each address once, for all forms of an app.

    Args:
        reader: Reads the documents.
    """

    def __init__(self, reader: StacReader) -> None:
        self._reader = reader
        self._known: dict[str, Look] = {}
        self._lock = threading.Lock()

    def look(
        self,
        address: str,
        done: Callable[[Look], None],
        *,
        after_s: float = 0,
        insist: bool = False,
    ) -> Callable[[], None]:
        """Look at an address and return at once; see ``form/item_checks.py``."""
        with self._lock:
            known = None if insist else self._known.get(address)
        if known is not None:
            done(known)
            return lambda: None

        def arrived(finished: Future[Look]) -> None:
            with self._lock:
                self._known[address] = finished.result()
            done(finished.result())

        def failed(error: BaseException) -> None:
            said = clean(error, limit=200) or type(error).__name__
            done(Look(why_not=f"It could not be looked at: {said}."))

        reading = submit(self._read, address, after_s, insist)
        future = follow(reading, arrived, failed)
        return lambda: _give_up(future)

    async def _read(self, address: str, after_s: float, insist: bool) -> Look:  # noqa: FBT001 # handed on
        if after_s:
            await asyncio.sleep(after_s)
        return await self._reader.look(address, insist=insist)


def _give_up(future: Future[Look]) -> None:
    future.cancel()
