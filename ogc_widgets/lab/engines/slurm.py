"""Toil on Slurm: every step is a job of the cluster.

Slurm's jobs run in the folder in which they were submitted, which is that of the lab's
job: so they can be found without having noted anything.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.engine import first
from ogc_widgets.lab.engines.toil import ToilEngine

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_widgets.lab.engines.engine import EngineJob, JobFolder
    from ogc_widgets.lab.engines.programs import Running

AFTER_SLURM = "--after-slurm"
"""For ``toilrun``: begin when Slurm has none of the folder's jobs any more."""

_LOOK_AGAIN_S = 0.2
_ASK_AGAIN_S = 2.0
_PATIENCE_S = 60.0
_PROGRAMS = ("sbatch", "squeue", "scancel", "scontrol")
_REFUSED = re.compile(r"error: Batch job submission failed: (?P<text>[^'\\]+)")


class SlurmEngine(ToilEngine):
    """Toil, whose workers are jobs of a Slurm cluster."""

    batch_system = "slurm"

    def check(self) -> None:
        """Make sure that Toil and Slurm's commands are installed."""
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
        await asyncio.to_thread(_cancel_jobs_in, folder.path)

    async def go_on(self, job: EngineJob, *more: str) -> Running:
        """Go on when Slurm has ended what it still has, or that would be done twice."""
        return await super().go_on(job, AFTER_SLURM, *more)

    def places(self, folder: JobFolder) -> list[str]:  # noqa: ARG002 - none of them
        """Leave the place of locks to Toil: it has to be on the node's own disk."""
        return []

    async def waits_for(self, folder: JobFolder) -> str:
        """Return why Slurm lets a job wait, in its own words (squeue(1), REASON)."""
        asked = ("--states=PENDING", "--format=%r|%Z")
        given = set(await asyncio.to_thread(_listed, folder.path, *asked)) - {"None"}
        words = ", ".join(sorted(given))
        return f"waits in the queue of Slurm ({words})" if given else ""

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return what Slurm said of a failure, or else Toil."""
        if match := first(_REFUSED, folder.log):
            return f"Slurm did not take a step: {match['text'].strip()}."
        return super().engine_reason(folder, step)


def _jobs_in(folder: Path) -> list[str]:
    """Return the ids of Slurm's jobs, waiting or running, that belong to a folder."""
    return _listed(folder, "--format=%i|%Z")


def _cancel_jobs_in(folder: Path) -> None:
    """Cancel Slurm's jobs of a folder, and wait until they are gone (or OSError)."""
    end = time.monotonic() + _PATIENCE_S
    while left := _jobs_in(folder):
        if time.monotonic() > end:
            raise OSError(f"Slurm has not ended its jobs {' '.join(left)} yet")
        _ask("scancel", *left)
        time.sleep(_LOOK_AGAIN_S)


def wait_for_jobs_in(folder: Path) -> None:
    """Wait until Slurm's jobs of a folder have ended, however long that takes."""
    said = ""
    while True:
        try:
            left = _jobs_in(folder)
        except OSError as error:  # the cluster may be starting, too
            words, pause_s = f"Slurm does not answer: {error}", _ASK_AGAIN_S
        else:
            if not left:
                return
            words = f"Waiting for jobs that Slurm goes on with: {' '.join(left)}"
            pause_s = _LOOK_AGAIN_S
        if words != said:
            said = words
            sys.stderr.write(f"{words}\n")
        time.sleep(pause_s)


def _listed(folder: Path, *options: str) -> list[str]:
    """Ask squeue(1) for something of each job of a folder; OSError without answer."""
    own = str(folder.resolve())
    lines = _ask("squeue", "--me", "--noheader", *options).splitlines()
    found = (line.rpartition("|") for line in lines)
    return [words for words, _, place in found if place == own]


def _ask(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - commands of Slurm
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(done.stderr.strip() or command[0])
    return done.stdout
