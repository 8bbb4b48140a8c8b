"""What to know about an area before it is sent, in a sentence under the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.crs import in_degrees, is_straight
from ogc_widgets.area.geometry import AREA_TYPES, bounds, box_of
from ogc_widgets.area.numbers import short
from ogc_widgets.area.recognition.area_hint import QUALIFIED
from ogc_widgets.area.recognition.order import form_of

if TYPE_CHECKING:
    from ogc_widgets.area.geometry import Geometry

_BOXES = {"bbox-text", "bbox-array", "bbox-object", "bbox-members"}


def notice(geometry: Geometry, encoding: str, crs: str | None = None) -> str:
    """Say what the chosen way of sending does to an area; empty when nothing.

    Args:
        geometry: The area, normalised.
        encoding: How it is sent.
        crs: Reference system of a box.
    """
    plain = form_of(encoding.removeprefix(QUALIFIED))
    west, _, east, _ = bounds(geometry)
    crosses = west > east
    if plain in _BOXES:
        if crosses and (plain != "bbox-object" or in_degrees(crs) or is_straight(crs)):
            return (
                f"The area crosses the 180° meridian: west ({short(west)}) is greater "
                f"than east ({short(east)}), as the standard has it. If the process "
                "does not know this form, run it once for each side."
            )
        if geometry["type"] in AREA_TYPES and box_of(geometry) is None:
            return "The box around the shape is sent."
        return ""
    if not crosses:
        return ""
    if plain == "as-typed":
        return "The area crosses the 180° meridian; check that the process can tell."
    form = "well-known text has no other way" if plain == "wkt" else "RFC 7946 asks so"
    return f"The area is cut at the 180° meridian into two polygons: {form}."
