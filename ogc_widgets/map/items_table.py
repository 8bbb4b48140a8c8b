"""The table of result items: what there is, and what can be done with it."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.errors import InputError
from ogc_widgets.map.item_rows import MAX_ROWS, AssetsOf, table_of
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


MAX_SENT_BYTES = 100_000_000


class ItemsTable(View):
    """Items as rows; one can be selected, previewed, downloaded, opened, copied.

    Args:
        on_preview: Called with the id of an item whose picture is wanted, or is shown
            and no longer wanted.
        on_download: Called with the id of an item and the key of one of its assets.
    """

    _script = "items_table"

    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    """Id of the selected item, or an empty text."""
    previewed = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Ids of the items whose picture is on the map."""
    busy = traitlets.Dict().tag(sync=True)
    """Item id to words for what is being done for it."""
    notes = traitlets.Dict().tag(sync=True)
    """Item id to ``{"text", "bad", "files": [names]}`` shown under its row."""
    empty = traitlets.Unicode("").tag(sync=True)
    """What is said when there are no rows."""
    can = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """What is offered: ``preview`` and ``download``, when somebody does it."""

    def __init__(
        self,
        *,
        on_preview: Callable[[str], object] | None = None,
        on_download: Callable[[str, str], object] | None = None,
    ) -> None:
        self._preview = on_preview
        self._download = on_download
        self._saved: dict[str, dict[str, Path]] = {}
        offered = {"preview": on_preview, "download": on_download}
        super().__init__(can=[name for name, f in offered.items() if f is not None])

    def show(self, items: Sequence[Mapping[str, Any]], assets_of: AssetsOf) -> None:
        """Show items instead of the earlier ones.

        Args:
            items: STAC items as dicts; the first 500 become rows.
            assets_of: Gives the assets of an item, as ``Results.assets`` does.
        """
        columns, rows = table_of(items, assets_of)
        self._saved = {}
        with publishing(self):
            self.columns, self.rows, self.total = columns, rows, len(items)
            self.previewed, self.busy, self.notes = [], {}, {}
            if self.selected not in {row["id"] for row in rows[:MAX_ROWS]}:
                self.selected = ""

    def note(
        self, item_id: str, text: str, *, bad: bool = False, files: Sequence[Path] = ()
    ) -> None:
        """Say something under the row of an item; from any thread.

        Args:
            item_id: The row.
            text: The words; an empty text takes them away.
            bad: Whether it is an error.
            files: Files on the kernel's machine that the page may ask for.
        """
        self._saved[item_id] = {path.name: path for path in files}
        notes = {key: value for key, value in self.notes.items() if key != item_id}
        if text:
            names = list(self._saved[item_id])
            notes[item_id] = {"text": text, "bad": bad, "files": names}
        with publishing(self):
            self.notes = notes

    def working(self, item_id: str, words: str) -> None:
        """Say that something is being done for an item; empty words when it is done."""
        busy = {key: value for key, value in self.busy.items() if key != item_id}
        with publishing(self):
            self.busy = {**busy, item_id: words} if words else busy

    def _on_preview(self, id: str) -> None:  # noqa: A002 # the name in the message
        if self._preview is not None:
            self._preview(id)

    def _on_download(self, id: str, key: str) -> None:  # noqa: A002 # as above
        if self._download is not None:
            self._download(id, key)

    def _on_fetch(self, id: str, name: str) -> None:  # noqa: A002 # as above
        """Send a downloaded file to the page, which saves it on that machine."""
        path = self._saved.get(id, {}).get(name)
        if path is None:
            raise InputError(f"{name} was not downloaded.")
        size = path.stat().st_size
        if size > MAX_SENT_BYTES:
            raise InputError(
                f"{name} has {size / 1e6:.0f} MB, too much to send to the page.",
                advice=f"It lies at {path}.",
            )
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        content = {"type": "file", "name": name, "media_type": media_type}
        self.send(content, buffers=[path.read_bytes()])
