"""The pixels of a raster, of one file or several, wherever they are best read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.errors import InputError
from ogc_widgets.raster.colours import CLASSES
from ogc_widgets.raster.drawing import computed, measured
from ogc_widgets.raster.info import NEARLY, RasterInfo
from ogc_widgets.raster.style import Found, classes_of
from ogc_widgets.raster.warping import (
    EDGE_M,
    HIGHEST,
    TILE_PX,
    Located,
    from_web_map,
    joined,
    read_box,
    to_web_map,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rio_tiler.models import ImageData

    from ogc_widgets.area.boxes import Box
    from ogc_widgets.raster.bands import Band
    from ogc_widgets.raster.raster_file import RasterFile
    from ogc_widgets.raster.style import Style
    from ogc_widgets.raster.warping import NoData

_SHORTEST_PX: Final = 256


class Pixels:
    """Reads values of bands and styles, from small versions where these are enough.

    Args:
        files: The files of the raster.
        info: What it is.
    """

    def __init__(self, files: Sequence[RasterFile], info: RasterInfo) -> None:
        self.files = tuple(files)
        self.info = info

    def close(self) -> None:
        """Close the files."""
        for file in self.files:
            file.close()

    def small(self, band: Band, nodata: NoData) -> np.ma.MaskedArray[Any, Any]:
        """One band in small, as its numbers stand in the file."""
        return self.files[band.file].small(band, _nodata(band, nodata)).values

    def overall(self, style: Style) -> np.ma.MaskedArray[Any, Any]:
        """The values of a style, of the whole raster in small."""
        from rio_tiler.models import ImageData

        bands = [self.info.band(one) for one in style.bands_read()]
        if len({band.file for band in bands}) > 1:
            place = self.whole(512)
            return self.image(style, *place, is_exact=True, in_small=True).array
        smalls = [self.small(band, style.nodata) for band in bands]
        image = ImageData(
            np.ma.stack(smalls), band_names=[f"b{band.index}" for band in bands]
        )
        measured(image, bands)
        return computed(image, style).array

    def found(self, style: Style) -> Found:
        """Look at the pixels for what a style leaves open: ranges or classes."""
        if style.colours == CLASSES and style.channels == 1:
            band = self.info.band(style.bands[0])
            return Found((), classes_of(band, self.small(band, style.nodata)))
        if not isinstance(style.stretch, str):
            return Found(style.stretch, ())
        ranges = []
        for channel in self.overall(style):
            known = channel.compressed()
            percents = (2, 98) if style.stretch == "percentiles" else (0, 100)
            low, high = np.percentile(known, percents) if known.size else (0, 1)
            # Percentiles of a rare thing on an even ground are the ground.
            if high <= low and known.size:
                low, high = known.min(), known.max()
            low, high = float(low), float(high)
            ranges.append((low, high if high > low else low + 1))
        return Found(tuple(ranges), ())

    def image(
        self,
        style: Style,
        box: Box,
        size: tuple[int, int],
        zoom: float,
        *,
        is_exact: bool = False,
        in_small: bool = False,
    ) -> ImageData:
        """The values of a style in a part of the web map.

        Args:
            style: Of which bands, and what is computed of them.
            box: The part, in metres of the web map.
            size: Its width and height in pixels.
            zoom: The zoom that these are like.
            is_exact: Values of single pixels, no means of neighbours.
            in_small: Of small versions alone, so that nothing else is read.
        """
        from rio_tiler.models import ImageData

        bands = [self.info.band(one) for one in style.bands_read()]
        is_smooth = not is_exact and style.colours != CLASSES
        images = [
            self._band(
                band,
                box,
                size,
                -math.inf if in_small else zoom,
                style.nodata,
                smooth_at=zoom if is_smooth else math.inf,
            )
            for band in bands
        ]
        alphas = [image.alpha_mask for image in images if image.alpha_mask is not None]
        array = joined([image.array for image in images], axis=0)
        image = ImageData(
            array,
            bounds=box,
            crs=images[0].crs,
            band_names=[f"b{band.index}" for band in bands],
            band_descriptions=[band.name for band in bands],
            alpha_mask=alphas[0] if len(alphas) == len(images) else None,
        )
        measured(image, bands)
        return computed(image, style)

    def pixel(
        self, band: Band, lon: float, lat: float, nodata: NoData = None
    ) -> float | None:
        """The value of the pixel at a place, or None."""
        x, y = to_web_map(lon, lat)
        half = min(1.0, self.pixel_m() / 8)
        box = (x - half, y - half, x + half, y + half)
        image = self._band(band, box, (1, 1), math.inf, nodata, smooth_at=math.inf)
        measured(image, [band])
        is_nothing = bool(np.ma.getmaskarray(image.array).all())
        return None if is_nothing else float(image.array.data[0, 0, 0])

    def _band(
        self,
        band: Band,
        box: Box,
        size: tuple[int, int],
        zoom: float,
        nodata: NoData,
        *,
        smooth_at: float,
    ) -> ImageData:
        """One band in a part of the web map, of its small version if that is enough."""
        import rasterio

        file = self.files[band.file]
        nothing = _nodata(band, nodata)
        own = math.inf
        if zoom < math.inf:
            own = file.grid.zoom - math.log2(file.factor(band))
        if zoom <= own + NEARLY < math.inf:
            small = file.small(band, nothing)
            with rasterio.Env(), rasterio.open(small.memory.name) as dataset:
                return read_box(
                    Located(dataset, dataset.crs, dataset.transform),
                    box,
                    size,
                    (1,),
                    # Its numbers are what they are to be taken for.
                    nodata=math.nan if isinstance(nothing, str) else nothing,
                    is_smooth=smooth_at < own - NEARLY,
                )

        level, own = file.grid.level(zoom)

        def read(located: Located) -> ImageData:
            return read_box(
                located,
                box,
                size,
                (band.number,),
                nodata=nothing,
                is_smooth=smooth_at < own - NEARLY,
            )

        return file.datasets.use(read, level)

    def touches(self, box: Box) -> bool:
        """Whether a tile may show something of it."""
        west, south = from_web_map(box[0], box[1])
        east, north = from_web_map(box[2], box[3])
        left, bottom, right, top = self.info.bounds
        if south >= top or north <= bottom:
            return False
        return any(west < right + t and east > left + t for t in (0, -360, 360))

    def pixel_m(self) -> float:
        """Side of a pixel in metres of the web map, roughly."""
        finest = max(file.grid.zoom for file in self.files)
        return 2 * EDGE_M / TILE_PX / float(2.0**finest)

    def whole(self, max_px: int) -> tuple[Box, tuple[int, int], float]:
        """The box of all of it on the web map, its size in pixels, and its zoom.

        Raises:
            InputError: It lies where web maps end.
        """
        west, south, east, north = self.info.bounds
        if south >= HIGHEST or north <= -HIGHEST:
            raise InputError(
                f"{self.info.name} lies at a pole, beyond 85 degrees, where web maps "
                "end.",
                advice="Download it, and open it in a GIS.",
            )
        box = (*to_web_map(west, south), *to_web_map(east, north))
        size, zoom = self.size_of(box, max_px)
        return box, size, zoom

    def size_of(self, box: Box, max_px: int) -> tuple[tuple[int, int], float]:
        """Pixels for a part of the web map, as fine as the raster but no more.

        Returns:
            Width and height, and the zoom that they are like.
        """
        wide, high = box[2] - box[0], box[3] - box[1]
        longest = max(wide, high, 1e-9)
        pixels = longest / self.pixel_m()
        side = min(max_px, max(math.ceil(pixels), min(_SHORTEST_PX, max_px)))
        size = (
            max(1, round(side * wide / longest)),
            max(1, round(side * high / longest)),
        )
        return size, math.log2(2 * EDGE_M * side / longest / TILE_PX)


def _nodata(band: Band, override: NoData) -> NoData:
    return band.nodata if override is None else override


def info_of(files: Sequence[RasterFile], bands: Sequence[Band]) -> RasterInfo:
    """Sum up what the files of one raster are."""
    boxes = [file.grid.bounds for file in files]
    first = files[0].grid
    # The next file may lie on the other side of 180.
    turned = [
        (west + 360 * round((boxes[0][0] - west) / 360), south, east, north)
        for west, south, east, north in boxes
    ]
    easts = [
        east + turned[at][0] - boxes[at][0] for at, (_, _, east, _) in enumerate(boxes)
    ]
    return RasterInfo(
        name=files[0].datasets.name,
        bands=tuple(bands),
        bounds=(
            min(box[0] for box in turned),
            min(box[1] for box in boxes),
            max(easts),
            max(box[3] for box in boxes),
        ),
        min_zoom=min(file.grid.min_zoom for file in files),
        max_zoom=max(file.grid.max_zoom for file in files),
        width=first.width,
        height=first.height,
        bytes=sum(file.datasets.size for file in files),
        has_overviews=all(file.grid.factors for file in files),
        system=first.system,
        pixel=first.pixel,
        unit=first.unit,
    )
