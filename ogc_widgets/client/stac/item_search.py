"""STAC item search as values: what an API offers, requests to send, pages to read.

Dialects: search by POST or by GET; cloud cover by the extension ``query``, by a CQL2
``filter``, or by neither; a ``next`` link that is an address, or a body to be merged.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ogc_widgets.client.stac.stac_documents import cloud_cover_percent, kind_of, percent
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import (
    find_link,
    join_path,
    read_links,
    same_origin,
    with_query,
)
from ogc_widgets.protocol.requests.requests import JSON, Request, get, json_body
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.json_type import JsonObject

PICTURE_TYPES: Final = ("image/png", "image/jpeg", "image/webp")
_CLOUDS: Final = "eo:cloud_cover"
_ACCEPT: Final = "application/geo+json, application/json;q=0.9"


class SearchApi(NamedTuple):
    """What a landing page says; "query" or "filter" limits clouds, or nothing ("")."""

    url: str
    title: str
    search_url: str
    by_post: bool
    collections_url: str
    clouds_by: str


class SearchPage(NamedTuple):
    """STAC items, how many there are in all if said, and what gives the next page."""

    items: list[dict[str, Any]]
    matched: int | None
    following: Request | None


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What to search for; :func:`~ogc_widgets.search_items` says what each means.

    Raises:
        InputError: It makes no sense.
    """

    collections: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    bbox: tuple[float, ...] = ()
    intersects: Mapping[str, Any] | None = None
    max_cloud_percent: float | None = None
    page_items: int = 20

    def __post_init__(self) -> None:
        first, last = _day("first", self.start), _day("last", self.end)
        if first is not None and last is not None and first > last:
            raise InputError("The first day is after the last day.")
        clouds = self.max_cloud_percent
        if clouds is not None and percent(clouds) is None:
            raise InputError("Cloud cover is a number from 0 to 100 percent.")
        if self.bbox and len(self.bbox) not in (4, 6):
            raise InputError("A box has four numbers: west, south, east, north.")

    @property
    def interval(self) -> str:
        """Both days as STAC writes a period, "" where there is none."""
        first = f"{self.start}T00:00:00Z" if self.start else ".."
        last = f"{self.end}T23:59:59Z" if self.end else ".."
        return f"{first}/{last}" if self.start or self.end else ""


