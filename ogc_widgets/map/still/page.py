"""Words over a drawn map, and the map as a file of bounded size."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw, ImageFont

from ogc_widgets.view.letters import for_pillow

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 640
HEIGHT: Final = 400
DENSITY: Final = 2
"""Pixels of the picture to one of the page, for screens that have that many."""
MOST_BYTES: Final = 90_000
"""A picture is as large as this at most; in a notebook a third is added to it."""


class Page:
    """The map, and words over it.

    Args:
        image: The map.
    """

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self._draw = ImageDraw.Draw(image, "RGBA")

    def box(
        self, box: Sequence[float], fill: str, rim: str = "", radius: float = 0
    ) -> None:
        """Draw a box: left, top, right and bottom."""
        sides = [side * DENSITY for side in box]
        self._draw.rounded_rectangle(
            sides, radius * DENSITY, fill=fill, outline=rim or None, width=1
        )

    def line(self, points: Sequence[float], colour: str, width: float = 1) -> None:
        """Draw a line through x, y, x, y."""
        places = [number * DENSITY for number in points]
        self._draw.line(places, fill=colour, width=round(width * DENSITY))

    def width_of(self, text: str, size: float = 11) -> float:
        """How wide a text is."""
        return float(self._font(size).getlength(for_pillow(text))) / DENSITY

    def text(
        self,
        at: tuple[float, float],
        text: str,
        *,
        colour: str = "#33373b",
        anchor: str = "lm",
        size: float = 11,
        halo: str = "",
    ) -> None:
        """Write a text; ``anchor`` is Pillow's."""
        self._draw.text(
            (at[0] * DENSITY, at[1] * DENSITY),
            for_pillow(text),
            fill=colour,
            font=self._font(size),
            anchor=anchor,
            stroke_width=2 * DENSITY if halo else 0,
            stroke_fill=halo or None,
        )

    def _font(self, size: float) -> Any:  # noqa: ANN401 # of two types in Pillow
        return ImageFont.load_default(size * DENSITY)

    def encode(self, most_bytes: int = MOST_BYTES) -> bytes:
        """The picture as a PNG, or as a JPEG where that would be too large."""
        found = b""
        few = self._image.quantize(
            128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        for image, kind, more in (
            (few, "PNG", {"optimize": True}),
            (self._image, "JPEG", {"quality": 85}),
            (self._image.reduce(DENSITY), "JPEG", {"quality": 85}),
            (self._image.reduce(DENSITY), "JPEG", {"quality": 60}),
        ):
            made = io.BytesIO()
            image.save(made, kind, **more)
            found = made.getvalue()
            if len(found) <= most_bytes:
                break
        return found


def small_picture(content: bytes, most_bytes: int = 50_000) -> bytes:
    """A picture as WebP of bounded size, transparent where it was."""
    with Image.open(io.BytesIO(content)) as opened:
        image = opened.convert("RGBA")
    while True:
        made = io.BytesIO()
        image.save(made, "WEBP", quality=70)
        if made.tell() <= most_bytes or max(image.size) < 64:
            return made.getvalue()
        image = image.resize((max(1, image.width // 2), max(1, image.height // 2)))
