"""What the bands of a raster hold: names, units and classes, of the file and STAC."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.raster.warping import Located

Colour: TypeAlias = tuple[int, int, int, int]
"""Red, green, blue and opacity, 0 to 255."""

Range: TypeAlias = tuple[float, float]
"""The values of the first and of the last colour."""

NO_COLOUR: Final[Colour] = (0, 0, 0, 0)
MOST_CLASSES: Final = 256
_ONE_BIT: Final = {0: (0, 0, 0), 1: (255, 255, 255)}
_NAMES: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class RasterClass:
    """One value of a band that stands for something.

    Attributes:
        value: As it stands in the file.
        label: What it stands for; the value where nothing is said.
        colour: How it is drawn, or None where nothing is said.
        is_nodata: Whether it stands for nothing.
    """

    value: float
    label: str
    colour: Colour | None = None
    is_nodata: bool = False


@dataclass(frozen=True)
class Band:
    """One band.

    Attributes:
        index: Its number, from 1; of several files, as if they were one.
        name: What the item or the file calls it, or ``"band 1"``.
        dtype: Type of its numbers, as numpy calls it.
        file: In which of the files it is, from 0.
        number: Its number in that file, from 1.
        common_name: ``red``, ``nir`` and the like (STAC), or ``""``.
        unit: Unit of its values, or ``""``.
        nodata: The value that stands for nothing, or None.
        scale: Its values are the numbers in the file times this,
        offset: plus this.
        classes: What its numbers stand for, where that is said.
    """

    index: int
    name: str
    dtype: str
    file: int = 0
    number: int = 1
    common_name: str = ""
    unit: str = ""
    nodata: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    classes: tuple[RasterClass, ...] = ()

    @property
    def is_integer(self) -> bool:
        """Whether its numbers are whole."""
        return "int" in self.dtype or self.dtype == "bool"


def read_bands(
    located: Located, about: Mapping[str, Any], *, first: int = 1, file: int = 0
) -> list[Band]:
    """Read the bands that hold values: all but those that say what is transparent.

    Args:
        located: The open file.
        about: The asset in a STAC item, or an empty dict.
        first: Index of the first one, where a raster has several files.
        file: Which of them this is, from 0.
    """
    from rio_tiler.utils import has_alpha_band, has_mask_band, non_alpha_indexes

    dataset = located.dataset
    is_masked = has_alpha_band(dataset) or has_mask_band(dataset)
    said = _said(about)
    bands = []
    for at, index in enumerate(non_alpha_indexes(dataset)):
        more = said[at] if at < len(said) else {}
        interpretation = dataset.colorinterp[index - 1].name
        band = Band(
            index=first + at,
            name=clean(dataset.descriptions[index - 1] or "", limit=60),
            dtype=str(dataset.dtypes[index - 1]),
            file=file,
            number=index,
            common_name=interpretation
            if interpretation in ("red", "green", "blue")
            else "",
            unit=clean(dataset.units[index - 1] or "", limit=20),
            nodata=dataset.nodatavals[index - 1],
            scale=float(dataset.scales[index - 1]),
            offset=float(dataset.offsets[index - 1]),
            classes=_colour_table(dataset, index),
        )
        bands.append(_with_nodata(_completed(band, more), is_masked=is_masked))
    return bands


def _with_nodata(band: Band, *, is_masked: bool) -> Band:
    """What stands for nothing: a number that can stand there, or else NaN."""
    nodata = band.nodata
    if nodata is not None and not fits(nodata, band.dtype):
        nodata = None
    if nodata is None and not is_masked and band.dtype.startswith("float"):
        nodata = math.nan
    return replace(band, nodata=nodata)


def fits(value: float, dtype: str) -> bool:
    """Whether a number can stand in a band of a type."""
    import numpy as np

    if dtype.startswith("float"):
        return True
    if not math.isfinite(value) or value != math.floor(value):
        return False
    kind = np.iinfo("uint8" if dtype == "bool" else dtype)
    return int(kind.min) <= value <= int(kind.max)


def _completed(band: Band, said: Mapping[str, Any]) -> Band:
    """What the item says of a band goes before what the file says, but for its grid."""
    name = reading.text(said.get("description")) or reading.text(said.get("name"))
    if reading.text(said.get("name")):
        name = reading.text(said.get("name"))
    common = said.get("eo:common_name") or said.get("common_name")
    scale, offset = number(said.get("scale")), number(said.get("offset"))
    has_own = (band.scale, band.offset) != (1.0, 0.0)
    nodata = band.nodata if band.nodata is not None else number(said.get("nodata"))
    classes = read_classes(said.get("classification:classes"))
    colours = {one.value: one.colour for one in band.classes}
    return replace(
        band,
        name=clean(name, limit=60) or band.name or f"band {band.index}",
        common_name=clean(common, limit=20) or band.common_name,
        unit=clean(said.get("unit"), limit=20) or band.unit,
        nodata=nodata,
        scale=band.scale if has_own or scale is None else scale,
        offset=band.offset if has_own or offset is None else offset,
        classes=tuple(
            replace(one, colour=one.colour or colours.get(one.value)) for one in classes
        )
        or band.classes,
    )


def _said(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an asset says of its bands: STAC 1.1's ``bands``, or the older lists."""
    keys = ("bands", "eo:bands", "raster:bands")
    lists = [reading.objects(about.get(key)) for key in keys]
    merged: list[dict[str, Any]] = [{} for _ in range(max(map(len, lists)))]
    for given in lists:
        for one, more in zip(merged, given, strict=False):
            one |= more
    # What STAC 1.1 says of the asset goes for each of its bands.
    shared = ["nodata", "unit", "scale", "offset", "classification:classes"]
    if len(merged) <= 1:
        shared.append("eo:common_name")
    common = {key: about[key] for key in shared if about.get(key) is not None}
    return [{**common, **one} for one in merged or [{}]]


