"""Files that arrive from the page in parts, because a web socket takes only so much."""

from __future__ import annotations

import base64
import binascii

from ogc_widgets.errors import InputError


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
