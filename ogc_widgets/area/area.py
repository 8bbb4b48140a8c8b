"""The area of interest: one value on its way from the map to the request and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.boxes import AREA_TYPES, checked_box, short, tidy
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.text import brief

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.area.boxes import Box, Geometry, Heights, Shape

_MOST_TIDIED = 2_000  # corners of a ring; nobody reads more
_ALL_DECIMALS = 30  # GEOS then writes as many as the number needs
_EXPONENT = pattern(r"(?<![-\d.])[-\d.]++e[-+]?\d+")


@dataclass(frozen=True, eq=False, repr=False)
class Area:
    """A shape on the Earth, checked and in the form that RFC 7946 asks for.

    It is read once and never changes; what is derived from it is made when it is asked
    for, and kept. shapely is loaded for the first one that is more than a box.

    Args:
        given: Shape of shapely: longitudes in [-180, 180], cut at the antimeridian. Or
            west, south, east and north of a box, checked.
        heights: Lower and upper height of a box, if it has any.
        note: What was mended when it was read, in words.
    """

    given: Shape | Box
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
        return cls(checked_box(west, south, east, north), heights)

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
        import shapely

        areas = list(areas)
        parts = shapely.get_parts(shapely.get_parts([area.shape for area in areas]))
        polygons = [part for part in parts if part.geom_type == "Polygon"]
        if not polygons:
            raise InputError(
                "There are only points and lines in this GeoJSON.",
                advice="An area is a Polygon or a MultiPolygon.",
            )
        notes = dict.fromkeys(area.note for area in areas if area.note)
        shape = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
        return cls(shape, note=" ".join(notes))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Area):
            return NotImplemented
        if self.heights != other.heights:
            return False
        if self._sides and other._sides:
            return self._sides == other._sides
        return self is other or bool(self.shape == other.shape)

    def __hash__(self) -> int:
        return hash((self.shape, self.heights))

    def __repr__(self) -> str:
        return brief(self, *self.about)

    @property
    def about(self) -> tuple[str, str]:
        """Its kind and its box, for people."""
        is_empty = not self._sides and self.shape.is_empty
        return self.kind, "" if is_empty else ", ".join(map(short, self.bbox))

    @property
    def _sides(self) -> Box | None:
        """The four sides, where it was made of them."""
        return self.given if isinstance(self.given, tuple) else None

    @cached_property
    def shape(self) -> Shape:
        """Shape of shapely: longitudes in [-180, 180], cut at the antimeridian."""
        if not isinstance(self.given, tuple):
            return self.given
        from ogc_widgets.area.mending import box_shape

        return box_shape(*self.given)

    @property
    def kind(self) -> str:
        """Type of the geometry, such as ``Polygon``."""
        if self._sides:
            return "MultiPolygon" if self.crosses else "Polygon"
        return str(self.shape.geom_type)

    @property
    def covers(self) -> bool:
        """Whether it is more than points and lines."""
        return self.kind in AREA_TYPES

    @cached_property
    def bbox(self) -> Box:
        """West, south, east and north; ``west > east`` where it crosses 180 degrees.

        RFC 7946 section 5.2: islands on both sides of 180 degrees have one small box.

        Raises:
            InputError: The shape has no positions.
        """
        if self._sides:
            west, south, east, north = map(tidy, self._sides)
            return west, south, east, north
        import shapely

        parts = shapely.get_parts(shapely.get_parts(self.shape))
        boxes = sorted(shapely.bounds(parts[~shapely.is_empty(parts)]).tolist())
        if not boxes:
            raise InputError("The geometry has no coordinates.")
        wests, souths, easts, norths = zip(*boxes, strict=True)
        west, east = wests[0], max(easts)
        if len(boxes) > 1 and west >= -180 and east <= 180:
            ends = zip(accumulate(easts, max), wests[1:], strict=False)
            gap, right, left = max((start - end, end, start) for end, start in ends)
            touches = (west, east) == (-180, 180)
            if gap > 0 and (touches or right + 360 - left <= 180):
                west, east = left, right
        return tidy(west), tidy(min(souths)), tidy(east), tidy(max(norths))

    @property
    def crosses(self) -> bool:
        """Whether it crosses the antimeridian."""
        return self.bbox[0] > self.bbox[2]

    @cached_property
    def is_box(self) -> bool:
        """Whether it is nothing but its box."""
        if self._sides:
            return True
        from ogc_widgets.area.mending import is_box

        return is_box(self.shape)

    @property
    def geometry(self) -> Geometry:
        """GeoJSON geometry; a new one each time. Heights are in its ``bbox`` member."""
        made = geojson_of(self.shape)
        if self.heights:
            west, south, east, north = self.bbox
            low, high = self.heights
            made["bbox"] = [west, south, low, east, north, high]
        return made

    @property
    def outline(self) -> Geometry:
        """GeoJSON in one piece: longitudes run past 180 where it is cut there."""
        return geojson_of(in_one_piece(self.shape))

    @cached_property
    def wkt(self) -> str:
        """Well-known text, ``POLYGON((x y,...))``, exact, without exponents."""
        import shapely

        text: str = shapely.to_wkt(self.shape, rounding_precision=_ALL_DECIMALS)
        text = text.replace(" Z (", "(").replace(", ", ",").replace(" (", "(")
        if "e" not in text:
            return text
        return _EXPONENT.sub(lambda number: short(float(number[0])), text)

    def as_several(self) -> Area:
        """The same as a Multi* geometry of one part."""
        import shapely

        many = getattr(shapely, f"Multi{self.kind}")
        return replace(self, given=many([self.shape]))


def geojson_of(shape: Shape) -> Geometry:
    """The GeoJSON of a shape; whole numbers are written as such if they can be seen."""
    kind = shape.geom_type
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [geojson_of(one) for one in shape.geoms]}
    return {"type": kind, "coordinates": _lists(shape)}


def in_one_piece(shape: Shape) -> Shape:
    """The shape; its longitudes run past 180 where it was cut there."""
    import shapely

    if shape.geom_type.startswith("Multi"):
        west, _, east, _ = Area(shape).bbox
        if west > east:
            return shapely.transform(
                shape, lambda xy: xy + (xy[:, :1] < west) * (360, 0)
            )
    return shape


def _lists(shape: Shape) -> Any:  # noqa: ANN401 # nested as deep as the type wants
    if hasattr(shape, "geoms"):
        return [_lists(part) for part in shape.geoms]
    if shape.geom_type == "Polygon":
        return [_lists(ring) for ring in (shape.exterior, *shape.interiors)]
    import shapely

    rows = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    if len(rows) <= _MOST_TIDIED:
        rows = [[tidy(number) for number in row] for row in rows]
    return rows[0] if shape.geom_type == "Point" else rows
