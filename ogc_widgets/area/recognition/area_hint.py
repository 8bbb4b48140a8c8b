"""How an input wants its area: what :func:`recognise` found in a description."""

from __future__ import annotations

from dataclasses import dataclass

ENCODINGS = (
    "bbox-text",
    "bbox-array",
    "bbox-object",
    "geojson-geometry",
    "geojson-feature",
    "geojson-collection",
    "wkt",
    "geojson-text",
    "bbox-members",
    "as-typed",
)
OBJECTS = ("geojson-geometry", "geojson-feature", "geojson-collection")
QUALIFIED = "qualified-"
"""Put before an encoding of objects: the value goes into ``{"value": ...}``."""


@dataclass(frozen=True)
class AreaHint:
    """How an input wants its area.

    Args:
        encodings: Ids of the encodings that fit, the best one first; those of objects
            may have :data:`QUALIFIED` in front.
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
    reason: str
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
