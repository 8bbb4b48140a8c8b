"""What Slurm still has of a job of the lab.

Slurm's jobs run in the folder in which they were submitted, which is the job's: so they
can be found without having noted anything.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LOOK_AGAIN_S = 0.2
_ASK_AGAIN_S = 2.0
_PATIENCE_S = 60.0


def jobs_in(folder: Path) -> list[str]:
    """Return the ids of Slurm's jobs, waiting or running, that belong to a folder.

    Raises:
        OSError: Slurm does not answer.
    """
    return _listed(folder, "--format=%i|%Z")


def reasons_in(folder: Path) -> list[str]:
    """Return why jobs of a folder wait, each reason once, as squeue(1) has them.

    Raises:
        OSError: Slurm does not answer.
    """
    found = set(_listed(folder, "--states=PENDING", "--format=%r|%Z"))
    return sorted(found - {"None"})


def cancel_jobs_in(folder: Path) -> None:
    """Cancel Slurm's jobs of a folder, and wait until they are gone.

    Raises:
        OSError: Slurm does not answer, or does not end them; a node may be down.
    """
    end = time.monotonic() + _PATIENCE_S
    while left := jobs_in(folder):
        if time.monotonic() > end:
            raise OSError(f"Slurm has not ended its jobs {' '.join(left)} yet")
        _ask("scancel", *left)
        time.sleep(_LOOK_AGAIN_S)


def wait_for_jobs_in(folder: Path) -> None:
    """Wait until Slurm's jobs of a folder have ended, however long that takes."""
    said = ""
    while True:
        try:
            left = jobs_in(folder)
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
