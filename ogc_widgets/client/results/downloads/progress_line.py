"""One line that says how far a download is, in a terminal or below a cell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ogc_widgets.protocol.text import in_bytes

if TYPE_CHECKING:
    from ogc_widgets.client.results.downloads.many_files import Downloads


class ProgressLine:
    """Writes over itself while files come, and leaves its last words."""

    def __init__(self) -> None:
        self._written = ""

    def __call__(self, downloads: Downloads) -> None:
        """Say how far the files are."""
        saved, count = downloads.counts["saved"], downloads.counts.total()
        done, total = downloads.done, downloads.total
        of = f" of {in_bytes(total)}" if total is not None else ""
        words = f"{saved} of {count} files, {in_bytes(done)}{of}"
        if words != self._written:
            sys.stderr.write(f"\r{words.ljust(len(self._written))}")
            sys.stderr.flush()
            self._written = words

    def end(self) -> None:
        """Go on to the next line."""
        if self._written:
            sys.stderr.write("\n")
            sys.stderr.flush()
