"""Zip archives: shapefiles, KMZ, and whatever else somebody packed.

Sizes in the directory of an archive are only what it says of itself, so that reading
stops at the limit whatever they are.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from ogc_widgets.area.files.layers import MAX_UNPACKED_BYTES
from ogc_widgets.errors import InputError

SIGNATURE = b"PK\x03\x04"
_MAX_MEMBERS = 10_000


class Archive:
    """The files in a zip archive, by name, read one by one under a common limit.

    Raises:
        InputError: It is no zip archive, or too large to be one of areas.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise InputError(
                "The zip archive is broken.", advice="Zip the files again."
            ) from None
        members = self._zip.infolist()
        if len(members) > _MAX_MEMBERS:
            raise InputError(f"The zip archive holds more than {_MAX_MEMBERS:,} files.")
        self._left = MAX_UNPACKED_BYTES
        self._by_name = {
            member.filename: member
            for member in members
            if not member.is_dir() and "__MACOSX" not in member.filename
        }

    def names(self, *endings: str) -> list[str]:
        """Names of the files with these endings (lower case, with the dot)."""
        found = [
            name
            for name in self._by_name
            if PurePosixPath(name).suffix.lower() in endings
        ]
        return sorted(found, key=lambda name: (name.count("/"), name.lower()))

    def beside(self, name: str, ending: str) -> bytes | None:
        """The file of the same name with another ending, or None."""
        stem = name[: -len(PurePosixPath(name).suffix)].lower()
        for candidate in self._by_name:
            if candidate.lower() == f"{stem}{ending}":
                return self.read(candidate)
        return None

    def read(self, name: str) -> bytes:
        """Content of a file.

        Raises:
            InputError: It is broken, locked, or larger than what is left of the limit.
        """
        try:
            with self._zip.open(self._by_name[name]) as file:
                content = file.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise InputError(
                "A file in the zip archive is broken.", advice="Zip the files again."
            ) from None
        except RuntimeError:
            raise InputError("The zip archive is locked with a password.") from None
        self._left -= len(content)
        if self._left < 0:
            raise InputError(
                f"The zip archive unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB.",
                advice="Keep only the files of the area in it.",
            )
        return content
