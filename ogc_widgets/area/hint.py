"""How an input wants its area: the forms that a value may have, and which of them fit.

An encoding is one of :data:`ENCODINGS`. With ``qualified-`` in front, a GeoJSON object
goes into ``{"value": ...}``. Those with four numbers (six with heights) may end with
another order of them (:mod:`ogc_widgets.area.boxes`): ``bbox-array-nwse``; the usual
order of ``bbox-object`` is that of its reference system. What people type in such a
field has that order, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ogc_widgets.area.boxes import COMMON, STANDARD, UNDECIDED, in_words, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.area.encoding import Encoding

# Each form with its label in the list, and what is said below the field.
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
ENCODINGS = tuple(_WORDS)
OBJECTS = ("geojson-geometry", "geojson-feature", "geojson-collection")
BOXES = {"bbox-text", "bbox-array", "bbox-object", "bbox-members"}
QUALIFIED = "qualified-"
"""Put before an encoding of objects: the value goes into ``{"value": ...}``."""
BY_CRS = ""
_USUAL = {"bbox-text": STANDARD, "bbox-array": STANDARD, "bbox-object": BY_CRS}
_TOOLS_OF = {
    "rectangle": {"Polygon", "MultiPolygon", "GeometryCollection"},
    "polygon": {"Polygon", "MultiPolygon", "GeometryCollection"},
    "line": {"LineString", "MultiLineString"},
    "point": {"Point", "MultiPoint"},
}


def form_of(encoding: str) -> str:
    """An encoding without its order: ``bbox-array-nwse`` -> ``bbox-array``."""
    plain = encoding.removeprefix(QUALIFIED)
    return next((form for form in _USUAL if plain.startswith(form)), plain)


def order_of(encoding: str) -> str:
    """The order that an encoding writes a box in, :data:`UNDECIDED`, or BY_CRS."""
    form = form_of(encoding)
    return encoding.removeprefix(QUALIFIED)[len(form) + 1 :] or _USUAL.get(
        form, STANDARD
    )


def with_order(form: str, order: str) -> str:
    """The id of an encoding that writes boxes in an order."""
    return form if order == _USUAL[form] else f"{form}-{order}"


def alternatives(form: str, possible: Sequence[str]) -> tuple[str, ...]:
    """A way to write boxes in each order: the possible ones, then the others in use.

    Args:
        form: ``bbox-array`` or another encoding without an order.
        possible: The orders that a description leaves open; with more than one of them
            the user has to choose, and that stands first.
    """
    first = (UNDECIDED,) if len(possible) != 1 else ()
    orders = dict.fromkeys((*first, *possible, *COMMON))
    return tuple(with_order(form, order) for order in orders)


@dataclass(frozen=True)
class AreaHint:
    """How an input wants its area.

    Args:
        encodings: Ids of the encodings that fit, the best one first.
        reason: What it was recognised by: ``"format"``, ``"cwl:type"``, ``"media
            type"``, ``"reference"``, ``"schema"`` or ``"name"``.
        crs: Reference systems that the description lists, as it writes them.
        default_crs: The one to send unless the user chooses another.
        types: Geometry types that the schema allows; empty when it does not say.
        heights: Whether boxes must have six numbers.
        with_bbox: Whether GeoJSON objects must carry a ``bbox`` member.
        alternatives: Whether the schema also has branches that are no area.
        members: For ``bbox-members``: what the object calls west, south, east, north.
        separator: For ``bbox-text``: what stands between the numbers.
    """

    encodings: tuple[str, ...]
    reason: str = ""
    crs: tuple[str, ...] = ()
    default_crs: str | None = None
    types: tuple[str, ...] = ()
    heights: bool = False
    with_bbox: bool = False
    alternatives: bool = False
    members: tuple[str, ...] = ()
    separator: str = ","

    @property
    def default(self) -> str:
        """Id of the encoding to start with."""
        return self.encodings[0]

    @property
    def is_undecided(self) -> bool:
        """Whether the user has to choose the order of the numbers first."""
        return order_of(self.default) == UNDECIDED

    @property
    def tools(self) -> tuple[str, ...]:
        """Tools of the map for this input, in the order of the buttons.

        Only a rectangle where all that can be sent is a box; everything where GeoJSON
        of any type is asked for by its schema.
        """
        if self.types:
            types = {*self.types}
            return tuple(tool for tool, kinds in _TOOLS_OF.items() if kinds & types)
        forms = {form_of(encoding) for encoding in self.encodings}
        if forms <= BOXES - {"bbox-text"}:
            return ("rectangle",)
        if form_of(self.default) in OBJECTS and self.reason != "name":
            return tuple(_TOOLS_OF)
        return ("rectangle", "polygon")

    def starting_with(self, encoding: object) -> AreaHint:
        """The same with one of its encodings in front."""
        if encoding not in self.encodings:
            return self
        others = (one for one in self.encodings if one != encoding)
        return replace(self, encodings=(str(encoding), *others))

    @classmethod
    def joined(cls, hints: Sequence[AreaHint]) -> AreaHint:
        """One hint out of those of several branches or parts of a schema."""
        crs = tuple(dict.fromkeys(c for hint in hints for c in hint.crs))
        # The default of a hint that lists none is only what everybody knows.
        defaults = (
            h.default_crs for h in hints if h.default_crs and (h.crs or not crs)
        )
        is_typed = all(hint.types for hint in hints)
        types = dict.fromkeys(t for hint in hints for t in hint.types if is_typed)
        return cls(
            tuple(dict.fromkeys(e for hint in hints for e in hint.encodings)),
            hints[0].reason,
            crs=crs,
            default_crs=next(defaults, None),
            types=tuple(types),
            heights=any(hint.heights for hint in hints),
            with_bbox=any(hint.with_bbox for hint in hints),
            alternatives=any(hint.alternatives for hint in hints),
            members=next((h.members for h in hints if h.members), ()),
            separator=next((h.separator for h in hints if h.separator != ","), ","),
        )


# -- in words --------------------------------------------------------------------------

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
