"""Vector files of every format that GDAL reads, opened in a private folder.

What strangers wrote is unpacked under limits here and read by a program of its own
(:mod:`ogc_widgets.area.files.gdal`). Sizes in the directory of an archive are only what
it says of itself, so that unpacking stops at the limit whatever they are.
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.geometry import geojson_of
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 100_000
ZIP_SIGNATURE = b"PK\x03\x04"
_SECONDS = 20.0
_MAX_MEMBERS = 10_000
_SIGNATURES = {
    b"SQLite format 3\x00": ".gpkg",
    b"\x00\x00\x27\x0a": ".shp",
    b"fgb\x03": ".fgb",
    b"PAR1": ".parquet",
}
_XML = {"kml": ".kml", "gpx": ".gpx"}  # by the name of the first element; else GML
# Members of an archive that can be opened, the best first, and files beside them.
_OPENED = (".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx", ".tab", ".parquet")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg", ".dat", ".map", ".id", ".ind", ".xsd")
TEXTS = (".geojson", ".json", ".geojsonl", ".wkt")
READABLE = (
    "GeoJSON, GeoPackage, a zipped shapefile, KML, KMZ, GPX, GML, FlatGeobuf and "
    "well-known text"
)
_PLAIN_NAME = re.compile(r"\w[\w .()-]{0,80}")
_PROGRAM = Path(__file__).with_name("gdal.py")


@dataclass(frozen=True)
class Layer:
    """One layer of a file.

    Args:
        name: What the file calls it; may be empty.
        geometries: Raw GeoJSON geometries, x first.
        crs: Name or definition of the reference system, None where the file has none.
    """

    name: str
    geometries: list[dict[str, Any]] = field(default_factory=list)
    crs: str | None = "OGC:CRS84"


def ending_of(content: bytes, name: str) -> str:
    """The usual ending for a file of this content, or "" for a text.

    GDAL tells some formats by their endings only.
    """
    for start, ending in _SIGNATURES.items():
        if content.startswith(start):
            return ending
    text = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        words = text.decode("latin-1").replace("<?", "").replace("<!", "").split("<")
        first = words[1] if len(words) > 1 else ""
        tag = first.split(">")[0].split()[0:1]
        return _XML.get("".join(tag).rpartition(":")[2].rstrip("/"), ".gml")
    return PurePosixPath(name).suffix.lower() or ".bin" if b"\x00" in content else ""


@contextmanager
def placed(content: bytes, name: str, folder: Path | None = None) -> Iterator[Path]:
    """A file, or the first one in an archive, in a private folder for a while.

    Args:
        content: The file.
        name: Its name.
        folder: Where it lies, for the files that belong to it.

    Raises:
        InputError: It is an archive that is broken, too large, or holds nothing of use.
    """
    with tempfile.TemporaryDirectory(prefix="ogcw-") as place:
        if content.startswith(ZIP_SIGNATURE):
            yield _unpacked(content, Path(place))
            return
        stem = PurePosixPath(name).stem
        stem = stem if _PLAIN_NAME.fullmatch(stem) else "file"
        path = Path(place, f"{stem}{ending_of(content, name)}")
        path.write_bytes(content)
        _copy_beside(folder, name, path)
        yield path


def layers_of(path: Path, wanted: str | None = None) -> list[Layer]:
    """The layers of a vector file, or of a folder of shapefiles.

    Args:
        path: The file, in a private folder.
        wanted: Read the geometries of this layer only.

    Raises:
        InputError: It cannot be read; the sentence says why.
    """
    import shapely

    if importlib.util.find_spec("pyogrio") is None:
        raise InputError(
            "Files other than GeoJSON and well-known text need a library that is not "
            "installed.",
            advice="Install it: pip install 'ogc-widgets[files]' – or save the area as "
            "GeoJSON.",
        )
    if path.suffix in {".gml", *_XML.values()} and b"<!ENTITY" in path.read_bytes():
        raise InputError("The file defines entities, which are not read here.")
    told, blobs = _told(path, wanted)
    made, at = [], 0
    for layer in told["layers"]:
        parts = []
        for size in layer["sizes"]:
            parts.append(blobs[at : at + size])
            at += size
        shapes = shapely.from_wkb(parts, on_invalid="fix")
        geometries = [geojson_of(one) for one in shapes if one and not one.is_empty]
        made.append(Layer(layer["name"], geometries, layer["crs"]))
    if path.suffix in {".kml", ".gpx"} and wanted is None and made:
        # Their folders are no layers to choose from.
        whole = [geometry for one in made for geometry in one.geometries]
        return [Layer("", whole, made[0].crs)]
    return made


def _told(path: Path, wanted: str | None) -> tuple[dict[str, Any], bytes]:
    """What the program says of a file, and the geometries of its layers as WKB."""
    command = [sys.executable, "-P", str(_PROGRAM), str(path), str(MAX_FEATURES)]
    try:
        done = subprocess.run(  # noqa: S603 # our own program
            [*command, *([wanted] if wanted is not None else [])],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"The file was not read within {_SECONDS:g} s.",
            advice="Keep only the layer with the area, and try again.",
        ) from None
    head, _, blobs = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise InputError(
            "The file is broken, or of a kind that is not read here.",
            advice=f"These are {READABLE}.",
        )
    told: dict[str, Any] = json.loads(head)
    names = [str(name) for name in told["names"]]
    if wanted is not None and wanted not in names:
        raise InputError(
            f"There is no layer {wanted!r} in this file.",
            advice=f"Its layers are: {', '.join(names[:20]) or 'without names'}.",
        )
    return told, blobs


def _copy_beside(folder: Path | None, name: str, path: Path) -> None:
    """Copy what belongs to a file: parts of a shapefile, the log of a GeoPackage."""
    if folder is None:
        return
    beside = [(folder / name).with_suffix(ending) for ending in _BESIDE]
    pairs = [(one, path.with_suffix(one.suffix)) for one in beside]
    log = folder / f"{name}-wal"
    for source, copy in [*pairs, (log, Path(f"{path}-wal"))]:
        if source.is_file() and source.stat().st_size <= MAX_FILE_BYTES:
            shutil.copyfile(source, copy)


def _unpacked(content: bytes, place: Path) -> Path:
    """Unpack what can be opened in an archive; a folder where it is shapefiles.

    Raises:
        InputError: It is no archive, locked, too large, or holds nothing of use.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            first, members = _chosen(archive)
            left = MAX_UNPACKED_BYTES
            for member in members:
                path = PurePosixPath(member.filename)
                left -= _copy(
                    archive, member, place / f"{path.stem}{_ending(path)}", left
                )
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
    is_shapes = _ending(first) == ".shp"
    return place if is_shapes else place / f"{first.stem}{_ending(first)}"


