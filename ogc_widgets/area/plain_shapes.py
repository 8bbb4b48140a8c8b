"""Very many outlines at once, read from GeoJSON with whole arrays.

A hundred thousand quadrangles take a part of a second. What needs help is left to
:mod:`ogc_widgets.area.mending`, one by one.
"""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ogc_widgets.area.boxes import Shape

    Numbers: TypeAlias = NDArray[Any]

_BLOCK = 2_000  # items that are tried together: one that is odd costs these some time
_LISTS = {list, tuple}
_NUMBERS = {int, float}


def plain_shapes(geometries: Sequence[Any]) -> list[Shape | None]:
    """Shapes of GeoJSON polygons and points that are fine as they are.

    Args:
        geometries: Geometries; those that are shapes already may be of any type.

    Returns:
        As many; None for everything else, such as other types, latitudes beyond a pole,
        outlines that cross themselves or 180 degrees.
    """
    found: list[Shape | None] = []
    for start in range(0, len(geometries), _BLOCK):
        found += _block(geometries[start : start + _BLOCK])
    if {*map(type, geometries)} == {dict}:
        return found  # as nearly all are
    made = [
        at for at, one in enumerate(geometries) if isinstance(one, shapely.Geometry)
    ]
    for at, is_fine in zip(made, _are_shapes_fine(geometries, made), strict=True):
        found[at] = shapely.force_2d(geometries[at]) if is_fine else None
    return found


def _are_shapes_fine(geometries: Sequence[Any], made: Sequence[int]) -> list[bool]:
    """For each of some shapes whether it is valid, on the Earth, and not half of it."""
    shapes = np.array([*(geometries[at] for at in made), None], dtype=object)[:-1]
    west, south, east, north = shapely.bounds(shapes).T
    is_fine = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    with np.errstate(invalid="ignore"):
        is_fine &= (west >= -180) & (east <= 180) & (east - west < 180)
        is_fine &= (south >= -90) & (north <= 90)
    found: list[bool] = is_fine.tolist()
    return found


def _block(geometries: Sequence[Any]) -> list[Shape | None]:
    parts, counts = _all_polygons(geometries) or _parts(geometries)
    made: Numbers = np.full(len(geometries), None, dtype=object)
    if not parts:
        return [*made]
    rings = _lists_in(parts)
    positions = None if rings is None else _positions(rings)
    if rings is None or positions is None:  # of some; the others need not suffer
        if len(geometries) == 1:
            return [None]
        return [shape for one in geometries for shape in _block([one])]
    owner_of_part = np.repeat(np.arange(len(geometries)), counts)
    part_of_ring = np.repeat(np.arange(len(parts)), [*map(len, parts)])
    owner_of_ring = owner_of_part[part_of_ring]
    sizes = np.array([*map(len, rings)])
    alone = owner_of_ring[sizes == 1]  # points, if nothing is wrong
    is_point = np.zeros(len(geometries), dtype=bool)
    is_point[[at for at in alone.tolist() if geometries[at]["type"] == "Point"]] = True
    is_good = _are_fine(positions, sizes)
    is_good &= (sizes > 1) | is_point[owner_of_ring]
    is_fine = np.ones(len(geometries), dtype=bool)
    is_fine[owner_of_ring[~is_good]] = False

    is_used = (is_fine & ~is_point)[owner_of_ring]
    if is_used.any():
        kept_parts, rings_of = np.unique(part_of_ring[is_used], return_counts=True)
        found = _polygons_of(
            positions[np.repeat(is_used, sizes)], sizes[is_used], rings_of
        )
        owners = owner_of_part[kept_parts]
        is_fine[owners[shapely.is_missing(found)]] = False
        several = np.bincount(owners, minlength=len(geometries)) > 1
        made[owners] = found
        made[several] = None
        for owner in np.flatnonzero(several & is_fine).tolist():
            whole = shapely.multipolygons(found[owners == owner])
            west, _, east, _ = whole.bounds
            # It may be one that was cut at 180 degrees.
            made[owner] = whole if east - west < 180 else None
    used_points = is_point[owner_of_ring] & is_fine[owner_of_ring]
    at = positions[np.repeat(used_points, sizes)]
    made[owner_of_ring[used_points]] = shapely.points(at)
    return [*made]


