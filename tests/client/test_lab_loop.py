"""The whole loop with the real lab server, where a real workflow runs."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ogc_widgets.client import AsyncClient, Client, recent_jobs
from ogc_widgets.errors import (
    JobFailedError,
    NoSuchJobError,
    NoSuchProcessError,
    ProblemError,
    ResultsNotReadyError,
)

AREA = "-121.399,39.834,-120.74,40.472"


@pytest.fixture
def client(lab_server):
    with Client(lab_server.url) as client:
        yield client


def inputs(lab_server, **others):
    return {
        "stac_items": list(lab_server.scenes), "aoi": AREA, "epsg": "EPSG:4326",
        "bands": ["green", "nir"], **others,
    }  # fmt: skip


def test_water_bodies_are_found_when_the_tutorial_is_followed(
    client, lab_server, tmp_path
):
    assert client.conformance().has("dismiss")
    assert "water-bodies" in [process.id for process in client.processes()]
    assert set(client.process("water-bodies").inputs) >= {"aoi", "stac_items", "bands"}

    views = []
    job = client.execute("water-bodies", inputs(lab_server))
    stop = job.watch(views.append)
    assert job.wait(120) is job
    stop()
    assert views[0].phase in ("accepted", "running")
    assert views[-1].phase == "successful"
    progress = [view.status.progress for view in views]
    assert len(set(progress)) >= 3
    assert progress == sorted(progress)

    assert {log.step for log in job.logs()} >= {"crop", "otsu", "stac"}
    assert all(log.text() for log in job.logs())

    results = job.results()
    assert len(results.items) == 2
    assert len(list(results.item_collection())) == 2
    paths = results.download(tmp_path, assets=["data"])
    assert [path.read_bytes()[:2] for path in paths] == [b"II", b"II"]

    (noted, *_) = recent_jobs()
    again = Client(noted.server).job(noted.url)
    assert (again.id, again.status.status) == (job.id, "successful")


def test_job_is_dismissed_on_the_server_when_stopped(client, lab_server):
    job = client.execute("water-bodies", inputs(lab_server))
    assert job.dismiss().status == "dismissed"
    assert job.view.phase == "dismissed"
    with pytest.raises(JobFailedError, match="was dismissed"):
        job.results()
    try:
        known = client.job(job.id).status.status
    except NoSuchJobError:
        known = "dismissed"
    assert known == "dismissed"


def test_failed_job_says_why_and_has_logs_when_its_input_is_bad(client, lab_server):
    far_away = "10.0,50.0,11.0,51.0"
    job = client.execute("water-bodies", inputs(lab_server, aoi=far_away)).wait(120)
    assert job.status.status == "failed"
    assert job.status.message
    assert job.logs()
    with pytest.raises(JobFailedError) as caught:
        job.results()
    assert "job.logs()" in str(caught.value)


def test_results_are_refused_while_the_job_runs(client, lab_server):
    job = client.execute("water-bodies", inputs(lab_server))
    with pytest.raises(ResultsNotReadyError):
        job.results()
    job.dismiss()


def test_answer_is_a_finished_job_when_asked_for_at_once(client):
    process = client.process("echo")
    name = next(iter(process.inputs))
    job = client.execute("echo", {name: "hello"}, mode="sync")
    assert job.view.is_final
    assert job.wait().status.status == "successful"
    assert "hello" in str(job.results().outputs)
    assert job.logs() == []


def test_errors_are_the_right_ones_when_the_server_refuses(client):
    with pytest.raises(NoSuchProcessError):
        client.process("nothing-of-that-name")
    with pytest.raises(NoSuchProcessError):
        client.execute("nothing-of-that-name", {})
    with pytest.raises(NoSuchJobError):
        client.job("nothing-of-that-name")
    with pytest.raises(ProblemError):
        client.undeploy("nothing-of-that-name")


ECHO = """
cwlVersion: v1.2
$graph:
  - class: Workflow
    id: say
    label: Say
    doc: Say a word
    inputs:
      word:
        type: string
        label: word
        doc: the word
    outputs:
      said:
        type: File
        outputSource: [step/said]
    steps:
      step:
        run: "#tool"
        in: {word: word}
        out: [said]
  - class: CommandLineTool
    id: tool
    baseCommand: echo
    stdout: said.txt
    inputs:
      word: {type: string, inputBinding: {position: 1}}
    outputs:
      said: {type: stdout}
"""


def test_package_is_deployed_replaced_run_and_undeployed(client, tmp_path):
    path = tmp_path / "say.cwl"
    path.write_text(ECHO)
    process = client.deploy(path)
    try:
        assert process.id == "say"
        with pytest.raises(ProblemError, match=r"client\.replace") as caught:
            client.deploy(ECHO)
        assert caught.value.status_code == 409
        assert client.replace("say", ECHO.replace("label: Say", "label: Louder"))
        assert client.process("say").title == "Louder"
        assert client.execute("say", {"word": "hi"}).wait(60).results().outputs
    finally:
        client.undeploy("say")
    with pytest.raises(NoSuchProcessError):
        client.process("say")


def test_many_jobs_end_when_run_side_by_side(client):
    process = client.process("echo")
    name = next(iter(process.inputs))
    ended = []

    def one(number):
        job = client.execute("echo", {name: f"n{number}"}, mode="async")
        ended.append(job.wait(120).results().outputs)

    threads = [threading.Thread(target=one, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 4
    assert len(client.jobs(limit=3)) == 3


def test_same_verbs_can_be_awaited(lab_server):
    async def lesson():
        async with AsyncClient(lab_server.url) as client:
            process = await client.process("echo")
            name = next(iter(process.inputs))
            jobs = [await client.execute("echo", {name: str(n)}) for n in range(3)]
            await asyncio.gather(*(job.wait(60) for job in jobs))
            return [job.status.status for job in jobs]

    assert asyncio.run(lesson()) == ["successful"] * 3
