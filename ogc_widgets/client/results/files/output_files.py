"""Outputs and assets as files: which of them are any, and what they are called.

Names stay inside their folder, on every system.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import is_spatial
from ogc_widgets.protocol.links import split_address
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject

_LONGEST_NAME = 120
_UUID = pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", re.IGNORECASE)
_NUMBER_OF_SIGNS = 8
_RESERVED = pattern(
    r"^(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE
)
_FORBIDDEN = pattern(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')
_ADDRESS = pattern(r"\s*(?:https?|s3)://\S+\s*", re.IGNORECASE)
# A text as short as this, on one line and of no media type, is a value.
_SHORT = 1_000


@dataclass(frozen=True)
class ResultFile:
    """A file of the results, here or at an address.

    Attributes:
        name: What to call it.
        url: Its address; ``""`` where the bytes are here.
        media_type: Its media type as it is declared, or ``""``.
        data: Its bytes, if they are here.
        size: Its size in bytes as it is declared, or ``None``.
        checksum: Its multihash in hexadecimal (``file:checksum``), or ``""``.
        accept: Which media types to ask for.
        members: What the server says about a reference.
        folder: Name of the folder that it goes into, in that of all; or ``""``.
    """

    name: str
    url: str = ""
    media_type: str = ""
    data: bytes | None = None
    size: int | None = None
    checksum: str = ""
    accept: str = "*/*"
    members: JsonObject = field(default_factory=dict, repr=False)
    folder: str = ""


@dataclass(frozen=True)
class LeftOut:
    """Something that was not downloaded.

    Attributes:
        name: Output id, or item id and asset key.
        why: One sentence for people.
        is_file: Whether it is a file, and not a value that is in ``results.outputs``.
    """

    name: str
    why: str
    is_file: bool = True

    def __str__(self) -> str:
        return f"{clean(self.name, limit=80)}: {self.why}"


@dataclass(frozen=True)
class Wanted:
    """Something of the results that may be saved.

    Attributes:
        name: Output id, or item id and asset key.
        file: The file that it is, or None for a value.
        why_not: One sentence for people if it cannot be saved; else ``""``.
        is_asset: Whether it is of an item, and not an output.
    """

    name: str
    file: ResultFile | None = None
    why_not: str = ""
    is_asset: bool = False

    @property
    def left_out(self) -> LeftOut:
        """What is said of it if it is not saved."""
        return LeftOut(self.name, self.why_not, is_file=self.file is not None)


class Downloaded(list[Path]):
    """The paths of what was downloaded.

    Attributes:
        left_out: What was not, and why.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[LeftOut] = []

    def __repr__(self) -> str:
        told = "".join(f"\nleft out {one}" for one in self.left_out)
        return super().__repr__() + told


def file_of_asset(item: JsonObject, key: str, href: str) -> ResultFile:
    """Return the file that an asset of an item is, named by both."""
    asset = reading.mapping(reading.mapping(item.get("assets")).get(key))
    item_id = safe_filename(item.get("id"), "item")
    name = name_in_url(href) or key
    size = asset.get("file:size")
    return ResultFile(
        name=name if name.startswith(item_id) else f"{item_id}_{name}",
        url=href,
        media_type=str(asset.get("type") or ""),
        size=size if type(size) is int else None,
        checksum=str(asset.get("file:checksum") or ""),
    )


def files_of(output_id: str, value: object, media_type: str) -> list[ResultFile]:
    """Return the files that an output is; none for a single value."""
    stem = safe_filename(output_id, "output")
    values = value if isinstance(value, list) else []
    if values and all(isinstance(one, bytes) or _href(one) for one in values):
        named = [(f"{stem} {number}", one) for number, one in enumerate(values, 1)]
    else:
        named = [(stem, value)]
    return [file for stem, one in named for file in _files(stem, one, media_type)]


