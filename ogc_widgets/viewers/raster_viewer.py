"""What lies on the map itself: a raster that is an output, and what it is."""

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
    from ogc_widgets.raster import Raster, RasterInfo
    from ogc_widgets.raster.bands import Band
    from ogc_widgets.viewers.viewer import Stage


class MapViewer(Viewer):
    """Shows what can be laid on the map of its stage, one layer at a time."""

    can_show = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether there is a map."""

    def __init__(self, content: Content) -> None:
        self._rasters: RasterLayers | None = None
        self._layer = ""
        super().__init__(content)
        self._opening = self._latest()

    def join(self, stage: Stage) -> None:
        """Stand on a stage, and use its map."""
        super().join(stage)
        self._rasters, self.can_show = stage.results_map.map.rasters, True

    def _on_take_off(self) -> None:
        """Take the layer off the map."""
        if self._rasters is not None:
            self._rasters.remove(self._layer)
        self._layer = ""

    def _let_go(self) -> None:
        self._on_take_off()
        super()._let_go()


class RasterViewer(MapViewer):
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

    def join(self, stage: Stage) -> None:
        """Stand on a stage, and lie on its map."""
        super().join(stage)
        stage.results_map.map.rasters.observe(self._follow, "shown")
        self._on_lay()

    def _on_lay(self) -> None:
        """Open it, and lay it on the map."""
        self.is_loading, self.problem = True, ""

        async def work() -> ShownRaster:
            return await asyncio.to_thread(_opened, self.content)

        self._opening.start(work, self._lay)

    def _lay(self, found: ShownRaster) -> None:
        self.is_loading = False
        info = found.raster.info
        self.size = info.bytes
        self.rows = _rows_of(info)
        self.bands = [_about(band) for band in info.bands]
        if self._rasters is not None:
            self._layer = self._rasters.add(found)
            self._follow()

    def _follow(self, _change: object = None) -> None:
        if self._rasters is not None and not self._closed:
            self.is_shown = self._layer in self._rasters.shown

    def _let_go(self) -> None:
        if self._rasters is not None:
            self._rasters.unobserve(self._follow, "shown")
        super()._let_go()


def _opened(content: Content) -> ShownRaster:
    file = content.open()
    content.refuse_page(file.read(4_000) or b"")
    return shown(open_raster(file), content.title)


def shown(raster: Raster, title: str) -> ShownRaster:
    """A raster as it is drawn if nobody says how; closed if it cannot be."""
    try:
        style = raster.default_style()
        legend = raster.legend(style)
        return ShownRaster(raster, style, legend, clean(title, limit=60))
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
