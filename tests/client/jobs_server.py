"""A server of one process whose jobs a test lets end, and which counts what it gets."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime

from raw_server import RawServer, answer

PROCESS = {
    "id": "p",
    "jobControlOptions": ["async-execute", "dismiss"],
    "inputs": {"n": {"schema": {"type": "integer"}}},
}


class JobsServer(RawServer):
    """Jobs end when they are asked for, unless they are held.

    Attributes:
        process: The description of the process.
        first: What is answered to the first requests to run, one after the other: what
            ``RawServer`` takes, or ``None`` for a job.
        held: Whether jobs go on.
        jobs: Id to what the server knows of a job.
        posts: When, and with what inputs, it was asked to run, also where it refused.
    """

    def __init__(self, first=(), *, held=False, process=None):
        self.process = process or PROCESS
        self.first = list(first)
        self.held = held
        self.jobs = {}
        self.posts = []
        self.most_going = 0
        self.tells_inputs = True
        self._jobs_lock = threading.Lock()
        super().__init__(self._answer)
        self.url = f"{self.origin}/api"

    @property
    def sent(self):
        """The inputs of all requests to run, in the order in which they came."""
        return [inputs for _, inputs in self.posts]

    def new_job(self, inputs, **known):
        """Make a job, as a request does."""
        job_id = f"j{len(self.jobs)}"
        now = datetime.now(UTC).isoformat()
        self.jobs[job_id] = {"inputs": inputs, "status": "running", "created": now}
        self.jobs[job_id] |= known
        going = sum(job["status"] == "running" for job in self.jobs.values())
        self.most_going = max(self.most_going, going)
        return job_id

    def _answer(self, connection, received):
        path = received.path.partition("?")[0].removeprefix("/api")
        if received.method == "POST":
            return self._run(connection, received)
        with self._jobs_lock:
            if received.method == "DELETE":
                self.jobs[path.split("/")[2]]["status"] = "dismissed"
            return self._tell(path)

    def _run(self, connection, received):
        inputs = json.loads(received.body)["inputs"]
        with self._jobs_lock:
            self.posts.append((time.monotonic(), inputs))
            said = self.first.pop(0) if self.first else None
        if said is not None:
            return said(connection, received) if callable(said) else said
        with self._jobs_lock:
            return self.accept(inputs)

    def accept(self, inputs):
        """Make a job, and say so."""
        job_id = self.new_job(inputs)
        where = {"Location": f"/api/jobs/{job_id}"}
        return answer(self._status(job_id), status=201, headers=where)

    def _tell(self, path):
        now = format_datetime(datetime.now(UTC), usegmt=True)
        if path == "/jobs":
            listed = [self._status(name) for name in reversed(self.jobs)]
            return answer({"jobs": listed}, headers={"Date": now})
        if path.startswith("/jobs/"):
            job_id, _, more = path.removeprefix("/jobs/").partition("/")
            job = self.jobs.get(job_id)
            if job is None:
                return answer({"title": "NoSuchJob"}, status=404)
            if more == "results":
                return answer({"n": job["inputs"].get("n")})
            if more == "inputs" and self.tells_inputs:
                return answer({"inputs": job["inputs"]})
            if more:
                return answer(status=404)
            if job["status"] == "running" and not self.held:
                job["status"] = "successful"
            return answer(self._status(job_id))
        documents = {
            "": {"title": "Raw", "links": []},
            "/processes": {"processes": [self.process]},
            "/processes/p": self.process,
        }
        found = documents.get(path)
        return answer(status=404) if found is None else answer(found)

    def _status(self, job_id):
        job = self.jobs[job_id]
        return {
            "jobID": job_id, "processID": "p", "status": job["status"],
            "created": job["created"], "message": job.get("message", ""),
        }  # fmt: skip
