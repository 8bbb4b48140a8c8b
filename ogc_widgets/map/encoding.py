"""The one drawn shape, in whatever form an input wants it.

==================== ===========================================================
encoding id          what is sent
==================== ===========================================================
``bbox-text``        text ``west,south,east,north``
``bbox-array``       array of 4 numbers (6 with heights)
``bbox-object``      ``{"bbox": [...], "crs": "..."}``
``geojson-geometry`` a geometry object
``geojson-feature``  a Feature object
``geojson-collection`` a FeatureCollection object
``wkt``              text ``POLYGON((...))``
``geojson-text``     a geometry object written as text
==================== ===========================================================
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.map.area_hint import ENCODINGS, AreaHint
from ogc_widgets.map.crs import CRS84, axes_in_words, from_crs, kind_of_crs, to_crs
from ogc_widgets.map.geometry import (
    AREA_TYPES,
    Geometry,
    bounds,
    box,
    box_of,
    normalise,
)
from ogc_widgets.map.numbers import short, tidy
from ogc_widgets.map.parsing import (
    area_of,
    box_from_numbers,
    from_geo_interface,
    parse_text,
    require_area,
)
from ogc_widgets.map.recognition import recognise
from ogc_widgets.map.wkt import looks_like_wkt, read_wkt, write_wkt

if TYPE_CHECKING:
    from ogc_widgets.map.rings import Json

__all__ = [
    "ENCODINGS",
    "LABELS",
    "AreaHint",
    "bounds",
    "box",
    "box_of",
    "decode",
    "encode",
    "from_geo_interface",
    "from_text",
    "in_words",
    "normalise",
    "parse_text",
    "recognise",
    "to_text",
]

LABELS = {
    "bbox-text": "text: west,south,east,north",
    "bbox-array": "list of numbers: west, south, east, north",
    "bbox-object": "bounding box with its CRS",
    "geojson-geometry": "GeoJSON geometry",
    "geojson-feature": "GeoJSON Feature",
    "geojson-collection": "GeoJSON FeatureCollection",
    "wkt": "well-known text",
    "geojson-text": "GeoJSON as text",
}

_BOXES = {"bbox-text", "bbox-array", "bbox-object"}
_SENT_AS = {
    "bbox-text": "text: west,south,east,north in degrees (CRS84)",
    "bbox-array": "numbers: west, south, east, north in degrees (CRS84)",
    "geojson-geometry": "a GeoJSON geometry",
    "geojson-feature": "a GeoJSON Feature",
    "geojson-collection": "a GeoJSON FeatureCollection",
    "wkt": "well-known text",
    "geojson-text": "GeoJSON, written as text",
}
_PLAIN = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_PLAIN_BBOX = re.compile(rf"{_PLAIN}(?:\s*,\s*{_PLAIN}){{3}}")
_KIND_OF = {"geojson-feature": "Feature", "geojson-collection": "FeatureCollection"}


def in_words(encoding: str, crs: str | None = None) -> str:
    """Say under the field how an area is sent: "Sent as text: west,south,...".

    The text is this package's own; of the description only ``crs`` is repeated.
    """
    if encoding == "bbox-object":
        unit = "metres" if kind_of_crs(crs) == "mercator" else "degrees"
        name = _short_crs(crs)
        return f"Sent as a bounding box: {axes_in_words(crs)} in {unit} ({name})."
    return f"Sent as {_SENT_AS[encoding]}."


def encode(
    geometry: Json,
    encoding: str,
    crs: str | None = None,
    *,
    hint: AreaHint | None = None,
) -> Json:
    """Turn a geometry into the value of an input.

    Args:
        geometry: GeoJSON geometry, in degrees; normalised here.
        encoding: One of :data:`ENCODINGS`.
        crs: For ``bbox-object``: what stands beside the numbers.
        hint: What the description wants besides: heights, ``bbox`` members, types.

    Raises:
        InputError: The geometry cannot be sent that way.
    """
    if encoding not in ENCODINGS:
        raise InputError(f"There is no encoding of areas named {encoding!r}.")
    made = area_of(geometry)
    types = hint.types if hint else ()
    if types and made["type"] == "Polygon" and "Polygon" not in types:
        made = {"type": "MultiPolygon", "coordinates": [made["coordinates"]]}
    if types and made["type"] not in types and encoding not in _BOXES:
        raise InputError(
            f"This input takes a {' or '.join(types)}, not a "
            f"{area_of(geometry)['type']}."
        )
    if encoding == "bbox-text":
        return ",".join(short(number) for number in _box_numbers(made, None, hint))
    if encoding == "bbox-array":
        return [tidy(number) for number in _box_numbers(made, None, hint)]
    if encoding == "bbox-object":
        numbers = [tidy(number) for number in _box_numbers(made, crs, hint)]
        return {"bbox": numbers, "crs": crs or CRS84}
    if encoding == "wkt":
        return write_wkt(made)
    plain = _with_bbox(made, hint)
    if encoding == "geojson-text":
        return json.dumps(plain, separators=(",", ":"))
    if encoding == "geojson-geometry":
        return plain
    feature = _feature(plain, hint)
    if encoding == "geojson-feature":
        return feature
    return {"type": "FeatureCollection", "features": [feature]}


def decode(value: Json) -> Geometry:
    """Read the geometry out of a value in any of the encodings.

    Raises:
        InputError: The value is no area, or its reference system is not known here.
    """
    if isinstance(value, str):
        return parse_text(value)
    if isinstance(value, dict) and "bbox" in value and "type" not in value:
        return _decode_bbox_object(value)
    return from_geo_interface(value)


def from_text(
    text: str, encoding: str, crs: str | None = None, hint: AreaHint | None = None
) -> Json:
    """Turn what stands in the field into the value that is sent.

    Text that already is in the wanted form is kept as it is (digits, Feature
    properties); only spaces between numbers are left out.

    Raises:
        InputError: The text is no area, or cannot be sent that way.
    """
    geometry = parse_text(text)
    made = encode(geometry, encoding, crs, hint=hint)
    stripped = text.strip()
    if encoding == "bbox-text":
        if _PLAIN_BBOX.fullmatch(stripped):
            kept = re.sub(r"\s", "", stripped)
            numbers = [float(number) for number in kept.split(",")]
            return kept if numbers == bounds(geometry) else made
    elif encoding == "wkt":
        if looks_like_wkt(stripped) and not stripped.upper().startswith("SRID"):
            return stripped if read_wkt(stripped) == geometry else made
    elif stripped.startswith("{"):
        return _kept_json(stripped, encoding, made, geometry)
    return made


def to_text(
    value: Json, encoding: str, crs: str | None = None, hint: AreaHint | None = None
) -> str | None:
    """Text for the field such that :func:`from_text` gives the value again.

    Returns:
        Four numbers where the value is a box, otherwise well-known text or the value
        itself; None when no text stands for exactly this value.
    """
    try:
        geometry = decode(value)
    except InputError:
        return None
    candidates = [text_of(geometry)]
    if isinstance(value, str):
        candidates.append(value)
    elif isinstance(value, dict):
        candidates.append(json.dumps(value))
    for candidate in candidates:
        try:
            if from_text(candidate, encoding, crs, hint) == value:
                return candidate
        except InputError:
            continue
    return None


def text_of(geometry: Geometry) -> str:
    """Shortest text that :func:`parse_text` reads as this geometry."""
    heights = geometry.get("bbox")
    if heights:
        return ", ".join(short(number) for number in heights)
    found = box_of(geometry)
    if found and normalise(box(*found)) == normalise(geometry):
        return ", ".join(short(number) for number in found)
    return write_wkt(geometry)


def _box_numbers(
    geometry: Geometry, crs: str | None, hint: AreaHint | None
) -> list[float]:
    heights = geometry.get("bbox")
    west, south, east, north = to_crs(bounds(require_area(geometry)), crs)
    if heights:
        return [west, south, heights[2], east, north, heights[5]]
    if hint and hint.heights:
        return [west, south, 0, east, north, 0]
    return [west, south, east, north]


def _decode_bbox_object(value: dict[str, Any]) -> Geometry:
    numbers, crs = value["bbox"], value.get("crs")
    if isinstance(crs, dict):
        crs = crs.get("href") or crs.get("uri")
    if not isinstance(numbers, list) or len(numbers) not in {4, 6}:
        raise InputError("The bounding box needs four numbers, or six with heights.")
    plain = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise InputError("The bounding box holds something that is not a number.")
    west, south, east, north = from_crs(plain, crs if isinstance(crs, str) else None)
    if len(numbers) == 4:
        return box(west, south, east, north)
    return box_from_numbers([west, south, numbers[2], east, north, numbers[5]])


def _with_bbox(geometry: Geometry, hint: AreaHint | None) -> Geometry:
    plain = {key: value for key, value in geometry.items() if key != "bbox"}
    if hint and hint.with_bbox:
        plain["bbox"] = [tidy(number) for number in bounds(geometry)]
    return plain


def _feature(geometry: Geometry, hint: AreaHint | None) -> dict[str, Any]:
    feature: dict[str, Any] = {
        "type": "Feature",
        "geometry": geometry,
        "properties": {},
    }
    if hint and hint.with_bbox:
        feature |= {"id": "area-of-interest", "bbox": geometry["bbox"]}
    return feature


def _kept_json(text: str, encoding: str, made: Json, geometry: Geometry) -> Json:
    """Keep pasted GeoJSON with all its members where it is what the input wants."""
    pasted = json.loads(text)
    kind = pasted.get("type")
    if encoding == "bbox-object":
        return pasted if {"crs": made["crs"], **pasted} == made else made
    if encoding in _KIND_OF:
        fits = kind == _KIND_OF[encoding]
    elif encoding in {"geojson-geometry", "geojson-text"}:
        fits = kind in AREA_TYPES or kind == geometry["type"]
    else:
        return made
    if not fits or _outlines(pasted) != _outlines(made):
        return made
    return text if encoding == "geojson-text" else pasted


def _outlines(value: Json) -> Json:
    """Geometries of a GeoJSON value, the only part that may not differ."""
    if isinstance(value, str):
        value = json.loads(value)
    kind = value.get("type")
    if kind == "FeatureCollection":
        return [_outlines(feature) for feature in value["features"]]
    if kind == "Feature":
        return _outlines(value["geometry"])
    return kind, value.get("coordinates")


def _short_crs(crs: str | None) -> str:
    if kind_of_crs(crs) == "lonlat" and "4326" not in (crs or ""):
        return "CRS84"
    return re.sub(r"^.*?epsg[/:].*?(\d+)$", r"EPSG:\1", crs or "", flags=re.IGNORECASE)
