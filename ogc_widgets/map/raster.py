"""A small picture of a georeferenced image, made here and not by a tile server.

Only the parts of the image that a picture of this size needs are read: of a
cloud-optimised GeoTIFF, its index and one of its overviews.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError, MissingExtraError, OgcError

if TYPE_CHECKING:
    from rio_tiler.models import ImageData

    from ogc_widgets.client.results.remote_file import RemoteFile

LONGEST_SIDE_PX: Final = 1024
# Contrast is stretched between these: a few bright pixels must not darken the rest.
_PERCENTILES: Final = [2, 98]
_MARKED: Final = {0: (0, 0, 0, 0), 1: (21, 101, 192, 255)}

MAX_PICTURE_BYTES = 8_000_000
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def picture_of(image: RemoteFile) -> tuple[bytes, list[float]]:
    """Draw an image in the grid of web maps.

    A mask of zeros and ones becomes blue where it is one, an image with a palette keeps
    it, three bands become red, green and blue, anything else grey.

    Args:
        image: The file; only parts of it are read.

    Returns:
        A PNG, and where it lies: ``[west, south, east, north]`` in degrees.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
        InputError: It is no image that can be placed on a map.
        ServerError: It could not be read.
    """
    try:
        import rasterio
        from rasterio.warp import transform_bounds
        from rio_tiler.io import Reader
    except ImportError:
        raise MissingExtraError("Previewing a GeoTIFF", "raster") from None
    try:
        with (
            rasterio.open(image.name, opener=image.opener) as dataset,
            Reader(None, dataset=dataset) as reader,
        ):
            # Shrunk first, then warped: the other way round reads every pixel.
            small = reader.preview(
                max_size=LONGEST_SIDE_PX,
                indexes=(1, 2, 3) if dataset.count >= 3 else (1,),
            )
            part = small.reproject("EPSG:3857")
            where = transform_bounds("EPSG:3857", "EPSG:4326", *part.bounds)
            return _png(part, reader.colormap), list(where)
    except OgcError:
        raise
    except Exception as error:
        # GDAL reports a failing read as a broken file; what failed is behind it.
        cause = _our_error(error)
        if cause is not None:
            raise cause from None
        raise InputError(
            "The file is no image that can be shown on a map.",
            advice="Download it, and open it in a GIS.",
        ) from error


def data_url(content: bytes) -> str:
    """Turn the bytes of a picture into a data address.

    Raises:
        InputError: It is too large, or neither PNG nor JPEG.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise InputError(
            f"The preview picture has {len(content) / 1e6:.0f} MB, more than a map "
            "should carry."
        )
    for start, media_type in _SIGNATURES.items():
        if content.startswith(start):
            text = base64.b64encode(content).decode("ascii")
            return f"data:{media_type};base64,{text}"
    raise InputError("The preview picture is neither PNG nor JPEG.")


def _png(part: ImageData, palette: dict[int, Any] | None) -> bytes:
    import numpy as np

    if palette is None and part.count == 1:
        values = np.unique(part.array.compressed())
        if part.array.dtype.kind in "bui" and set(values.tolist()) <= {0, 1}:
            palette = _MARKED
    if palette:
        return bytes(part.render(img_format="PNG", colormap=palette))
    ranges = []
    for band in part.array:
        known = band.compressed()
        low, high = np.percentile(known, _PERCENTILES) if known.size else (0, 1)
        ranges.append((float(low), float(high) if high > low else float(low) + 1))
    part.rescale(ranges)
    return bytes(part.render(img_format="PNG"))


def _our_error(error: BaseException) -> OgcError | None:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OgcError):
            return found
        found = found.__cause__ or found.__context__
    return None
