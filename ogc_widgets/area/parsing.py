"""What people type, paste or hold in a variable, as a geometry.

Accepted are four or six numbers in nearly any punctuation, GeoJSON of any kind,
well-known text, and objects with ``__geo_interface__`` (shapely, geopandas, pystac).
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ogc_widgets.area import crs as systems
from ogc_widgets.area.area import Area
from ogc_widgets.area.geometry import (
    GEOMETRY_TYPES,
    Geometry,
    Json,
    box,
    checked_box,
    geojson_of,
)
from ogc_widgets.area.recognition.order import (
    BY_CRS,
    STANDARD,
    UNDECIDED,
    in_words,
    to_standard,
)
from ogc_widgets.area.recognition.sides import sides_of
from ogc_widgets.area.wkt import looks_like_wkt, read_wkt
from ogc_widgets.errors import InputError

_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_BBOX_WORDS = re.compile(
    r"^\s*(bbox|aoi|extent|box|bounds|bounding box)\s*[:=]?\s*(?=[\[({\d+.−-])",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    rf"^[\s\[({{]*({_NUMBER}(?:(?:\s*[,;/]\s*|\s+){_NUMBER})*)[\s,;\])}}]*$"
)
# "west -10, south 40, east 5, north 50", in any order and under any usual names.
_NAMED = re.compile(
    rf"[\s({{]*((?:[a-z][a-z_ ]{{0,30}}?\s*[:=]?\s*{_NUMBER}[\s,;°]*){{4}})[\s)}}]*",
    re.IGNORECASE,
)
_GEOJSON = {*GEOMETRY_TYPES, "Feature", "FeatureCollection"}
_MOST_TEXTS = 16
_EXAMPLE = "Give four numbers: west, south, east, north, such as -10, 40, 5, 50."


class _KnownTexts:
    """The areas of the last texts: each stands on the screen for a while.

    A drawn outline becomes the text of its field, which is read again for each check
    and each request.
    """

    def __init__(self) -> None:
        self._areas: OrderedDict[tuple[str, str], Area] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str, order: str) -> Area | None:
        with self._lock:
            return self._areas.get((text, order))

    def put(self, text: str, order: str, area: Area) -> None:
        with self._lock:
            self._areas[text, order] = area
            self._areas.move_to_end((text, order))
            while len(self._areas) > _MOST_TEXTS:
                self._areas.popitem(last=False)


KNOWN_TEXTS = _KnownTexts()


def read_text(text: str, order: str = STANDARD) -> Area:
    """Read an area from text.

    Args:
        text: Four (or six, with heights) numbers with commas, semicolons or spaces, in
            brackets or not, or with the names of the sides; or GeoJSON; or well-known
            text.
        order: The order of numbers without names.

    Raises:
        InputError: A sentence says what is wrong with the text.
    """
    known = KNOWN_TEXTS.get(text, order)
    if known is None:
        known = _read_text(text.strip().lstrip("\ufeff"), order)
        KNOWN_TEXTS.put(text, order, known)
    return known


def _read_text(text: str, order: str) -> Area:
    if not text:
        raise InputError("There is no area yet.", advice=_EXAMPLE)
    if looks_like_wkt(text):
        return Area.of(read_wkt(text))
    numbers = read_numbers(text)
    if numbers is not None:
        return Area.of(box_from_numbers(numbers, order))
    sides = _named_sides(text)
    if sides is not None:
        return Area.of(box(*sides))
    if text[0] in "{[":
        return read_value(_read_json(text))
    raise InputError(
        "This is not an area.",
        advice=f"{_EXAMPLE} GeoJSON and well-known text are understood as well.",
    )


def read_numbers(text: str) -> list[float] | None:
    """Read a list of numbers, or None when the text is something else."""
    match = _NUMBERS.match(_BBOX_WORDS.sub("", text))
    if not match:
        return None
    found = re.findall(_NUMBER, match[1])
    return [float(number.replace("−", "-")) for number in found]


def is_numbers(text: str) -> bool:
    """Whether a text is nothing but a list of numbers."""
    return read_numbers(text.strip()) is not None


def _named_sides(text: str) -> list[float] | None:
    match = _NAMED.fullmatch(text) if len(text) < 300 else None
    if match is None:
        return None
    pairs = re.findall(
        rf"([a-z][a-z_ ]*?)\s*[:=]?\s*({_NUMBER})", match[1], re.IGNORECASE
    )
    values = {name: float(number.replace("−", "-")) for name, number in pairs}
    return [values[name] for name in sides_of(values)] or None


def box_from_numbers(numbers: list[float], order: str = STANDARD) -> Geometry:
    """Make a box from 4 numbers, or 6 with heights (west, south, low, east, ...).

    Raises:
        InputError: There are too few or too many, or they make no box.
    """
    if order not in (BY_CRS, STANDARD, UNDECIDED) and len(numbers) in (4, 6):
        try:
            return box_from_numbers(to_standard(numbers, order))
        except InputError as error:
            raise InputError(
                error.what, advice=f"The order here is {in_words(order)}."
            ) from None
    if len(numbers) == 4:
        return box(*to_standard(numbers, order))
    if len(numbers) == 6:
        west, south, low, east, north, high = to_standard(numbers, order)
        if not (math.isfinite(low) and math.isfinite(high)) or low > high:
            raise InputError(
                "The lower height is greater than the upper height.",
                advice="The order is west, south, low, east, north, high.",
            )
        w, s, e, n = checked_box(west, south, east, north)
        return {**box(w, s, e, n), "bbox": [w, s, low, e, n, high]}
    raise InputError(
        f"A box needs four numbers, and here {_are(len(numbers))}.", advice=_EXAMPLE
    )


def read_value(value: Json) -> Area:
    """Read an area from a GeoJSON dict or an object with ``__geo_interface__``.

    Features and FeatureCollections give the union of their polygons as one
    MultiPolygon. STAC items, shapely geometries and geopandas frames all work; a frame
    in another reference system, and GeoJSON with a ``crs`` member, are brought to
    degrees.

    Raises:
        InputError: It holds no area.
    """
    if isinstance(value, Area):
        return value
    value = _plain(_interface(value))
    if not isinstance(value, dict):
        if isinstance(value, list) and _all_numbers(value):
            return Area.of(box_from_numbers(value))
        raise InputError(
            "This is not an area.",
            advice="Give GeoJSON, four numbers, or an object with __geo_interface__.",
        )
    geometries = geometries_of(value)
    if not geometries:
        raise InputError("There is no geometry in this GeoJSON.")
    named = crs_member(value)
    if named and not systems.in_degrees(named):
        geometries = [in_degrees(geometry, named) for geometry in geometries]
    areas = [Area.of(geometry) for geometry in geometries]
    return areas[0] if len(areas) == 1 else Area.joined(areas)


def crs_member(value: Mapping[str, Any]) -> str:
    """Name in the ``crs`` member that GeoJSON had before RFC 7946, or ""."""
    member = value.get("crs") if value.get("type") in _GEOJSON else None
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    return name if isinstance(name, str) else ""


def in_degrees(geometry: Json, system: systems.System | str) -> Geometry:
    """A geometry in a reference system (x first) as one in degrees.

    Raises:
        InputError: It is no geometry, or the system is not known or ends before.
    """
    import shapely.geometry

    try:
        shape = shapely.geometry.shape(geometry)
    except (
        shapely.errors.ShapelyError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ):
        raise InputError(
            "The coordinates are not nested as GeoJSON wants them."
        ) from None
    return geojson_of(systems.shape_in_degrees(shape, system))


def decode_bbox_object(value: Mapping[str, Any]) -> Geometry:
    """Read ``{"bbox": [...], "crs": "..."}``, the box of the standard.

    Raises:
        InputError: It is no box, or its reference system is not known here.
    """
    numbers, crs = value["bbox"], value.get("crs")
    if isinstance(crs, Mapping):
        crs = crs.get("href") or crs.get("uri")
    if not isinstance(numbers, list) or len(numbers) not in {4, 6}:
        raise InputError("The bounding box needs four numbers, or six with heights.")
    plain = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    if not _all_numbers(numbers):
        raise InputError("The bounding box holds something that is not a number.")
    made = systems.from_crs(plain, crs if isinstance(crs, str) else None)
    if len(numbers) == 4:
        return box(*made)
    west, south, east, north = made
    return box_from_numbers([west, south, numbers[2], east, north, numbers[5]])


def geometries_of(value: dict[str, Any]) -> list[Any]:
    """Raw geometries of GeoJSON, of a box object, or of what a qualified value holds.

    Raises:
        InputError: It is none of these.
    """
    kind = value.get("type")
    if kind == "FeatureCollection":
        features = value.get("features")
        members = features if isinstance(features, list) else []
        return [g for m in members if isinstance(m, dict) for g in geometries_of(m)]
    if kind == "Feature":
        geometry = value.get("geometry")
        if geometry is None and isinstance(value.get("bbox"), list):
            return [box_from_numbers(value["bbox"])] if value["bbox"] else []
        return [] if geometry is None else [geometry]
    if kind in GEOMETRY_TYPES:
        return [value]
    if "bbox" in value and kind is None:
        return [decode_bbox_object(value)]
    sides = sides_of(value)
    if sides and _all_numbers([value[name] for name in sides]):
        return [box(*(value[name] for name in sides))]
    if isinstance(value.get("value"), dict):  # a qualified value
        return geometries_of(value["value"])
    raise InputError(
        "This JSON is not GeoJSON.",
        advice='It needs a "type" such as "Polygon", "Feature" or "FeatureCollection".',
    )


def _interface(value: Json) -> Json:
    """What an object of another library says about its geometry."""
    if isinstance(value, Mapping | list | tuple | str):
        return value
    if getattr(value, "crs", None) is not None and hasattr(value, "to_crs"):
        value = value.to_crs("OGC:CRS84")  # geopandas
    geometry = getattr(value, "geometry", None)
    if isinstance(geometry, Mapping):
        return geometry  # a pystac item: its dict may ask the network for links
    interface = getattr(value, "__geo_interface__", None)
    if interface is not None:
        return interface
    return value.to_dict() if hasattr(value, "to_dict") else value


def _all_numbers(value: Json) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(number, int | float) and not isinstance(number, bool)
            for number in value
        )
    )


def _read_json(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The JSON is not complete: line {error.lineno}, column {error.colno}.",
            advice="Paste the whole GeoJSON.",
        ) from None
    except RecursionError:
        raise InputError("The JSON is nested too deeply.") from None


def _no_constant(word: str) -> float:
    raise InputError(f"{word} is not a number that JSON can hold.")


def _plain(value: Json, depth: int = 0) -> Json:
    """Tuples and mappings of other libraries as lists and dicts."""
    if depth > 32:
        raise InputError("The geometry is nested too deeply.")
    if isinstance(value, Mapping):
        return {str(key): _plain(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list) and value and type(value[0]) in {int, float}:
        return value  # a position
    if isinstance(value, list | tuple):
        return [_plain(member, depth + 1) for member in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return value.item()  # numpy scalars
    return value


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count}"
