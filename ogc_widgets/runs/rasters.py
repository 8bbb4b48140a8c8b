"""What differs between two rasters, in a few numbers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.results.files.remote_file import RemoteFile
    from ogc_widgets.raster import Raster

_MOST_BANDS: Final = 4


class RasterDifference(NamedTuple):
    """What two rasters are like.

    Attributes:
        here: Size, reference system, and smallest, largest and mean value of the one.
        there: The same of the other.
        change: Which share of the pixels differs, in words; ``""`` if none does.
        share: That share, from 0 to 1; None where pixels do not lie on each other.
    """

    here: str
    there: str
    change: str
    share: float | None


def compare_rasters(here: RemoteFile, there: RemoteFile) -> RasterDifference:
    """Compare two rasters; of large ones, a small version.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
        InputError: One of them is no raster, or very much would have to be read.
        ServerError: One could not be read.
    """
    from ogc_widgets.raster import open_raster

    with contextlib.ExitStack() as stack:
        one = stack.enter_context(open_raster(here))
        other = stack.enter_context(open_raster(there))
        share = _changed_share(one, other)
        first, second = _numbers(one), _numbers(other)
        if share is None:
            change = "another grid"
        elif share:
            change = f"{_percent(share)} of the pixels differ"
            if max(one.info.width, one.info.height) > max(one.small().shape):
                change += ", in a small version"
        else:
            change = ""
        return RasterDifference(first, second, change, share)


def _changed_share(one: Raster, other: Raster) -> float | None:
    """Share of the pixels in which any band differs; None on different grids."""
    import numpy as np

    grids = [
        (r.info.width, r.info.height, r.info.system, r.info.bounds, len(r.info.bands))
        for r in (one, other)
    ]
    if grids[0] != grids[1]:
        return None
    changed: Any = False
    for band in one.info.bands:
        first, second = one.small(band.index), other.small(band.index)
        if first.shape != second.shape:
            return None
        holes, others = np.ma.getmaskarray(first), np.ma.getmaskarray(second)
        same = (first.data == second.data) | (holes & others)
        changed = changed | ~same | (holes != others)
    return float(np.mean(changed))


def _numbers(raster: Raster) -> str:
    info = raster.info
    code = clean(info.system.partition(",")[0], limit=40)
    parts = [f"{info.width:,} × {info.height:,} px", code or "no reference system"]
    for band in info.bands[:_MOST_BANDS]:
        known = raster.small(band.index).compressed()
        name = f"{clean(band.name, limit=40)}: " if len(info.bands) > 1 else ""
        if not known.size:
            parts.append(f"{name}nothing but holes")
            continue
        low, high, mean = (float(f) for f in (known.min(), known.max(), known.mean()))
        parts.append(f"{name}{low:.6g} to {high:.6g}, mean {mean:.4g}")
    if (more := len(info.bands) - _MOST_BANDS) > 0:
        parts.append(f"{more} more bands")
    return " · ".join(parts)


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.1f} %" if percent >= 0.1 else "less than 0.1 %"
