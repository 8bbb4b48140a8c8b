"""Toil on Slurm: every step is a job of the cluster."""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines import reasons
from ogc_widgets.lab.engines.adapters.toil import ToilEngine
from ogc_widgets.lab.engines.slurm_queue import cancel_jobs_in, reasons_in
from ogc_widgets.lab.engines.toilrun import AFTER_SLURM

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.engine import EngineJob, JobFolder
    from ogc_widgets.lab.engines.programs import Running

_PROGRAMS = ("sbatch", "squeue", "scancel", "scontrol")
_REFUSED = re.compile(r"error: Batch job submission failed: (?P<text>[^'\\]+)")


class SlurmEngine(ToilEngine):
    """Toil, whose workers are jobs of a Slurm cluster."""

    batch_system = "slurm"

    def check(self) -> None:
        """Make sure that Toil and Slurm's commands are installed.

        Raises:
            InputError: Something is not.
        """
        super().check()
        missing = [name for name in _PROGRAMS if shutil.which(name) is None]
        if missing:
            raise InputError(
                f"The engine slurm needs {', '.join(missing)}, which cannot be found.",
                advice="Start the lab on a machine from which jobs can be submitted, "
                "such as a login node; on Debian, the package slurm-client has them.",
            )

    async def end(self, folder: JobFolder) -> None:
        """Cancel what Slurm still has of a job, and wait until it is gone."""
        await asyncio.to_thread(cancel_jobs_in, folder.path)

    async def _go_on(self, job: EngineJob) -> Running:
        """Go on when Slurm has ended what it still has, or that would be done twice."""
        return await self._run(job, "--restart", first=[AFTER_SLURM])

    def _places(self, folder: JobFolder) -> list[str]:  # noqa: ARG002 - none of them
        """Leave the place of locks to Toil: it has to be on the node's own disk."""
        return []

    async def waits_for(self, folder: JobFolder) -> str:
        """Return why Slurm lets a job wait, in its own words (squeue(1), REASON)."""
        given = await asyncio.to_thread(reasons_in, folder.path)
        return f"waits in the queue of Slurm ({', '.join(given)})" if given else ""

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return what Slurm said of a failure, or else Toil."""
        if match := reasons.first(_REFUSED, reasons.lines_of(folder.log)):
            return f"Slurm did not take a step: {match['text'].strip()}."
        return super().engine_reason(folder, step)
