"""How a raster is drawn, as the fields of a card, and the style that they stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster.bands import hex_of
from ogc_widgets.raster.colours import CLASSES, COLOUR_MAPS, colour_map, map_for
from ogc_widgets.raster.style import Style, channels_of, style_of_channels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.map.raster_layers import ShownRaster
    from ogc_widgets.raster import Raster
    from ogc_widgets.raster.bands import Range
    from ogc_widgets.raster.style import Stretch
    from ogc_widgets.raster.warping import NoData

_STOPS: Final = 12
_BINS: Final = 96
# Beyond so many times the middle 96 percent there are but a few stray values.
_MARGIN: Final = 0.75
_CHANNELS: Final = ("#d32f2f", "#388e3c", "#1976d2")


@dataclass(frozen=True)
class Fields:
    """What the fields of the card hold.

    Attributes:
        kind: Which of the next three is drawn: ``band``, ``bands``, ``expression``.
        band: Number of one band.
        bands: Numbers of three bands: red, green and blue.
        expression: An expression of bands.
        colours: A colour map, or ``"classes"``.
        stretch: How the values of the first and the last colour are found:
            ``percentiles``, ``extremes``, or by ``hand``.
        low: Value of the first colour.
        high: Value of the last colour.
        nodata: What stands for nothing: what the ``file`` says, a ``number``, ``none``.
        number: That number, as it was written.
    """

    kind: str = "band"
    band: int = 1
    bands: tuple[int, ...] = (1, 1, 1)
    expression: str = ""
    colours: str = "viridis"
    stretch: str = "percentiles"
    low: float = 0.0
    high: float = 1.0
    nodata: str = "file"
    number: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for the page."""
        return {**vars(self), "bands": [*self.bands]}


def fields_of(shown: ShownRaster, before: Fields | None = None) -> Fields:
    """What the fields hold for a raster as it is drawn.

    Args:
        shown: The raster.
        before: What they held: what does not matter now is kept for later.
    """
    style, info = shown.style, shown.raster.info
    found = before or Fields(
        bands=channels_of(info)
        or tuple(min(one, len(info.bands)) for one in (1, 2, 3)),
        expression="(b1-b2)/(b1+b2)" if len(info.bands) > 1 else "b1",
    )
    if style.expression:
        found = replace(found, kind="expression", expression=style.expression)
    elif style.channels == 3:
        found = replace(found, kind="bands", bands=style.bands)
    else:
        found = replace(found, kind="band", band=style.bands[0])
    ranges = shown.legend.ranges or ((found.low, found.high),)
    nodata = "file"
    if style.nodata is not None:
        nodata = "none" if style.nodata == "none" else "number"
    return replace(
        found,
        colours=style.colours,
        stretch=style.stretch if isinstance(style.stretch, str) else "hand",
        low=min(low for low, _ in ranges),
        high=max(high for _, high in ranges),
        nodata=nodata,
        number=f"{style.nodata:g}"
        if isinstance(style.nodata, int | float)
        else found.number,
    )


def changed(fields: Fields, name: str, value: object) -> Fields:
    """The fields after one of them was changed on the page.

    Raises:
        InputError: It does not take this.
    """
    if name == "bands" and isinstance(value, list) and len(value) == 3:
        return replace(fields, bands=tuple(int(one) for one in value))
    if name == "band" and isinstance(value, int | str):
        return replace(fields, band=int(value))
    if name == "range" and isinstance(value, list) and len(value) == 2:
        low, high = (_number(one, "The stretch") for one in value)
        return replace(fields, stretch="hand", low=low, high=high)
    if name in ("kind", "expression", "colours", "stretch", "nodata"):
        changes: dict[str, Any] = {name: str(value)}
        return replace(fields, **changes)
    if name == "number":
        return replace(fields, nodata="number", number=clean(value, limit=40))
    raise InputError(f"There is no field {clean(name, limit=40)!r}.")


