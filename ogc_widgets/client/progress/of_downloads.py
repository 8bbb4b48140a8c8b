"""How far files are that are being fetched, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.progress.step import Step
from ogc_widgets.protocol.text import in_bytes

if TYPE_CHECKING:
    from ogc_widgets.client.results.downloads.many_files import Downloads


def step_of_downloads(downloads: Downloads) -> Step:
    """Say how far the files are."""
    counts, done, total = downloads.counts, downloads.done, downloads.total
    of = f" of {in_bytes(total)}" if total is not None else ""
    failed = f"{counts['failed']} failed" if counts["failed"] else ""
    is_ended = counts["saved"] + counts["failed"] == counts.total()
    return Step(
        "saved" if is_ended else "saving",
        failed,
        f"{counts['saved']} of {counts.total()} files, {in_bytes(done)}{of}",
        share=done / total if total else None,
        tone="bad" if failed else "good" if is_ended else "work",
        is_ended=is_ended,
    )
