"""Results that are only linked to, fetched as far as that is safe and reasonable."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import OgcError
from ogc_widgets.protocol.answers.results import ResultsDocument, is_item, items_in
from ogc_widgets.protocol.links import WEB_SCHEMES, find_link, read_links, split_address
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.http.connection import Connection

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
    for _ in range(_CATALOG_DEPTH):
        known = [
            one
            for one in pending.items()
            if split_address(one[0]).scheme in WEB_SCHEMES
        ]
        known = known[: MOST_LINKED - len(found)]
        answers = await asyncio.gather(*(_fetch(client, *one) for one in known))
        pending = {}
        for (href, _), answer in zip(known, answers, strict=True):
            if is_item(answer):
                found.append(answer)
            else:
                found += items_in(answer)
                pending |= dict.fromkeys(_children(answer, href), href)
        if not pending or len(found) >= MOST_LINKED:
            break
    if not found:
        return document
    return replace(document, items=found)


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


async def _fetch(client: Connection, href: str, named_by: str | None) -> dict[str, Any]:
    try:
        reply = await client.send(requests.get(href, named_by=named_by))
        answer = reply.json() if reply.is_ok else {}
    except OgcError:
        return {}
    return answer if isinstance(answer, dict) else {}
