"""STAC item search as values: what an API offers, requests to send, pages to read.

Dialects: search by POST or by GET; cloud cover by the extension ``query``, by a CQL2
``filter``, or by neither; a ``next`` link that is an address, or a body to be merged.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol.links import find_link, join_path, read_links, same_origin
from ogc_widgets.protocol.requests.requests import (
    JSON,
    Request,
    get,
    json_body,
    with_query,
)
from ogc_widgets.protocol.stac.stac_documents import cloud_cover_percent, kind_of
from ogc_widgets.protocol.text import clean

PAGE_ITEMS: Final = 20
_CLOUDS: Final = "eo:cloud_cover"
_ACCEPT: Final = "application/geo+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True)
class SearchApi:
    """What the landing page of a STAC API says.

    Attributes:
        url: Its address.
        title: Its name, cleaned, or "".
        search_url: Where to search.
        by_post: Whether a search is a POST.
        collections_url: Where the collections are listed, or "".
        clouds_by: Which extension limits cloud cover: "query", "filter" or "" for none.
    """

    url: str
    title: str
    search_url: str
    by_post: bool
    collections_url: str
    clouds_by: str


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What to search for.

    Attributes:
        collections: Ids of collections, () for all.
        start: First day, ``YYYY-MM-DD``, or "".
        end: Last day, or "".
        bbox: West, south, east, north in degrees, or ().
        intersects: GeoJSON geometry instead of ``bbox``, or None.
        max_cloud_percent: Highest cloud cover, or None.
        page_items: How many items a page should have.

    Raises:
        InputError: It makes no sense.
    """

    collections: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    bbox: tuple[float, ...] = ()
    intersects: Mapping[str, Any] | None = None
    max_cloud_percent: float | None = None
    page_items: int = PAGE_ITEMS

    def __post_init__(self) -> None:
        first, last = _day("first", self.start), _day("last", self.end)
        if first is not None and last is not None and first > last:
            raise InputError("The first day is after the last day.")
        clouds = self.max_cloud_percent
        if clouds is not None and not 0 <= clouds <= 100:
            raise InputError("Cloud cover is a number from 0 to 100 percent.")
        if self.bbox and len(self.bbox) not in (4, 6):
            raise InputError("A box has four numbers: west, south, east, north.")

    @property
    def interval(self) -> str:
        """Both days as STAC writes a period, "" where there is none."""
        if not self.start and not self.end:
            return ""
        first = f"{self.start}T00:00:00Z" if self.start else ".."
        last = f"{self.end}T23:59:59Z" if self.end else ".."
        return f"{first}/{last}"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what was found.

    Attributes:
        items: STAC items as they came.
        matched: How many there are in all, None where it is not said.
        following: The request for the next page, None on the last one.
    """

    items: tuple[dict[str, Any], ...] = field(repr=False)
    matched: int | None = None
    following: Request | None = None


def read_search_api(document: object, url: str) -> SearchApi:
    """Read the landing page of a STAC API.

    Args:
        document: The landing page.
        url: Its address.

    Raises:
        ProtocolError: It is something else, or cannot be searched.
    """
    if not isinstance(document, Mapping):
        raise _not_an_api()
    links = read_links(document, url)
    conforms = document.get("conformsTo")
    classes = [one for one in conforms if isinstance(one, str)] if isinstance(
        conforms, list
    ) else []  # fmt: skip
    searches = [
        link for link in links if link.relation == "search" and not link.is_html
    ]
    posts = [one for one in searches if str(one.raw.get("method")).upper() == "POST"]
    if not searches and any("item-search" in one for one in classes):
        search_url = join_path(url, "search")
    elif searches:
        search_url = (posts or searches)[0].href
    elif kind_of(document) in ("catalog", "collection"):
        raise ProtocolError(
            "This is a STAC catalogue without a search.",
            advice="Give the address of a STAC API, or paste the addresses of items.",
        )
    else:
        raise _not_an_api()
    collections = find_link(links, "data", "collections")
    return SearchApi(
        url=url,
        title=clean(document.get("title") or document.get("id"), limit=120),
        search_url=search_url,
        by_post=bool(posts),
        collections_url=collections.href
        if collections
        else join_path(url, "collections"),
        clouds_by=_clouds_by(classes),
    )


def search_request(api: SearchApi, query: ItemQuery) -> Request:
    """The request for the first page of a search.

    Args:
        api: Where to search.
        query: What for.
    """
    asked: dict[str, Any] = {"limit": query.page_items}
    if query.collections:
        asked["collections"] = list(query.collections)
    if query.interval:
        asked["datetime"] = query.interval
    if query.intersects is not None:
        asked["intersects"] = dict(query.intersects)
    elif query.bbox:
        asked["bbox"] = list(query.bbox)
    clouds = query.max_cloud_percent
    if clouds is not None and api.clouds_by == "query":
        asked["query"] = {_CLOUDS: {"lte": clouds}}
    elif clouds is not None and api.clouds_by == "filter":
        asked["filter-lang"] = "cql2-json" if api.by_post else "cql2-text"
        asked["filter"] = (
            {"op": "<=", "args": [{"property": _CLOUDS}, clouds]}
            if api.by_post
            else f'"{_CLOUDS}" <= {clouds:g}'
        )
    if api.by_post:
        return _post(api.search_url, asked)
    parameters = {name: _as_parameter(value) for name, value in asked.items()}
    return get(with_query(api.search_url, parameters), accept=_ACCEPT)


def read_search_page(document: object, url: str, sent: Request) -> SearchPage:
    """Read one page.

    Args:
        document: The answer.
        url: Its address.
        sent: The request that it answers.

    Raises:
        ProtocolError: It is no list of items.
    """
    if kind_of(document) != "items" or not isinstance(document, Mapping):
        raise ProtocolError("The catalogue did not answer with a list of items.")
    items = [dict(one) for one in document["features"] if kind_of(one) == "item"]
    context = document.get("context")
    matched = document.get("numberMatched")
    if matched is None and isinstance(context, Mapping):
        matched = context.get("matched")
    is_count = isinstance(matched, int) and not isinstance(matched, bool)
    return SearchPage(
        items=tuple(items),
        matched=matched if is_count else None,
        following=_following(document, url, sent) if items else None,
    )


def passes_clouds(item: Mapping[str, Any], max_percent: float | None) -> bool:
    """Whether an item is clear enough, for catalogues that cannot judge themselves."""
    if max_percent is None:
        return True
    clouds = cloud_cover_percent(item)
    return clouds is not None and clouds <= max_percent


def read_collections(document: object) -> list[tuple[str, str]]:
    """Id and title of each collection in a list of them."""
    members = document.get("collections") if isinstance(document, Mapping) else None
    found = []
    for one in members if isinstance(members, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("id"), str) and one["id"]:
            title = clean(one.get("title"), limit=120)
            found.append((one["id"], title or clean(one["id"], limit=120)))
    return found


def thumbnails_of(item: Mapping[str, Any]) -> list[str]:
    """References to small pictures of an item, the best one first."""
    assets = item.get("assets")
    found: list[tuple[int, str]] = []
    for key, asset in assets.items() if isinstance(assets, Mapping) else ():
        if not isinstance(asset, Mapping) or not isinstance(asset.get("href"), str):
            continue
        roles = asset.get("roles")
        names = set(map(str, roles)) if isinstance(roles, Sequence) else set()
        kind = str(asset.get("type", "")).lower()
        is_picture = kind.startswith(("image/png", "image/jpeg", "image/webp"))
        if "thumbnail" in names or key == "thumbnail":
            found.append((0, asset["href"]))
        elif is_picture and names & {"overview", "preview"}:
            found.append((1, asset["href"]))
        elif is_picture and key in ("preview", "rendered_preview", "overview"):
            found.append((2, asset["href"]))
    return [href for _, href in sorted(found)]


def _post(url: str, body: Mapping[str, Any]) -> Request:
    headers = {"Accept": _ACCEPT, "Content-Type": JSON}
    return Request("POST", url, headers, json_body(body))


def _as_parameter(value: Any) -> str | int:  # noqa: ANN401 # any member of a search
    if isinstance(value, list):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else value


def _following(document: Mapping[str, Any], url: str, sent: Request) -> Request | None:
    link = find_link(read_links(document, url), "next")
    if link is None or not same_origin(link.href, sent.url):
        # A page that leads to another server is not followed.
        return None
    if str(link.raw.get("method", "GET")).upper() != "POST":
        following = get(link.href, accept=_ACCEPT)
    else:
        body = link.raw.get("body")
        body = dict(body) if isinstance(body, Mapping) else {}
        if link.raw.get("merge") is True and sent.body:
            body = {**json.loads(sent.body), **body}
        following = _post(link.href, body)
    is_same = (following.url, following.body) == (sent.url, sent.body)
    return None if is_same else following


def _clouds_by(classes: Sequence[str]) -> str:
    if any(one.endswith("item-search#query") for one in classes):
        return "query"
    has_filter = any("item-search#filter" in one for one in classes)
    return "filter" if has_filter and any("cql2" in one for one in classes) else ""


def _day(which: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"The {which} day must be a date like 2021-07-13, not {clean(text)!r}."
        ) from None


def _not_an_api() -> ProtocolError:
    return ProtocolError(
        "There is something at this address, but no STAC API.",
        advice="It should be the landing page, such as "
        "https://earth-search.aws.element84.com/v1",
    )
