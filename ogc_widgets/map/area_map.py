"""A map on which exactly one area is drawn, and results are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.area.area import Area
from ogc_widgets.area.layers import MAX_FILE_BYTES
from ogc_widgets.area.reading import area_from
from ogc_widgets.errors import InputError
from ogc_widgets.map.overlay import extent_of, geometry_of, shape_of
from ogc_widgets.map.shown_map import ShownMap
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import publishing
from ogc_widgets.view.transfer import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from typing import IO

    from ogc_widgets.area.boxes import Geometry
    from ogc_widgets.area.files import LoadedArea

TONES = 5
"""Colours in which several areas are told apart."""
_SHAPES = ("rectangle", "polygon", "line", "point")


class AreaMap(ShownMap):
    """A map on which one area is drawn, changed and deleted.

    Args:
        area: The area to start with: four numbers west, south, east, north, text,
            GeoJSON, or any object with ``__geo_interface__``.
        basemap: ``"osm"`` for OpenStreetMap, None for no tiles at all (the map then
            makes no request to anywhere), one of ``ipyleaflet.basemaps`` or a layer
            of ipyleaflet.
        height: CSS height of the map, or a number of pixels; its width is that of its
            surroundings.
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

    active_area = traitlets.Unicode("")
    """Id of the area that is being edited, where :meth:`show_areas` showed several."""

    def __init__(
        self,
        area: object = None,
        *,
        basemap: Any = "osm",  # noqa: ANN401 # a layer of ipyleaflet, which is untyped
        height: str | int = "440px",
        center: tuple[float, float] = (20.0, 0.0),
        zoom: float = 2,
    ) -> None:
        start = None if area is None else area_from(area)
        self._area: Area | None = None
        self._uploads = Uploads(MAX_FILE_BYTES)
        super().__init__(basemap, height, center, zoom)
        overlay = self._overlay
        overlay.handle(draw=self._drawn, paste=self._pasted, upload=self._uploaded)
        traitlets.link((self, "active_area"), (self._overlay, "active_area"))
        if start is not None:
            self.geometry = start

    # -- the area --------------------------------------------------------------------

    @property
    def area(self) -> Area | None:
        """The area as the value that forms take and encode, or None."""
        return None if self.geometry is None else self._area

    @area.setter
    def area(self, value: object) -> None:
        self.geometry = value

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
        if not self.is_drawn:
            self._overlay.fit(extent_of([geometry_of(shape)]))

    @traitlets.observe("bbox")
    def _bbox_changed(self, _change: object) -> None:
        if self.bbox is None:
            self.geometry = None
        elif self.area is None or [*self.area.bbox] != self.bbox:
            self.geometry = Area.box(*self.bbox)

    is_drawn = False
    """Whether the area is changing by what was just drawn on the page."""

    def _drawn(self, geometry: object = None) -> None:
        """Take what was drawn on the page; None when it was deleted there."""
        overlay, self.is_drawn = self._overlay, True
        try:
            overlay.problem = overlay.notice = ""
            self.geometry = None if geometry is None else Area.of(geometry)
        finally:
            self.is_drawn = False
            overlay.shape_revision += 1

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
        self._import(lambda: setattr(self, "geometry", text))

    def _uploaded(self, name: str, base64: str, part: int = 0, parts: int = 1) -> None:
        def take() -> None:
            content = self._uploads.add(name, base64, part, parts)
            if content is not None:
                self.load(content, name=name)

        if int(part) + 1 < int(parts):
            take()
        else:
            self._import(take)

    def _import(self, take: Callable[[], None]) -> None:
        """Take an area from elsewhere; the one that is there stays if it fails."""
        overlay = self._overlay
        try:
            overlay.problem = overlay.notice = ""
            take()
        except Exception as error:  # noqa: BLE001 # shown by the page
            overlay.report(error)
        finally:
            overlay.import_revision += 1

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

    def _about(self) -> tuple[object, ...]:
        return ("without an area",) if self.area is None else self.area.about

    def _card_(self) -> tuple[str, str]:
        text = area_text(self.bbox)
        return text, f"{self.still.html()}<p>{escape_html(text)}</p>"


def area_text(bbox: Sequence[float] | None) -> str:
    """Say which area is on the map, in degrees."""
    if bbox is None:
        return "Map: no area of interest"
    return clean(f"Map: area of interest {', '.join(f'{side:g}' for side in bbox)}")
