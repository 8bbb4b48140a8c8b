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


PACKAGE = """cwlVersion: v1.2
class: CommandLineTool
id: {id}
label: Mine
baseCommand: [echo, hello]
inputs: {{}}
outputs: {{out: stdout}}
"""
CWL = {"Content-Type": "application/cwl+yaml"}


def test_jobs_and_processes_are_there_again_after_a_kill_and_after_a_stop(
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
    api.post("/processes", content=PACKAGE.format(id="mine"), headers=CWL)
    replaced = api.put(
        "/processes/water-bodies",
        content=PACKAGE.format(id="water-bodies"),
        headers=CWL,
    )
    assert replaced.status_code == 204
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
        assert api.get("/processes/mine").json()["title"] == "Mine"
        assert api.get("/processes/water-bodies").json()["title"] == "Mine"
        assert api.delete("/processes/water-bodies").status_code == 204
        stopped = api.start("echo", {"message": "a", "pauses": [pause_s]})
        api.follow(stopped, lambda status: status["message"] == "pause")
    wait_for(lambda: not sleepers(pause_s))

    with lab(data=tmp_path) as third:
        api = connect(third.url)
        status = api.get(stopped).json()
        assert status["status"] == "failed"
        assert "interrupted" in status["message"]
        # The lesson's own process comes back, so that it can be begun again.
        assert api.get("/processes/water-bodies").json()["title"] == "Water bodies"
