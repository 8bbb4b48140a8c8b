"""The lab on a real Slurm, which runs on this machine (``local_slurm.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab_api import own_seconds, sleepers
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import JobFailedError
from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab_api import Api
    from local_slurm import LocalSlurm

AOI = "-121.1,40.0,-121.0,40.1"
# A job goes through four steps, each of which Toil starts several programs for; on a
# busy machine that takes minutes.
pytestmark = pytest.mark.timeout(600)
PATIENCE_S = 500

HUGE = """cwlVersion: v1.2
class: CommandLineTool
id: huge
requirements: {ResourceRequirement: {ramMin: 50000000}}
baseCommand: 'true'
inputs: {}
outputs: {}
"""


def deploy(api: Api, text: str) -> None:
    kind = {"Content-Type": "application/cwl+yaml"}
    assert api.post("/processes", content=text, headers=kind).status_code == 201


def test_jobs_run_at_once_and_say_why_when_they_fail(
    tmp_path: Path, connect: Callable[[str], Api], slurm: LocalSlurm
) -> None:
    with (
        lab(data=tmp_path, engine="slurm", workers=3) as server,
        ogc.Client(server.url) as client,
    ):
        api = connect(server.url)
        deploy(api, HUGE)
        [item, *_] = server.scenes
        good = client.execute("water-bodies", {"stac_items": [item], "aoi": AOI})
        bad = client.execute("water-bodies", {"stac_items": [item], "aoi": "1,2,3,4"})
        huge = client.execute("huge", {})
        seen = api.follow(f"/jobs/{good.id}", timeout_s=PATIENCE_S)
        # The step's own words, and Slurm's, not the end of a log.
        for job, words in (
            (bad, "crop failed: The area of interest"),
            (huge, "Requested node configuration is not available"),
        ):
            with pytest.raises(JobFailedError, match=words):
                job.wait(PATIENCE_S).results()
        good.wait(PATIENCE_S)
        # It had not waited for the others.
        assert good.status.started < bad.status.finished
        progress = [status["progress"] for status in seen]
        assert progress == sorted(progress)
        assert len(set(progress)) >= 4
        said = " ".join(status["message"] for status in seen)
        assert all(step in said for step in ("crop", "otsu", "stac"))
        [mask] = good.results().items
        assert mask["geometry"]
        texts = {log.title: log.text() for log in good.logs()}
        assert len([title for title in texts if "crop" in title]) == 2
        assert all(texts.values())
        assert not slurm.jobs()


def test_steps_end_with_their_job_also_when_the_lab_was_killed(
    tmp_path: Path, connect: Callable[[str], Api], slurm: LocalSlurm
) -> None:
    server = lab(data=tmp_path, engine="slurm", workers=3)
    api = connect(server.url)
    api.deploy("asleep.cwl")
    first, second = own_seconds(4000), own_seconds(4000)
    stopped = api.start("asleep", {"seconds": first})
    cut = api.start("asleep", {"seconds": second})
    wide = api.start("asleep", {"seconds": 1, "cores": 1000})
    # It says for what it waits, and what the others do can be read while they do it.
    api.follow(wide, lambda status: "queue of Slurm" in status["message"], PATIENCE_S)
    for pause_s in (first, second):
        wait_for(lambda: sleepers(pause_s))  # noqa: B023 - called at once
    [log] = [
        link["href"]
        for link in api.get(stopped).json()["links"]
        if link.get("title") == "Tool log asleep.log"
    ]
    assert api.http.get(log).text == "falling asleep\n"
    for job in (stopped, wide):
        assert api.delete(job).json()["status"] == "dismissed"
    # Not only asked to end: it has.
    assert len(slurm.jobs()) == 1
    assert not sleepers(first)

    server._server.process.kill()
    server._server.process.wait()
    server.close()
    assert sleepers(second)  # no leash holds what a cluster runs
    with lab(data=tmp_path) as again:  # with another engine, so that it cannot go on
        api = connect(again.url)
        status = api.get(cut).json()
        assert (status["status"], status["message"][:11]) == ("failed", "interrupted")
        wait_for(lambda: not slurm.jobs())
        wait_for(lambda: not sleepers(second))


def test_message_says_what_the_nodes_do_not_find(
    tmp_path: Path, connect: Callable[[str], Api], slurm: LocalSlurm
) -> None:
    options = "--slurmArgs=--export=PATH=/usr/bin:/bin"
    with lab(data=tmp_path, engine="slurm", engine_options=options) as server:
        api = connect(server.url)
        api.deploy("asleep.cwl")
        last = api.follow(api.start("asleep", {"seconds": 1}), timeout_s=PATIENCE_S)[-1]
        assert "do not find '_toil_worker'" in last["message"]
        assert "ogc-widgets[toil]" in last["message"]
