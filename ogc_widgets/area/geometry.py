"""GeoJSON geometries as areas: checked, closed, wound and cut as RFC 7946 says.

Longitudes come from everywhere: a map that was dragged around the world gives 238, an
old footprint jumps from 179 to -179. Everything that leaves :func:`normalise` has
longitudes in [-180, 180] and is cut where it crosses the antimeridian.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.remembering import remembered
from ogc_widgets.area.rings import (
    Json,
    closed,
    crosses_itself,
    cut_at_antimeridian,
    is_rectangle,
    on_one_line,
    signed_area,
    unwrapped,
)
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Geometry = dict[str, Any]
"""A GeoJSON geometry: ``type`` and ``coordinates``, longitude first, in degrees."""

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
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_MAX_POSITIONS = 1_000_000


def wrap_longitude(longitude: float) -> float:
    """Bring a longitude back to [-180, 180]; what is already there is not touched."""
    if -180 <= longitude <= 180:
        return longitude
    # Shifting by 360 costs the last digits of a float: 9 decimals are 0.1 mm.
    wrapped = round((longitude + 180) % 360 - 180, 9)
    return 180.0 if wrapped == -180 and longitude > 0 else wrapped


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
    west, south, east, north = _checked_box(west, south, east, north)
    if west < east:
        return {"type": "Polygon", "coordinates": [_box_ring(west, south, east, north)]}
    parts = [(west, 180.0), (-180.0, east)]
    rings = [[_box_ring(w, south, e, north)] for w, e in parts if w < e]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def bounds(geometry: Geometry) -> list[float]:
    """Smallest box around a geometry.

    Returns:
        ``[west, south, east, north]`` in degrees; ``west > east`` where the geometry
        crosses the antimeridian (RFC 7946 section 5.2).

    Raises:
        InputError: The geometry has no positions.
    """
    spans: list[tuple[float, float]] = []
    latitudes: list[float] = []
    for part in _parts(geometry):
        longitudes = [position[0] for position in part]
        spans.append((min(longitudes), max(longitudes)))
        latitudes += [position[1] for position in part]
    if not spans:
        raise InputError("The geometry has no coordinates.")
    west = min(start for start, _ in spans)
    east = max(end for _, end in spans)
    if len(spans) > 1 and west == -180 and east == 180:
        west, east = _around_the_widest_gap(spans)
    return [west, min(latitudes), east, max(latitudes)]


def box_of(geometry: Geometry) -> list[float] | None:
    """Give ``[west, south, east, north]`` when the geometry is a box, else None."""
    kind = geometry.get("type")
    if kind == "Polygon":
        polygons = [geometry["coordinates"]]
    elif kind == "MultiPolygon" and len(geometry["coordinates"]) <= 2:
        polygons = geometry["coordinates"]
    else:
        return None
    if not all(len(rings) == 1 and is_rectangle(rings[0]) for rings in polygons):
        return None
    found = bounds(geometry)
    if len(polygons) == 2:
        tops = {(min(ys), max(ys)) for ys in ([p[1] for p in r[0]] for r in polygons)}
        if len(tops) != 1 or found[0] <= found[2]:
            return None
    return found


def polygons_of(geometry: Geometry) -> list[list[list[Any]]]:
    """Coordinate arrays of all polygons in a geometry, in order."""
    kind = geometry.get("type")
    if kind == "Polygon":
        return [geometry["coordinates"]]
    if kind == "MultiPolygon":
        return list(geometry["coordinates"])
    if kind == "GeometryCollection":
        return [p for member in geometry["geometries"] for p in polygons_of(member)]
    return []


def from_polygons(polygons: Sequence[Any]) -> Geometry:
    """Make a Polygon or MultiPolygon out of polygon coordinate arrays."""
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


@remembered
def normalise(geometry: Json, *, strict: bool = True) -> Geometry:
    """Check a geometry and bring it into the form that RFC 7946 asks for.

    Rings are closed, exterior rings run counterclockwise, longitudes are in
    [-180, 180], polygons are cut at the antimeridian, unknown members are dropped.

    Args:
        geometry: GeoJSON geometry, longitude and latitude in degrees.
        strict: Also refuse areas that no process can use: without extent, or whose
            outline crosses itself. Pass False for footprints, which are only drawn.

    Raises:
        InputError: It is not a geometry; the sentence says what is wrong with it.
    """
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
        return {
            "type": kind,
            "geometries": [normalise(member, strict=strict) for member in members],
        }
    budget = [_MAX_POSITIONS]
    coordinates = _checked(geometry.get("coordinates"), _DEPTH[kind], budget)
    if kind in AREA_TYPES:
        polygons = [coordinates] if kind == "Polygon" else coordinates
        made: list[Any] = []
        for rings in polygons:
            made += _normal_polygon(rings, strict=strict)
        if not made:
            raise InputError("The area has no extent.")
        result = from_polygons(made)
        if kind == "MultiPolygon":
            result = {"type": kind, "coordinates": made}
        return _with_heights(result, geometry.get("bbox"))
    return {"type": kind, "coordinates": _map_positions(coordinates, _wrapped)}


def _with_heights(geometry: Geometry, heights: Json) -> Geometry:
    """Keep a box with heights: only the ``bbox`` member can hold them."""
    if isinstance(heights, list) and len(heights) == 6 and box_of(geometry):
        west, south, _, east, north, _ = heights
        if [west, south, east, north] == box_of(geometry):
            return {**geometry, "bbox": heights}
    return geometry


def _checked_box(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float]:
    values = (west, south, east, north)
    if not all(map(is_finite, values)):
        raise InputError("The box holds a number that is not finite.")
    for latitude, name in ((south, "South"), (north, "North")):
        if not -90 <= latitude <= 90:
            raise InputError(
                f"{name} is {latitude:g}, but latitudes lie between -90 and 90.",
                advice="The order is west, south, east, north.",
            )
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
    width = east - west if east > west else east - west + 360
    if west > east and width > 180:
        raise InputError(
            f"West ({west:g}) is greater than east ({east:g}).",
            advice="The order is west, south, east, north.",
        )
    left, right = wrap_longitude(west), wrap_longitude(east)
    if left == 180:
        left = -180.0
    if right == -180:
        right = 180.0
    return left, south, right, north


def _box_ring(west: float, south: float, east: float, north: float) -> list[Any]:
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return [[x, y] for x, y in [*corners, corners[0]]]


def _parts(geometry: Geometry) -> Iterable[list[Any]]:
    """Runs of positions that hang together: one per polygon, line or point."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        for member in geometry.get("geometries", []):
            yield from _parts(member)
    elif kind == "Point" and coordinates:
        yield [coordinates]
    elif kind == "MultiPoint" and coordinates:
        yield from ([position] for position in coordinates)
    elif kind == "LineString" and coordinates:
        yield coordinates
    elif kind == "MultiLineString" and coordinates:
        yield from coordinates
    else:
        for rings in polygons_of(geometry):
            yield rings[0]


