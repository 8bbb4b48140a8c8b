"""What a STAC search asks for, and which items fit. No HTTP here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.server.moments import interval
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from ogc_widgets.lab.server.values import Json

_DEFAULT_LIMIT = 10
_LARGEST_LIMIT = 10_000
_LISTS = ("collections", "ids", "bbox")
_TEXTS = ("datetime", "token")
_OBJECTS = ("intersects", "query")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, wanted: found == wanted,
    "neq": lambda found, wanted: found != wanted,
    "lt": lambda found, wanted: found < wanted,
    "lte": lambda found, wanted: found <= wanted,
    "gt": lambda found, wanted: found > wanted,
    "gte": lambda found, wanted: found >= wanted,
    "startsWith": lambda found, wanted: str(found).startswith(wanted),
    "endsWith": lambda found, wanted: str(found).endswith(wanted),
    "contains": lambda found, wanted: wanted in found,
    "in": lambda found, wanted: found in wanted,
}


@dataclass(frozen=True)
class Search:
    """A checked search.

    Attributes:
        area: What the footprint must touch, in longitude and latitude; None for all.
        start: Earliest moment, in seconds since 1970; None for an open start.
        end: Latest moment, in seconds since 1970; None for an open end.
        collections: Ids of collections, any of them; None for all.
        ids: Ids of items, any of them; None for all.
        query: Property to operator to value, as the STAC query extension has it.
        limit: Items per page.
        offset: Items on the pages before this one.
    """

    area: BaseGeometry | None = None
    start: float | None = None
    end: float | None = None
    collections: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    query: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    limit: int = _DEFAULT_LIMIT
    offset: int = 0

    def matches(self, item: Mapping[str, Any]) -> bool:
        """Return whether an item fits."""
        properties = item["properties"]
        moment, _ = interval(properties["datetime"])
        return (
            (self.collections is None or item["collection"] in self.collections)
            and (self.ids is None or item["id"] in self.ids)
            and (self.start is None or (moment is not None and moment >= self.start))
            and (self.end is None or (moment is not None and moment <= self.end))
            and all(
                _holds(properties.get(name), operator, wanted)
                for name, conditions in self.query.items()
                for operator, wanted in conditions.items()
            )
            and (self.area is None or self.area.intersects(_shape(item["geometry"])))
        )

    def page(
        self, items: Iterable[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], int, str]:
        """Return one page of matches, the number of all, and the next page's token.

        The token is empty on the last page.
        """
        found = [item for item in items if self.matches(item)]
        end = self.offset + self.limit
        return (
            found[self.offset : end],
            len(found),
            str(end) if end < len(found) else "",
        )


def from_parameters(parameters: Mapping[str, str]) -> Search:
    """Return the search in the query string of a GET request.

    Raises:
        Problem: 400 that names the parameter.
    """
    body: dict[str, Any] = {}
    for name, text in parameters.items():
        if name in {"collections", "ids"}:
            body[name] = [word for word in text.split(",") if word]
        elif name == "bbox":
            body[name] = [_number(name, word) for word in text.split(",")]
        elif name == "limit":
            body[name] = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else text
        elif name in _OBJECTS:
            try:
                body[name] = json.loads(text)
            except (ValueError, RecursionError):
                raise _refused(name, "must be JSON") from None
        elif name in _TEXTS:
            body[name] = text
    return from_body(body)


def from_body(body: Mapping[str, Any]) -> Search:
    """Return the search in the body of a POST request.

    Raises:
        Problem: 400 that names the member.
    """
    given = {name: value for name, value in body.items() if value is not None}
    for names, kind, words in (
        (_LISTS, list, "a list"),
        (_TEXTS, str, "a text"),
        (_OBJECTS, dict, "an object"),
    ):
        for name in names:
            if name in given and not isinstance(given[name], kind):
                raise _refused(name, f"must be {words}")
    if "bbox" in given and "intersects" in given:
        raise _refused("bbox", "cannot be given together with intersects")
    try:
        start, end = (
            interval(given["datetime"], exact=True)
            if "datetime" in given
            else (None, None)
        )
    except ValueError as error:
        raise _refused("datetime", str(error)) from None
    return Search(
        area=_area(given),
        start=start,
        end=end,
        collections=_words(given, "collections"),
        ids=_words(given, "ids"),
        query=_query(given.get("query", {})),
        limit=_limit(given.get("limit", _DEFAULT_LIMIT)),
        offset=_offset(given.get("token", "0")),
    )


def _refused(name: str, detail: str) -> Problem:
    return Problem(400, "", "Invalid search", f"{name}: {detail}")


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refused(name, f"{text!r} is not a number") from None


def _limit(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _refused("limit", "must be a whole number of at least 1")
    return min(value, _LARGEST_LIMIT)


def _offset(token: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", token):
        raise _refused("token", "take it from a next link")
    return int(token)


def _words(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    if name not in given:
        return None
    if not all(isinstance(word, str) for word in given[name]):
        raise _refused(name, "must be a list of texts")
    # An empty list asks for nothing in particular, as on other servers.
    return tuple(given[name]) or None


def _query(query: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    for name, conditions in query.items():
        if not isinstance(conditions, dict):
            raise _refused("query", f'{name} must be like {{"lt": 10}}')
        if unknown := sorted(conditions.keys() - _OPERATORS.keys()):
            raise _refused(
                "query",
                f"{name} has no operator {unknown[0]!r}; there are: "
                f"{', '.join(_OPERATORS)}",
            )
    return dict(query)


def _holds(found: Json, operator: str, wanted: Json) -> bool:
    if found is None:
        return False
    try:
        return _OPERATORS[operator](found, wanted)
    except TypeError:  # a text is neither more nor less than a number
        return False


def _area(given: Mapping[str, Any]) -> BaseGeometry | None:
    if "bbox" in given:
        return _box(given["bbox"])
    if "intersects" in given:
        return _shape(given["intersects"])
    return None


def _box(values: list[Any]) -> BaseGeometry:
    from shapely import box, union_all

    numbers = [v for v in values if isinstance(v, (int, float)) and abs(v) < 1e12]
    if len(numbers) != len(values) or len(values) not in {4, 6}:
        raise _refused("bbox", "must be four numbers: west, south, east, north")
    half = len(values) // 2
    (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
    if south > north:
        raise _refused("bbox", "south is larger than north")
    if west <= east:
        return box(west, south, east, north)
    # Across the 180th meridian.
    return union_all([box(west, south, 180, north), box(-180, south, east, north)])


def _shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    import shapely
    from shapely.geometry import shape

    try:
        found = shape(geometry)
        # Nothing touches an empty geometry; one that crosses itself is mended.
        return found if found.is_valid else shapely.make_valid(found)
    # shapely fails in many ways on what is not GeoJSON.
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        shapely.errors.ShapelyError,
    ):
        raise _refused("intersects", "must be a GeoJSON geometry") from None
