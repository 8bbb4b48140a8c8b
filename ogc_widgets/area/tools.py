"""Which shapes can be drawn for an input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.recognition.area_hint import OBJECTS, QUALIFIED
from ogc_widgets.area.recognition.order import form_of

if TYPE_CHECKING:
    from ogc_widgets.area.recognition.area_hint import AreaHint

_TOOLS_OF = {
    "Polygon": ("rectangle", "polygon"),
    "MultiPolygon": ("rectangle", "polygon"),
    "GeometryCollection": ("rectangle", "polygon"),
    "LineString": ("line",),
    "MultiLineString": ("line",),
    "Point": ("point",),
    "MultiPoint": ("point",),
}
_BOXES = {"bbox-object", "bbox-array", "bbox-members"}
_ORDER = ("rectangle", "polygon", "line", "point")


def tools_for(hint: AreaHint) -> tuple[str, ...]:
    """Tools of the map for an area input, in the order of the buttons.

    Only a rectangle where all that can be sent is a box; everything where GeoJSON of
    any type is asked for by its schema.
    """
    if hint.types:
        wanted = {tool for kind in hint.types for tool in _TOOLS_OF.get(kind, ())}
        return tuple(tool for tool in _ORDER if tool in wanted)
    if {form_of(encoding) for encoding in hint.encodings} <= _BOXES:
        return ("rectangle",)
    is_geojson = hint.default.removeprefix(QUALIFIED) in OBJECTS
    if is_geojson and hint.reason != "name":
        return _ORDER
    return ("rectangle", "polygon")
