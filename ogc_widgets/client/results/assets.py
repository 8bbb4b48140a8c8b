"""The files of STAC items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.protocol import reading
from ogc_widgets.protocol.links import absolute, find_link, read_links

if TYPE_CHECKING:
    from ogc_widgets.protocol.json_type import JsonObject


@dataclass(frozen=True)
class Asset:
    """A file of a STAC item.

    Attributes:
        key: Its name within the item.
        title: The server's title, not cleaned.
        type: Its media type, or ``""``.
        href: Its address, absolute where that can be known.
        roles: Its roles.
        size: Its size in bytes where the item gives it.
        reachable: Whether it can be read from here.
        why_not: One sentence for people if it cannot be.
    """

    key: str
    title: str
    type: str
    href: str
    roles: tuple[str, ...]
    size: int | None
    reachable: bool
    why_not: str


def assets_of(
    item: JsonObject, why_not: Callable[[str, JsonObject], str]
) -> list[Asset]:
    """The files of a STAC item.

    Args:
        item: The item.
        why_not: Says of an address, and of what the item says about it, why it cannot
            be read; ``""`` if it can.
    """
    itself = find_link(read_links(item), "self")
    found = []
    for key, one in reading.mapping(item.get("assets")).items():
        if not isinstance(one, Mapping):
            continue
        given = reading.text(one.get("href"))
        href = absolute(given, itself.href if itself else "") or given
        reason = why_not(href, {**reading.mapping(item.get("properties")), **one})
        asset = Asset(
            key=str(key),
            title=reading.text(one.get("title")),
            type=reading.text(one.get("type")),
            href=href,
            roles=reading.texts(one.get("roles")),
            size=reading.count(one.get("file:size")),
            reachable=not reason,
            why_not=reason,
        )
        found.append(asset)
    return found
