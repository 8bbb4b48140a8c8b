"""A whole class submits at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from pathlib import Path

HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: hello
baseCommand: echo
inputs: {name: {type: int, inputBinding: {}}}
outputs: {out: stdout}
"""


def test_all_jobs_finish_when_fifty_are_submitted_at_once(tmp_path: Path) -> None:
    with lab(data=tmp_path, workers=2) as server, httpx.Client(timeout=60) as http:
        http.post(
            f"{server.url}/processes",
            content=HELLO,
            headers={"Content-Type": "application/cwl+yaml"},
        ).raise_for_status()

        def submit(number: int) -> str:
            answer = http.post(
                f"{server.url}/processes/hello/execution",
                json={"inputs": {"name": number}},
                headers={"Prefer": "respond-async"},
            )
            answer.raise_for_status()
            return str(answer.headers["Location"])

        with ThreadPoolExecutor(50) as pool:
            jobs = list(pool.map(submit, range(50)))
        assert len(set(jobs)) == 50
        running_at_once = 0
        while True:
            listed = http.get(f"{server.url}/jobs?limit=100").json()["jobs"]
            words = [job["status"] for job in listed]
            assert set(words) <= {"accepted", "running", "successful"}
            running_at_once = max(running_at_once, words.count("running"))
            if words.count("successful") == 50:
                break
            time.sleep(0.2)
        assert running_at_once == 2
        for number, job in enumerate(jobs):
            assert http.get(f"{job}/results/out").text == f"{number}\n"
