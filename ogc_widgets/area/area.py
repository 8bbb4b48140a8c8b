"""The area of interest: one value on its way from the map to the request and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ogc_widgets.area.boxes import AREA_TYPES
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.area.boxes import Box, Geometry, Heights, Shape


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
    heights: Heights | None = None
    note: str = ""

    @classmethod
    def of(cls, geometry: object) -> Area:
        """The area of a GeoJSON geometry; its ``bbox`` member may hold heights.

        Polygons of a GeometryCollection are taken together.

        Raises:
            InputError: It is no geometry, or has faults that no server would accept.
        """
        if isinstance(geometry, Area):
            return geometry
        from ogc_widgets.area.mending import read_shape

        shape, note = read_shape(geometry)
        made = cls(shape, note=note)
        if made.kind == "GeometryCollection":
            return cls.joined([made])
        numbers = geometry.get("bbox") if isinstance(geometry, dict) else None
        if isinstance(numbers, list) and len(numbers) == 6 and made.is_box:
            west, south, low, east, north, high = numbers
            if (west, south, east, north) == made.bbox:
                return replace(made, heights=(low, high))
        return made

    @classmethod
    def box(
        cls,
        west: float,
        south: float,
        east: float,
        north: float,
        *,
        heights: Heights | None = None,
    ) -> Area:
        """A box in degrees; ``west > east`` crosses the antimeridian.

        Raises:
            InputError: The box is upside down, has no area, or is not on the Earth.
        """
        from ogc_widgets.area.shapes import box_shape

        return cls(box_shape(west, south, east, north), heights)

    @classmethod
    def drawn(cls, geometry: object) -> Area:
        """A footprint, which is only looked at: mended as far as it can be, or flat.

        Raises:
            InputError: It is no geometry in degrees.
        """
        import shapely

        from ogc_widgets.area.mending import read_shape

        shape, note = read_shape(geometry, strict=False)
        return cls(shapely.force_2d(shape), note=note)

    @classmethod
    def joined(cls, areas: Iterable[Area]) -> Area:
        """The polygons of several areas as one area.

        Raises:
            InputError: There are none.
        """
        from ogc_widgets.area.shapes import polygons_of

        areas = list(areas)
        shape = polygons_of([area.shape for area in areas])
        if shape is None:
            raise InputError(
                "There are only points and lines in this GeoJSON.",
                advice="An area is a Polygon or a MultiPolygon.",
            )
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
    def bbox(self) -> Box:
        """West, south, east and north; ``west > east`` where it crosses 180 degrees."""
        from ogc_widgets.area.shapes import bounds_of

        return bounds_of(self.shape)

    @property
    def crosses(self) -> bool:
        """Whether it crosses the antimeridian."""
        return self.bbox[0] > self.bbox[2]

    @cached_property
    def is_box(self) -> bool:
        """Whether it is nothing but its box."""
        from ogc_widgets.area.shapes import is_box

        return is_box(self.shape)

    @property
    def geometry(self) -> Geometry:
        """GeoJSON geometry; a new one each time. Heights are in its ``bbox`` member."""
        from ogc_widgets.area.shapes import geojson_of

        made = geojson_of(self.shape)
        if self.heights:
            west, south, east, north = self.bbox
            low, high = self.heights
            made["bbox"] = [west, south, low, east, north, high]
        return made

    @property
    def outline(self) -> Geometry:
        """GeoJSON in one piece: longitudes run past 180 where it is cut there."""
        from ogc_widgets.area.shapes import geojson_of, in_one_piece

        return geojson_of(in_one_piece(self.shape))

    @cached_property
    def wkt(self) -> str:
        """Well-known text, without spaces that are not needed."""
        from ogc_widgets.area.shapes import wkt_of

        return wkt_of(self.shape)

    def as_several(self) -> Area:
        """The same as a Multi* geometry of one part."""
        import shapely

        many = getattr(shapely, f"Multi{self.kind}")
        return replace(self, shape=many([self.shape]))
