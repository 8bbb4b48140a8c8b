"""Files that are written beside their place, and put there when they are whole.

A part that can be continued later is kept, with a note beside it that says how.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from typing import IO, TYPE_CHECKING

from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol.text import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def save(data: bytes, path: Path) -> Path:
    """Write a file that appears only when it is whole.

    Raises:
        InputError: The folder cannot be written.
    """
    with in_place_of(path) as part:
        forget(note_of(part))
        part.write_bytes(data)
        sync(part)
    return path


@contextlib.contextmanager
def in_place_of(path: Path) -> Iterator[Path]:
    """Give a part to write, and put it in its place when that went well.

    Another program may be at the same file: then this one has a part of its own. Who
    writes the part brings it to the disk (:func:`sync`) before the end.

    Raises:
        InputError: The folder cannot be written, or has no room.
    """
    shared = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with shared.open("ab") as file:
            is_shared = _lock(file) and _is_still(file, shared)
            own = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
            part = shared if is_shared else own
            try:
                yield part
                part.replace(path)
                forget(note_of(part))
            except (OSError, ProtocolError):
                forget(note_of(part))
                raise
            finally:
                if not (is_shared and note_of(part).exists()):
                    forget(part, note_of(part))
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be saved: {error.strerror or error}.",
            safe="No file was changed.",
            advice="Choose a folder that you can write to and that has enough room.",
        ) from error


def sync(part: Path) -> None:
    """Wait until a part is on the disk, from where nothing takes it any more."""
    with part.open("rb+") as written:
        os.fsync(written.fileno())


def need_room(folder: Path, name: str, rest: int) -> None:
    """Look whether the disk has room for so many bytes that are still to come.

    Raises:
        InputError: It has not.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # writing will tell
    if rest > free:
        raise InputError(
            f"{name} needs {in_bytes(rest)}, and the disk has room for "
            f"{in_bytes(free)}.",
            safe="No file was changed.",
            advice="Make room, or choose a folder on another disk.",
        )


def note_of(part: Path) -> Path:
    """Where it says how a part is continued."""
    return part.with_name(f"{part.name}.json")


def remember(part: Path, url: str, etag: str) -> None:
    """Note which file a part is of, if that can be proved later."""
    # Weak ones (W/"...") promise nothing about bytes; others cannot be sent back.
    if etag.startswith('"') and etag.isascii():
        key = hashlib.sha256(url.encode()).hexdigest()
        text = json.dumps({"url_sha256": key, "etag": etag})
        note_of(part).write_text(text, "utf-8")
    else:
        forget(note_of(part))


def resumable(part: Path, url: str) -> tuple[str, int]:
    """What proves that a part is of this file, and how many bytes there are of it."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(note_of(part).read_text("utf-8"))
        if known["url_sha256"] == hashlib.sha256(url.encode()).hexdigest():
            return str(known["etag"]), part.stat().st_size
    return "", 0


def forget(*paths: Path) -> None:
    """Remove files that may be there."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; False if somebody else has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Whether an open file has not been moved to its place meanwhile."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
