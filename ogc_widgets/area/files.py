"""One area out of a file, whatever its format, and in words what was taken."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any

from ogc_widgets.area.area import Area
from ogc_widgets.area.crs import System, system_of_file
from ogc_widgets.area.layers import (
    MAX_FEATURES,
    MAX_FILE_BYTES,
    Layer,
    kind_of,
    layer_with_columns,
    layers_of,
)
from ogc_widgets.area.reading import in_degrees
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Geometry, Shape

MAX_POSITIONS = 200_000
"""Outlines with more positions than this are replaced by the box around them."""


@dataclass(frozen=True)
class LoadedArea:
    """The area of a file.

    Args:
        area: The area.
        note: What was taken of the file, in words.
    """

    area: Area
    note: str

    @property
    def geometry(self) -> Geometry:
        """GeoJSON geometry in degrees (RFC 7946)."""
        return self.area.geometry

    @property
    def bbox(self) -> list[float]:
        """``[west, south, east, north]`` in degrees."""
        return [*self.area.bbox]


def read_area(
    source: str | PathLike[str] | bytes | bytearray | memoryview | IO[bytes],
    *,
    name: str = "",
    layer: str | None = None,
) -> LoadedArea:
    """Read the area of a file.

    The polygons of all features are taken together; of points and lines, the box
    around them. Where a file has several layers the first one with polygons counts.

    Args:
        source: Path of a file, its content, or an open binary file.
        name: What to call it in messages; the name of the path if left out.
        layer: Name of the layer to read.

    Raises:
        InputError: It cannot be read, is too large, or holds no area; the sentence
            says why.
    """
    content, found_name = content_of(source)
    folder = None
    if isinstance(source, str | PathLike):
        folder = Path(source).expanduser().parent
    layers = layers_of(content, found_name or name, folder, layer)
    best = max(layers, key=lambda one: (one.has_areas, bool(one.geometries)))
    shown = clean(name or found_name, limit=80) or "the file"
    return _area(best, shown, several=len(layers) > 1)


@dataclass(frozen=True)
class LoadedFeatures:
    """The features of a layer of a file.

    Attributes:
        shapes: A shape in degrees for each, or None.
        columns: Their attributes, by name.
        layer: Name of the layer.
        layers: Names of all layers of the file.
        note: What was done or left out, in words.
    """

    shapes: list[Shape | None]
    columns: dict[str, list[Any]]
    layer: str = ""
    layers: tuple[str, ...] = ()
    note: str = ""

    @property
    def features(self) -> list[dict[str, Any]]:
        """As GeoJSON has them, but with shapes for geometries."""
        return [
            {
                "type": "Feature",
                "geometry": shape,
                "properties": {
                    name: values[at] for name, values in self.columns.items()
                },
            }
            for at, shape in enumerate(self.shapes)
        ]


def read_features(
    content: bytes, *, name: str = "", layer: str | None = None
) -> LoadedFeatures:
    """Read the features of a file: GeoPackage, zipped shapefile, KML, GML and others.

    Args:
        content: The file.
        name: Its name.
        layer: Name of the layer to read; the first one if left out.

    Raises:
        InputError: It cannot be read, or is too large; the sentence says why.
    """
    content, _ = content_of(content)
    found = layer_with_columns(content, name, layer)
    return features_in_degrees(found)


def features_in_degrees(layer: Layer) -> LoadedFeatures:
    """The features of a layer, brought into degrees.

    Raises:
        InputError: Its reference system is not known.
    """
    shapes, notes = layer.geometries, []
    system = _system(layer.crs)
    if system is not None:
        shapes = _in_degrees(shapes, system)
        notes.append(f"converted from {clean(system.full_name, limit=60)}")
    if layer.crs is None:
        notes.append("it names no reference system: its numbers are taken as degrees")
    if len(shapes) >= MAX_FEATURES:
        notes.append(f"the first {MAX_FEATURES:,} features")
    about = ", ".join(notes)
    return LoadedFeatures(shapes, layer.columns, layer.name, layer.names, about)


def _in_degrees(shapes: list[Any], system: System) -> list[Any]:
    """Shapes brought into degrees together, or one by one where some cannot be."""
    import numpy as np

    array = np.array([*shapes, None], dtype=object)[:-1]
    try:
        return [*system.shape_in_degrees(array)]
    except InputError:
        made: list[Any] = []
        for shape in shapes:
            try:
                made.append(None if shape is None else system.shape_in_degrees(shape))
            except InputError:
                made.append(None)
        return made


def content_of(source: Any) -> tuple[bytes, str]:  # noqa: ANN401 # see read_area
    """Read a file within limits.

    Args:
        source: As for :func:`read_area`.

    Returns:
        The content, and the name of the file or ``""``.

    Raises:
        InputError: It cannot be read, is too large, or empty.
    """
    name = ""
    if isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
    elif hasattr(source, "read"):
        read = source.read(MAX_FILE_BYTES + 1)
        content = read.encode() if isinstance(read, str) else bytes(read)
        name = PurePath(str(getattr(source, "name", ""))).name
    elif isinstance(source, str | PathLike):
        path, name = Path(source).expanduser(), PurePath(source).name
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise InputError(
                f"The file cannot be read: {error.strerror or error}.",
                advice=f"Looked for {path.absolute()}",
            ) from None
    else:
        raise InputError("Give the path of a file, its content, or an open file.")
    if len(content) > MAX_FILE_BYTES:
        raise InputError(
            f"{clean(name) or 'The file'} is larger than {MAX_FILE_BYTES >> 20} MiB.",
            advice="Keep only what is needed in it.",
        )
    if not content.strip():
        raise InputError(f"{clean(name) or 'The file'} is empty.")
    return content, name


def _area(layer: Layer, shown: str, *, several: bool) -> LoadedArea:
    geometries = [
        one for member in layer.geometries[:MAX_FEATURES] for one in _parts(member)
    ]
    if not geometries:
        raise InputError(f"There is no geometry in {shown}.")
    system = _system(layer.crs)
    made: list[Area] = []
    reasons: list[str] = []
    for one in geometries:
        try:
            made.append(Area.of(in_degrees(one, system) if system else one))
        except InputError as error:
            reasons.append(error.what)
    if not made:
        raise InputError(f"No geometry of {shown} can be used: {reasons[0]}")
    where = f"{shown}, layer {clean(layer.name, limit=60)}" if several else shown
    source = f", converted from {clean(system.full_name, limit=60)}" if system else ""
    if any(area.covers for area in made):
        area, said = _united(Area.joined(made), len(made))
    else:
        area = _box_around(made)
        said = "It has points or lines only; the box around them is taken."
    notes = [f"The area of {where}{source}.", area.note, said]
    if reasons:
        count = len(reasons)
        were = "1 feature was" if count == 1 else f"{count:,} features were"
        notes.append(f"{were} left out: {reasons[0].rstrip('.').lower()}.")
    if layer.crs is None:
        notes.append("It names no reference system; its numbers are taken as degrees.")
    return LoadedArea(area, " ".join(filter(None, notes)))


def _parts(geometry: Any) -> list[Any]:  # noqa: ANN401 # as above
    """The members of a collection, or else the geometry itself."""
    if kind_of(geometry) != "GeometryCollection":
        return [geometry]
    is_json = isinstance(geometry, dict)
    return list(geometry.get("geometries") or () if is_json else geometry.geoms)


def _system(crs: str | None) -> System | None:
    """The reference system to convert from; None where it is degrees already."""
    system = system_of_file(crs or "")
    if not system.is_known:
        raise InputError(
            "The file is in a reference system that is not known here: "
            f"{clean(system.short_name, limit=60)}.",
            advice="Save it in WGS 84 (EPSG:4326) and try again.",
        )
    return None if system.in_degrees else system


def _united(area: Area, features: int) -> tuple[Area, str]:
    """Polygons that touch or overlap joined, and in words what was done."""
    import shapely

    if shapely.get_num_coordinates(area.shape) > MAX_POSITIONS:
        return (
            Area.box(*area.bbox),
            f"It has more than {MAX_POSITIONS:,} corners; the box around it is taken.",
        )
    if area.kind == "Polygon":
        return area, ""
    joined = shapely.orient_polygons(shapely.unary_union(area.shape), exterior_cw=False)
    area, parts = Area(joined, note=area.note), shapely.get_num_geometries(joined)
    if features < 2:
        return area, f"It has {parts} parts." if parts > 1 else ""
    if parts == 1:
        return area, f"Its {features:,} features were joined."
    return area, f"Its {features:,} features are one area of {parts:,} parts."


def _box_around(areas: list[Area]) -> Area:
    """The box around points and lines; around one point 0.01 degrees to all sides."""
    import shapely

    shapes = shapely.GeometryCollection([area.shape for area in areas])
    west, south, east, north = Area(shapes).bbox
    if west == east:
        west, east = west - 0.01, east + 0.01
    if south == north:
        south, north = max(-90.0, south - 0.01), min(90.0, north + 0.01)
    return Area.box(*(round(side, 9) for side in (west, south, east, north)))