def _day(which: str, text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        raise InputError(
            f"The {which} day must be a date like 2021-07-13, not {clean(text)!r}."
        ) from None


def read_search_api(document: object, url: str) -> SearchApi:
    """Read the landing page of a STAC API.

    Raises:
        ProtocolError: It is something else, or cannot be searched.
    """
    page, links = reading.mapping(document), read_links(document, url)
    classes = reading.texts(page.get("conformsTo"))
    searches = [one for one in links if one.relation == "search" and not one.is_html]
    posts = [one for one in searches if str(one.raw.get("method")).upper() == "POST"]
    said = " ".join(classes)
    if not searches and "item-search" not in said:
        if kind_of(page) in ("catalog", "collection"):
            raise ProtocolError(
                "This is a STAC catalogue without a search.",
                advice="Give the address of a STAC API, or paste addresses of items.",
            )
        raise ProtocolError(
            "There is something at this address, but no STAC API.",
            advice="It should be the landing page, such as "
            "https://earth-search.aws.element84.com/v1",
        )
    search = next(iter(posts or searches), None)
    collections = find_link(links, "data", "collections")
    clouds_by = ""
    if any(one.endswith("item-search#query") for one in classes):
        clouds_by = "query"
    elif "item-search#filter" in said and "cql2" in said:
        clouds_by = "filter"
    return SearchApi(
        url=url,
        title=clean(page.get("title") or page.get("id"), limit=120),
        search_url=search.href if search else join_path(url, "search"),
        by_post=bool(posts),
        collections_url=(
            collections.href if collections else join_path(url, "collections")
        ),
        clouds_by=clouds_by,
    )


def search_request(api: SearchApi, query: ItemQuery) -> Request:
    """The request for the first page of a search."""
    shape, percent = query.intersects, query.max_cloud_percent
    members: dict[str, Any] = {
        "limit": query.page_items,
        "collections": list(query.collections),
        "datetime": query.interval,
        "intersects": dict(shape or {}),
        "bbox": list(query.bbox) if shape is None else [],
    }
    if percent is not None and api.clouds_by == "query":
        members["query"] = {_CLOUDS: {"lte": percent}}
    elif percent is not None and api.clouds_by and api.by_post:
        members["filter-lang"] = "cql2-json"
        members["filter"] = {"op": "<=", "args": [{"property": _CLOUDS}, percent]}
    elif percent is not None and api.clouds_by:
        members["filter-lang"] = "cql2-text"
        members["filter"] = f'"{_CLOUDS}" <= {percent:g}'
    asked = {name: value for name, value in members.items() if value}
    if api.by_post:
        return _post(api.search_url, asked)
    for name, value in asked.items():
        if isinstance(value, list):
            asked[name] = ",".join(map(str, value))
        elif isinstance(value, dict):
            asked[name] = json.dumps(value)
    return get(with_query(api.search_url, asked), accept=_ACCEPT)


def _post(url: str, body: JsonObject) -> Request:
    headers = {"Accept": _ACCEPT, "Content-Type": JSON}
    return Request("POST", url, headers, json_body(body))


def read_search_page(document: object, url: str, sent: Request) -> SearchPage:
    """Read one page: the answer from an address to the request that was sent.

    Raises:
        ProtocolError: It is no list of items.
    """
    page = reading.mapping(document)
    if kind_of(page) != "items":
        raise ProtocolError("The catalogue did not answer with a list of items.")
    features = reading.objects(page.get("features"))
    items = [one for one in features if kind_of(one) == "item"]
    context = reading.mapping(page.get("context"))
    counts = page.get("numberMatched"), context.get("matched")
    matched = next((count for count in counts if type(count) is int), None)
    return SearchPage(items, matched, _following(page, url, sent) if items else None)


def _following(document: JsonObject, url: str, sent: Request) -> Request | None:
    link = find_link(read_links(document, url), "next")
    if link is None or not same_origin(link.href, sent.url):
        # A page that leads to another server is not followed.
        return None
    following = get(link.href, accept=_ACCEPT)
    if str(link.raw.get("method")).upper() == "POST":
        is_merged = link.raw.get("merge") is True and sent.body
        before = json.loads(sent.body or b"{}") if is_merged else {}
        following = _post(
            link.href, {**before, **reading.mapping(link.raw.get("body"))}
        )
    is_same = (following.url, following.body) == (sent.url, sent.body)
    return None if is_same else following


def passes_clouds(item: JsonObject, max_percent: float | None) -> bool:
    """Whether an item is clear enough, for catalogues that cannot judge themselves."""
    clouds = cloud_cover_percent(item)
    return max_percent is None or (clouds is not None and clouds <= max_percent)


def read_collections(document: object) -> list[tuple[str, str]]:
    """Id and title of each collection in a list of them."""
    return [
        (one["id"], clean(one.get("title") or one["id"], limit=120))
        for one in reading.objects(reading.mapping(document).get("collections"))
        if isinstance(one.get("id"), str) and one["id"]
    ]


def thumbnails_of(item: JsonObject) -> list[str]:
    """References to small pictures of an item, the best one first."""
    found: list[tuple[int, str]] = []
    for key, one in reading.mapping(item.get("assets")).items():
        asset = reading.mapping(one)
        href, roles = asset.get("href"), set(reading.texts(asset.get("roles")))
        is_picture = str(asset.get("type", "")).lower().startswith(PICTURE_TYPES)
        ranks = (
            "thumbnail" in {key, *roles},
            is_picture and bool(roles & {"overview", "preview"}),
            is_picture and key in ("preview", "rendered_preview", "overview"),
        )
        if isinstance(href, str) and any(ranks):
            found.append((ranks.index(True), href))
    return [href for _, href in sorted(found)]
