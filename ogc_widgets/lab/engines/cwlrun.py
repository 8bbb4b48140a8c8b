"""cwltool with one log file per step execution that can be read while it runs.

``cwltool --log-dir`` only covers tools that declare ``stderr`` themselves; what all
others print is mixed into cwltool's own stderr. Here every execution gets its own
file, and ``index`` lists them in the order in which they started.

Run as ``python -m ogc_widgets.lab.engines.cwlrun LOGS PARALLEL [cwltool options]
PACKAGE INPUTS``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cwltool.executors import MultithreadedJobExecutor
from cwltool.job import JobBase
from cwltool.main import run

from ogc_widgets.lab.network import refuse_link_local

if TYPE_CHECKING:
    from cwltool.errors import WorkflowException

    Cwl: TypeAlias = Any  # an object of cwltool or cwl_utils, which differ by version

# cwltool's own value is 3 s; a wake-up that is missed must not cost that much.
_WAKE_UP_S = 0.05


class LabExecutor(MultithreadedJobExecutor):
    """Runs steps side by side, each with a log file of its own."""

    def __init__(self, logs: Path, parallel: int) -> None:
        super().__init__(max_parallel=parallel)
        self._logs = logs
        self._index = (logs / "index").open("a", encoding="utf-8")

    def select_resources(
        self, request: dict[str, int | float], runtime_context: Cwl
    ) -> dict[str, int | float]:
        """Give a step at most what is there.

        A package written for a cluster asks for more than a laptop has; in a lab it
        shall run slowly rather than not at all.
        """
        for name, limit in (("cores", self.max_cores), ("ram", self.max_ram)):
            request[name + "Min"] = min(request[name + "Min"], limit)
        granted: dict[str, int | float] = super().select_resources(
            request, runtime_context
        )
        return granted

    def run_jobs(
        self, process: Cwl, job_order_object: Cwl, logger: Cwl, runtime_context: Cwl
    ) -> None:
        """Run all steps of a package."""
        runtime_context.select_resources = self.select_resources
        super().run_jobs(process, job_order_object, logger, runtime_context)

    def wait_for_next_completion(self, runtime_context: Cwl) -> None:
        """Wait until a step ends or for a moment.

        Raises:
            WorkflowException: A step could not be run.
        """
        runtime_context.workflow_eval_lock.wait(timeout=_WAKE_UP_S)
        if self.exceptions:
            failure: WorkflowException = self.exceptions[0]
            raise failure

    def _runner(self, job: Cwl, runtime_context: Cwl, tmpdir_lock: Cwl) -> None:
        if not isinstance(job, JobBase):
            super()._runner(job, runtime_context, tmpdir_lock)
            return
        log = self._logs / f"{job.name}.log"
        output = log
        if job.stderr:
            # The tool keeps its stderr as a file (--log-dir puts it there at once);
            # the log is that file, and whatever is printed on stdout goes beside it.
            log.symlink_to(Path(runtime_context.log_dir, job.name, job.stderr))
            output = self._logs / f"{job.name}.stdout"
        self._index.write(f"{job.name}\n")
        self._index.flush()
        context = runtime_context.copy()
        with output.open("ab") as stream:
            context.default_stdout = context.default_stderr = stream
            super()._runner(job, context, tmpdir_lock)


def keep_schemas() -> None:
    """Let cwltool use the CWL schema that is loaded.

    Without a callback of this kind it forgets the schema and reads it again, which
    takes half a second.
    """


def main(arguments: list[str]) -> int:
    """Run a package; see the module's text for the arguments."""
    refuse_link_local()
    logs = Path(arguments[0])
    # The streams directory is cwltool's; it is kept apart from the logs we list.
    options = ["--log-dir", str(logs / "streams"), *arguments[2:]]
    executor = LabExecutor(logs, int(arguments[1]))
    status: int = run(options, executor=executor, custom_schema_callback=keep_schemas)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
