"""Files of one job on their way into its folder: how large, how far, and where to."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ogc_widgets.client.results.downloads import Download
    from ogc_widgets.client.results.files.result_files import Wanted
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.json_type import JsonObject

Key: TypeAlias = tuple[str, str, str]
"""Item or nothing, asset or output, and file where an output has several."""

_ADDED_AT_ONCE: Final = 200
_MOST_ROWS: Final = 100
# So many take some milliseconds, in which other threads wait.
_MEASURED_AT_ONCE: Final = 500


class Saving:
    """Fetches files into a folder, and remembers what was left out."""

    def __init__(self, results: Results, folder: Path) -> None:
        self.results = results
        self.downloads = results.downloads(folder)
        self._left_out: dict[str, str] = {}
        self._adding = 0

    @property
    def is_running(self) -> bool:
        """Whether something is still to come."""
        return self._adding > 0 or self.downloads.is_running

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be said."""
        has_said = self._left_out or self.downloads.counts.total()
        return not self.is_running and not has_said

    def forget(self) -> None:
        """Say no more of what has ended; names that were given stay taken."""
        self.downloads.forget_ended()
        self._left_out = {}

    async def add(self, wanted: Iterator[tuple[Key, Wanted]]) -> None:
        """Fetch files, in the loop; many thousands do not hold it up."""
        if not self.is_running:
            self.forget()
        self._adding += 1
        try:
            while part := list(islice(wanted, _ADDED_AT_ONCE)):
                for key, one in part:
                    if one.file is not None and not one.why_not:
                        self.downloads.add(key, one.name, one.file)
                    elif one.file is not None:
                        self._left_out[one.name] = one.why_not
                await asyncio.sleep(0)
        finally:
            self._adding -= 1

    def files_of(self, id: str) -> Sequence[Download] | None:  # noqa: A002 # as in messages
        """The file of a row, or all for an empty id; None where it is not of these."""
        if not id:
            return self.downloads.files
        found = [one for one in self.downloads.files if self._id_of(one) == id]
        return found or None

    def stop(self, files: Iterable[Download]) -> None:
        """Stop files, in the loop."""
        self.downloads.stop(files)

    def again(self, files: Iterable[Download]) -> None:
        """Fetch files again that failed or were stopped, in the loop."""
        for one in files:
            self.downloads.again(one)

    def _id_of(self, one: Download) -> str:
        return f"{id(self)}/{one.number}"

    def as_json(self) -> dict[str, Any]:
        """What the page shows of it."""
        downloads = self.downloads
        files, counts = downloads.files, downloads.counts
        shown = files
        if len(files) > _MOST_ROWS:  # what somebody may want to stop, or to know of
            telling = (one for one in files if one.state in ("running", "failed"))
            shown = list(islice(telling, _MOST_ROWS))
        return {
            "running": self.is_running,
            "count": len(files),
            "saved": counts["saved"],
            "failed": counts["failed"],
            "stopped": counts["stopped"],
            "done": downloads.done,
            "total": downloads.total,
            "rows": [self._row(one) for one in shown],
            "left_out": [
                {"name": clean(name, limit=120), "why": clean(why, limit=400)}
                for name, why in islice(self._left_out.items(), _MOST_ROWS)
            ],
            "left_out_count": len(self._left_out),
        }

    def _row(self, one: Download) -> dict[str, Any]:
        return {
            "id": self._id_of(one),
            "name": clean(one.path.name, limit=130),
            "state": one.state,
            "done": one.done,
            "total": one.total,
            "rests": round(one.rests_s),
            "why": clean(one.error, limit=600, lines=True) if one.error else "",
        }


@dataclass(frozen=True)
class Sizes:
    """Bytes of some files.

    Attributes:
        bytes: As many as are known.
        files: How many files there are that can be fetched.
        left_out: How many cannot be.
        is_exact: Whether the size of each file is known.
        is_counted: Whether anybody has looked.
    """

    bytes: int = 0
    files: int = 0
    left_out: int = 0
    is_exact: bool = True
    is_counted: bool = False

    def plus(self, other: Sizes) -> Sizes:
        """The files of both."""
        return Sizes(
            self.bytes + other.bytes,
            self.files + other.files,
            self.left_out + other.left_out,
            self.is_exact and other.is_exact,
            self.is_counted and other.is_counted,
        )

    def as_json(self) -> dict[str, Any]:
        """What the page needs: files and bytes, None for those that nobody knows."""
        return {
            "bytes": self.bytes if self.is_counted else None,
            "files": self.files if self.is_counted else None,
            "left_out": self.left_out,
            "exact": self.is_exact,
        }


async def size_of_items(results: Results, items: Sequence[JsonObject]) -> Sizes:
    """How large the files of some items are, and how many of them can be fetched."""
    found = Sizes(is_counted=True)
    for start in range(0, len(items), _MEASURED_AT_ONCE):
        part = items[start : start + _MEASURED_AT_ONCE]
        found = found.plus(await asyncio.to_thread(_size_of, results, part))
    return found


def _size_of(results: Results, items: Sequence[JsonObject]) -> Sizes:
    assets = [asset for item in items for asset in results.assets(item)]
    sizes = [asset.size for asset in assets if asset.reachable]
    return _sum(sizes, len(assets) - len(sizes))


def size_of_outputs(results: Results) -> Sizes:
    """How large the outputs are; a document of items is small beside their files."""
    wanted = [one for one in results.files(outputs=results.output_ids) if one.file]
    files = [one.file for one in wanted if one.file and not one.why_not]
    sizes = [one.known_size for one in files]
    return _sum(sizes, len(wanted) - len(files))


def _sum(sizes: Sequence[int | None], left_out: int) -> Sizes:
    known = [size for size in sizes if size is not None]
    is_exact = len(known) == len(sizes)
    return Sizes(sum(known), len(sizes), left_out, is_exact, is_counted=True)


def shown_path(path: Path) -> str:
    """A path as people write it: from where the notebook runs, else from the root."""
    try:
        return Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix()  # noqa: PTH100 # resolve() follows links
    except ValueError:
        return path.absolute().as_posix()


def facts_of(folder: Path) -> dict[str, Any]:
    """What the page needs to find a folder in the file browser of its server.

    A kernel does not know its server. The page does, and compares: ``session`` is the
    notebook, which a server on this machine tells its kernels where it lies.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    beside = Path(session).parent if session else Path()
    is_here = bool(session) and Path(session).is_absolute() and beside.is_dir()
    path = Path(os.path.abspath(folder))  # noqa: PTH100 # resolve() follows links
    if is_here:
        # The server may know the same place by a link to it.
        try:
            if beside.samefile(Path.cwd()):
                path = beside / path.relative_to(Path.cwd())
        except (OSError, ValueError):
            pass
    return {
        "shown": shown_path(folder),
        "path": path.as_posix(),
        "session": Path(session).as_posix() if is_here else "",
        "home": Path.home().as_posix(),
    }
