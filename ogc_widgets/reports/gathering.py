"""Reads what is told of a job or a batch; what cannot be read is said as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ogc_widgets.errors import OgcError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.protocol import Process

T = TypeVar("T")


class Notes(list[str]):
    """What could not be read, and why, in words for people."""

    async def of(self, what: str, reading: Awaitable[T]) -> T | None:
        """What is read; None where it fails, which is noted under its name, if any."""
        try:
            return await reading
        except OgcError as error:
            if what:
                self.append(f"{what} could not be read. {clean(error.what, limit=300)}")
            return None

    async def process(self, discovery: Discovery, process_id: str) -> Process | None:
        """The description of a process, as far as it is known or can be read."""
        known = discovery.known_processes.get(process_id)
        if known is not None or not process_id:
            return known
        reading = discovery.process(process_id)
        return await self.of("The description of the process", reading)
