"""A map on which exactly one area is drawn, and results are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ogc_widgets.area.area import Area
from ogc_widgets.area.reading import area_from
from ogc_widgets.errors import InputError
from ogc_widgets.map.bare_map import BareMap
from ogc_widgets.map.footprints import Footprints, footprints
from ogc_widgets.map.items.looks import FootprintLooks
from ogc_widgets.map.map_card import area_text
from ogc_widgets.map.overlay import (
    MODES,
    MapOverlay,
    box_on_page,
    extent_of,
    geometry_of,
    shape_of,
)
from ogc_widgets.map.still.of_map import MapStill
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import publishing
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from os import PathLike
    from typing import IO

    from ogc_widgets.area.boxes import Geometry
    from ogc_widgets.area.files import LoadedArea

TONES = 5
"""Colours in which several areas are told apart."""
MAX_SCENES = 500
"""Outlines of one label that :meth:`AreaMap.show_context` draws."""
_SHAPES = ("rectangle", "polygon", "line", "point")
_KINDS = ("shape", "context", "footprints", "pictures", "rasters")


class AreaMap(NotesDisplay, ipywidgets.Box):
    """A map on which one area is drawn, changed and deleted.

    Args:
        area: The area to start with: four numbers west, south, east, north, text,
            GeoJSON, or any object with ``__geo_interface__``.
        basemap: ``"osm"`` for OpenStreetMap, None for no tiles at all (the map then
            makes no request to anywhere), or a layer of ipyleaflet.
        height: CSS height of the map; its width is that of its surroundings.
        center: Latitude and longitude to start with, in degrees.
        zoom: Zoom level to start with.

    Raises:
        InputError: The area to start with is none.
    """

    geometry = traitlets.Any(None, allow_none=True)
    """GeoJSON geometry of the area in degrees, or None. Setting it takes anything that
    ``area`` takes; what is kept is normalised (RFC 7946)."""

    bbox = traitlets.Any(None, allow_none=True)
    """``[west, south, east, north]`` of the area in degrees, or None; ``west > east``
    where it crosses the antimeridian. Setting it draws that box."""

    selected = traitlets.Unicode("")
    """Id of the selected footprint, or an empty text."""

    colour_by = traitlets.Unicode("")
    """What was chosen on the map to colour footprints by, or an empty text."""

    active_area = traitlets.Unicode("")
    """Id of the area that is being edited, where :meth:`show_areas` showed several."""

    drawing = traitlets.Enum(MODES, "")
    """What the next drag on the map does; empty when it moves the map. It falls back
    to empty when the shape is drawn, or when drawing was given up with Esc."""

    kinds_drawn = traitlets.Tuple()
    """What lies on the map: some of ``shape``, ``context``, ``footprints``,
    ``pictures`` and ``rasters``."""

    def __init__(
        self,
        area: object = None,
        *,
        basemap: Any = "osm",  # noqa: ANN401 # a layer of ipyleaflet, which is untyped
        height: str = "440px",
        center: tuple[float, float] = (20.0, 0.0),
        zoom: float = 2,
    ) -> None:
        start = None if area is None else area_from(area)
        self._area: Area | None = None
        self.footprints = Footprints((), (), (), 0)
        self.map = BareMap(basemap, center=center, zoom=zoom)
        self._overlay = MapOverlay(
            f"IPY_MODEL_{self.map.model_id}", self._drawn, self._pasted, self._chosen
        )
        self.rasters = self._overlay.layers
        self.still = MapStill(self._overlay, lambda: self.footprints)
        self.looks = FootprintLooks(self._overlay)
        super().__init__(
            [self.map, self._overlay],
            layout=ipywidgets.Layout(width="100%", height=height, min_width="0"),
        )
        self.add_class("ogcw-map")
        self._overlay.observe(self._note_kinds, _KINDS)
        traitlets.link((self, "selected"), (self._overlay, "selected"))
        traitlets.dlink((self.map, "is_asked"), (self._overlay, "reports_mouse"))
        traitlets.link((self, "drawing"), (self._overlay, "mode"))
        traitlets.link((self, "active_area"), (self._overlay, "active_area"))
        traitlets.link((self, "colour_by"), (self._overlay, "colour_by"))
        if start is not None:
            self.geometry = start

    def _note_kinds(self, _change: object) -> None:
        self.kinds_drawn = tuple(
            kind for kind in _KINDS if getattr(self._overlay, kind)
        )

    # -- the area --------------------------------------------------------------------

    @property
    def area(self) -> Area | None:
        """The area as the value that forms take and encode, or None."""
        return None if self.geometry is None else self._area

    @traitlets.validate("geometry")
    def _valid_geometry(self, proposal: Any) -> Geometry | None:  # noqa: ANN401
        value = proposal["value"]
        self._area = None if value is None else area_from(value)
        return None if self._area is None else self._area.geometry

    @traitlets.validate("bbox")
    def _valid_bbox(self, proposal: Any) -> list[float] | None:  # noqa: ANN401
        value = proposal["value"]
        if value is None:
            return None
        if self.area is not None and tuple(value) == self.area.bbox:
            return list(value)  # points and lines have boxes without extent
        return [*area_from(value).bbox]

    @traitlets.observe("geometry")
    def _geometry_changed(self, _change: object) -> None:
        if self.area is None:
            self._overlay.shape = {}
            self.bbox = None
            return
        shape = shape_of(self.area)
        with publishing(self._overlay):
            self._overlay.shape = shape
            self._overlay.problem = ""
            self._overlay.notice = self.area.note
        self.bbox = [*self.area.bbox]
        if not self._from_page:
            self._overlay.fit(extent_of([geometry_of(shape)]))

    @traitlets.observe("bbox")
    def _bbox_changed(self, _change: object) -> None:
        if self.bbox is None:
            self.geometry = None
        elif self.area is None or [*self.area.bbox] != self.bbox:
            self.geometry = Area.box(*self.bbox)

    _from_page = False

    def _drawn(self, geometry: object) -> None:
        self._from_page = True
        try:
            self.geometry = None if geometry is None else Area.of(geometry)
        finally:
            self._from_page = False

    def load(
        self,
        source: str | PathLike[str] | bytes | IO[bytes],
        *,
        name: str = "",
        layer: str | None = None,
    ) -> LoadedArea:
        """Take the area of a file: GeoJSON, GeoPackage, zipped shapefile, KML, KMZ.

        The polygons of all its features are taken together, and brought to degrees.
        What was taken stands on the map and in the ``note`` of the answer.

        Args:
            source: Path of the file, its content, or an open binary file.
            name: What to call it in messages.
            layer: Layer of a GeoPackage or of several shapefiles; else the first one
                with areas.

        Raises:
            InputError: It cannot be read or holds no area; the area stays as it is.
        """
        # Readers of files are loaded when the first file is.
        from ogc_widgets.area.files import read_area

        found = read_area(source, name=name, layer=layer)
        self.geometry = found.area
        self._overlay.notice = found.note
        return found

    def _pasted(self, text: str) -> None:
        self.geometry = text

    def _chosen(self, content: bytes, name: str) -> None:
        self.load(content, name=name)

    def report(self, error: BaseException) -> None:
        """Show on the map what is wrong with an area."""
        self._overlay.report(error)

    def tell(self, note: str) -> None:
        """Show a note about the area on the map; an empty one takes it away."""
        self._overlay.notice = note

    def show_areas(self, areas: Sequence[Mapping[str, Any]], active: str = "") -> None:
        """Show which areas there are besides the one that is being edited.

        Args:
            areas: ``{"id", "label", "geometry"}`` of each; fewer than two take all of
                them away.
            active: Id of the one that is being edited; its shape is ``geometry``.
        """
        shown = [
            {
                "id": one["id"],
                "label": clean(one["label"], limit=60),
                "tone": number % TONES,
                "geometry": one["geometry"] and area_from(one["geometry"]).outline,
            }
            for number, one in enumerate(areas)
        ]
        with publishing(self._overlay):
            self._overlay.areas = shown if len(shown) > 1 else []
            self.active_area = active

    def tone_of(self, area_id: str) -> int:
        """Number of the colour in which an area of several is shown."""
        tones = (one["tone"] for one in self._overlay.areas if one["id"] == area_id)
        return next(tones, 0)

    @property
    def tools(self) -> tuple[str, ...]:
        """Shapes that can be drawn: ``rectangle``, ``polygon``, ``line``, ``point``."""
        return tuple(self._overlay.tools)

    @tools.setter
    def tools(self, value: tuple[str, ...] | list[str]) -> None:
        unknown = set(value) - set(_SHAPES)
        if unknown:
            raise InputError(f"There is no tool for {min(unknown)!r}.")
        self._overlay.tools = list(value)

    def start_drawing(self, shape: str = "rectangle") -> None:
        """Let the next drag on the map draw.

        Args:
            shape: ``rectangle``, ``polygon`` or ``point``; ``edit`` changes the area.

        Raises:
            InputError: There is no such shape.
        """
        if shape not in {*_SHAPES, "edit"}:
            raise InputError(f"There is no tool that draws a {shape}.")
        self.drawing = shape

    def stop_drawing(self) -> None:
        """Leave drawing; the area stays as it is."""
        self.drawing = ""

    def take_view(self) -> list[float]:
        """Take what the map shows as the area.

        Returns:
            The new ``bbox``.

        Raises:
            InputError: The map has not been on the screen yet.
        """
        west, south, east, north = (
            getattr(self.map, side) for side in ("west", "south", "east", "north")
        )
        if west == east or south == north:
            raise InputError(
                "The map has no view yet.", advice="Display it first, then try again."
            )
        if east - west >= 360:
            west, east = -180, 180
        digits = max(1, min(6, round(self.map.zoom / 3.3)))
        sides = (west, max(south, -90), east, min(north, 90))
        self.geometry = Area.box(*(round(side, digits) for side in sides))
        return list(self.bbox)

    def fit(self) -> None:
        """Bring everything that is drawn into view."""
        shapes = [feature["geometry"] for feature in self._overlay.context]
        if self.footprints.ids:
            shapes.append(geometry_of({"bbox": self.footprints.extent}))
        if self._overlay.shape:
            shapes.append(geometry_of(self._overlay.shape))
        if shapes:
            self._overlay.fit(extent_of(shapes))

    def in_one_message(self) -> AbstractContextManager[None]:
        """Let the page hear of several changes at once, so that none flashes by."""
        return publishing(self._overlay)

    # -- results and scenes ----------------------------------------------------------

    def show_footprints(
        self, items: object, *, fit: bool = True, note: str = ""
    ) -> Footprints:
        """Draw the footprints of result items; they replace the earlier ones.

        Args:
            items: STAC items or other Features: a list, a FeatureCollection, pystac.
            fit: Bring them into view.
            note: What else the map says of them.

        Returns:
            What is drawn, and what is not and why.

        Raises:
            InputError: ``items`` holds no items.
        """
        made = footprints(items)
        with publishing(self._overlay):
            self.footprints = made
            self.looks.show(None)
            self._overlay.footprints = made.buffers()
            self._overlay.footprint_note = f"{made.note} {note}".strip()
            if self.selected and self.selected not in made.ids:
                self.selected = ""
            # In one message: what would be seen before is not drawn.
            if fit and made.ids:
                self._overlay.fit(made.extent)
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
        """Highlight outlines of :meth:`show_context`, and no others.

        Args:
            ids: Their ids.
        """
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

    def _card_(self) -> tuple[str, str]:
        text = area_text(self.bbox)
        return text, f"{self.still.html()}<p>{escape_html(text)}</p>"

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
