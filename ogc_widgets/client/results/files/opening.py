"""Files to be looked at in a window of their own, and in what way that is safe.

The bytes decide, not what is said of them. A web page or a drawing from a server never
runs as a part of the notebook: the page gets to know that it is one, and shuts it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ogc_widgets.client.results.files.remote_file import SAFE
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.text import clean, in_bytes
from ogc_widgets.protocol.wire import read_text

if TYPE_CHECKING:
    from ogc_widgets.client.results.files.remote_file import Source

Way: TypeAlias = Literal["picture", "pdf", "text", "page", "drawing"]
"""What a browser shows it as: a picture, a PDF, text, a web page, an SVG."""

MOST_BYTES: Final = 50_000_000
_PICTURES: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")
_TEXTS: Final = (
    *(".txt", ".log", ".md", ".csv", ".tsv", ".json", ".geojson", ".xml", ".gml"),
    *(".kml", ".yaml", ".yml", ".wkt", ".cwl", ".svg", ".html", ".htm"),
)


@dataclass(frozen=True)
class Opened:
    """A file that was read to be looked at.

    Attributes:
        way: What a browser shows it as.
        media_type: What it is to the browser.
        data: Its bytes; text in UTF-8.
    """

    way: Way
    media_type: str
    data: bytes


def can_open(media_type: str, name: str) -> bool:
    """Whether a browser shows such files, as far as their type and name say."""
    plain = media.bare(media_type)
    if plain in (*_PICTURES, "image/svg+xml", "application/pdf"):
        return True
    if plain and plain != media.OCTETS and media.is_text(plain):
        return True
    ending = PurePosixPath(name).suffix.lower()
    is_picture = ending in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".pdf")
    return plain in ("", media.OCTETS) and (is_picture or ending in _TEXTS)


async def read_to_open(source: Source, media_type: str, name: str) -> Opened:
    """Read a file to be looked at.

    Raises:
        InputError: It is too large.
        ServerError: It could not be read, or is nothing that a browser shows.
    """
    size = await source.size()
    if size > MOST_BYTES:
        raise InputError(
            f"{clean(name)} has {in_bytes(size)}, and up to "
            f"{in_bytes(MOST_BYTES)} are opened in the browser.",
            safe="Nothing was fetched.",
            advice="Download it to look at it.",
        )
    return opened(await source.read(0, size), media_type, name)


def opened(data: bytes, media_type: str, name: str = "") -> Opened:
    """Judge bytes that a browser is to show, whatever is said of them.

    Raises:
        ProtocolError: They are nothing that a browser shows.
    """
    kind = media.sniff(data)
    if kind in _PICTURES:
        return Opened("picture", kind, data)
    if kind == "application/pdf":
        return Opened("pdf", kind, data)
    if media.is_page(data):
        return Opened("page", "text/html", data)
    start = data[:1_000]
    if kind or b"\x00" in start:
        what = kind or "nothing that a browser shows"
        raise ProtocolError(
            f"{clean(name) or 'The file'} cannot be opened here: it is {what}.",
            safe=SAFE,
            advice="Download it to look into it.",
        )
    if b"<svg" in data[:100_000] and data.lstrip()[:1] == b"<":
        return Opened("drawing", "image/svg+xml", data)
    text = read_text(data, media_type, "")
    return Opened("text", "text/plain;charset=utf-8", text.encode("utf-8", "replace"))
