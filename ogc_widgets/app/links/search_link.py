"""Binds the search for STAC items to the form, the map and the place of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets import panel
from ogc_widgets.app.links.form_link import InPlaceOfForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.links.outlines import MapContext
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client.stac.stac_reader import StacReader
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.panel import ItemSearch

_IN_AREA = "Search a STAC catalogue in this area"
_EVERYWHERE = "Search a STAC catalogue"


class SearchLink(InPlaceOfForm["ItemSearch"]):
    """The way from a field to the search, and from the search back into the field."""

    watched: ClassVar = ("item_search_request",)
    _box, _mark = "search", "searching"
    offered = ""
    """Address of the catalogue that the server offers, or ""."""

    def __init__(self, screen: Screen, reader: StacReader, context: MapContext) -> None:
        super().__init__(screen)
        self._reader, self._context, self._map = reader, context, screen.map
        self._pick: Callable[[list[dict[str, Any]]], object] | None = None
        self._map.observe(self._area_changed, "geometry")

    def _made(self) -> ItemSearch:
        view = panel.ItemSearch(self._reader, on_add=self._add, on_found=self._outline)
        self._limit(view)
        return view

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self.hide()
        super().bind(form)
        self._area_changed()

    def close(self) -> None:
        """Let go of the form and the map, and close the search."""
        super().close()
        self._map.unobserve(self._area_changed, "geometry")

    def _area_changed(self, _change: object = None) -> None:
        if self._view is not None:
            self._limit(self._view)
        if self.is_bound:
            has_area = self._map.geometry is not None
            self.form.item_search = _IN_AREA if has_area else _EVERYWHERE

    def _limit(self, view: ItemSearch) -> None:
        """Search within the area of the map, where there is one."""
        area = self._map.area
        view.set_area(self._map.geometry, area.bbox if area and area.is_box else ())

    def pick_for(
        self, path: str, pick: Callable[[list[dict[str, Any]]], object]
    ) -> None:
        """Open the search for items that do not go into the form, any number of them.

        Args:
            path: Path of the field that they are for.
            pick: Called with the items.
        """
        self._show(path, takes_one=False)
        self._pick = pick

    def _follow(self) -> None:
        if self.form.item_search_request:
            path = self.form.item_search_request["path"]
            self._show(path, takes_one=self.form.stac.takes_one(path))

    def _show(self, path: str, *, takes_one: bool) -> None:
        label = self.form.areas.label_of(path)
        self.view.show(path, label, takes_one=takes_one, offered=self.offered)

    def _opened(self, change: object) -> None:
        super()._opened(change)
        if self.view.is_open:
            return
        pick, self._pick = self._pick, None
        if self.is_bound and pick is None and self.form.item_search_request:
            # Back to where the search was opened.
            self.form.focus(self.form.item_search_request["path"], at="search")

    def _add(self, path: str, items: list[dict[str, Any]]) -> None:
        if self._pick is not None:
            self._pick(items)
        else:
            self.form.stac.add(path, items)

    def _outline(self, features: list[dict[str, Any]], marked: list[str]) -> None:
        self._context.show("found", features, label="found item")
        self._context.mark("found", marked)
