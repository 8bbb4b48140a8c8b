"""Ways of writing an area, as the tests of them say it."""

from __future__ import annotations

from ogc_widgets.area.area import Area
from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.hint import AreaHint
from ogc_widgets.area.recognition import recognise as recognition
from ogc_widgets.area.words import sentence
from ogc_widgets.protocol import InputDescription

ANY = AreaHint(("bbox-array",))


def recognise(description, name=""):
    return recognition.recognise(InputDescription.from_json(name, description))


def box(*sides):
    return Area.box(*sides).geometry


def bounds(geometry):
    return [*Area.of(geometry).bbox]


def encode(area, encoding, crs=None, *, hint=ANY):
    return Encoding(encoding, crs, hint).encode(Area.of(area))


def decode(value, encoding="bbox-array"):
    return Encoding(encoding).decode(value)


def from_text(text, encoding, crs=None, *, hint=ANY):
    return Encoding(encoding, crs, hint).from_text(text)


def to_text(value, encoding, crs=None, *, hint=ANY):
    return Encoding(encoding, crs, hint).to_text(value)


def in_words(encoding, crs=None, separator=","):
    return sentence(Encoding(encoding, crs, AreaHint((encoding,), separator=separator)))
