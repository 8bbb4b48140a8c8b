"""What people type, paste or hold in a variable, as an area.

Accepted are four or six numbers in nearly any punctuation, GeoJSON of any kind,
well-known text, and objects with ``__geo_interface__`` (shapely, geopandas, pystac).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from ogc_widgets.area.area import Area
from ogc_widgets.area.boxes import (
    GEOMETRY_TYPES,
    STANDARD,
    in_words,
    is_number,
    to_standard,
)
from ogc_widgets.area.crs import System, system_of
from ogc_widgets.area.sides import sides_of
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.plain import frame_in_degrees
from ogc_widgets.protocol.reading import is_finite

if TYPE_CHECKING:
    from ogc_widgets.area.boxes import Shape

_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_BBOX_WORDS = pattern(
    r"^\s*(bbox|aoi|extent|box|bounds|bounding box)\s*[:=]?\s*(?=[\[({\d+.−-])",
    re.IGNORECASE,
)
_NUMBERS = pattern(
    rf"^[\s\[({{]*({_NUMBER}(?:(?:\s*[,;/]\s*|\s+){_NUMBER})*)[\s,;\])}}]*$"
)
# "west -10, south 40, east 5, north 50", in any order and under any usual names.
_NAMED = pattern(
    rf"[\s({{]*((?:[a-z][a-z_ ]{{0,30}}?\s*[:=]?\s*{_NUMBER}[\s,;°]*){{4}})[\s)}}]*",
    re.IGNORECASE,
)
_NAME = pattern(rf"([a-z][a-z_ ]*?)\s*[:=]?\s*({_NUMBER})", re.IGNORECASE)
_SRID = pattern(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_WKT = pattern(rf"\s*(SRID\s*=|({'|'.join(GEOMETRY_TYPES)})(Z|M|ZM)?\b)", re.IGNORECASE)
_DEEPEST = 32
_EXAMPLE = "Give four numbers: west, south, east, north, such as -10, 40, 5, 50."


# -- text ------------------------------------------------------------------------------


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
    text = text.strip().lstrip("\ufeff")
    if not text:
        raise InputError("There is no area yet.", advice=_EXAMPLE)
    if looks_like_wkt(text):
        return Area.of(read_wkt(text))
    numbers = read_numbers(text)
    if numbers is not None:
        return box_of(numbers, order)
    named = _NAMED.fullmatch(text) if len(text) < 300 else None
    if named is not None:
        pairs = _NAME.findall(named[1])
        values = {name: float(number.replace("−", "-")) for name, number in pairs}
        sides = sides_of(values)
        if sides:
            return Area.box(*(values[name] for name in sides))
    if text[0] in "{[":
        return read_value(_read_json(text))
    raise InputError(
        "This is not an area.",
        advice=f"{_EXAMPLE} GeoJSON and well-known text are understood as well.",
    )


def read_numbers(text: str) -> list[float] | None:
    """Read a list of numbers, or None when the text is something else."""
    match = _NUMBERS.match(_BBOX_WORDS.sub("", text.strip()))
    if not match:
        return None
    found = re.findall(_NUMBER, match[1])
    return [float(number.replace("−", "-")) for number in found]


def looks_like_wkt(text: str) -> bool:
    """Whether a text starts as well-known text does."""
    return _WKT.match(text) is not None


def read_wkt(text: str) -> Shape:
    """The shape in well-known text; longitude first, in degrees, not yet checked.

    Raises:
        InputError: It is not well-known text, or names another reference system.
    """
    import numpy as np
    import shapely

    srid = _SRID.match(text)
    if srid and srid[1] not in {"4326", "0"}:
        raise InputError(
            f"The text is in SRID {srid[1]}; areas are given in degrees (4326)."
        )
    text = text[srid.end() if srid else 0 :].rstrip(" \t\r\n;")
    if text.upper().count("COLLECTION") > 2:  # GEOS reads them one inside of the other
        raise InputError("Nested GeometryCollections cannot be used.")
    try:
        with np.errstate(over="ignore"):
            found = shapely.from_wkt(text, on_invalid="fix")
    except (shapely.errors.ShapelyError, NotImplementedError):
        found = None
    if found is None:
        raise InputError(
            "This is not complete well-known text.",
            advice="It looks like: POLYGON((-10 40, 5 40, 5 50, -10 50, -10 40))",
        )
    if found.is_empty:
        raise InputError("The geometry is empty.")
    return found


def _read_json(text: str) -> object:
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


# -- numbers ---------------------------------------------------------------------------


def box_of(numbers: Sequence[float], order: str = STANDARD) -> Area:
    """Make a box from 4 numbers, or 6 with heights (west, south, low, east, ...).

    Raises:
        InputError: There are too few or too many, or they make no box.
    """
    count = len(numbers)
    if count not in (4, 6):
        are = "is one" if count == 1 else f"are {count}"
        raise InputError(f"A box needs four numbers, and here {are}.", advice=_EXAMPLE)
    sides, heights = to_standard(numbers, order)
    advice = "" if order in ("", STANDARD) else f"The order here is {in_words(order)}."
    if heights and (not all(map(is_finite, heights)) or heights[0] > heights[1]):
        usual = "The order is west, south, low, east, north, high."
        what = "The lower height is greater than the upper height."
        raise InputError(what, advice=advice or usual)
    try:
        return Area.box(*sides, heights=heights)
    except InputError as error:
        raise InputError(error.what, advice=advice or error.advice) from None


def _box_object(value: Mapping[str, Any]) -> Area:
    """The box of ``{"bbox": [...], "crs": "..."}``, as the standard has it."""
    numbers, crs = value["bbox"], value.get("crs")
    if isinstance(crs, Mapping):
        crs = crs.get("href") or crs.get("uri")
    if not isinstance(numbers, list) or len(numbers) not in {4, 6}:
        raise InputError("The bounding box needs four numbers, or six with heights.")
    if not are_numbers(numbers):
        raise InputError("The bounding box holds something that is not a number.")
    plain = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    system = system_of(crs if isinstance(crs, str) else None)
    w, s, e, n = system.box_in_degrees(plain)
    return box_of(
        [w, s, e, n] if len(numbers) == 4 else [w, s, numbers[2], e, n, numbers[5]]
    )


def numbers_of_box(bbox: object) -> tuple[float, ...]:
    """The numbers of a box that is passed to Python, text or not, as they are.

    Raises:
        InputError: They are not four, or six with heights.
    """
    numbers: Any = read_numbers(bbox) if isinstance(bbox, str) else bbox
    try:
        found = tuple(map(float, numbers))
    except (TypeError, ValueError):
        found = ()
    if len(found) not in (4, 6):
        what = "A box has four numbers: west, south, east, north."
        raise InputError(what, advice="For example: bbox=app.map.bbox")
    return found


def are_numbers(value: object) -> TypeGuard[list[float]]:
    """Whether a value is a list of numbers."""
    return isinstance(value, list) and bool(value) and all(map(is_number, value))


def may_be_area(value: object) -> bool:
    """Whether a JSON value looks like an area, without reading all of it."""
    if isinstance(value, str):
        numbers = read_numbers(value)
        return may_be_area(numbers) if numbers else looks_like_wkt(value)
    if isinstance(value, Mapping):
        members = {"bbox", "coordinates", "geometry", "geometries", "features", "value"}
        return bool(members & value.keys() or sides_of(value))
    return are_numbers(value) and len(value) in (4, 6)


# -- GeoJSON and objects ---------------------------------------------------------------


def read_value(value: object) -> Area:
    """Read an area from numbers, GeoJSON or an object with ``__geo_interface__``.

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
        if are_numbers(value):
            return box_of(value)
        raise InputError(
            "This is not an area.",
            advice="Give GeoJSON, four numbers, or an object with __geo_interface__.",
        )
    geometries = geometries_of(value)
    if not geometries:
        raise InputError("There is no geometry in this GeoJSON.")
    system = system_of(crs_member(value))
    if not system.in_degrees:
        geometries = [in_degrees(geometry, system) for geometry in geometries]
    areas = [Area.of(geometry) for geometry in geometries]
    return areas[0] if len(areas) == 1 else Area.joined(areas)


