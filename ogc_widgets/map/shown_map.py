"""A map with what lies on it: footprints, scenes, rasters, and the line of a chart."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import ipyleaflet
import ipywidgets
import traitlets

from ogc_widgets.area.reading import area_from
from ogc_widgets.errors import InputError, need_number
from ogc_widgets.map.colours import FootprintLooks
from ogc_widgets.map.footprints import Footprints, footprints
from ogc_widgets.map.overlay import (
    MODES,
    MapOverlay,
    box_on_page,
    extent_of,
    geometry_of,
)
from ogc_widgets.map.state_areas import StateAreas
from ogc_widgets.map.still.of_map import MapStill
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from ogc_widgets.area.boxes import Geometry


MAX_SCENES = 500
"""Outlines of one label that :meth:`ShownMap.show_context` draws."""
_KINDS = ("shape", "context", "state_areas", "footprints", "pictures", "rasters")
OPENSTREETMAP = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_ATTRIBUTION = (
    '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>'
    " contributors"
)


class ShownMap(NotesDisplay, ipywidgets.Box):
    """A map on which things are shown; :class:`AreaMap` lets an area be drawn on it.

    Args:
        basemap: As for :class:`AreaMap`, with what follows.
        height: CSS height, or a number of pixels.
        center: Latitude and longitude to start with, in degrees.
        zoom: Zoom level to start with.
    """

    selected = traitlets.Unicode("")
    """Id of the selected footprint, or an empty text."""

    colour_by = traitlets.Unicode("")
    """What was chosen on the map to colour footprints by, or an empty text."""

    line = traitlets.Any(None, allow_none=True)
    """GeoJSON line along which a chart reads values, or None; it is no area. Setting it
    takes anything that ``area`` takes."""

    drawing = traitlets.Enum(MODES, "")
    """What the next drag on the map does; empty when it moves the map. It falls back
    to empty when the shape is drawn, or when drawing was given up with Esc."""

    kinds_drawn = traitlets.Tuple()
    """What lies on the map: some of ``shape``, ``context``, ``state_areas``,
    ``footprints``, ``pictures`` and ``rasters``."""

    def __init__(
        self,
        basemap: Any,  # noqa: ANN401 # a layer of ipyleaflet, which is untyped
        height: str | int,
        center: tuple[float, float],
        zoom: float,
    ) -> None:
        self.footprints = Footprints((), (), (), 0)
        self.map = BareMap(basemap, center=center, zoom=zoom)
        self._overlay = overlay = MapOverlay()
        overlay.map_model = f"IPY_MODEL_{self.map.model_id}"
        self.rasters = overlay.layers
        self.state_areas = StateAreas(overlay)
        self.still = MapStill(overlay, lambda: self.footprints, self.state_areas)
        self.looks = FootprintLooks(overlay)
        if not isinstance(height, str):
            need_number("height", height, "number of pixels")
            height = f"{height}px"
        super().__init__(
            [self.map, overlay],
            layout=ipywidgets.Layout(width="100%", height=height, min_width="0"),
        )
        self.add_class("ogcw-map")
        overlay.observe(self._note_kinds, _KINDS)
        overlay.handle(along=self._line_drawn)
        traitlets.link((self, "selected"), (overlay, "selected"))
        traitlets.dlink((self.map, "is_asked"), (overlay, "reports_mouse"))
        traitlets.link((self, "drawing"), (overlay, "mode"))
        traitlets.link((self, "colour_by"), (overlay, "colour_by"))

    def _note_kinds(self, _change: object) -> None:
        self.kinds_drawn = tuple(
            kind for kind in _KINDS if getattr(self._overlay, kind)
        )

    def fit(self) -> None:
        """Bring everything that is drawn into view."""
        shapes = [feature["geometry"] for feature in self._overlay.context]
        for extent in (self.footprints.extent, self.state_areas.extent):
            shapes += [geometry_of({"bbox": extent})] if extent else []
        if self._overlay.shape:
            shapes.append(geometry_of(self._overlay.shape))
        if shapes:
            self._overlay.fit(extent_of(shapes))

    def in_one_message(self) -> AbstractContextManager[None]:
        """Let the page hear of several changes at once, so that none flashes by."""
        return publishing(self._overlay)

    def show_footprints(
        self,
        items: object,
        *,
        fit: bool = True,
        note: str = "",
        names: Sequence[str] | None = None,
    ) -> Footprints:
        """Draw the footprints of result items; they replace the earlier ones.

        Args:
            items: STAC items or other Features: a list, a FeatureCollection, pystac.
            fit: Bring them into view.
            note: What else the map says of them.
            names: Their ids, where they are known.

        Returns:
            What is drawn, and what is not and why.

        Raises:
            InputError: ``items`` holds no items.
        """
        made = footprints(items, names)
        with publishing(self._overlay):
            self.footprints = made
            self.looks.show(None)
            self._overlay.footprints = made.buffers()
            self._overlay.footprint_note = f"{made.note} {note}".strip()
            if self.selected and self.selected not in made.ids:
                self.selected = ""
            # In one message: what would be seen before is not drawn.
            if fit and made.ids:
                # With the areas that they are some of.
                extents = [made.extent, self.state_areas.extent]
                boxes = [geometry_of({"bbox": one}) for one in extents if one]
                self._overlay.fit(extent_of(boxes))
        return made

    def clear_footprints(self) -> None:
        """Take footprints and previews off the map."""
        self.show_footprints([])
        self.clear_previews()

    def show_context(
        self, features: object, *, label: str = "input scene", fit: bool = True
    ) -> Footprints:
        """Outline things in grey, such as the input scenes, to show where to draw.

        Args:
            features: Items or Features, as in :meth:`show_footprints`.
            label: What they are, for the legend; they replace the earlier ones of the
                same label.
            fit: Bring them into view.

        Returns:
            What was read; the first 500 are outlined.

        Raises:
            InputError: ``features`` holds no items.
        """
        made = footprints(features)
        others = [f for f in self._overlay.context if f["kind"] != label]
        added = [{**one, "kind": label} for one in made.features[:MAX_SCENES]]
        self._overlay.context = [*others, *added]
        if fit and made.ids:
            self._overlay.fit(made.extent)
        return made

    def mark_context(self, ids: list[str]) -> None:
        """Highlight outlines of :meth:`show_context`, and no others."""
        if self._overlay.marked != ids:
            self._overlay.marked = ids

    def show_preview(self, image: str, box: list[float]) -> None:
        """Lay a picture on the map; it replaces an earlier one at the same place.

        Args:
            image: A ``data:image/...`` address. Addresses on servers are not taken:
                the kernel may reach what the browser cannot, and the other way round.
            box: ``[west, south, east, north]`` of the picture in degrees.

        Raises:
            InputError: The picture is not a data address, or the box is none.
        """
        if not image.startswith("data:image/"):
            raise InputError(
                "A preview needs a picture as a data:image/... address.",
                advice="Fetch the picture in Python and encode it as base64.",
            )
        self.hide_preview(box)
        picture = {"url": image, "bounds": box_on_page(box)}
        self._overlay.pictures = [*self._overlay.pictures, picture]

    def hide_preview(self, box: list[float]) -> None:
        """Take the picture of :meth:`show_preview` at a box off the map."""
        extent = box_on_page(box)
        others = [p for p in self._overlay.pictures if p["bounds"] != extent]
        self._overlay.pictures = others

    def clear_previews(self) -> None:
        """Take all pictures and rasters off the map."""
        self._overlay.pictures = []
        self.rasters.clear()

    # -- the line of a chart ---------------------------------------------------------

    @traitlets.validate("line")
    def _valid_line(self, proposal: Any) -> Geometry | None:  # noqa: ANN401
        value = proposal["value"]
        area = None if value is None else area_from(value)
        if area is not None and area.kind != "LineString":
            raise InputError("Values are read along one line; this is none.")
        return None if area is None else area.outline

    @traitlets.observe("line")
    def _line_changed(self, _change: object) -> None:
        self._overlay.line = self.line or {}

    def _line_drawn(self, geometry: object) -> None:
        self.line = geometry

    def take_line(self, *, on: bool) -> None:
        """Show the line that values are read along, and let it be drawn."""
        self._overlay.takes_line = on
        if on and self.line is None:
            self.drawing = "along"
        elif not on and self.drawing == "along":
            self.drawing = ""

    def close(self) -> None:
        """Close the map with everything that ipyleaflet makes for it."""
        if self.comm is None:
            return  # closed before, or never opened
        # ipyleaflet leaves seven of its eight models behind.
        styles = ("style", "default_style", "dragging_style", "layout")
        # The overlay goes first: it lets go of Leaflet's map while that has a model.
        parts = [self._overlay, *(getattr(self.map, name) for name in styles)]
        parts += [*self.map.controls, *self.map.layers, self.map, self.layout]
        for part in parts:
            if part is not None:
                part.close()
        super().close()


def _layer_of(basemap: Any) -> Any:  # noqa: ANN401 # ipyleaflet is untyped
    """The layer that a ``basemap`` means; None for no tiles.

    Raises:
        InputError: It is none.
    """
    if basemap == "osm":
        return ipyleaflet.TileLayer(
            url=OPENSTREETMAP,
            attribution=_ATTRIBUTION,
            name="OpenStreetMap",
            max_zoom=19,
            base=True,
        )
    if basemap is None or isinstance(basemap, ipyleaflet.Layer):
        return basemap
    if isinstance(basemap, dict):
        try:
            return ipyleaflet.basemap_to_tiles(basemap, base=True)
        except ValueError as error:  # such as for a key that it needs
            raise InputError(f"The basemap cannot be used: {error}") from error
    raise InputError(
        'basemap is "osm", None, one of ipyleaflet.basemaps or a layer of ipyleaflet.'
    )


def _place_of(center: Any) -> tuple[float, float]:  # noqa: ANN401 # of a caller
    """Latitude and longitude in degrees.

    Raises:
        InputError: There is no such place.
    """
    try:
        latitude, longitude = map(float, () if isinstance(center, str) else center)
    except (TypeError, ValueError):
        latitude, longitude = inf, inf
    if not (abs(latitude) <= 90 and abs(longitude) <= 360):
        raise InputError(
            f"center is a latitude and a longitude in degrees, not {center!r}.",
            advice="For example: center=(40.1, -121.0)",
        )
    return latitude, longitude


class BareMap(ipyleaflet.Map):
    """ipyleaflet's map without its tools; it knows whether somebody listens to it.

    Raises:
        InputError: ``basemap`` is none of these, or there is no such place.
    """

    is_asked = traitlets.Bool(False)  # noqa: FBT003
    """Whether somebody asked for what the mouse does."""

    def __init__(
        self,
        basemap: Any,  # noqa: ANN401 # ipyleaflet is untyped
        *,
        center: tuple[float, float],
        zoom: float,
    ) -> None:
        layer, place = _layer_of(basemap), _place_of(center)
        need_number("zoom", zoom)
        super().__init__(
            layers=() if layer is None else (layer,),
            center=place,
            zoom=zoom,
            zoom_control=False,
            attribution_control=False,
            layout=ipywidgets.Layout(width="100%", height="100%"),
        )
        if layer is not None:
            self.add(ipyleaflet.AttributionControl(position="bottomright", prefix=""))

    def on_interaction(
        self,
        callback: Callable[..., None],
        remove: bool = False,  # noqa: FBT001, FBT002 # as ipyleaflet has it
    ) -> None:
        """Add or remove a function that is called when the mouse does something."""
        super().on_interaction(callback, remove=remove)
        self.is_asked = bool(self._interaction_callbacks.callbacks)
