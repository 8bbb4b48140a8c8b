"""The table of result items: what there is, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.client.results.item_columns import ItemColumns
from ogc_widgets.map.filter import ItemFilter
from ogc_widgets.map.listing import ItemList, Listed
from ogc_widgets.map.rows import files_of
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import RowsView, publishing
from ogc_widgets.view.next_cell import cell_for
from ogc_widgets.view.transfer import Sending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ogc_widgets.client.results.files.opening import Opened
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.map.rows import AssetsOf


_FIRST_ROWS: Final = 100  # as many as the page asks for at once


class ItemsTable(RowsView):
    """Items as rows, of which the page gets those that it shows.

    Rows are sorted by a press on the head of a column, filtered by a histogram and by
    a text, and ticked. One can be selected: what can be done with it stands in its row
    and below the rows.

    Attributes:
        results: What the items are of, if they are of a job.

    Args:
        on_preview: Called with the id of an item whose picture is wanted, or is shown
            and no longer wanted.
        on_download: Called with the id of an item and the key of one of its assets.
        on_open: Called in the same way, in the loop, to read what the page shows.
        on_filter: Called with the mask of what is kept when the page changes it, or
            with None for all items.
    """

    _script = "items_table"

    checked: Any = traitlets.List(traitlets.Unicode())
    """Ids of the items that are ticked, in the order in which they came."""

    columns: Any = traitlets.List().tag(sync=True)
    """``{"by", "title", "width"}`` of each column: id, date, numbers."""
    total = traitlets.Int(0).tag(sync=True)
    """How many items there are."""
    count = traitlets.Int(0).tag(sync=True)
    """How many of them are listed."""
    first: Any = traitlets.List().tag(sync=True)
    """The first of the rows, as :meth:`rows` makes them: the page need not ask for
    these, and an exported page, where nobody answers, has them."""
    revision = traitlets.Int(0).tag(sync=True)
    """Counts up when rows are others than before."""
    order: Any = traitlets.Dict().tag(sync=True)
    """``{"by", "descending"}``."""
    filter: Any = traitlets.Dict().tag(sync=True)
    """:meth:`ItemFilter.state`, and ``answer``, the message of the page it answers."""
    selected = traitlets.Unicode("").tag(sync=True)
    """Id of the selected item, or an empty text."""
    place = traitlets.Int(-1).tag(sync=True)
    """Row of the selected item, or -1 where it is not listed."""
    details: Any = traitlets.Dict().tag(sync=True)
    """Its row and its files, and ``note``: why the selected item is not on the map."""
    ticked = traitlets.Bytes().tag(sync=True)
    """A bit for each item, the lowest first."""
    ticks: Any = traitlets.Dict().tag(sync=True)
    """:meth:`ItemList.ticks`."""
    colour_by = traitlets.Unicode("").tag(sync=True)
    """The column whose colours rows have, or an empty text."""
    previewed = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Ids of the items whose picture is on the map."""
    busy = traitlets.Dict().tag(sync=True)
    """Item id to words for what is being done for it."""
    notes = traitlets.Dict().tag(sync=True)
    """Item id to ``{"text", "bad"}`` shown with the item."""
    empty = traitlets.Unicode("").tag(sync=True)
    """What is said when there are no items."""
    can = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """What is offered: ``preview``, ``download``, ``open``, when somebody does it."""

    def __init__(
        self,
        *,
        on_preview: Callable[[str], object] | None = None,
        on_download: Callable[[str, str], object] | None = None,
        on_open: Callable[[str, str], Awaitable[Opened]] | None = None,
        on_filter: Callable[[NDArray[np.bool_] | None], object] | None = None,
    ) -> None:
        self._preview = on_preview
        self._download = on_download
        self._open = on_open
        self._filtered = on_filter
        self._list: ItemList | None = None
        self._missing: dict[str, str] = {}
        self.results: Results | None = None
        self._assets_of: AssetsOf = lambda _item: ()
        self._answer = 0
        offered = {"preview": on_preview, "download": on_download, "open": on_open}
        super().__init__(can=[name for name, f in offered.items() if f is not None])
        self._sending = Sending(self)

    def show(
        self,
        items: Sequence[Mapping[str, Any]],
        assets_of: AssetsOf,
        columns: ItemColumns | None = None,
        missing: Mapping[str, str] | None = None,
        before: Listed | None = None,
        colour_by: str = "",
    ) -> None:
        """Show items instead of the earlier ones: all of them, as they come.

        Args:
            items: STAC items as dicts.
            assets_of: Gives the assets of an item, as ``Results.assets`` does.
            columns: Their ids, dates and numbers.
            missing: Ids of those that are not on the map, and why.
            before: How these items were listed before, if they were.
            colour_by: As for :meth:`colour`.
        """
        if columns is None:
            names = [str(item.get("id")) for item in items]
            columns = ItemColumns.of(items, names)
        self._missing = dict(missing or {})
        self._assets_of = assets_of
        self._list = ItemList(items, columns, assets_of) if items else None
        if self._list is not None and before is not None:
            self._list.take_over(before)
        if self._list is not None:
            self._list.colour(colour_by)
        with publishing(self):
            self.total = len(items)
            there = {} if before is None else columns.places
            self.previewed = [name for name in self.previewed if name in there]
            self.busy = {name: v for name, v in self.busy.items() if name in there}
            self.notes = {name: v for name, v in self.notes.items() if name in there}
            self.colour_by = colour_by
            if self.selected not in columns.names:
                self.selected = ""
            self.checked = [] if self._list is None else self._list.checked
            self.columns = [] if self._list is None else self._list.heads()
            self._arrange()

    def keep(self, mask: NDArray[np.bool_] | None) -> None:
        """List some of the items only.

        Args:
            mask: For each item whether it is listed; None for all. One that is not
                that of the filter takes the place of all its conditions.
        """
        if self._list is None:
            return
        now = self._list.filter.kept()
        if now is None or mask is None or bool((now != mask).any()):
            if now is None and mask is None:
                return
            self._list.filter = ItemFilter(self._list.columns, mask)
            self._arrange()

    def colour(self, key: str) -> None:
        """Give rows the colours of a numeric property, of ``"date"``, or none."""
        if key == self.colour_by:
            return
        with publishing(self):
            if self._list is not None:
                self._list.colour(key)
                self.columns = self._list.heads()
            self.colour_by = key
            self._arrange()

    @property
    def how_listed(self) -> Listed | None:
        """How the items are listed, for :meth:`show`; None without items."""
        return None if self._list is None else self._list.listed()

    @property
    def kept(self) -> NDArray[np.bool_] | None:
        """For each item whether the filter keeps it; None where all are."""
        return None if self._list is None else self._list.filter.kept()

    @property
    def listed(self) -> NDArray[np.intp] | None:
        """Numbers of the items that are listed, in their order; None without items."""
        return None if self._list is None else self._list.rows

    def rows(self, first: int = 0, count: int = 500) -> list[dict[str, Any]]:
        """Some of the rows, as :func:`ogc_widgets.map.rows.row_of` makes them."""
        return [] if self._list is None else self._list.part(first, count)

    def _arrange(self) -> None:
        """List the items anew, and tell the page."""
        items = self._list
        with publishing(self):
            if items is None:
                self.count, self.first, self.order, self.filter = 0, [], {}, {}
            else:
                items.arrange()
                self.count = len(items.rows)
                self.first = items.part(0, _FIRST_ROWS)
                self.order = {"by": items.by, "descending": items.descending}
                self.filter = {**items.filter.state(), "answer": self._answer}
            self.revision += 1
            self._find_selected()
            self._tell_ticks()

    @traitlets.observe("selected")
    def _selected_changed(self, _change: object) -> None:
        with publishing(self):
            self._find_selected()

    def _find_selected(self) -> None:
        items, name = self._list, self.selected
        self.place = -1 if items is None else items.row_of(name)
        at = -1 if items is None else items.number_of(name)
        if items is None or at < 0:
            self.details = {}
        else:
            files = files_of(self._assets_of(items.items[at]))
            why = self._missing.get(name, "")
            note = clean(f"Not on the map: {why}", limit=300) if why else ""
            self.details = {**items.row(at), "files": files, "note": note}

    @traitlets.observe("checked")
    def _checked_changed(self, _change: object) -> None:
        if self._list is not None:
            self._list.check(self.checked)
        self._tell_ticks()

    def _tell_ticks(self) -> None:
        items = self._list
        with publishing(self):
            self.ticked = b"" if items is None else items.bits()
            self.ticks = {} if items is None else items.ticks()

    def note(self, item_id: str, text: str, *, bad: bool = False) -> None:
        """Say something of an item; from any thread.

        Args:
            item_id: The item.
            text: The words; an empty text takes them away.
            bad: Whether it is an error.
        """
        notes = {key: value for key, value in self.notes.items() if key != item_id}
        if text:
            notes[item_id] = {"text": text, "bad": bad}
        with publishing(self):
            self.notes = notes

    def working(self, item_id: str, words: str) -> None:
        """Say that something is being done for an item; empty words when it is done."""
        busy = {key: value for key, value in self.busy.items() if key != item_id}
        with publishing(self):
            self.busy = {**busy, item_id: words} if words else busy

    # -- what the page asks for ------------------------------------------------------

    def _rows(self, first: int, count: int) -> list[dict[str, Any]]:
        return self.rows(first, count)

    def _on_sort(self, by: str, *, descending: bool = False) -> None:
        if self._list is not None:
            self._list.sort(by, descending=descending)
            self._arrange()

    def _on_filter(
        self,
        number: int,
        by: str | None = None,
        low: float | None = None,
        high: float | None = None,
        text: str | None = None,
    ) -> None:
        """Keep what is within a range, or has a text in its id.

        Args:
            number: Number of the message, which the page looks for in the answer.
            by: What the range is of; None leaves the ranges as they are.
            low: Lowest value; None for no range.
            high: Highest value.
            text: None leaves the text as it is.
        """
        if self._list is None:
            return
        if by is not None:
            self._list.filter.within(by, low, high)
        if text is not None:
            self._list.filter.text = text
        self._apply(number)

    def _on_histogram(self, by: str) -> None:
        """Show the histogram of another property."""
        if self._list is not None:
            choices = [one["by"] for one in self._list.filter.choices]
            if by in choices:
                self._list.filter.by = by
            self._arrange()

    def _on_all(self, number: int) -> None:
        """Keep all items."""
        if self._list is not None:
            by = self._list.filter.by
            self._list.filter = ItemFilter(self._list.columns)
            self._list.filter.by = by
            self._apply(number)

    def _apply(self, number: int) -> None:
        self._answer = number
        self._arrange()
        if self._filtered is not None and self._list is not None:
            self._filtered(self._list.filter.kept())

    def _on_step(self, row: int) -> None:
        """Select the item in a row that the page does not have yet."""
        if self._list is not None and 0 <= row < len(self._list.rows):
            self.selected = self._list.columns.names[self._list.rows[row]]

    def _on_tick(self, first: int, last: int, *, on: bool) -> None:
        """Tick the items of some rows, or take their ticks away."""
        if self._list is not None:
            first, last = sorted((int(first), int(last)))
            self._list.tick(max(0, first), last, on=bool(on))
            with publishing(self):
                self.checked = self._list.checked
                self._tell_ticks()

    def _on_untick(self) -> None:
        """Take all ticks away, of items that are not listed too."""
        self.checked = []

    def _on_code(self) -> None:
        """Send the Python that gives the ticked items; the page copies it."""
        if self._list is not None:
            lines = self._list.code("results.items")
            self.send({"type": "code", "text": cell_for(self.results, lines)})

    def _on_preview(self, id: str) -> None:  # noqa: A002 # the name in the message
        if self._preview is not None:
            self._preview(id)

    def _on_download(self, id: str, key: str) -> None:  # noqa: A002 # as above
        if self._download is not None:
            self._download(id, key)

    def _on_open(self, id: str, key: str, ticket: str) -> None:  # noqa: A002 # as above
        """Send a file to the page, which shows it in a tab of its own."""
        if self._open is not None:
            look = partial(self._open, id, key)
            self._start(partial(self._sending.open, ticket, key, look))
