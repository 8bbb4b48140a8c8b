"""The area of interest: one value on its way from the map to the request and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ogc_widgets.area.geometry import (
    AREA_TYPES,
    bounds_of,
    geojson_of,
    read_shape,
    sides_of_box,
)
from ogc_widgets.area.wkt import write_wkt
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.area.geometry import Geometry, Json, Shape


@dataclass(frozen=True, eq=False)
class Area:
    """A shape on the Earth, checked and in the form that RFC 7946 asks for.

    It is read once and never changes; what is derived from it is made when it is asked
    for, and kept.

    Args:
        shape: Shape of shapely: longitudes in [-180, 180], cut at the antimeridian.
        heights: Lower and upper height of a box, if it has any.
        note: What was mended when it was read, in words.
    """

    shape: Shape
    heights: tuple[float, float] | None = None
    note: str = ""

    @classmethod
    def of(cls, geometry: Geometry | Area) -> Area:
        """The area of a GeoJSON geometry; its ``bbox`` member may hold heights.

        Polygons of a GeometryCollection are taken together.

        Raises:
            InputError: It is no geometry, or has faults that no server would accept.
        """
        if isinstance(geometry, Area):
            return geometry
        shape, note = read_shape(geometry)
        made = cls(shape, note=note)
        if made.kind == "GeometryCollection":
            return cls.joined([made])
        return made._with_heights(geometry.get("bbox"))

    @classmethod
    def joined(cls, areas: Iterable[Area]) -> Area:
        """The polygons of several areas as one area.

        Raises:
            InputError: There are none.
        """
        import shapely

        areas = list(areas)
        parts = shapely.get_parts(shapely.get_parts([area.shape for area in areas]))
        polygons = [part for part in parts if part.geom_type == "Polygon"]
        if not polygons:
            raise InputError(
                "There are only points and lines in this GeoJSON.",
                advice="An area is a Polygon or a MultiPolygon.",
            )
        is_one = len(polygons) == 1
        shape = polygons[0] if is_one else shapely.MultiPolygon(polygons)
        notes = dict.fromkeys(area.note for area in areas if area.note)
        return cls(shape, note=" ".join(notes))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Area):
            return NotImplemented
        return self is other or (
            self.heights == other.heights and bool(self.shape == other.shape)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.heights))

    @property
    def kind(self) -> str:
        """Type of the geometry, such as ``Polygon``."""
        return str(self.shape.geom_type)

    @property
    def covers(self) -> bool:
        """Whether it is more than points and lines."""
        return self.kind in AREA_TYPES

    @cached_property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east and north; ``west > east`` where it crosses 180 degrees."""
        west, south, east, north = bounds_of(self.shape)
        return west, south, east, north

    @property
    def crosses(self) -> bool:
        """Whether it crosses the antimeridian."""
        return self.bbox[0] > self.bbox[2]

    @cached_property
    def is_box(self) -> bool:
        """Whether it is nothing but its box."""
        return sides_of_box(self.shape) is not None

    @property
    def geometry(self) -> Geometry:
        """GeoJSON geometry; a new one each time. Heights are in its ``bbox`` member."""
        made = geojson_of(self.shape)
        if self.heights:
            west, south, east, north = self.bbox
            low, high = self.heights
            made["bbox"] = [west, south, low, east, north, high]
        return made

    @cached_property
    def wkt(self) -> str:
        """Well-known text, without spaces that are not needed."""
        return write_wkt(self.shape)

    def as_several(self) -> Area:
        """The same as a Multi* geometry of one part."""
        import shapely

        many = getattr(shapely, f"Multi{self.kind}")
        return Area(many([self.shape]), self.heights, self.note)

    def _with_heights(self, numbers: Json) -> Area:
        """With the heights of a box of six numbers, if it is the box of this area."""
        if not isinstance(numbers, list) or len(numbers) != 6 or not self.is_box:
            return self
        west, south, low, east, north, high = numbers
        if (west, south, east, north) != self.bbox:
            return self
        return Area(self.shape, (low, high), self.note)
