"""Where a picture lies that does not say it itself, by its STAC item."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.area import Area
from ogc_widgets.area.crs import system_of_file
from ogc_widgets.area.footprint import box_of
from ogc_widgets.area.reading import are_numbers
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Box


def place_of(item: Mapping[str, Any], key: str) -> Box | None:
    """Where a picture lies: its own box, its projected box, or that of the item.

    Args:
        item: A STAC item.
        key: Key of the asset.

    Returns:
        West, south, east and north in degrees, east over 180 across 180; None where
        neither the asset nor the item says it.
    """
    asset = mapping(mapping(item.get("assets")).get(key))
    for numbers in (asset.get("bbox"), _projected(asset), item.get("bbox")):
        with suppress(InputError):
            return _sides(box_of(numbers))
    geometry = item.get("geometry")
    if isinstance(geometry, Mapping):
        with suppress(InputError):
            return _sides(Area.drawn(dict(geometry)))
    return None


def _sides(area: Area) -> Box:
    west, south, east, north = area.bbox
    return west, south, east + 360 * (east < west), north


def _projected(asset: Mapping[str, Any]) -> list[float] | None:
    """The box of the projection extension: x first, whatever the authority says."""
    numbers = asset.get("proj:bbox")
    code = asset.get("proj:code") or asset.get("proj:epsg")
    if not code or not are_numbers(numbers) or len(numbers) != 4:
        return None
    system = system_of_file(f"EPSG:{code}" if isinstance(code, int) else str(code))
    return system.box_in_degrees(numbers) if system.is_straight else None
