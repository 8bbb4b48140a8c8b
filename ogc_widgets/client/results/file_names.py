"""Names of files that stay inside their folder, on every system."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.links import split_address

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_NAME = 120
_RESERVED = re.compile(
    r"^(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')


def safe_filename(name: object, fallback: str = "file") -> str:
    """Make a name that stays inside its folder on every system.

    Args:
        name: What the server or an address suggests.
        fallback: Used where nothing is left.
    """
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


def free_path(folder: Path, name: str, taken: set[Path]) -> Path:
    """Return a path in a folder that no file of this download has yet."""
    safe = safe_filename(name)
    path = folder / safe
    stem, suffix = path.stem, path.suffix
    number = 1
    while path in taken or path.is_dir():
        number += 1
        path = folder / f"{stem} ({number}){suffix}"
    if path.resolve().parent != folder.resolve() and not path.is_symlink():
        raise InputError(f"{safe!r} would be saved outside of the folder.")
    taken.add(path)
    return path


def name_in_url(url: str) -> str:
    """Return the last part of an address's path."""
    return unquote(split_address(url).path.rstrip("/").rpartition("/")[2])
