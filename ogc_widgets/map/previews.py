"""Rasters and pictures of items on the map: what lies there, and how it comes there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import traitlets

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.pictures import data_url
from ogc_widgets.map.raster_layers import ShownRaster, open_shown
from ogc_widgets.raster import assets_for_map
from ogc_widgets.raster.places import place_of
from ogc_widgets.view.saved_card import card_waits_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.map.area_map import AreaMap
    from ogc_widgets.map.items_table import ItemsTable
    from ogc_widgets.raster import MapAssets, Raster, Style

_MOST_UNASKED: Final = 8_000_000
_LOOKED_AT: Final = 500  # items, for the first one that can be shown

Found: TypeAlias = "ShownRaster | _Picture"


@dataclass(frozen=True)
class Preview:
    """What lies on the map of one item.

    Attributes:
        item_id: The item, as it is called on the map and in the table.
        title: What of the item it is, for people.
        layer: Id of its layer on the map; ``""`` for a picture.
        raster: The raster, or None for a picture, such as a thumbnail.
        style: How the raster is drawn.
        picture: Address that holds the picture (``data:image/...``), else ``""``.
        box: West, south, east and north of the picture in degrees.
    """

    item_id: str
    title: str
    layer: str = ""
    raster: Raster | None = None
    style: Style | None = None
    picture: str = ""
    box: tuple[float, ...] = ()


@dataclass(frozen=True)
class _Picture:
    """A picture that does not say itself where it lies."""

    content: bytes
    box: list[float]
    title: str


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
        self._map = area_map
        self._table = table
        self._work = work
        self._results: Results | None = None

    def clear(self, results: Results | None = None) -> None:
        """Take everything off the map.

        Args:
            results: Whose items are shown from now on.
        """
        self._results = results
        self.shown = ()
        self._map.clear_previews()

    def forget(self) -> None:
        """Let what is being opened come too late, at the end."""
        self._results = None

    def toggle(self, item_id: str, item: dict[str, Any]) -> None:
        """Show an item, or take it away again; what goes wrong stands at its row.

        Raises:
            InputError: There is nothing in it to show.
        """
        if any(one.item_id == item_id for one in self.shown):
            self._take_away(item_id)
            return
        results = self._results
        if results is None or not assets_for_map(item, results.assets(item)):
            raise InputError("This item has nothing that can be shown on a map.")

        def done(found: Found) -> None:
            self._lay(results, item_id, found)
            self._map.fit()

        self._work(item_id, "drawing…", done, _open_best, results, item)

    def show_first(self, items: Mapping[str, dict[str, Any]]) -> None:
        """Show the first item that can be, without a press; its faults wait for one."""
        results = self._results
        if results is None:
            return
        able = (
            (name, item)
            for name, item in list(items.items())[:_LOOKED_AT]
            if assets_for_map(item, results.assets(item))
        )
        item_id, item = next(able, ("", {}))
        if not item:
            return

        def finished(future: Future[Found]) -> None:
            try:
                self._lay(results, item_id, future.result())
            except (OgcError, OSError) as error:
                self._table.last_error = error

        work = submit(_open_best, results, item, is_small=True)
        card_waits_for(follow(work, finished, self._table.report))

    def _lay(self, results: Results, item_id: str, found: Found) -> None:
        """Lay on the map what was opened, unless other results have come since."""
        if results is not self._results or item_id in self._table.previewed:
            if isinstance(found, ShownRaster):
                found.raster.close()
            return
        if isinstance(found, ShownRaster):
            layer = self._map.rasters.add(found)
            laid = Preview(item_id, found.title, layer, found.raster, found.style)
        else:
            url, box = data_url(found.content), found.box
            self._map.show_preview(url, box)
            laid = Preview(item_id, found.title, picture=url, box=tuple(box))
        self._show([*self.shown, laid])

    def _take_away(self, item_id: str) -> None:
        for one in self.shown:
            if one.item_id != item_id:
                continue
            if one.layer:
                self._map.rasters.remove(one.layer)
            else:
                self._map.hide_preview([*one.box])
        self._show([one for one in self.shown if one.item_id != item_id])

    def _show(self, shown: Sequence[Preview]) -> None:
        self.shown = tuple(shown)
        self._table.previewed = [one.item_id for one in shown]


async def _open_best(
    results: Results, item: dict[str, Any], *, is_small: bool = False
) -> Found:
    """Open the best of an item that can be; the next one where that is no raster.

    Args:
        results: Where its files are.
        item: The item.
        is_small: Leave out what takes many megabytes.

    Raises:
        OgcError: None can be shown; it says so of the best one.
    """
    first: OgcError | None = None
    for choice in assets_for_map(item, results.assets(item)):
        try:
            if choice.box is not None:
                if is_small and (choice.bytes or 0) > _MOST_UNASKED:
                    continue
                return await _read_picture(results, item, choice)
            shown = await open_shown(results, item, choice)
        except OgcError as error:
            first = first or error
            continue
        info = shown.raster.info
        if is_small and info.bytes > _MOST_UNASKED and not info.has_overviews:
            shown.raster.close()
            continue
        return shown
    raise first or InputError("This item is too large to be shown unasked.")


async def _read_picture(
    results: Results, item: Mapping[str, Any], choice: MapAssets
) -> _Picture:
    (key,) = choice.keys
    where = place_of(item, key)
    if where is None:
        raise InputError("The item does not say where its preview picture lies.")
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
        paths = await results.aio_download(folder, items=[item], assets=[key])
        return _Picture(paths[0].read_bytes(), [*where], choice.title)
