"""Oddities as errors: for whoever asks for it, and never at the cost of a job."""

from __future__ import annotations

import asyncio
import threading

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.errors import DialectWarning, LinkWarning, StrictError
from ogc_widgets.protocol import watching

QUEUED = {"jobID": "j1", "status": "queued", "processID": "p"}
DONE = {"jobID": "j1", "status": "finished", "processID": "p"}


@pytest.fixture
def server():
    said = iter([QUEUED, QUEUED])
    behaviours = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(QUEUED, 201),
        ("GET", "/api/jobs/j1"): lambda *_: answer(next(said, DONE)),
    }
    with processes_server(behaviours) as server:
        yield server


@pytest.fixture
def client(server):
    with ogc.Client(f"{server.origin}/api") as client:
        yield client


def test_oddity_is_an_error_inside_and_a_warning_outside(client):
    with ogc.strict(), pytest.raises(StrictError, match="'queued'") as caught:
        client.job("j1")
    assert caught.value.category is DialectWarning
    assert "ogc.strict()" in str(caught.value)
    with pytest.warns(DialectWarning, match="'queued'"):
        assert client.job("j1").id == "j1"


@pytest.mark.parametrize("ignore", [DialectWarning, "queued", ["queued", LinkWarning]])
def test_what_is_ignored_passes_in_silence(client, ignore):
    with ogc.strict(ignore=ignore):
        assert client.job("j1").id == "j1"


def test_what_is_not_ignored_is_still_an_error(client):
    with ogc.strict(ignore=LinkWarning), pytest.raises(StrictError):
        client.job("j1")


def test_job_is_never_lost_to_it(client, monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)
    with ogc.strict():
        job = client.execute("p", {})
        assert job.wait(60).status.status == "successful"


def test_awaitable_verbs_are_strict_in_their_own_task_only(server):
    async def strictly(client):
        with ogc.strict(), pytest.raises(StrictError):
            await client.job("j1")

    async def tolerantly(client):
        with pytest.warns(DialectWarning):
            await client.job("j1")

    async def both():
        async with ogc.AsyncClient(f"{server.origin}/api") as client:
            await asyncio.create_task(strictly(client))
            await asyncio.create_task(tolerantly(client))

    asyncio.run(both())


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.DialectWarning")
def test_other_threads_are_left_alone(client):
    found = []
    with ogc.strict():
        other = threading.Thread(target=lambda: found.append(client.job("j1").id))
        other.start()
        other.join(30)
    assert found == ["j1"]
