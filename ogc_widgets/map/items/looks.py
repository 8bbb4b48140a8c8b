"""How footprints look on the map: which are drawn, and in which colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.map.colour_scale import DATE, RAMP, colour_scale
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ogc_widgets.client.results.item_columns import ItemColumns
    from ogc_widgets.view.base import View

_FEWEST: Final = 3  # values that are worth telling apart


class FootprintLooks:
    """Which of the footprints on a map are drawn, and in which colours.

    Args:
        overlay: The view on the map, which draws them.
    """

    def __init__(self, overlay: View) -> None:
        self._overlay = overlay
        self._columns: ItemColumns | None = None
        self._drawn: NDArray[np.intp] | None = None

    def show(self, columns: ItemColumns | None, drawn: Sequence[int] = ()) -> None:
        """Offer colours for footprints, of which all are drawn, and in one colour.

        Args:
            columns: Dates and numbers of all items; None for nothing to choose from.
            drawn: Numbers of the items that have a footprint on the map, in its order.
        """
        self._columns = columns
        choices = [] if columns is None else choices_of(columns)
        if columns is not None:
            import numpy as np

            self._drawn = np.array(drawn, dtype=np.intp)
        with publishing(self._overlay):
            self._overlay.set_trait("kept", b"")
            self._overlay.set_trait("colours", {})
            self._overlay.set_trait("colour_choices", choices)

    def keep(self, mask: NDArray[np.bool_] | None) -> None:
        """Draw some of the footprints only.

        Args:
            mask: For each item whether it is kept; None for all.
        """
        bits = b""
        if mask is not None and self._drawn is not None:
            import numpy as np

            # One byte at least: none at all means that all are kept.
            bits = np.packbits(mask[self._drawn], bitorder="little").tobytes() or b"\0"
        self._overlay.set_trait("kept", bits)

    def colour(self, key: str) -> None:
        """Colour footprints by a numeric property, ``"date"``, or all alike.

        Args:
            key: The property; ``""`` for one colour.
        """
        scale = None
        if key and self._columns is not None and self._drawn is not None:
            scale = colour_scale(self._columns, key)
        colours: dict[str, Any] = {}
        if scale is not None:
            colours = {
                "steps": scale.steps[self._drawn].tobytes(),
                "ramp": list(RAMP),
                "low": scale.low,
                "high": scale.high,
            }
        self._overlay.set_trait("colours", colours)


def choices_of(columns: ItemColumns) -> list[dict[str, str]]:
    """What items differ in: ``{"by", "title", "unit"}`` of the date and of numbers."""
    found = []
    if _differ(columns.dates):
        found.append({"by": DATE, "title": "date", "unit": ""})
    found += [
        {"by": column.key, "title": column.title, "unit": column.unit}
        for column in columns.numeric
        if _differ(column.values)
    ]
    return found


def telling(columns: ItemColumns) -> str:
    """The property that colours say most about, or ``""`` where there is none."""
    numbers = (one["by"] for one in choices_of(columns) if one["by"] != DATE)
    return next(numbers, "")


def _differ(values: NDArray[np.float64]) -> bool:
    """Whether there are three values or more."""
    import numpy as np

    for some in (values[:1000], values):
        if len(np.unique(some[~np.isnan(some)])) >= _FEWEST:
            return True
    return False
