"""Searches a STAC API: one page after the other, with errors that people understand."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.area.reading import area_from, numbers_of_box
from ogc_widgets.client.http.address import clean_url
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.http.loop import off_loop, run
from ogc_widgets.client.stac.item_search import (
    PICTURE_TYPES,
    ItemQuery,
    SearchApi,
    passes_clouds,
    read_collections,
    read_search_api,
    read_search_page,
    search_request,
    thumbnails_of,
)
from ogc_widgets.client.stac.stac_documents import (
    catalogue_link,
    self_address,
    with_self_link,
)
from ogc_widgets.client.stac.stac_reader import StacReader
from ogc_widgets.errors import (
    ConnectionFailedError,
    DeadlineError,
    InputError,
    OgcError,
    PrivateAddressError,
    ProblemError,
    ProtocolError,
    SignInError,
    TransportError,
    need_count,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    absolute,
    find_link,
    read_links,
    same_origin,
)
from ogc_widgets.protocol.media_types import sniff
from ogc_widgets.protocol.requests.requests import get
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.auth import Auth
    from ogc_widgets.client.http.environment import Verify
    from ogc_widgets.protocol.answers.replies import Reply
    from ogc_widgets.protocol.json_type import JsonObject
    from ogc_widgets.protocol.requests.requests import Request

SEARCH_S = 30.0
SEARCH_BYTES = 16 * 2**20
PICTURE_BYTES = 400_000
MOST_COLLECTIONS = 1_000
_CHECK = "Check the address, and that you are online."


class Catalogue:
    """A STAC API that can be searched. Its coroutines run in the loop thread only.

    They raise :class:`~ogc_widgets.errors.ServerError` where there is no STAC API, or
    where it refuses or does not answer; the words say why.

    Args:
        reader: Sends the requests.
        url: Address of the landing page.
        is_offered: Whether the process server named it, and not the user.

    Attributes:
        matched: How many items the last search found in all, None where it is not said.

    Raises:
        InputError: It is not a web address.
    """

    def __init__(
        self, reader: StacReader, url: str, *, is_offered: bool = False
    ) -> None:
        self.url = clean_url(url).url
        self._named_by = None if is_offered else ""
        self._reader = reader
        self._api: SearchApi | None = None
        self._query = ItemQuery()
        self._following: Request | None = None
        self._sent: list[tuple[str, bytes | None]] = []
        self.matched: int | None = None

    @property
    def has_more(self) -> bool:
        """Whether the last search has another page."""
        return self._following is not None

    async def open(self) -> SearchApi:
        """Read the landing page; asked once."""
        if self._api is None:
            reply = await self._send(get(self.url))
            document = reply.json_or_none()
            if document is None:
                what = "a web page" if "html" in reply.content_type else "something"
                raise ProtocolError(
                    f"There is {what} at this address, but no STAC API.",
                    advice="Give the address of the API, not that of its browser.",
                )
            try:
                self._api = read_search_api(document, reply.url)
            except ProtocolError:
                # A server of processes may say where its catalogue is.
                link = catalogue_link(document, reply.url)
                if not same_origin(link, self.url):
                    raise
                reply = await self._send(get(link))
                self._api = read_search_api(reply.json_or_none(), reply.url)
        return self._api

    async def collections(self) -> list[tuple[str, str]]:
        """Id and title of the collections; empty where they cannot be listed."""
        api = await self.open()
        found: list[tuple[str, str]] = []
        url, seen = api.collections_url, {""}
        with contextlib.suppress(OgcError):
            while url not in seen and len(found) < MOST_COLLECTIONS:
                seen.add(url)
                reply = await self._send(get(url))
                document = reply.json_or_none()
                page = read_collections(document)
                found += page
                link = find_link(read_links(document, reply.url), "next")
                is_more = page and link and same_origin(link.href, api.url)
                url = link.href if link and is_more else ""
        return found[:MOST_COLLECTIONS]

    async def search(self, query: ItemQuery) -> list[dict[str, Any]]:
        """The first page of a search."""
        self._query, self._sent = query, []
        self._following = search_request(await self.open(), query)
        return await self.more()

    async def more(self) -> list[dict[str, Any]]:
        """The next page; empty after the last one."""
        request, api = self._following, await self.open()
        if request is None or (request.url, request.body) in self._sent:
            # Some catalogues lead in a circle.
            self._following = None
            return []
        reply = await self._send(request)
        document = await off_loop(len(reply.body), reply.json)
        found, self.matched, self._following = read_search_page(
            document, reply.url, request
        )
        self._sent.append((request.url, request.body))
        items = [with_self_link(item, reply.url) for item in found]
        clouds = self._query.max_cloud_percent
        if clouds is not None and not api.clouds_by:
            self.matched = None
            items = [item for item in items if passes_clouds(item, clouds)]
        return items

    async def picture(self, item: JsonObject) -> tuple[bytes, str] | None:
        """A small picture of an item and its media type; None if there is none.

        Only PNG, JPEG and WebP by their first bytes, and only small ones.
        """
        for href in thumbnails_of(item)[:2]:
            url = absolute(href, self_address(item))
            if urlsplit(url).scheme not in WEB_SCHEMES:
                continue
            request = self._named(get(url, accept="image/*"))
            with contextlib.suppress(OgcError):
                reply = await self._reader.send(request, max_bytes=PICTURE_BYTES)
                media_type = sniff(reply.body)
                if reply.is_ok and media_type in PICTURE_TYPES:
                    return reply.body, media_type
        return None

    def _named(self, request: Request) -> Request:
        is_own = same_origin(request.url, self.url)
        return replace(request, named_by=self._named_by if is_own else self.url)

    async def _send(self, request: Request) -> Reply:
        host = clean(urlsplit(request.url).hostname, limit=80)
        try:
            reply = await self._reader.send(
                self._named(request), timeout_s=SEARCH_S, max_bytes=SEARCH_BYTES
            )
        except PrivateAddressError:
            raise
        except TransportError as error:
            what, advice = "does not answer as it should", error.what
            if isinstance(error, DeadlineError):
                what = f"did not answer within {SEARCH_S:g} s"
                advice = "Try a smaller area or fewer days."
            elif isinstance(error, ConnectionFailedError):
                what, advice = "does not answer", _CHECK
            raise type(error)(f"{host} {what}.", advice=advice) from error
        if not reply.is_ok:
            raise _refusal(reply, host)
        return reply


def _refusal(reply: Reply, host: str) -> ProblemError:
    error, code, advice = problem_error(reply), reply.status_code, ""
    if code in (404, 410):
        what = f"There is no catalogue at this address ({code})."
        advice = "Check the address."
    elif isinstance(error, SignInError):
        what = f"{host} wants you to sign in ({code})."
        advice = "Search in Python: ogc.search_items(url, auth=token)."
    elif code in (400, 422):
        said = reading.mapping(reply.json_or_none()).get("description")
        detail = clean(said or error.what.partition(": ")[2], limit=300) or str(code)
        what = f"The catalogue refuses this search: {detail.rstrip('.')}."
    else:
        return error
    return type(error)(what, status_code=code, advice=advice)


def search_items(
    url: str,
    *,
    collections: str | Iterable[str] = (),
    start: str | dt.date = "",
    end: str | dt.date = "",
    bbox: str | Iterable[float] | None = None,
    intersects: Any = None,  # noqa: ANN401 # whatever holds an area
    max_cloud_percent: float | None = None,
    limit: int = 100,
    auth: Auth = None,
    headers: Mapping[str, str] | None = None,
    verify: Verify = True,
) -> list[dict[str, Any]]:
    """Search a STAC API for items.

    Args:
        url: Address of its landing page, such as ``lab.stac``.
        collections: Id of a collection, or several; all if left out.
        start: First day, ``YYYY-MM-DD`` or a date.
        end: Last day.
        bbox: West, south, east, north in degrees; ``app.map.bbox`` for example.
        intersects: Geometry as GeoJSON, well-known text, or an object with
            ``__geo_interface__``. GeoJSON is sent as it is.
        max_cloud_percent: Highest cloud cover, 0 to 100.
        limit: Most items to return.
        auth: As for :class:`~ogc_widgets.Client`, for the catalogue only.
        headers: Further headers for the catalogue only.
        verify: How its certificate is checked.

    Returns:
        STAC items as dicts, in the order of the catalogue; for
        ``form.fields[id].add(items)``, or ``pystac.ItemCollection(items)``.

    Raises:
        InputError: The search makes no sense.
        ServerError: There is no STAC API, or it refuses; the words say why.
    """
    need_count("limit", limit)
    if bbox is not None and intersects is not None:
        raise InputError(
            "A search takes a box or a geometry, not both (STAC API, Item Search).",
            advice="Leave out bbox or intersects.",
        )
    names = (collections,) if isinstance(collections, str) else collections
    if not isinstance(names, Iterable):
        raise InputError("collections are the id of a collection, or a list of them.")
    query = ItemQuery(
        tuple(names),
        start=_day(start),
        end=_day(end),
        bbox=() if bbox is None else numbers_of_box(bbox),
        intersects=_geometry(intersects),
        max_cloud_percent=max_cloud_percent,
        page_items=max(1, min(limit, 100)),
    )
    connection = Connection(url, auth=auth, headers=headers, verify=verify)

    async def search() -> list[dict[str, Any]]:
        reader = StacReader(connection)
        catalogue = Catalogue(reader, connection.url)
        try:
            found = await catalogue.search(query)
            while catalogue.has_more and len(found) < limit:
                found += await catalogue.more()
        finally:
            await reader.close()
            await connection.close()
        return found[:limit]

    return run(search)


def _day(moment: str | dt.date) -> str:
    """The day of a moment, in UTC where it says its time zone."""
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC)
    return moment if isinstance(moment, str) else str(moment)[:10]


def _geometry(given: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 # of a caller
    shape = getattr(given, "__geo_interface__", given)
    if isinstance(shape, Mapping) and {"coordinates", "geometries"} & shape.keys():
        return shape
    return None if shape is None else area_from(given).geometry
