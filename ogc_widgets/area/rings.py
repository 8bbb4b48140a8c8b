"""Rings of polygons: closing, winding, self-crossing and the cut at 180 degrees."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Json = Any
"""A value as ``json.loads`` gives it."""

_MOST_COMPARISONS = 10_000_000  # of two sides; about a second

Ring = list[Any]
"""Positions ``[longitude, latitude, ...]``; closed: the first one ends the ring."""


def closed(ring: Ring) -> Ring:
    """Close a ring and leave out positions that follow themselves."""
    positions: Ring = []
    for position in ring:
        if not positions or position[:2] != positions[-1][:2]:
            positions.append(list(position))
    if len(positions) > 1:
        if positions[0][:2] == positions[-1][:2]:
            positions.pop()
        positions.append(list(positions[0]))
    return positions


def signed_area(ring: Ring) -> float:
    """Area in square degrees: positive when the ring runs counterclockwise."""
    x0, y0 = ring[0][0], ring[0][1]
    total = 0.0
    for a, b in pairwise(ring):
        total += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
    return total / 2


def on_one_line(ring: Ring) -> bool:
    """Whether all positions lie on one line, so that there is nothing inside."""
    return all(_turn(ring[0], ring[1], position) == 0 for position in ring)


def wound(ring: Ring, *, counterclockwise: bool) -> Ring:
    """Turn a ring round where it runs the wrong way."""
    return ring if (signed_area(ring) > 0) == counterclockwise else ring[::-1]


def is_rectangle(ring: Ring) -> bool:
    """Whether a ring is a box along meridians and parallels."""
    if len(ring) != 5 or ring[0][:2] != ring[4][:2]:
        return False
    xs, ys = {p[0] for p in ring}, {p[1] for p in ring}
    if len(xs) != 2 or len(ys) != 2 or len({tuple(p[:2]) for p in ring}) != 4:
        return False
    sides = pairwise(ring)
    return all((a[0] == b[0]) != (a[1] == b[1]) for a, b in sides)


def unwrapped(ring: Ring) -> Ring:
    """Undo jumps over the antimeridian (179 to -179 becomes 179 to 181).

    A ring around a pole cannot be undone that way and is returned as it is.
    """
    if not ring:
        return ring
    result = [list(ring[0])]
    for position in ring[1:]:
        longitude = position[0]
        while longitude - result[-1][0] > 180:
            longitude -= 360
        while longitude - result[-1][0] < -180:
            longitude += 360
        result.append([longitude, *position[1:]])
    return result if result[-1][0] == result[0][0] else ring


def crosses_itself(ring: Ring) -> bool:
    """Whether two sides of a closed ring cross or lie on each other.

    Outlines so long and tangled that looking at them would take seconds are not looked
    at to the end; the server has the last word there.
    """
    count = len(ring) - 1
    left = _MOST_COMPARISONS
    lows = [min(a[1], b[1]) for a, b in pairwise(ring)]
    highs = [max(a[1], b[1]) for a, b in pairwise(ring)]
    sides = sorted(
        (min(a[0], b[0]), max(a[0], b[0]), i) for i, (a, b) in enumerate(pairwise(ring))
    )
    active: list[tuple[float, int]] = []
    for start, end, i in sides:
        active = [side for side in active if side[0] >= start]
        left -= len(active)
        if left < 0:
            return False
        low, high = lows[i], highs[i]
        for _, j in active:
            # Most sides at the same longitudes lie above or below each other.
            if lows[j] <= high and low <= highs[j] and _conflict(ring, i, j, count):
                return True
        active.append((end, i))
    return False


def _conflict(ring: Ring, i: int, j: int, count: int) -> bool:
    a, b, c, d = ring[i], ring[i + 1], ring[j], ring[j + 1]
    low, high = min(i, j), max(i, j)
    if high - low == 1 or (low == 0 and high == count - 1):
        # Neighbours share a corner; they conflict only when one runs back on the other.
        shared, one, other = (b, a, d) if (i + 1) % count == j else (a, b, c)
        if count <= 2:
            return True
        turn = _turn(one, shared, other)
        ahead = (one[0] - shared[0]) * (other[0] - shared[0]) + (one[1] - shared[1]) * (
            other[1] - shared[1]
        )
        return turn == 0 and ahead > 0
    t1, t2 = _turn(a, b, c), _turn(a, b, d)
    t3, t4 = _turn(c, d, a), _turn(c, d, b)
    if t1 * t2 < 0 and t3 * t4 < 0:
        return True
    return (
        (t1 == 0 and _within(a, b, c))
        or (t2 == 0 and _within(a, b, d))
        or (t3 == 0 and _within(c, d, a))
        or (t4 == 0 and _within(c, d, b))
    )


def _turn(a: Json, b: Json, c: Json) -> int:
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return int(cross > 0) - int(cross < 0)


def _within(a: Json, b: Json, c: Json) -> bool:
    return bool(
        min(a[0], b[0]) <= c[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
    )


def cut_at_antimeridian(rings: list[Ring]) -> list[list[Ring]]:
    """Cut a polygon where it crosses 180 degrees, and wind its rings.

    Args:
        rings: Outer ring and holes, with longitudes that run on past 180.

    Returns:
        Polygons with longitudes in [-180, 180]; more than one where it crosses.
    """
    west = min(position[0] for position in rings[0])
    east = max(position[0] for position in rings[0])
    first = int((west + 180) // 360)
    last = int(-((-(east - 180)) // 360))
    made: list[list[Ring]] = []
    for turn in range(first, max(first, last) + 1):
        left, right = 360 * turn - 180, 360 * turn + 180
        parts: list[Ring] = []
        for index, ring in enumerate(rings):
            clipped = ring
            if west < left:
                clipped = _clipped(clipped, left, keep_greater=True)
            if east > right:
                clipped = _clipped(clipped, right, keep_greater=False)
            if len(clipped) < 4 or signed_area(clipped) == 0:
                if index == 0:
                    parts = []
                    break
                continue
            moved = [_moved(position, -360 * turn) for position in clipped]
            parts.append(wound(moved, counterclockwise=index == 0))
        if parts:
            made.append(parts)
    return made


def _moved(position: Json, degrees: int) -> list[float]:
    if degrees == 0:
        return list(position)
    return [round(position[0] + degrees, 9), *position[1:]]


def _clipped(ring: Ring, edge: float, *, keep_greater: bool) -> Ring:
    """Part of a ring on one side of a meridian (Sutherland and Hodgman)."""

    def inside(position: Json) -> bool:
        return bool(position[0] >= edge if keep_greater else position[0] <= edge)

    result: Ring = []
    for a, b in pairwise(ring):
        if inside(a):
            result.append(a)
        if inside(a) != inside(b) and edge not in (a[0], b[0]):
            share = (edge - a[0]) / (b[0] - a[0])
            result.append([edge, round(a[1] + share * (b[1] - a[1]), 9)])
    return closed(result)
