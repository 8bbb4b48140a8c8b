"""STAC documents: what one is, and its id, date and outline.

Nothing is trusted: a date may be missing, a geometry null, an id a number. What a
document lacks is left empty here, never an exception.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.results import is_item
from ogc_widgets.protocol.links import find_link, read_links
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject

StacKind = Literal["item", "collection", "catalog", "items", ""]

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
# Outlines with more coordinates make the map slow and look no better.
_MOST_NUMBERS = 20_000


@dataclass(frozen=True, slots=True)
class StacFacts:
    """What people want to know of a STAC document.

    Texts are cleaned, and empty where the document has none.

    Attributes:
        kind: What it is; "" for JSON that is something else.
        date: Its day or period in words, such as "13 Jul 2021".
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
    """What a document is, by the members that STAC asks for; not all say their type."""
    found = reading.mapping(document)
    has_version, has_links = "stac_version" in found, "links" in found
    match found.get("type"):
        case "Feature":
            return "item" if is_item(found) else ""
        case "FeatureCollection" if isinstance(found.get("features"), list):
            return "items"
        case "Catalog" if has_version or has_links:
            return "catalog"
        case "Collection" if has_version or "extent" in found:
            return "collection"
    if has_version and "extent" in found:
        return "collection"
    return "catalog" if has_version and has_links and "type" not in found else ""


def facts_of(document: object) -> StacFacts:
    """Read what is worth showing of a document of any kind."""
    kind, found = kind_of(document), reading.mapping(document)
    if not kind:
        return StacFacts()
    members = {"items": found.get("features"), "item": found}.get(kind)
    features = tuple(map(_outline, reading.objects(members)))
    return StacFacts(
        kind=kind,
        id=id_of(found),
        title=clean(found.get("title") or _properties(found).get("title")),
        date=date_in_words(found) if kind == "item" else "",
        features=features,
        count=len(features) if kind == "items" else 0,
    )


def _outline(item: JsonObject) -> dict[str, Any]:
    """A feature with the geometry of an item; with its box alone if that is huge."""
    outline = {name: item.get(name) for name in ("type", "id", "geometry", "bbox")}
    count, waiting = 0, [outline["geometry"]]
    while waiting and count <= _MOST_NUMBERS:
        one = waiting.pop()
        if isinstance(one, (Mapping, list)):
            waiting += one.values() if isinstance(one, Mapping) else one
        else:
            count += 1
    is_huge = count > _MOST_NUMBERS and outline["bbox"]
    return {**outline, "geometry": None} if is_huge else outline


def id_of(document: JsonObject) -> str:
    """The id of a document, cleaned, or ""."""
    name = document.get("id")
    is_name = isinstance(name, str | int) and not isinstance(name, bool)
    return clean(name, limit=120) if is_name else ""


def date_in_words(item: JsonObject) -> str:
    """Day of an item as "13 Jul 2021", or its period as "1 Jul to 31 Jul 2021".

    Times of day are left out; a period of one day is that day.
    """
    names = ("datetime", "start_datetime", "end_datetime")
    day, start, end = (_day(_properties(item).get(name)) for name in names)
    day = day or (start if start == end else None)
    # Not strftime: the names of months must not change with the locale.
    one, first, last = (
        f"{d.day} {_MONTHS[d.month - 1]} {d.year}" if d else ""
        for d in (day, start, end)
    )
    if one or not (start and end):
        return one or (f"from {first}" if first else f"until {last}" if last else "")
    is_same_year = start.year == end.year
    return f"{first.rpartition(' ')[0] if is_same_year else first} to {last}"


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def cloud_cover_percent(item: JsonObject) -> float | None:
    """Cloud cover of an item from 0 to 100, None where it is not said."""
    return percent(_properties(item).get("eo:cloud_cover"))


def percent(value: Any) -> float | None:  # noqa: ANN401 # of a document or a caller
    """A number from 0 to 100, None where it is something else."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 100 else None


def _properties(document: JsonObject) -> JsonObject:
    return reading.mapping(document.get("properties"))


def self_address(item: JsonObject, base_url: str = "") -> str:
    """Address of the item itself: its ``self`` link made absolute, or ""."""
    link = find_link(read_links(item, base_url), "self")
    return link.href if link is not None else ""


def with_self_link(
    item: JsonObject, base_url: str, default: str = ""
) -> dict[str, Any]:
    """An item with its link to itself made absolute.

    ``base_url`` is the address of the document that it stands in, ``default`` its own
    if it does not say one.
    """
    own = self_address(item, base_url) or default
    links = item.get("links")
    listed = links if isinstance(links, list) else []
    others = [one for one in listed if reading.mapping(one).get("rel") != "self"]
    return {
        **item,
        "links": [*([{"rel": "self", "href": own}] if own else []), *others],
    }


def catalogue_link(document: object, base_url: str = "") -> str:
    """Address of the STAC catalogue that a landing page offers, or "".

    A landing page may be a catalogue itself; others link to one by relation, title or
    media type.
    """
    links = read_links(document, base_url)
    if kind_of(document) == "catalog" and find_link(links, "search") is not None:
        return self_address(reading.mapping(document), base_url) or base_url
    for link in links:
        said = f"{link.rel} {link.title} {link.type}".lower()
        if not link.is_html and re.search(r"(?<![^\W_])stac(?![^\W_])", said):
            return link.href
    return ""
