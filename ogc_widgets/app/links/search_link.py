"""Binds the search for STAC items to the form, the map and the place of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.panel.item_search import ItemSearch

if TYPE_CHECKING:
    from collections.abc import Callable

    import ipywidgets

    from ogc_widgets.app.links.map_context import MapContext
    from ogc_widgets.client.stac.stac_reader import StacReader
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.map import AreaMap

_IN_AREA = "Search a STAC catalogue in this area"
_EVERYWHERE = "Search a STAC catalogue"
_OPEN_CLASS = "ogcw-searching"


class SearchLink(FormLink):
    """The way from a field to the search, and from the search back into the field.

    Args:
        reader: Sends the requests of the search.
        area_map: Its area limits the search.
        context: Where the items that were found are outlined.
        place: The box that shows the form, or the search instead of it.
    """

    watched: ClassVar = ("item_search_request",)
    offered = ""
    """Address of the catalogue that the server offers, or ""."""

    def __init__(
        self,
        reader: StacReader,
        area_map: AreaMap,
        context: MapContext,
        place: ipywidgets.Box,
    ) -> None:
        self.view = ItemSearch(reader, on_add=self._add, on_found=self._outline)
        self._map = area_map
        self._context = context
        self._place = place
        self._pick: Callable[[list[dict[str, Any]]], object] | None = None
        area_map.observe(self._area_changed, "geometry")
        self.view.observe(self._opened, "is_open")

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self.view.hide()
        super().bind(form)
        self._area_changed()

    def close(self) -> None:
        """Let go of the form and the map, and close the search."""
        super().close()
        self._map.unobserve(self._area_changed, "geometry")
        self.view.close()

    def _area_changed(self, _change: object = None) -> None:
        geometry, area = self._map.geometry, self._map.area
        self.view.set_area(geometry, area.bbox if area and area.is_box else ())
        if self.is_bound:
            self.form.item_search = _EVERYWHERE if geometry is None else _IN_AREA

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
            self._place.add_class(_OPEN_CLASS)
            return
        self._place.remove_class(_OPEN_CLASS)
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
