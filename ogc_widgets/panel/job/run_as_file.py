"""A run as a file for the machine of whoever looks at the page."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.client.results.output_files import safe_filename
from ogc_widgets.panel.job.job_state import short_id

if TYPE_CHECKING:
    from ogc_widgets.client import Job


async def run_as_file(job: Job) -> tuple[str, bytes]:
    """Save a run without the files of its results; return a name and the bytes.

    Raises:
        InputError: The job has not ended.
        MissingExtraError: The extra ``crate`` is not installed.
        ServerError: The server does not answer.
    """
    parts = ["run", safe_filename(job.process_id, "process"), short_id(job.id)]
    name = "-".join(part for part in parts if part) + ".zip"
    with tempfile.TemporaryDirectory(prefix="ogc-widgets-run-") as folder:
        path = await job.aio.save_run(Path(folder) / name)
        return name, await asyncio.to_thread(path.read_bytes)
