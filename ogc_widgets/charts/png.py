"""The still picture of a chart as a PNG, for pages that show no SVG, such as GitHub's.

It draws what :func:`ogc_widgets.charts.still.svg_of` writes, and nothing else: boxes,
texts, circles, and ways of straight lines.
"""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageDraw import ImageDraw

_DENSITY: Final = 2
_SMOOTH: Final = 2  # drawn that much larger: Pillow's edges are hard
_SCALE: Final = _DENSITY * _SMOOTH
_STEPS: Final = pattern(r"([MLHVhZ])([^MLHVhZ]*)")
_FOLDED: Final = str.maketrans({"–": "-", "—": "-", "−": "-", "ß": "ss", "ø": "o"})
_ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}


def png_of(svg: str) -> bytes:
    """Draw the SVG of a chart, two pixels to one of the page."""
    from PIL import Image, ImageDraw, ImageFont

    root = ET.fromstring(svg)  # noqa: S314 # it was written by this package
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    image = Image.new("RGB", (width * _SCALE, height * _SCALE), "#ffffff")
    draw = ImageDraw.Draw(image, "RGBA")
    shapes = [one for one in root if not one.tag.endswith("text")]
    for one in shapes:
        _draw_shape(draw, one.tag.rpartition("}")[2], one.attrib)
    image = image.reduce(_SMOOTH)
    draw = ImageDraw.Draw(image)
    for one in root:
        if one.tag.endswith("text"):
            size = float(one.get("font-size", "11"))
            draw.text(
                (float(one.get("x", 0)) * _DENSITY, float(one.get("y", 0)) * _DENSITY),
                for_pillow(one.text or ""),
                fill=one.get("fill"),
                font=ImageFont.load_default(size * _DENSITY),
                anchor=_ANCHORS[one.get("text-anchor", "start")],
            )
    few = image.quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    made = io.BytesIO()
    few.save(made, "PNG", optimize=True)
    return made.getvalue()


def _draw_shape(draw: ImageDraw, kind: str, about: dict[str, Any]) -> None:
    fill = None if about.get("fill") == "none" else about.get("fill")
    stroke = about.get("stroke")
    wide = max(1, round(float(about.get("stroke-width", 1)) * _SCALE))
    if kind == "rect":
        size = (float(about["width"]) * _SCALE, float(about["height"]) * _SCALE)
        draw.rectangle((0, 0, *size), fill=fill)
    elif kind == "circle":
        x, y, r = (float(about[name]) * _SCALE for name in ("cx", "cy", "r"))
        box = (x - r, y - r, x + r, y + r)
        draw.ellipse(box, fill=fill, outline=stroke, width=wide)
    elif kind == "path":
        for way in _ways(about["d"]):
            if fill:
                draw.polygon(way, fill=fill)
            elif way[0] == way[-1] and len(way) == 2:  # a spot
                (x, y), half = way[0], wide / 2
                draw.ellipse((x - half, y - half, x + half, y + half), fill=stroke)
            else:
                draw.line(way, fill=stroke, width=wide, joint="curve")


def _ways(text: str) -> Iterator[list[tuple[float, float]]]:
    """Lines of the corners that a path goes through, in pixels."""
    way: list[tuple[float, float]] = []
    for letter, rest in _STEPS.findall(text):
        numbers = [float(one) * _SCALE for one in rest.split()]
        if letter == "M":
            if way:
                yield way
            way = []
        if letter in "ML":
            way.append((numbers[0], numbers[1]))
        elif letter == "H":
            way.append((numbers[0], way[-1][1]))
        elif letter == "h":
            way.append((way[-1][0] + numbers[0], way[-1][1]))
        elif letter == "V":
            way.append((way[-1][0], numbers[0]))
    if way:
        yield way


def for_pillow(text: str) -> str:
    """A text in the letters that Pillow's own font has."""
    letters = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(one for one in letters if one.isascii() or one in "°±…")
