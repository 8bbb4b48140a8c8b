"""One area out of a file, whatever its format, and in words what was taken.

Text is read here, everything else by GDAL (extra ``files``) in a program of its own
(:mod:`ogc_widgets.area.gdal`), from a private folder. Sizes in the directory of an
archive are only what it says of itself, so that unpacking stops at the limit whatever
they are.
"""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from ogc_widgets.area.area import Area
from ogc_widgets.area.crs import System, system_of_file
from ogc_widgets.area.reading import crs_member, geometries_of, in_degrees, read_text
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Geometry

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 100_000
MAX_POSITIONS = 200_000
"""Outlines with more positions than this are replaced by the box around them."""
_MOST_TEXT = 20 * 1024 * 1024
_MOST_MEMBERS = 10_000
_SECONDS = 20.0
_ZIP = b"PK\x03\x04"
_SIGNATURES = {
    b"SQLite format 3\x00": ".gpkg",
    b"\x00\x00\x27\x0a": ".shp",
    b"fgb\x03": ".fgb",
    b"PAR1": ".parquet",
}
_FIRST_ELEMENT = re.compile(rb"<(?![?!])(?:[^\s<>:]*:)?([^\s<>/:]*)")
# Members of an archive that can be opened, the best first, and files beside them.
_OPENED = (".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx", ".tab", ".parquet")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg", ".dat", ".map", ".id", ".ind", ".xsd")
_TEXTS = (".geojson", ".json", ".geojsonl", ".wkt")
_READABLE = (
    "These are GeoJSON, GeoPackage, a zipped shapefile, KML, KMZ, GPX, GML, FlatGeobuf "
    "and well-known text."
)
_PLAIN_NAME = re.compile(r"\w[\w .()-]{0,80}")
_PROGRAM = Path(__file__).with_name("gdal.py")


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


@dataclass(frozen=True)
class _Layer:
    """One layer of a file: its name, raw geometries, x first, and their system."""

    name: str = ""
    geometries: list[Geometry] = field(default_factory=list)
    crs: str | None = "OGC:CRS84"


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
    folder = Path(source).parent if isinstance(source, str | PathLike) else None
    layers = _layers(content, found_name or name, folder, layer)
    filled = [one for one in layers if one.geometries]
    with_areas = (
        one
        for one in filled
        if any("Polygon" in str(geometry.get("type")) for geometry in one.geometries)
    )
    chosen = next(with_areas, (filled or layers)[0])
    shown = clean(name or found_name, limit=80) or "the file"
    return _area(chosen, shown, several=len(layers) > 1)


# -- what is in the file ---------------------------------------------------------------


def _content(source: Any) -> tuple[bytes, str]:  # noqa: ANN401 # see read_area
    name = ""
    if isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
    elif hasattr(source, "read"):
        read = source.read(MAX_FILE_BYTES + 1)
        content = read.encode() if isinstance(read, str) else bytes(read)
        name = PurePath(str(getattr(source, "name", ""))).name
    elif isinstance(source, str | PathLike):
        path, name = Path(source), PurePath(source).name
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
            advice="Keep only the features of the area in it.",
        )
    if not content.strip():
        raise InputError(f"{clean(name) or 'The file'} is empty.")
    return content, name


def _layers(
    content: bytes, name: str, folder: Path | None, wanted: str | None
) -> list[_Layer]:
    """Layers of a file; what it is shows in its first bytes, not in its name."""
    ending = _ending_of(content, name)
    if not ending:
        layers = [_text_layer(content)]
    else:
        with tempfile.TemporaryDirectory(prefix="ogcw-") as place:
            path = _placed(content, name, ending, folder, Path(place))
            if path.suffix not in _TEXTS:
                return _told(path, wanted)
            layers = [_text_layer(path.read_bytes())]
    if wanted is not None:
        raise _no_layer(wanted, [])
    return layers


def _ending_of(content: bytes, name: str) -> str:
    """The usual ending for a file of this content, or "" for a text.

    GDAL tells some formats by their endings only.
    """
    for start, ending in {_ZIP: ".zip", **_SIGNATURES}.items():
        if content.startswith(start):
            return ending
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        first = _FIRST_ELEMENT.search(start)
        return {b"kml": ".kml", b"gpx": ".gpx"}.get(first[1] if first else b"", ".gml")
    return PurePosixPath(name).suffix.lower() or ".bin" if b"\x00" in content else ""


def _text_layer(content: bytes) -> _Layer:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if is_utf16 else "utf-8-sig", "replace").strip()
    if text.startswith(("{", "[", "\x1e")):
        return _geojson(text)
    try:
        return _Layer(geometries=[read_text(text[:_MOST_TEXT]).geometry])
    except InputError:
        if len(text) <= 1000:  # as much as somebody types
            raise
        raise _unknown_format(
            "This is none of the formats that are read here."
        ) from None


