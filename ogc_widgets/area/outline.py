"""Rings and lines: their positions, faults that are mended, the cut at 180 degrees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[Any]

OVER_THE_POLE = 1.0
"""Degrees that latitudes may exceed 90 by: half a cell of a coarse grid."""
REPAIRED = "The outline was repaired: it ran back on itself or touched itself."
_POLAR = 60.0  # degrees of latitude beyond which rings around a pole are looked for


def several(coordinates: Any) -> list[Any] | tuple[Any, ...]:  # noqa: ANN401 # JSON
    """The members of coordinates that are nested.

    Raises:
        InputError: There are none.
    """
    if not isinstance(coordinates, list | tuple) or not coordinates:
        raise InputError(
            "The coordinates are not nested as this geometry type wants them.",
            advice="A Polygon holds rings, a ring holds [longitude, latitude] pairs.",
        )
    return coordinates


def positions_of(coordinates: Any) -> Positions:  # noqa: ANN401 # JSON
    """Positions of a line or ring as an array; with heights where all have one.

    Raises:
        InputError: They are none, or not in degrees.
    """
    import numpy as np

    rows = several(coordinates)
    if not all(isinstance(one, list | tuple) and len(one) > 1 for one in rows):
        raise InputError("A position is [longitude, latitude].")
    lengths = {*map(len, rows)}
    width = min(3, *lengths)
    kinds = {type(number) for one in rows for number in one[:3]}
    if not all(issubclass(kind, int | float) and kind is not bool for kind in kinds):
        raise InputError("Coordinates must be numbers.")
    if lengths != {width}:
        rows = [one[:width] for one in rows]
    try:
        made = np.array(rows, dtype=float)
    except OverflowError:
        made = np.array([[math.inf, 0]])
    if not np.isfinite(made).all():
        raise InputError("Coordinates must be finite numbers.")
    xs, ys = made[:, 0], made[:, 1]
    for name, values, limit, allowed in (
        ("Latitude", ys, 90, 90 + OVER_THE_POLE),
        ("Longitude", xs, 180, 540),
    ):
        farthest = values[np.abs(values).argmax()]
        if abs(farthest) > allowed:
            raise InputError(
                f"{name} {farthest:g} is outside -{limit} to {limit}.",
                advice="Coordinates are [longitude, latitude] in degrees.",
            )
    made[:, 1] = ys.clip(-90, 90)
    return made + 0.0  # no minus in front of zero


def closed(ring: Positions) -> Positions:
    """Close a ring and leave out positions that follow themselves."""
    import numpy as np

    is_new = np.ones(len(ring), dtype=bool)
    is_new[1:] = (ring[1:, :2] != ring[:-1, :2]).any(axis=1)
    ring = ring[is_new]
    if len(ring) > 1 and (ring[0, :2] != ring[-1, :2]).any():
        ring = np.vstack([ring, ring[:1]])
    return ring


def sides_of(ring: Positions) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a closed ring along meridians and parallels."""
    if len(ring) != 5:
        return None
    corners = {(x, y) for x, y, *_ in ring.tolist()}
    xs, ys = {x for x, _ in corners}, {y for _, y in corners}
    steps = (ring[1:, :2] == ring[:-1, :2]).sum(axis=1)
    if len(xs) != 2 or len(ys) != 2 or len(corners) != 4 or (steps != 1).any():
        return None
    return min(xs), min(ys), max(xs), max(ys)


def mended(rings: list[Positions], *, strict: bool) -> tuple[list[Any], str]:
    """Valid polygons in [-180, 180] out of one outline and its holes.

    An outline that runs back on itself or touches itself covers the same area without
    that; one that crosses itself could mean two areas.

    Returns:
        The polygons, none where there is no extent, and what was done, in words.

    Raises:
        InputError: The outline has no extent, or crosses itself.
    """
    import shapely

    width = min(ring.shape[1] for ring in rings)
    outer, *holes = (_ring(ring[:, :width]) for ring in rings)
    if len(outer) < 4 or _is_flat(outer):
        if strict:
            raise InputError(
                "The area has no extent.",
                advice="It needs at least three corners that are not on one line.",
            )
        return [], ""
    holes = [hole for hole in holes if len(hole) > 3 and shapely.Polygon(hole).area]
    made = shapely.Polygon(outer, [_moved_into(hole, outer) for hole in holes])
    if _goes_round(outer):
        return _over_the_pole(made), ""
    if not strict or made.is_valid:
        return cut(made), ""
    alone = shapely.Polygon(outer)
    if not math.isclose(_repaired(alone).area, alone.area, rel_tol=1e-9):
        raise InputError(
            "The outline of the area crosses itself.",
            advice="Draw it again so that no two of its sides cross.",
        )
    parts = [one for one in shapely.get_parts(_repaired(made)) if one.area]
    return [piece for one in parts for piece in cut(one.simplify(0))], REPAIRED


