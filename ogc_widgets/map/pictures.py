"""Preview pictures of items: which one, where it lies, and as a data address."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ogc_widgets.area.crs import from_crs, is_straight
from ogc_widgets.area.geometry import bounds_of, checked_box, read_shape
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


def picture_box(item: Mapping[str, Any], key: str) -> list[float]:
    """Where a picture lies: its own box, its projected box, or that of the item.

    Returns:
        ``[west, south, east, north]`` in degrees.

    Raises:
        InputError: Neither the asset nor the item says where it is.
    """
    assets = item.get("assets")
    asset = assets.get(key) if isinstance(assets, Mapping) else None
    asset = asset if isinstance(asset, Mapping) else {}
    for candidate in (asset.get("bbox"), _projected(asset), item.get("bbox")):
        found = _box(candidate)
        if found:
            return found
    geometry = item.get("geometry")
    if isinstance(geometry, Mapping):
        return bounds_of(read_shape(dict(geometry), strict=False)[0])
    raise InputError("The item does not say where its preview picture lies.")


def _projected(asset: Mapping[str, Any]) -> list[float] | None:
    numbers = asset.get("proj:bbox")
    code = asset.get("proj:code") or asset.get("proj:epsg")
    name = f"EPSG:{code}" if isinstance(code, int) else str(code or "")
    if not isinstance(numbers, list) or len(numbers) != 4 or not name:
        return None
    # Boxes of the projection extension are x first, whatever the authority says.
    return from_crs(numbers, name) if is_straight(name) else None


def _box(numbers: object) -> list[float] | None:
    if not isinstance(numbers, list | tuple) or len(numbers) not in {4, 6}:
        return None
    plain = [*numbers] if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    try:
        return [*checked_box(*plain)]
    except (InputError, TypeError):
        return None
