"""Search a STAC API for the items of an input, and pick some of them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.stac.catalogue import Catalogue
from ogc_widgets.client.stac.item_search import ItemQuery
from ogc_widgets.client.stac.stac_documents import (
    cloud_cover_percent,
    facts_of,
    self_address,
)
from ogc_widgets.client.stac.stac_reader import AT_A_TIME
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import OpenedView, publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from concurrent.futures import Future

    from ogc_widgets.client.stac.item_search import SearchApi
    from ogc_widgets.client.stac.stac_reader import StacReader

    Opened = tuple[SearchApi, list[tuple[str, str]]]

Json = dict[str, Any]

MOST_ROWS = 400

# Offered while nothing else is known; nobody is asked before the user says so.
PUBLIC_CATALOGUES = (
    ("https://earth-search.aws.element84.com/v1", "Earth Search (AWS)"),
    ("https://planetarycomputer.microsoft.com/api/stac/v1", "Planetary Computer"),
    ("https://stac.dataspace.copernicus.eu/v1", "Copernicus Data Space"),
)

_last_address = ""


class ItemSearch(OpenedView):
    """A search for STAC items in place of a form, until some were picked.

    Nothing is asked before :meth:`open_catalogue` is called. All requests are made on
    the package's own thread; a new search gives up on the one before.

    Args:
        reader: Sends the requests.
        on_add: Called with the path of the field and the items that were picked.
        on_found: Called with the GeoJSON features on the screen, whose ids are the keys
            of the rows, and with the keys to highlight.
    """

    _script = "item_search"

    label = traitlets.Unicode("").tag(sync=True)
    """What the field is called."""
    takes_one = traitlets.Bool(default_value=False).tag(sync=True)
    address = traitlets.Unicode("").tag(sync=True)
    offers: Any = traitlets.List().tag(sync=True)
    """``[address, name]`` of catalogues to choose from."""
    catalogue = traitlets.Dict().tag(sync=True)
    """``title`` and ``collections`` (``[id, title]``) of the open one, or empty."""
    query = traitlets.Dict().tag(sync=True)
    """``collection``, ``start``, ``end``, ``clouds`` and ``in_area`` as on the page."""
    has_area = traitlets.Bool(default_value=False).tag(sync=True)
    phase = traitlets.Unicode("start").tag(sync=True)
    """"start", "opening", "ready", "searching", "more", "found" or "failed"."""
    words = traitlets.Unicode("").tag(sync=True)
    """What went wrong, or what was found."""
    rows: Any = traitlets.List().tag(sync=True)
    has_more = traitlets.Bool(default_value=False).tag(sync=True)
    picked: Any = traitlets.List().tag(sync=True)
    """Keys of the rows that are picked."""
    marked = traitlets.Unicode("").tag(sync=True)
    """Key of the row that the mouse or the cursor is at, or ""."""

    def __init__(
        self,
        reader: StacReader,
        on_add: Callable[[str, list[dict[str, Any]]], object],
        on_found: Callable[[list[dict[str, Any]], list[str]], object],
    ) -> None:
        self._reader = reader
        self._on_add = on_add
        self._on_found = on_found
        self._path = self._offered = ""
        self._area: Mapping[str, Any] | None = None
        self._box: tuple[float, ...] = ()
        self._catalogue: Catalogue | None = None
        self._items: dict[str, Json] = {}
        self._outlines: dict[str, Json] = {}
        self._pictures: dict[str, tuple[bytes, str]] = {}
        self._work = self._latest()
        self._paintings: list[Future[None]] = []
        query = dict.fromkeys(("collection", "start", "end", "clouds"), "")
        super().__init__(query={**query, "in_area": True})
        self.handle(more=self.more, hide=self.hide)
        self.observe(self._show_found, ("rows", "picked", "marked", "is_open"))

    # -- what Python can do ---------------------------------------------------------

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items that were found so far, as dicts."""
        return list(self._items.values())

    def show(self, path: str, label: str, *, takes_one: bool, offered: str) -> None:
        """Come on the screen for a field; asks the catalogue that is filled in.

        Args:
            path: Path of the field.
            label: What it is called.
            takes_one: Whether it takes one item only.
            offered: Address of the catalogue that the server offers, or "".
        """
        known = [offered] if offered else []
        if _last_address and _last_address not in known:
            known.insert(0, _last_address)
        with publishing(self):
            self._path = path
            self._offered = offered
            self.label = label
            self.takes_one = takes_one
            self.picked = []
            self.offers = [
                *([address, ""] for address in known),
                *([url, name] for url, name in PUBLIC_CATALOGUES if url not in known),
            ]
            self._come()
        if not self._items and known:
            self.open_catalogue(self.address or known[0])

    def set_area(
        self, geometry: Mapping[str, Any] | None, box: tuple[float, ...] = ()
    ) -> None:
        """Search within an area, or everywhere.

        Args:
            geometry: GeoJSON geometry in degrees, or None for everywhere.
            box: West, south, east, north where the area is a box: every catalogue
                understands these.
        """
        self._area, self._box = geometry, box
        self.has_area = geometry is not None

    def open_catalogue(self, address: str) -> None:
        """Read a catalogue; returns at once.

        Args:
            address: Address of a STAC API.
        """
        address = address.strip()
        with publishing(self):
            self.address = address
            self.catalogue = {}
            self._clear()
            self.phase, self.words = "start", ""
        if not address:
            return
        try:
            self._catalogue = Catalogue(
                self._reader, address, is_offered=address == self._offered
            )
        except InputError as error:
            self._fail(error)
            return
        self._begin("opening", partial(_read, self._catalogue), self._opened)

    def search(self, **changes: object) -> None:
        """Search with what is filled in; returns at once.

        Args:
            changes: Members of ``query`` to change before.

        Raises:
            InputError: There is no such member.
        """
        unknown = changes.keys() - self.query.keys()
        if unknown:
            raise InputError(f"A search has no {min(unknown)!r}.")
        self.query = {**self.query, **changes}
        if self._catalogue is None or self._catalogue.url != self.address.rstrip("/"):
            self.open_catalogue(self.address)
        self._search()

    def more(self) -> None:
        """Fetch the next page; returns at once."""
        if self._catalogue is not None and self._catalogue.has_more:
            self._begin("more", self._catalogue.more, self._take)

    def add(self) -> None:
        """Put what is picked into the field, and leave the screen.

        Raises:
            InputError: The field cannot take it.
        """
        items = [self._items[key] for key in self.picked if key in self._items]
        self._on_add(self._path, items)
        self.picked = []
        self.hide()

    # -- what the page asks for -------------------------------------------------------

    def _on_open(self, address: str) -> None:
        if address.strip() != self.address or self.phase in ("start", "failed"):
            self.open_catalogue(address)

    def _on_search(self, address: str) -> None:
        if address.strip() != self.address:
            self.open_catalogue(address)
        self.search()

    def _on_add_picked(self) -> None:
        self.problem = ""
        self.add()

    def _on_pictures(self) -> None:
        """A page that was loaded again wants the pictures once more."""
        for key in self._pictures:
            self._send_picture(key)

    # -- what the catalogue answers ---------------------------------------------------

    def _begin(
        self,
        phase: str,
        work: Callable[[], Coroutine[Any, Any, Any]],
        done: Callable[[Any], object],
    ) -> None:
        with publishing(self):
            self.phase, self.words = phase, ""
            self._work.start(work, done, self._fail)

    def _search(self) -> None:
        if self._catalogue is None:
            return
        try:
            query = self._item_query()
        except InputError as error:
            self._fail(error)
            return
        with publishing(self):
            self._clear()
            search = partial(self._catalogue.search, query)
            self._begin("searching", search, self._take)

    def _opened(self, read: Opened) -> None:
        global _last_address  # remembered for the session, by design
        _last_address = self.address
        api, collections = read
        names = [name for name, _ in collections]
        chosen = self.query["collection"]
        if chosen not in names:
            chosen = names[0] if len(names) == 1 else ""
        self.catalogue = {
            "title": api.title,
            "collections": [list(pair) for pair in collections],
        }
        self.query = {**self.query, "collection": chosen}
        self.phase, self.words = "ready", ""
        if len(names) == 1 and self.has_area and self.query["in_area"]:
            self._search()  # there is nothing left to choose

    def _take(self, items: list[Json]) -> None:
        catalogue, rows = self._catalogue, list(self.rows)
        if catalogue is None:
            return
        fresh: dict[str, Json] = {}
        seen = {self_address(item) for item in self._items.values()} - {""}
        for item in items:
            address = self_address(item)
            if address in seen or len(self._items) + len(fresh) >= MOST_ROWS:
                continue
            seen.add(address)
            key = f"found {len(self._items) + len(fresh)}"
            fresh[key] = item
            facts, clouds = facts_of(item), cloud_cover_percent(item)
            rows.append(
                {
                    "key": key,
                    "id": facts.id or "item without id",
                    "date": facts.date,
                    "clouds": "" if clouds is None else f"{clouds:.0f} % clouds",
                    "collection": clean(item.get("collection"), limit=80),
                }
            )
            self._outlines[key] = {**facts.features[0], "id": key}
        self._items |= fresh
        self.rows = rows
        self.has_more = catalogue.has_more and len(rows) < MOST_ROWS
        self.phase = "found"
        self.words = _count(len(rows), catalogue.matched, more=self.has_more)
        paint = partial(self._paint, catalogue, fresh)
        self._paintings.append(self._start(paint))

    async def _paint(self, catalogue: Catalogue, items: dict[str, Json]) -> None:
        # One place is left for the next search.
        places = asyncio.Semaphore(AT_A_TIME - 1)

        async def one(key: str, item: Json) -> None:
            async with places:
                picture = await catalogue.picture(item)
            if picture is not None and self._items.get(key) is item:
                self._pictures[key] = picture
                self._send_picture(key)

        await asyncio.gather(*(one(key, item) for key, item in items.items()))

    def _send_picture(self, key: str) -> None:
        content, media_type = self._pictures[key]
        with publishing():
            self.send(
                {"type": "picture", "key": key, "media_type": media_type}, [content]
            )

    # -- state ------------------------------------------------------------------------

    def _item_query(self) -> ItemQuery:
        asked = self.query
        text = str(asked["clouds"] or "").strip().rstrip("%").replace(",", ".")
        try:
            clouds = float(text) if text else None
        except ValueError:
            raise InputError("Cloud cover is a number from 0 to 100 percent.") from None
        in_area = bool(asked["in_area"])
        return ItemQuery(
            collections=(asked["collection"],) if asked["collection"] else (),
            start=asked["start"] or "",
            end=asked["end"] or "",
            bbox=self._box if in_area else (),
            intersects=self._area if in_area and not self._box else None,
            max_cloud_percent=clouds,
        )

    def _clear(self) -> None:
        self._work.stop()
        self._let_go()
        self._items, self._outlines, self._pictures = {}, {}, {}
        self.rows, self.picked, self.has_more = [], [], False

    def _let_go(self) -> None:
        paintings, self._paintings = self._paintings, []
        for painting in paintings:
            painting.cancel()

    def _fail(self, error: OgcError) -> None:
        self.last_error = error
        with publishing(self):
            self.phase = "failed"
            self.words = f"{error.what} {error.advice}".strip()

    def _show_found(self, _change: object = None) -> None:
        if not self.is_open:
            self._on_found([], [])
            return
        marked = [*self.picked, *([self.marked] if self.marked else [])]
        self._on_found(list(self._outlines.values()), marked)


async def _read(catalogue: Catalogue) -> Opened:
    return await catalogue.open(), await catalogue.collections()


def _count(shown: int, matched: int | None, *, more: bool) -> str:
    if not shown and more:
        return "Nothing on this page."
    if not shown:
        return "Nothing was found. Try a larger area, more days or more clouds."
    if matched is not None and matched > shown:
        return f"{shown:,} of {matched:,} items"
    if more:
        return f"The first {shown:,} items"
    return f"{shown:,} item{'' if shown == 1 else 's'}"
