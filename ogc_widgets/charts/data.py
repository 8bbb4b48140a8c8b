"""What a chart draws: numbers over dates, numbers or names."""

from __future__ import annotations

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
