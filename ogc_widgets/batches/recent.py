"""The batches of this user on this machine, as a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from ogc_widgets.client.batches import recent
from ogc_widgets.client.batches.entry_words import WORD_OF, group_counts
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing
from ogc_widgets.view.cards import Note, html_table, note
from ogc_widgets.view.cells import NotesDisplay

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.batches.batch_panel import BatchPanel
    from ogc_widgets.client import Client
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.recent import RecentBatch

_MOST_ROWS: Final = 200
_NONE: Final = "There are no batches on this machine."


class RecentBatchesTable(StateView):
    """The rows; what is pressed goes to whoever handles it."""

    _script = "recent_batches"

    def __init__(self, found: Sequence[RecentBatch]) -> None:
        self._found = found
        self._note: Note | None = None
        super().__init__()
        self._publish()

    def say(self, found: Sequence[RecentBatch], told: Note | None = None) -> None:
        """Show these rows, and what came of the last press."""
        with publishing(self):
            self._found, self._note = found, told
            self._publish()

    def _state(self) -> dict[str, Any]:
        return {
            "rows": [_row(one) for one in self._found[:_MOST_ROWS]],
            "more": max(0, len(self._found) - _MOST_ROWS),
            "note": self._note,
        }


def _row(one: RecentBatch) -> dict[str, Any]:
    counts = group_counts(one.counts)
    state = "ended" if one.is_ended else "runs" if one.is_running else "interrupted"
    return {
        "id": one.id,
        "title": clean(one.title or one.process_id),
        "process": clean(one.process_id),
        "server": clean(one.server),
        "created": f"{one.created_at:%Y-%m-%d %H:%M}Z",
        "state": state,
        "total": sum(counts.values()),
        "counts": [[group, WORD_OF[group], n] for group, n in counts.items()],
    }


class RecentBatches(NotesDisplay, ipywidgets.VBox):
    """The batches of this user on this machine, the newest first.

    In a notebook it is a table; in Python a sequence of
    :class:`~ogc_widgets.client.batches.recent.RecentBatch`. What is opened there stands
    below the table.

    Args:
        client: For the server that wants to know who you are.
    """

    def __init__(self, client: Client | None = None) -> None:
        self._client = client
        self._found = recent.recent_batches()
        self._table = RecentBatchesTable(self._found)
        self.panel: BatchPanel | None = None
        super().__init__([self._table])
        self._table.handle(
            open=lambda index: self._press(self.show, index),
            resume=lambda index: self._press(self.resume, index),
            forget=lambda index: self._press(self.forget, index),
            refresh=self.refresh,
        )

    def __len__(self) -> int:
        return len(self._found)

    def __bool__(self) -> bool:
        return True  # a widget

    def __getitem__(self, index: int) -> RecentBatch:
        """One of the batches; the newest is the first."""
        return self._found[index]

    def __iter__(self) -> Iterator[RecentBatch]:
        return iter(self._found)

    def show(self, index: int = 0) -> Batch:
        """Show a batch below the table; nothing is sent.

        Raises:
            InputError: Its file cannot be read.
        """
        return self._show(self[index].open(self._client_for(self[index])))

    def resume(self, index: int = 0) -> Batch:
        """Take a batch up again, and show it below the table.

        Raises:
            InputError: It runs elsewhere, or needs inputs that are not in its file.
        """
        one = self[index]
        batch = one.resume(self._client_for(one))
        self.refresh()
        return self._show(batch)

    def forget(self, index: int) -> None:
        """Remove the file of a batch; its jobs on the server are not touched.

        Raises:
            InputError: It runs, here or elsewhere.
        """
        self[index].forget()
        self.refresh()

    def refresh(self) -> None:
        """Look again at what there is."""
        self._say(None)

    def _client_for(self, one: RecentBatch) -> Client | None:
        client = self._client
        is_its = client is not None and client.url == one.server.rstrip("/")
        return client if is_its else None

    def _press(self, does: Callable[[int], object], index: int) -> None:
        try:
            does(index)
        except OgcError as error:
            self._say(note("bad", str(error)))

    def _say(self, told: Note | None) -> None:
        self._found = recent.recent_batches()
        self._table.say(self._found, told)

    def _show(self, batch: Batch) -> Batch:
        from ogc_widgets.batches.batch_panel import BatchPanel

        old, self.panel = self.panel, BatchPanel(batch)
        with publishing(self):
            self.children = (self._table, self.panel)
        if old is not None:
            old.close()
        return batch

    def _card_(self) -> tuple[str, str]:
        rows = [_row(one) for one in self._found[:_MOST_ROWS]]
        if not rows:
            return _NONE, f"<p>{_NONE}</p>"
        heads = ("created", "title", "server", "state")
        cells = ([*(row[name] for name in heads[:-1]), _in_words(row)] for row in rows)
        return (
            f"{len(rows)} batches on this machine",
            html_table(cells, caption="Batches on this machine", head=heads, limit=200),
        )

    def close(self) -> None:
        """Close the table and what it shows; no batch is touched."""
        if self.comm is None:
            return
        if self.panel is not None:
            self.panel.close()
        self._table.close()
        layout = self.layout
        super().close()
        layout.close()


Sequence.register(RecentBatches)


def _in_words(row: dict[str, Any]) -> str:
    counts = ", ".join(f"{n} {word}" for _group, word, n in row["counts"])
    return f"{row['state']}: {counts}"


def recent_batches(client: Client | None = None) -> RecentBatches:
    """List the batches of this user on this machine, the newest first.

    Args:
        client: For the server that wants to know who you are.

    Returns:
        A table in a notebook, and a sequence: ``recent_batches()[0].resume()`` takes up
        the newest again.
    """
    return RecentBatches(client)
