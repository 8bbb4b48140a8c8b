"""How a raster is drawn: which bands, between which values, in which colours."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster.bands import fits
from ogc_widgets.raster.colours import CLASSES, colour_map

if TYPE_CHECKING:
    from ogc_widgets.raster.info import RasterInfo
    from ogc_widgets.raster.warping import NoData

Range: TypeAlias = tuple[float, float]
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
