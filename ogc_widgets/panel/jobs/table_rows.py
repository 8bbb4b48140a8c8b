"""The rows of the job table: plain JSON made from job views, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ogc_widgets.panel.job.job_state import TONES, short_id, telling, word_of
from ogc_widgets.panel.job.times import duration_s
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.protocol import JobView


def table_row(job: AsyncJob, *, busy: str = "") -> dict[str, Any]:
    """One job for the page.

    Args:
        job: The job.
        busy: What is being done with it just now, in a word.
    """
    view = job.view
    status = view.status
    progress = status.progress if status is not None and not view.is_final else None
    length = duration_s(status) if status is not None and view.is_final else None
    return {
        "id": job.id,
        "short": short_id(job.id),
        "process": clean(job.process_id, limit=80),
        "kind": view.phase,
        "tone": TONES[view.phase],
        "word": word_of(view, view.phase),
        "percent": None if progress is None else round(min(100, max(0, progress))),
        "created": _moment(_created(view)),
        "duration": length,
        "message": telling(status.message) if status is not None else "",
        "final": view.is_final,
        "results": view.phase in ("successful", "ended"),
        "again": view.is_final and bool(job.process_id),
        "busy": busy,
        "cannot": _cannot(job),
    }


def _cannot(job: AsyncJob) -> str:
    """Why the job cannot be stopped or deleted, in a sentence; usually empty."""
    dismiss = job.capabilities.dismiss
    return "" if dismiss.may_try else dismiss.sentence


def _created(view: JobView) -> datetime | None:
    return None if view.status is None else view.status.created or view.status.started


def _moment(moment: datetime | None) -> str:
    """A time with its zone; the page shows it by the clock of whoever looks."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"
