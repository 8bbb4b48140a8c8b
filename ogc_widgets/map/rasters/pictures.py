"""Pictures as the page takes them: as addresses that hold them."""

from __future__ import annotations

import base64

from ogc_widgets.errors import InputError

MAX_PICTURE_BYTES = 8_000_000
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def data_url(content: bytes) -> str:
    """Turn the bytes of a picture into a data address.

    Raises:
        InputError: It is too large, or neither PNG nor JPEG.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise InputError(
            f"The preview picture has {len(content) / 1e6:.0f} MB, more than a map "
            "should carry."
        )
    for start, media_type in _SIGNATURES.items():
        if content.startswith(start):
            text = base64.b64encode(content).decode("ascii")
            return f"data:{media_type};base64,{text}"
    raise InputError("The preview picture is neither PNG nor JPEG.")
