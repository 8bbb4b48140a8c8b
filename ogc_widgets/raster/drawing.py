"""Pixels become colours: classes, a colour map, or three channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster.bands import NO_COLOUR
from ogc_widgets.raster.colours import CLASSES, colour_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rio_tiler.models import ImageData

    from ogc_widgets.raster.bands import Band, Range, RasterClass
    from ogc_widgets.raster.style import Style


def measured(image: ImageData, bands: Sequence[Band]) -> None:
    """Make values of the numbers in the file, in place; what is no number is nothing.

    Bands of classes keep their numbers.
    """
    array = image.array
    if all((band.scale, band.offset) == (1.0, 0.0) for band in bands):
        if array.dtype.kind == "f":
            unknown = np.ma.getmaskarray(array) | ~np.isfinite(array.data)
            image.array = np.ma.MaskedArray(array.data, unknown)
        return
    _round_alpha(image)
    holes = np.ma.getmaskarray(image.array)
    values = array.data.astype("float64" if array.dtype.itemsize > 2 else "float32")
    for at, band in enumerate(bands):
        if not band.classes:
            values[at] = values[at] * band.scale + band.offset
    image.array = np.ma.MaskedArray(values, holes | ~np.isfinite(values))


def computed(image: ImageData, style: Style) -> ImageData:
    """Put an expression in the place of the bands that it is made of.

    Raises:
        InputError: It cannot be computed.
    """
    from rio_tiler.errors import InvalidExpression

    if not style.expression:
        return image
    # Whole numbers would be divided without a remainder, and overflow.
    _round_alpha(image)
    if image.array.dtype.kind != "f":
        small = image.array.dtype.itemsize <= 2
        image.array = np.ma.MaskedArray(
            image.array.data.astype("float32" if small else "float64"),
            np.ma.getmaskarray(image.array),
        )
    parts = style.parts
    # rio-tiler puts 0 for what cannot be computed, such as 0 / 0: that is no value. A
    # second result for each part says where it could be.
    known = [f"(({part})-({part}))==0" for part in parts]
    try:
        found = image.apply_expression(";".join([*parts, *known]))
    except InvalidExpression as error:
        said = clean(error, limit=200).rstrip(".")
        raise InputError(f"The expression cannot be computed: {said}.") from None
    count = len(parts)
    holes = np.ma.getmaskarray(image.array).any(axis=0)
    values = np.asarray(found.array.data[:count], dtype="float64")
    unknown = np.asarray(found.array.data[count:]) == 0
    found.array = np.ma.MaskedArray(values, unknown | holes)
    found.band_names = [f"b{at}" for at in range(1, count + 1)]
    found.band_descriptions = list(parts)
    return found


def drawn(
    image: ImageData,
    style: Style,
    ranges: Sequence[Range],
    classes: Sequence[RasterClass],
) -> ImageData | None:
    """Colours for values, or None where there is nothing to see.

    Args:
        image: Values, of :func:`measured` and :func:`computed`.
        style: How they are drawn.
        ranges: Values of the first and the last colour, for each channel.
        classes: Of a style by classes.
    """
    holes = np.ma.getmaskarray(image.array)
    if image.count == 3:
        # A pixel that has no red is not black.
        holes = np.broadcast_to(holes.any(axis=0), holes.shape)
        image.array = np.ma.MaskedArray(image.array.data, holes)
    if holes.all():
        return None
    if style.colours == CLASSES and image.count == 1:
        image.alpha_mask = None
        image.array = _whole(image.array)
        table = {
            int(one.value): NO_COLOUR if one.is_nodata else one.colour or NO_COLOUR
            for one in classes
        }
        coloured = image.apply_colormap(table)
    else:
        _spread(image, ranges)
        coloured = image
        if image.count == 1:
            image.alpha_mask = None
            coloured = image.apply_colormap(colour_map(style.colours))
    return coloured if coloured.mask.any() else None


def png_of(image: ImageData) -> bytes:
    """Encode colours, by GDAL.

    ``ImageData.render`` changes the warnings of the whole program meanwhile, which
    several threads must not do at once.
    """
    import rasterio
    from affine import Affine
    from rasterio.io import MemoryFile

    bands = np.concatenate([image.array.data, image.mask[None]]).astype("uint8")
    count, height, width = bands.shape
    # A picture without a place warns; the place is not written into it.
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), MemoryFile() as memory:
        with memory.open(
            driver="PNG",
            dtype="uint8",
            count=count,
            width=width,
            height=height,
            transform=Affine.scale(2, -2),
        ) as picture:
            picture.write(bands)
        return bytes(memory.read())


def _spread(image: ImageData, ranges: Sequence[Range]) -> None:
    """Bring values to 0 to 255; numbers that are no values must not be cast."""
    holes = np.ma.getmaskarray(image.array)
    image.array = np.ma.MaskedArray(np.where(holes, 0, image.array.data), holes)
    image.rescale(ranges)
    image.array = np.ma.MaskedArray(image.array.data, holes)
    if image.alpha_mask is not None:
        image.alpha_mask = np.where(holes.any(axis=0), 0, image.alpha_mask)


def _whole(array: np.ma.MaskedArray[Any, Any]) -> np.ma.MaskedArray[Any, Any]:

    if array.dtype.kind in "iu":
        return array
    known = array.filled(0)
    # A number between two classes belongs to none.
    between = known != np.floor(known)
    far = np.abs(known) > 2**31 - 1
    holes = np.ma.getmaskarray(array) | between | far
    return np.ma.MaskedArray(np.where(holes, 0, known).astype("int64"), holes)


def _round_alpha(image: ImageData) -> None:
    """Opacity of whole numbers, for an image whose numbers are no longer whole."""
    if image.alpha_mask is not None and image.alpha_mask.dtype.kind in "iu":
        holes = np.ma.getmaskarray(image.array) | (image.alpha_mask == 0)
        image.array = np.ma.MaskedArray(image.array.data, holes)
        image.alpha_mask = None
