"""Where items lie, by their geometries or else by their boxes, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.area.area import Area
from ogc_widgets.area.boxes import is_number
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import member_of_each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.area.boxes import Shape

# What was done to some footprints, as the end of a sentence.
FAULTY = "drawn as a box: the geometry is faulty"
MISSING = "drawn as a box: there is no geometry"
CLIPPED = "cut off at a pole: latitudes went beyond it"
REPAIRED = "repaired: an outline touched or crossed itself"
CROSSING = "drawn across 180 degrees, the short way"


def shapes_of(
    items: Sequence[Mapping[str, Any]],
) -> tuple[list[Shape | None], dict[int, list[str]]]:
    """Shapes of items in degrees, of very many at once.

    Args:
        items: STAC items or other features.

    Returns:
        A shape for each, None where there is none; and by the number of the item what
        was done to its outline, or else why it has no shape.
    """
    # Imported here: it brings in shapely.
    from ogc_widgets.area.plain_shapes import plain_shapes

    shapes = plain_shapes(member_of_each(items, "geometry"))
    helped: dict[int, list[str]] = {}
    for number, shape in enumerate(shapes):
        if shape is not None:
            continue
        try:
            area, helped[number] = outline(items[number])
        except InputError as error:
            helped[number] = [error.what]
        else:
            shapes[number] = area.shape
    return shapes, helped


def outline(item: Mapping[str, Any]) -> tuple[Area, list[str]]:
    """Footprint of one item: its geometry, or else its ``bbox``.

    Returns:
        The footprint, and what was done to it.

    Raises:
        InputError: It has neither, or not in degrees.
    """
    geometry: Any = item.get("geometry")
    numbers: Any = item.get("bbox")
    done: list[str] = []
    if geometry is None:
        area, done = box_of(numbers), [MISSING]
    else:
        try:
            area = Area.drawn(geometry)
        except InputError as error:
            try:
                area, done = box_of(numbers), [FAULTY]
            except InputError:
                raise error from None
    # Imported here: it brings in shapely, and now there is a shape.
    from ogc_widgets.area import mending

    is_beyond = done and max(map(abs, numbers[1 :: len(numbers) // 2])) > 90
    if is_beyond or mending.CLIPPED in area.note:
        done.append(CLIPPED)
    if mending.REPAIRED in area.note:
        done.append(REPAIRED)
    if area.crosses:
        done.append(CROSSING)
    return area, done


def box_of(numbers: object) -> Area:
    """The box of four numbers; of six with heights, which are left out.

    Raises:
        InputError: It is none.
    """
    if isinstance(numbers, list | tuple) and len(numbers) in {4, 6}:
        plain = [*numbers[:2], *numbers[-3:-1]] if len(numbers) == 6 else numbers
        if all(map(is_number, plain)):
            return Area.box(*plain)
    raise InputError("It has no geometry.")
