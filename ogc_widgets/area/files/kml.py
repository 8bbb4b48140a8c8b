"""KML: polygons, lines, points and overlays of Google Earth, always in WGS 84.

Links to other files (``NetworkLink``) are never followed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ogc_widgets.area.files.layers import INSTALL, MAX_FEATURES, Layer
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element


def read_kml(content: bytes) -> list[Layer]:
    """Read the geometries of a KML document.

    Raises:
        InputError: It is no KML, or defusedxml is not installed.
    """
    try:
        tree: Any = importlib.import_module("defusedxml.ElementTree")
        refused: Any = importlib.import_module("defusedxml").DefusedXmlException
    except ImportError:
        raise InputError(
            "KML needs a small library that is not installed.",
            advice=f"{INSTALL} – or save the area as GeoJSON.",
        ) from None
    try:
        root = tree.fromstring(content)
    except refused:
        raise InputError("The KML defines entities, which are not read here.") from None
    except (tree.ParseError, ValueError):
        raise InputError(
            "The KML is not complete XML.",
            advice="Save it again from the program that made it.",
        ) from None
    if _local(root) not in {"kml", "Document", "Folder", "Placemark"}:
        raise InputError(f"This is XML, but not KML: it starts with <{_local(root)}>.")
    geometries: list[dict[str, Any]] = []
    unread = 0
    for element in root.iter():
        if len(geometries) > MAX_FEATURES:
            break
        try:
            made = _geometry(element)
        except ValueError:
            unread += 1
            continue
        if made is not None:
            geometries.append(made)
    return [Layer("", geometries, unread=unread)]


def _geometry(element: Element) -> dict[str, Any] | None:
    kind = _local(element)
    if kind == "Polygon":
        outer = [_ring(ring) for ring in _named(element, "outerBoundaryIs")]
        holes = [_ring(ring) for ring in _named(element, "innerBoundaryIs")]
        return {"type": "Polygon", "coordinates": [*outer[:1], *holes]}
    if kind == "LatLonBox":
        west, south, east, north = (
            float(_text(element, side)) for side in ("west", "south", "east", "north")
        )
        ring = [[west, south], [east, south], [east, north], [west, north]]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    if kind == "LineString":
        return {"type": "LineString", "coordinates": _positions(element)}
    if kind == "Point":
        return {"type": "Point", "coordinates": _positions(element)[0]}
    return None


def _ring(boundary: Element) -> list[list[float]]:
    ring = next(_named(boundary, "LinearRing"), None)
    if ring is None:
        raise ValueError("a boundary without a ring")
    return _positions(ring)


def _positions(element: Element) -> list[list[float]]:
    """Positions of a ``coordinates`` element: ``lon,lat[,alt]`` with spaces between."""
    made = []
    for triple in _text(element, "coordinates").split():
        numbers = triple.split(",")
        made.append([float(numbers[0]), float(numbers[1])] if numbers[1:] else [])
    if not made or [] in made:
        raise ValueError("no coordinates")
    return made


def _text(element: Element, name: str) -> str:
    found = next(_named(element, name), None)
    if found is None or not found.text:
        raise ValueError(f"no {name}")
    return found.text


def _named(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _local(element: Element) -> str:
    """Name without its namespace: files of all versions of KML are read."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
