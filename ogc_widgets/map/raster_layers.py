"""Rasters on the map: opened once, drawn tile by tile as the page asks for them."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.raster import MapAssets, Raster, Style
    from ogc_widgets.raster.colours import Legend
    from ogc_widgets.raster.values import BandValue

_MAX_BANDS: Final = 12


@dataclass(frozen=True)
class ShownRaster:
    """A raster with the way it is drawn.

    Attributes:
        raster: Where tiles and values come from.
        style: How it is drawn.
        legend: What its colours mean.
        title: What it shows, for people.
        label: Which one of several it is: a date, or the id of an item.
        opacity: 0 to 1.
    """

    raster: Raster
    style: Style
    legend: Legend
    title: str
    label: str = ""
    opacity: float = 1.0


async def open_shown(
    results: Results,
    item: dict[str, Any],
    found: MapAssets,
    style: Style | None = None,
) -> ShownRaster:
    """Open what of an item belongs on a map, aside from the loop.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
        InputError: It is no raster that can be placed on a map, or cannot be drawn so.
        ServerError: It could not be read.
    """
    files = [results.open(item, key) for key in found.keys]
    return await asyncio.to_thread(_open, files, found, style)


def _open(files: list[Any], found: MapAssets, style: Style | None) -> ShownRaster:
    from ogc_widgets.raster import open_raster  # loads much

    raster = open_raster(files, about=found.about)
    try:
        style = style or raster.default_style()
        return ShownRaster(raster, style, raster.legend(style), found.title)
    except BaseException:
        raster.close()
        raise


class RasterView(View):
    """A view on whose map rasters lie."""

    rasters: Any = traitlets.List().tag(sync=True)
    """Rasters whose tiles the page asks for, lowest first."""
    swipe: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Ids of two of them: left and right of a line that is dragged; or none."""


class RasterLayers(traitlets.HasTraits):
    """The rasters that lie on a map, by the id of their layer."""

    shown: Any = traitlets.Dict()
    """Layer id to :class:`ShownRaster`, lowest first; changed by the methods alone."""
    pair: Any = traitlets.Tuple()
    """Ids of the two layers that are compared, left and right; or none."""

    def __init__(self, overlay: RasterView, start: Callable[..., object]) -> None:
        super().__init__()
        self._overlay = overlay
        self._start = start
        self._versions: dict[str, int] = {}
        self._number = 0
        self.kept: set[str] = set()
        """Ids of layers that :meth:`clear` leaves."""
        overlay.handle(tile=self._tile, values=self._values, together=self.compare)

    @property
    def top(self) -> str:
        """Id of the layer that lies over the others; ``""`` if there is none."""
        return next(reversed(self.shown), "")

    def add(self, shown: ShownRaster, *, below: str = "") -> str:
        """Lay a raster over the others, or below one; returns the id of its layer."""
        self._number += 1
        layer = f"r{self._number}"
        self._versions[layer] = 1
        names = [*self.shown]
        at = names.index(below) if below in names else len(names)
        names.insert(at, layer)
        every = {**self.shown, layer: shown}
        self._put({name: every[name] for name in names})
        return layer

    def change(self, layer: str, shown: ShownRaster) -> None:
        """Draw a layer in another way; its tiles stay until the new ones are there."""
        before = self.shown.get(layer)
        if before is None:
            return
        if (before.raster, before.style) != (shown.raster, shown.style):
            self._versions[layer] += 1
        self._put({**self.shown, layer: shown})
        if before.raster is not shown.raster:
            before.raster.close()

    def set_opacity(self, layer: str, opacity: float) -> None:
        """Let what lies below a layer shine through: 0 to 1."""
        if layer in self.shown:
            solid = min(1.0, max(0.0, opacity))
            self.change(layer, replace(self.shown[layer], opacity=solid))

    def keep(self, layer: str, label: str) -> None:
        """Let a layer stay when the others go, under another label."""
        self.kept.add(layer)
        self.change(layer, replace(self.shown[layer], label=label))

    def compare(self, left: str = "", right: str = "") -> None:
        """Show two layers beside each other, or all on top of each other again."""
        pair = (left, right)
        self._pair(pair if all(one in self.shown for one in pair) else ())

    def _pair(self, pair: tuple[str, ...]) -> None:
        self._overlay.swipe = [*pair]
        self.pair = pair

    def remove(self, layer: str) -> None:
        """Take a raster off the map and close its files."""
        shown = self.shown.get(layer)
        if shown is None:
            return
        if layer in self.pair:
            self._pair(())
        self._put({key: one for key, one in self.shown.items() if key != layer})
        del self._versions[layer]
        self.kept.discard(layer)
        shown.raster.close()

    def clear(self) -> None:
        """Take all of them off the map but those that were kept."""
        for layer in self.shown.keys() - self.kept:
            self.remove(layer)

    def close(self) -> None:
        """Close their files, with the map."""
        for shown in self.shown.values():
            shown.raster.close()
        self.shown = {}

    def _put(self, shown: dict[str, ShownRaster]) -> None:
        self.shown = shown
        self._overlay.rasters = [
            {
                "id": layer,
                "version": self._versions[layer],
                "title": clean(one.title, limit=60),
                "label": clean(one.label, limit=40),
                "bounds": list(one.raster.info.bounds),
                "max_zoom": one.raster.info.max_zoom,
                "opacity": one.opacity,
                "legend": _legend(one.legend),
            }
            for layer, one in shown.items()
        ]

    def _tile(self, layer: str, version: int, z: int, x: int, y: int) -> None:
        """Draw a tile and send it; an empty one where there is nothing."""

        def is_wanted() -> bool:
            return self._versions.get(layer) == version

        if not is_wanted():
            return
        shown = self.shown[layer]
        place = {
            "type": "tile",
            "layer": layer,
            "version": version,
            "z": z,
            "x": x,
            "y": y,
        }

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
            is_wanted=is_wanted,
        )

    def _values(self, lon: float, lat: float) -> None:
        """Send the values of all bands of all rasters that lie at a place."""
        pair = self.pair or self.shown
        layers = [
            self.shown[one] for one in pair if _lies_at(self.shown[one], lon, lat)
        ]

        def read() -> list[tuple[ShownRaster, list[BandValue]]]:
            return [
                (
                    one,
                    one.raster.values_at(float(lon), float(lat), one.style.nodata),
                )
                for one in layers
            ]

        def tell(found: list[tuple[ShownRaster, list[BandValue]]]) -> None:
            rows = [
                {
                    "title": clean(shown.label or shown.title, limit=60),
                    "values": [_value(shown, one) for one in values[:_MAX_BANDS]],
                }
                for shown, values in found
            ]
            said = {"type": "values", "lon": lon, "lat": lat, "rasters": rows}
            self._overlay.send(said)

        async def work() -> list[tuple[ShownRaster, list[BandValue]]]:
            return await asyncio.to_thread(read)

        self._start(work, tell)


