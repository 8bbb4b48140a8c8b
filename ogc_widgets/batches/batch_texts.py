"""A batch as text: its table as CSV, and the code that makes it again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.batch_code import code_of_batch
from ogc_widgets.client.batches.entries import OPEN
from ogc_widgets.client.batches.entry_words import WORD_OF, group_counts, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogc_widgets.batches.listing import BatchList
    from ogc_widgets.client.batches.any_batch import AnyBatch

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
