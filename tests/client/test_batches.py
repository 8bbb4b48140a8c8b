"""Many runs of one process: each sent once, so many at once, all in the end."""

from __future__ import annotations

import asyncio
import stat

import pandas as pd
import pytest

import ogc_widgets as ogc
from ogc_widgets.client.batches.recent import recent_batches
from ogc_widgets.errors import InputError


def messages(count):
    return [{"message": f"m{number}"} for number in range(count)]


@pytest.fixture
def client(lab_server):
    with ogc.Client(lab_server.url) as client:
        yield client


def test_batch_runs_each_of_its_inputs_once_and_gives_jobs_as_they_end(client):
    batch = client.execute_many("echo", messages(6), at_once=3)
    jobs = list(batch)
    assert {job.status.status for job in jobs} == {"successful"}
    said = {job.results().outputs["message"] for job in jobs}
    assert said == {f"m{number}" for number in range(6)}
    assert batch.is_ended
    assert batch.counts == {"successful": 6}
    assert len({entry.job_id for entry in batch.entries}) == 6
    assert batch.differing == ("message",)
    # Those that have ended are made anew, with what was sent.
    assert [job.inputs for job in batch.jobs] == messages(6)
    assert batch.job(2).results().outputs == {"message": "m2"}


def test_batch_can_be_awaited_in_any_loop(lab_server):
    async def work():
        async with ogc.AsyncClient(lab_server.url) as client:
            batch = await client.execute_many("echo", messages(2))
            async for job in batch:
                assert (await job.results()).outputs["message"].startswith("m")
            return await batch

    assert asyncio.run(work()).counts == {"successful": 2}


def test_batch_is_a_private_file_until_it_is_forgotten(client):
    batch = client.execute_many("echo", messages(2), title="Two").wait(60)
    assert stat.S_IMODE(batch.where.stat().st_mode) == 0o600
    assert stat.S_IMODE(batch.where.parent.stat().st_mode) == 0o700
    (found,) = recent_batches()
    assert (found.title, found.process_id) == ("Two", "echo")
    assert found.is_ended
    assert found.counts == {"successful": 2}
    found.forget()
    assert recent_batches() == []
    assert list(batch.where.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [([], "no inputs"), ([{"message": "m"}, 5], "Inputs 1 "), ([{"a": b"1"}], "JSON")],
)
def test_nothing_is_sent_of_inputs_that_cannot_be(client, inputs, fault):
    with pytest.raises(InputError, match=fault):
        client.execute_many("echo", inputs)
    assert recent_batches() == []


def test_rows_of_a_frame_are_the_inputs_of_the_jobs(client):
    frame = pd.DataFrame(
        {
            "message": ["a", "b"],
            "count": [1, None],  # floats, to pandas
            "words": [None, ["x"]],
        }
    )
    batch = client.execute_many("echo", frame)
    assert [entry.inputs for entry in batch.entries] == [
        {"message": "a", "count": 1},
        {"message": "b", "words": ["x"]},
    ]
    assert str(batch.entries[0].inputs["count"]) == "1"
    batch.wait(timeout_s=90, progress=False)
    assert batch[1].results()["message"] == "b"


def test_inputs_are_made_one_by_one_by_what_calls_the_client_itself(client):
    made = ({"message": client.process("echo").title} for _ in range(2))
    batch = client.execute_many("echo", made).wait(60)
    assert [entry.inputs for entry in batch.entries] == [{"message": "Echo"}] * 2
