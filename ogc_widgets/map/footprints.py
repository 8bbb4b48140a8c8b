"""Result items as shapes for the map: rebuilt, checked, limited in number.

Items come from servers. What the map gets is made new from their geometry: no
``properties`` (a ``style`` among them would paint the map), no third dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.geometry import bounds, box, normalise
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.area.rings import Json

MAX_FOOTPRINTS = 500
MAX_ID = 200


@dataclass(frozen=True)
class Footprints:
    """What of some items can be drawn.

    Args:
        features: ``{"id", "label", "geometry"}``, at most :data:`MAX_FOOTPRINTS`.
        skipped: Id and reason of each item that cannot be drawn.
        total: How many items there were.
    """

    features: tuple[dict[str, Any], ...]
    skipped: tuple[tuple[str, str], ...]
    total: int

    @property
    def note(self) -> str:
        """Words for what is not on the map; empty when everything is."""
        drawable = self.total - len(self.skipped)
        parts = []
        if len(self.features) < drawable:
            parts.append(f"{len(self.features)} of {drawable:,} footprints shown.")
        if self.skipped:
            count = len(self.skipped)
            items = "1 item has" if count == 1 else f"{count:,} items have"
            parts.append(f"{items} no footprint that can be drawn.")
        return " ".join(parts)


def items_of(value: Json) -> list[dict[str, Any]]:
    """Items as plain dicts from whatever holds them.

    Args:
        value: A FeatureCollection, one item, or an iterable of items; items are dicts
            or objects with ``to_dict`` or ``__geo_interface__``.

    Raises:
        InputError: It holds no items.
    """
    value = _plain(value)
    if isinstance(value, Mapping):
        if value.get("type") == "FeatureCollection":
            value = value.get("features")
        elif value.get("type") == "Feature":
            value = [value]
        else:
            raise InputError("This is neither a STAC item nor a FeatureCollection.")
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError("Items are expected as a list or a FeatureCollection.")
    items = [_plain(item) for item in value]
    return [dict(item) if isinstance(item, Mapping) else {} for item in items]


def item_ids(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids by which table and map speak of items: never empty, never twice the same."""
    found: list[str] = []
    seen: dict[str, int] = {}
    for number, item in enumerate(items, start=1):
        name = item.get("id")
        text = str(name)[:MAX_ID] if isinstance(name, str | int) and name != "" else ""
        text = text or f"item {number}"
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found


def footprints(items: Json) -> Footprints:
    """Rebuild the footprints of items.

    Raises:
        InputError: ``items`` holds no items at all.
    """
    plain = items_of(items)
    features: list[dict[str, Any]] = []
    skipped: list[tuple[str, str]] = []
    for name, item in zip(item_ids(plain), plain, strict=True):
        if len(features) >= MAX_FOOTPRINTS:
            break
        try:
            geometry = outline(item)
        except InputError as error:
            skipped.append((name, error.what))
        else:
            label = clean(name)
            features.append({"id": name, "label": label, "geometry": geometry})
    return Footprints(tuple(features), tuple(skipped), len(plain))


def outline(item: Mapping[str, Any]) -> dict[str, Any]:
    """Footprint of one item: its geometry, or else its ``bbox``.

    Raises:
        InputError: It has neither, or not in degrees.
    """
    geometry = item.get("geometry")
    numbers = item.get("bbox")
    if geometry is not None:
        made = normalise(geometry, strict=False)
        return continuous(_flat(made))
    if isinstance(numbers, list | tuple) and len(numbers) in {4, 6}:
        plain = [*numbers] if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
        if all(isinstance(n, int | float) and not isinstance(n, bool) for n in plain):
            return continuous(box(*plain))
    raise InputError("It has no geometry.")


def continuous(geometry: dict[str, Any]) -> dict[str, Any]:
    """Join what was cut at the antimeridian by letting longitudes run past 180."""
    if geometry.get("type") != "MultiPolygon":
        return geometry
    west, _, east, _ = bounds(geometry)
    if west <= east:
        return geometry
    moved = [
        [[[x + 360 if x < west else x, *rest] for x, *rest in ring] for ring in polygon]
        for polygon in geometry["coordinates"]
    ]
    return {"type": "MultiPolygon", "coordinates": moved}


def _flat(geometry: dict[str, Any]) -> dict[str, Any]:
    """Without heights and without any member but type and coordinates."""
    if geometry["type"] == "GeometryCollection":
        members = [_flat(member) for member in geometry["geometries"]]
        return {"type": "GeometryCollection", "geometries": members}
    return {
        "type": geometry["type"],
        "coordinates": _two_numbers(geometry["coordinates"]),
    }


def _two_numbers(coordinates: Json) -> Json:
    if coordinates and not isinstance(coordinates[0], list):
        return coordinates[:2]
    return [_two_numbers(member) for member in coordinates]


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping | list | tuple | str):
        return value
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return getattr(value, "__geo_interface__", value)
