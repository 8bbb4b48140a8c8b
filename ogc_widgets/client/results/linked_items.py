"""STAC items that results only link to: followed to the end, within one limit."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from posixpath import splitext
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urldefrag

from ogc_widgets.client.http import JSON_CAP
from ogc_widgets.client.http.loop import off_loop
from ogc_widgets.client.stac.stac_documents import kind_of, self_address, with_self_link
from ogc_widgets.client.stac.stac_reader import DOCUMENT_BYTES, StacReader
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.replies import problem_error
from ogc_widgets.protocol.answers.results import (
    MOST_ITEMS,
    ResultsDocument,
    is_item,
    items_in,
)
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    absolute,
    read_links,
    split_address,
    without_query,
)
from ogc_widgets.protocol.media_types import OCTETS, bare
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.json_type import JsonObject

MOST_LINKED = 200
"""So many items are read one by one."""
MOST_DOCUMENTS = 2 * MOST_LINKED
"""So many documents in all, whatever they are and however deep."""
LONGEST_S = 120.0
"""Seconds after which nothing more is asked for."""
_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"
# What the path of an output without a media type may end with, to be looked at.
_ENDINGS = ("", ".json", ".geojson", ".stac")


class _Link(NamedTuple):
    """Where a link leads, which document named it, and whether STAC must be there.

    What an output is can be open; then it is no failure when it is something else.
    """

    href: str
    named_by: str | None
    is_stac: bool


async def with_linked_items(
    client: Connection, document: ResultsDocument
) -> ResultsDocument:
    """Add the STAC items that outputs and catalogues link to.

    From outputs that are references to JSON, or do not say to what, and from catalogues
    among the results if no items came with these, links are followed to catalogues,
    collections, lists and items, which are known by their content. A document that
    cannot be read costs only itself; ``note`` of the answer says what is missing.
    """
    links = list(_references(document.outputs))
    for catalog in () if document.items else document.catalogs:
        base = self_address(catalog, document.url) or document.url
        links += _children(catalog, base, None)
    if not (links or document.items):
        return document
    walk = _Walk(StacReader(client), client.timeout_s)
    try:
        await walk.follow(links)
    finally:
        await walk.reader.close()
    found: dict[object, dict[str, Any]] = {}
    for item in [*document.items, *walk.items]:
        identity = str(item.get("collection")), str(item.get("id")), self_address(item)
        found.setdefault(identity, item)
    return replace(
        document,
        items=[*found.values()],
        note=walk.note,
        stac=frozenset(walk.stac),
    )


class _Walk:
    """Follows links, level by level and each address once."""

    def __init__(self, reader: StacReader, timeout_s: float) -> None:
        self.reader = reader
        self.items: list[dict[str, Any]] = []
        self.stac: set[str] = set()  # addresses of what was STAC
        self._timeout_s = timeout_s
        self._until_s = asyncio.get_running_loop().time() + LONGEST_S
        self._seen: set[str] = set()
        self._read = self._alone = self._left = 0
        self._failures: list[str] = []

    async def follow(self, links: list[_Link]) -> None:
        """Read what links lead to, and where that leads."""
        while links:
            fresh = [link for link in links if self._is_new(link.href)]
            places = min(MOST_LINKED - self._alone, MOST_DOCUMENTS - self._read)
            self._left += len(fresh[places:])
            found = await asyncio.gather(*map(self._look_behind, fresh[:places]))
            links = [link for further in found for link in further]

    def _is_new(self, url: str) -> bool:
        address = urldefrag(url).url
        is_new = address not in self._seen
        self._seen.add(address)
        return is_new

    async def _look_behind(self, link: _Link) -> list[_Link]:
        """Keep the items of a document, and return where it leads."""
        if asyncio.get_running_loop().time() > self._until_s:
            self._left += 1
            return []
        self._read += 1
        try:
            request = requests.get(link.href, accept=_ACCEPT, named_by=link.named_by)
            reply = await self.reader.send(
                request,
                timeout_s=self._timeout_s if link.is_stac else None,
                max_bytes=JSON_CAP if link.is_stac else DOCUMENT_BYTES,
            )
            if not reply.is_ok:
                raise problem_error(reply)
            document = await off_loop(len(reply.body), reply.json_or_none)
        except OgcError as error:
            return self._fail(link, error.what)
        url, known = reply.url or link.href, reading.mapping(document)
        self._is_new(url)  # it may have been moved
        kind, items = kind_of(known), items_in(document)
        features = reading.objects(known.get("features"))
        if kind == "items" and features and not any(map(is_item, features)):
            return []  # features that are no STAC are an output like others
        if kind or items:
            self.stac.add(link.href)
        if kind == "item":
            # Items of self-contained catalogues do not say where they are.
            self._alone += 1
            self.items.append(with_self_link(known, url, url))
        elif kind or items:
            places = MOST_ITEMS - len(self.items)
            self.items += [_at_home(one, url) for one in items[:places]]
            self._left += len(items[places:])
            return _children(known, url, url)
        else:
            self._fail(link, f"{without_query(url)} is no STAC document.")
        return []

    def _fail(self, link: _Link, why: str) -> list[_Link]:
        if link.is_stac:
            self._failures.append(clean(why, limit=300))
        return []

    @property
    def note(self) -> str:
        """What is missing, for people; empty where nothing is."""
        parts = []
        if self._left:
            parts.append(
                f"{self._read:,} linked STAC documents were read, and "
                f"{self._left:,} more were left: that is the limit."
            )
        if count := len(self._failures):
            what = counted(count, "linked STAC document")
            parts.append(f"{what} could not be read: {self._failures[0]}")
        return " ".join(parts)


def _references(outputs: JsonObject) -> Iterator[_Link]:
    """References to what may be a STAC document."""
    for value in outputs.values():
        for one in reading.objects(value):
            href, kind = reading.text(one.get("href")), reading.text(one.get("type"))
            path = split_address(href).path
            if kind and bare(kind) != OCTETS:
                may_be = "json" in kind or "stac" in kind
            else:
                may_be = splitext(path)[1].lower() in _ENDINGS
            if may_be and split_address(href).scheme in WEB_SCHEMES:
                yield _Link(href, None, "geo+json" in kind or "stac" in kind)


def _children(catalog: JsonObject, base_url: str, named_by: str | None) -> list[_Link]:
    """Where a catalogue, a collection or a page of items leads."""
    is_list = kind_of(catalog) == "items"
    relations = ("next",) if is_list else ("item", "items", "child")
    return [
        _Link(link.href, named_by, is_stac=True)
        for link in read_links(catalog, base_url)
        if link.relation in relations
        and split_address(link.href).scheme in WEB_SCHEMES
        and str(link.raw.get("method", "GET")).upper() == "GET"
    ]


def _at_home(item: JsonObject, base_url: str) -> dict[str, Any]:
    """An item of a list, whose addresses do not depend on where the list is."""
    made = with_self_link(item, base_url)
    if self_address(made):
        return made
    assets = {
        key: {**one, "href": absolute(one.get("href"), base_url) or one.get("href")}
        if isinstance(one, dict)
        else one
        for key, one in reading.mapping(item.get("assets")).items()
    }
    return {**made, "assets": assets}