def _chosen(archive: zipfile.ZipFile) -> tuple[PurePosixPath, list[zipfile.ZipInfo]]:
    """The file that is opened, and with it all shapefiles of its folder."""
    members = [
        member
        for member in archive.infolist()[:_MAX_MEMBERS]
        if not member.is_dir() and "__MACOSX" not in member.filename
    ]
    known = (*_OPENED, *TEXTS)
    ranks = {ending: rank for rank, ending in enumerate(known)}
    paths = [PurePosixPath(member.filename) for member in members]
    found = [path for path in paths if _ending(path) in ranks]
    if not found:
        raise InputError(
            "There is nothing in the zip archive that is read here.",
            advice="Zip the .shp, .shx, .dbf and .prj of a shapefile, or a KML.",
        )
    first = min(
        found, key=lambda path: (ranks[_ending(path)], len(path.parts), str(path))
    )
    parts = {".shp", *_BESIDE} if _ending(first) == ".shp" else set()
    return first, [
        member
        for member, path in zip(members, paths, strict=True)
        if path == first or (path.parent == first.parent and _ending(path) in parts)
    ]


def _copy(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, left: int
) -> int:
    with archive.open(member) as file:
        data = file.read(left + 1)
    if len(data) > left:
        raise InputError(
            f"The zip archive unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB.",
            advice="Keep only the files of the area in it.",
        )
    return to.write_bytes(data)


def _ending(path: PurePosixPath) -> str:
    return path.suffix.lower()
