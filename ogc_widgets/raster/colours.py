"""Colour maps to choose from, few and good, colours for classes, and what they mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from ogc_widgets.errors import InputError
from ogc_widgets.raster.bands import hex_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from ogc_widgets.raster.bands import Band, Colour, Range, RasterClass

COLOUR_MAPS: Final[Mapping[str, str]] = {
    "viridis": "purple to yellow",
    "cividis": "blue to yellow, for every eye",
    "magma": "black to white, over red",
    "inferno": "black to yellow",
    "turbo": "rainbow",
    "ylgnbu": "yellow to blue",
    "ylgn": "yellow to green",
    "ylorrd": "yellow to red",
    "blues": "white to blue",
    "greys": "white to black",
    "gray": "black to white",
    "rdbu": "red to blue, white between",
    "rdylgn": "red to green, yellow between",
    "brbg": "brown to green, white between",
    "terrain": "heights",
    "spectral": "red to blue, over yellow",
}
"""Name of rio-tiler to words for people; the same name with ``_r`` runs backwards."""

CLASSES: Final = "classes"
"""In place of a colour map: each value has a colour of its own."""

MARKED: Final[Colour] = (21, 101, 192, 255)
"""What a mask marks."""
# Ten colours that are told apart (Tableau 10).
_TEN: Final = (
    *("4e79a7", "f28e2b", "e15759", "76b7b2", "59a14f"),
    *("edc948", "b07aa1", "ff9da7", "9c755f", "bab0ac"),
)
_OPTICAL: Final = frozenset(
    {
        *("coastal", "blue", "green", "green05", "yellow", "red", "pan", "rededge"),
        *("rededge071", "rededge075", "rededge078"),
        *("nir", "nir08", "nir09", "cirrus", "swir16", "swir22"),
    }
)
_BY_WORD: Final = (
    (("ndwi", "mndwi", "water", "depth", "precip", "rain", "moisture"), "ylgnbu"),
    (("ndvi", "evi", "savi", "lai", "vegetation", "biomass"), "rdylgn"),
    (("elevation", "dem", "dtm", "dsm", "height", "altitude"), "terrain"),
    (("temperature", "lst", "heat"), "inferno"),
    (("burn", "nbr", "difference", "anomaly", "change"), "rdbu"),
)


@lru_cache(maxsize=32)
def colour_map(name: str) -> dict[int, Colour]:
    """The 256 colours of a map.

    Raises:
        InputError: There is no map of this name.
    """
    from rio_tiler.colormap import cmap

    if name.removesuffix("_r") not in COLOUR_MAPS:
        raise InputError(
            f"There is no colour map {name!r}.",
            advice=f"Choose one of {', '.join(COLOUR_MAPS)}; _r runs backwards.",
        )
    found: Any = cmap.get(name)  # one of 256 colours, as all of the list are
    return {at: (int(r), int(g), int(b), int(a)) for at, (r, g, b, a) in found.items()}


def nth_colour(number: int) -> Colour:
    """A colour for a class that has none, by its place among the classes."""
    text = _TEN[number % len(_TEN)]
    red, green, blue = (int(text[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue, 255


def map_for(band: Band) -> str:
    """The colour map that suits what a band is called; ``"viridis"`` otherwise."""
    if band.common_name in _OPTICAL:
        return "gray"
    name = band.name.lower()
    for words, found in _BY_WORD:
        if any(word in name for word in words):
            return found
    return "viridis"


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


def ramp(name: str, ranges: Sequence[Range]) -> tuple[LegendEntry, ...]:
    """Values and colours along a colour map."""
    ((low, high),) = ranges
    colours = colour_map(name)
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
