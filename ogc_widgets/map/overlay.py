"""The view that lies on the map: shapes, tools, coordinates and legend.

ipyleaflet's draw controls hold a list of shapes that is mirrored between page and
kernel, and ``clear()`` reaches only the page, so that "exactly one shape" would have to
be restored after each event. This view keeps one shape with one model and one SVG on
the same Leaflet map; it also shows where to draw without tiles, and highlights one of
many footprints without sending all of them again.

It needs one thing of ipyleaflet that is not documented: the Leaflet map as ``obj`` of
the map's view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.area.area import Area
from ogc_widgets.map.raster_layers import RasterLayers, RasterView
from ogc_widgets.view.scripts import packed

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Geometry


MODES = ("", "rectangle", "polygon", "line", "point", "edit", "along")


def shape_of(area: Area) -> dict[str, Any]:
    """Shape for the page: a box where the area is one, which has other handles."""
    if area.is_box:
        west, south, east, north = area.bbox
        return {"bbox": [west, south, east + 360 if area.crosses else east, north]}
    return {"geometry": area.outline}


def geometry_of(shape: dict[str, Any]) -> Geometry:
    """Geometry of a shape as the page holds it; longitudes may run past 180."""
    if "geometry" in shape:
        return dict(shape["geometry"])
    west, south, east, north = shape["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def extent_of(geometries: list[Geometry]) -> list[float]:
    """Box around shapes whose longitudes may run past 180."""
    import shapely.geometry

    shapes = [shapely.geometry.shape(geometry) for geometry in geometries]
    return [float(side) for side in shapely.total_bounds(shapes)]


def box_on_page(box: list[float]) -> list[float]:
    """Sides of a box as the page has them: east is over 180 across 180."""
    return extent_of([geometry_of(shape_of(Area.box(*box)))])


class MapOverlay(RasterView):
    """What lies on the map; :class:`AreaMap` takes what is drawn there."""

    _script = "overlay"

    map_model = traitlets.Unicode().tag(sync=True)
    """Reference to the model of the ipyleaflet map."""
    shape = traitlets.Dict().tag(sync=True)
    """``{"bbox": [...]}``, ``{"geometry": {...}}``, or empty; east may pass 180."""
    shape_revision = traitlets.Int(0).tag(sync=True)
    """Counts up when Python has judged a drawn shape, also when it stays the same."""
    areas: Any = traitlets.List().tag(sync=True)
    """``{"id", "label", "tone", "geometry"}`` of each area where there are several."""
    active_area = traitlets.Unicode("").tag(sync=True)
    """Id of the area whose shape is ``shape``."""
    notice = traitlets.Unicode("").tag(sync=True)
    """What to know about the area once, such as what was taken from a file."""
    import_revision = traitlets.Int(0).tag(sync=True)
    """Counts up when Python has judged a text or a file, good or not."""
    reports_mouse = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003
    """Whether somebody asked ipyleaflet's map for interactions."""
    mode = traitlets.Enum(MODES, "").tag(sync=True)
    line: Any = traitlets.Dict().tag(sync=True)
    """Geometry of the line that values are read along, or empty."""
    takes_line = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003
    """Whether that line is seen, and can be drawn."""
    tools = traitlets.List(traitlets.Unicode(), ["rectangle", "polygon"]).tag(sync=True)
    footprints: Any = traitlets.Dict().tag(sync=True)
    """Buffers of :func:`ogc_widgets.map.footprints.packed`, or nothing. A trait, so
    that a page that is reloaded, shown twice or exported has them without asking."""
    footprint_note = traitlets.Unicode("").tag(sync=True)
    kept = traitlets.Bytes().tag(sync=True)
    """A bit for each footprint that is drawn, the lowest first; empty for all."""
    colours: Any = traitlets.Dict().tag(sync=True)
    """``{"steps", "ramp", "low", "high"}``: for each footprint a byte, which is the
    number of a colour or 255 for none, the colours, what their ends mean; or empty."""
    colour_choices: Any = traitlets.List().tag(sync=True)
    """``{"by", "title", "unit"}`` of what footprints can be coloured by."""
    colour_by = traitlets.Unicode("").tag(sync=True)
    """The one that was chosen, or an empty text."""
    state_areas: Any = traitlets.Dict().tag(sync=True)
    """Areas that have states, as ``footprints`` are packed; their ids are labels."""
    states = traitlets.Bytes().tag(sync=True)
    """A byte for each of them: its number in ``STATES`` of ``state_areas.py``."""
    state_area = traitlets.Int(-1).tag(sync=True)
    """Number of the one that is chosen, or -1."""
    context: Any = traitlets.List().tag(sync=True)
    marked = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Ids of the features of ``context`` that are highlighted."""
    raster_stills: Any = traitlets.Dict().tag(sync=True)
    """``{"url", "bounds"}`` of a small picture of rasters by the id of their layer."""
    pictures: Any = traitlets.List().tag(sync=True)
    """``{"url": "data:image/...", "bounds": [w, s, e, n]}``, lowest first."""
    selected = traitlets.Unicode("").tag(sync=True)
    graticule = traitlets.Bool(True).tag(sync=True)  # noqa: FBT003
    fit_request: Any = traitlets.Dict({"number": 0, "bounds": []}).tag(sync=True)
    fitted = traitlets.Int(0).tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.layers = RasterLayers(self, self._start)

    def _on_land(self) -> None:
        """Send the coasts; a map with tiles never asks for them."""
        self.send({"type": "land"}, buffers=[packed("land.json")])

    def _let_go(self) -> None:
        self.layers.close()

    def fit(self, bounds: list[Any]) -> None:
        """Bring a box into view, unless it already is well in view."""
        number = self.fit_request["number"] + 1
        self.fit_request = {"number": number, "bounds": bounds}
