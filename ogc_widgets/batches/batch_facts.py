"""What there is to say of a batch: to the page, as CSV, as code."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.batches.rows import said_of
from ogc_widgets.client.batches.any_batch import code_of_batch
from ogc_widgets.client.batches.entries import (
    GROUP_OF,
    OPEN,
    RETRIED,
    WORD_OF,
    about,
    group_counts,
    sum_of,
    words_of,
)
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.batches.rows import BatchList
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


# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def secrets_of(batch: AnyBatch) -> tuple[str, ...]:
    """Ids of the inputs that stand nowhere."""
    return batch.book.head.secrets


def table_of(listing: BatchList) -> list[dict[str, Any]]:
    """The listed requests as dicts, in their order.

    Returns:
        For each its number (from 0), label, the inputs that differ as
        ``inputs:<id>`` in words, state, progress in per cent, message, error, when it
        was started and ended in UTC, attempt, id and address of the job.
    """
    rows = []
    for index in listing.order:
        one = listing.entries[index]
        cells = zip(listing.columns, listing.cells(index), strict=True)
        rows.append(
            {
                "number": index,
                "label": one.label,
                **{
                    f"inputs:{column.id}": _plain(one.inputs.get(column.id), cell)
                    for column, cell in cells
                },
                "state": one.state,
                "progress": one.progress,
                "message": one.message,
                "error": one.error,
                "started_at": one.started_at and one.started_at.isoformat(),
                "ended_at": one.ended_at and one.ended_at.isoformat(),
                "attempt": one.attempt,
                "job_id": one.job_id,
                "url": one.url,
            }
        )
    return rows


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a head; nothing in it is a formula to a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    for number, row in enumerate(rows):
        if not number:
            writer.writerow(row)
        writer.writerow(_safe(value) for value in row.values())
    return file.getvalue()


def code_of(batch: AnyBatch) -> str:
    """The Python that asks for the same again, with ``...`` for secrets."""
    hidden = dict.fromkeys(secrets_of(batch), "...")
    shown = [
        replace(one, inputs={k: hidden.get(k, v) for k, v in one.inputs.items()})
        for one in batch.entries
    ]
    return code_of_batch(batch, shown)


def told_of(batch: AnyBatch) -> dict[str, Any]:
    """What the title of the browser tab says, and a notification; js/view/told.js."""
    counts, groups = batch.counts, group_counts(batch.counts)
    total = sum(counts.values())
    done = total - sum(number for state, number in counts.items() if state in OPEN)
    state = next(
        (one for one in ("failed", "lost", "dismissed") if one in groups), "successful"
    )
    return {
        "id": batch.id,
        "state": state if batch.is_ended else "running",
        # One that stands still gets no further.
        "percent": None if batch.is_paused or not total else 100 * done // total,
        "outcome": counts_in_words(groups),
    }


def counts_in_words(counts: Mapping[str, int]) -> str:
    """How many are in which group of states: ``37 successful, 2 failed``."""
    return ", ".join(f"{n} {WORD_OF[group]}" for group, n in counts.items())


def _plain(value: object, cell: str) -> object:
    """A number or a text as it is; of everything else what the table says."""
    is_plain = isinstance(value, str | int | float) and words_of(value) == value
    return value if is_plain or isinstance(value, int | float) else cell


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
