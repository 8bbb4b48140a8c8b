"""The batches of this user on this machine: a sequence, and a table in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.batches.batch_facts import counts_in_words
from ogc_widgets.client.batches import recent
from ogc_widgets.client.batches.entries import WORD_OF, group_counts
from ogc_widgets.client.batches.recent import RecentBatch
from ogc_widgets.errors import OgcError, printable
from ogc_widgets.lazy import ShownList
from ogc_widgets.panel.opened_below import OpenedBelow
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView
from ogc_widgets.view.cards import Note, html_table, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.batches.batch_panel import BatchPanel
    from ogc_widgets.client import Client
    from ogc_widgets.client.batches.batch import Batch

_MOST_ROWS: Final = 200
_NONE: Final = "There are no batches on this machine."


class RecentBatchesTable(StateView):
    """The batches of this machine on the page; what is pressed is done at once."""

    _script = "recent_batches"

    def __init__(
        self, client: Client | None, on_open: Callable[[Batch], object]
    ) -> None:
        self._client, self._opened = client, on_open
        self._found = recent.recent_batches()
        self._note: Note | None = None
        super().__init__()
        self._publish()

    def refresh(self, told: Note | None = None) -> None:
        """Look again at what there is, and say what came of the last press."""
        self._found, self._note = recent.recent_batches(), told
        self._publish()

    def _on_refresh(self) -> None:
        self.refresh()

    def _on_open(self, id: str) -> None:  # noqa: A002 # the name in the message
        self._do(id, lambda one: self._opened(one.open(self._client_for(one))))

    def _on_resume(self, id: str) -> None:  # noqa: A002 # as above
        def resume(one: RecentBatch) -> None:
            batch = one.resume(self._client_for(one))
            self.refresh()
            self._opened(batch)

        self._do(id, resume)

    def _on_forget(self, id: str) -> None:  # noqa: A002 # as above
        def forget(one: RecentBatch) -> None:
            one.forget()
            self.refresh()

        self._do(id, forget)

    def _do(self, batch_id: str, does: Callable[[RecentBatch], object]) -> None:
        one = next((one for one in self._found if one.id == batch_id), None)
        if one is None:
            self.refresh(note("warn", "This batch is no longer in the list."))
            return
        try:
            does(one)
        except OgcError as error:
            self.refresh(note("bad", str(error)))

    def _client_for(self, one: RecentBatch) -> Client | None:
        client = self._client
        is_its = client is not None and client.url == one.server.rstrip("/")
        return client if is_its else None

    def _state(self) -> dict[str, Any]:
        return {
            "rows": [_row(one) for one in self._found[:_MOST_ROWS]],
            "more": max(0, len(self._found) - _MOST_ROWS),
            "note": self._note,
        }

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


def _in_words(row: dict[str, Any]) -> str:
    counts = counts_in_words({group: n for group, _word, n in row["counts"]})
    return f"{row['state']}: {counts}"


class RecentBatchesPanel(OpenedBelow):
    """The batches of this machine, with the one that was opened.

    Attributes:
        table: The table.
        panel: The batch that was opened last, or ``None``.
    """

    table: RecentBatchesTable

    def __init__(self, client: Client | None = None) -> None:
        self.panel: BatchPanel | None = None
        super().__init__(RecentBatchesTable(client, self._show))

    def _show(self, batch: Batch) -> None:
        from ogc_widgets.batches.batch_panel import BatchPanel

        self.panel = BatchPanel(batch)
        self.show_below(self.panel)


class RecentBatches(ShownList[RecentBatch]):
    """The batches of this machine, the newest first; a notebook shows them as a table.

    Args:
        client: For the server that wants to know who you are.
    """

    def __init__(self, client: Client | None = None) -> None:
        self._client = client
        super().__init__(recent.recent_batches())

    def _make_widget(self) -> RecentBatchesPanel:
        return RecentBatchesPanel(self._client)

    def __repr__(self) -> str:
        return "\n".join(printable(_line(one)) for one in self) or _NONE


def _line(one: RecentBatch) -> str:
    row = _row(one)
    return (
        f"<RecentBatch {row['created']}  {row['title']}  {_in_words(row)}  "
        f"{row['server']}>"
    )


def recent_batches(client: Client | None = None) -> RecentBatches:
    """List the batches of this user on this machine, the newest first.

    Args:
        client: For the server that wants to know who you are.

    Returns:
        A table in a notebook, and a sequence: ``recent_batches()[0].resume()`` takes up
        the newest again.
    """
    return RecentBatches(client)
