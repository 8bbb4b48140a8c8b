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
``bbox-members``     an object with four named numbers, such as ``west``
``as-typed``         the text of the field, unread
==================== ===========================================================

With ``qualified-`` in front, a GeoJSON object goes into ``{"value": ...}``. The first
three may end with another order of the numbers
(:mod:`ogc_widgets.area.recognition.order`):
``bbox-array-nwse``. What people type in such a field has that order, too.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from ogc_widgets.area.area import Area
from ogc_widgets.area.crs import CRS84, axes_in_words, kind_of_crs, short_name, to_crs
from ogc_widgets.area.crs import in_degrees as is_in_degrees
from ogc_widgets.area.geometry import AREA_TYPES, Geometry, Json
from ogc_widgets.area.numbers import short, tidy
from ogc_widgets.area.parsing import (
    KNOWN_TEXTS,
    box_from_numbers,
    read_numbers,
    read_text,
    read_value,
)
from ogc_widgets.area.recognition import order as orders
from ogc_widgets.area.recognition.area_hint import ENCODINGS, QUALIFIED, AreaHint
from ogc_widgets.area.recognition.order import (
    BY_CRS,
    STANDARD,
    UNDECIDED,
    form_of,
    order_of,
)
from ogc_widgets.area.wkt import looks_like_wkt, read_wkt
from ogc_widgets.errors import InputError

_BOXES = {"bbox-text", "bbox-array", "bbox-object", "bbox-members"}
_GEOJSON_TYPE = "application/geo+json"
_PLAIN = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_KIND_OF = {"geojson-feature": "Feature", "geojson-collection": "FeatureCollection"}


def encode(
    area: Area | Geometry,
    encoding: str,
    crs: str | None = None,
    *,
    hint: AreaHint | None = None,
) -> Json:
    """Turn an area into the value of an input.

    Args:
        area: The area, or its GeoJSON geometry in degrees.
        encoding: One of :data:`ENCODINGS`.
        crs: For ``bbox-object``: what stands beside the numbers.
        hint: What the description wants besides: heights, ``bbox`` members, types.

    Raises:
        InputError: The area cannot be sent that way.
    """
    area = Area.of(area)
    if encoding.startswith(QUALIFIED):
        value = encode(area, encoding.removeprefix(QUALIFIED), crs, hint=hint)
        return {"value": value, "mediaType": _GEOJSON_TYPE}
    form, order = form_of(encoding), order_for(encoding, hint)
    if form not in ENCODINGS:
        raise InputError(f"There is no encoding of areas named {encoding!r}.")
    _require_type(area, form, hint)
    if form == "bbox-text" or (encoding == "as-typed" and area.is_box):
        numbers = orders.arranged(_box_numbers(area, None, hint), order)
        return _separator(hint).join(map(short, numbers))
    if form == "bbox-array":
        numbers = orders.arranged(_box_numbers(area, None, hint), order)
        return [tidy(number) for number in numbers]
    if form == "bbox-object":
        if order == BY_CRS:
            numbers = _box_numbers(area, crs, hint)
        else:
            _require_degrees(crs)
            numbers = orders.arranged(_box_numbers(area, None, hint), order)
        return {"bbox": [tidy(number) for number in numbers], "crs": crs or CRS84}
    if encoding == "bbox-members":
        names = (hint.members if hint else ()) or tuple(orders.SIDES.values())
        return dict(zip(names, map(tidy, _box_numbers(area, None)), strict=True))
    if hint and hint.types and area.kind not in hint.types:
        area = area.as_several()
    if encoding in {"wkt", "as-typed"}:
        return area.wkt
    plain = {key: value for key, value in area.geometry.items() if key != "bbox"}
    if hint and hint.with_bbox:
        plain["bbox"] = [tidy(number) for number in area.bbox]
    if encoding == "geojson-text":
        return json.dumps(plain, separators=(",", ":"))
    if encoding == "geojson-geometry":
        return plain
    feature = _feature(plain, hint)
    if encoding == "geojson-feature":
        return feature
    return {"type": "FeatureCollection", "features": [feature]}


