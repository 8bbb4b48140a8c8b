"""Results on the map and in a table that select each other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import ipywidgets
import traitlets

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.client.results.job_results import Results, assets_of
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.area_map import AreaMap
from ogc_widgets.map.footprints import item_ids, items_of
from ogc_widgets.map.item_rows import MAX_ROWS
from ogc_widgets.map.items_table import ItemsTable
from ogc_widgets.map.map_card import results_html, results_text
from ogc_widgets.map.pictures import data_url
from ogc_widgets.map.raster_layers import ShownRaster, open_shown
from ogc_widgets.raster import assets_for_map
from ogc_widgets.raster.places import place_of
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future


_NOT_FETCHED = (
    "These items did not come from a job of this package: copy the address to use it."
)
_NO_ITEMS = "The results hold no items to show on the map."
_MOST_UNASKED = 8_000_000

Shown: TypeAlias = ShownRaster | tuple[bytes, list[float]]
"""A raster, or a picture and where it lies."""


class ResultsMap(NotesDisplay, ipywidgets.VBox):
    """Result items: their footprints on a map, and a table of them below.

    Args:
        results: Results of a job; or STAC items as a list or FeatureCollection, which
            are shown but not fetched. None starts empty.
        area_map: A map to draw on that is displayed elsewhere; this widget is then
            only the table. Without it the widget has a map of its own.
        folder: Where downloads go, on the kernel's machine.
        previews_first: Whether the first item that can be is shown at once.

    Raises:
        InputError: ``results`` holds no items.
    """

    selected = traitlets.Unicode("")
    """Id of the selected item, or an empty text."""

    def __init__(
        self,
        results: Any = None,  # noqa: ANN401 # of a job, or items in any form
        *,
        area_map: AreaMap | None = None,
        folder: str | Path = "results",
        previews_first: bool = True,
    ) -> None:
        self.previews_first = previews_first
        self.folder = Path(folder)
        self._owns_map = area_map is None
        self.map = AreaMap() if area_map is None else area_map
        if self._owns_map:
            self.map.tools = []
        self.table = ItemsTable(on_preview=self.preview, on_download=self._download)
        self._results: Results | None = None
        self._items: dict[str, dict[str, Any]] = {}
        self._pictures: dict[str, str | tuple[str, list[float]]] = {}
        self._links = [
            traitlets.link((self, "selected"), (self.table, "selected")),
            traitlets.link((self, "selected"), (self.map, "selected")),
        ]
        super().__init__([self.map, self.table] if self._owns_map else [self.table])
        self.add_class("ogcw-results-map")
        self.results = results

    @property
    def results(self) -> Any:  # noqa: ANN401 # as it was given
        """What is shown: ``Results``, items, or None; settable."""
        return self._shown

    @results.setter
    def results(self, value: Any) -> None:  # noqa: ANN401 # as above
        is_job = hasattr(value, "items") and hasattr(value, "assets")
        self._results = value if is_job else None
        items = [] if value is None else items_of(value.items if is_job else value)
        self._shown = value
        self._items = dict(zip(item_ids(items), items, strict=True))
        self._pictures = {}
        self.map.clear_previews()
        note = str(getattr(value, "note", "")) if is_job else ""
        self.footprints = self.map.show_footprints(items, note=note)
        self.table.can = ["preview", "download"] if is_job else []
        self.table.show(
            items[:MAX_ROWS],
            value.assets if is_job else lambda item: assets_of(item, _why_not),
        )
        self.table.total = len(items)
        self.table.empty = "" if value is None else _NO_ITEMS
        self._preview_first()

    @property
    def drawn(self) -> int:
        """How many footprints are on the map."""
        return len(self.footprints.ids)

    @property
    def total(self) -> int:
        """How many items there are; those that cannot be drawn are counted too."""
        return self.footprints.total

    # -- what the table asks for -----------------------------------------------------

    def preview(self, item_id: str) -> None:
        """Lay the picture of an item over the map, or take it away again.

        It is fetched aside; what goes wrong stands at its row.

        Raises:
            InputError: There is no such item, or nothing in it to show.
        """
        if item_id in self._pictures:
            self._take_away(item_id)
            return
        results, item = self._fetchable(item_id)
        if not assets_for_map(item, results.assets(item)):
            raise InputError("This item has nothing that can be shown on a map.")

        def done(found: Shown) -> None:
            self._lay(results, item_id, found)
            self.map.fit()

        self._work(item_id, "drawing…", done, _look, results, item)

    def _lay(self, results: Results, item_id: str, found: Shown) -> None:
        """Lay on the map what was opened, unless other results have come since."""
        if results is not self._results or item_id in self.table.previewed:
            if isinstance(found, ShownRaster):
                found.raster.close()
            return
        if isinstance(found, ShownRaster):
            self._pictures[item_id] = self.map.rasters.add(found)
        else:
            content, where = found
            url = data_url(content)
            self._pictures[item_id] = (url, where)
            self.map.show_preview(url, where)
        self.table.previewed = list(self._pictures)

    def _preview_first(self) -> None:
        """Show the first item that can be, without a press; its faults wait for one."""
        results = self._results
        if results is None or not self.previews_first:
            return
        able = (
            (name, item)
            for name, item in list(self._items.items())[:MAX_ROWS]
            if assets_for_map(item, results.assets(item))
        )
        item_id, item = next(able, ("", {}))
        if not item:
            return

        def finished(future: Future[Shown]) -> None:
            try:
                self._lay(results, item_id, future.result())
            except (OgcError, OSError) as error:
                self.table.last_error = error

        work = submit(_look, results, item, is_small=True)
        follow(work, finished, self.table.report)

    def _download(self, item_id: str, key: str) -> None:
        results, item = self._fetchable(item_id)

        def done(paths: list[Path]) -> None:
            names = ", ".join(str(path) for path in paths)
            self.table.note(item_id, f"Saved to {names}", files=paths)

        self._work(
            item_id, "downloading…", done, _save, results, self.folder, item, key
        )

    def _fetchable(self, item_id: str) -> tuple[Results, dict[str, Any]]:
        if self._results is None or item_id not in self._items:
            raise InputError(_NOT_FETCHED)
        return self._results, self._items[item_id]

    def _work(
        self,
        item_id: str,
        words: str,
        done: Callable[[Any], None],
        work: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401 # handed on as they are
    ) -> None:
        """Do something for an item on the loop thread, and say how it went."""
        self.table.working(item_id, words)
        self.table.note(item_id, "")

        def finished(future: Future[Any]) -> None:
            try:
                done(future.result())
            except (OgcError, OSError) as error:
                self.table.last_error = error
                self.table.note(item_id, str(error), bad=True)
            finally:
                self.table.working(item_id, "")

        follow(submit(work, *arguments), finished, self.table.report)

    def _take_away(self, item_id: str) -> None:
        laid = self._pictures.pop(item_id)
        if isinstance(laid, str):
            self.map.rasters.remove(laid)
        else:
            self.map.hide_preview(laid[1])
        self.table.previewed = list(self._pictures)

    def _card_(self) -> tuple[str, str]:
        shown = self.table
        table = results_html(shown.columns, shown.rows, shown.total)
        return results_text(shown.total), table

    def close(self) -> None:
        """Close the widget; a map that was given stays."""
        if self.comm is None:
            return  # closed before, or never opened
        for link in self._links:
            link.unlink()
        layout = self.layout
        if self._owns_map:
            self.map.close()
        else:
            self.map.clear_footprints()
        self._results = None  # what is being opened comes too late
        self.table.close()
        super().close()
        layout.close()


async def _save(
    results: Results, folder: Path, item: Mapping[str, Any], key: str
) -> list[Path]:
    return await results.aio_download(folder, items=[item], assets=[key])


async def _read(
    results: Results, item: Mapping[str, Any], key: str
) -> tuple[bytes, list[float]]:
    where = place_of(item, key)
    if where is None:
        raise InputError("The item does not say where its preview picture lies.")
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
        paths = await results.aio_download(folder, items=[item], assets=[key])
        return paths[0].read_bytes(), [*where]


async def _look(
    results: Results, item: dict[str, Any], *, is_small: bool = False
) -> Shown:
    """Open the best of an item that can be; the next one where that is no raster.

    Args:
        results: Where its files are.
        item: The item.
        is_small: Leave out what takes many megabytes.
    """
    wrong: OgcError = InputError("This item is too large to be shown unasked.")
    for found in assets_for_map(item, results.assets(item)):
        try:
            if found.box is not None:
                if is_small and (found.bytes or 0) > _MOST_UNASKED:
                    continue
                return await _read(results, item, found.keys[0])
            shown = await open_shown(results, item, found)
        except OgcError as error:
            wrong = error
            continue
        info = shown.raster.info
        if is_small and info.bytes > _MOST_UNASKED and not info.has_overviews:
            shown.raster.close()
            continue
        return shown
    raise wrong


def _why_not(href: str, _members: object) -> str:
    """Files of items that no job gave can be named, but not fetched."""
    is_web = href.lower().startswith(("https://", "http://"))
    return "" if is_web else "Its address is not one of the web."
