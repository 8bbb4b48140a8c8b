"""What to know about an area before it is sent, in a sentence under the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.crs import in_degrees, is_straight
from ogc_widgets.area.numbers import short
from ogc_widgets.area.recognition.area_hint import QUALIFIED
from ogc_widgets.area.recognition.order import form_of

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area

_BOXES = {"bbox-text", "bbox-array", "bbox-object", "bbox-members"}


def notice(area: Area, encoding: str, crs: str | None = None) -> str:
    """Say what the chosen way of sending does to an area; empty when nothing.

    Args:
        area: The area.
        encoding: How it is sent.
        crs: Reference system of a box.
    """
    said = (area.note, _crossing(area, form_of(encoding.removeprefix(QUALIFIED)), crs))
    return " ".join(filter(None, said))


def _crossing(area: Area, form: str, crs: str | None) -> str:
    west, _, east, _ = area.bbox
    if form in _BOXES:
        if area.crosses and (
            form != "bbox-object" or in_degrees(crs) or is_straight(crs)
        ):
            return (
                f"The area crosses the 180° meridian: west ({short(west)}) is greater "
                f"than east ({short(east)}), as the standard has it. If the process "
                "does not know this form, run it once for each side."
            )
        return (
            "The box around the shape is sent."
            if not area.is_box and area.covers
            else ""
        )
    if not area.crosses:
        return ""
    if form == "as-typed":
        return "The area crosses the 180° meridian; check that the process can tell."
    why = "well-known text has no other way" if form == "wkt" else "RFC 7946 asks so"
    return f"The area is cut at the 180° meridian into two polygons: {why}."
