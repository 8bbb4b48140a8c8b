"""Jobs and processes are there again when the server was killed and started again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab_api import own_seconds, sleepers
from waiting import wait_for

from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab_api import Api

    from ogc_widgets.lab import Lab


def kill(server: Lab) -> None:
    server._server.process.kill()
    server._server.process.wait()
    server.close()


def test_jobs_are_listed_and_settled_when_the_server_was_killed(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    server = lab(data=tmp_path, workers=1)
    api = connect(server.url)
    done = api.run("echo", {"message": "kept"})
    pause_s = own_seconds(400)
    cut = api.start("echo", {"message": "cut", "pauses": [pause_s]})
    waiting = api.start("echo", {"message": "waiting"})
    api.follow(cut, lambda status: status["message"] == "pause")
    wait_for(lambda: sleepers(pause_s))
    kill(server)
    with lab(data=tmp_path, workers=1) as again:
        api = connect(again.url)
        assert {f"/jobs/{job['jobID']}" for job in api.get("/jobs").json()["jobs"]} == {
            done,
            cut,
            waiting,
        }
        assert api.get(f"{done}/results").json() == {"message": "kept"}
        status = api.get(cut).json()
        assert status["status"] == "failed"
        assert "interrupted" in status["message"]
        # Nothing had been lost of the one that had not begun.
        assert api.follow(waiting)[-1]["status"] == "successful"
        # The runner saw the server go and took its steps with it.
        wait_for(lambda: not sleepers(pause_s))


def test_running_job_fails_with_a_reason_when_the_server_is_stopped(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    with lab(data=tmp_path) as server:
        api = connect(server.url)
        pause_s = own_seconds(400)
        job = api.start("echo", {"message": "a", "pauses": [pause_s]})
        api.follow(job, lambda status: status["message"] == "pause")
    wait_for(lambda: not sleepers(pause_s))
    with lab(data=tmp_path) as server:
        status = connect(server.url).get(job).json()
        assert status["status"] == "failed"
        assert "interrupted" in status["message"]


def test_processes_are_as_they_were_when_the_server_comes_back(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    text = """cwlVersion: v1.2
class: CommandLineTool
id: {id}
label: Mine
baseCommand: [echo, hello]
inputs: {{}}
outputs: {{out: stdout}}
"""
    kind = {"Content-Type": "application/cwl+yaml"}
    with lab(data=tmp_path) as server:
        api = connect(server.url)
        api.post("/processes", content=text.format(id="mine"), headers=kind)
        replaced = api.put(
            "/processes/water-bodies",
            content=text.format(id="water-bodies"),
            headers=kind,
        )
        assert replaced.status_code == 204
    with lab(data=tmp_path) as server:
        api = connect(server.url)
        assert api.get("/processes/mine").json()["title"] == "Mine"
        assert api.get("/processes/water-bodies").json()["title"] == "Mine"
        assert api.delete("/processes/water-bodies").status_code == 204
    with lab(data=tmp_path) as server:
        # The lesson's own process comes back, so that it can be begun again.
        answer = connect(server.url).get("/processes/water-bodies")
        assert answer.json()["title"] == "Water bodies"
