"""A picture that has no place on the map, such as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import traitlets

from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol.media_types import bare, extension, sniff
from ogc_widgets.viewers.viewer import Viewer

if TYPE_CHECKING:
    from ogc_widgets.client.results.content import Content

_MOST_BYTES: Final = 16_000_000
_SVG: Final = "image/svg+xml"
_NAMES: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    _SVG: "SVG",
}


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
        kind = _said(bare(self.content.media_type), self._name())
        return f"{_NAMES[kind]} picture" if kind else "picture"

    def _name(self) -> str:
        return self.content.file.name if self.content.file else ""

    async def _fetch(self) -> bytes:
        size = await self.content.source.size()
        if size > _MOST_BYTES:
            raise InputError(
                f"The picture has {size / 1e6:,.0f} MB, and up to "
                f"{_MOST_BYTES / 1e6:.0f} MB are shown here.",
                safe="Nothing was fetched." if self.content.url else "",
                advice="Download it to look at it.",
            )
        return await super()._fetch()

    def _take(self, data: bytes) -> None:
        said = _said(bare(self.content.media_type), self._name())
        self._picture, self.media_type = data, _kind_of(data, said)

    def _on_picture(self) -> None:
        """Send the picture to a page that was opened."""
        if self._picture:
            self.send({"type": "picture"}, buffers=[self._picture])


def _said(media_type: str, name: str) -> str:
    """Which of the known kinds a picture is said to be, or ``""``."""
    if media_type in _NAMES:
        return media_type
    ending = f".{name.rpartition('.')[2].lower()}".replace(".jpeg", ".jpg")
    return next((kind for kind in _NAMES if extension(kind) == ending), "")


def _kind_of(data: bytes, said: str) -> str:
    """What the bytes are, whatever is said of them.

    Raises:
        ProtocolError: They are no picture that a page can show.
    """
    kind = sniff(data)
    if kind in _NAMES:
        return kind
    if said == _SVG and not kind and b"<svg" in data[:100_000]:
        return _SVG
    safe = "The job and its other outputs are not touched."
    what = f"The file says it is {_article(said)}"
    if not data:
        raise ProtocolError(f"{what} and is empty.", safe=safe)
    begins = f"like {kind}" if kind else "like no picture that is known here"
    raise ProtocolError(
        f"{what} and begins {begins}.", safe=safe, advice="Download it to look into it."
    )


def _article(said: str) -> str:
    name = _NAMES.get(said, "picture")
    return f"an {name}" if name == "SVG" else f"a {name}"
