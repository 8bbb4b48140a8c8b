"""How far a batch is, in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ogc_widgets.client.batches.entry_words import WORD_OF, about, group_counts
from ogc_widgets.client.progress.step import Step
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.batches.any_batch import AnyBatch

_NOT_WELL = frozenset({"failed", "lost", "unknown", "dismissed"})


class BatchSteps:
    """Makes steps of what is known of one batch; seconds count from here on."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, batch: AnyBatch) -> Step:
        """Say how far the batch is."""
        groups = group_counts(batch.counts)
        total = sum(groups.values())
        is_open = groups.get("running", 0) + groups.get("waiting", 0)
        is_bad = bool(_NOT_WELL & groups.keys())
        counted = _NOT_WELL | {"successful"} if batch.is_ended else _NOT_WELL
        told = [] if batch.is_ended else [f"{total - is_open:,} of {total:,} ended"]
        told += [
            f"{number:,} {WORD_OF[one]}"
            for one, number in groups.items()
            if one in counted
        ]
        if batch.left_s is not None and not batch.is_ended:
            told.append(f"{about(batch.left_s)} left")
        state = "paused" if batch.is_paused else "running"
        return Step(
            "ended" if batch.is_ended else state,
            clean(batch.trouble or batch.first_error, limit=300),
            ", ".join(told),
            share=(total - is_open) / total if total else None,
            elapsed_s=time.monotonic() - self._began,
            tone="warn" if is_bad else "good" if batch.is_ended else "work",
            is_ended=batch.is_ended,
        )
