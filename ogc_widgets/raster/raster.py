"""One raster to look at: pictures, tiles, a legend, and the numbers behind them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np

from ogc_widgets.client.results.files.remote_file import RemoteFile
from ogc_widgets.errors import InputError
from ogc_widgets.raster import values
from ogc_widgets.raster.bands import read_bands
from ogc_widgets.raster.colours import CLASSES, Legend, LegendEntry, ramp, shares
from ogc_widgets.raster.datasets import Datasets
from ogc_widgets.raster.drawing import drawn, png_of
from ogc_widgets.raster.info import Grid, RasterInfo, read_grid
from ogc_widgets.raster.raster_file import RasterFile
from ogc_widgets.raster.sampling import Pixels, info_of
from ogc_widgets.raster.style import (
    Found,
    Style,
    channels_of,
    style_of_band,
    style_of_channels,
)
from ogc_widgets.raster.warping import (
    TILE_PX,
    Located,
    from_web_map,
    tile_box,
)

if TYPE_CHECKING:
    from rio_tiler.models import ImageData

    from ogc_widgets.area.area import Area
    from ogc_widgets.area.boxes import Box, Geometry
    from ogc_widgets.raster.bands import Band, Range
    from ogc_widgets.raster.values import AreaValues, BandValue, Histogram, Profile
    from ogc_widgets.raster.warping import NoData

MAX_FILES: Final = 16
_MOST_PX: Final = 4096
_KEPT_STYLES: Final = 32


class Picture(NamedTuple):
    """A picture in the grid of web maps.

    Attributes:
        png: The picture.
        bounds: West, south, east and north in degrees; east is over 180 across 180.
    """

    png: bytes
    bounds: Box


def open_raster(
    file: RemoteFile | str | Path | Sequence[RemoteFile | str | Path],
    *,
    about: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
    box: Sequence[float] | None = None,
) -> Raster:
    """Open a raster; of its file only the first part is read.

    Its calls wait for files, so they are for ``asyncio.to_thread``, not for a loop.

    Args:
        file: A file of a server (``results.open(item, "data")``), a path, or several
            of them whose bands belong together (B04, B03 and B02).
        about: What the STAC item says of the file: the asset, with its bands, classes
            and units; one for each file.
        box: West, south, east and north in degrees of a picture that does not say
            where it lies.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
        InputError: It is no raster that can be placed on a map.
        ServerError: It could not be read.
    """
    files = [file] if isinstance(file, RemoteFile | str | Path) else [*file]
    said = [about] if isinstance(about, Mapping) else [*about]
    if not 0 < len(files) <= MAX_FILES:
        raise InputError(f"A raster has 1 to {MAX_FILES} files.")
    place: Box | None = None
    if box is not None:
        west, south, east, north = map(float, box)
        place = west, south, east + 360 * (east < west), north
    opened: list[RasterFile] = []
    bands: list[Band] = []
    try:
        for number, one in enumerate(files):
            more = said[number] if number < len(said) else {}
            datasets = Datasets(one, place)
            found, grid = datasets.use(
                partial(_look_at, about=more, first=len(bands) + 1, file=number)
            )
            bands += found
            opened.append(RasterFile(datasets, grid, len(found)))
    except BaseException:
        for done in opened:
            done.close()
        raise
    return Raster(opened, info_of(opened, bands))


def _look_at(
    located: Located, about: Mapping[str, Any], first: int, file: int
) -> tuple[list[Band], Grid]:
    return read_bands(located, about, first=first, file=file), read_grid(located)


class Raster:
    """A raster to look at; see :func:`open_raster`.

    Any thread may call it, several at the same time. What a call fetches is bounded:
    32 MiB and 30 seconds for each file.

    Attributes:
        info: What it is.
    """

    def __init__(self, files: Sequence[RasterFile], info: RasterInfo) -> None:
        self._pixels = Pixels(files, info)
        self.info = info
        self._lock = threading.Lock()
        self._found: OrderedDict[Style, Found] = OrderedDict()
        self._default: Style | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; calls that are under way come to their end."""
        self._pixels.close()

    # -- how it is drawn -----------------------------------------------------------

    def default_style(self) -> Style:
        """How it is drawn when nobody has said it.

        Red, green and blue where it has them; else its first band: by classes where
        its numbers are labels, such as those of a mask, or in a colour map.

        Raises:
            InputError: Its pixels cannot be had without reading very much.
            ServerError: It could not be read.
        """
        if self._default is None:
            channels = channels_of(self.info)
            if channels:
                self._default = style_of_channels(self.info, channels)
            else:
                classified = (band for band in self.info.bands if band.classes)
                band = next(classified, self.info.bands[0])
                self._default = style_of_band(band, self._pixels.small(band, None))
        return self._default

    def legend(self, style: Style) -> Legend:
        """What the colours of a style mean, with the shares of classes.

        Raises:
            InputError: It cannot be drawn like this.
            ServerError: It could not be read.
        """
        found = self._found_for(style)
        shown = self._pixels.overall(style)
        missing = float(np.ma.getmaskarray(shown).mean())
        band = self.info.band(style.bands[0]) if not style.expression else None
        title = style.expression or self.info.band(style.bands[0]).name
        if style.channels == 3:
            names = style.parts or [self.info.band(one).name for one in style.bands]
            colours = ("#ff0000", "#00ff00", "#0000ff")
            entries = tuple(
                LegendEntry(number, name, colour)
                for number, (name, colour) in enumerate(
                    zip(names, colours, strict=True), 1
                )
            )
            return Legend("channels", "", "", found.ranges, entries, missing)
        if style.colours == CLASSES:
            entries, missing = shares(shown[0], found.classes)
            return Legend("classes", title, "", (), entries, missing)
        unit = band.unit if band else ""
        entries = ramp(style.colours, found.ranges)
        return Legend("ramp", title, unit, found.ranges, entries, missing)

    def ranges(self, style: Style) -> tuple[Range, ...]:
        """Values of the first and the last colour, for each channel of a style.

        Raises:
            InputError: It cannot be drawn like this.
            ServerError: It could not be read.
        """
        return self._found_for(style).ranges

    # -- pictures ------------------------------------------------------------------

    def tile(self, z: int, x: int, y: int, style: Style) -> bytes:
        """One tile of 256 × 256 pixels.

        Args:
            z: Zoom.
            x: Column from the west.
            y: Row from the north.
            style: How it is drawn.

        Returns:
            A PNG, transparent where there is nothing; empty if that is everywhere.

        Raises:
            InputError: It cannot be drawn like this.
            ServerError: It could not be read.
        """
        found = self._found_for(style)
        if not (0 <= z <= 30 and 0 <= x < 2**z and 0 <= y < 2**z):
            return b""
        box = tile_box(z, x, y)
        if not self._pixels.touches(box):
            return b""
        image = self._pixels.image(style, box, (TILE_PX, TILE_PX), z)
        shown = drawn(image, style, found.ranges, found.classes)
        return b"" if shown is None else png_of(shown)

    def picture(self, style: Style, max_px: int = 1024) -> Picture:
        """The whole as one picture in the grid of web maps.

        Args:
            style: How it is drawn.
            max_px: Its longer side, at most.

        Raises:
            InputError: It cannot be drawn like this, or lies where web maps end.
            ServerError: It could not be read.
        """
        found = self._found_for(style)
        box, size, zoom = self._pixels.whole(min(max_px, _MOST_PX))
        image = self._pixels.image(style, box, size, zoom, in_small=True)
        shown = drawn(image, style, found.ranges, found.classes)
        if shown is None:
            shown = _nothing(image)
        west, south = from_web_map(box[0], box[1])
        east, north = from_web_map(box[2], box[3])
        png = png_of(shown)
        return Picture(png, (west, south, east, north))

    # -- numbers -------------------------------------------------------------------

    def small(self, band: int = 1) -> np.ma.MaskedArray[Any, Any]:
        """The numbers of a band as they stand in the file, in a small version.

        A file of up to 1,024 pixels a side is read whole; where there is nothing, the
        array is masked.

        Args:
            band: Number of the band, from 1.

        Raises:
            InputError: There is no such band, or very much would have to be read.
            ServerError: It could not be read.
        """
        return self._pixels.small(self.info.band(band), None)

    def values_at(
        self, lon: float, lat: float, nodata: NoData = None
    ) -> list[BandValue]:
        """The values of all bands at a place: exactly those of its pixel.

        Args:
            lon: Longitude in degrees.
            lat: Latitude in degrees.
            nodata: What stands for nothing, as in a style.

        Raises:
            ServerError: It could not be read.
        """
        lon = (lon + 180) % 360 - 180
        found = []
        for band in self.info.bands:
            value = self._pixels.pixel(band, lon, lat, nodata)
            labels = {one.value: one.label for one in band.classes}
            label = labels.get(value, "") if value is not None else ""
            found.append(
                values.BandValue(band.index, band.name, value, band.unit, label)
            )
        return found

    def histogram(
        self, of: int | Style = 1, bins: int = 64, between: Range | None = None
    ) -> Histogram:
        """How often the values are, by a small version of the raster.

        Args:
            of: A band, or a style of one channel (for that of an expression).
            bins: In how many bins they are counted.
            between: Where the first begins and the last ends; from the smallest value
                to the largest if left out.

        Raises:
            InputError: There is no such band.
            ServerError: It could not be read.
        """
        style = self._one_channel(of)
        return values.histogram_of(
            self._pixels.overall(style)[0], max(1, min(bins, 1024)), between
        )

    def values_along(
        self, line: Sequence[Sequence[float]], of: int | Style = 1
    ) -> Profile:
        """Values at 256 places along a line.

        Args:
            line: Longitude and latitude of each corner.
            of: A band, or a style of one channel.

        Raises:
            InputError: It is no line, or there is no such band.
            ServerError: It could not be read.
        """
        return values.along(self._pixels, line, self._one_channel(of))

    def values_inside(self, area: Area | Geometry, of: int | Style = 1) -> AreaValues:
        """What the values inside an area are like.

        Args:
            area: An area, or a polygon (GeoJSON).
            of: A band, or a style of one channel.

        Raises:
            InputError: It is no area, or there is no such band.
            ServerError: It could not be read.
        """
        return values.inside(self._pixels, area, self._one_channel(of))

    # -- below ---------------------------------------------------------------------

    def _one_channel(self, of: int | Style) -> Style:
        """What numbers are wanted of: a band, or a style of one channel."""
        style = of if isinstance(of, Style) else Style((of,))
        style.check(self.info)
        if style.channels != 1:
            raise InputError("Numbers are those of one band or expression.")
        return style

    def _found_for(self, style: Style) -> Found:
        """What a style means here; found once, so that there are no seams."""
        style = replace(style, bands=tuple(style.bands))
        with self._lock:
            if style in self._found:
                self._found.move_to_end(style)
                return self._found[style]
        style.check(self.info)
        found = self._pixels.found(style)
        with self._lock:
            self._found[style] = found
            while len(self._found) > _KEPT_STYLES:
                self._found.popitem(last=False)
        return found


def _nothing(image: ImageData) -> ImageData:
    """A picture of the same size in which nothing is seen."""
    from rio_tiler.models import ImageData

    blank = np.zeros((1, image.height, image.width), dtype="uint8")
    return ImageData(np.ma.MaskedArray(blank, mask=True))
