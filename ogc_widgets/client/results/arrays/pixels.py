"""Raster files of a server, opened by GDAL through the connection of the package."""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError, need_extra
from ogc_widgets.protocol.media_types import is_page, sniff
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.client.results.files.remote_file import RemoteFile

# Formats that hold their pixels themselves. Others (VRT, WMS, ...) may name any file of
# this machine or any address, and a server's file must not choose what is read.
FORMATS: Final = {
    "image/tiff": "GTiff",
    "image/jp2": "JP2OpenJPEG",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
}
"""What the first bytes say to the driver of GDAL that is used, and no other."""
FIRST_BYTES: Final = 64
SETTINGS: Final = {
    # What lies beside a file on a server is not looked for: each look is a request.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    # Threads of GDAL's own cannot read a file of Python: JPEG 2000 would be black.
    "GDAL_NUM_THREADS": "1",
}
"""How GDAL reads files of a server."""


class FileForC(io.RawIOBase):
    """A file for a library in C, through which no error of Python may pass.

    Attributes:
        file: What is read.
        failed: What went wrong, to be raised by whoever asked the library.
    """

    def __init__(self, file: RemoteFile) -> None:
        self.file = file
        self.failed: Exception | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position."""
        return self.file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position; where that fails, stay."""
        try:
            return self.file.seek(offset, whence)
        except Exception as error:  # noqa: BLE001 # raised by those who use the library
            self.failed = error
            return self.file.tell()

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 # as the base class
        """Fill a buffer; where that fails, with nothing."""
        try:
            return self.file.readinto(buffer)
        except Exception as error:  # noqa: BLE001 # as above
            self.failed = error
            return 0


@contextlib.contextmanager
def opened(file: RemoteFile) -> Iterator[Any]:
    """Open a raster in the thread that reads it, and close it after that.

    Only the thread that opened it may read it; what was read of the file is kept, so
    that opening it once more costs no request.

    Raises:
        InputError: It is no raster.
    """
    need_extra("Reading a raster", "xarray", "rasterio")
    import rasterio

    parts: list[FileForC] = []

    def opener(path: str, mode: str = "rb") -> FileForC:
        part = FileForC(file.opener(path, mode))
        parts.append(part)
        return part

    name = clean(file.name, limit=80)
    try:
        with file.opener(file.name) as start:
            driver = driver_of(start.read(FIRST_BYTES) or b"", name)
        with (
            rasterio.Env(**SETTINGS),
            rasterio.open(file.name, opener=opener, driver=driver) as dataset,
        ):
            yield dataset
    except rasterio.errors.RasterioError as error:
        # Of a failing read GDAL tells that a file is broken, or nothing.
        if failed := next((part.failed for part in parts if part.failed), None):
            raise failed from None
        raise InputError(
            f"{name} cannot be read as a raster: it is broken, or incomplete.",
            safe="The job and its other outputs are not touched.",
            advice="Ask for the results again, or download the file.",
        ) from error
    if failed := next((part.failed for part in parts if part.failed), None):
        raise failed


def driver_of(start: bytes, name: str) -> str:
    """The driver of GDAL for a file that begins like this.

    Raises:
        InputError: There is none for it here.
    """
    kind = sniff(start)
    if kind in FORMATS:
        return FORMATS[kind]
    said = "a web page" if is_page(start) else kind
    raise InputError(
        f"{name} is no raster that can be read here"
        + (f": it is {said}." if said else "."),
        safe="The file is unchanged.",
        advice="Download it, and open it with a program for its kind.",
    )
