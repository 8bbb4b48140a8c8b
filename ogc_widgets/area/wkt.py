"""Well-known text: read and written without a geometry library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.numbers import short
from ogc_widgets.area.remembering import remembered
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.area.rings import Json

_TYPES = {
    name.upper(): name
    for name in (
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    )
}
# The last alternative is whatever does not belong there; it fits nowhere.
_TOKEN = re.compile(r"[A-Za-z]+|[(),]|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|\S")
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_START = re.compile(rf"\s*(SRID\s*=|({'|'.join(_TYPES)})\b)", re.IGNORECASE)


def looks_like_wkt(text: str) -> bool:
    """Whether a text starts as well-known text does."""
    return _START.match(text) is not None


@remembered
def read_wkt(text: str) -> dict[str, Any]:
    """Read well-known text; longitude first, in degrees.

    Raises:
        InputError: It is not well-known text, or names another reference system.
    """
    srid = _SRID.match(text)
    if srid:
        if srid[1] not in {"4326", "0"}:
            raise InputError(
                f"The text is in SRID {srid[1]}; areas are given in degrees (4326)."
            )
        text = text[srid.end() :]
    reader = _Reader(text)
    geometry = reader.geometry()
    reader.end()
    return geometry


def write_wkt(geometry: dict[str, Any]) -> str:
    """Write a geometry as well-known text, ``POLYGON((x y,...))``."""
    kind: str = geometry["type"]
    name = kind.upper()
    if kind == "GeometryCollection":
        return f"{name}({','.join(write_wkt(m) for m in geometry['geometries'])})"
    if kind == "Point":
        return f"{name}({_position(geometry['coordinates'])})"
    return name + _nested(geometry["coordinates"])


def _nested(coordinates: Json) -> str:
    if not isinstance(coordinates[0], list | tuple):
        return _position(coordinates)
    return "(" + ",".join(_nested(member) for member in coordinates) + ")"


def _position(position: Json) -> str:
    return " ".join(short(number) for number in position)


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(text.rstrip(" \t\r\n;"))
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise _malformed()

    def end(self) -> None:
        if self._peek():
            raise _malformed()

    def geometry(self, depth: int = 0) -> dict[str, Any]:
        kind = _TYPES.get(self._next().upper())
        if kind is None or depth > 1:
            raise _malformed()
        if self._peek().upper() in {"Z", "M", "ZM"}:
            self._next()
        if self._peek().upper() == "EMPTY":
            raise InputError("The geometry is empty.")
        if kind == "GeometryCollection":
            members = self._list(lambda: self.geometry(depth + 1))
            return {"type": kind, "geometries": members}
        return {"type": kind, "coordinates": self._coordinates(kind)}

    def _coordinates(self, kind: str) -> Json:
        if kind == "Point":
            self._expect("(")
            position = self._position()
            self._expect(")")
            return position
        if kind == "MultiPoint":
            return self._list(self._bracketed_position)
        if kind == "LineString":
            return self._list(self._position)
        if kind in {"Polygon", "MultiLineString"}:
            return self._list(lambda: self._list(self._position))
        return self._list(lambda: self._list(lambda: self._list(self._position)))

    def _list(self, member: Callable[[], Any]) -> list[Any]:
        self._expect("(")
        members = [member()]
        while self._peek() == ",":
            self._next()
            members.append(member())
        self._expect(")")
        return members

    def _bracketed_position(self) -> list[float]:
        if self._peek() != "(":
            return self._position()
        self._next()
        position = self._position()
        self._expect(")")
        return position

    def _position(self) -> list[float]:
        numbers: list[float] = []
        while self._peek() not in {"", ",", ")", "("}:
            try:
                numbers.append(float(self._next()))
            except ValueError:
                raise _malformed() from None
        if len(numbers) < 2:
            raise _malformed()
        return numbers


def _malformed() -> InputError:
    return InputError(
        "This is not complete well-known text.",
        advice="It looks like: POLYGON((-10 40, 5 40, 5 50, -10 50, -10 40))",
    )
