"""What is said of a batch beside its table: how far it is, and why something failed."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.batches.batch_texts import counts_in_words, told_of
from ogc_widgets.batches.listing import said_of
from ogc_widgets.client.batches.entries import RETRIED
from ogc_widgets.client.batches.entry_words import (
    GROUP_OF,
    WORD_OF,
    about,
    group_counts,
    sum_of,
)
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from ogc_widgets.batches.listing import BatchList
    from ogc_widgets.client.batches.any_batch import AnyBatch
    from ogc_widgets.client.batches.entries import BatchEntry

_SHORT: Final = 110  # of an error, in signs; it stands whole where it is looked into
_CARD_ROWS: Final = 20
_UNDONE: Final = RETRIED | {"dismissed"}


def facts_of(batch: AnyBatch, listing: BatchList) -> dict[str, Any]:
    """How far a batch is, for the page."""
    entries, counts = listing.entries, group_counts(batch.counts)
    columns, left = listing.columns, batch.left_s
    failed = [n for n, one in enumerate(entries) if one.state in RETRIED]
    return {
        "title": clean(batch.title or batch.process_id),
        "told": told_of(batch),
        "sum": f"{sum_of(columns, len(entries))}, {batch.at_once} at once",
        "left": "" if left is None or batch.is_ended else f"{about(left)} left",
        "total": len(entries),
        "listed": len(listing.order),
        "paused": batch.is_paused,
        "ended": batch.is_ended,
        "trouble": clean(batch.trouble, limit=300),
        "counts": [[group, WORD_OF[group], n] for group, n in counts.items()],
        "failed": len(failed),
        "first_failed": failed[0] if failed else -1,
        "first_error": _first_error(listing, failed),
        "unknown": counts.get("unknown", 0),
        "columns": [
            {"by": f"inputs:{one.id}", "title": one.title, "kind": one.kind}
            for one in columns
        ],
        "order": {"by": listing.by, "descending": listing.descending},
        "group": listing.group,
    }


def details_of(listing: BatchList, index: int) -> dict[str, Any] | None:
    """Everything about the request that is looked at; None where there is none."""
    if not 0 <= index < len(listing.entries):
        return None
    entry = listing.entries[index]
    lines = [clean(one, limit=1500, lines=True) for one in (entry.error, entry.message)]
    if entry.state == "unknown" and not entry.error:
        lines.insert(
            0,
            "It was sent, and no answer came: the server may or may not have "
            "started it. Look at its list of jobs before it is sent again.",
        )
    group = GROUP_OF[entry.state]
    tries = f"attempt {entry.attempt}" if entry.attempt > 1 else ""
    facts = WORD_OF[group], tries, clean(entry.job_id, limit=80)
    return {
        "index": entry.index,
        "name": _name_of(listing, entry),
        "group": group,
        "facts": [one for one in facts if one],
        "text": "\n".join(dict.fromkeys(one for one in lines if one)),
        "has_job": bool(entry.job_id or entry.url),
        "undone": entry.state in _UNDONE,
    }


def card_of(batch: AnyBatch, listing: BatchList) -> tuple[str, str]:
    """Text and HTML of what a saved notebook says of a batch."""
    text = f"Batch of {batch.process_id}: {counts_in_words(group_counts(batch.counts))}"
    heads = [*(one.title for one in listing.columns), "state"]
    rows = [
        [*listing.cells(n), WORD_OF[GROUP_OF[listing.entries[n].state]]]
        for n in listing.order[:_CARD_ROWS]
    ]
    more = len(listing.order) - len(rows)
    html = html_table(rows, caption=text, head=heads, limit=200)
    return clean(text), html + (f"<p>{escape_html(more)} more</p>" if more else "")


def titles_of(batch: AnyBatch) -> dict[str, str]:
    """What the inputs are called, as far as the process has been described."""
    known = batch.job_list.discovery.known_processes.get(batch.process_id)
    inputs = known.inputs if known else {}
    return {name: one.title or name for name, one in inputs.items()}


def file_stem_of(batch: AnyBatch) -> str:
    """What to call files of a batch, by its title."""
    words = clean(batch.title or batch.process_id)
    stem = "-".join("".join(c if c.isalnum() else " " for c in words).split())
    return (stem or "batch")[:60]


def _first_error(listing: BatchList, failed: list[int]) -> str:
    if not failed:
        return ""
    entry = listing.entries[failed[0]]
    words = shorten(said_of(entry), _SHORT, placeholder=" …").rstrip(".")
    name = f" ({_name_of(listing, entry)})"
    return f"“{words}”{name}." if words else f"no reason was given{name}."


def _name_of(listing: BatchList, entry: BatchEntry) -> str:
    words = entry.label or ", ".join(listing.cells(entry.index))
    return clean(words, limit=80) or f"job {entry.index + 1}"
