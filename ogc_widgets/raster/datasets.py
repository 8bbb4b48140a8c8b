"""A raster file held open for several threads, each of them with a dataset of its own.

GDAL's datasets are not shared between threads. rasterio keeps what it needs to read
Python's files in context variables, so that a dataset has to be read and closed in the
context in which it was opened.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
import threading
import warnings
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ogc_widgets.client.results.arrays.pixels import (
    FIRST_BYTES,
    FORMATS,
    SETTINGS,
    FileForC,
)
from ogc_widgets.client.results.files.remote_file import RemoteFile
from ogc_widgets.errors import (
    DeadlineError,
    InputError,
    OgcError,
    need_extra,
)
from ogc_widgets.protocol.media_types import sniff
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ogc_widgets.area.boxes import Box
    from ogc_widgets.raster.warping import Located

T = TypeVar("T")

MOST_OPEN: Final = 3
"""Datasets that one file is read with at the same time."""
WAIT_S: Final = 30.0
BYTES_PER_CALL: Final = 32 * 2**20

_SETTINGS_ON_DISK: Final = {"GDAL_PAM_ENABLED": "YES"}


@dataclass(eq=False)
class _Opened:
    """One dataset, and the context in which it lives."""

    located: Located
    context: contextvars.Context
    close: contextlib.ExitStack
    level: int | None
    parts: list[FileForC] = field(default_factory=list)


class Datasets:
    """Hands the open datasets of one file to threads, one at a time to each.

    Args:
        file: A file that is read in parts, or a path.
        place: Where it lies if it does not say so: west, south, east and north in
            degrees; east may be over 180.

    Raises:
        MissingExtraError: The extra ``raster`` is not installed.
    """

    def __init__(self, file: RemoteFile | str | Path, place: Box | None = None) -> None:
        # Seen to be there before a thread needs it.
        need_extra("Looking at a raster", "raster", "rio_tiler.io")
        self.file = file
        self._place = place
        self._idle: list[_Opened] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_OPEN)
        self._is_closed = False
        # Python must not free the files below a dataset before the dataset.
        self._finalizer = weakref.finalize(self, _close_all, self._idle)

    @property
    def is_remote(self) -> bool:
        """Whether each byte has to be fetched."""
        return isinstance(self.file, RemoteFile)

    @property
    def name(self) -> str:
        """Name of the file, for people."""
        path = self.file.name if isinstance(self.file, RemoteFile) else self.file
        return clean(Path(path).name, limit=80)

    @property
    def size(self) -> int:
        """Size of the file in bytes."""
        if isinstance(self.file, RemoteFile):
            return self.file.size
        return Path(self.file).stat().st_size

    def use(self, work: Callable[[Located], T], level: int | None = None) -> T:
        """Do something with a dataset that no other thread has at the moment.

        Args:
            work: What is done, with the dataset and where it lies.
            level: Number of the small version in the file that is wanted; None is
                the file itself.

        Raises:
            InputError: It is closed, or no raster that can be read here.
            ServerError: It could not be read, or not with so much as is allowed.
        """
        if not self._places.acquire(timeout=WAIT_S):
            raise DeadlineError(
                f"{self.name} is still being read for others.",
                safe="Nothing was read.",
                advice="Try again in a moment.",
            )
        try:
            opened = self._take(level)
            try:
                found = opened.context.run(self._do, opened, work)
            except BaseException:
                # GDAL may keep in mind what it could not read.
                _close_all([opened])
                raise
            self._give_back(opened)
            return found
        finally:
            self._places.release()

    def close(self) -> None:
        """Close the datasets; those that are in use, after that."""
        with self._lock:
            self._is_closed = True
            idle, self._idle[:] = [*self._idle], []
        _close_all(idle)

    def _take(self, level: int | None) -> _Opened:
        with self._lock:
            if self._is_closed:
                raise InputError(f"{self.name} was closed.")
            for opened in self._idle:
                if opened.level == level:
                    self._idle.remove(opened)
                    return opened
        context = contextvars.copy_context()
        return context.run(self._open, context, level)

    def _give_back(self, opened: _Opened) -> None:
        with self._lock:
            self._idle.append(opened)
            spare = self._idle[: None if self._is_closed else -MOST_OPEN]
            del self._idle[: len(spare)]
        _close_all(spare)

    def _do(self, opened: _Opened, work: Callable[[Located], T]) -> T:
        for part in opened.parts:
            part.file.limit(BYTES_PER_CALL, WAIT_S)
        with self._plainly(opened.parts), self._environment():
            return work(opened.located)

    def _open(self, context: contextvars.Context, level: int | None) -> _Opened:
        parts: list[FileForC] = []
        with (
            contextlib.ExitStack() as stack,
            self._plainly(parts),
            self._environment(),
            warnings.catch_warnings(),
        ):
            # That it has no overviews, or no place: both is dealt with here.
            warnings.simplefilter("ignore")
            dataset = stack.enter_context(self._dataset(parts, level))
            located = self._located(dataset, stack)
            return _Opened(located, context, stack.pop_all(), level, parts)

    def _dataset(
        self, parts: list[FileForC], level: int | None
    ) -> contextlib.AbstractContextManager[Any]:
        import rasterio

        smaller = {} if level is None else {"overview_level": level}

        dataset: contextlib.AbstractContextManager[Any]
        if not isinstance(self.file, RemoteFile):
            with Path(self.file).open("rb") as file:
                driver = self._driver(file.read(FIRST_BYTES))
            dataset = rasterio.open(self.file, driver=driver, **smaller)
            return dataset
        remote = self.file

        def opener(path: str, mode: str = "rb") -> FileForC:
            part = FileForC(remote.opener(path, mode))
            part.file.limit(BYTES_PER_CALL, WAIT_S)
            parts.append(part)
            return part

        with opener(remote.name) as first:
            driver = self._driver(first.read(FIRST_BYTES) or b"")
        dataset = rasterio.open(remote.name, opener=opener, driver=driver, **smaller)
        return dataset

    def _driver(self, start: bytes) -> str:
        kind = sniff(start)
        if kind not in FORMATS:
            is_said = f": it is {kind}" if kind else ""
            raise InputError(
                f"{self.name} is no raster that can be shown on a map{is_said}.",
                safe="The file is unchanged.",
                advice="Download it, and open it with a program for its kind.",
            )
        return FORMATS[kind]

    def _located(self, dataset: Any, stack: contextlib.ExitStack) -> Located:  # noqa: ANN401 # rasterio ships no types
        from rasterio.crs import CRS
        from rasterio.transform import from_bounds, from_gcps
        from rasterio.vrt import WarpedVRT

        from ogc_widgets.raster.warping import Located

        points, system = dataset.gcps
        if dataset.crs is not None:
            return Located(dataset, dataset.crs, dataset.transform)
        if points and system is not None:
            return Located(dataset, system, from_gcps(points))
        if self._place is not None:
            where = from_bounds(*self._place, dataset.width, dataset.height)
            return Located(dataset, CRS.from_epsg(4326), where)
        if dataset.rpcs:
            is_float = str(dataset.dtypes[0]).startswith("float")
            nothing = {"nodata": math.nan} if is_float else {"add_alpha": True}
            level = WarpedVRT(dataset, crs="EPSG:4326", **nothing)
            stack.enter_context(level)
            return Located(level, level.crs, level.transform)
        raise InputError(
            f"{self.name} does not say where on the Earth it lies: it has no "
            "coordinate reference system.",
            safe="The file is unchanged.",
            advice="Download it, or ask whoever made it for its reference system.",
        )

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        import rasterio

        with rasterio.Env(**(SETTINGS if self.is_remote else _SETTINGS_ON_DISK)):
            yield

    @contextlib.contextmanager
    def _plainly(self, parts: Sequence[FileForC]) -> Iterator[None]:
        said: Exception | None = None
        try:
            yield
        except Exception as error:  # noqa: BLE001 # raised below, in words
            said = error
        # Of a failing read GDAL tells that a file is broken, or nothing.
        failed = next((part.failed for part in parts if part.failed), None)
        if failed is not None:
            raise failed from None
        if isinstance(said, OgcError):
            raise said
        if isinstance(said, FileNotFoundError):
            raise InputError(f"There is no file {self.name}.") from None
        if said is not None:
            raise InputError(
                f"{self.name} is no raster that can be shown on a map.",
                safe="The file is unchanged.",
                advice="Download it, and open it in a GIS.",
            ) from said


def _close_all(opened: Sequence[_Opened]) -> None:
    for one in opened:
        with contextlib.suppress(Exception):
            one.context.run(one.close.close)
