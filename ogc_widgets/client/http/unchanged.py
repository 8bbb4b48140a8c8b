"""What was read of answers, so that one that has not changed is not read again.

A list that a page shows, a status that is polled and a description that is opened again
mostly come as they came before, byte for byte.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ogc_widgets.protocol.notices import heard

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

_MOST = 64
# What is larger is mostly read once, and would only be kept from being forgotten.
_MOST_BYTES = 2**20


class Unchanged:
    """The last that was read of some answers of a server."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[bytes, Any]] = {}
        self._lock = threading.Lock()  # large answers are read in threads

    def read(self, key: Hashable, body: bytes, read: Callable[[], T]) -> T:
        """Return what is read of an answer, or was of the same one.

        An answer that something was said about is read each time, to say it again.

        Args:
            key: What is read, and where it is from.
            body: The answer.
            read: Reads it.
        """
        known = self._kept.get(key)
        if known is not None and known[0] == body:
            return cast("T", known[1])
        with heard() as notices:
            value = read()
        if not notices and len(body) <= _MOST_BYTES:
            with self._lock:
                self._kept.pop(key, None)
                self._kept[key] = body, value
                while len(self._kept) > _MOST:
                    del self._kept[next(iter(self._kept))]
        return value