def read_classes(said: object) -> tuple[RasterClass, ...]:
    """Read ``classification:classes`` (STAC); what has no value is left out."""
    found = []
    for given in reading.objects(said)[:MOST_CLASSES]:
        value = number(given.get("value"))
        if value is None or not math.isfinite(value):
            continue
        label = (
            reading.text(given.get("title"))
            or reading.text(given.get("name"))
            or reading.text(given.get("description"))
        )
        hint = given.get("color_hint", given.get("color-hint"))
        found.append(
            RasterClass(
                value=value,
                label=clean(label, limit=60) or f"{value:g}",
                colour=read_colour(hint),
                is_nodata=given.get("nodata") is True,
            )
        )
    return tuple(found)


def read_colour(said: object) -> Colour | None:
    """Read a colour written as ``RRGGBB``, with or without ``#`` before it."""
    text = reading.text(said).removeprefix("#")
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", text):
        return None
    red, green, blue = (int(text[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue, 255


def hex_of(colour: Colour) -> str:
    """Write a colour for the page; its opacity goes along when it is not full."""
    *parts, opacity = colour
    text = "#" + "".join(f"{part:02x}" for part in parts)
    return text if opacity == 255 else f"{text}{opacity:02x}"


def number(said: object) -> float | None:
    """Read a number as STAC writes it: ``"nan"`` and ``"inf"`` are texts."""
    if isinstance(said, str):
        return _NAMES.get(said.lower())
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return float(said)


def _colour_table(dataset: Any, index: int) -> tuple[RasterClass, ...]:  # noqa: ANN401 # rasterio ships no types
    try:
        table: Mapping[int, Sequence[int]] = dataset.colormap(index)
    except ValueError:
        return ()
    # GDAL gives files of one bit for a pixel such a table, whoever made them.
    if {value: tuple(colour[:3]) for value, colour in table.items()} == _ONE_BIT:
        return ()
    # GDAL fills the table up to 256 colours: black ones at its end say nothing.
    last = max(
        (value for value, colour in table.items() if tuple(colour[:3]) != (0, 0, 0)),
        default=-1,
    )
    return tuple(
        RasterClass(
            float(value), f"{value}", (colour[0], colour[1], colour[2], colour[3])
        )
        for value, colour in sorted(table.items())
        if value <= last
    )