def _geojson(text: str) -> _Layer:
    """GeoJSON, or one Feature on each line (GeoJSONL, RFC 8142)."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.replace("\x1e", "").splitlines() if line.strip()]
        try:
            value = [json.loads(line) for line in lines]
        except ValueError:
            value = []
        if len(value) < 2:
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
    return _Layer("", geometries_of(value), crs_member(value) or "OGC:CRS84")


def _told(path: Path, wanted: str | None) -> list[_Layer]:
    """The layers of a vector file, or of a folder of shapefiles, as GDAL reads them."""
    if importlib.util.find_spec("pyogrio") is None:
        raise InputError(
            "Files other than GeoJSON and well-known text need a library that is not "
            "installed.",
            advice="Install it: pip install 'ogc-widgets[files]' – or save the area as "
            "GeoJSON.",
        )
    if path.suffix in {".gml", ".kml", ".gpx"} and b"<!ENTITY" in path.read_bytes():
        raise InputError("The file defines entities, which are not read here.")
    command = [sys.executable, "-P", str(_PROGRAM), str(path), str(MAX_FEATURES)]
    command += [wanted] if wanted is not None else []
    try:
        done = subprocess.run(  # noqa: S603 # our own program
            command, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"The file was not read within {_SECONDS:g} s.",
            advice="Keep only the layer with the area, and try again.",
        ) from None
    head, _, blobs = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise _unknown_format("The file is broken, or of a kind that is not read here.")
    told = json.loads(head)
    if wanted is not None and wanted not in told["names"]:
        raise _no_layer(wanted, told["names"])
    file = io.BytesIO(blobs)
    layers = [
        _Layer(
            one["name"], _geometries([file.read(n) for n in one["sizes"]]), one["crs"]
        )
        for one in told["layers"]
    ]
    if path.suffix in {".kml", ".gpx"} and wanted is None:
        # Their folders are no layers to choose from.
        whole = [geometry for one in layers for geometry in one.geometries]
        return [_Layer("", whole, layers[0].crs if layers else None)]
    return layers or [_Layer()]


def _geometries(blobs: list[bytes]) -> list[Geometry]:
    import shapely

    from ogc_widgets.area.shapes import geojson_of

    shapes = shapely.from_wkb(blobs, on_invalid="fix")
    return [geojson_of(one) for one in shapes if one and not one.is_empty]


def _unknown_format(what: str) -> InputError:
    return InputError(what, advice=_READABLE)


def _no_layer(wanted: str, names: list[str]) -> InputError:
    return InputError(
        f"There is no layer {wanted!r} in this file.",
        advice=f"Its layers are: {', '.join(names[:20]) or 'without names'}.",
    )


# -- private folders and archives ------------------------------------------------------


def _placed(
    content: bytes, name: str, ending: str, folder: Path | None, place: Path
) -> Path:
    """Put a file, or what can be opened in an archive, into a private folder.

    What belongs to it goes along: parts of a shapefile, the log of a GeoPackage.
    """
    if content.startswith(_ZIP):
        return _unpacked(content, place)
    stem = PurePosixPath(name).stem
    path = place / f"{stem if _PLAIN_NAME.fullmatch(stem) else 'file'}{ending}"
    path.write_bytes(content)
    if folder is not None:
        of_name = [
            ((folder / name).with_suffix(e), path.with_suffix(e)) for e in _BESIDE
        ]
        log = folder / f"{name}-wal", Path(f"{path}-wal")
        for source, copy in (*of_name, log):
            if source.is_file() and source.stat().st_size <= MAX_FILE_BYTES:
                shutil.copyfile(source, copy)
    return path


def _unpacked(content: bytes, place: Path) -> Path:
    """Unpack what can be opened in an archive; a folder where it is shapefiles."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            first, members = _chosen(archive)
            left = MAX_UNPACKED_BYTES
            for member in members:
                with archive.open(member) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    break
                path = PurePosixPath(member.filename)
                (place / f"{path.stem}{path.suffix.lower()}").write_bytes(data)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise InputError(
            "The zip archive is broken.", advice="Zip the files again."
        ) from None
    except RuntimeError:
        raise InputError("The zip archive is locked with a password.") from None
    except OSError:
        raise InputError("The zip archive has names that no file can have.") from None
    if left < 0:
        raise InputError(
            f"The zip archive unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB.",
            advice="Keep only the files of the area in it.",
        )
    ending = first.suffix.lower()
    return place if ending == ".shp" else place / f"{first.stem}{ending}"


def _chosen(archive: zipfile.ZipFile) -> tuple[PurePosixPath, list[zipfile.ZipInfo]]:
    """The file that is opened, and with it all shapefiles of its folder."""
    ranks = {ending: rank for rank, ending in enumerate((*_OPENED, *_TEXTS))}
    members = {
        PurePosixPath(member.filename): member
        for member in archive.infolist()[:_MOST_MEMBERS]
        if not member.is_dir() and "__MACOSX" not in member.filename
    }
    found = [path for path in members if path.suffix.lower() in ranks]
    if not found:
        raise InputError(
            "There is nothing in the zip archive that is read here.",
            advice="Zip the .shp, .shx, .dbf and .prj of a shapefile, or a KML.",
        )
    first = min(
        found, key=lambda one: (ranks[one.suffix.lower()], len(one.parts), str(one))
    )
    parts = {".shp", *_BESIDE} if first.suffix.lower() == ".shp" else set()
    return first, [
        member
        for path, member in members.items()
        if path == first
        or (path.parent == first.parent and path.suffix.lower() in parts)
    ]


# -- the area --------------------------------------------------------------------------


def _area(layer: _Layer, shown: str, *, several: bool) -> LoadedArea:
    if not layer.geometries:
        raise InputError(f"There is no geometry in {shown}.")
    system = _system(layer.crs)
    made: list[Area] = []
    reasons: list[str] = []
    for geometry in layer.geometries[:MAX_FEATURES]:
        members = geometry.get("geometries") if isinstance(geometry, dict) else None
        for one in members or [geometry]:
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

    from ogc_widgets.area.shapes import bounds_of

    shapes = shapely.GeometryCollection([area.shape for area in areas])
    west, south, east, north = bounds_of(shapes)
    if west == east:
        west, east = west - 0.01, east + 0.01
    if south == north:
        south, north = max(-90.0, south - 0.01), min(90.0, north + 0.01)
    return Area.box(*(round(side, 9) for side in (west, south, east, north)))
