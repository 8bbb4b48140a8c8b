"""The still picture of one map, made anew when something on it has changed."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.map.colours import GREY, NONE
from ogc_widgets.map.state_areas import STATE_COLOURS
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import publishing
from ogc_widgets.view.saved_card import card_may_have_changed, card_waits_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from ogc_widgets.area.boxes import Shape
    from ogc_widgets.map.footprints import Footprints
    from ogc_widgets.map.overlay import MapOverlay
    from ogc_widgets.map.raster_layers import ShownRaster
    from ogc_widgets.map.state_areas import StateAreas
    from ogc_widgets.map.still.picture import Colours, StillMap, StillRaster

MOST_RASTERS: Final = 6
RASTER_PX: Final = 600
"""Longest side of the picture of a raster."""
_INK: Final = "#33373b"
_TONES: Final = ("#d9500b", "#7b3fb5", "#00796b", "#c2185b", "#6d5a00")


class MapStill:
    """Draws what lies on a map without a browser.

    Pictures of rasters are read aside, as soon as they lie on the map; until they are
    there, the map is drawn without them.
    """

    def __init__(
        self,
        overlay: MapOverlay,
        footprints: Callable[[], Footprints],
        state_areas: StateAreas,
    ) -> None:
        self._overlay = overlay
        self._state_areas = state_areas
        self._footprints = footprints
        self._rasters: dict[str, tuple[ShownRaster, StillRaster | None]] = {}
        self._drawn_of: tuple[Any, ...] = ()
        self._html = ""
        overlay.observe(self._rasters_changed, "rasters")

    def html(self) -> str:
        """The map as HTML without styles or scripts; empty if nothing is on it."""
        about = (
            self._footprints(),
            self._overlay.selected,
            self._overlay.kept,
            self._overlay.colours,
            json.dumps([self._overlay.shape, self._overlay.areas, self._line]),
            len(self._overlay.context),
            (self._overlay.states, self._state_areas.extent),
            [one["bounds"] for one in self._overlay.pictures],
            self._stills(),
        )
        if about != self._drawn_of:
            self._html, self._drawn_of = self._draw(), about
        return self._html

    def _draw(self) -> str:
        # Drawing is loaded when the first map is drawn.
        from ogc_widgets.map.still.picture import still_picture

        shown = self._shown()
        if shown.is_empty:
            return ""
        content = still_picture(shown)
        kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
        words = escape_html(self._words(shown), limit=1000)
        url = _url_of(kind, content)
        return f'<p><img alt="{words}" width="640" src="{url}"><br>{words}</p>'

    def _shown(self) -> StillMap:
        import shapely.geometry

        from ogc_widgets.map.overlay import geometry_of
        from ogc_widgets.map.still.furniture import Key
        from ogc_widgets.map.still.picture import StillMap

        def shape_of(shape: dict[str, Any]) -> Shape:
            return shapely.geometry.shape(geometry_of(shape))

        overlay, found = self._overlay, self._footprints()
        tones = {one["id"]: _TONES[one["tone"]] for one in overlay.areas}
        states = self._state_areas.states
        # The legend is of one kind of areas: a form has few, a batch is looked at.
        keys = [
            Key(f"area, {state}", "dashes", (STATE_COLOURS[state],))
            for state in dict.fromkeys(states)
        ]
        areas = [
            (shape, STATE_COLOURS[state])
            for shape, state in zip(self._state_areas.shapes, states, strict=True)
        ]
        areas += [
            (shape_of({"geometry": one["geometry"]}), tones[one["id"]])
            for one in overlay.areas
            if one["geometry"] and one["id"] != overlay.active_area
        ]
        if overlay.shape:
            colour = tones.get(overlay.active_area, _TONES[0])
            areas.append((shape_of(overlay.shape), colour))
        if self._line:
            areas.append((shape_of({"geometry": self._line}), _INK))
        mask = self._kept()
        names = [*compress(found.ids, mask)]
        chosen = overlay.selected
        return StillMap(
            shapes=[*compress(found.shapes, mask)],
            total=found.total,
            kept=len(names) if overlay.kept else None,
            selected=names.index(chosen) if chosen in names else -1,
            colours=self._colours(mask),
            areas=areas,
            area_keys=keys,
            context=[
                shapely.geometry.shape(one["geometry"]) for one in overlay.context
            ],
            rasters=[*self._pictures(), *self._stills()],
        )

    @property
    def _line(self) -> dict[str, Any]:
        """The line of a chart, where one is seen."""
        line: dict[str, Any] = self._overlay.line if self._overlay.takes_line else {}
        return line

    def _kept(self) -> list[bool]:
        """Which footprints are drawn."""
        import numpy as np

        count, bits = len(self._footprints().ids), self._overlay.kept
        if not bits:
            return [True] * count
        packed = np.frombuffer(bits, dtype=np.uint8)
        kept: list[bool] = np.unpackbits(packed, bitorder="little")[:count].tolist()
        return kept

    def _colours(self, mask: Sequence[bool]) -> Colours | None:
        from ogc_widgets.map.still.picture import Colours

        overlay, found = self._overlay, self._overlay.colours
        if not found:
            return None
        ramp = found["ramp"]
        of_shapes = [
            ramp[step] if step != NONE else GREY
            for step in compress(found["steps"], mask)
        ]
        choices = {one["by"]: one for one in overlay.colour_choices}
        about = choices.get(overlay.colour_by, {"title": "", "unit": ""})
        title = f"{about['title']} {about['unit']}".strip()
        return Colours(title, of_shapes, tuple(ramp), (found["low"], found["high"]))

    def _words(self, shown: StillMap) -> str:
        """What is on the map, for those who do not see it."""
        from ogc_widgets.map.still.picture import count_of

        parts = []
        if self._overlay.shape or self._overlay.areas:
            parts.append("area of interest")
        if self._line:
            parts.append("line of the chart")
        if states := self._state_areas.states:
            parts += [
                f"{count} {'area' if count == 1 else 'areas'} {state}"
                for state, count in Counter(states).items()
            ]
        if shown.total:
            parts.append(count_of(shown))
        if shown.colours is not None:
            parts.append(f"coloured by {clean(shown.colours.title, limit=60)}")
        if shown.selected >= 0:
            parts.append(f"selected {clean(self._overlay.selected, limit=60)}")
        parts += [clean(one.title, limit=60) for one in shown.rasters if one.title]
        return f"Map: {', '.join(parts) or 'input scenes'}"

    # -- rasters -------------------------------------------------------------------

    def _stills(self) -> list[StillRaster]:
        return [
            replace(still, opacity=shown.opacity)
            for shown, still in self._rasters.values()
            if still is not None
        ]

    def _pictures(self) -> list[StillRaster]:
        from ogc_widgets.map.still.picture import StillRaster

        return [
            StillRaster("", base64.b64decode(url.partition(",")[2]), tuple(bounds))
            for url, bounds in (
                (one["url"], one["bounds"]) for one in self._overlay.pictures
            )
        ]

    def _rasters_changed(self, _change: object) -> None:
        """Read pictures of rasters that are new, and forget those that are gone."""
        before, self._rasters = self._rasters, {}
        new = []
        for layer, shown in self._overlay.layers.shown.items():
            was, still = before.get(layer, (None, None))
            if was is None or not _look_alike(was, shown):
                still = None
                new.append((layer, shown))
            self._rasters[layer] = (shown, still)
        self._tell_page()
        for layer, shown in new:
            self._read(layer, shown)

    def _read(self, layer: str, shown: ShownRaster) -> None:
        def finished(future: Future[StillRaster]) -> None:
            now, _ = self._rasters.get(layer, (None, None))
            if now is not None and _look_alike(now, shown):
                self._rasters[layer] = (now, future.result())
                self._tell_page()
                card_may_have_changed()

        work = submit(_picture_of, shown)
        card_waits_for(follow(work, finished, self._missed))

    def _tell_page(self) -> None:
        """Give the page pictures of the rasters, for when no tiles come."""
        stills = {layer: still for layer, (_, still) in self._rasters.items() if still}
        told = {
            layer: {"url": _url_of("webp", still.small), "bounds": [*still.box]}
            for layer, still in [*stills.items()][-MOST_RASTERS:]
        }
        if told != self._overlay.raster_stills:
            with publishing(self._overlay):
                self._overlay.raster_stills = told

    def _missed(self, error: BaseException) -> None:
        # The tiles of the raster say on the map that it could not be read.
        self._overlay.last_error = error


def _look_alike(one: ShownRaster, other: ShownRaster) -> bool:
    """Whether pictures of both are the same but for their opacity."""
    return one.raster is other.raster and one.style == other.style


def _url_of(kind: str, content: bytes) -> str:
    text = base64.b64encode(content).decode("ascii")
    return f"data:image/{kind};base64,{text}"


async def _picture_of(shown: ShownRaster) -> StillRaster:
    return await asyncio.to_thread(_read_picture, shown)


def _read_picture(shown: ShownRaster) -> StillRaster:
    from ogc_widgets.map.still.paper import small_picture
    from ogc_widgets.map.still.picture import StillRaster

    found = shown.raster.picture(shown.style, RASTER_PX)
    small = small_picture(found.png)
    return StillRaster(shown.title, found.png, found.bounds, shown.legend, small=small)
