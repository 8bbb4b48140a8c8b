"""The rows of the job table: plain JSON made from job views, nothing else."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from ogc_widgets.panel.job.job_state import (
    KINDS,
    percent_of,
    short_id,
    telling,
    word_of,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.client.jobs.ajob import AsyncJob


def table_row(
    job: AsyncJob, *, busy: str = "", is_repeatable: bool = True
) -> dict[str, Any]:
    """One job for the page.

    Args:
        job: The job.
        busy: What is being done with it just now, in a word.
        is_repeatable: Whether it may be known what it was started with.
    """
    view, status, dismiss = job.view, job.view.status, job.capabilities.dismiss
    told = status.raw if status else {}
    created = status and (status.created or status.started)
    return {
        "id": job.id,
        "short": short_id(job.id),
        "process": clean(job.process_id, limit=80),
        # No standard names it; servers with people say it to who may see their jobs.
        "owner": clean(reading.text(told.get("owner")), limit=60),
        "kind": view.phase,
        "tone": KINDS[view.phase].tone,
        "word": word_of(view, view.phase),
        "percent": None if view.is_final else percent_of(view),
        # With its zone: the page shows it by the clock of whoever looks.
        "created": f"{created.astimezone(UTC):%Y-%m-%d %H:%M}Z" if created else "",
        "duration": status.took_s if status and view.is_final else None,
        "message": telling(status.message) if status else "",
        "final": view.is_final,
        "results": view.phase in ("successful", "ended"),
        "again": view.is_final and bool(job.process_id) and is_repeatable,
        "busy": busy,
        "cannot": "" if dismiss.may_try else dismiss.sentence,
    }


def card_text(server_url: str) -> str:
    """One line without anything that differs from run to run."""
    return f"Jobs of {clean(server_url)}"


def card_html(server_url: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as an escaped table without styles."""
    caption = card_text(server_url)
    if not rows:
        return f"<p>{escape_html(caption)}</p>"
    names = {"status": "word", "process": "process", "job": "id"}
    if any(row["owner"] for row in rows):
        names |= {"owner": "owner"}
    names |= {"created": "created", "message": "message"}
    cells = ([row[key] for key in names.values()] for row in rows)
    return html_table(cells, caption=caption, head=[*names], limit=300)
