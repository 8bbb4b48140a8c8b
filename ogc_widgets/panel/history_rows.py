"""The rows of the history: plain JSON made from its entries, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ogc_widgets.client.history.notes import moment_of
from ogc_widgets.panel.job.job_state import KINDS, short_id
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.client.history.entries import Entry


CARD_TEXT = "Jobs submitted from this machine"
_ENDS = frozenset({"successful", "failed", "dismissed", "ended", "lost"})
# What stands in the file before anything was heard of a job.
_KINDS = {
    "sending": "unknown",
    "unknown": "unknown",
    "refused": "not-started",
    "answered": "accepted",
}
_WORDS = {
    "sending": "No answer came before the kernel ended.",
    "unknown": "No answer came: a job may have started.",
    "refused": "The server refused, or was not reached.",
    "answered": "The server has accepted it; nothing was heard since.",
}


def history_row(entry: Entry) -> dict[str, Any]:
    """One entry for the page."""
    kind = _KINDS.get(entry.state, entry.state)
    kind = kind if kind in KINDS else "running"
    return {
        "id": str(entry.id),  # JavaScript would round it
        "kind": kind,
        "tone": KINDS[kind].tone,
        "word": KINDS[kind].word,
        "heard": _WORDS.get(entry.state, ""),
        "process": clean(entry.process_id, limit=80),
        "job": clean(entry.job_id, limit=200),
        "short": short_id(entry.job_id),
        "server": server_name(entry.server),
        "address": clean(entry.server, limit=300),
        # With its zone: the page shows it by the clock of whoever looks.
        "submitted": f"{moment_of(entry.id):%Y-%m-%d %H:%M}Z",
        "took_s": entry.took_s,
        "note": clean(entry.note, limit=500),
        "attach": bool(entry.url),
        "results": bool(entry.url) and entry.state in ("successful", "ended"),
        "again": bool(entry.has_inputs)
        or (bool(entry.url) and entry.state in _ENDS - {"lost"}),
    }


def server_name(url: str) -> str:
    """The part of an address that tells servers apart."""
    parts = urlsplit(url)
    return clean(f"{parts.netloc.rpartition('@')[2]}{parts.path}", limit=120)


def card_html(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as an escaped table without styles."""
    names = ("word", "process", "server", "submitted", "note")
    cells = ([row[name] for name in names] for row in rows)
    head = ["status", "process", "server", "submitted", "note"]
    return html_table(cells, caption=CARD_TEXT, head=head, limit=300)
