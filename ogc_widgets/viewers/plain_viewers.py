"""The plain kinds of outputs: a value, a text, a picture, and any other file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import traitlets

from ogc_widgets.client.results.files.opening import can_open
from ogc_widgets.client.results.files.remote_file import SAFE
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol.media_types import bare, extension, sniff
from ogc_widgets.protocol.text import clean, counted
from ogc_widgets.protocol.wire import dump_json, read_text
from ogc_widgets.view.base import RowsView
from ogc_widgets.view.transfer import Sending
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

_LONGEST_VALUE: Final = 2_000
_LONGEST_LINE: Final = 4_000
_MOST_PICTURE_BYTES: Final = 16_000_000
_SVG: Final = "image/svg+xml"
_PICTURES: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    _SVG: "SVG",
}


class ValueViewer(Viewer):
    """Shows a number, a word or a truth value."""

    _script = "value_viewer"

    text = traitlets.Unicode().tag(sync=True)
    """The value as people write it."""
    copied = traitlets.Unicode().tag(sync=True)
    """The value as it came, to be copied."""
    unit = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    """The id, where the title says something else."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        value = content.value
        is_text = isinstance(value, str)
        as_it_came = value if is_text else dump_json(value, is_lenient=True)
        self.copied = clean(as_it_came, limit=_LONGEST_VALUE)
        self.text = written(value) or self.copied
        self.unit = clean(content.unit, limit=40)
        self.note = "" if content.title == content.id else clean(content.id, limit=100)

    def _word(self) -> str:
        value = self.content.value
        if isinstance(value, bool):
            return "yes or no"
        if value is None:
            return "no value"
        return "text" if isinstance(value, str) else "number"


def written(value: object) -> str:
    """A number with groups of digits; ``""`` for what is written as it came."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) < 10**15:
        return f"{value:,}".replace(",", "\u202f")
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e15:
        whole, dot, rest = f"{value:,.10g}".partition(".")
        return whole.replace(",", "\u202f") + dot + rest
    return ""


class TextViewer(RowsView, Viewer):
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

    def _take(self, data: bytes) -> None:
        self._lines = read_text(data, self.content.media_type, "").splitlines()
        self.total = len(self._lines)
        self.longest = min(_LONGEST_LINE, max(map(len, self._lines), default=0))
        self.facts = [counted(self.total, "line")]

    def _rows(self, first: int, count: int) -> list[str]:
        part = self._lines[first : first + count]
        return [clean(line, limit=_LONGEST_LINE, lines=True) for line in part]

    def _on_find(self, text: str, after: int) -> None:
        """Find the next line that holds a text, from the beginning again at the end."""
        wanted, count = text.casefold(), len(self._lines)
        order = (n % count for n in range(int(after) + 1, int(after) + 1 + count))
        line = next((n for n in order if wanted in self._lines[n].casefold()), -1)
        self.send({"type": "found", "line": line})


class PictureViewer(Viewer):
    """Shows a picture, fitted into the width or pixel by pixel.

    Its bytes go to each page once, as a buffer. An SVG is an image to the page, never a
    part of it: no script in it runs, and nothing that it names is fetched.
    """

    _script = "picture_viewer"

    media_type = traitlets.Unicode().tag(sync=True)
    """What the bytes are; empty until they are there to be asked for."""

    _picture = b""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.read()

    def _word(self) -> str:
        kind = _said(self.content)
        return f"{_PICTURES[kind]} picture" if kind else "picture"

    async def _fetch(self) -> bytes:
        size = await self.content.source.size()
        if size > _MOST_PICTURE_BYTES:
            raise InputError(
                f"The picture has {size / 1e6:,.0f} MB, and up to "
                f"{_MOST_PICTURE_BYTES / 1e6:.0f} MB are shown here.",
                safe="Nothing was fetched." if self.content.url else "",
                advice="Download it to look at it.",
            )
        return await super()._fetch()

    def _take(self, data: bytes) -> None:
        self.media_type = _kind_of(data, _said(self.content))
        self._picture = data

    def _on_picture(self) -> None:
        """Send the picture to a page that was opened."""
        if self._picture:
            self.send({"type": "picture"}, buffers=[self._picture])


def _said(content: Content) -> str:
    """Which of the known kinds a picture is said to be, or ``""``."""
    if (media_type := bare(content.media_type)) in _PICTURES:
        return media_type
    ending = f".{content.name.rpartition('.')[2].lower()}".replace(".jpeg", ".jpg")
    return next((kind for kind in _PICTURES if extension(kind) == ending), "")


def _kind_of(data: bytes, said: str) -> str:
    """What the bytes are, whatever is said of them.

    Raises:
        ProtocolError: They are no picture that a page can show.
    """
    kind = sniff(data)
    if kind in _PICTURES:
        return kind
    if said == _SVG and not kind and b"<svg" in data[:100_000]:
        return _SVG
    article = "an" if said == _SVG else "a"
    what = f"The file says it is {article} {_PICTURES.get(said, 'picture')}"
    if not data:
        raise ProtocolError(f"{what} and is empty.", safe=SAFE)
    begins = f"like {kind}" if kind else "like no picture that is known here"
    raise ProtocolError(
        f"{what} and begins {begins}.", safe=SAFE, advice="Download it to look into it."
    )


class FileViewer(Viewer):
    """Names a file, with a way to save it or to open its address."""

    _script = "file_viewer"

    name = traitlets.Unicode().tag(sync=True)
    media_type = traitlets.Unicode().tag(sync=True)
    opens = traitlets.Bool(False).tag(sync=True)  # noqa: FBT003 # its default
    """Whether a browser shows such files."""
    why_not = traitlets.Unicode().tag(sync=True)
    """Why the file cannot be read from here."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.name = clean(content.name, limit=200)
        self.media_type = clean(bare(content.media_type), limit=100)
        self.why_not = clean(content.why_not, limit=400)
        self._sending = Sending(self)
        is_shown = can_open(content.media_type, content.name)
        self.opens = is_shown and content.file is not None and not content.why_not

    def _word(self) -> str:
        return "web page" if self.content.kind == "link" else "file"

    def _on_open(self, ticket: str) -> None:
        """Send the file to the page, which shows it in a tab of its own."""
        work = partial(self._sending.open, ticket, self.name, self.content.aio_opened)
        self._start(work)
