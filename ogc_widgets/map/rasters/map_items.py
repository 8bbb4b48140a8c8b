"""Items whose rasters can be laid on a map: what there is of each, and its opening."""

from __future__ import annotations

import asyncio
import base64
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ogc_widgets.client.results.item_columns import LABEL, date_of
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.raster_layers import ShownRaster, open_shown
from ogc_widgets.protocol.reading import mapping
from ogc_widgets.protocol.text import clean
from ogc_widgets.raster import assets_for_map
from ogc_widgets.raster.choice import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.raster import MapAssets, Style


_MOST_UNASKED: Final = 8_000_000
_MOST_SEARCHED: Final = 500
_MOST_COMPARED: Final = 200

Keys: TypeAlias = tuple[str, ...]
"""Keys of the assets that are one raster."""
MAX_PICTURE_BYTES = 8_000_000
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Opened:
    """What was opened and does not lie on the map yet.

    Attributes:
        items: Which items it is of.
        keys: Keys of its assets.
        shown: The raster; None for a picture.
        content: The bytes of a picture.
        box: Where the picture lies: west, south, east and north in degrees.
    """

    items: MapItems
    keys: Keys
    shown: ShownRaster | None = None
    content: bytes = b""
    box: tuple[float, ...] = ()

    def drop(self) -> None:
        """Close what nobody wants any more."""
        if self.shown is not None:
            self.shown.raster.close()


