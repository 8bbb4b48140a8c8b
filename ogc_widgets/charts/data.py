"""What a chart draws: numbers over dates or names, or how often they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]
    Mask: TypeAlias = NDArray[np.bool_]
    Rows: TypeAlias = NDArray[np.intp]


Kind: TypeAlias = Literal["time", "number", "category"]
Mark: TypeAlias = Literal["line", "points", "bars"]

MAX_SERIES: Final = 8
_DAY_MS: Final = 86_400_000
_BINS: Final = 24
_FEWEST: Final = 5


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        title: What it shows.
        unit: As ``%``; ``""`` if there is none.
        kind: ``"time"`` for milliseconds since 1970 in UTC, ``"number"``, or
            ``"category"`` for the places 1, 2, 3, ... of things that have names.
    """

    title: str
    unit: str = ""
    kind: Kind = "number"

    def to_json(self) -> dict[str, str]:
        """As the page has it."""
        title, unit = clean(self.title, limit=80), clean(self.unit, limit=20)
        return {"title": title, "unit": unit, "kind": self.kind}


@dataclass(frozen=True, eq=False)
class ChartData:
    """Points of a chart; their order does not matter.

    Attributes:
        x: Where each point stands; one that is NaN is not drawn.
        y: Values of each series at these places, with NaN for gaps: of shape
            ``(len(x),)`` or ``(series, len(x))``.
        across: The axis of ``x``.
        up: The axis of ``y``.
        mark: How they are drawn; bars start at zero.
        series: Names of the series, where there are several.
        names: Names of the points, if they have any.
        width: Width of a bar, in units of ``x``.
        lines: Names of the lines, where points of one series are on several.
        line_of: Number of the line of each point, where there are several.
    """

    x: Numbers
    y: Numbers
    across: Axis
    up: Axis
    mark: Mark = "line"
    series: tuple[str, ...] = ("",)
    names: tuple[str, ...] = ()
    width: float = 1.0
    lines: tuple[str, ...] = ()
    line_of: Rows | None = None

    def __post_init__(self) -> None:
        x = np.asarray(self.x, dtype=np.float64)
        y = np.atleast_2d(np.asarray(self.y, dtype=np.float64))
        if x.ndim != 1 or y.shape != (len(self.series), len(x)):
            raise InputError(
                f"A chart of {len(x):,} points has as many values in each of its "
                f"{len(self.series)} series; here their shape is {y.shape}."
            )
        if len(self.series) > MAX_SERIES:
            raise InputError(f"A chart has {MAX_SERIES} series at most.")
        if self.names and len(self.names) != len(x):
            raise InputError("Each point of a chart has a name, or none has.")
        numbers = () if self.line_of is None else self.line_of
        if len(numbers) != (len(x) if self.lines else 0):
            raise InputError("Each point of a chart is on one of its lines.")
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)

    @property
    def has_times(self) -> bool:
        """Whether days alone do not tell the points apart."""
        if self.across.kind != "time":
            return False
        places = np.unique(self.x[np.isfinite(self.x)])
        days = np.unique(np.floor(places / _DAY_MS))
        return len(days) < len(places)

    def about(self) -> dict[str, Any]:
        """Everything but the numbers, as the page has it."""
        return {
            "x": self.across.to_json(),
            "y": self.up.to_json(),
            "mark": self.mark,
            "series": [clean(name, limit=60) for name in self.series],
            "width": self.width,
            "times": self.has_times,
            "named": bool(self.names),
            "lines": [clean(name, limit=60) for name in self.lines],
        }

    def rows(self, kept: Mask | None = None) -> Rows:
        """Points that are drawn, from left to right."""
        is_shown = np.isfinite(self.x)
        if kept is not None:
            is_shown &= kept
        shown = np.flatnonzero(is_shown)
        return shown[np.argsort(self.x[shown], kind="stable")]


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
