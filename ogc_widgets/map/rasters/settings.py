"""The card "On the map": what of an item is shown there, and how it is drawn."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.rasters import form
from ogc_widgets.map.rasters.map_items import alike
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView
from ogc_widgets.view.next_cell import cell_for

if TYPE_CHECKING:
    from ogc_widgets.map.raster_layers import RasterLayers, ShownRaster
    from ogc_widgets.map.rasters.form import Fields
    from ogc_widgets.map.rasters.map_items import Opened
    from ogc_widgets.map.rasters.previews import Preview, Previews

_MOST_CLASSES: Final = 64
_KEPT: Final = "kept:"  # before the layer of a raster of earlier results
_KEY: Final = "\n"
"""Stands between the keys of assets that are one raster."""


class RasterSettings(StateView):
    """How the raster that lies on top is drawn, and what it is compared with."""

    _script = "raster_settings"

    colour_maps: Any = traitlets.List().tag(sync=True)
    """Colour maps to choose from: ``name``, ``words``, and ``stops``."""
    shows_first = traitlets.Bool(True).tag(sync=True)  # noqa: FBT003 # its default
    """Whether the first item that can be is shown without a press."""
    for_all = traitlets.Bool(True).tag(sync=True)  # noqa: FBT003 # its default
    """Whether what is chosen is for all items that are shown."""

    def __init__(self, layers: RasterLayers, previews: Previews) -> None:
        self._layers = layers
        self._previews = previews
        self._fields: Fields | None = None
        self._of: object = None
        self._errors: dict[str, str] = {}
        self._drawn: dict[str, Any] = {}
        self._drawn_of: object = None
        self._busy = ""
        super().__init__()
        # What is chosen, what is brought beside it, and what is drawn of its values.
        self._choice = self._latest()
        self._beside = self._latest()
        self._numbers = self._latest()
        layers.observe(self._follow, ["shown", "pair"])
        previews.observe(self._follow, "shown")

    # -- what the page shows ---------------------------------------------------------

    def _follow(self, _change: object = None) -> None:
        """Something lies on the map, or no longer, or is drawn in another way."""
        if self._closed:
            return
        shown = self._layers.shown.get(self._layers.top)
        if shown is None:
            self._fields, self._of, self._errors = None, None, {}
        elif self._of is not shown.raster:
            self._fields, self._of, self._errors = (
                form.fields_of(shown),
                shown.raster,
                {},
            )
        elif not self._errors:
            self._fields = form.fields_of(shown, self._fields)
        self._publish()
        if shown is not None:
            self._count(shown)

    def _count(self, shown: ShownRaster) -> None:
        """Draw the distribution of the values, once they have been counted."""
        what = _counted_of(shown)
        before = self._drawn if self._drawn_of == what else {}

        async def work() -> tuple[dict[str, Any], list[dict[str, Any]]]:
            return await asyncio.to_thread(_numbers_of, shown, before, self.colour_maps)

        def done(found: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
            bars, maps = found
            if not self.colour_maps:
                self.colour_maps = maps
            if bars != self._drawn or self._drawn_of != what:
                self._drawn, self._drawn_of = bars, what
                self._publish()

        def failed(error: OgcError) -> None:
            self.last_error = error

        self._numbers.start(work, done, failed)

    def _state(self) -> dict[str, Any]:
        shown = self._layers.shown.get(self._layers.top)
        preview = self._previews.top
        common = {"busy": self._busy, "errors": {**self._errors}}
        if shown is None or self._fields is None:
            return {**common, "is_there": False}
        beside = self._other()
        choices = self._previews.items.choices(preview.item_id) if preview else []
        is_counted = self._drawn_of == _counted_of(shown)
        said = sorted({_said(one.nodata) for one in shown.raster.info.bands})
        legend = shown.legend
        return {
            **common,
            "is_there": True,
            "title": clean(shown.title, limit=60),
            "label": clean(shown.label, limit=40),
            "beside": "" if beside is None else clean(beside.label, limit=40),
            "assets": [[_KEY.join(one.keys), one.title] for one in choices],
            "asset": _KEY.join(preview.keys) if preview else "",
            "band_names": [
                [one.index, clean(one.name, limit=40)]
                for one in shown.raster.info.bands
            ],
            "has_classes": any(one.classes for one in shown.raster.info.bands),
            "nodata_said": ", ".join(said),
            "opacity": shown.opacity,
            "fields": self._fields.to_json(),
            "legend": legend.kind,
            "classes": [
                {
                    "label": clean(one.label or f"{one.value:g}", limit=40),
                    "colour": one.colour,
                    "share": one.share,
                }
                for one in legend.entries[:_MOST_CLASSES]
            ]
            if legend.kind == "classes"
            else [],
            "nodata_share": legend.nodata_share,
            **(self._drawn if is_counted else {"axis": [], "bars": []}),
            "alike": len(self._targets()),
            "others": self._others(preview) if preview and preview.keys else [],
            "code": self._code(shown, preview),
        }

    def _other(self) -> ShownRaster | None:
        """What is compared with the raster on top."""
        top, pair = self._layers.top, self._layers.pair
        if top not in pair:
            return None
        (other,) = (one for one in pair if one != top)
        found: ShownRaster | None = self._layers.shown.get(other)
        return found

    def _others(self, preview: Preview) -> list[list[str]]:
        """What can lie beside the one on top: kept, chosen, then the earliest items."""
        items, layers = self._previews.items, self._layers
        found = [
            [f"{_KEPT}{layer}", clean(one.label, limit=40)]
            for layer, one in layers.shown.items()
            if layer in layers.kept and layer != preview.layer
        ]
        for item_id in dict.fromkeys((*self._previews.preferred, *items.earliest)):
            if item_id != preview.item_id:
                label, name = items.label_of(item_id), clean(item_id, limit=60)
                found.append([item_id, label if label == name else f"{label}, {name}"])
        return found

    def _code(self, shown: ShownRaster, preview: Preview | None) -> str:
        if preview is None:
            return ""
        keys, number = preview.keys, self._previews.items.numbers[preview.item_id]
        files = [f"results.open(item, {key!r})" for key in keys]
        said = [f"item['assets'][{key!r}]" for key in keys]
        is_one = len(keys) == 1
        lines = form.code_of(
            shown,
            files[0] if is_one else f"[{', '.join(files)}]",
            said[0] if is_one else f"[{', '.join(said)}]",
        )
        of = self._previews.items.results
        return cell_for(of, f"item = results.items[{number}]\n{lines}")

    # -- what the page asks for ------------------------------------------------------

    def _on_change(self, name: str, value: Any) -> None:  # noqa: ANN401 # of a field
        """Take what was chosen in a field; a fault stands at it, and is kept there."""
        shown = self._layers.shown.get(self._layers.top)
        if shown is None or self._fields is None:
            return
        self._errors = {}
        if name == "asset":
            self._show_asset(tuple(str(value).split(_KEY)))
            return
        try:
            self._fields = form.changed(self._fields, name, value)
        except InputError as error:
            self._fail(name, error)
            return
        fields = self._fields

        async def work() -> dict[str, ShownRaster]:
            targets = self._targets()
            return await asyncio.to_thread(_redrawn, shown, fields, name, targets)

        def done(found: dict[str, ShownRaster]) -> None:
            self._busy = ""
            preview = self._previews.top
            if preview is not None and self.for_all:
                self._previews.items.remember(preview.keys, found[preview.layer].style)
            for layer, one in found.items():
                now = self._layers.shown.get(layer)
                if now is not None and now.raster is one.raster:
                    drawn = replace(one, opacity=now.opacity)
                    self._layers.change(layer, drawn)
            self._publish()

        self._choice.start(work, done, lambda error: self._fail(name, error))

    def _fail(self, name: str, error: OgcError) -> None:
        self.last_error = error
        self._busy, self._errors = "", {name: str(error)}
        self._publish()

    def _show_asset(self, keys: tuple[str, ...]) -> None:
        """Show another asset of the item on top, and of the others that are shown."""
        preview = self._previews.top
        if preview is None or preview.keys == keys:
            self._publish()
            return
        self._previews.items.check(preview.item_id, keys)
        names = [preview.item_id]
        if self.for_all:
            self._previews.items.remember(keys)
            names += [
                one.item_id
                for one in self._previews.shown
                if one.keys == preview.keys and one is not preview
            ]
        self._busy = "drawing…"
        self._publish()

        async def work() -> dict[str, Opened]:
            opened = {names[0]: await self._previews.items.open(names[0], keys)}
            first = opened[names[0]].shown
            for name in names[1:]:
                # One that does not have it stays as it is.
                with suppress(OgcError):
                    style = None if first is None else alike(first)
                    opened[name] = await self._previews.items.open(name, keys, style)
            return opened

        def done(opened: dict[str, Opened]) -> None:
            self._busy = ""
            for name, one in opened.items():
                self._previews.lay(name, one)
            self._publish()

        self._choice.start(work, done, lambda error: self._fail("asset", error))

    def _targets(self) -> dict[str, ShownRaster]:
        """The raster on top, and those of the same assets that follow it."""
        top, preview = self._layers.top, self._previews.top
        found = {top: self._layers.shown[top]}
        if self.for_all and preview is not None:
            found |= {
                one.layer: one.drawn
                for one in self._previews.shown
                if one.drawn is not None and one.keys == preview.keys
            }
        return found

    def _on_opacity(self, value: float) -> None:
        for layer in self._targets() if self._layers.shown else ():
            self._layers.set_opacity(layer, float(value))

    def _on_compare(self, item_id: str) -> None:
        """Lay an item beside the one on top; without one, that is over."""
        preview = self._previews.top
        self._errors = {}
        if not item_id or preview is None:
            self._beside.stop()
            self._layers.compare()
            return
        if item_id.startswith(_KEPT):
            self._compare_kept(item_id.removeprefix(_KEPT), preview.layer)
            return
        first = preview.item_id
        self._previews.items.check(item_id)
        self._busy = "drawing…"
        self._publish()

        async def work() -> dict[str, Opened]:
            return await self._previews.open_pair(first, item_id)

        def done(opened: dict[str, Opened]) -> None:
            self._busy = ""
            self._previews.lay_pair(first, item_id, opened)
            self._publish()

        self._beside.start(work, done, lambda error: self._fail("compare", error))

    def _compare_kept(self, layer: str, top: str) -> None:
        """Lay what was kept on the left of the raster on top, in the same colours."""

        async def work() -> ShownRaster | None:
            return await self._previews.alike_kept(layer)

        def done(drawn: ShownRaster | None) -> None:
            if drawn is not None:
                self._layers.change(layer, drawn)
                self._layers.compare(layer, top)

        self._beside.start(work, done, lambda error: self._fail("compare", error))

    def _let_go(self) -> None:
        self._layers.unobserve(self._follow, ["shown", "pair"])
        self._previews.unobserve(self._follow, "shown")


def _counted_of(shown: ShownRaster) -> tuple[object, ...]:
    """Whose values are counted: the same in other colours or in another stretch."""
    return shown.raster, shown.style.values_read, shown.legend.kind


def _said(nodata: float | None) -> str:
    return "none" if nodata is None else f"{nodata:g}".replace("nan", "NaN")


def _numbers_of(
    shown: ShownRaster, before: dict[str, Any], maps: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is drawn of the values, and the colour maps where they are not there yet."""
    return form.histograms(shown, before), maps or form.samples()


def _redrawn(
    shown: ShownRaster, fields: Fields, name: str, targets: dict[str, ShownRaster]
) -> dict[str, ShownRaster]:
    """The raster as the fields want it, and others like it, by their layers.

    Raises:
        OgcError: It cannot be drawn like this; another one that cannot is left out.
    """
    style = form.style_of(fields, name, shown.raster)
    first = replace(shown, style=style, legend=shown.raster.legend(style))
    found = {}
    for layer, one in targets.items():
        if one.raster is shown.raster:
            found[layer] = first
            continue
        with suppress(OgcError):
            given = alike(first)
            legend = one.raster.legend(given)
            found[layer] = replace(one, style=given, legend=legend)
    return found
