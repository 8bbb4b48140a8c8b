"""How often numbers are, in bins whose sides are round numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from ogc_widgets.charts.data import Axis, ChartData

if TYPE_CHECKING:
    from ogc_widgets.charts.data import Numbers

_BINS: Final = 24
_FEWEST: Final = 5


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and their tenfolds that is not less."""
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 2, 2.5, 5):
        if factor * power >= least * (1 - 1e-9):
            return factor * power
    return 10 * power


def bin_sides(values: Numbers) -> Numbers:
    """Sides of the bins: round numbers, of which the values fill about the root.

    Args:
        values: Finite numbers, one at least.
    """
    low, high = float(values.min()), float(values.max())
    wanted = min(_BINS, max(_FEWEST, math.ceil(math.sqrt(len(values)))))
    # A span so small that it has no bins of its own counts as one value.
    if (high - low) / wanted <= 1e-9 * max(abs(low), abs(high)):
        step = round_step(abs(low) / 10) if low else 1.0
        return np.array([low - step / 2, low + step / 2])
    step = round_step((high - low) / wanted)
    if is_whole(values):
        step = max(1.0, math.ceil(step))
    first = math.floor(low / step + 1e-9)
    count = max(1, math.ceil(high / step - 1e-9) - first)
    # The largest whole number has a bin of its own: a bin has its left side only.
    if is_whole(values) and (first + count) * step <= high:
        count += 1
    return np.arange(first, first + count + 1, dtype=np.float64) * step


def is_whole(values: Numbers) -> bool:
    """Whether all are whole numbers, such as counts."""
    return bool((values == np.floor(values)).all())


def histogram(values: Numbers, axis: Axis, counted: str = "items") -> ChartData:
    """Count values in bins.

    Args:
        values: Numbers; those that are not finite do not count.
        axis: What they are.
        counted: What they are the values of.
    """
    found = values[np.isfinite(values)]
    up = Axis(counted)
    if not len(found):
        nothing = np.zeros(0)
        return ChartData(nothing, nothing, axis, up, "bars")
    sides = bin_sides(found)
    # Sides are computed: what they miss by their last digit is in the outermost bins.
    counts, _ = np.histogram(np.clip(found, sides[0], sides[-1]), sides)
    middles = (sides[:-1] + sides[1:]) / 2
    return ChartData(
        middles,
        counts.astype(np.float64),
        axis,
        up,
        "bars",
        width=float(sides[1] - sides[0]),
    )


def bin_of(value: float, data: ChartData) -> int:
    """Number of the bin that a value is in; -1 if none."""
    if not len(data.x) or not math.isfinite(value):
        return -1
    at = (value - data.x[0]) / data.width + 0.5
    is_in = -1e-9 <= at <= len(data.x) + 1e-9
    return min(max(0, math.floor(at)), len(data.x) - 1) if is_in else -1