def _around_the_widest_gap(spans: list[tuple[float, float]]) -> tuple[float, float]:
    merged: list[list[float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if len(merged) == 1:
        return -180.0, 180.0
    gaps = [(right[0] - left[1], left[1], right[0]) for left, right in pairwise(merged)]
    _, east, west = max(gaps)
    return west, east


def _checked(coordinates: Json, depth: int, budget: list[int]) -> Json:
    if depth == 0:
        return _checked_position(coordinates, budget)
    if not isinstance(coordinates, list | tuple) or not coordinates:
        raise InputError(
            "The coordinates are not nested as this geometry type wants them.",
            advice="A Polygon holds rings, a ring holds [longitude, latitude] pairs.",
        )
    return [_checked(member, depth - 1, budget) for member in coordinates]


def _checked_position(position: Json, budget: list[int]) -> list[float]:
    budget[0] -= 1
    if budget[0] < 0:
        raise InputError("The geometry has more than a million positions.")
    if not isinstance(position, list | tuple) or len(position) < 2:
        raise InputError("A position is [longitude, latitude].")
    numbers = list(position[:3])
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InputError("Coordinates must be numbers.")
        if not is_finite(number):
            raise InputError("Coordinates must be finite numbers.")
    longitude, latitude = numbers[:2]
    if not -90 <= latitude <= 90:
        raise InputError(
            f"Latitude {latitude:g} is outside -90 to 90.",
            advice="Coordinates are [longitude, latitude] in degrees.",
        )
    if abs(longitude) > 540:
        raise InputError(
            f"Longitude {longitude:g} is outside -180 to 180.",
            advice="Coordinates are [longitude, latitude] in degrees.",
        )
    return [number + 0 for number in numbers]


def _wrapped(position: list[float]) -> list[float]:
    return [wrap_longitude(position[0]), *position[1:]]


def _map_positions(
    coordinates: Json, change: Callable[[list[float]], list[float]]
) -> Json:
    if coordinates and not isinstance(coordinates[0], list):
        return change(coordinates)
    return [_map_positions(member, change) for member in coordinates]


def _normal_polygon(rings: list[Any], *, strict: bool) -> list[Any]:
    """Polygons, as many as needed, that stand for one polygon."""
    outer = closed(rings[0])
    if not is_rectangle(outer):
        outer = unwrapped(outer)
    if len(outer) < 4 or on_one_line(outer):
        if strict:
            raise InputError(
                "The area has no extent.",
                advice="It needs at least three corners that are not on one line.",
            )
        return []
    if strict and crosses_itself(outer):
        raise InputError(
            "The outline of the area crosses itself.",
            advice="Draw it again so that no two of its sides cross.",
        )
    holes = [unwrapped(closed(ring)) for ring in rings[1:]]
    return cut_at_antimeridian(
        [outer, *[hole for hole in holes if len(hole) >= 4 and signed_area(hole)]]
    )
