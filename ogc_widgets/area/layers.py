"""The layers of a file of areas, whatever its format.

Text is read here, everything else by GDAL (extra ``files``) in a program of its own
(:mod:`ogc_widgets.area.gdal`), from a private folder. Sizes in the directory of an
archive are only what it says of itself, so that unpacking stops at the limit whatever
they are.
"""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ogc_widgets.area.reading import crs_member, geometries_of, read_text
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 100_000
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
_FIRST_ELEMENT = pattern(rb"<(?![?!])(?:[^\s<>:]*:)?([^\s<>/:]*)")
# Members of an archive that can be opened, the best first, and files beside them.
_OPENED = (".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx", ".tab", ".parquet")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg", ".dat", ".map", ".id", ".ind", ".xsd")
_TEXTS = (".geojson", ".json", ".geojsonl", ".wkt")
_READABLE = (
    "These are GeoJSON, GeoPackage, a zipped shapefile, KML, KMZ, GPX, GML, FlatGeobuf "
    "and well-known text."
)
_PLAIN_NAME = pattern(r"\w[\w .()-]{0,80}")
_PROGRAM = Path(__file__).with_name("gdal.py")


@dataclass(frozen=True)
class Layer:
    """One layer of a file: its name, what Area.of takes, x first, and its system.

    Attributes:
        columns: Attributes of the features, where they were asked for; then there is a
            geometry, or None, for each.
        names: Names of all layers of the file.
    """

    name: str = ""
    geometries: list[Any] = field(default_factory=list)
    crs: str | None = "OGC:CRS84"
    columns: dict[str, list[Any]] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def has_areas(self) -> bool:
        """Whether there is more in it than points and lines."""
        return any("Polygon" in kind_of(one) for one in self.geometries)


def kind_of(geometry: Any) -> str:  # noqa: ANN401 # an area, a shape or GeoJSON
    """Type of a geometry, such as ``Polygon``."""
    if isinstance(geometry, dict):
        return str(geometry.get("type"))
    return str(getattr(geometry, "geom_type", "") or geometry.kind)


def layers_of(
    content: bytes, name: str, folder: Path | None, wanted: str | None
) -> list[Layer]:
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


def layer_with_columns(content: bytes, name: str, wanted: str | None) -> Layer:
    """One layer of a file with the attributes of its features.

    Args:
        content: The file.
        name: Its name.
        wanted: Name of the layer; the first one if left out.

    Raises:
        InputError: It cannot be read.
    """
    ending = _ending_of(content, name) or PurePosixPath(name).suffix.lower() or ".bin"
    with tempfile.TemporaryDirectory(prefix="ogcw-") as place:
        path = _placed(content, name, ending, None, Path(place))
        head, shapes = _asked(path, wanted, "columns")
    if not head["layers"]:
        return Layer()
    about = head["layers"][0]
    filled = [None if one is None or one.is_empty else one for one in shapes[0]]
    names = tuple(map(str, head["names"]))
    return Layer(about["name"], filled, about["crs"], about["columns"], names)


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


def _text_layer(content: bytes) -> Layer:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if is_utf16 else "utf-8-sig", "replace").strip()
    if text.startswith(("{", "[", "\x1e")):
        return _geojson(text)
    try:
        return Layer(geometries=[read_text(text[:_MOST_TEXT])])
    except InputError:
        if len(text) <= 1000:  # as much as somebody types
            raise
        raise _unknown_format(
            "This is none of the formats that are read here."
        ) from None


def _geojson(text: str) -> Layer:
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
    return Layer("", geometries_of(value), crs_member(value) or "OGC:CRS84")


def _told(path: Path, wanted: str | None) -> list[Layer]:
    """The layers of a vector file, or of a folder of shapefiles, as GDAL reads them."""
    head, shapes = _asked(path, wanted, "")
    layers = [
        Layer(one["name"], [s for s in found if s and not s.is_empty], one["crs"])
        for one, found in zip(head["layers"], shapes, strict=True)
    ]
    if path.suffix in {".kml", ".gpx"} and wanted is None:
        # Their folders are no layers to choose from.
        whole = [geometry for one in layers for geometry in one.geometries]
        return [Layer("", whole, layers[0].crs if layers else None)]
    return layers or [Layer()]


def _asked(
    path: Path, wanted: str | None, columns: str
) -> tuple[dict[str, Any], list[list[Any]]]:
    """What GDAL says of a file, and the shapes of each layer; None for an empty one."""
    import shapely

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
    command += [columns]
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
    file, shapes = io.BytesIO(blobs), []
    for one in told["layers"]:
        wkb = [file.read(size) or None for size in one["sizes"]]
        shapes.append([*shapely.from_wkb(wkb, on_invalid="fix")])
    return told, shapes


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
