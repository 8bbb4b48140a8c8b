"""A raster that is an output itself: what it is, and itself on the map."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.map.raster_layers import ShownRaster
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster import open_raster
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.map.raster_layers import RasterLayers
    from ogc_widgets.raster import RasterInfo
    from ogc_widgets.raster.bands import Band


class RasterViewer(Viewer):
    """Says what a raster is, and lays it on the map.

    It is read in parts where it lies. What has no place on a map is said, and can be
    downloaded all the same.
    """

    _script = "raster_viewer"

    rows: Any = traitlets.List().tag(sync=True)
    """What is known of it: pairs of words."""
    bands: Any = traitlets.List().tag(sync=True)
    """``{"name", "type", "unit", "nodata"}`` of each band."""
    is_shown = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether it lies on the map."""
    can_show = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether there is a map."""

    def __init__(self, content: Content) -> None:
        self._rasters: RasterLayers | None = None
        self._layer = ""
        super().__init__(content)
        self._opening = self._latest()

    def on_map(self, rasters: RasterLayers) -> None:
        """Lay it on a map."""
        self._rasters, self.can_show = rasters, True
        rasters.observe(self._follow, "shown")
        self._on_lay()

    def _word(self) -> str:
        return "raster"

    def _on_lay(self) -> None:
        """Open it, and lay it on the map."""
        self.is_loading, self.problem = True, ""

        async def work() -> ShownRaster:
            return await asyncio.to_thread(_opened, self.content)

        self._opening.start(work, self._lay)

    def _lay(self, shown: ShownRaster) -> None:
        self.is_loading = False
        info = shown.raster.info
        self.size = info.bytes
        self.rows = _rows_of(info)
        self.bands = [_about(band) for band in info.bands]
        if self._rasters is not None:
            self._layer = self._rasters.add(shown)
            self._follow()

    def _on_take_off(self) -> None:
        """Take it off the map."""
        if self._rasters is not None:
            self._rasters.remove(self._layer)

    def _follow(self, _change: object = None) -> None:
        if self._rasters is not None and not self._closed:
            self.is_shown = self._layer in self._rasters.shown

    def _let_go(self) -> None:
        if self._rasters is not None:
            self._rasters.unobserve(self._follow, "shown")
        self._on_take_off()


def _opened(content: Content) -> ShownRaster:
    file = content.open()
    content.refuse_page(file.read(4_000) or b"")
    raster = open_raster(file)
    try:
        style = raster.default_style()
        title = clean(content.title, limit=60)
        return ShownRaster(raster, style, raster.legend(style), title)
    except BaseException:
        raster.close()
        raise


def _rows_of(info: RasterInfo) -> list[tuple[str, str]]:
    across, down = info.pixel
    side = f"{across:g}" if across == down else f"{across:g} × {down:g}"
    west, south, east, north = info.bounds
    return [
        ("pixels", f"{info.width:,} × {info.height:,}"),
        ("pixel size", f"{side} {info.unit}".strip()),
        ("reference system", clean(info.system, limit=120)),
        ("bounds", f"{west:.4f}, {south:.4f}, {east:.4f}, {north:.4f}"),
        ("overviews", "yes" if info.has_overviews else "none"),
    ]


def _about(band: Band) -> dict[str, str]:
    nothing = "" if band.nodata is None else f"{band.nodata:g}".replace("nan", "NaN")
    return {
        "name": clean(band.name, limit=60),
        "type": band.dtype,
        "unit": clean(band.unit, limit=20),
        "nodata": nothing,
    }
