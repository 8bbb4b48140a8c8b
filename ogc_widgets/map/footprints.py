"""Where result items lie: their shapes for the map, as the page gets them.

Items come from servers. What the map gets is made new from their geometry: no
``properties`` (a ``style`` among them would paint the map), no third dimension.
"""

from __future__ import annotations

import gc
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.plain import plain
from ogc_widgets.protocol.reading import member_of_each
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import to_short_json
from ogc_widgets.view.halves import to_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ogc_widgets.area.boxes import Shape

    Numbers: TypeAlias = NDArray[Any]


MAX_ID = 200
_NAMED = 3
MILLIARCSECONDS = 3_600_000
"""In a degree; 32 bits hold 540 degrees of them, each 3 cm or less on the ground, where
a float of 32 bits would be off by up to 2 m."""


@dataclass(frozen=True)
class Footprints:
    """What of some items can be drawn.

    Args:
        ids: Id of each item that is drawn.
        shapes: Their shapes; longitudes run past 180 where one crosses it.
        skipped: Id and reason of each item that cannot be drawn.
        total: How many items there were.
        mended: What was done to some, and to how many.
        numbers: Number of each that is drawn, among all items.
    """

    ids: tuple[str, ...]
    shapes: tuple[Shape, ...]
    skipped: tuple[tuple[str, str], ...]
    total: int
    mended: Mapping[str, int] = field(default_factory=dict)
    numbers: Sequence[int] = ()

    @property
    def features(self) -> list[dict[str, Any]]:
        """``{"id", "label", "geometry"}`` of each that is drawn; new ones each time."""
        if not self.ids:
            return []
        from ogc_widgets.area.area import geojson_of

        return [
            {"id": name, "label": clean(name), "geometry": geojson_of(shape)}
            for name, shape in zip(self.ids, self.shapes, strict=True)
        ]

    @property
    def extent(self) -> list[float]:
        """West, south, east and north of all in degrees; empty if there are none."""
        if not self.ids:
            return []
        import shapely

        return [float(side) for side in shapely.total_bounds(self.shapes)]

    def buffers(self) -> dict[str, bytes]:
        """What the page draws; see :func:`ogc_widgets.map.footprints.packed`."""
        if not self.ids:
            return {}
        from ogc_widgets.map.footprints import packed

        return packed(self.ids, self.shapes)

    @property
    def note(self) -> str:
        """Words for what is not on the map as it came; empty when everything is."""
        parts = []
        if self.skipped:
            count = len(self.skipped)
            items = "1 item has" if count == 1 else f"{count:,} items have"
            some = ", ".join(clean(name, limit=40) for name, _ in self.skipped[:_NAMED])
            more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
            parts.append(f"{items} no footprint that can be drawn: {some}{more}.")
        for words, count in self.mended.items():
            items = "1 item is" if count == 1 else f"{count:,} items are"
            parts.append(f"{items} {words}.")
        return " ".join(parts)


def items_of(value: object) -> list[dict[str, Any]]:
    """Items as plain dicts from whatever holds them.

    Args:
        value: A FeatureCollection, one item, or an iterable of items; items are dicts
            or objects with ``to_dict`` or ``__geo_interface__``.

    Raises:
        InputError: It holds no items.
    """
    value = _plain(value)
    if isinstance(value, Mapping):
        if value.get("type") == "FeatureCollection":
            value = value.get("features")
        elif value.get("type") == "Feature":
            value = [value]
        else:
            raise InputError("This is neither a STAC item nor a FeatureCollection.")
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError(
            "Items are expected as a list or a FeatureCollection, not "
            f"{type(value).__name__}.",
            advice="Of a job: ogc.ResultsMap(job.results())",
        )
    items = [*value]
    # Plain dicts are not copied: there may be very many.
    if {*map(type, items)} == {dict}:
        return items
    items = [*map(_plain, items)]
    return [
        item if type(item) is dict else dict(item) if isinstance(item, Mapping) else {}
        for item in items
    ]


def item_ids(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids by which table and map speak of items: never empty, never twice the same."""
    names = member_of_each(items, "id")
    if {*map(type, names)} == {str}:
        seen = {*names}
        if (
            len(seen) == len(names)
            and "" not in seen
            and max(map(len, names)) <= MAX_ID
        ):
            return names  # as nearly all are
    found: list[str] = []
    times_seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        text = str(name)[:MAX_ID] if isinstance(name, str | int) and name != "" else ""
        text = text or f"item {number}"
        times = times_seen[text] = times_seen.get(text, 0) + 1
        found.append(text if times == 1 else f"{text} ({times})")
    return found


def footprints(items: object, names: Sequence[str] | None = None) -> Footprints:
    """Rebuild the footprints of items.

    Args:
        items: As for :func:`items_of`.
        names: Their ids, as :func:`item_ids` gives them, where they are known.

    Raises:
        InputError: ``items`` holds no items at all.
    """
    # With the ids they have been looked at already, and there may be very many.
    plain: Sequence[Any] = items_of(items) if names is None else items  # type: ignore[assignment] # items_of gave them
    if not plain:
        return Footprints((), (), (), 0)
    # Imported here: it brings in shapely, and now there is something to draw.
    from ogc_widgets.area.area import in_one_piece
    from ogc_widgets.area.footprint import shapes_of

    names = item_ids(plain) if names is None else names
    shapes, helped = shapes_of(plain)
    skipped: list[tuple[str, str]] = []
    mended: Counter[str] = Counter()
    for number, done in helped.items():
        shape = shapes[number]
        if shape is None:
            skipped.append((names[number], " ".join(done)))
        else:
            shapes[number] = in_one_piece(shape)
            mended.update(done)
    numbers: Sequence[int] = range(len(plain))
    if skipped:
        numbers = [number for number in numbers if shapes[number] is not None]
        names = [names[number] for number in numbers]
        shapes = [shapes[number] for number in numbers]
    return Footprints(
        tuple(names), tuple(shapes), tuple(skipped), len(plain), mended, numbers
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping | list | tuple | str):
        return value
    if hasattr(value, "to_crs"):
        return plain(value)  # a frame of geopandas, whose dict is one of columns
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return getattr(value, "__geo_interface__", value)


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
    # They are loaded when there is something to draw.
    import numpy as np
    import shapely

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


@contextmanager
def without_collecting() -> Iterator[None]:
    """Pause the collector of Python, which else looks through all items each time.

    Of a hundred thousand items that is 0.3 of 0.8 seconds. What is let go of meanwhile
    is freed as always; only circles wait.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What was made counts as old, else all of it is looked through at once.
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
