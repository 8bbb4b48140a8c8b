"""Which items a STAC search finds. No HTTP here."""

from __future__ import annotations

import json
import math
import operator
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from ogc_widgets.lab.server.documents import read_yaml
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.server.requests import interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

_DEFAULT_LIMIT = 10
_LARGEST_LIMIT = 10_000
# Those of the query extension; search.yaml lists them, too.
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "startsWith": lambda found, wanted: str(found).startswith(wanted),
    "endsWith": lambda found, wanted: str(found).endswith(wanted),
    "contains": operator.contains,
    "in": lambda found, wanted: found in wanted,
}


def search(
    items: Iterable[dict[str, Any]], body: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], int, str]:
    """Return one page of the items that fit, the number of all, and the next token.

    The body is that of a POST request. The token is empty on the last page.
    """
    given = {name: value for name, value in body.items() if value is not None}
    for error in _validator().iter_errors(given):
        raise _refused(str(error.instance_path[0]), error.message)
    start, end = _interval(given.get("datetime"))
    area = _area(given)
    found = [
        item
        for item in items
        # An empty list asks for nothing in particular, as on other servers.
        if item["collection"] in (given.get("collections") or [item["collection"]])
        and item["id"] in (given.get("ids") or [item["id"]])
        and start <= (interval(item["properties"]["datetime"])[0] or 0) <= end
        and _has(item["properties"], given.get("query", {}))
        and (area is None or area.intersects(_shape(item["geometry"])))
    ]
    first = int(given.get("token", 0))
    last = first + min(int(given.get("limit", _DEFAULT_LIMIT)), _LARGEST_LIMIT)
    return found[first:last], len(found), str(last) if last < len(found) else ""


def body_of(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the query string of a GET request as the body of a POST request."""
    readers: dict[str, Callable[[str], object]] = {
        "collections": _words,
        "ids": _words,
        "bbox": lambda text: [_number(word) for word in text.split(",")],
        "limit": int,
        "intersects": _object,
        "query": _object,
        "datetime": str,
        "token": str,
    }
    body: dict[str, Any] = {}
    for name in parameters.keys() & readers.keys():
        try:
            body[name] = readers[name](parameters[name])
        except (ValueError, RecursionError):
            raise _refused(name, "cannot be read; numbers or JSON go here") from None
    return body


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _object(text: str) -> object:
    return json.loads(text, parse_constant=_number, parse_float=_number)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refused(name: str, detail: str) -> Problem:
    return Problem("invalid-search", name=name, reason=detail)


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(read_yaml("stac/search.yaml"))


def _interval(text: str | None) -> tuple[float, float]:
    try:
        start, end = (None, None) if text is None else interval(text, exact=True)
    except ValueError as error:
        raise _refused("datetime", str(error)) from None
    return (-math.inf if start is None else start, math.inf if end is None else end)


def _has(properties: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    try:
        return all(
            properties.get(name) is not None
            and _OPERATORS[word](properties[name], wanted)
            for name, conditions in query.items()
            for word, wanted in conditions.items()
        )
    except TypeError:  # a text is neither more nor less than a number
        return False


def _area(given: Mapping[str, Any]) -> BaseGeometry | None:
    if "bbox" in given and "intersects" in given:
        raise _refused("bbox", "cannot be given together with intersects")
    if "bbox" in given:
        return _box(given["bbox"])
    return _shape(given["intersects"]) if "intersects" in given else None


def _box(numbers: Sequence[float]) -> BaseGeometry:
    from shapely import box, union_all

    half, odd = divmod(len(numbers), 2)
    (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
    if odd or south > north:
        raise _refused("bbox", "must be west, south, east, north, the south not larger")
    if west <= east:
        return box(west, south, east, north)
    # Across the 180th meridian.
    return union_all([box(west, south, 180, north), box(-180, south, east, north)])


def _shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    import shapely

    try:
        found = shapely.geometry.shape(geometry)
        # Nothing touches an empty geometry; one that crosses itself is mended.
        return found if found.is_valid else shapely.make_valid(found)
    # shapely fails in many ways on what is not GeoJSON.
    except (
        *(AttributeError, LookupError, TypeError, ValueError),
        shapely.errors.ShapelyError,
    ):
        raise _refused("intersects", "must be a GeoJSON geometry") from None
