"""Paper to draw a map on, in the grid of web maps, and a page of it with words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ogc_widgets.charts.png import for_pillow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]


_SMOOTH: Final = 2  # drawn that much larger, because Pillow draws with hard edges
_LARGEST_LAT: Final = 85.0511
_MARGIN: Final = 0.1
_SMALLEST_SPAN: Final = 0.02  # degrees: a place is seen with a kilometre around it
WIDTH: Final = 640
HEIGHT: Final = 400
DENSITY: Final = 2
"""Pixels of the picture to one of the page, for screens that have that many."""
MOST_BYTES: Final = 90_000
"""A picture is as large as this at most; in a notebook a third is added to it."""


def to_paper(positions: Any) -> Points:  # noqa: ANN401 # anything numpy reads as positions
    """Longitudes and latitudes as places on a web map, where a degree is one wide."""
    points = np.array(positions, dtype=float).reshape(-1, 2)
    lat = np.radians(np.clip(points[:, 1], -_LARGEST_LAT, _LARGEST_LAT))
    points[:, 1] = np.degrees(np.arcsinh(np.tan(lat)))
    return points


class Paper:
    """A picture of a part of the world; sizes are those of the page."""

    def __init__(self, extent: Sequence[float], ground: str) -> None:
        (west, south), (east, north) = to_paper([extent[:2], extent[2:]])
        span = max(
            (east - west) / WIDTH * (1 + 2 * _MARGIN),
            (north - south) / HEIGHT * (1 + 2 * _MARGIN),
            _SMALLEST_SPAN / HEIGHT,
        )
        # Not more than one world, and nothing beyond its ends.
        self.span = min(span, 360 / WIDTH)
        self.west = (west + east - self.span * WIDTH) / 2
        self.north = (south + north + self.span * HEIGHT) / 2
        self.north = min(max(self.north, -180 + self.span * HEIGHT), 180.0)
        self._scale = DENSITY * _SMOOTH
        size = (WIDTH * self._scale, HEIGHT * self._scale)
        self._image = Image.new("RGB", size, ground)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the paper in degrees."""
        return (
            self.west,
            self.lat_at(HEIGHT),
            self.west + self.span * WIDTH,
            self.lat_at(0),
        )

    def lat_at(self, y: float) -> float:
        """Latitude in degrees, so many pixels from the top."""
        degrees = np.radians(self.north - y * self.span)
        return float(np.degrees(np.arctan(np.sinh(degrees))))

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place is on the page."""
        ((x, y),) = self._pixels(to_paper([lon, lat])) / self._scale
        return float(x), float(y)

    def turns(self, west: float, east: float) -> list[int]:
        """By how many degrees to shift what lies between two longitudes, to be seen."""
        here = self.bounds
        first = int(np.ceil((here[0] - east) / 360))
        last = int(np.floor((here[2] - west) / 360))
        return [360 * turn for turn in range(first, last + 1)]

    def _pixels(self, places: Points) -> Points:
        scale = self._scale / self.span
        x = (places[:, 0] - self.west) * scale
        y = (self.north - places[:, 1]) * scale
        # Pillow does not draw what is very far away.
        pixels: Points = np.clip(np.column_stack([x, y]), -1e5, 1e5)
        return pixels

    # -- shapes --------------------------------------------------------------------

    def polygon(self, places: Points, fill: str) -> None:
        """Fill a ring."""
        if len(places) > 2:
            self._draw.polygon(self._pixels(places).ravel().tolist(), fill=fill)

    def line(self, places: Points, colour: str, width: float) -> None:
        """Draw a line."""
        pixels = self._pixels(places).ravel().tolist()
        wide = max(1, round(width * self._scale))
        self._draw.line(pixels, fill=colour, width=wide, joint="curve")

    def dashes(self, places: Points, colour: str, width: float, dash: float) -> None:
        """Draw a line that is cut into dashes of some length."""
        pixels = self._pixels(places)
        steps = np.hypot(*np.diff(pixels, axis=0).T)
        along = np.concatenate([[0], steps.cumsum()])
        length = dash * self._scale
        wide = max(1, round(width * self._scale))
        for start in np.arange(0, min(along[-1], 4_000 * length), 1.7 * length):
            end = min(start + length, along[-1])
            inside = along[(along > start) & (along < end)]
            at = np.concatenate([[start], inside, [end]])
            x, y = (np.interp(at, along, pixels[:, axis]) for axis in (0, 1))
            points = np.column_stack([x, y]).ravel().tolist()
            self._draw.line(points, fill=colour, width=wide, joint="curve")

    def dot(self, place: Points, fill: str, radius: float, rim: str = "") -> None:
        """Draw a dot."""
        ((x, y),) = self._pixels(place)
        size = radius * self._scale
        box = (x - size, y - size, x + size, y + size)
        self._draw.ellipse(box, fill=fill, outline=rim or None, width=self._scale)

    def veil(self, rings: Sequence[tuple[Points, bool]], colour: str) -> None:
        """Fill rings evenly, however many lie over each other.

        Args:
            rings: Each with whether it is a hole.
            colour: With its opacity, ``#rrggbbaa``.
        """
        mask = Image.new("L", self._image.size)
        draw = ImageDraw.Draw(mask)
        alpha = int(colour[7:9], 16)
        for places, is_hole in rings:
            if len(places) > 2:
                pixels = self._pixels(places).ravel().tolist()
                draw.polygon(pixels, fill=0 if is_hole else alpha)
        self._image.paste(colour[:7], mask=mask)

    def picture(
        self, content: bytes, box: Sequence[float], opacity: float = 1.0
    ) -> None:
        """Lay a picture on the paper; one that cannot be read is left out.

        Args:
            content: A PNG, JPEG or WebP in the grid of web maps.
            box: Its west, south, east and north in degrees.
            opacity: 0 to 1.
        """
        try:
            with Image.open(io.BytesIO(content)) as opened:
                shown = opened.convert("RGBA")
        # What Pillow raises of files that are broken, or larger than anybody means.
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return
        for turn in self.turns(box[0], box[2]):
            corners = to_paper([(box[0] + turn, box[3]), (box[2] + turn, box[1])])
            (left, top), (right, bottom) = self._pixels(corners).round().astype(int)
            size = (max(1, int(right - left)), max(1, int(bottom - top)))
            if max(size) > 4 * WIDTH * self._scale:
                continue  # it was not fitted to the paper; nothing of it is told apart
            # Larger pixels than those of the page are seen as they are.
            coarse = size[0] > 1.5 * shown.width
            how = Image.Resampling.NEAREST if coarse else Image.Resampling.BOX
            fitted = shown.resize(size, how)
            mask = fitted.getchannel("A").point(lambda alpha: round(alpha * opacity))
            self._image.paste(fitted, (int(left), int(top)), mask)

    # -- above the map -------------------------------------------------------------

    def finish(self) -> Page:
        """End drawing the map; what comes now are words."""
        return Page(self._image.reduce(_SMOOTH))


class Page:
    """The map, and words over it."""

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
