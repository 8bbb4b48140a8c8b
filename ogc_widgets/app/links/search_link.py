"""Binds the search for STAC items to the form, the map and the place of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets

    from ogc_widgets.app.links.map_context import MapContext
    from ogc_widgets.client.stac.stac_reader import StacReader
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.map import AreaMap
    from ogc_widgets.panel.item_search import ItemSearch

_IN_AREA = "Search a STAC catalogue in this area"
_EVERYWHERE = "Search a STAC catalogue"
_OPEN_CLASS = "ogcw-searching"


class SearchLink(FormLink):
    """The way from a field to the search, and from the search back into the field.

    The search is made when it is opened.

    Args:
        reader: Sends the requests of the search.
        area_map: Its area limits the search.
        context: Where the items that were found are outlined.
        left: The box that shows the form, or the search instead of it.
        place: The box in it for the search.
    """

    watched: ClassVar = ("item_search_request",)
    offered = ""
    """Address of the catalogue that the server offers, or ""."""

    def __init__(
        self,
        reader: StacReader,
        area_map: AreaMap,
        context: MapContext,
        left: ipywidgets.Box,
        place: ipywidgets.Box,
    ) -> None:
        self._reader = reader
        self._view: ItemSearch | None = None
        self._map = area_map
        self._context = context
        self._left, self._place = left, place
        self._pick: Callable[[list[dict[str, Any]]], object] | None = None
        area_map.observe(self._area_changed, "geometry")

    @property
    def view(self) -> ItemSearch:
        """The search."""
        with publishing():
            if self._view is None:
                self._view = self._made()
            return self._view

    def _made(self) -> ItemSearch:
        from ogc_widgets.panel.item_search import ItemSearch

        view = ItemSearch(self._reader, on_add=self._add, on_found=self._outline)
        self._limit(view)
        view.observe(self._opened, "is_open")
        self._place.children = (view,)
        return view

    def hide(self) -> None:
        """Leave the screen."""
        if self._view is not None:
            self._view.hide()

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self.hide()
        super().bind(form)
        self._area_changed()

    def close(self) -> None:
        """Let go of the form and the map, and close the search."""
        super().close()
        self._map.unobserve(self._area_changed, "geometry")
        if self._view is not None:
            self._view.close()

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

    def _opened(self, _change: object) -> None:
        if self.view.is_open:
            self._left.add_class(_OPEN_CLASS)
            return
        self._left.remove_class(_OPEN_CLASS)
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
