"""How an area is sent, in words: for the list to choose from and below the field."""

from __future__ import annotations

from ogc_widgets.area.crs import axes_in_words, kind_of_crs, short_name
from ogc_widgets.area.recognition import order as orders
from ogc_widgets.area.recognition.area_hint import QUALIFIED
from ogc_widgets.area.recognition.order import (
    BY_CRS,
    STANDARD,
    UNDECIDED,
    form_of,
    order_of,
)

_LABELS = {
    "bbox-text": "text",
    "bbox-array": "list of numbers",
    "bbox-object": "bounding box with its CRS",
    "bbox-members": "four named sides",
    "geojson-geometry": "GeoJSON geometry",
    "geojson-feature": "GeoJSON Feature",
    "geojson-collection": "GeoJSON FeatureCollection",
    "wkt": "well-known text",
    "geojson-text": "GeoJSON as text",
    "as-typed": "text exactly as typed",
}

_NUMBERS = {"bbox-text", "bbox-array", "bbox-object"}
_SENT_AS = {
    "bbox-text": "text",
    "bbox-array": "numbers",
    "bbox-members": "west, south, east and north in degrees, each under its name",
    "geojson-geometry": "a GeoJSON geometry",
    "geojson-feature": "a GeoJSON Feature",
    "geojson-collection": "a GeoJSON FeatureCollection",
    "wkt": "well-known text",
    "geojson-text": "GeoJSON, written as text",
    "as-typed": "the text exactly as it stands here",
}


def label_of(encoding: str, separator: str = ",") -> str:
    """A few words for an encoding, for a list to choose from."""
    plain = encoding.removeprefix(QUALIFIED)
    order = order_of(plain)
    if order == UNDECIDED:
        return "choose the order of the four numbers"
    label = _LABELS[form_of(plain)]
    if form_of(plain) in _NUMBERS and order != BY_CRS:
        label += f": {_sides(plain, separator)}"
    return label + (' in {"value": ...}' if plain != encoding else "")


def in_words(encoding: str, crs: str | None = None, separator: str = ",") -> str:
    """Say under the field how an area is sent: "Sent as text: west,south,...".

    The text is this package's own; of the description only ``crs`` is repeated.
    """
    plain = encoding.removeprefix(QUALIFIED)
    order = order_of(plain)
    if order == UNDECIDED:
        return "Several orders are possible; the server does not say which it wants."
    if plain == "bbox-object":
        words = f"Sent as a bounding box: {axes_in_words(crs)} ({short_name(crs)})"
        typed = f"; typed as {orders.in_words(STANDARD)}"
        return f"{words}{typed if kind_of_crs(crs) == 'latlon' else ''}."
    if form_of(plain) == "bbox-object":
        sides = orders.in_words(order)
        return f"Sent as a bounding box: {sides} in degrees ({short_name(crs)})."
    inside = ' inside of {"value": ...}' if plain != encoding else ""
    words = _SENT_AS[form_of(plain)]
    if form_of(plain) in _NUMBERS:
        # CRS84 has an order of its own.
        system = " (CRS84)" if order == STANDARD else ""
        words += f": {_sides(plain, separator)} in degrees{system}"
    return f"Sent as {words}{inside}."


def _sides(encoding: str, separator: str) -> str:
    is_text = form_of(encoding) == "bbox-text"
    return orders.in_words(order_of(encoding), separator if is_text else ", ")
