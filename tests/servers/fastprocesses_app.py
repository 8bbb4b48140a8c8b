"""Processes for fastprocesses: served by uvicorn, computed by a Celery worker."""

from __future__ import annotations

import time
from functools import partial

from fastprocesses.api.server import OGCProcessesAPI
from fastprocesses.common import celery_app
from fastprocesses.core.base_process import BaseProcess
from fastprocesses.core.models import (
    ProcessDescription,
    ProcessInput,
    ProcessJobControlOptions,
    ProcessOutput,
    ProcessOutputTransmission,
    Schema,
)
from fastprocesses.processes.process_registry import register_process
from pydantic import BaseModel

# fastprocesses hands a job over to its worker and then notes that it was accepted. On a
# busy machine, a job that has ended by then stays "accepted"; so none begins at once.
celery_app.send_task = partial(celery_app.send_task, countdown=1)


class Counted(BaseModel):
    counted: int


@register_process("slow")
class Slow(BaseProcess):
    """Counts, and says how far it is."""

    process_description = ProcessDescription(
        id="slow",
        title="Slow",
        version="1.0.0",
        description="Counts to the number of steps, with a pause after each.",
        jobControlOptions=[
            ProcessJobControlOptions.SYNC_EXECUTE,
            ProcessJobControlOptions.ASYNC_EXECUTE,
        ],
        outputTransmission=[ProcessOutputTransmission.VALUE],
        inputs={
            "steps": ProcessInput(
                title="Steps",
                description="How far to count.",
                schema=Schema(type="integer", minimum=1, maximum=100),
            ),
            "pause_s": ProcessInput(
                title="Pause",
                description="Seconds after each step.",
                schema=Schema(type="number", minimum=0),
                minOccurs=0,
            ),
            "fail": ProcessInput(
                title="Fail",
                description="Fail after the first step.",
                schema=Schema(type="boolean"),
                minOccurs=0,
            ),
        },
        outputs={
            "counted": ProcessOutput(
                title="Counted",
                description="The number that was counted to.",
                schema=Schema(type="integer"),
            )
        },
    )

    def execute(self, exec_body, job_progress_callback=None):
        inputs = exec_body["inputs"]
        for step in range(inputs["steps"]):
            if inputs.get("fail") and step:
                raise ValueError("failed on request")
            if job_progress_callback:
                job_progress_callback(100 * step // inputs["steps"], f"step {step + 1}")
            time.sleep(inputs.get("pause_s", 0.1))
        return Counted(counted=inputs["steps"])


app = OGCProcessesAPI().get_app()
