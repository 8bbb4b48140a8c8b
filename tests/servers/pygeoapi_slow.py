"""A process for pygeoapi that takes its time and says how far it is.

Runs inside of pygeoapi, which finds it by its dotted name on the Python path.
"""

from __future__ import annotations

import time

from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

DESCRIPTION = {
    "version": "1.0.0",
    "id": "slow",
    "title": "Slow",
    "description": "Counts to the number of steps, with a pause after each.",
    "jobControlOptions": ["sync-execute", "async-execute"],
    "keywords": [],
    "links": [],
    "inputs": {
        "steps": {
            "title": "Steps",
            "description": "How far to count.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100},
            "minOccurs": 1,
            "maxOccurs": 1,
        },
        "pause_s": {
            "title": "Pause",
            "description": "Seconds after each step.",
            "schema": {"type": "number", "minimum": 0, "default": 0.1},
            "minOccurs": 0,
            "maxOccurs": 1,
        },
        "fail": {
            "title": "Fail",
            "description": "Fail after the first step.",
            "schema": {"type": "boolean", "default": False},
            "minOccurs": 0,
            "maxOccurs": 1,
        },
    },
    "outputs": {
        "counted": {
            "title": "Counted",
            "schema": {"type": "object", "contentMediaType": "application/json"},
        }
    },
    "example": {"inputs": {"steps": 3}},
}


class Slow(BaseProcessor):
    """Counts, and writes its progress into the list of jobs."""

    def __init__(self, definition):
        super().__init__(definition, DESCRIPTION)
        self.supports_outputs = True
        self.job_id = ""

    def set_job_id(self, job_id):
        self.job_id = job_id

    def execute(self, data, outputs=None):
        # Only the running application knows the list of jobs.
        from pygeoapi.flask_app import api_

        steps = data.get("steps")
        if not isinstance(steps, int):
            raise ProcessorExecuteError("steps must be a whole number")
        for step in range(steps):
            if data.get("fail") and step:
                raise ProcessorExecuteError("failed on request")
            api_.manager.update_job(
                self.job_id,
                {
                    "status": "running",
                    "message": f"step {step + 1} of {steps}",
                    "progress": 5 + 90 * step // steps,
                },
            )
            time.sleep(data.get("pause_s", 0.1))
        return "application/json", {"id": "counted", "value": steps}
