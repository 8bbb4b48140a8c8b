"""Files of one job on their way into its folder, and what is left out."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ogc_widgets.client.results.downloads import Download
    from ogc_widgets.client.results.files.output_files import Wanted
    from ogc_widgets.client.results.job_results import Results

Key: TypeAlias = tuple[str, str, str]
"""Item or nothing, asset or output, and file where an output has several."""

_ADDED_AT_ONCE: Final = 200
_MOST_ROWS: Final = 100


class Saving:
    """Fetches files into a folder; what was said of earlier ones goes with a new start.

    Args:
        results: Whose files.
        folder: Where to, absolute.
    """

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
