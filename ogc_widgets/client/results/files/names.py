"""Names of files that stay inside their folder, on every system."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.links import split_address

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_NAME = 120
_UUID = pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", re.IGNORECASE)
_NUMBER_OF_SIGNS = 8
_RESERVED = pattern(
    r"^(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE
)
_FORBIDDEN = pattern(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')


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
