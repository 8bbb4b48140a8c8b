"""Results on the map and in a table that select each other."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.client.results.files.result_files import assets_of
from ogc_widgets.client.results.item_columns import ItemColumns
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.downloads import DownloadBar
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.area_map import AreaMap
from ogc_widgets.map.chart import ItemsChart
from ogc_widgets.map.chart.raster_values import has_rasters
from ogc_widgets.map.colours import DATE, telling
from ogc_widgets.map.filter import mask_of
from ogc_widgets.map.footprints import item_ids, items_of, without_collecting
from ogc_widgets.map.items_table import ItemsTable
from ogc_widgets.map.kept_views import ItemsView, KeptViews
from ogc_widgets.map.listing import ID
from ogc_widgets.map.rasters.previews import Previews
from ogc_widgets.map.rasters.settings import RasterSettings
from ogc_widgets.map.rows import MOST_ROWS, results_html, results_text
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from ogc_widgets.client.results.files.opening import Opened
    from ogc_widgets.raster import Style


_NOT_FETCHED = (
    "These items did not come from a job of this package: copy the address to use it."
)
# Whose values the chart shows, where items have rasters.
_TOOLS = ["rectangle", "polygon"]
_NO_ITEMS = "The results hold no items to show on the map."


class ResultsMap(NotesDisplay, ipywidgets.VBox):
    """Result items: their footprints on a map, and a table of them below.

    Args:
        results: Results of a job; or items, which are shown but not fetched: STAC
            items (dicts or of pystac), a FeatureCollection, a frame of geopandas. None
            starts empty.
        area_map: A map to draw on that is displayed elsewhere; this widget is then
            only the table. Without it the widget has a map of its own.
        folder: Where downloads go, on the kernel's machine.
        previews_first: Whether the first item that can be is shown at once.

    Raises:
        InputError: ``results`` holds no items.
    """

    selected = traitlets.Unicode("")
    """Id of the selected item, or an empty text."""

    columns: Any = traitlets.Any(None)
    """Dates and numbers of all items (:class:`ItemColumns`)."""

    kept: Any = traitlets.Any(None, allow_none=True)
    """Which items are kept: a mask over all of them, as in
    ``results_map.kept = results_map.columns.number("water:percent").values > 4``, or
    None for all. The others are neither on the map nor in the table."""

    colour_by = traitlets.Unicode("")
    """What items are coloured by: a numeric property, ``"date"``, or nothing."""

    previews_first = traitlets.Bool(True)  # noqa: FBT003 # its default
    """Whether the first item that can be is shown without a press."""

    def __init__(
        self,
        results: Any = None,  # noqa: ANN401 # of a job, or items in any form
        *,
        area_map: AreaMap | None = None,
        folder: str | Path = "results",
        previews_first: bool = True,
    ) -> None:
        self._owns_map = area_map is None
        self.map = AreaMap() if area_map is None else area_map
        if self._owns_map:
            self.map.tools = []
        self.downloads = DownloadBar(folder)
        self.table = ItemsTable(
            on_preview=self.preview,
            on_download=self.downloads.save_asset,
            on_open=self._opened,
            on_filter=self._filtered,
        )
        self.previews = Previews(self.map, self.table, self._work)
        self.settings = RasterSettings(self.map.rasters, self.previews)
        self._shown: Any = None
        self._source: object = None
        self._views = KeptViews()
        self._results: Results | None = None
        self._items: dict[str, dict[str, Any]] = {}
        self.chart = ItemsChart(self)
        self.table.observe(self._listed, "revision")
        self.previews_first = previews_first
        self._links = [
            traitlets.link((self, "previews_first"), (self.settings, "shows_first")),
            traitlets.link((self, "selected"), (self.table, "selected")),
            traitlets.link((self, "selected"), (self.map, "selected")),
            traitlets.link((self, "colour_by"), (self.map, "colour_by")),
        ]
        self.table.observe(self._choose, "checked")
        self._strip: list[ipywidgets.Widget] = []
        if self._owns_map:
            self._strip = [ipywidgets.HBox([self.chart, self.settings])]
            self._strip[0].add_class("ogcw-results-strip")
        own = [self.map, self.table, self.downloads, *self._strip]
        super().__init__(own if self._owns_map else [self.table])
        self.add_class("ogcw-results-map")
        self.results = results

    @property
    def results(self) -> Any:  # noqa: ANN401 # as it was given
        """What is shown: ``Results``, items, or None; settable.

        Items that were there before, as when a batch goes on, stay as they were looked
        at: filter, order, ticks, colours and selection go by their ids.
        """
        return self._shown

    @results.setter
    def results(self, value: Any) -> None:  # noqa: ANN401 # as above
        with without_collecting():
            self._show(value)

    def _show(self, value: Any) -> None:  # noqa: ANN401 # as above
        is_job = hasattr(value, "items") and callable(getattr(value, "assets", None))
        items = [] if value is None else items_of(value.items if is_job else value)
        source = getattr(value, "source", None)
        named = dict(zip(item_ids(items), items, strict=True))
        now, before = self._view_now(), None
        if now is not None:
            self._views.keep(now)
        if value is None:
            self._views.forget()
        else:
            before = self._views.of(source, named)
        # Of a batch, or a list that grows, further items come to those that are seen.
        goes_on = before is not None and before is now
        self._shown, self._source, self._items = value, source, named
        self._results = value if is_job else None
        with ExitStack() as one_message:
            if goes_on:
                one_message.enter_context(self.map.in_one_message())
                one_message.enter_context(publishing(self.table, self.chart))
            self._show_items(items, before, goes_on=goes_on)
        if self.previews_first and not goes_on:
            self.previews.show_first()

    def _show_items(
        self,
        items: list[dict[str, Any]],
        before: ItemsView | None,
        *,
        goes_on: bool,
    ) -> None:
        value, named = self._shown, self._items
        is_job = self._results is not None
        if self._owns_map:
            self.map.tools = _TOOLS if has_rasters(value, items) else []
        self.kept, self.colour_by = None, ""
        if goes_on:
            self.previews.go_on(self._results, named)
        else:
            self.previews.clear(self._results, named)
        # First what the page takes longest to draw.
        note = str(getattr(value, "note", "")) if is_job else ""
        self.footprints = self.map.show_footprints(
            items, fit=not goes_on, note=note, names=[*named]
        )
        titles = getattr(value, "titles", {})
        self.columns = ItemColumns.of(items, [*named], titles)
        self.table.results = self._results
        self.table.can = ["preview", "download", "open"] if is_job else []
        if value is None or isinstance(value, Results):
            self.downloads.show(value, named)
        self.map.looks.show(self.columns, self.footprints.numbers)
        colour_by = self._colour_of(before)
        self.table.show(
            items,
            value.assets if is_job else lambda item: assets_of(item, _why_not),
            self.columns,
            dict(self.footprints.skipped),
            before.listed if before is not None else None,
            colour_by,
        )
        self.kept = self.table.kept
        self.colour_by = colour_by
        self.table.empty = "" if value is None else _NO_ITEMS
        if before is not None:
            self.selected = before.selected if before.selected in named else ""
            self.downloads.choose(self.table.checked)

    def _view_now(self) -> ItemsView | None:
        """How the items that are shown are looked at."""
        listed = self.table.how_listed
        if listed is None:
            return None
        return ItemsView.of(
            self._source,
            self._items,
            listed,
            colour_by=self.colour_by,
            selected=self.selected,
        )

    def _colour_of(self, before: ItemsView | None) -> str:
        """What items are coloured by: as before, where they can be."""
        known = {"", DATE, *(one.key for one in self.columns.numeric)}
        if before is not None and before.colour_by in known:
            return before.colour_by
        return telling(self.columns)

    @traitlets.validate("kept")
    def _valid_kept(self, proposal: Any) -> Any:  # noqa: ANN401 # of traitlets
        return mask_of(proposal["value"], len(self._items))

    @traitlets.validate("colour_by")
    def _valid_colour(self, proposal: Any) -> str:  # noqa: ANN401 # of traitlets
        key: str = proposal["value"]
        if key not in ("", DATE):
            self.columns.number(key)
        return key

    @traitlets.observe("kept")
    def _kept_changed(self, _change: object) -> None:
        self.map.looks.keep(self.kept)
        self.table.keep(self.kept)

    def _filtered(self, mask: Any) -> None:  # noqa: ANN401 # an array of numpy
        self.kept = mask

    def _listed(self, _change: object) -> None:
        self.chart.list_by(self.table.listed)

    @traitlets.observe("colour_by")
    def _colour_changed(self, _change: object) -> None:
        self.map.looks.colour(self.colour_by)
        self.table.colour(self.colour_by)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items that are shown, in the order of :attr:`columns`."""
        return [*self._items.values()]

    @property
    def drawn(self) -> int:
        """How many footprints are on the map."""
        return len(self.footprints.ids)

    @property
    def total(self) -> int:
        """How many items there are; those that cannot be drawn are counted too."""
        return self.footprints.total

    @property
    def folder(self) -> Path:
        """Where downloads go, on the kernel's machine: each job has its own in it."""
        return self.downloads.base

    def _choose(self, change: Any) -> None:  # noqa: ANN401 # of traitlets
        self.downloads.choose(change["new"])

    # -- what the table asks for -----------------------------------------------------

    def preview(
        self,
        item_id: str,
        *,
        asset: str | Sequence[str] = (),
        style: Style | None = None,
    ) -> None:
        """Lay the picture of an item over the map, or take it away again.

        It is fetched aside; what goes wrong stands at its row.

        Args:
            item_id: The item.
            asset: Key of the asset to show, or the keys of red, green and blue; the
                best one if left out.
            style: How it is drawn, as ``ogc_widgets.raster.Style`` says it. With this
                or ``asset``, what is shown already is drawn anew.

        Raises:
            InputError: There is no such item, or nothing in it to show.
        """
        self._fetchable(item_id)
        if not asset and style is None:
            self.previews.toggle(item_id)
            return
        keys = (asset,) if asset and isinstance(asset, str) else tuple(asset)
        self.previews.show(item_id, keys, style)

    def compare(self, item_id: str = "", other_id: str = "") -> None:
        """Lay two items beside each other, with a line between that is dragged.

        Args:
            item_id: One of them; if left out, what was compared no longer is.
            other_id: The other; it is drawn as the first is.

        Raises:
            InputError: There is no such item, or nothing in it to show.
        """
        if not item_id:
            self.map.rasters.compare()
            return
        for name in (item_id, other_id):
            self._fetchable(name)
        self.previews.compare(item_id, other_id)

    async def _opened(self, item_id: str, key: str) -> Opened:
        results, item = self._fetchable(item_id)
        return await results.aio_opened(item, key)

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

    def _card_(self) -> tuple[str, str]:
        shown = self.table
        heads = [one["title"] for one in shown.columns if one["by"] not in (ID, DATE)]
        table = results_html(heads, shown.rows(0, MOST_ROWS), shown.total)
        pictures = self.map.still.html() + self.chart.html()
        return results_text(shown.total), pictures + table

    def close(self) -> None:
        """Close the widget; a map that was given stays."""
        if self.comm is None:
            return  # closed before, or never opened
        for link in self._links:
            link.unlink()
        layout = self.layout
        self._results = None
        self.settings.close()
        self.previews.close()
        if self._owns_map:
            self.map.close()
        else:
            self.map.clear_footprints()
        self.chart.close()
        self.downloads.close()
        for strip in self._strip:
            strip.layout.close()
            strip.close()
        self.table.close()
        super().close()
        layout.close()


def _why_not(href: str, _members: object) -> str:
    """Files of items that no job gave can be named, but not fetched."""
    is_web = href.lower().startswith(("https://", "http://"))
    return "" if is_web else "Its address is not one of the web."