def _number(text: object, what: str) -> float:
    try:
        found = float(str(text).strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        found = math.inf
    if not math.isfinite(found):
        raise InputError(f"{what} takes numbers, not {clean(text, limit=30)!r}.")
    return found


def style_of(fields: Fields, name: str, raster: Raster) -> Style:
    """The style that the fields stand for.

    Raises:
        InputError: It cannot be drawn like this.
        ServerError: The raster could not be read.
    """
    nodata: NoData = None
    if fields.nodata == "none":
        nodata = "none"
    elif fields.nodata == "number":
        if not fields.number:
            raise InputError("Write the number that stands for no data.")
        nodata = _number(fields.number, "No data")
    if fields.kind == "bands":
        style = Style(fields.bands, nodata=nodata)
        if name == "kind":
            style = replace(style_of_channels(raster.info, fields.bands), nodata=nodata)
        else:
            style = replace(style, stretch=_stretch(fields, 3))
        return style
    colours = fields.colours
    if fields.kind == "expression":
        if not fields.expression.strip():
            raise InputError("Write an expression of bands: (b1 - b2) / (b1 + b2).")
        colours = "viridis" if colours == CLASSES else colours
        style = Style(expression=fields.expression, colours=colours, nodata=nodata)
        count = style.channels
    else:
        style = Style((fields.band,), colours=colours, nodata=nodata)
        count = 1
        if name in ("kind", "band"):
            style = replace(style, colours=_colours_for(raster, fields))
    if name in ("kind", "band", "expression") or style.colours == CLASSES:
        # Other values lie between other numbers.
        return style
    return replace(style, stretch=_stretch(fields, count))


def _stretch(fields: Fields, count: int) -> Stretch:
    if fields.stretch == "hand":
        return ((fields.low, fields.high),) * count
    return "extremes" if fields.stretch == "extremes" else "percentiles"


def _colours_for(raster: Raster, fields: Fields) -> str:
    """Colours for a band that was chosen: classes where it has them, else a map."""
    band = raster.info.band(fields.band)
    if band.classes:
        return CLASSES
    usual = raster.default_style()
    if usual.bands == (fields.band,):
        return usual.colours
    return map_for(band) if fields.colours == CLASSES else fields.colours


def samples() -> list[dict[str, Any]]:
    """The colour maps to choose from, each with colours along it."""
    found = []
    for name, words in COLOUR_MAPS.items():
        colours = colour_map(name)
        steps = (round(at * 255 / (_STOPS - 1)) for at in range(_STOPS))
        stops = [hex_of(colours[step]) for step in steps]
        found.append({"name": name, "words": words, "stops": stops})
    return found


def histograms(shown: ShownRaster, before: Mapping[str, Any]) -> dict[str, Any]:
    """What is drawn of the distribution of the values that have colours.

    Where few values lie far out, the middle is drawn, so that it can be told apart.

    Args:
        shown: The raster.
        before: What was drawn of the same values; their axis stays if it is wide
            enough.

    Returns:
        ``axis`` from the lowest to the highest value drawn, and ``bars`` of each
        channel: their ``counts`` and ``colour``; no bars for classes.

    Raises:
        OgcError: It could not be read.
    """
    style, raster = shown.style, shown.raster
    if shown.legend.kind == "classes":
        return {"axis": [], "bars": []}
    singles = [Style((one,), nodata=style.nodata) for one in style.bands]
    if style.expression:
        singles = [
            replace(style, expression=one, stretch="percentiles", colours="viridis")
            for one in style.parts
        ]
    ranges = shown.legend.ranges
    axis = before.get("axis") or _axis(raster, singles)
    low, high = (min(one for one, _ in ranges), max(one for _, one in ranges))
    if axis and low >= axis[0] and high <= axis[1] and before:
        return {**before}
    between: Range = (
        (min(low, *axis[:1]), max(high, *axis[1:])) if axis else (low, high)
    )
    is_whole = not style.expression and all(
        raster.info.band(one).is_integer for one in style.bands
    )
    bins = _BINS
    if is_whole and between[1] - between[0] < _BINS:
        bins = max(1, round(between[1] - between[0]))
    found = [raster.histogram(one, bins, between) for one in singles]
    colours = _CHANNELS if len(found) == 3 else ("",)
    return {
        "axis": [*between],
        "bars": [
            {"counts": [*one.counts], "colour": colour}
            for one, colour in zip(found, colours, strict=True)
        ],
    }


def _axis(raster: Raster, singles: list[Style]) -> list[float]:
    """From where to where values are drawn; empty where there are none."""
    lows, highs = [], []
    for one in singles:
        found = raster.histogram(one, 1)
        if found.percentiles is None or found.low is None or found.high is None:
            continue
        first, last = found.percentiles
        margin = (last - first) * _MARGIN or found.high - found.low
        lows.append(max(found.low, first - margin))
        highs.append(min(found.high, last + margin))
    if not lows:
        return []
    low, high = min(lows), max(highs)
    return [low, high if high > low else low + 1]


def code_of(shown: ShownRaster, opens: str, about: str) -> str:
    """The lines of Python that open a raster and draw it like this."""
    given = f"{opens}, about={about}" if about else opens
    usual, style = Style(), shown.style
    names = [
        name for name in vars(style) if getattr(style, name) != getattr(usual, name)
    ]
    arguments = ", ".join(f"{name}={getattr(style, name)!r}" for name in names)
    return "\n".join(
        (
            "from ogc_widgets.raster import Style, open_raster",
            "",
            f"raster = open_raster({given})",
            f"style = Style({arguments})",
            "png, bounds = raster.picture(style)",
        )
    )
