"""Rasters and pictures of items on the map: what lies there, and how it comes there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.rasters.map_items import MapItems, Opened, alike, data_url
from ogc_widgets.view.saved_card import card_waits_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.map.area_map import AreaMap
    from ogc_widgets.map.items_table import ItemsTable
    from ogc_widgets.map.raster_layers import ShownRaster
    from ogc_widgets.map.rasters.map_items import Keys
    from ogc_widgets.raster import Raster, Style


@dataclass(frozen=True)
class Preview:
    """What lies on the map of one item.

    Attributes:
        item_id: The item, as it is called on the map and in the table.
        keys: Keys of its assets: one, or red, green and blue.
        layer: Id of its layer on the map; ``""`` for a picture.
        drawn: The raster and how it is drawn; None for a picture.
        picture: Address that holds the picture (``data:image/...``), else ``""``.
        box: West, south, east and north of the picture in degrees.
    """

    item_id: str
    keys: Keys = ()
    layer: str = ""
    drawn: ShownRaster | None = None
    picture: str = ""
    box: tuple[float, ...] = ()

    @property
    def raster(self) -> Raster | None:
        """The raster; None for a picture."""
        return self.drawn.raster if self.drawn else None

    @property
    def style(self) -> Style | None:
        """How the raster is drawn."""
        return self.drawn.style if self.drawn else None

    @property
    def title(self) -> str:
        """What is seen, for people; ``""`` for a picture."""
        return self.drawn.title if self.drawn else ""


class Previews(traitlets.HasTraits):
    """Lays rasters and pictures of items on a map, and takes them away again.

    Args:
        area_map: The map.
        table: The table of the items, which says what is shown, and what went wrong.
        work: Does something for an item aside, and says in the table how it went.
    """

    shown: Any = traitlets.Tuple()
    """What lies on the map, lowest first: each a :class:`Preview`."""

    def __init__(
        self, area_map: AreaMap, table: ItemsTable, work: Callable[..., None]
    ) -> None:
        super().__init__()
        self.items = MapItems(None, {})
        self._map = area_map
        self._layers = area_map.rasters
        self._table = table
        self._work = work
        self._brought = ""
        self._layers.observe(self._follow_layers, "shown")
        self._layers.observe(self._follow_pair, "pair")

    def clear(
        self, results: Results | None, items: Mapping[str, dict[str, Any]]
    ) -> None:
        """Take everything off the map; what is being opened comes too late."""
        self._brought = ""
        # Before the items change: who follows looks up what is shown among them.
        self._show(())
        self.items = MapItems(results, items)
        self._map.clear_previews()

    def go_on(
        self, results: Results | None, items: Mapping[str, dict[str, Any]]
    ) -> None:
        """Take further items, and let stay on the map what lies there."""
        self.items.change(results, items)
        for gone in [one for one in self.shown if one.item_id not in items]:
            if gone.layer not in self._layers.kept:
                self.take_away(gone.item_id)
        self._show([one for one in self.shown if one.item_id in items])

    def close(self) -> None:
        """Let what is being opened come too late, at the end."""
        self.items = MapItems(None, {})
        self._layers.unobserve(self._follow_layers, "shown")
        self._layers.unobserve(self._follow_pair, "pair")

    @property
    def top(self) -> Preview | None:
        """The raster of an item that lies over all others; None for another raster."""
        top = self._layers.top
        return next((one for one in self.shown if top and one.layer == top), None)

    @property
    def preferred(self) -> list[str]:
        """Items that were chosen in the table."""
        chosen = [*self._table.checked, self._table.selected]
        return [one for one in dict.fromkeys(chosen) if self.items.choices(one)]

    def of(self, item_id: str) -> Preview | None:
        """What lies on the map of an item."""
        return next((one for one in self.shown if one.item_id == item_id), None)

    # -- shown and taken away --------------------------------------------------------

    def toggle(self, item_id: str) -> None:
        """Show an item, or take it away again; what goes wrong stands at its row.

        Raises:
            InputError: There is nothing in it to show.
        """
        if self.of(item_id) is not None:
            self.take_away(item_id)
        else:
            self.show(item_id)

    def show(self, item_id: str, keys: Keys = (), style: Style | None = None) -> None:
        """Show an item, or show it in another way.

        Args:
            item_id: The item.
            keys: Keys of the assets to show; the best of what there is if left out.
            style: How it is drawn; as others of the same asset, or as suits it.

        Raises:
            InputError: There is nothing in it to show, or not this.
        """
        self.items.check(item_id, keys)
        before = self.of(item_id)

        def done(opened: Opened) -> None:
            self.lay(item_id, opened)
            self._map.fit()

        if style and before and before.drawn and keys in ((), before.keys):
            drawn = replace(before.drawn, style=style)
            again = Opened(self.items, before.keys, drawn)
            self._work(item_id, "drawing…", done, _with_legend, again)
        else:
            self._work(item_id, "drawing…", done, self.items.open, item_id, keys, style)

    def show_first(self) -> None:
        """Show the first item that can be, without a press; its faults wait for one."""
        item_id = self.items.first
        if not item_id:
            return

        def finished(future: Future[Opened]) -> None:
            try:
                self.lay(item_id, future.result())
            except (OgcError, OSError) as error:
                self._table.last_error = error

        work = submit(self.items.open, item_id, is_small=True)
        card_waits_for(follow(work, finished, self._table.report))

    def lay(self, item_id: str, opened: Opened, *, below: str = "") -> None:
        """Lay on the map what was opened, in the place of what lies there of the item.

        Args:
            item_id: The item.
            opened: What was opened; it is dropped if other results have come since.
            below: Id of the layer that it lies below; else it lies on top.
        """
        if opened.items is not self.items or item_id not in self.items:
            opened.drop()
            return
        shown, before = opened.shown, self.of(item_id)
        others = [one for one in self.shown if one.item_id != item_id]
        laid = Preview(item_id, opened.keys, drawn=shown)
        if before is not None and (shown is None or before.drawn is None):
            self.take_away(item_id)
            before = None
        if shown is None:
            url, box = data_url(opened.content), [*opened.box]
            self._map.show_preview(url, box)
            laid = replace(laid, picture=url, box=tuple(box))
        elif before is not None and before.drawn is not None:
            drawn = replace(shown, opacity=before.drawn.opacity)
            self._layers.change(before.layer, drawn)
            laid = replace(laid, layer=before.layer, drawn=drawn)
        else:
            laid = replace(laid, layer=self._layers.add(shown, below=below))
        self._show([*others, laid])

    def take_away(self, item_id: str) -> None:
        """Take what lies on the map of an item away."""
        one = self.of(item_id)
        if one is None:
            return
        if one.layer:
            self._layers.remove(one.layer)
        else:
            self._map.hide_preview([*one.box])
        self._show([other for other in self.shown if other.item_id != item_id])

    # -- two beside each other -------------------------------------------------------

    def compare(self, item_id: str, other_id: str) -> None:
        """Show two items left and right of a line that is dragged.

        Raises:
            InputError: There is nothing in one of them to show.
        """
        self.items.check(item_id)
        self.items.check(other_id)

        def done(opened: dict[str, Opened]) -> None:
            self.lay_pair(item_id, other_id, opened)
            self._map.fit()

        self._work(other_id, "drawing…", done, self.open_pair, item_id, other_id)

    async def alike_kept(self, layer: str) -> ShownRaster | None:
        """A kept layer in the colours of the raster on top, in the loop.

        Raises:
            OgcError: It cannot be drawn so.
        """
        kept: ShownRaster | None = self._layers.shown.get(layer)
        top = self._layers.shown.get(self._layers.top)
        if kept is None or top is None or kept.legend == top.legend:
            return kept
        again = replace(kept, style=alike(top))
        return (await _with_legend(Opened(self.items, (), again))).shown

    async def open_pair(self, item_id: str, other_id: str) -> dict[str, Opened]:
        """Open what does not lie on the map yet of two items, in the loop.

        The other one is drawn in the colours of the first, so that they mean the same.

        Raises:
            OgcError: One of them cannot be shown, or is a picture without values.
        """
        items = self.items
        opened: dict[str, Opened] = {}
        first, other = self.of(item_id), self.of(other_id)
        try:
            drawn, keys = (first.drawn, first.keys) if first else (None, ())
            if drawn is None:
                opened[item_id] = await items.open(item_id)
                drawn, keys = opened[item_id].shown, opened[item_id].keys
            if drawn is None:
                raise InputError("A picture without values cannot be compared.")
            if other is None or other.drawn is None or other.keys != keys:
                is_there = keys in {one.keys for one in items.choices(other_id)}
                opened[other_id] = await (
                    items.open(other_id, keys, alike(drawn))
                    if is_there
                    else items.open(other_id)
                )
                if opened[other_id].shown is None:
                    raise InputError("There is only a picture without values of it.")
            elif other.drawn.legend != drawn.legend:
                again = replace(other.drawn, style=alike(drawn))
                opened[other_id] = await _with_legend(Opened(items, keys, again))
        except OgcError:
            for one in opened.values():
                one.drop()
            raise
        return opened

    def lay_pair(
        self, item_id: str, other_id: str, opened: Mapping[str, Opened]
    ) -> None:
        """Lay two items beside each other, the earlier one on the left."""
        self._layers.compare()
        if item_id in opened:
            self.lay(item_id, opened[item_id])
        first, before = self.of(item_id), self.of(other_id)
        if other_id in opened:
            below = first.layer if first else ""
            self.lay(other_id, opened[other_id], below=below)
        other = self.of(other_id)
        if first is None or other is None:
            return
        self._brought = "" if before else other_id
        left, right = sorted(
            (other, first), key=lambda one: self.items.day_of(one.item_id)
        )
        self._layers.compare(left.layer, right.layer)

    def _follow_pair(self, _change: object) -> None:
        """What was brought to be compared goes when that is over."""
        if not self._layers.pair and self._brought:
            brought, self._brought = self._brought, ""
            self.take_away(brought)

    # -- what lies there -------------------------------------------------------------

    def _follow_layers(self, _change: object) -> None:
        """Take over how the layers are drawn; some may have been taken away."""
        layers = self._layers.shown
        self._show(
            [
                replace(one, drawn=layers[one.layer]) if one.layer else one
                for one in self.shown
                if not one.layer or one.layer in layers
            ]
        )

    def _show(self, shown: Sequence[Preview]) -> None:
        order = {layer: at for at, layer in enumerate(self._layers.shown)}
        # Pictures lie below the rasters.
        self.shown = tuple(sorted(shown, key=lambda one: order.get(one.layer, -1)))
        names = [one.item_id for one in self.shown if one.item_id in self.items]
        if self._table.previewed != names:
            self._table.previewed = names


async def _with_legend(opened: Opened) -> Opened:
    """What lies there already, with the legend of its new style."""
    shown = opened.shown
    if shown is None:
        return opened
    legend = await asyncio.to_thread(shown.raster.legend, shown.style)
    return replace(opened, shown=replace(shown, legend=legend))
