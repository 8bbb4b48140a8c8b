"""Well-known binary, ISO and extended, as GeoPackage and PostGIS write it."""

from __future__ import annotations

import struct
from typing import Any

_TYPES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
_EXTENDED_Z, _EXTENDED_M, _EXTENDED_SRID = 0x8000_0000, 0x4000_0000, 0x2000_0000
_MAX_DEPTH = 3
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


class BrokenError(ValueError):
    """The bytes are no geometry, or one of a kind that GeoJSON does not have."""


def read_geopackage_geometry(blob: bytes) -> dict[str, Any] | None:
    """Read a geometry of a GeoPackage (clause 2.1.3); None when it is empty.

    Raises:
        BrokenError: It is none.
    """
    if len(blob) < 8 or blob[:2] != b"GP":
        raise BrokenError("no GeoPackage geometry")
    flags = blob[3]
    envelope = (flags >> 1) & 7
    if envelope >= len(_ENVELOPE_BYTES):
        raise BrokenError("unknown envelope")
    if flags & 0x10:
        return None
    return read_wkb(blob, 8 + _ENVELOPE_BYTES[envelope])


def read_wkb(data: bytes, at: int = 0) -> dict[str, Any] | None:
    """Read one geometry; x and y only. None when it is empty.

    Raises:
        BrokenError: It is none.
    """
    try:
        return _Reader(data, at).geometry(0)
    except (struct.error, IndexError):
        raise BrokenError("the geometry is cut off") from None


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def _count(self, order: str, bytes_each: int) -> int:
        (count,) = self._take(f"{order}I")
        if count * bytes_each > len(self._data) - self._at:
            raise BrokenError("it announces more than there is")
        return int(count)

    def geometry(self, depth: int) -> dict[str, Any] | None:
        if depth > _MAX_DEPTH:
            raise BrokenError("nested too deeply")
        order = "<" if self._data[self._at] == 1 else ">"
        self._at += 1
        (code,) = self._take(f"{order}I")
        width = 2 + bool(code & _EXTENDED_Z) + bool(code & _EXTENDED_M)
        if code & _EXTENDED_SRID:
            self._at += 4
        code &= 0x0FFF_FFFF
        width += {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0)
        kind = _TYPES.get(code % 1000)
        if kind is None:
            raise BrokenError("curves and surfaces have no GeoJSON")
        if kind == "Point":
            x, y = self._positions(order, 1, width)[0]
            return None if x != x else {"type": kind, "coordinates": [x, y]}
        if kind == "LineString":
            return self._made(kind, self._line(order, width))
        if kind == "Polygon":
            rings = [self._line(order, width) for _ in range(self._count(order, 4))]
            return self._made(kind, rings)
        parts = [self.geometry(depth + 1) for _ in range(self._count(order, 5))]
        present = [part for part in parts if part is not None]
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": present} if present else None
        return self._made(kind, [part["coordinates"] for part in present])

    def _line(self, order: str, width: int) -> list[list[float]]:
        return self._positions(order, self._count(order, 8 * width), width)

    def _positions(self, order: str, count: int, width: int) -> list[list[float]]:
        numbers = self._take(f"{order}{count * width}d")
        return [list(numbers[i : i + 2]) for i in range(0, len(numbers), width)]

    @staticmethod
    def _made(kind: str, coordinates: list[Any]) -> dict[str, Any] | None:
        return {"type": kind, "coordinates": coordinates} if coordinates else None