def _polygons_of(positions: Numbers, sizes: Numbers, rings_of: Numbers) -> Numbers:
    """Polygons of closed rings; None for each that is not valid, or has no area.

    Args:
        positions: Of all rings.
        sizes: How many each ring has.
        rings_of: How many rings each polygon has.
    """
    ends = sizes.cumsum(), rings_of.cumsum()
    offsets = tuple(np.concatenate([[0], one]) for one in ends)
    found: Numbers = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, np.ascontiguousarray(positions), offsets
    )
    is_sure = (rings_of == 1) & _are_convex(positions, sizes)[offsets[1][:-1]]
    asked = np.flatnonzero(~is_sure)
    some = found[asked]
    found[asked[~(shapely.is_valid(some) & (shapely.area(some) > 0))]] = None
    return found


def _are_convex(positions: Numbers, sizes: Numbers) -> Numbers:
    """For each closed ring whether it has three or four corners and turns one way.

    Such a ring cannot cross itself, which takes long to ask of very many.
    """
    ends = sizes.cumsum()
    starts = ends - sizes
    sides = np.diff(positions, axis=0, append=positions[-1:])
    following = np.arange(1, len(positions) + 1)
    following[ends - 2] = starts
    following[-1] = 0
    (x, y), (next_x, next_y) = sides.T, sides[following].T
    turns = x * next_y - y * next_x
    turns[ends - 1] = turns[starts]  # from one ring to the next is no side
    is_left = np.minimum.reduceat(turns, starts) > 0
    is_right = np.maximum.reduceat(turns, starts) < 0
    return (sizes <= 5) & (is_left | is_right)


def _all_polygons(geometries: Sequence[Any]) -> tuple[list[Any], list[int]] | None:
    """What :func:`_parts` gives, in less time, where all are polygons; else None."""
    try:
        if {*map(itemgetter("type"), geometries)} == {"Polygon"}:
            found = [*map(itemgetter("coordinates"), geometries)]
            return found, [1] * len(found)
    except (IndexError, KeyError, TypeError):  # some are something else
        pass
    return None


def _parts(geometries: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The polygons of all geometries, and how many each has."""
    polygons = [*map(_polygons, geometries)]
    return [*chain.from_iterable(polygons)], [*map(len, polygons)]


def _polygons(geometry: object) -> Sequence[Any]:
    """Polygons of a geometry, each a list of rings; a point is a ring of one."""
    if not isinstance(geometry, dict):
        return ()
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return ([[coordinates]],)
    if kind == "MultiPolygon" and isinstance(coordinates, list | tuple):
        return coordinates
    return (coordinates,) if kind == "Polygon" else ()


def _lists_in(lists: Sequence[Any]) -> list[Any] | None:
    """What is in some lists; None if some are none, or empty."""
    if {*map(type, lists)} <= _LISTS and all(lists):
        return [*chain.from_iterable(lists)]
    return None


def _positions(rings: Sequence[Any]) -> Numbers | None:
    """Longitude and latitude of all positions; None if some are no positions."""
    rows = _lists_in(rings)
    if rows is None:
        return None
    try:
        widths = {*map(len, rows)}
        numbers = [*chain.from_iterable(rows)]
    except TypeError:  # some are no lists
        return None
    # What is in a text or an object is no number.
    if widths not in ({2}, {3}) or not {*map(type, numbers)} <= _NUMBERS:
        return None
    try:
        made = np.fromiter(numbers, float, len(numbers)).reshape(len(rows), -1)
    except OverflowError:
        return None
    return made[:, :2]


def _are_fine(positions: Numbers, sizes: Numbers) -> Numbers:
    """For each ring whether it is closed, on the Earth, and without a jump."""
    ends = sizes.cumsum()
    starts = ends - sizes
    with np.errstate(invalid="ignore"):  # not a number is not within
        is_fine: Numbers = np.asarray((np.abs(positions) <= (180, 90)).all(axis=1))
        is_fine[1:] &= np.abs(np.diff(positions[:, 0])) <= 180
        # From one ring to the next is no jump.
        first = (np.abs(positions[starts]) <= (180, 90)).all(axis=1)
    is_fine[starts] = first
    is_closed = (positions[starts] == positions[ends - 1]).all(axis=1)
    is_whole: Numbers = np.logical_and.reduceat(is_fine, starts)
    is_whole &= (sizes == 1) | ((sizes > 3) & is_closed)
    return is_whole
