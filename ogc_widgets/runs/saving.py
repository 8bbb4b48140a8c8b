"""Saves a run: gathers it, fetches files if they are wanted, and writes the crate."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.client.progress import showing
from ogc_widgets.client.progress.steps import step_of_downloads
from ogc_widgets.protocol.secrets import text_to_keep
from ogc_widgets.protocol.text import clean
from ogc_widgets.runs.crate import need_crates, write_crate
from ogc_widgets.runs.gathering import free_path, gather_run
from ogc_widgets.runs.record import KeptFile

if TYPE_CHECKING:
    from ogc_widgets.client import AsyncJob, Results
    from ogc_widgets.client.progress import Progress
    from ogc_widgets.client.results.downloads import Downloads
    from ogc_widgets.runs.record import Record


async def save_run(
    job: AsyncJob,
    path: str | Path,
    *,
    files: bool = False,
    progress: Progress[Downloads] = None,
) -> Path:
    """Save a run, in the loop thread; as ``job.save_run`` says it."""
    await asyncio.to_thread(need_crates)
    record, results = await gather_run(job)
    with tempfile.TemporaryDirectory(prefix="ogc-widgets-run-") as folder:
        if files and results is not None:
            await _fetch(record, results, Path(folder), progress)
        return await asyncio.to_thread(write_crate, record, Path(path))


async def _fetch(
    record: Record,
    results: Results,
    folder: Path,
    progress: Progress[Downloads],
) -> None:
    """Fetch what is behind addresses; what cannot be had is noted in the record."""
    notes: list[str] = record.about["notes"]
    with showing(progress or False, "Files", step_of_downloads) as say:
        downloads = results.downloads(folder, told=lambda _file: say(downloads))
        for number, one in enumerate(results.files()):
            if one.file is None or not one.file.url:
                continue
            if one.why_not:
                notes.append(f"{clean(one.name)} is not in the file. {one.why_not}")
            else:
                downloads.add(number, one.name, one.file)
        try:
            await downloads.ended()
        finally:
            downloads.stop()
    meant: dict[str, set[str]] = {}
    for file in downloads.files:
        meant.setdefault(text_to_keep(file.file.url), set()).add(file.file.url)
    for file in downloads.files:
        if file.state != "saved":
            why = clean(file.error, limit=300) if file.error else "It was stopped."
            notes.append(f"{clean(file.name)} is not in the file. {why}")
            continue
        path = free_path(record, file.path.name)
        kind, url = file.file.media_type, text_to_keep(file.file.url)
        if len(meant[url]) > 1:
            # Whoever opens the run would be given one file in place of another.
            notes.append(
                f"{clean(file.name)} is in the file as {path}, and cannot be opened by "
                "its address: without its key that is the one of others, too."
            )
            url = ""
        record.files.append(KeptFile(path, file.name, url, kind, file.path))
