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

from ogc_widgets.area.boxes import COMMON, STANDARD, UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each form with its label in the list, and what is said below the field.
FORMS = {
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
ENCODINGS = tuple(FORMS)
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
