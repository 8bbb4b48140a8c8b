"""``toil-cwl-runner`` without the waits of its leader that nobody needs.

After each step the leader looks at what the step has made possible. It does so in
turns, and in each turn waits up to two seconds for jobs that run, also where none does:
that is most of the time between two steps, and 10 s after the last one. The batch
systems that it gets here do not wait where there is nothing to wait for.

Run as ``python -m ogc_widgets.lab.engines.toilrun [--after-slurm] [options of
toil-cwl-runner]`` in the folder of the job. With the option it begins when Slurm has
none of the jobs any more that were submitted there.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.engines.slurm_queue import wait_for_jobs_in
from ogc_widgets.lab.network import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Callable

    System = type[Any]  # a batch system; Toil's have types of their own

AFTER_SLURM = "--after-slurm"
_NOTHING_RUNS_S = 0.02


def _prompt(batch_system: System) -> System:
    class Prompt(batch_system):  # type: ignore[misc] # chosen when it runs
        def getUpdatedBatchJob(self, maxWait: float) -> object:  # noqa: N802, N803 - Toil's
            if not self.getIssuedBatchJobIDs():
                maxWait = min(maxWait, _NOTHING_RUNS_S)  # noqa: N806 - Toil's name
            return super().getUpdatedBatchJob(maxWait)

    return Prompt


def _factory(make: Callable[[], System]) -> Callable[[], System]:
    return lambda: _prompt(make())


def main(arguments: list[str]) -> int:
    """Run a package with Toil."""
    refuse_link_local()
    if arguments[0] == AFTER_SLURM:
        wait_for_jobs_in(Path.cwd())
        arguments = arguments[1:]
    # It would note every run in a database in the user's home.
    os.environ.setdefault("TOIL_HISTORY", "False")
    from toil import common
    from toil.batchSystems import registry
    from toil.cwl.cwltoil import main as toil_main

    # It would listen on all interfaces for log records that nothing here sends.
    common.RealtimeLogger = lambda *_, **__: nullcontext()
    for name, make in (
        ("single_machine", registry.single_machine_batch_system_factory),
        ("slurm", registry.slurm_batch_system_factory),
    ):
        registry.add_batch_system_factory(name, _factory(make))
    status: int = toil_main(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
