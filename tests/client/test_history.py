"""The history of this machine: what it follows, how it is searched, what it keeps."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from dialects import Dialect
from scripted_server import ScriptedServer
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history import notes
from ogc_widgets.client.history.notes import note_answer, note_heard, note_sending
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import InputError


@pytest.fixture
def client(lab_server):
    with ogc.Client(lab_server.url) as made:
        yield made


def submit(process_id, job_id, server="https://one.test/api"):
    key = note_sending(server, process_id)
    note_answer(key, "answered", job_id=job_id, url=f"{server}/jobs/{job_id}")


def ids(**wanted):
    return [job.job_id for job in ogc.recent_jobs(**wanted)]


def test_state_and_time_follow_what_was_heard_of_a_job(client):
    job = client.execute("echo", {"message": "m"})
    assert ogc.recent_jobs()[0].state == "answered"
    job.wait(60)
    noted = ogc.recent_jobs()[0]
    assert (noted.job_id, noted.state) == (job.id, "successful")
    assert 0 <= noted.took_s < 60
    # A list that lags behind does not start it again.
    note_heard(job.id, job.url, "running").result(10)
    assert ogc.recent_jobs()[0].state == "successful"
    job.dismiss()
    wait_for(lambda: ogc.recent_jobs()[0].state == "dismissed")
    assert ogc.recent_jobs()[0].took_s == noted.took_s


def test_what_is_heard_when_the_last_was_just_written_is_noted_as_well(monkeypatch):
    for name in ("a1", "b2"):
        submit("p", name)
    whole, later = notes._write_heard, []

    async def and_one_more():
        await whole()
        if not later:
            later.append(note_heard("b2", "https://one.test/api/jobs/b2", "failed"))

    monkeypatch.setattr(notes, "_write_heard", and_one_more)
    note_heard("a1", "https://one.test/api/jobs/a1", "successful").result(10)
    later[0].result(10)
    assert [job.state for job in ogc.recent_jobs()] == ["failed", "successful"]


def test_answer_at_once_is_the_end(client):
    client.execute("echo", {"message": "m"}, mode="sync")
    (noted,) = ogc.recent_jobs()
    assert noted.state == "successful"
    assert noted.took_s is not None


def test_end_is_noted_without_a_request_when_the_jobs_are_listed():
    with ScriptedServer(Dialect()) as server:
        with ogc.Client(server.url) as client:
            job = client.execute("say", {"word": "hello"})
        server.jobs[job.id].asked = 99  # it ends while nobody looks
        with ogc.Client(server.url) as later:
            later.jobs()
            assert not server.requests("GET", f"/jobs/{job.id}")
            wait_for(lambda: ogc.recent_jobs()[0].state == "successful")
        # Nobody knows when.
        assert ogc.recent_jobs()[0].took_s is None


def test_search_by_process_server_text_and_date():
    submit("otsu", "a1")
    submit("otsu", "b2", server="https://two.test/ogc%20api")
    submit("ndvi", "c3", server="https://two.test/ogc%20api")
    ogc.recent_jobs()[0].note = "Davis, the dry summer"
    assert ids() == ["c3", "b2", "a1"]
    assert ids(process="otsu") == ["b2", "a1"]
    assert ids(process="otsu", server="two.test") == ["b2"]
    assert ids(server="https://two.test/ogc%20api/") == ["c3", "b2"]
    assert ids(text="DAVIS summer") == ["c3"]
    assert ids(text="ndvi otsu") == []
    assert ids(text="%") == ["c3", "b2"]  # as it stands there
    assert ids(text="b2") == ["b2"]
    assert ids(limit=1) == ["c3"]
    today = datetime.now().astimezone().date()
    assert len(ids(since=today, until=today)) == 3
    assert len(ids(since=f"{today}", until=f"{today}")) == 3
    assert ids(until=today - timedelta(days=1)) == []
    assert ids(since=today + timedelta(days=1)) == []
    with pytest.raises(InputError, match="no date"):
        ogc.recent_jobs(since="yesterday")


SECRETS = {
    "word": {"schema": {"type": "string"}},
    "key": {"schema": {"type": "string", "writeOnly": True}},
    "signed": {"schema": {"type": "string"}},
    "api_key": {"schema": {"type": "string"}},
    "nested": {"schema": {"type": "object"}},
    "login": {"schema": {"oneOf": [{"properties": {"pw": {"format": "password"}}}]}},
}
VALUES = {
    "word": "heron",
    "key": "canary-1",
    "signed": "https://x.test/a?sig=canary-2",
    "api_key": "canary-3",
    "nested": {"password": "canary-4"},
    "login": {"pw": "canary-5"},
    "greeting": "x canary-token y",
}


def test_inputs_are_kept_once_the_user_says_so_and_never_secrets():
    recorded = {"description": {"id": "say", "version": "1", "inputs": SECRETS}}
    with (
        ScriptedServer(Dialect(recorded=recorded)) as server,
        ogc.Client(server.url, auth="canary-token") as client,
    ):
        client.execute("say", VALUES)
        assert ogc.recent_jobs()[0].inputs is None
        assert b"heron" not in history_path().read_bytes()
        ogc.recent_jobs().keep_inputs = True
        client.execute("say", VALUES)
        assert ogc.recent_jobs().keep_inputs is True
        noted = ogc.recent_jobs()[0]
        assert noted.inputs == {"word": "heron"}
        assert b"canary" not in history_path().read_bytes()
        with pytest.raises(InputError, match="key, signed, api_key, nested, login"):
            noted.run_again(client)
        given = {key: value for key, value in VALUES.items() if key != "word"}
        again = noted.run_again(client, given)
        assert again.inputs == VALUES
        assert len(server.requests("POST")) == 3
        ogc.recent_jobs().keep_inputs = False
        client.execute("say", VALUES)
    assert [job.inputs is not None for job in ogc.recent_jobs()] == [
        *(False, True, True, False)
    ]
    assert ogc.recent_jobs().delete_inputs() == 2
    assert b"heron" not in history_path().read_bytes()


def test_job_is_attached_to_read_and_run_again(client):
    client.execute("echo", {"message": "m"}).wait(60)
    (noted,) = ogc.recent_jobs()
    job = noted.attach()
    assert job.status.status == "successful"
    assert noted.results(client).outputs == {"message": "m"}
    note_sending(client.url, "echo")
    lost = ogc.recent_jobs()[0]
    with pytest.raises(InputError, match="its state is sending"):
        lost.attach()
