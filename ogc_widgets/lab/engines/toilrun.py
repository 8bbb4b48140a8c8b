"""``toil-cwl-runner`` without the waits of its leader that nobody needs.

After each step the leader looks at what the step has made possible, in turns. In each
turn it waits up to two seconds for the jobs of the cluster, also where there is none,
or where it has a small job of its own that is done long before. That is most of the
time between two steps, and 10 s after the last one. The batch systems that it gets here
wait where there is something to wait for. Slurm is not asked more often than before.

Run as ``python -m ogc_widgets.lab.engines.toilrun [options of toil-cwl-runner]`` in the
folder of the job. With ``--after-slurm`` among them it begins when Slurm has none of
the jobs any more that were submitted there.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.engines.slurm import AFTER_SLURM, wait_for_jobs_in
from ogc_widgets.lab.network import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Callable

    Operation = Callable[..., object]
    System = type[Any]  # a batch system; Toil's have types of their own

_TURN_S = 0.1
# Slurm may say something else the next time. Whatever else it says, Toil would ask for
# 20 minutes.
_FOR_NOW = ("temporarily", "timed out", "unable to contact", "submit limit")


def _prompt(batch_system: System) -> System:
    from toil.lib.misc import CalledProcessErrorStderr

    class Prompt(batch_system):  # type: ignore[misc] # chosen when it runs
        def getUpdatedBatchJob(self, maxWait: float) -> object:  # noqa: N802, N803 - Toil's
            issued = set(self.getIssuedBatchJobIDs())
            if not issued or issued.intersection(self._local()):
                maxWait = min(maxWait, _TURN_S)  # noqa: N806 - Toil's name
            return super().getUpdatedBatchJob(maxWait)

        def _local(self) -> set[int]:
            known = getattr(self, "getIssuedLocalJobIDs", None)
            return set(known()) if known else set()

        def sleepSeconds(self, sleeptime: float = 1) -> float:  # noqa: N802 - as above
            """Wait until new jobs are looked for."""
            return float(super().sleepSeconds(min(sleeptime, _TURN_S)))

        def with_retries(self, operation: Operation, *given: Any) -> object:  # noqa: ANN401 - Toil's
            """Ask the cluster, and again where that may help."""
            if operation.__name__ != "submitJob":
                return super().with_retries(operation, *given)
            try:
                return operation(*given)
            except CalledProcessErrorStderr as refusal:
                said = str(refusal.stderr).lower()
                if not any(words in said for words in _FOR_NOW):
                    raise
            return super().with_retries(operation, *given)

    return Prompt


def _factory(make: Callable[[], System]) -> Callable[[], System]:
    return lambda: _prompt(make())


def main(arguments: list[str]) -> int:
    """Run a package with Toil."""
    refuse_link_local()
    if AFTER_SLURM in arguments:
        wait_for_jobs_in(Path.cwd())
        arguments = [word for word in arguments if word != AFTER_SLURM]
    # It would note every run in a database in the user's home.
    os.environ.setdefault("TOIL_HISTORY", "False")
    from toil import common
    from toil.batchSystems import registry
    from toil.cwl.cwltoil import main as toil_main

    # It would listen on all interfaces for log records that nothing here sends.
    common.RealtimeLogger = lambda *_, **__: nullcontext()
    # Messages that nobody reads here would stay behind in files of /tmp.
    common.gen_message_bus_path = lambda *_, **__: os.devnull
    for name, make in (
        ("single_machine", registry.single_machine_batch_system_factory),
        ("slurm", registry.slurm_batch_system_factory),
    ):
        registry.add_batch_system_factory(name, _factory(make))
    status: int = toil_main(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
