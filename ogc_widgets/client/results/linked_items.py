"""Results that are only linked to, fetched as far as that is safe and reasonable."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.stac.stac_documents import with_self_link
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.results import ResultsDocument, is_item, items_in
from ogc_widgets.protocol.links import WEB_SCHEMES, find_link, read_links, split_address
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.json_type import JsonObject

MOST_LINKED = 200
_CATALOG_DEPTH = 3
_STAC_TYPES = ("geo+json", "stac")


async def with_linked_items(
    client: Connection, document: ResultsDocument
) -> ResultsDocument:
    """Add the STAC items that outputs and catalogues link to.

    Nothing is fetched where items came with the results; a link that fails is left out.
    """
    if document.items:
        return document
    found: list[dict[str, Any]] = []
    # Each with the address of the document that it stands in.
    pending: dict[str, str | None] = dict.fromkeys(_references(document.outputs))
    for catalog in document.catalogs:
        pending |= dict.fromkeys(_children(catalog, ""))

    async def fetch(href: str, named_by: str | None) -> JsonObject:
        with contextlib.suppress(OgcError):
            reply = await client.send(requests.get(href, named_by=named_by))
            return reading.mapping(reply.json() if reply.is_ok else None)
        return {}

    for _ in range(_CATALOG_DEPTH):
        links = [
            (href, named_by)
            for href, named_by in pending.items()
            if split_address(href).scheme in WEB_SCHEMES
        ][: MOST_LINKED - len(found)]
        answers = await asyncio.gather(*(fetch(*link) for link in links))
        pending = {}
        for (href, _), answer in zip(links, answers, strict=True):
            if is_item(answer):
                # Items of self-contained catalogues do not say where they are.
                found.append(with_self_link(answer, href, href))
            else:
                found += items_in(answer)
                pending |= dict.fromkeys(_children(answer, href), href)
        if not pending or len(found) >= MOST_LINKED:
            break
    return replace(document, items=found) if found else document


def _references(outputs: JsonObject) -> list[str]:
    found = [one for value in outputs.values() for one in reading.objects(value)]
    return [
        one["href"]
        for one in found
        if isinstance(one.get("href"), str)
        and any(kind in str(one.get("type")) for kind in _STAC_TYPES)
    ]


def _children(catalog: JsonObject, base_url: str) -> list[str]:
    links = read_links(catalog, base_url)
    if not base_url and (own := find_link(links, "self")):
        links = read_links(catalog, own.href)
    return [link.href for link in links if link.relation in ("item", "items", "child")]
