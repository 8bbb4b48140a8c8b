"""One area out of a file, whatever its format, and in words what was taken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Protocol

from ogc_widgets.area import crs as systems
from ogc_widgets.area.area import Area
from ogc_widgets.area.files import vectors
from ogc_widgets.area.files.vectors import MAX_FILE_BYTES, Layer
from ogc_widgets.area.geometry import Geometry, bounds_of, box
from ogc_widgets.area.parsing import crs_member, geometries_of, in_degrees, read_text
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.area.geometry import Json

MAX_POSITIONS = 200_000
"""Outlines with more positions than this are replaced by the box around them."""


class Readable(Protocol):
    """An open binary file."""

    def read(self, size: int, /) -> bytes | str:
        """Read at most so many bytes."""


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
    source: str | PathLike[str] | bytes | bytearray | memoryview | Readable,
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
    content, found_name = _content(source)
    shown = clean(name or found_name, limit=80) or "the file"
    folder = Path(source).parent if _is_path(source) else None  # type: ignore[arg-type]
    layers = _layers(content, found_name or name, layer, folder)
    chosen = _chosen(layers, layer)
    return _area(chosen, shown, several=len(layers) > 1)


def _is_path(source: object) -> bool:
    return isinstance(source, str | PathLike)


def _content(source: Any) -> tuple[bytes, str]:  # noqa: ANN401 # see read_area
    if isinstance(source, bytes | bytearray | memoryview):
        content, name = bytes(source), ""
    elif hasattr(source, "read"):
        read = source.read(MAX_FILE_BYTES + 1)
        content = read.encode() if isinstance(read, str) else bytes(read)
        name = PurePath(str(getattr(source, "name", ""))).name
    elif _is_path(source):
        path, name = Path(source), PurePath(source).name
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise _too_large(name)
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"The file cannot be read: {error.strerror or error}.",
                advice=f"Looked for {path.absolute()}",
            ) from None
    else:
        raise InputError("Give the path of a file, its content, or an open file.")
    if len(content) > MAX_FILE_BYTES:
        raise _too_large(name)
    if not content.strip():
        raise InputError(f"{clean(name) or 'The file'} is empty.")
    return content, name


def _too_large(name: str) -> InputError:
    return InputError(
        f"{clean(name) or 'The file'} is larger than {MAX_FILE_BYTES >> 20} MiB.",
        advice="Keep only the features of the area in it.",
    )


def _layers(
    content: bytes, name: str, layer: str | None, folder: Path | None
) -> list[Layer]:
    """Layers of a file; what it is shows in its first bytes, not in its name."""
    if content.startswith(vectors.ZIP_SIGNATURE) or vectors.ending_of(content, name):
        with vectors.placed(content, name, folder) as path:
            if path.suffix in vectors.TEXTS:
                return [_text_layer(path.read_bytes())]
            return vectors.layers_of(path, layer)
    return [_text_layer(content)]


def _text_layer(content: bytes) -> Layer:
    text = _decoded(content)
    if text.startswith(("{", "[", "\x1e")):
        return _geojson(text)
    try:
        return Layer("", [read_text(text[: 20 * 1024 * 1024]).geometry])
    except InputError as error:
        if len(text) > 1000:
            raise InputError(
                "This is none of the formats that are read here.",
                advice=f"These are {vectors.READABLE}.",
            ) from None
        raise error from None


def _decoded(content: bytes) -> str:
    for start, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(start):
            return content.decode(encoding, "replace").strip()
    return content.decode("utf-8-sig", "replace").strip()


def _geojson(text: str) -> Layer:
    """GeoJSON, or one Feature on each line (GeoJSONL, RFC 8142)."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        value = _lines(text)
        if value is None:
            raise InputError(
                f"The GeoJSON is broken at line {error.lineno}, column {error.colno}.",
                advice="Save it again from the program that made it.",
            ) from None
    except RecursionError:
        raise InputError("The GeoJSON is nested too deeply.") from None
    if isinstance(value, list):
        value = {"type": "FeatureCollection", "features": value}
    if not isinstance(value, dict):
        raise InputError("This JSON is not GeoJSON.")
    named = crs_member(value)
    return Layer("", geometries_of(value), named or "OGC:CRS84")


