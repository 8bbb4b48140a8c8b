"""Outlines of the STAC items that a form names, so that one sees where to draw."""

from __future__ import annotations

import re
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from ogc_widgets.api.requests import get
from ogc_widgets.client.loop import submit
from ogc_widgets.errors import OgcError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from ogc_widgets.app.map_context import MapContext
    from ogc_widgets.client import AsyncClient
    from ogc_widgets.form import ProcessForm

_MOST_SCENES = 50
_NAMES_ITEMS = re.compile(r"stac|\bitems?\b|scenes?\b", re.IGNORECASE)

Feature = dict[str, Any]


class Scenes:
    """Follows the addresses of STAC items in a form and outlines the items on a map.

    What does not answer, or is no item, is left out: the form is the place that judges
    inputs. Each address is asked for once.

    Args:
        client: Reads the items; its credentials go to its own server only.
        context: Where the outlines are drawn.
    """

    def __init__(self, client: AsyncClient, context: MapContext) -> None:
        self._client = client
        self._context = context
        self._known: dict[str, Feature | None] = {}
        self._wanted: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def follow(self, form: ProcessForm) -> None:
        """Outline the items that a form names now; returns at once."""
        with self._lock:
            wanted = tuple(dict.fromkeys(_addresses(form)))[:_MOST_SCENES]
            if wanted == self._wanted:
                return
            self._wanted = wanted
            missing = [url for url in wanted if url not in self._known]
            self._known.update(dict.fromkeys(missing))
        for url in missing:
            future = submit(self._read, url)
            future.add_done_callback(partial(self._arrived, url))
        self._draw()

    async def _read(self, url: str) -> Feature | None:
        try:
            reply = await self._client.send(get(url))
            document = reply.json_or_none() if reply.is_ok else None
        except OgcError:
            return None
        return document if _is_item(document) else None

    def _arrived(self, url: str, done: Future[Feature | None]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        with self._lock:
            self._known[url] = done.result()
        self._draw()

    def _draw(self) -> None:
        found = (self._known.get(url) for url in self._wanted)
        self._context.show("scenes", [item for item in found if item is not None])


def _addresses(form: ProcessForm) -> Iterator[str]:
    for key, value in form.inputs.items():
        field = form.fields[key].field if key in form.fields else None
        names = f"{key.replace('_', ' ')} {field.label if field else ''}"
        if not _NAMES_ITEMS.search(names):
            continue
        for one in value if isinstance(value, list) else [value]:
            address = one.get("href") if isinstance(one, dict) else one
            if isinstance(address, str) and re.match(r"https?://[^\s/]+/", address):
                yield address


def _is_item(document: object) -> bool:
    if not isinstance(document, dict) or document.get("type") != "Feature":
        return False
    geometry: Mapping[str, Any] | None = document.get("geometry")
    return isinstance(geometry, dict)
