"""GeoJSON geometries as areas: checked, closed, wound and cut as RFC 7946 says.

Longitudes come from everywhere: a map that was dragged around the world gives 238, an
old footprint jumps from 179 to -179. Everything that leaves :func:`read_shape` has
longitudes in [-180, 180] and is cut where it crosses the antimeridian.

Shapes are shapely's, which is loaded with the first one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.numbers import tidy
from ogc_widgets.area.outline import (
    OVER_THE_POLE,
    closed,
    cut,
    mended,
    positions_of,
    several,
    sides_of,
    unwrapped,
)
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import is_finite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.area.outline import Positions

Json = Any
"""A value as ``json.loads`` gives it."""
Geometry = dict[str, Any]
"""A GeoJSON geometry: ``type`` and ``coordinates``, longitude first, in degrees."""
Shape = Any
"""A geometry of shapely, which ships no types."""

AREA_TYPES = ("Polygon", "MultiPolygon")
GEOMETRY_TYPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_MAX_POSITIONS = 1_000_000
_MOST_TIDIED = 2_000  # corners of a ring; nobody reads more


# -- boxes -----------------------------------------------------------------------------


def wrap_longitude(longitude: float) -> float:
    """Bring a longitude back to [-180, 180]; what is already there is not touched."""
    if -180 <= longitude <= 180:
        return longitude
    # Shifting by 360 costs the last digits of a float: 9 decimals are 0.1 mm.
    wrapped = round((longitude + 180) % 360 - 180, 9)
    return 180.0 if wrapped == -180 and longitude > 0 else wrapped


def checked_box(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float]:
    """The sides of a box on the Earth; ``west > east`` crosses the antimeridian.

    Raises:
        InputError: The box is upside down, has no area, or is not on the Earth.
    """
    if not all(map(is_finite, (west, south, east, north))):
        raise InputError("The box holds a number that is not finite.")
    for latitude, name in ((south, "South"), (north, "North")):
        if abs(latitude) > 90 + OVER_THE_POLE:
            raise InputError(
                f"{name} is {latitude:g}, but latitudes lie between -90 and 90.",
                advice="The order is west, south, east, north.",
            )
    south, north = max(south, -90), min(north, 90)
    if south > north:
        raise InputError(
            f"South ({south:g}) is above north ({north:g}).",
            advice="The order is west, south, east, north.",
        )
    if south == north or west == east:
        raise InputError("The box has no area: two opposite sides are the same.")
    if east - west >= 360:
        return -180.0, south, 180.0, north
    if max(abs(west), abs(east)) > 540:
        raise InputError(
            f"Longitudes lie between -180 and 180, not {west:g} to {east:g}.",
            advice="The order is west, south, east, north, in degrees.",
        )
    if west > east and east - west + 360 > 180:
        raise InputError(
            f"West ({west:g}) is greater than east ({east:g}).",
            advice="The order is west, south, east, north.",
        )
    left, right = wrap_longitude(west), wrap_longitude(east)
    return (
        -180.0 if left == 180 else left,
        south,
        180.0 if right == -180 else right,
        north,
    )


def box(west: float, south: float, east: float, north: float) -> Geometry:
    """Make the geometry of a box; ``west > east`` crosses the antimeridian.

    Args:
        west: Western longitude in degrees.
        south: Southern latitude in degrees.
        east: Eastern longitude in degrees.
        north: Northern latitude in degrees.

    Returns:
        A Polygon, or a MultiPolygon of two boxes that meet at 180 degrees.

    Raises:
        InputError: The box is upside down, has no area, or is not on the Earth.
    """
    west, south, east, north = checked_box(west, south, east, north)
    parts = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    rings = [
        [[w, south], [e, south], [e, north], [w, north], [w, south]] for w, e in parts
    ]
    return from_polygons([[ring] for ring in rings])


def from_polygons(polygons: Sequence[Any]) -> Geometry:
    """Make a Polygon or MultiPolygon out of polygon coordinate arrays."""
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


# -- shapes ----------------------------------------------------------------------------


def normalise(geometry: Json, *, strict: bool = True) -> Geometry:
    """Check a geometry and bring it into the form that RFC 7946 asks for.

    As :func:`read_shape`, for what is only drawn.
    """
    return geojson_of(read_shape(geometry, strict=strict)[0])


def read_shape(geometry: Json, *, strict: bool = True) -> tuple[Shape, str]:
    """Check a geometry and bring it into the form that RFC 7946 asks for.

    Rings are closed, exterior rings run counterclockwise, longitudes are in
    [-180, 180], polygons are cut at the antimeridian.

    Args:
        geometry: GeoJSON geometry, longitude and latitude in degrees.
        strict: Also refuse areas that no process can use: without extent, or whose
            outline crosses itself. Pass False for footprints, which are only drawn.

    Returns:
        The shape, and in words what was mended.

    Raises:
        InputError: It is not a geometry; the sentence says what is wrong with it.
    """
    import shapely

    if not isinstance(geometry, dict) or geometry.get("type") not in GEOMETRY_TYPES:
        raise InputError(
            "This is not a GeoJSON geometry.",
            advice='It needs a "type" such as "Polygon" and "coordinates".',
        )
    kind: str = geometry["type"]
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or not members:
            raise InputError("The GeometryCollection is empty.")
        if any(isinstance(m, dict) and m.get("type") == kind for m in members):
            raise InputError("Nested GeometryCollections cannot be used.")
        found = [read_shape(member, strict=strict) for member in members]
        said = dict.fromkeys(note for _, note in found if note)
        return shapely.GeometryCollection([one for one, _ in found]), " ".join(said)
    coordinates = geometry.get("coordinates")
    plain = kind.removeprefix("Multi")
    parts: list[Shape] = []
    said = {}
    left = _MAX_POSITIONS
    for member in [coordinates] if kind == plain else several(coordinates):
        if plain == "Point":
            x, *rest = positions_of([member])[0].tolist()
            parts.append(shapely.Point(wrap_longitude(x), *rest))
            continue
        lines = several(member) if plain == "Polygon" else [member]
        arrays = [positions_of(line) for line in lines]
        left -= sum(map(len, arrays))
        if left < 0:
            raise InputError("The geometry has more than a million positions.")
        if plain == "Polygon":
            made, note = _polygons(arrays, strict=strict)
            said |= {note: None} if note else {}
            parts += made
        elif len(arrays[0]) > 1:
            parts += cut(shapely.LineString(unwrapped(arrays[0])))
        else:
            raise InputError("A line needs at least two positions.")
    if not parts:
        raise InputError("The area has no extent.")
    if kind == plain and len(parts) == 1:
        return parts[0], " ".join(said)
    return getattr(shapely, f"Multi{plain}")(parts), " ".join(said)


def _polygons(arrays: list[Positions], *, strict: bool) -> tuple[list[Shape], str]:
    """Polygons for one outline with its holes, and what was mended."""
    import shapely.geometry

    outer = closed(arrays[0])
    sides = sides_of(outer)
    if sides is None:
        return mended(arrays, strict=strict)
    if len(arrays) == 1 and (sides[0] < -180 or sides[2] > 180):
        whole = shapely.geometry.shape(box(*sides))
    else:
        # A box may be wider than half of the Earth.
        whole = shapely.Polygon(
            outer, [ring[:, : outer.shape[1]] for ring in arrays[1:]]
        )
    return cut(whole), ""


def geojson_of(shape: Shape) -> Geometry:
    """The GeoJSON of a shape; whole numbers are written as such if they can be seen."""
    kind = shape.geom_type
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [geojson_of(one) for one in shape.geoms]}
    return {"type": kind, "coordinates": _lists(shape)}


def continuous(shape: Shape) -> Geometry:
    """GeoJSON in one piece: longitudes run past 180 where a shape was cut there."""
    import numpy as np
    import shapely

    if shape.geom_type.startswith("Multi"):
        west, _, east, _ = bounds_of(shape)
        if west > east:
            shape = shapely.transform(
                shape,
                lambda xy: (
                    xy + np.column_stack([360 * (xy[:, 0] < west), 0 * xy[:, 1]])
                ),
            )
    return geojson_of(shape)


def bounds_of(shape: Shape) -> list[float]:
    """Smallest box around a shape; ``west > east`` where it crosses the antimeridian.

    RFC 7946 section 5.2: islands on both sides of 180 degrees have one small box.

    Raises:
        InputError: The shape has no positions.
    """
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    spans = shapely.bounds(parts[~shapely.is_empty(parts)]).tolist()
    if not spans:
        raise InputError("The geometry has no coordinates.")
    west, east = min(s[0] for s in spans), max(s[2] for s in spans)
    if len(spans) > 1 and west >= -180 and east <= 180:
        left, right = _around_the_widest_gap([(span[0], span[2]) for span in spans])
        touches = (west, east) == (-180, 180)
        if left > right and (touches or right + 360 - left <= 180):
            west, east = left, right
    south, north = min(s[1] for s in spans), max(s[3] for s in spans)
    return [tidy(side) for side in (west, south, east, north)]


def bounds(geometry: Geometry) -> list[float]:
    """Smallest box around a geometry, as :func:`bounds_of`.

    Raises:
        InputError: The geometry has no positions.
    """
    import shapely.geometry

    return bounds_of(shapely.geometry.shape(geometry))


def sides_of_box(shape: Shape) -> list[float] | None:
    """Give ``[west, south, east, north]`` when the shape is a box, else None."""
    parts = getattr(shape, "geoms", [shape])
    if shape.geom_type not in AREA_TYPES or len(parts) > 2:
        return None
    found = [_ring_sides(part) for part in parts]
    if None in found:
        return None
    boxes = sorted(sides for sides in found if sides)
    if len(boxes) == 1:
        return [*boxes[0]]
    (left, low, east, high), (west, south, right, north) = boxes
    meet = left == -180 and right == 180 and (low, high) == (south, north)
    return [west, south, east, north] if meet and east < west else None


def _ring_sides(polygon: Shape) -> tuple[float, float, float, float] | None:
    import shapely

    if shapely.get_num_coordinates(polygon) != 5:
        return None
    return sides_of(shapely.get_coordinates(polygon))


def _lists(shape: Shape) -> Json:
    """Coordinates of a shape as nested lists."""
    import shapely

    if hasattr(shape, "geoms"):
        return [_lists(part) for part in shape.geoms]
    if shape.geom_type == "Polygon":
        return [_lists(ring) for ring in (shape.exterior, *shape.interiors)]
    rows = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    if len(rows) <= _MOST_TIDIED:
        rows = [[tidy(number) for number in row] for row in rows]
    return rows[0] if shape.geom_type == "Point" else rows


def _around_the_widest_gap(spans: list[tuple[float, float]]) -> tuple[float, float]:
    """Where the longest stretch of longitudes without a part ends and begins."""
    merged: list[list[float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if len(merged) == 1:
        return merged[0][0], merged[0][1]
    gaps = [(right[0] - left[1], left[1], right[0]) for left, right in pairwise(merged)]
    _, east, west = max(gaps)
    return west, east
