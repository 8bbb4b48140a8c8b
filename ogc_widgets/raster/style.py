"""How a raster is drawn: which bands, between which values, in which colours.

What nobody has said is found by what is in the raster.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster.bands import NO_COLOUR, Range, RasterClass, fits
from ogc_widgets.raster.colours import CLASSES, MARKED, colour_map, map_for, nth_colour

if TYPE_CHECKING:
    import numpy as np

    from ogc_widgets.raster.bands import Band
    from ogc_widgets.raster.info import RasterInfo
    from ogc_widgets.raster.warping import NoData

Stretch: TypeAlias = Literal["percentiles", "extremes"] | tuple[Range, ...]

MAX_EXPRESSION: Final = 500
MAX_EXPONENT: Final = 10
_EXAMPLE: Final = "Write it with b1, b2, ...: (b1 - b2) / (b1 + b2)."


@dataclass(frozen=True)
class Style:
    """How a raster is drawn.

    Attributes:
        bands: One band, or three for red, green and blue; numbers from 1.
        expression: What is drawn in place of bands, computed of them: of one part, or
            of three with ``;`` between, as rio-tiler reads it: ``(b1-b2)/(b1+b2)``.
        stretch: Which values get the first and the last colour: ``"percentiles"``
            (2 and 98 percent, so that few bright pixels do not darken the rest),
            ``"extremes"``, or a pair of numbers for each channel. It is found once
            and holds for every tile.
        colours: Name of a colour map for one band, or ``"classes"``: a colour for each
            value.
        nodata: The number in the file that stands for nothing, if not what it says;
            ``"none"`` if no number does, whatever it says.
    """

    bands: tuple[int, ...] = (1,)
    expression: str = ""
    stretch: Stretch = "percentiles"
    colours: str = "viridis"
    nodata: NoData = None

    @property
    def channels(self) -> int:
        """One, or three for red, green and blue."""
        return len(self.parts) if self.expression else len(self.bands)

    @property
    def values_read(self) -> tuple[object, ...]:
        """What says which values are drawn, in whatever colours."""
        return self.bands, self.expression, self.nodata

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the expression."""
        found = (part.strip() for part in self.expression.split(";"))
        return tuple(part for part in found if part)

    def check(self, info: RasterInfo) -> None:
        """See whether a raster can be drawn like this.

        Raises:
            InputError: It cannot; it says what is wrong.
        """
        if self.channels not in (1, 3):
            raise InputError(
                f"A picture has one or three channels, not {self.channels}.",
                advice="Choose one band, or three for red, green and blue.",
            )
        for index in self.bands_read():
            band = info.band(index)
            if isinstance(self.nodata, str):
                if self.nodata != "none":
                    raise InputError(
                        f"What stands for nothing is a number or 'none', not "
                        f"{clean(self.nodata, limit=30)!r}."
                    )
            elif self.nodata is not None and not fits(self.nodata, band.dtype):
                raise InputError(
                    f"{self.nodata:g} cannot stand for nothing in {band.name}: its "
                    f"numbers are {band.dtype}."
                )
        if self.channels == 1 and self.colours != CLASSES:
            colour_map(self.colours)
        if self.colours == CLASSES and (self.expression or self.channels == 3):
            raise InputError(
                "Classes are values of one band.",
                advice="Choose a band, or a colour map.",
            )
        if isinstance(self.stretch, str):
            if self.stretch not in ("percentiles", "extremes"):
                raise InputError(f"There is no stretch {clean(self.stretch)!r}.")
            return
        if len(self.stretch) != self.channels:
            raise InputError(
                f"The stretch has {len(self.stretch)} pairs of numbers for "
                f"{self.channels} channels."
            )
        for low, high in self.stretch:
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise InputError(
                    f"The stretch from {low:g} to {high:g} is empty: the first number "
                    "must be the smaller one."
                )

    def bands_read(self) -> tuple[int, ...]:
        """Which bands are read to draw it; see :meth:`check` for errors."""
        if not self.expression:
            return self.bands
        found: set[int] = set()
        for part in self.parts:
            found |= _bands_in(part)
        return tuple(sorted(found))


def _bands_in(part: str) -> set[int]:
    """Numbers of the bands in one part of an expression.

    Raises:
        InputError: It cannot be computed; it says why.
    """
    from rio_tiler.errors import InvalidExpression
    from rio_tiler.expression import parse_expression

    shown = clean(part, limit=60)
    if len(part) > MAX_EXPRESSION:
        raise InputError(f"An expression has {MAX_EXPRESSION} characters at most.")
    try:
        tree = ast.parse(part.lower(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(
            f"The expression {shown!r} cannot be read.", advice=_EXAMPLE
        ) from None
    called = {id(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
    for one in ast.walk(tree):
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Pow):
            _check_power(one, shown)
        if not isinstance(one, ast.Name) or id(one) in called:
            continue
        if not re.fullmatch(r"b[1-9][0-9]{0,4}", one.id):
            raise InputError(
                f"{clean(one.id, limit=30)!r} in the expression is no band.",
                advice=_EXAMPLE,
            )
    try:
        return {int(index) for index in parse_expression(part.lower())}
    except InvalidExpression as error:
        said = clean(error, limit=200).rstrip(".")
        raise InputError(
            f"The expression {shown!r} cannot be used: {said}.", advice=_EXAMPLE
        ) from None


def _check_power(power: ast.BinOp, shown: str) -> None:
    """Exponents are small numbers: a tower of powers would never be done."""
    exponent = (
        power.right.operand if isinstance(power.right, ast.UnaryOp) else power.right
    )
    value = exponent.value if isinstance(exponent, ast.Constant) else None
    if not isinstance(value, int | float) or value > MAX_EXPONENT:
        raise InputError(
            f"The powers in the expression {shown!r} go too far: an exponent is a "
            f"number, {MAX_EXPONENT} at most."
        )


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
