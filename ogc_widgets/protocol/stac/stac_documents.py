"""STAC documents: what one is, and its id, date and outline.

Nothing is trusted: a date may be missing, a geometry null, an id a number. What a
document lacks is left empty here, never an exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ogc_widgets.protocol.links import Link, find_link, read_links
from ogc_widgets.protocol.text import clean

StacKind = Literal["item", "collection", "catalog", "items", ""]

KIND_WORDS: Final[dict[str, str]] = {
    "item": "a STAC item",
    "collection": "a STAC collection",
    "catalog": "a STAC catalogue",
    "items": "a list of items",
    "file": "a file",
}
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_ID_LIMIT: Final = 120
# Outlines with more coordinates make the map slow and look no better.
_MOST_NUMBERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class StacFacts:
    """What people want to know of a STAC document.

    Attributes:
        kind: What it is; "" for JSON that is something else.
        id: Its id, cleaned; "" if it has none.
        title: Its title, cleaned, or "".
        date: Its day or period in words, such as "13 Jul 2021"; "" if it has none.
        features: Outlines as GeoJSON features, not checked: of the item itself, or of
            the items of a list. Nothing else of the items is kept.
        count: How many items a list holds, else 0.
    """

    kind: StacKind = ""
    id: str = ""
    title: str = ""
    date: str = ""
    features: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    count: int = 0


def kind_of(document: object) -> StacKind:
    """What a document is, by the members that STAC asks for."""
    if not isinstance(document, Mapping):
        return ""
    match document.get("type"):
        case "Feature" if "stac_version" in document or isinstance(
            document.get("assets"), Mapping
        ):
            return "item"
        case "FeatureCollection" if isinstance(document.get("features"), list):
            return "items"
        case "Collection" if "stac_version" in document or "extent" in document:
            return "collection"
        case "Catalog" if "stac_version" in document or "links" in document:
            return "catalog"
    if "stac_version" in document and "extent" in document:
        # Collections of STAC 0.9 had no type yet.
        return "collection"
    return ""


def facts_of(document: object) -> StacFacts:
    """Read what is worth showing of a document of any kind."""
    kind = kind_of(document)
    if not kind or not isinstance(document, Mapping):
        return StacFacts()
    properties = _mapping(document.get("properties"))
    members = document.get("features") if kind == "items" else [document]
    features = [
        _outline(one)
        for one in (members if isinstance(members, list) else ())
        if isinstance(one, Mapping)
    ]
    return StacFacts(
        kind=kind,
        id=id_of(document),
        title=clean(document.get("title") or properties.get("title")),
        date=date_in_words(document) if kind == "item" else "",
        features=tuple(features) if kind in ("item", "items") else (),
        count=len(features) if kind == "items" else 0,
    )


def _outline(item: Mapping[str, Any]) -> dict[str, Any]:
    """A feature with the geometry of an item; with its box alone if that is huge."""
    outline = {name: item.get(name) for name in ("type", "id", "geometry", "bbox")}
    if _numbers_in(outline["geometry"]) > _MOST_NUMBERS and outline["bbox"]:
        outline["geometry"] = None
    return outline


def _numbers_in(value: object) -> int:
    """How many numbers there are in a geometry, counted no further than needed."""
    found = 0
    waiting = [value]
    while waiting and found <= _MOST_NUMBERS:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        else:
            found += 1
    return found


def id_of(document: Mapping[str, Any]) -> str:
    """The id of a document, cleaned, or ""."""
    name = document.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int):
        return ""
    return clean(name, limit=_ID_LIMIT)


def date_in_words(item: Mapping[str, Any]) -> str:
    """Day of an item as "13 Jul 2021", or its period as "1 Jul to 31 Jul 2021".

    Times of day are left out; a period of one day is that day.
    """
    properties = _mapping(item.get("properties"))
    day = _day(properties.get("datetime"))
    if day is not None:
        return _in_words(day)
    start, end = (_day(properties.get(f"{side}_datetime")) for side in ("start", "end"))
    if start is not None and end is not None and start != end:
        with_year = start.year != end.year
        return f"{_in_words(start, year=with_year)} to {_in_words(end)}"
    if start is None and end is None:
        return ""
    if start is not None:
        return _in_words(start) if end == start else f"from {_in_words(start)}"
    return f"until {_in_words(end)}" if end is not None else ""


def cloud_cover_percent(item: Mapping[str, Any]) -> float | None:
    """Cloud cover of an item from 0 to 100, None where it is not said."""
    value = _mapping(item.get("properties")).get("eo:cloud_cover")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 100 else None


def self_address(item: Mapping[str, Any], base_url: str = "") -> str:
    """Address of the item itself: its ``self`` link made absolute, or ""."""
    link = find_link(read_links(item, base_url), "self")
    return link.href if link is not None else ""


def catalogue_link(document: object, base_url: str = "") -> str:
    """Address of the STAC catalogue that a landing page offers, or "".

    A landing page may be a catalogue itself; others link to one by relation, title or
    media type.
    """
    links = read_links(document, base_url)
    if kind_of(document) == "catalog" and find_link(links, "search") is not None:
        own = find_link(links, "self")
        return own.href if own is not None else base_url
    for link in links:
        if not link.is_html and _speaks_of_stac(link):
            return link.href
    return ""


def _speaks_of_stac(link: Link) -> bool:
    words = {*_words(link.rel), *_words(link.title), *_words(link.type)}
    return "stac" in words or link.relation == "stac-catalog"


def _words(text: str) -> Iterable[str]:
    letters = "".join(c if c.isalnum() else " " for c in text.lower())
    return letters.split()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _day(value: object) -> dt.date | None:
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        return None


def _in_words(day: dt.date, *, year: bool = True) -> str:
    # Not strftime: the names of months must not change with the locale.
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{text} {day.year}" if year else text