def check(
    area: Area, encoding: str, crs: str | None = None, hint: AreaHint | None = None
) -> None:
    """See whether an area can be sent; objects are not made for it.

    Raises:
        InputError: It cannot be sent that way.
    """
    form = form_of(encoding.removeprefix(QUALIFIED))
    _require_type(area, form, hint)
    if form in _BOXES:
        encode(area, encoding, crs, hint=hint)


def _require_type(area: Area, form: str, hint: AreaHint | None) -> None:
    types = hint.types if hint else ()
    if types and not {area.kind, f"Multi{area.kind}"} & {*types} and form not in _BOXES:
        raise InputError(f"This input takes a {' or '.join(types)}, not a {area.kind}.")


def order_for(encoding: str, hint: AreaHint | None = None) -> str:
    """The order of numbers in the field; text as typed has that of the other texts."""
    if encoding == "as-typed" and hint:
        texts = (one for one in hint.encodings if form_of(one) == "bbox-text")
        encoding = next(texts, encoding)
    return order_of(encoding)


def _separator(hint: AreaHint | None) -> str:
    return hint.separator if hint else ","


def _require_degrees(crs: str | None) -> None:
    if not is_in_degrees(crs):
        raise InputError(
            f"The order of the numbers is known for degrees, not for {short_name(crs)}."
        )


def decode(value: Json, encoding: str = "", hint: AreaHint | None = None) -> Area:
    """Read the area out of a value.

    Args:
        value: A value in any of the encodings.
        encoding: The one that it is in, for the order of its numbers; otherwise they
            are west, south, east, north.
        hint: As for :func:`encode`.

    Raises:
        InputError: The value is no area, or its reference system is not known here.
    """
    order = order_for(encoding, hint)
    if isinstance(value, str):
        return read_text(value, order)
    if order in (BY_CRS, STANDARD):
        return read_value(value)
    if isinstance(value, dict) and form_of(encoding) == "bbox-object":
        _require_degrees(value.get("crs"))
        value = value.get("bbox")
    if _is_numbers(value):
        return Area.of(box_from_numbers(value, order))
    return read_value(value)


def from_text(
    text: str, encoding: str, crs: str | None = None, hint: AreaHint | None = None
) -> Json:
    """Turn what stands in the field into the value that is sent.

    Numbers stand in the field in the order in which they are sent. Text that already
    is in the wanted form is kept as it is (digits, Feature properties); only spaces
    between numbers are left out. For a box in a projected system, four numbers that
    cannot be degrees are taken to be in that system, and in a system that cannot be
    computed here all of them are.

    Raises:
        InputError: The text is no area, or cannot be sent that way.
    """
    if encoding == "as-typed":
        return text
    if encoding.startswith(QUALIFIED):
        value = from_text(text, encoding.removeprefix(QUALIFIED), crs, hint)
        return {"value": value, "mediaType": _GEOJSON_TYPE}
    if encoding == "bbox-object" and not is_in_degrees(crs):
        typed = _in_own_system(text, crs)
        if typed is not None:
            return typed
    area = read_text(text, order_for(encoding, hint))
    made = encode(area, encoding, crs, hint=hint)
    stripped = text.strip()
    if form_of(encoding) == "bbox-text":
        return _kept_numbers(stripped, _separator(hint), made)
    if encoding == "wkt":
        if made == stripped or not looks_like_wkt(stripped):
            return made
        is_whole = not stripped.upper().startswith("SRID")
        return stripped if is_whole and read_wkt(stripped) == area.geometry else made
    if stripped.startswith("{"):
        return _kept_json(stripped, encoding, made, area.kind)
    return made


def _kept_numbers(text: str, separator: str, made: str) -> str:
    """Keep the digits of four numbers that were typed the way they are sent."""
    between = rf"\s*{separator}\s*" if separator.strip() else r"\s+"
    if not re.fullmatch(rf"{_PLAIN}(?:{between}{_PLAIN}){{3}}", text):
        return made
    typed = re.split(between, text)
    is_same = [float(one) for one in typed] == read_numbers(made)
    return separator.join(typed) if is_same else made


