"""Toil on Slurm: every step is a job of the cluster."""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines import reasons
from ogc_widgets.lab.engines.adapters.toil import ToilEngine

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.engine import JobFolder

_PROGRAMS = ("sbatch", "squeue", "scancel", "scontrol")
_LOOK_AGAIN_S = 0.2
_REFUSED = re.compile(r"error: Batch job submission failed: (?P<text>[^'\\]+)")


class SlurmEngine(ToilEngine):
    """Toil, whose workers are jobs of a Slurm cluster.

    Slurm's jobs run in the folder in which they were submitted, which is the job's: so
    what is left of a job can be found without having noted anything.
    """

    outlives = True
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
        while left := await _jobs_in(folder):
            await _ask("scancel", *left)
            await asyncio.sleep(_LOOK_AGAIN_S)

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return what Slurm said of a failure, or else Toil."""
        if match := reasons.first(_REFUSED, reasons.lines_of(folder.log)):
            return f"Slurm did not take a step: {match['text'].strip()}."
        return super().engine_reason(folder, step)


async def _jobs_in(folder: JobFolder) -> list[str]:
    """Return the ids of Slurm's jobs that run in a folder."""
    own = str(await asyncio.to_thread(folder.path.resolve))
    lines = (await _ask("squeue", "--me", "--noheader", "--format=%i %Z")).splitlines()
    found = (line.split(maxsplit=1) for line in lines)
    return [job_id for job_id, *place in found if place == [own]]


async def _ask(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    stdout, stderr = await process.communicate()
    if process.returncode:
        raise OSError(stderr.decode("utf-8", "replace").strip() or command[0])
    return stdout.decode("utf-8", "replace")