def _lines(text: str) -> Json:
    """Features on lines, or None when it is something else."""
    features = []
    for line in text.replace("\x1e", "").splitlines():
        if line.strip():
            try:
                features.append(json.loads(line))
            except ValueError:
                return None
    return features if len(features) > 1 else None


def _chosen(layers: list[Layer], wanted: str | None) -> Layer:
    if wanted is not None:
        for layer in layers:
            if layer.name == wanted:
                return layer
        names = [layer.name for layer in layers if layer.name]
        raise InputError(
            f"There is no layer {wanted!r} in this file.",
            advice=f"Its layers are: {', '.join(names[:20]) or 'without names'}.",
        )
    with_areas = [
        layer
        for layer in layers
        if any("Polygon" in str(g.get("type")) for g in layer.geometries)
    ]
    filled = [layer for layer in layers if layer.geometries]
    return next(iter(with_areas or filled or layers))


def _area(layer: Layer, shown: str, *, several: bool) -> LoadedArea:
    if not layer.geometries:
        raise InputError(f"There is no geometry in {shown}.")
    system = _system(layer.crs)
    made, reasons = _read(layer.geometries, system)
    if not made:
        raise InputError(f"No geometry of {shown} can be used: {reasons[0]}")
    where = f"{shown}, layer {clean(layer.name, limit=60)}" if several else shown
    source = f", converted from {clean(system.name, limit=60)}" if system else ""
    notes = [f"The area of {where}{source}."]
    if any(area.covers for area in made):
        area, said = _united(Area.joined(made), len(made))
    else:
        area = _box_around(made)
        said = "It has points or lines only; the box around them is taken."
    notes += [note for note in (area.note, said) if note]
    if reasons:
        which = (
            "1 feature was" if len(reasons) == 1 else f"{len(reasons):,} features were"
        )
        notes.append(f"{which} left out: {reasons[0].rstrip('.').lower()}.")
    if layer.crs is None:
        notes.append("It names no reference system; its numbers are taken as degrees.")
    return LoadedArea(area, " ".join(notes))


def _system(crs: str | None) -> systems.System | None:
    """The reference system to convert from; None where it is degrees already."""
    if crs is None or systems.in_degrees(crs):
        return None
    found = systems.system_of(crs)
    if found is None:
        raise InputError(
            "The file is in a reference system that is not known here: "
            f"{clean(systems.short_name(crs), limit=60)}.",
            advice="Save it in WGS 84 (EPSG:4326) and try again.",
        )
    return found


def _read(
    geometries: list[dict[str, Any]], system: systems.System | None
) -> tuple[list[Area], list[str]]:
    """The areas of the features, and why others are none."""
    made: list[Area] = []
    reasons: list[str] = []
    for geometry in geometries[: vectors.MAX_FEATURES]:
        for member in geometry.get("geometries") or [geometry]:
            try:
                made.append(Area.of(in_degrees(member, system) if system else member))
            except InputError as error:
                reasons.append(error.what)
    return made, reasons


def _united(area: Area, features: int) -> tuple[Area, str]:
    """Polygons that touch or overlap joined, and in words what was done."""
    import shapely

    if shapely.get_num_coordinates(area.shape) > MAX_POSITIONS:
        return (
            Area.of(box(*area.bbox)),
            f"It has more than {MAX_POSITIONS:,} corners; the box around it is taken.",
        )
    if area.kind == "Polygon":
        return area, ""
    joined = shapely.orient_polygons(shapely.unary_union(area.shape), exterior_cw=False)
    area = Area(joined, note=area.note)
    parts = shapely.get_num_geometries(joined)
    if features < 2:
        return area, f"It has {parts} parts." if parts > 1 else ""
    if parts == 1:
        return area, f"Its {features:,} features were joined."
    return area, f"Its {features:,} features are one area of {parts:,} parts."


def _box_around(areas: list[Area]) -> Area:
    """The box around points and lines; around one point 0.01 degrees to all sides."""
    import shapely

    west, south, east, north = bounds_of(
        shapely.GeometryCollection([area.shape for area in areas])
    )
    if west == east:
        west, east = west - 0.01, east + 0.01
    if south == north:
        south, north = max(-90.0, south - 0.01), min(90.0, north + 0.01)
    return Area.of(box(*(round(side, 9) for side in (west, south, east, north))))