def _files(stem: str, value: object, kind: str) -> Iterator[ResultFile]:
    if href := _href(value):
        members = reading.mapping(value)
        said = members.get("type")
        kind = said if isinstance(said, str) and "/" in said else kind
        name = safe_filename(name_in_url(href), "")
        name = name if Path(name).suffix else stem + media.extension(kind)
        yield ResultFile(name, href, kind, members=members)
    elif isinstance(value, bytes):
        ending = media.extension(kind) or media.extension(media.sniff(value)) or ".bin"
        yield ResultFile(stem + ending, "", kind or media.sniff(value), value)
    elif isinstance(value, str):
        if kind or "\n" in value or len(value) > _SHORT:
            guess = ".xml" if value.lstrip().startswith("<") else ".txt"
            data = value.encode("utf-8", "replace")
            yield ResultFile(stem + (media.extension(kind) or guess), "", kind, data)
    elif isinstance(value, (Mapping, list)) and value:
        data = dump_json(value, is_lenient=True).encode("utf-8", "replace")
        members = reading.mapping(value)
        is_geojson = is_spatial(members) and "stac_version" not in members
        kind = kind or ("application/geo+json" if is_geojson else "application/json")
        ending = ".geojson" if is_geojson else ".json"
        yield ResultFile(stem + ending, "", kind, data)


def _href(value: object) -> str:
    """The address that a value is, or holds; ``""`` where there is none."""
    if isinstance(value, Mapping):
        href = value.get("href")
        return href if isinstance(href, str) and not is_spatial(value) else ""
    is_address = isinstance(value, str) and _ADDRESS.fullmatch(value)
    return str(value).strip() if is_address else ""


def safe_filename(name: object, fallback: str = "file") -> str:
    """Make a name that stays inside its folder on every system."""
    text = name if isinstance(name, str) else ""
    text = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    text = _FORBIDDEN.sub("_", text.encode("utf-8", "replace").decode("utf-8"))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Cn"))
    text = text.strip(" .")
    if not text:
        return fallback
    if _RESERVED.match(text):
        text = f"_{text}"
    stem, dot, extension = text.rpartition(".")
    if dot and stem and len(extension) <= 10:
        room = _LONGEST_NAME - len(extension.encode()) - 1
        return f"{_cut(stem, room)}.{extension}"
    return _cut(text, _LONGEST_NAME)


def _cut(text: str, most_bytes: int) -> str:
    return text.encode("utf-8")[:most_bytes].decode("utf-8", "ignore").rstrip(" .")


def folder_name(job_id: str) -> str:
    """Name of the folder for the files of a job: ``a9de09a6``; ``""`` without an id."""
    name = safe_filename(job_id, "")
    return name[:_NUMBER_OF_SIGNS] if _UUID.fullmatch(name) else name


class Places:
    """Where the files of a download lie in their folder, each under a name of its own.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[str, object] = {}

    def of(self, key: object, name: str) -> Path:
        """Return the path of a file, the same for the same key and name.

        Raises:
            InputError: It would lie outside of the folder.
        """
        safe = safe_filename(name)
        path = self.folder / safe
        stem, suffix = path.stem, path.suffix
        number = 1
        while not self._is_free(path, key):
            number += 1
            path = self.folder / f"{stem} ({number}){suffix}"
        is_inside = path.resolve().parent == self.folder.resolve()
        if not is_inside and not path.is_symlink():
            raise InputError(f"{safe!r} would be saved outside of the folder.")
        self._keys[_on_any_system(path)] = key
        return path

    def _is_free(self, path: Path, key: object) -> bool:
        taken = self._keys.get(_on_any_system(path), key)
        return taken == key and not path.is_dir()


def _on_any_system(path: Path) -> str:
    """What a name is where large and small letters are the same."""
    return path.name.casefold()


def with_ending(path: Path, places: Places) -> Path:
    """Give a file the ending that only its content says."""
    with path.open("rb") as file:
        ending = media.extension(media.sniff(file.read(64)))
    if not ending:
        return path
    return path.replace(places.of(path, path.name + ending))


def name_in_url(url: str) -> str:
    """Return the last part of an address's path."""
    return unquote(split_address(url).path.rstrip("/").rpartition("/")[2])