def _is_flat(ring: Positions) -> bool:
    """Whether there is nothing inside; the lobes of a crossing one may cancel out."""
    import shapely

    hull = shapely.Polygon(ring).area or shapely.LineString(ring).convex_hull.area
    return bool(hull == 0)


def _repaired(polygon: Any) -> Any:  # noqa: ANN401 # shapely ships no types
    import shapely

    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


def unwrapped(line: Positions) -> Positions:
    """Positions without jumps over the antimeridian (179 to -179 becomes 181)."""
    import numpy as np

    return np.column_stack([np.unwrap(line[:, 0], period=360), line[:, 1:]])


def _ring(ring: Positions) -> Positions:
    """A closed ring without jumps.

    Some cannot be undone: around a pole, and with sides of more than 180 degrees.
    """
    ring = closed(ring)
    made = unwrapped(ring)
    return made if abs(made[-1, 0] - made[0, 0]) < 1 else ring


def _moved_into(hole: Positions, outer: Positions) -> Positions:
    """A hole on the turn of the Earth on which its outline is."""
    away = (outer[:, 0].mean() - hole[:, 0].mean()) / 360
    hole[:, 0] += 360 * round(away)
    return hole


def _goes_round(ring: Positions) -> bool:
    """Whether a ring that jumps goes around a pole: it is near to it all the way."""
    import numpy as np

    is_near = (ring[:, 1] > _POLAR).all() or (ring[:, 1] < -_POLAR).all()
    return bool(is_near and (np.abs(np.diff(ring[:, 0])) > 180).any())


def _over_the_pole(polygon: Any) -> list[Any]:  # noqa: ANN401 # as above
    import antimeridian
    import numpy as np
    import shapely

    xs = np.unwrap(shapely.get_coordinates(polygon.exterior)[:, 0], period=360)
    goes_east, is_north = xs[-1] > xs[0], polygon.bounds[1] > 0
    # The nearer pole is to the left of the outline.
    polygon = shapely.force_2d(polygon if goes_east == is_north else polygon.reverse())
    try:
        made = antimeridian.fix_polygon(polygon, fix_winding=True, great_circle=False)
    except (AssertionError, LookupError, RecursionError, ValueError):
        raise InputError("The outline around the pole is too tangled.") from None
    return cut(shapely.remove_repeated_points(made))


def cut(shape: Any) -> list[Any]:  # noqa: ANN401 # shapely ships no types
    """Parts of a line or polygon in [-180, 180], outer rings counterclockwise.

    Args:
        shape: Its longitudes run on past 180 degrees where it crosses them.
    """
    import numpy as np
    import shapely

    west, _, east, _ = shape.bounds
    if east - west >= 360:
        parts = [shapely.intersection(shape, shapely.box(-180, -90, 180, 90))]
    elif west < -180 or east > 180:
        flat = shapely.force_2d(shape)
        parts = []
        for turn in (-360, 0, 360):
            world = shapely.box(turn - 180, -90, turn + 180, 90)
            part = shapely.intersection(flat, world)
            move = np.array([turn, 0])
            parts.append(
                shapely.transform(part, lambda xy, by=move: (xy - by).round(9))
            )
    else:
        parts = [shape]
    pieces = shapely.get_parts(shapely.orient_polygons(parts, exterior_cw=False))
    kind = shape.geom_type.removeprefix("Multi")
    return [one for one in pieces if one.geom_type == kind and one.length]
