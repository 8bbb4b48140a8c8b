"""How a raster is drawn when nobody has said it, by what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.raster.bands import NO_COLOUR, RasterClass
from ogc_widgets.raster.colours import CLASSES, MARKED, map_for, nth_colour
from ogc_widgets.raster.style import Style

if TYPE_CHECKING:
    import numpy as np

    from ogc_widgets.raster.bands import Band
    from ogc_widgets.raster.info import RasterInfo
    from ogc_widgets.raster.sampling import Pixels
    from ogc_widgets.raster.style import Range

BYTE: Final = ((0.0, 255.0),) * 3
MOST_VALUES: Final = 64
"""Different values that can have a colour each."""
# So few different whole numbers are labels, not amounts.
_FEW: Final = 10
_CHANNELS: Final = (
    ("red", pattern(r"\bred\b|^b0?4$", re.IGNORECASE)),
    ("green", pattern(r"\bgreen\b|^b0?3$", re.IGNORECASE)),
    ("blue", pattern(r"\bblue\b|^b0?2$", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Found:
    """What of a style depends on the pixels; the same for all tiles."""

    ranges: tuple[Range, ...]
    classes: tuple[RasterClass, ...]


def channels_of(info: RasterInfo) -> tuple[int, ...]:
    """The bands for red, green and blue; none if they are of another kind."""
    found = []
    for name, words in _CHANNELS:
        named = [band.index for band in info.bands if band.common_name == name]
        named += [band.index for band in info.bands if words.search(band.name)]
        if named:
            found.append(named[0])
    if len(found) == 3:
        return tuple(found)
    nameless = all(band.name == f"band {band.index}" for band in info.bands)
    return (1, 2, 3) if len(info.bands) in (3, 4) and nameless else ()


def style_of_channels(info: RasterInfo, channels: tuple[int, ...]) -> Style:
    """Red, green and blue; bytes are colours already."""
    dtypes = {info.band(index).dtype for index in channels}
    return Style(channels, stretch=BYTE if dtypes == {"uint8"} else "percentiles")


def style_of_band(band: Band, values: np.ma.MaskedArray[Any, Any]) -> Style:
    """Classes where its numbers are labels, else a colour map.

    Args:
        band: The band.
        values: Its small version.
    """
    if band.classes or (band.is_integer and _are_labels(band, values)):
        return Style((band.index,), colours=CLASSES)
    return Style((band.index,), colours=map_for(band))


def classes_of(
    band: Band, values: np.ma.MaskedArray[Any, Any]
) -> tuple[RasterClass, ...]:
    """The classes of a band, each with a colour.

    Args:
        band: The band.
        values: Its small version, whose values they are where nothing is said of them.

    Raises:
        InputError: It has too many different values to give each a colour.
    """
    import numpy as np

    classes = band.classes
    if not classes:
        found = np.unique(values.compressed())
        found = found[np.isfinite(found)]
        if len(found) > MOST_VALUES:
            raise InputError(
                f"{band.name} has {len(found):,} different values, too many to give "
                "each a colour.",
                advice="Choose a colour map.",
            )
        classes = tuple(RasterClass(float(one), f"{one:g}") for one in found)
    if {one.value for one in classes} <= {0.0, 1.0}:
        plain = {0.0: NO_COLOUR, 1.0: MARKED}
        return tuple(
            replace(one, colour=one.colour or plain[one.value]) for one in classes
        )
    return tuple(
        replace(one, colour=one.colour or nth_colour(at))
        for at, one in enumerate(classes)
    )


def _are_labels(band: Band, values: np.ma.MaskedArray[Any, Any]) -> bool:
    import numpy as np

    found = np.unique(values.compressed())
    if (band.scale, band.offset) != (1.0, 0.0) or band.common_name or band.unit:
        return False
    return 0 < len(found) <= _FEW


def found_in(pixels: Pixels, style: Style) -> Found:
    """Look at the pixels for what a style leaves open: ranges or classes."""
    import numpy as np

    if style.colours == CLASSES and style.channels == 1:
        band = pixels.info.band(style.bands[0])
        small = pixels.small(band, style.nodata)
        return Found((), classes_of(band, small))
    if not isinstance(style.stretch, str):
        return Found(style.stretch, ())
    ranges = []
    for channel in pixels.overall(style):
        known = channel.compressed()
        percents = (2, 98) if style.stretch == "percentiles" else (0, 100)
        low, high = np.percentile(known, percents) if known.size else (0, 1)
        # Percentiles of a rare thing on an even ground are the ground.
        if high <= low and known.size:
            low, high = known.min(), known.max()
        low, high = float(low), float(high)
        ranges.append((low, high if high > low else low + 1))
    return Found(tuple(ranges), ())
