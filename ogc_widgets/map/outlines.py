"""Very many outlines at once, packed for the page."""

from __future__ import annotations

import json
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
