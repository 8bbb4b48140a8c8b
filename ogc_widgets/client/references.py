"""Results that are only linked to, fetched as far as that is safe and reasonable."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.api import requests
from ogc_widgets.api.links import WEB_SCHEMES, find_link, is_private_host, read_links
from ogc_widgets.api.results import ResultsDocument, is_item, items_in
from ogc_widgets.errors import OgcError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.connection import Connection

MOST_LINKED = 200
_CATALOG_DEPTH = 3
_STAC_TYPES = ("geo+json", "stac")


async def with_linked_items(
    client: Connection, document: ResultsDocument
) -> ResultsDocument:
    """Add the STAC items that outputs and catalogues link to.

    Nothing is fetched where items came with the results, and nothing that cannot be
    reached from here; a link that fails is left out.
    """
    if document.items:
        return document
    found: list[dict[str, Any]] = []
    pending = [*_references(document.outputs)]
    for catalog in document.catalogs:
        pending += _children(catalog, "")
    for _ in range(_CATALOG_DEPTH):
        hrefs = [href for href in dict.fromkeys(pending) if may_fetch(client, href)]
        hrefs = hrefs[: MOST_LINKED - len(found)]
        answers = await asyncio.gather(*(_fetch(client, href) for href in hrefs))
        pending = []
        for href, answer in zip(hrefs, answers, strict=True):
            if is_item(answer):
                found.append(answer)
            else:
                found += items_in(answer)
                pending += _children(answer, href)
        if not pending or len(found) >= MOST_LINKED:
            break
    if not found:
        return document
    return replace(document, items=found)


def may_fetch(client: Connection, href: str) -> bool:
    """Whether an address in results may be read without being asked to."""
    if urlsplit(href).scheme not in WEB_SCHEMES:
        return False
    return not is_private_host(href) or is_private_host(client.url)


def _references(outputs: Mapping[str, Any]) -> list[str]:
    return [
        str(value["href"])
        for output in outputs.values()
        for value in (output if isinstance(output, list) else [output])
        if isinstance(value, dict)
        and isinstance(value.get("href"), str)
        and any(kind in str(value.get("type")) for kind in _STAC_TYPES)
    ]


def _children(catalog: Mapping[str, Any], base_url: str) -> list[str]:
    links = read_links(catalog, base_url)
    if not base_url and (own := find_link(links, "self")):
        links = read_links(catalog, own.href)
    return [link.href for link in links if link.relation in ("item", "items", "child")]


async def _fetch(client: Connection, href: str) -> dict[str, Any]:
    try:
        reply = await client.send(requests.get(href))
        answer = reply.json() if reply.is_ok else {}
    except OgcError:
        return {}
    return answer if isinstance(answer, dict) else {}