def _in_own_system(text: str, crs: str | None) -> dict[str, Any] | None:
    """The box of numbers that were typed in a projected system, or None.

    Raises:
        InputError: They are upside down.
    """
    try:
        numbers = read_numbers(text.strip())
    except InputError:
        return None
    if numbers is None or len(numbers) not in {4, 6}:
        return None
    half = len(numbers) // 2
    xs, ys = numbers[::half], numbers[1::half]
    is_known = kind_of_crs(crs) is not None
    if is_known and max(map(abs, xs)) <= 360 and max(map(abs, ys)) <= 90:
        return None
    if not all(a < b for a, b in zip(numbers[:half], numbers[half:], strict=True)):
        raise InputError(
            "The first two numbers must be smaller than the last two.",
            advice=f"The order is {axes_in_words(crs)}.",
        )
    return {"bbox": [tidy(number) for number in numbers], "crs": crs}


def to_text(
    value: Json, encoding: str, crs: str | None = None, hint: AreaHint | None = None
) -> str | None:
    """Text for the field such that :func:`from_text` gives the value again.

    Returns:
        Four numbers where the value is a box, otherwise well-known text or the value
        itself; None when no text stands for exactly this value.
    """
    candidates: list[str] = []
    inner = value.get("value", value) if isinstance(value, dict) else value
    if isinstance(inner, dict) and _is_numbers(inner.get("bbox")):
        candidates.append(", ".join(short(number) for number in inner["bbox"]))
    with suppress(InputError):
        order = order_for(encoding, hint)
        candidates.insert(0, text_of(decode(value, encoding, hint), order))
    if isinstance(inner, str):
        candidates.append(inner)
    elif isinstance(inner, dict):
        candidates.append(json.dumps(inner))
    for candidate in candidates:
        with suppress(InputError):
            if from_text(candidate, encoding, crs, hint) == value:
                return candidate
    return None


def text_of(area: Area, order: str = STANDARD) -> str:
    """Shortest text that :func:`read_text` reads as this area.

    Args:
        area: The area.
        order: Order of the numbers of a box; where it is not decided, they are named.
    """
    if not (area.heights or _is_its_box(area)):
        text = area.wkt
    elif order == UNDECIDED:
        named = zip(orders.SIDES.values(), area.bbox, strict=True)
        text = ", ".join(f"{side} {short(number)}" for side, number in named)
    else:
        numbers = orders.arranged(_box_numbers(area, None), order)
        text = ", ".join(short(number) for number in numbers)
    KNOWN_TEXTS.put(text, order, area)
    return text


def _is_its_box(area: Area) -> bool:
    """Whether four numbers say all of it, the corner that it starts with included."""
    try:
        return area.is_box and Area.of(box_from_numbers([*area.bbox])) == area
    except InputError:
        return False


def _box_numbers(
    area: Area, crs: str | None, hint: AreaHint | None = None
) -> list[float]:
    if not area.covers:
        raise InputError(
            f"A {area.kind} has no area.", advice="Draw a rectangle or a polygon."
        )
    west, south, east, north = to_crs([*area.bbox], crs)
    low, high = area.heights or (0, 0)
    if area.heights or (hint and hint.heights):
        return [west, south, low, east, north, high]
    return [west, south, east, north]


def _is_numbers(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(number, int | float) and not isinstance(number, bool)
        for number in value
    )


def _feature(geometry: Geometry, hint: AreaHint | None) -> dict[str, Any]:
    feature: dict[str, Any] = {
        "type": "Feature",
        "geometry": geometry,
        "properties": {},
    }
    if hint and hint.with_bbox:
        feature |= {"id": "area-of-interest", "bbox": geometry["bbox"]}
    return feature


def _kept_json(text: str, encoding: str, made: Json, area_kind: str) -> Json:
    """Keep pasted GeoJSON with all its members where it is what the input wants."""
    pasted = json.loads(text)
    kind = pasted.get("type")
    if encoding == "bbox-object":
        return pasted if {"crs": made["crs"], **pasted} == made else made
    if encoding in _KIND_OF:
        fits = kind == _KIND_OF[encoding]
    elif encoding in {"geojson-geometry", "geojson-text"}:
        fits = kind in AREA_TYPES or kind == area_kind
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
