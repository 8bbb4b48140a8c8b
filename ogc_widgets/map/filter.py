"""Which items are kept: by date, by numbers, by a text in their ids, or by a mask."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.map.colours import DATE, choices_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ogc_widgets.client.results.item_columns import ItemColumns

    Mask = NDArray[np.bool_]

_BARS: Final = 32


@dataclass(frozen=True)
class Conditions:
    """What items have to fulfil, apart from the items.

    Attributes:
        by: What the histogram shows.
        text: What ids must contain.
        ranges: Lowest and highest value, by property.
        left_out: Ids that a mask of Python leaves out; items that come later are kept.
    """

    by: str
    text: str
    ranges: Mapping[str, tuple[float, float]]
    left_out: frozenset[str]


class ItemFilter:
    """What items have to fulfil to be kept; all conditions together.

    Args:
        columns: Dates and numbers of all items.
        mask: What was set in Python: for each item whether it may be kept; None for
            all.

    Attributes:
        by: What the histogram shows: a property, ``"date"``, or ``""`` where items
            differ in nothing.
        ranges: Lowest and highest value of what is kept, by property or ``"date"``.
            Items without a value are not within.
        text: What ids must contain, capital or not.
    """

    def __init__(self, columns: ItemColumns, mask: Mask | None = None) -> None:
        self.choices = choices_of(columns)
        self.by = self.choices[0]["by"] if self.choices else ""
        self.mask = mask
        self.ranges: dict[str, tuple[float, float]] = {}
        self.text = ""
        self._columns = columns
        self._found: tuple[str, Mask | None] = ("", None)
        self._bars: dict[str, dict[str, Any]] = {}

    def kept(self) -> Mask | None:
        """For each item whether it is kept; None where all are."""
        import numpy as np

        kept = np.ones(len(self._columns.names), dtype=np.bool_)
        if self.mask is not None:
            kept &= self.mask
        for by, (low, high) in self.ranges.items():
            # Not a number is never within.
            values = self._values(by)
            kept &= (values >= low) & (values <= high)
        found = self._with_text()
        if found is not None:
            kept &= found
        return None if kept.all() else kept

    def within(self, by: str, low: float | None, high: float | None) -> None:
        """Keep what is within a range; without ends every value is.

        Raises:
            InputError: There are no values of that name.
        """
        self._values(by)
        if low is None or high is None:
            self.ranges.pop(by, None)
        else:
            self.ranges[by] = (float(low), float(high))

    def take_over(self, before: Conditions) -> None:
        """Set the conditions of earlier items, as far as these have such values."""
        known = {one["by"] for one in self.choices}
        self.by = before.by if before.by in known else self.by
        self.text = before.text
        for by, (low, high) in before.ranges.items():
            with contextlib.suppress(InputError):
                self.within(by, low, high)
        if before.left_out:
            import numpy as np

            names = self._columns.names
            self.mask = np.array([one not in before.left_out for one in names])

    def conditions(self) -> Conditions:
        """What is to be fulfilled, for :meth:`take_over` by other items."""
        names, mask = self._columns.names, self.mask
        out = () if mask is None else (~mask).nonzero()[0].tolist()
        left_out = frozenset(names[at] for at in out)
        return Conditions(self.by, self.text, {**self.ranges}, left_out)

    def state(self) -> dict[str, Any]:
        """What the page draws: choices, the histogram of one, ranges and text."""
        return {
            "by": self.by,
            "choices": self.choices,
            **(self._histogram(self.by) if self.by else {}),
            "ranges": {by: [*ends] for by, ends in self.ranges.items()},
            "text": self.text,
            "is_masked": self.mask is not None,
        }

    def _values(self, by: str) -> NDArray[np.float64]:
        return self._columns.dates if by == DATE else self._columns.number(by).values

    def _with_text(self) -> Mask | None:
        text = self.text.casefold()
        if not text:
            return None
        if self._found[0] != text:
            import numpy as np

            names = self._columns.names
            found = np.fromiter(
                (text in name.casefold() for name in names), np.bool_, len(names)
            )
            self._found = (text, found)
        return self._found[1]

    def _histogram(self, by: str) -> dict[str, Any]:
        """``{"bars", "low", "high"}``: how many items lie in each part of the range."""
        if by in self._bars:
            return self._bars[by]
        import numpy as np

        values = self._values(by)
        values = values[~np.isnan(values)]
        low, high = float(values.min()), float(values.max())
        bars = _BARS
        if by != DATE and high - low < _BARS and (values % 1 == 0).all():
            low, high = low - 0.5, high + 0.5  # one for each whole number
            bars = int(high - low)
        counts, _ = np.histogram(values, bins=bars, range=(low, high))
        made = {"bars": counts.tolist(), "low": low, "high": high}
        self._bars[by] = made
        return made


def mask_of(value: object, total: int) -> Mask | None:
    """Read a mask over items.

    Args:
        value: One truth value for each item, in any form that numpy reads; None for
            all items.
        total: How many items there are.

    Returns:
        A mask of its own, or None where all are kept.

    Raises:
        InputError: It is no such mask.
    """
    import numpy as np

    if value is None:
        return None
    mask = np.array(value)
    if mask.shape != (total,) or (total and mask.dtype != np.bool_):
        raise InputError(
            f"Which items are kept is a mask of {total:,} truth values, or None.",
            advice="As results_map.columns.dates > 0 is one.",
        )
    return None if mask.all() else mask.astype(np.bool_)