def area_from(value: object) -> Area:
    """An area from text, numbers, GeoJSON or an object with ``__geo_interface__``.

    Raises:
        InputError: It is none.
    """
    return read_text(value) if isinstance(value, str) else read_value(value)


def crs_member(value: Mapping[str, Any]) -> str:
    """Name in the ``crs`` member that GeoJSON had before RFC 7946, or ""."""
    is_geojson = value.get("type") in (*GEOMETRY_TYPES, "Feature", "FeatureCollection")
    member = value.get("crs") if is_geojson else None
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    return name if isinstance(name, str) else ""


def in_degrees(geometry: Any, system: System) -> Shape:  # noqa: ANN401 # or a shape
    """A geometry in a reference system (x first) as a shape in degrees.

    Raises:
        InputError: It is no geometry, or the system is not known or ends before.
    """
    import shapely.geometry

    if isinstance(geometry, shapely.Geometry):
        return system.shape_in_degrees(geometry)
    try:
        shape = shapely.geometry.shape(geometry)
    except (
        *(shapely.errors.ShapelyError, AttributeError, LookupError),
        *(TypeError, ValueError),
    ):
        raise InputError(
            "The coordinates are not nested as GeoJSON wants them."
        ) from None
    return system.shape_in_degrees(shape)


def geometries_of(value: Mapping[str, Any]) -> list[Any]:
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
        geometry, box = value.get("geometry"), value.get("bbox")
        if geometry is None and isinstance(box, list):
            return [box_of(box)] if box else []
        return [] if geometry is None else [geometry]
    if kind in GEOMETRY_TYPES:
        return [value]
    if "bbox" in value and kind is None:
        return [_box_object(value)]
    sides = [value[name] for name in sides_of(value)]
    if are_numbers(sides):
        return [Area.box(*sides)]
    if isinstance(value.get("value"), dict):  # a qualified value
        return geometries_of(value["value"])
    raise InputError(
        "This JSON is not GeoJSON.",
        advice='It needs a "type" such as "Polygon", "Feature" or "FeatureCollection".',
    )


def _interface(value: Any) -> object:  # noqa: ANN401 # objects of other libraries
    """What an object of another library says about its geometry."""
    if isinstance(value, Mapping | list | tuple | str):
        return value
    value = frame_in_degrees(value)
    geometry = getattr(value, "geometry", None)
    if isinstance(geometry, Mapping):
        return geometry  # a pystac item: its dict may ask the network for links
    interface = getattr(value, "__geo_interface__", None)
    if interface is not None:
        return interface
    return value.to_dict() if hasattr(value, "to_dict") else value


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 # as above
    """Tuples and mappings of other libraries as lists and dicts.

    Coordinates are left as they are: they are read one by one later.
    """
    if depth > _DEEPEST:
        raise InputError("The geometry is nested too deeply.")
    if isinstance(value, Mapping):
        return {
            str(key): one if key == "coordinates" else _plain(one, depth + 1)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(member, depth + 1) for member in value]
    if hasattr(value, "tolist"):
        return value.tolist()  # numbers and arrays of numpy
    return value
