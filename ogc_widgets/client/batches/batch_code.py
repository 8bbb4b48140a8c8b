"""The Python that asks for a batch again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.protocol.requests.package_code import as_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.batches.any_batch import AnyBatch
    from ogc_widgets.client.batches.entries import BatchEntry


def code_of_batch(batch: AnyBatch, entries: Sequence[BatchEntry]) -> str:
    """Write the code of a batch.

    Args:
        batch: The batch.
        entries: Its requests, with inputs that may be shown.
    """
    first = entries[0].inputs if entries else {}
    labels = [one.label for one in entries]
    credentials = batch.job_list.discovery.connection.credentials
    return as_batch(
        batch.server_url,
        batch.process_id,
        {name: value for name, value in first.items() if name not in batch.differing},
        [
            {name: one.inputs[name] for name in batch.differing if name in one.inputs}
            for one in entries
        ],
        placeholders=credentials.placeholders,
        params=credentials.param_names,
        at_once=batch.at_once,
        title=batch.book.head.title,
        labels=labels if any(labels) else [],
    )
