"""Colours for the values of items: the same on the map, in the table and in charts.

One ramp serves light and dark surroundings: its colours have a contrast of 2.5 to both.
It gets steadily darker and goes from yellow to blue, which every eye tells apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.item_columns import ItemColumns, short_number
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ogc_widgets.view.base import View


DATE: Final = "date"
"""In place of the key of a property: by date."""
NONE: Final = 255
"""In place of the number of a colour: there is no value."""
GREY: Final = "#868c96"
"""Colour where there is no value."""
STEPS: Final = 24
_STOPS: Final = ("bf9b0b", "6fa53c", "1f9a8a", "2478c2", "5b53c6")
_MANY: Final = 50  # items, of which a few may be far off
_FEWEST: Final = 3  # values that are worth telling apart


@dataclass(frozen=True)
class ColourScale:
    """Values as colours.

    Attributes:
        steps: Number of the colour of each value, or ``NONE``.
        low: What the first colour means, in words; with ``≤`` where values below it
            have that colour as well.
        high: The same of the last colour.
    """

    steps: NDArray[np.uint8]
    low: str
    high: str

    def colour(self, at: int) -> str:
        """The CSS colour of one value."""
        step = int(self.steps[at])
        return RAMP[step] if step != NONE else GREY


def _mixed(part: float) -> str:
    """A colour of the ramp as CSS, with 0 for the first and 1 for the last."""
    at = part * (len(_STOPS) - 1)
    left = min(int(at), len(_STOPS) - 2)
    two = [bytes.fromhex(_STOPS[left]), bytes.fromhex(_STOPS[left + 1])]
    mixed = (round(a + (b - a) * (at - left)) for a, b in zip(*two, strict=True))
    return f"#{bytes(mixed).hex()}"


RAMP: Final = tuple(_mixed(step / (STEPS - 1)) for step in range(STEPS))
"""The colours from low to high, as CSS."""


def colour_scale(columns: ItemColumns, key: str) -> ColourScale | None:
    """Colours of items by a property.

    Args:
        columns: The columns of the items.
        key: One of its numeric properties, or ``"date"``.

    Returns:
        The scale; None where no item has a value.

    Raises:
        InputError: There are no numbers of that name.
    """
    import numpy as np

    is_date = key == DATE
    values = columns.dates if is_date else columns.number(key).values
    found = values[~np.isnan(values)]
    if not len(found):
        return None
    ends = [0, 100] if is_date or len(found) < _MANY else [2, 98]
    low, high = (float(end) for end in np.percentile(found, ends))
    if low == high:
        low, high = float(found.min()), float(found.max())
    part = np.clip((values - low) / ((high - low) or 1), 0, 1)
    # A number that is none becomes no whole number.
    steps = np.nan_to_num(part * (STEPS - 1)).round().astype(np.uint8)
    steps[np.isnan(values)] = NONE
    if is_date:
        return ColourScale(steps, _day(low), _day(high))
    unit = columns.number(key).unit
    below = "≤ " if found.min() < low else ""
    above = "≥ " if found.max() > high else ""
    return ColourScale(
        steps,
        f"{below}{short_number(low)} {unit}".strip(),
        f"{above}{short_number(high)} {unit}".strip(),
    )


def _day(milliseconds: float) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


class FootprintLooks:
    """Which of the footprints on a map are drawn, and in which colours."""

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
        """Draw some of the footprints only."""
        bits = b""
        if mask is not None and self._drawn is not None:
            import numpy as np

            # One byte at least: none at all means that all are kept.
            bits = np.packbits(mask[self._drawn], bitorder="little").tobytes() or b"\0"
        self._overlay.set_trait("kept", bits)

    def colour(self, key: str) -> None:
        """Colour footprints by a numeric property, ``"date"``, or all alike."""
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
