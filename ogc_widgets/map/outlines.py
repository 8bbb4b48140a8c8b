"""Very many outlines at once, packed for the page."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from ogc_widgets.protocol.wire import to_short_json
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


def packed(ids: Sequence[str], shapes: Sequence[Shape]) -> dict[str, bytes]:
    """Footprints as the page reads them, little-endian.

    Returns:
        ``names``: JSON, compressed by zlib: the ``ids``, and by the number of some of
        them in ``labels`` what is shown in their place. ``points``: int32 pairs of
        longitude and latitude in milliarcseconds. ``lines``: uint32, how many points
        each line has, of a ring without the one that closes it; one number if all have
        as many. ``shapes``: the same of the lines of each shape. ``holes`` and
        ``open``: uint32, the lines that are holes, and those that are no rings.
    """
    array = np.array([*shapes, None], dtype=object)[:-1]
    parts, owner_of_part = array, np.arange(len(array))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, owners = shapely.get_parts(parts, return_index=True)
        owner_of_part = owner_of_part[owners]
    # A polygon without holes stands for its only ring.
    lines, part_of_line = parts, np.arange(len(parts))
    has_holes = shapely.get_num_interior_rings(parts) > 0
    if has_holes.any():
        rings, owners = shapely.get_rings(parts[has_holes], return_index=True)
        lines = np.concatenate([parts[~has_holes], rings])
        whole, holed = np.flatnonzero(~has_holes), np.flatnonzero(has_holes)
        part_of_line = np.concatenate([whole, holed[owners]])
        order = part_of_line.argsort(kind="stable")
        lines, part_of_line = lines[order], part_of_line[order]
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    is_open = ~is_polygon[part_of_line]
    is_hole = np.diff(part_of_line, prepend=-1) == 0

    points, line_of_point = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line_of_point, minlength=len(lines))
    is_kept = np.ones(len(points), dtype=bool)
    is_kept[(sizes.cumsum() - 1)[~is_open]] = False
    counts = np.bincount(owner_of_part[part_of_line], minlength=len(array))
    return {
        "names": zlib.compress(_names(ids), level=1),
        "points": (points[is_kept] * MILLIARCSECONDS).round().astype("<i4").tobytes(),
        "lines": _counts(sizes - ~is_open),
        "shapes": _counts(counts),
        "holes": np.flatnonzero(is_hole).astype("<u4").tobytes(),
        "open": np.flatnonzero(is_open).astype("<u4").tobytes(),
    }


def _names(ids: Sequence[str]) -> bytes:
    """``ids``, and ``labels`` where something else is shown, as JSON."""
    together = "".join(ids)
    labels = {}
    if not (together.isascii() and together.isprintable() and " " not in together):
        cleaned = enumerate(map(clean, ids))
        labels = {str(at): name for at, name in cleaned if name != ids[at]}
    return to_short_json(to_page({"ids": [*ids], "labels": labels}))


def _counts(sizes: Numbers) -> bytes:
    is_regular = len(sizes) and (sizes == sizes[0]).all()
    return (sizes[:1] if is_regular else sizes).astype("<u4").tobytes()
