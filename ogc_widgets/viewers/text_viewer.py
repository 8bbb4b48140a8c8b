"""Text of any length: the page gets the lines that it shows, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import read_text
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

_MOST_LINES: Final = 500
_LONGEST_LINE: Final = 4_000


class TextViewer(Viewer):
    """Shows a text, such as a log, with a search in all of it."""

    _script = "text_viewer"

    total = traitlets.Int(0).tag(sync=True)
    """How many lines there are."""
    longest = traitlets.Int(0).tag(sync=True)
    """Signs of the longest line, as far as it is shown."""

    def __init__(self, content: Content) -> None:
        self._lines: list[str] = []
        super().__init__(content)
        self.read()

    def _word(self) -> str:
        return "text"

    def _take(self, data: bytes) -> None:
        self._lines = read_text(data, self.content.media_type, "").splitlines()
        self.total = len(self._lines)
        self.longest = min(_LONGEST_LINE, max(map(len, self._lines), default=0))
        noun = "line" if self.total == 1 else "lines"
        self.facts = [f"{self.total:,} {noun}"]

    def _on_lines(self, first: int, count: int) -> None:
        """Send lines of a part that the page shows."""
        first = max(0, int(first))
        part = self._lines[first : first + min(int(count), _MOST_LINES)]
        lines = [clean(line, limit=_LONGEST_LINE, lines=True) for line in part]
        self.send({"type": "rows", "first": first, "rows": lines})

    def _on_find(self, text: str, after: int) -> None:
        """Find the next line that holds a text, from the beginning again at the end."""
        wanted, count = text.casefold(), len(self._lines)
        order = (n % count for n in range(int(after) + 1, int(after) + 1 + count))
        line = next((n for n in order if wanted in self._lines[n].casefold()), -1)
        self.send({"type": "found", "line": line})