class MapItems:
    """The items of some results, as far as they can be laid on a map.

    Args:
        results: Where their files are; None if these cannot be fetched. Kept as
            ``results``.
        items: The items by their ids.
    """

    def __init__(
        self, results: Results | None, items: Mapping[str, dict[str, Any]]
    ) -> None:
        self.results = results
        self._items = items
        self._wanted: Keys = ()
        self._styles: dict[Keys, Style] = {}

    def change(
        self, results: Results | None, items: Mapping[str, dict[str, Any]]
    ) -> None:
        """Take other items; how some are drawn stays as it was chosen."""
        self.results, self._items = results, items
        for name in ("earliest", "numbers"):
            self.__dict__.pop(name, None)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    def choices(self, item_id: str) -> list[MapAssets]:
        """What of an item can be shown; the best first."""
        item = self._items.get(item_id)
        if item is None or self.results is None:
            return []
        return assets_for_map(item, self.results.assets(item))

    def check(self, item_id: str, keys: Keys = ()) -> None:
        """See whether there is something to show.

        Raises:
            InputError: There is not.
        """
        choices = self.choices(item_id)
        if not choices:
            raise InputError("This item has nothing that can be shown on a map.")
        if keys and not any(one.keys == keys for one in choices):
            names = ", ".join("+".join(one.keys) for one in choices)
            wanted = clean("+".join(keys), limit=80)
            raise InputError(
                f"This item has no asset {wanted!r} that can be shown on a map.",
                advice=f"It has {clean(names, limit=200)}.",
            )

    @property
    def first(self) -> str:
        """Id of the first item that can be shown, among the first 500; or ``""``."""
        names = list(self._items)[:_MOST_SEARCHED]
        return next((name for name in names if self.choices(name)), "")

    @cached_property
    def earliest(self) -> tuple[str, ...]:
        """Items that can be shown, the earliest first; at most 200."""
        found = []
        for name in sorted(self._items, key=self.day_of):
            if self.choices(name):
                found.append(name)
            if len(found) == _MOST_COMPARED:
                break
        return tuple(found)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """At which place each item stands in the results."""
        return {name: at for at, name in enumerate(self._items)}

    def day_of(self, item_id: str) -> str:
        """Day of an item as it sorts: ``2022-05-12``; ``""`` if it says none."""
        return date_of(mapping(self._items.get(item_id, {}).get("properties")))

    def label_of(self, item_id: str) -> str:
        """Which item it is, for people: its day, or else its id.

        Of a batch it is what its job was asked for, with the day where that has none.
        """
        facts = mapping(self._items.get(item_id, {}).get("properties"))
        asked, iso = str(facts.get(LABEL) or ""), self.day_of(item_id)[:10]
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return clean(asked or item_id, limit=40)
        if asked and iso in asked:
            return clean(asked, limit=60)
        when = f"{day.day} {day:%b} {day.year}"
        return clean(f"{asked}, {when}", limit=60) if asked else when

    def remember(self, keys: Keys, style: Style | None = None) -> None:
        """Show these assets of further items, drawn like this."""
        self._wanted = keys
        if style is not None:
            self._styles[keys] = style

    async def open(
        self,
        item_id: str,
        keys: Keys = (),
        style: Style | None = None,
        *,
        is_small: bool = False,
    ) -> Opened:
        """Open what of an item is to be shown, in the loop.

        What was chosen for others goes first, and is drawn as they are.

        Args:
            item_id: The item.
            keys: Keys of the assets; if left out, the next is tried where one is none.
            style: How it is drawn.
            is_small: Leave out what takes many megabytes.

        Raises:
            OgcError: It cannot be shown; of several, it says so of the first.
        """
        choices = self.choices(item_id)
        wanted = [one for one in choices if one.keys == (keys or self._wanted)]
        if not keys:
            wanted += [one for one in choices if one not in wanted]
        first: OgcError | None = None
        for choice in wanted:
            try:
                opened = await self._open(item_id, choice, style, is_small=is_small)
            except OgcError as error:
                first = first or error
                continue
            if opened is not None:
                return opened
        raise first or InputError("This item is too large to be shown unasked.")

    async def _open(
        self, item_id: str, choice: MapAssets, style: Style | None, *, is_small: bool
    ) -> Opened | None:
        """Open one of the things of an item; None if it is too large."""
        results, item = self.results, self._items[item_id]
        if results is None:
            raise InputError("These items cannot be fetched.")
        if choice.box is not None:
            is_large = (choice.bytes or 0) > _MOST_UNASKED
            return (
                None
                if is_small and is_large
                else await self._open_picture(results, item, choice)
            )
        given = style or self._styles.get(choice.keys)
        try:
            shown = await open_shown(results, item, choice, given)
        except InputError:
            if style is not None or given is None:
                raise
            # What suits the others does not suit this one.
            shown = await open_shown(results, item, choice)
        info = shown.raster.info
        if is_small and info.bytes > _MOST_UNASKED and not info.has_overviews:
            shown.raster.close()
            return None
        labelled = replace(shown, label=self.label_of(item_id))
        return Opened(self, choice.keys, labelled)

    async def _open_picture(
        self, results: Results, item: dict[str, Any], choice: MapAssets
    ) -> Opened:
        (key,) = choice.keys
        where = place_of(item, key)
        if where is None:
            raise InputError("The item does not say where its preview picture lies.")
        with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
            paths = await results.aio_download(folder, items=[item], assets=[key])
            content = await asyncio.to_thread(paths[0].read_bytes)
        return Opened(self, choice.keys, content=content, box=tuple(where))


def alike(drawn: ShownRaster) -> Style:
    """A style in which colours mean in another raster what they mean in this one."""
    if drawn.legend.kind != "ramp":
        return drawn.style
    return replace(drawn.style, stretch=drawn.legend.ranges)


def data_url(content: bytes) -> str:
    """Turn the bytes of a picture into a data address.

    Raises:
        InputError: It is too large, or neither PNG nor JPEG.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise InputError(
            f"The preview picture has {len(content) / 1e6:.0f} MB, more than a map "
            "should carry."
        )
    for start, media_type in _SIGNATURES.items():
        if content.startswith(start):
            text = base64.b64encode(content).decode("ascii")
            return f"data:{media_type};base64,{text}"
    raise InputError("The preview picture is neither PNG nor JPEG.")
