"""Geometries as valid shapes: checked, closed, wound and cut as RFC 7946 asks.

Longitudes come from everywhere: a map that was dragged around the world gives 238, an
old footprint jumps from 179 to -179. What leaves :func:`read_shape` has longitudes in
[-180, 180] and is cut where it crosses the antimeridian.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import antimeridian
import numpy as np
import shapely

from ogc_widgets.area.boxes import (
    AREA_TYPES,
    GEOMETRY_TYPES,
    OVER_THE_POLE,
    checked_box,
    wrap_longitude,
)
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ogc_widgets.area.boxes import Shape

    Positions: TypeAlias = NDArray[Any]

REPAIRED = "The outline was repaired: it ran back on itself or touched itself."
CLIPPED = "Latitudes beyond a pole were put at the pole."
_MOST_POSITIONS = 1_000_000
_POLAR = 60.0  # degrees of latitude beyond which rings around a pole are looked for


def box_shape(west: float, south: float, east: float, north: float) -> Shape:
    """A checked box, or two that meet at 180 degrees where ``west > east``."""
    parts = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    made = [
        shapely.Polygon([(w, south), (e, south), (e, north), (w, north)])
        for w, e in parts
    ]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def is_box(shape: Shape) -> bool:
    """Whether a shape is a box, or two that meet at 180 degrees."""
    parts = shapely.get_parts(shapely.force_2d(shape))
    if shape.geom_type not in AREA_TYPES or len(parts) > 2:
        return False
    if (shapely.get_num_coordinates(parts) != 5).any():
        return False
    if not shapely.equals_exact(parts, shapely.envelope(parts), normalize=True).all():
        return False
    if len(parts) == 1:
        return True
    left, right = sorted(shapely.bounds(parts).tolist())
    meet = left[0] == -180 and right[2] == 180 and left[1::2] == right[1::2]
    return bool(meet and left[2] < right[0])


def read_shape(
    geometry: Any,  # noqa: ANN401 # GeoJSON of anybody, or a shape
    *,
    strict: bool = True,
) -> tuple[Shape, str]:
    """Check a geometry and bring it into the form that RFC 7946 asks for.

    Args:
        geometry: GeoJSON geometry, longitude and latitude in degrees.
        strict: Also refuse areas that no process can use: without extent, or whose
            outline crosses itself. Pass False for footprints, which are only drawn.

    Returns:
        The shape, and in words what was mended.

    Raises:
        InputError: It is not a geometry; the sentence says what is wrong with it.
    """
    is_shape = isinstance(geometry, shapely.Geometry)
    kind = geometry.geom_type if is_shape else _member(geometry, "type")
    if kind not in GEOMETRY_TYPES:
        raise InputError(
            "This is not a GeoJSON geometry.",
            advice='It needs a "type" such as "Polygon" and "coordinates".',
        )
    if kind == "GeometryCollection":
        members = list(geometry.geoms) if is_shape else _member(geometry, "geometries")
        return _collection(members, strict=strict)
    plain = kind.removeprefix("Multi")
    parts: list[Shape] = []
    notes: dict[str, None] = {}
    left = _MOST_POSITIONS
    for lines in _lines_of(geometry) if is_shape else _json_lines(geometry, kind):
        left -= sum(map(len, lines))
        if left < 0:
            raise InputError("The geometry has more than a million positions.")
        if any((np.abs(line[:, 1]) > 90).any() for line in lines):
            lines = [_at_pole(line) for line in lines]
            notes[CLIPPED] = None
        if plain == "Polygon":
            made, note = _polygons(lines, strict=strict)
            notes |= {note: None} if note else {}
        elif plain == "Point":
            x, *rest = lines[0][0].tolist()
            made = [shapely.Point(wrap_longitude(x), *rest)]
        elif len(lines[0]) > 1:
            made = _cut(shapely.LineString(_unwrapped(lines[0])))
        else:
            raise InputError("A line needs at least two positions.")
        parts += made
    if not parts:
        raise InputError("The area has no extent.")
    is_one = kind == plain and len(parts) == 1
    shape = parts[0] if is_one else getattr(shapely, f"Multi{plain}")(parts)
    return shape, " ".join(notes)


def _collection(members: object, *, strict: bool) -> tuple[Shape, str]:
    if not isinstance(members, list) or not members:
        raise InputError("The GeometryCollection is empty.")
    kinds = [getattr(one, "geom_type", _member(one, "type")) for one in members]
    if "GeometryCollection" in kinds:
        raise InputError("Nested GeometryCollections cannot be used.")
    read = [read_shape(member, strict=strict) for member in members]
    shape = shapely.GeometryCollection([one for one, _ in read])
    return shape, " ".join(dict.fromkeys(note for _, note in read if note))


# -- positions -------------------------------------------------------------------------


def _member(geometry: object, name: str) -> Any:  # noqa: ANN401 # of JSON
    return geometry.get(name) if isinstance(geometry, dict) else None


def _lines_of(shape: Shape) -> Iterator[list[Positions]]:
    """The lines of each part of a shape; of a polygon, its rings."""
    for part in shapely.get_parts(shape):
        is_polygon = part.geom_type == "Polygon"
        lines = (part.exterior, *part.interiors) if is_polygon else (part,)
        has_z = part.has_z
        yield [_checked(shapely.get_coordinates(one, include_z=has_z)) for one in lines]


def _json_lines(geometry: object, kind: str) -> Iterator[list[Positions]]:
    """The same of GeoJSON."""
    plain, coordinates = kind.removeprefix("Multi"), _member(geometry, "coordinates")
    for member in [coordinates] if kind == plain else _several(coordinates):
        lines = _several(member) if plain == "Polygon" else [member]
        yield [_positions([one] if plain == "Point" else one) for one in lines]


def _several(coordinates: object) -> Sequence[Any]:
    if isinstance(coordinates, np.ndarray):
        coordinates = coordinates.tolist()
    if not isinstance(coordinates, list | tuple):
        raise InputError(
            "The coordinates are not nested as this geometry type wants them.",
            advice="A Polygon holds rings, a ring holds [longitude, latitude] pairs.",
        )
    if not coordinates:
        raise InputError("The geometry is empty.")
    return coordinates


def _positions(coordinates: object) -> Positions:
    """Positions of a line or ring as an array; with heights where all have one."""
    rows = _several(coordinates)
    # Outlines have very many, so their types are looked at together.
    types = {*map(type, rows)}
    if np.ndarray in types:
        rows = [np.asarray(one).tolist() for one in rows]
        types = {*map(type, rows)}
    are_lists = all(issubclass(kind, list | tuple) for kind in types)
    lengths = {*map(len, rows)} if are_lists else {0}
    width = min(3, *lengths)
    if width < 2:
        raise InputError("A position is [longitude, latitude].")
    if lengths != {width}:
        rows = [one[:width] for one in rows]
    kinds = {*map(type, chain.from_iterable(rows))}
    if not all(issubclass(kind, int | float) and kind is not bool for kind in kinds):
        raise InputError("Coordinates must be numbers.")
    try:
        return _checked(np.array(rows, dtype=float))
    except OverflowError:
        return _checked(np.array([[math.inf, 0]]))


def _checked(made: Positions) -> Positions:
    """Positions in degrees, of which some may be half a cell beyond a pole."""
    if not np.isfinite(made).all():
        raise InputError("Coordinates must be finite numbers.")
    for name, column, limit, allowed in (
        ("Latitude", 1, 90, 90 + OVER_THE_POLE),
        ("Longitude", 0, 180, 540),
    ):
        farthest = made[np.abs(made[:, column]).argmax(), column]
        if abs(farthest) > allowed:
            raise InputError(
                f"{name} {farthest:g} is outside -{limit} to {limit}.",
                advice="Coordinates are [longitude, latitude] in degrees.",
            )
    return made + 0.0  # no minus in front of zero


def _at_pole(line: Positions) -> Positions:
    """Positions that are at the pole where they were beyond it."""
    line[:, 1] = line[:, 1].clip(-90, 90)
    return line


def _closed(ring: Positions) -> Positions:
    """Close a ring and leave out positions that follow themselves."""
    is_new = np.ones(len(ring), dtype=bool)
    is_new[1:] = (ring[1:, :2] != ring[:-1, :2]).any(axis=1)
    ring = ring[is_new]
    if len(ring) > 1 and (ring[0, :2] != ring[-1, :2]).any():
        ring = np.vstack([ring, ring[:1]])
    return ring


def _unwrapped(line: Positions) -> Positions:
    """Positions without jumps over the antimeridian (179 to -179 becomes 181)."""
    return np.column_stack([np.unwrap(line[:, 0], period=360), line[:, 1:]])


def _without_jumps(ring: Positions) -> Positions:
    """A ring without jumps, unless they cannot be undone.

    That is around a pole, and with sides of more than 180 degrees.
    """
    made = _unwrapped(ring)
    return made if abs(made[-1, 0] - made[0, 0]) < 1 else ring


# -- polygons --------------------------------------------------------------------------


def _polygons(rings: list[Positions], *, strict: bool) -> tuple[list[Shape], str]:
    """Valid polygons out of one outline and its holes, and what was mended.

    An outline that runs back on itself or touches itself covers the same area without
    that; one that crosses itself could mean two areas, and is only drawn.
    """
    width = min(ring.shape[1] for ring in rings)
    outer, *holes = (_closed(ring[:, :width]) for ring in rings)
    # A box may be wider than half of the Earth.
    has_sides = len(outer) == 5 and is_box(shapely.Polygon(outer))
    if not has_sides:
        outer, *holes = map(_without_jumps, (outer, *holes))
    if len(outer) < 4 or _is_flat(outer):
        if strict:
            raise InputError(
                "The area has no extent.",
                advice="It needs at least three corners that are not on one line.",
            )
        return [], ""
    holes = [hole for hole in holes if len(hole) > 3 and shapely.Polygon(hole).area]
    for hole in holes:  # on the turn of the Earth on which the outline is
        hole[:, 0] += 360 * round((outer[:, 0].mean() - hole[:, 0].mean()) / 360)
    made = shapely.Polygon(outer, holes)
    if has_sides:
        west, _, east, _ = made.bounds
        is_beyond = not holes and (west < -180 or east > 180)
        return _cut(box_shape(*checked_box(*made.bounds)) if is_beyond else made), ""
    if _goes_round(outer):
        return _over_the_pole(made), ""
    if made.is_valid:
        return _cut(made), ""
    alone = shapely.Polygon(outer)
    same = math.isclose(_repaired(alone).area, alone.area, rel_tol=1e-9)
    if strict and not same:
        raise InputError(
            "The outline of the area crosses itself.",
            advice="Draw it again so that no two of its sides cross.",
        )
    mended = [one for one in shapely.get_parts(_repaired(made)) if one.area]
    pieces = [piece for one in mended for piece in _cut(one.simplify(0))]
    return (pieces, REPAIRED) if pieces or strict else (_cut(made), "")


def _is_flat(ring: Positions) -> bool:
    """Whether there is nothing inside; the lobes of a crossing one may cancel out."""
    return not (shapely.Polygon(ring).area or shapely.LineString(ring).convex_hull.area)


def _repaired(polygon: Shape) -> Shape:
    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


def _goes_round(ring: Positions) -> bool:
    """Whether a ring that jumps goes around a pole: it is near to it all the way."""
    is_near = (ring[:, 1] > _POLAR).all() or (ring[:, 1] < -_POLAR).all()
    return bool(is_near and (np.abs(np.diff(ring[:, 0])) > 180).any())


def _over_the_pole(polygon: Shape) -> list[Shape]:
    xs = np.unwrap(shapely.get_coordinates(polygon.exterior)[:, 0], period=360)
    goes_east, is_north = xs[-1] > xs[0], polygon.bounds[1] > 0
    # The nearer pole is to the left of the outline.
    polygon = shapely.force_2d(polygon if goes_east == is_north else polygon.reverse())
    try:
        made = antimeridian.fix_polygon(polygon, fix_winding=True, great_circle=False)
    except (AssertionError, LookupError, RecursionError, ValueError):
        raise InputError("The outline around the pole is too tangled.") from None
    return _cut(shapely.remove_repeated_points(made))


def _cut(shape: Shape) -> list[Shape]:
    """Parts of a line or polygon in [-180, 180], outer rings counterclockwise.

    Args:
        shape: Its longitudes run on past 180 degrees where it crosses them.
    """
    west, _, east, _ = shape.bounds
    if east - west >= 360:
        parts = [shapely.intersection(shape, shapely.box(-180, -90, 180, 90))]
    elif west < -180 or east > 180:
        worlds = [
            shapely.box(turn - 180, -90, turn + 180, 90) for turn in (-360, 0, 360)
        ]
        parts = [
            shapely.transform(part, lambda xy, by=turn: (xy - [by, 0]).round(9))
            for turn, part in zip(
                (-360, 0, 360),
                shapely.intersection(shapely.force_2d(shape), worlds),
                strict=True,
            )
        ]
    else:
        parts = [shape]
    pieces = shapely.get_parts(shapely.orient_polygons(parts, exterior_cw=False))
    kind = shape.geom_type.removeprefix("Multi")
    return [one for one in pieces if one.geom_type == kind and one.length]
