"""Very many outlines at once: read from GeoJSON, and packed for the page.

What needs no help is read with whole arrays, a hundred thousand quadrangles in a part
of a second. The others are left to :mod:`ogc_widgets.area.mending`, one by one.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.halves import to_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ogc_widgets.area.boxes import Shape

    Numbers: TypeAlias = NDArray[Any]

MILLIARCSECONDS = 3_600_000
"""In a degree; 32 bits hold 540 degrees of them, each 3 cm or less on the ground, where
a float of 32 bits would be off by up to 2 m."""
_BLOCK = 2_000  # items that are tried together: one that is odd costs these some time
_LISTS = {list, tuple}
_NUMBERS = {int, float}


def plain_shapes(geometries: Sequence[Any]) -> list[Shape | None]:
    """Shapes of GeoJSON polygons and points that are fine as they are.

    Returns:
        As many; None for everything else, such as other types, latitudes beyond a pole,
        outlines that cross themselves or 180 degrees.
    """
    found: list[Shape | None] = []
    for start in range(0, len(geometries), _BLOCK):
        found += _block(geometries[start : start + _BLOCK])
    return found


def _block(geometries: Sequence[Any]) -> list[Shape | None]:
    polygons = [*map(_polygons, geometries)]
    parts = [*chain.from_iterable(polygons)]
    made: list[Shape | None] = [None] * len(geometries)
    if not parts:
        return made
    rings = _lists_in(parts)
    positions = None if rings is None else _positions(rings)
    if rings is None or positions is None:  # of some; the others need not suffer
        if len(geometries) == 1:
            return made
        return [shape for one in geometries for shape in _block([one])]
    owner_of_part = np.repeat(np.arange(len(polygons)), [*map(len, polygons)])
    part_of_ring = np.repeat(np.arange(len(parts)), [*map(len, parts)])
    owner_of_ring = owner_of_part[part_of_ring]
    sizes = np.array([*map(len, rings)])
    is_fine = np.ones(len(geometries), dtype=bool)
    is_fine[owner_of_ring[~_are_fine(positions, sizes)]] = False
    kinds = [one and geometries[at]["type"] for at, one in enumerate(polygons)]
    is_point = np.array([kind == "Point" for kind in kinds])
    is_fine[owner_of_ring[(sizes == 1) & ~is_point[owner_of_ring]]] = False

    is_used = (is_fine & ~is_point)[owner_of_ring]
    if is_used.any():
        lines = shapely.linearrings(
            positions[np.repeat(is_used, sizes)],
            indices=np.repeat(np.arange(is_used.sum()), sizes[is_used]),
        )
        kept_parts, of_ring = np.unique(part_of_ring[is_used], return_inverse=True)
        shapes = shapely.polygons(lines, indices=of_ring)
        owners = owner_of_part[kept_parts]
        is_good = shapely.is_valid(shapes) & (shapely.area(shapes) > 0)
        is_fine[owners[~is_good]] = False
        several = np.bincount(owners, minlength=len(geometries)) > 1
        for owner, shape in zip(owners.tolist(), shapes, strict=True):
            made[owner] = shape if is_fine[owner] else None
        for owner in np.flatnonzero(several & is_fine).tolist():
            whole = shapely.multipolygons(shapes[owners == owner])
            west, _, east, _ = whole.bounds
            # It may be one that was cut at 180 degrees.
            made[owner] = whole if east - west < 180 else None
    used_points = is_point[owner_of_ring] & is_fine[owner_of_ring]
    at = positions[np.repeat(used_points, sizes)]
    owners = owner_of_ring[used_points]
    for owner, shape in zip(owners.tolist(), shapely.points(at), strict=True):
        made[owner] = shape
    return made


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
    if rows is None or not {*map(type, rows)} <= _LISTS:
        return None
    widths = {*map(len, rows)}
    if widths not in ({2}, {3}):
        return None
    numbers = [*chain.from_iterable(rows)]
    if not {*map(type, numbers)} <= _NUMBERS:
        return None
    try:
        made = np.array(numbers, dtype=float).reshape(len(rows), -1)
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


def packed(ids: Sequence[str], shapes: Sequence[Shape]) -> dict[str, bytes]:
    """Footprints as the page reads them, little-endian.

    Returns:
        ``ids``: JSON in UTF-8, and ``labels`` the same of what is shown in place of
        some of them, by their number. ``points``: int32 pairs of longitude and latitude
        in milliarcseconds. ``lines``: uint32, where each line begins among the points,
        and where the last one ends; of a ring without the point that closes it.
        ``shapes``: uint32, the same of shapes among the lines. ``open``: uint32, the
        lines that are no rings.
    """
    array = np.array([*shapes, None], dtype=object)[:-1]
    parts, owner_of_part = array, np.arange(len(array))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, owners = shapely.get_parts(parts, return_index=True)
        owner_of_part = owner_of_part[owners]
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    others = np.flatnonzero(~is_polygon)
    lines = np.concatenate([rings, parts[others]])
    part_of_line = np.concatenate([part_of_ring, others])
    is_open = np.repeat([False, True], [len(rings), len(others)])
    order = part_of_line.argsort(kind="stable")
    lines, part_of_line, is_open = lines[order], part_of_line[order], is_open[order]

    points, line_of_point = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line_of_point, minlength=len(lines))
    is_kept = np.ones(len(points), dtype=bool)
    is_kept[(sizes.cumsum() - 1)[~is_open]] = False
    counts = np.bincount(owner_of_part[part_of_line], minlength=len(array))
    return {
        "ids": _as_json([*ids]),
        "labels": _as_json(
            {
                number: clean(name)
                for number, name in enumerate(ids)
                if not (name.isascii() and name.isprintable() and " " not in name)
                and clean(name) != name
            }
        ),
        "points": (points[is_kept] * MILLIARCSECONDS).round().astype("<i4").tobytes(),
        "lines": _offsets(sizes - ~is_open),
        "shapes": _offsets(counts),
        "open": np.flatnonzero(is_open).astype("<u4").tobytes(),
    }


def _as_json(value: object) -> bytes:
    return json.dumps(to_page(value), ensure_ascii=False).encode()


def _offsets(sizes: Numbers) -> bytes:
    return np.concatenate([[0], sizes.cumsum()]).astype("<u4").tobytes()
