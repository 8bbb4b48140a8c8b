"""How an area is sent, in words: in the list to choose from, and below the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.area.boxes import STANDARD, in_words, short
from ogc_widgets.area.hint import BOXES, BY_CRS, QUALIFIED, order_of

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.area.encoding import Encoding

# Form to its label in the list, and what is said below the field.
_WORDS = {
    "bbox-text": ("text", "text"),
    "bbox-array": ("list of numbers", "numbers"),
    "bbox-object": ("bounding box with its CRS", "a bounding box"),
    "bbox-members": (
        "four named sides",
        "west, south, east and north in degrees, each under its name",
    ),
    "geojson-geometry": ("GeoJSON geometry", "a GeoJSON geometry"),
    "geojson-feature": ("GeoJSON Feature", "a GeoJSON Feature"),
    "geojson-collection": ("GeoJSON FeatureCollection", "a GeoJSON FeatureCollection"),
    "wkt": ("well-known text", "well-known text"),
    "geojson-text": ("GeoJSON as text", "GeoJSON, written as text"),
    "as-typed": ("text exactly as typed", "the text exactly as it stands here"),
}
_NUMBERS = BOXES - {"bbox-members"}


def label_of(encoding: Encoding) -> str:
    """A few words for an encoding, for a list to choose from."""
    if encoding.is_undecided:
        return "choose the order of the four numbers"
    label, _ = _WORDS[encoding.form]
    if encoding.form in _NUMBERS and order_of(encoding.id) != BY_CRS:
        label += f": {_sides(encoding)}"
    return label + (' in {"value": ...}' if encoding.id.startswith(QUALIFIED) else "")


def sentence(encoding: Encoding) -> str:
    """Say under the field how an area is sent: "Sent as text: west,south,...".

    The text is this package's own; of the description only the system is repeated.
    """
    if encoding.is_undecided:
        return "Several orders are possible; the server does not say which it wants."
    _, words = _WORDS[encoding.form]
    system = encoding.system
    if encoding.form == "bbox-object":
        is_usual = order_of(encoding.id) == BY_CRS
        axes = system.axes if is_usual else f"{_sides(encoding)} in degrees"
        words += f": {axes} ({system.short_name})"
        if is_usual and system.in_degrees and system.y_first:
            words += f"; typed as {in_words(STANDARD)}"
    elif encoding.form in _NUMBERS:
        # CRS84 has an order of its own.
        name = " (CRS84)" if order_of(encoding.id) == STANDARD else ""
        words += f": {_sides(encoding)} in degrees{name}"
    inside = ' inside of {"value": ...}' if encoding.id.startswith(QUALIFIED) else ""
    return f"Sent as {words}{inside}."


def notice(encoding: Encoding, area: Area) -> str:
    """Say what a way of sending does to an area; empty when nothing."""
    return " ".join(filter(None, (area.note, _what_changes(encoding, area))))


def _what_changes(encoding: Encoding, area: Area) -> str:
    if encoding.form in BOXES:
        system = encoding.system
        is_of_degrees = encoding.form != "bbox-object" or system.in_degrees
        if area.crosses and (is_of_degrees or system.is_straight):
            west, _, east, _ = area.bbox
            return (
                f"The area crosses the 180° meridian: west ({short(west)}) is greater "
                f"than east ({short(east)}), as the standard has it. If the process "
                "does not know this form, run it once for each side."
            )
        is_more = area.covers and not area.is_box
        return "The box around the shape is sent." if is_more else ""
    if not area.crosses:
        return ""
    if encoding.form == "as-typed":
        return "The area crosses the 180° meridian; check that the process can tell."
    is_wkt = encoding.form == "wkt"
    why = "well-known text has no other way" if is_wkt else "RFC 7946 asks so"
    return f"The area is cut at the 180° meridian into two polygons: {why}."


def _sides(encoding: Encoding) -> str:
    is_text = encoding.form == "bbox-text"
    return in_words(order_of(encoding.id), encoding.hint.separator if is_text else ", ")
