"""Rasters on the map: opened once, drawn tile by tile as the page asks for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.raster import open_raster
from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.raster import MapAssets, Raster, Style
    from ogc_widgets.raster.legend import Legend
    from ogc_widgets.raster.values import BandValue

_MAX_BANDS: Final = 12


@dataclass(frozen=True)
class ShownRaster:
    """A raster with the way it is drawn.

    Attributes:
        raster: Where tiles and values come from.
        style: How it is drawn.
        legend: What its colours mean.
        title: For people.
    """

    raster: Raster
    style: Style
    legend: Legend
    title: str


async def open_shown(
    results: Results, item: dict[str, Any], found: MapAssets
) -> ShownRaster:
    """Open what of an item belongs on a map, aside from the loop.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
        InputError: It is no raster that can be placed on a map.
        ServerError: It could not be read.
    """
    files = [results.open(item, key) for key in found.keys]
    return await asyncio.to_thread(_open, files, found)


def _open(files: list[Any], found: MapAssets) -> ShownRaster:
    raster = open_raster(files, about=found.about)
    try:
        style = raster.default_style()
        return ShownRaster(raster, style, raster.legend(style), found.title)
    except BaseException:
        raster.close()
        raise


class RasterView(View):
    """A view on whose map rasters lie."""

    rasters: Any = traitlets.List().tag(sync=True)
    """Rasters whose tiles the page asks for, lowest first."""


class RasterLayers:
    """The rasters that lie on a map, by the id of their layer.

    Args:
        overlay: The view on the map, which draws them.
        start: Starts work of that view.
    """

    def __init__(self, overlay: RasterView, start: Callable[..., object]) -> None:
        self._overlay = overlay
        self._start = start
        self._shown: dict[str, ShownRaster] = {}
        self._number = 0
        overlay.handle(tile=self._tile, values=self._values)

    @property
    def shown(self) -> dict[str, ShownRaster]:
        """What lies on the map by the id of its layer, lowest first."""
        return {**self._shown}

    def add(self, shown: ShownRaster) -> str:
        """Lay a raster over the others; returns the id of its layer."""
        self._number += 1
        layer = f"r{self._number}"
        self._shown[layer] = shown
        info = shown.raster.info
        about = {
            "id": layer,
            "title": clean(shown.title, limit=60),
            "bounds": list(info.bounds),
            "max_zoom": info.max_zoom,
            "legend": _legend(shown.legend),
        }
        self._overlay.rasters = [*self._overlay.rasters, about]
        return layer

    def remove(self, layer: str) -> None:
        """Take a raster off the map and close its files."""
        shown = self._shown.pop(layer, None)
        if shown is not None:
            others = [one for one in self._overlay.rasters if one["id"] != layer]
            self._overlay.rasters = others
            shown.raster.close()

    def clear(self) -> None:
        """Take all of them off the map."""
        for layer in list(self._shown):
            self.remove(layer)

    def close(self) -> None:
        """Close their files, with the map."""
        for shown in self._shown.values():
            shown.raster.close()
        self._shown = {}

    def _tile(self, layer: str, z: int, x: int, y: int) -> None:
        """Draw a tile and send it; an empty one where there is nothing."""
        shown = self._shown.get(str(layer))
        if shown is None:
            return
        place = {"type": "tile", "layer": layer, "z": z, "x": x, "y": y}

        def failed(error: BaseException) -> None:
            self._overlay.last_error = error
            self._overlay.send({**place, "failed": True})

        async def draw() -> bytes:
            return await asyncio.to_thread(
                shown.raster.tile, int(z), int(x), int(y), shown.style
            )

        self._start(
            draw,
            lambda png: self._overlay.send(place, buffers=[png]),
            failed,
            is_wanted=lambda: layer in self._shown,
        )

    def _values(self, lon: float, lat: float) -> None:
        """Send the values of all bands of all rasters at a place."""
        layers = list(self._shown.values())

        def read() -> list[tuple[ShownRaster, list[BandValue]]]:
            return [
                (one, one.raster.values_at(float(lon), float(lat))) for one in layers
            ]

        def tell(found: list[tuple[ShownRaster, list[BandValue]]]) -> None:
            rows = [
                {
                    "title": clean(shown.title, limit=60),
                    "values": [
                        [clean(one.name, limit=40), _value(one)]
                        for one in values[:_MAX_BANDS]
                    ],
                }
                for shown, values in found
            ]
            said = {"type": "values", "lon": lon, "lat": lat, "rasters": rows}
            self._overlay.send(said)

        async def work() -> list[tuple[ShownRaster, list[BandValue]]]:
            return await asyncio.to_thread(read)

        self._start(work, tell)


def _number(value: float) -> str:
    return f"{value:.5g}" if abs(value) < 1e5 else f"{value:.0f}"


def _value(band: BandValue) -> str:
    if band.value is None:
        return "no data"
    number = f"{_number(band.value)} {band.unit}".strip()
    return clean(f"{band.label} ({number})" if band.label else number, limit=60)


def _legend(legend: Legend) -> dict[str, Any]:
    """A legend as the page draws it."""
    low, high = legend.ranges[0] if legend.ranges else (0.0, 0.0)
    is_ramp = legend.kind == "ramp"
    return {
        "kind": legend.kind,
        "title": clean(f"{legend.title} {legend.unit}".strip(), limit=60),
        "low": _number(low) if is_ramp else "",
        "high": _number(high) if is_ramp else "",
        "entries": [
            {
                "label": clean(one.label or _number(one.value), limit=40),
                "colour": one.colour,
            }
            for one in legend.entries
        ],
    }
