"""Rasters read where they lie: tiles, legends and values, without a widget.

Everything that is drawn or reprojected is drawn by rio-tiler and GDAL, in the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.raster.choice import MapAssets, assets_for_map
    from ogc_widgets.raster.info import RasterInfo
    from ogc_widgets.raster.raster import Raster, open_raster
    from ogc_widgets.raster.style import Style

_HOME_OF = {
    "MapAssets": "ogc_widgets.raster.choice",
    "Raster": "ogc_widgets.raster.raster",
    "RasterInfo": "ogc_widgets.raster.info",
    "Style": "ogc_widgets.raster.style",
    "assets_for_map": "ogc_widgets.raster.choice",
    "open_raster": "ogc_widgets.raster.raster",
}

__all__ = [
    "MapAssets",
    "Raster",
    "RasterInfo",
    "Style",
    "assets_for_map",
    "open_raster",
]


__getattr__ = loader(__name__, _HOME_OF)