def _lies_at(shown: ShownRaster, lon: float, lat: float) -> bool:
    west, south, east, north = shown.raster.info.bounds
    turns = (lon + turn for turn in (0, -360, 360))
    return south <= lat <= north and any(west <= one <= east for one in turns)


def number_text(value: float) -> str:
    """A value of a pixel for people, with as many digits as tell something."""
    return f"{value:.5g}" if abs(value) < 1e5 else f"{value:.0f}"


def _ends(low: float, high: float) -> tuple[str, str]:
    """Two values with as many digits as tell them apart."""
    digits = max(0, 2 - math.floor(math.log10(high - low)))
    if digits > 8 or max(abs(low), abs(high)) >= 1e9:
        return f"{low:.3g}", f"{high:.3g}"
    texts = (f"{round(one, digits) + 0.0:.{digits}f}" for one in (low, high))
    first, last = (one.replace("-", "−") for one in texts)
    return first, last


def _value(shown: ShownRaster, band: BandValue) -> dict[str, str]:
    """The value of one band as the page shows it."""
    name = clean(band.name, limit=40)
    if band.value is None:
        return {"name": name, "text": "no data", "colour": ""}
    number = f"{number_text(band.value)} {band.unit}".strip()
    text = clean(f"{band.label} ({number})" if band.label else number, limit=60)
    return {"name": name, "text": text, "colour": _colour(shown, band)}


def _colour(shown: ShownRaster, band: BandValue) -> str:
    """The colour of a class, where the band is drawn by classes."""
    if shown.legend.kind != "classes" or shown.style.bands != (band.index,):
        return ""
    drawn = (one.colour for one in shown.legend.entries if one.value == band.value)
    return next(drawn, "")


def _legend(legend: Legend) -> dict[str, Any]:
    """A legend as the page draws it."""
    is_ramp = legend.kind == "ramp"
    low, high = _ends(*legend.ranges[0]) if is_ramp else ("", "")
    return {
        "kind": legend.kind,
        "has_holes": legend.nodata_share > 0,
        "title": clean(f"{legend.title} {legend.unit}".strip(), limit=60),
        "low": low,
        "high": high,
        "entries": [
            {
                "label": clean(one.label or number_text(one.value), limit=40),
                "colour": one.colour,
            }
            for one in legend.entries
        ],
    }
