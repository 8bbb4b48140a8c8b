"""A job that an engine still has goes on with the next server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from waiting import wait_for

from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab_api import Api
    from local_slurm import LocalSlurm

    from ogc_widgets.lab import Lab

pytest.importorskip("toil")


class Steps:
    """Two steps, of which the second waits until the gate is open."""

    def __init__(self, folder: Path) -> None:
        self.inputs = {"folder": str(folder)}
        self._ran = folder / "ran"
        self._gate = folder / "gate"

    def ran(self) -> list[str]:
        return self._ran.read_text().split() if self._ran.exists() else []

    def open_gate(self) -> None:
        self._gate.touch()


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path)


def kill(server: Lab) -> None:
    server._server.process.kill()
    server._server.process.wait()
    server.close()


def test_toil_goes_on_after_the_server_was_stopped_and_then_killed(
    tmp_path: Path, connect: Callable[[str], Api], steps: Steps
) -> None:
    with lab(data=tmp_path / "lab", engine="toil") as server:
        api = connect(server.url)
        api.deploy("gate.cwl")
        job = api.start("gate", steps.inputs)
        wait_for(lambda: steps.ran() == ["noted", "began"])
        api.follow(job, lambda status: status["progress"] == 50)
    again = lab(data=tmp_path / "lab", engine="toil")
    wait_for(lambda: steps.ran().count("began") == 2)
    kill(again)
    with lab(data=tmp_path / "lab", engine="toil") as third:
        api = connect(third.url)
        wait_for(lambda: steps.ran().count("began") == 3)
        assert api.get(job).json()["progress"] == 50
        steps.open_gate()
        assert api.follow(job)[-1]["status"] == "successful"
        assert steps.ran().count("noted") == 1
        assert steps.ran().count("went") == 1
        assert api.get(f"{job}/results").status_code == 200


def test_slurm_goes_on_by_itself_while_the_server_is_killed(
    tmp_path: Path, connect: Callable[[str], Api], steps: Steps, slurm: LocalSlurm
) -> None:
    server = lab(data=tmp_path / "lab", engine="slurm")
    api = connect(server.url)
    api.deploy("gate.cwl")
    job = api.start("gate", steps.inputs)
    dismissed = api.start("gate", steps.inputs)
    wait_for(lambda: steps.ran().count("began") == 2)
    kill(server)
    assert len(slurm.jobs()) == 2
    with lab(data=tmp_path / "lab", engine="slurm") as again:
        api = connect(again.url)
        assert api.get(job).json()["status"] == "running"
        # While it waits for what Slurm goes on with, it can be stopped as ever.
        assert api.delete(dismissed).json()["status"] == "dismissed"
        wait_for(lambda: len(slurm.jobs()) == 1)
        log = tmp_path / "lab" / job.removeprefix("/") / "job.log"
        # It either waits, or it has begun the step a second time.
        wait_for(
            lambda: "goes on with" in log.read_text() or steps.ran().count("began") > 2
        )
        steps.open_gate()
        assert api.follow(job)[-1]["status"] == "successful"
        assert sorted(steps.ran()) == ["began", "began", "noted", "noted", "went"]
        assert api.get(f"{job}/results").status_code == 200
