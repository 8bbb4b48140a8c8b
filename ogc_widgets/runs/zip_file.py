"""Reads the file of a run, which a stranger may have made, within limits.

Nothing is unpacked to the place that the file names: a part is read into memory, or to
a folder of our own, when it is needed.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import threading
import weakref
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ogc_widgets.client.results.files.names import safe_filename
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.protocol.text import clean, in_bytes
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonValue

MOST_PARTS: Final = 20_000
MOST_BYTES: Final = 16 * 2**30
_MOST_IN_MEMORY: Final = 64 * 2**20  # of one part
_MOST_READ: Final = 256 * 2**20  # of all of them
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FAULTS: Final = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
_SAFE: Final = "Nothing was unpacked."


class RunFile:
    """The parts of a zip file, by name.

    Args:
        path: The file.
        most_bytes: Most bytes of all its parts, unpacked.

    Raises:
        InputError: It cannot be read, or is one that no run is saved as.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._left = _MOST_READ
        self._folder: Path | None = None
        self._unpacked: dict[str, Path] = {}
        try:
            with zipfile.ZipFile(path) as file:
                infos = file.infolist()
        except _FAULTS as error:
            raise self._unreadable(error) from None
        self._parts = self._looked_at(infos, most_bytes)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def _looked_at(
        self, infos: list[zipfile.ZipInfo], most_bytes: int
    ) -> dict[str, zipfile.ZipInfo]:
        if len(infos) > MOST_PARTS:
            raise self._refused(f"has {len(infos):,} parts")
        total = sum(info.file_size for info in infos)
        if total > most_bytes:
            raise InputError(
                f"{self._name} would have {in_bytes(total)} unpacked.",
                safe=_SAFE,
                advice="If you trust it: ogc.open_run(path, most_bytes=...).",
            )
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if why := _why_refused(info):
                raise self._refused(f"has a part, {clean(name, limit=80)!r}, {why}")
            if name in found:
                raise self._refused(f"has {clean(name, limit=80)!r} twice")
            if not info.is_dir():
                found[name] = info
        return found

    @property
    def _name(self) -> str:
        return clean(self.path.name, limit=80)

    def _refused(self, what: str) -> InputError:
        return InputError(
            f"{self._name} {what}, as no saved run has.",
            safe=_SAFE,
            advice="Ask whoever gave it to you to save the run again.",
        )

    def _unreadable(self, error: BaseException) -> InputError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return InputError(
            f"{self._name} cannot be read: {clean(reason, limit=200)}.",
            safe=_SAFE,
            advice="It should be a file that job.save_run(path) has written.",
        )

    def read(self, name: str) -> bytes:
        """Read one part.

        Raises:
            InputError: It is not there, is damaged, or too large for the memory.
        """
        info = self._part(name)
        self._left -= info.file_size
        if info.file_size > _MOST_IN_MEMORY or self._left < 0:
            raise self._refused(
                f"has a part, {clean(name, limit=80)!r}, of {in_bytes(info.file_size)}"
            )
        try:
            with zipfile.ZipFile(self.path) as file:
                return file.read(info)
        except _FAULTS as error:
            raise self._unreadable(error) from None

    def json(self, name: str) -> JsonValue:
        """Read one part that is JSON; None if it is not there.

        Raises:
            InputError: It cannot be read.
        """
        if name not in self:
            return None
        data = self.read(name)
        try:
            return parse_json(data, source=name, is_lenient=True)
        except OgcError as error:
            raise self._unreadable(error) from None

    def unpacked(self, name: str) -> Path:
        """Put one part into a folder of our own, once, and return where it is.

        Raises:
            InputError: It is not there, is damaged, or there is no room for it.
        """
        info = self._part(name)
        with self._lock:
            if name not in self._unpacked:
                self._unpacked[name] = self._unpack(name, info)
            return self._unpacked[name]

    def _unpack(self, name: str, info: zipfile.ZipInfo) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="ogc-widgets-run-"))
            # With the last that has this, or when Python ends.
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        # Each in a folder of its own, as names may differ in their case only.
        path = self._folder / str(len(self._unpacked)) / safe_filename(name)
        try:
            path.parent.mkdir(exist_ok=True)
            with (
                zipfile.ZipFile(self.path) as file,
                file.open(info) as source,
                path.open("wb") as target,
            ):
                shutil.copyfileobj(source, target, 2**20)
        except _FAULTS as error:
            path.unlink(missing_ok=True)
            raise self._unreadable(error) from None
        return path

    def _part(self, name: str) -> zipfile.ZipInfo:
        if name not in self._parts:
            raise InputError(
                f"{self._name} has no part {clean(name, limit=80)!r}.", safe=_SAFE
            )
        return self._parts[name]


def _why_refused(info: zipfile.ZipInfo) -> str:
    name = info.filename
    path = PurePosixPath(name)
    is_outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]
    if not name or is_outside or "\\" in name or "\0" in name or name[1:2] == ":":
        return "with a path that leads outside"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "that is a link to another place"
    if info.flag_bits & 1:
        return "that is encrypted"
    if info.compress_type not in _METHODS:
        return "packed in an unusual way"
    return ""
