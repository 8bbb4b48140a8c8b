"""A job as a file for the machine of whoever looks at the page: a run, or a report."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ogc_widgets.client.results.output_files import safe_filename
from ogc_widgets.panel.job.job_state import short_id

if TYPE_CHECKING:
    from ogc_widgets.client import Job


class JobFile(NamedTuple):
    """A file to be saved.

    Attributes:
        name: What it is called.
        media_type: What it is.
        data: Its bytes.
    """

    name: str
    media_type: str
    data: bytes


async def job_file(job: Job, what: str) -> JobFile:
    """Write a job as a file.

    Args:
        job: The job.
        what: ``"run"``, without the files of its results, or ``"report"``.

    Raises:
        InputError: The job has not ended, so that it is no run yet.
        MissingExtraError: The extra ``crate``, which a run takes, is not installed.
        ServerError: The server does not answer.
    """
    is_run = what == "run"
    parts = [what, safe_filename(job.process_id, "process"), short_id(job.id)]
    name = "-".join(part for part in parts if part) + (".zip" if is_run else ".html")
    with tempfile.TemporaryDirectory(prefix="ogc-widgets-") as folder:
        path = Path(folder) / name
        await (job.aio.save_run(path) if is_run else job.aio.report(path))
        data = await asyncio.to_thread(path.read_bytes)
    return JobFile(name, "application/zip" if is_run else "text/html", data)
