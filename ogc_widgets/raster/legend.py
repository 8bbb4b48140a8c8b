"""What the colours of a picture mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from ogc_widgets.raster.bands import hex_of
from ogc_widgets.raster.colours import colour_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ogc_widgets.raster.bands import RasterClass
    from ogc_widgets.raster.style import Range, Style

_STOPS: Final = 16


@dataclass(frozen=True)
class LegendEntry:
    """One colour of a legend.

    Attributes:
        value: The value that it stands for.
        label: What the value stands for.
        colour: ``#rrggbb``; empty where nothing is drawn.
        share: Its share of all pixels, 0 to 1; None where shares say nothing.
    """

    value: float
    label: str
    colour: str
    share: float | None = None


@dataclass(frozen=True)
class Legend:
    """What the colours of a picture mean.

    Attributes:
        kind: ``"ramp"`` between two values, ``"classes"``, or three ``"channels"``.
        title: Name of what is drawn.
        unit: Unit of the values, or ``""``.
        ranges: First and last value, for each channel; none for classes.
        entries: Values and their colours: of a ramp, 16 from the first to the last;
            of channels, their names.
        nodata_share: Share of the pixels without a value, 0 to 1.
    """

    kind: Literal["ramp", "classes", "channels"]
    title: str
    unit: str
    ranges: tuple[Range, ...]
    entries: tuple[LegendEntry, ...]
    nodata_share: float

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for the page."""
        return asdict(self)


def ramp(style: Style, ranges: Sequence[Range]) -> tuple[LegendEntry, ...]:
    """Values and colours along a colour map."""
    ((low, high),) = ranges
    colours = colour_map(style.colours)
    found = []
    for at in range(_STOPS):
        share = at / (_STOPS - 1)
        value = low + share * (high - low)
        found.append(LegendEntry(value, "", hex_of(colours[round(share * 255)])))
    return tuple(found)


def shares(
    values: np.ma.MaskedArray[Any, Any], classes: Sequence[RasterClass]
) -> tuple[tuple[LegendEntry, ...], float]:
    """Classes with their shares of all pixels, and the share of those without a value.

    Classes that stand for nothing count as without a value.
    """
    import numpy as np

    found, counts = np.unique(values.compressed(), return_counts=True)
    count_of = dict(zip(found.tolist(), counts.tolist(), strict=True))
    known = int(counts.sum())
    empty = sum(count_of.get(one.value, 0) for one in classes if one.is_nodata)
    entries = tuple(
        LegendEntry(
            one.value,
            one.label,
            hex_of(one.colour) if one.colour and one.colour[3] else "",
            count_of.get(one.value, 0) / values.size,
        )
        for one in classes
        if not one.is_nodata
    )
    return entries, (values.size - known + empty) / values.size
