from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
from raw_server import answer, drip, drop, processes_server, reset, shorten
from replay import replay
from waiting import wait_for

from ogc_widgets.client import AsyncJob, Client, recent_jobs
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import (
    ConnectionFailedError,
    ProblemError,
    ProtocolError,
    SubmissionUnknownError,
)

EXECUTE = "/api/processes/p/execution"
CREATED = answer(
    {"jobID": "j1", "status": "accepted", "processID": "p"},
    status=201,
    headers={"Location": "/api/jobs/j1"},
)


def job_list(_connection, _received):
    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)

    def job(job_id, seconds_ago, process_id="p"):
        created = (now - timedelta(seconds=seconds_ago)).isoformat()
        return {
            "jobID": job_id, "processID": process_id, "status": "running",
            "created": created,
        }  # fmt: skip

    jobs = [job("just-now", 1), job("other", 1, "q"), job("yesterday", 86_400)]
    return answer({"jobs": jobs}, headers={"Date": format_datetime(now, usegmt=True)})


def with_fault(fault):
    return processes_server({("POST", EXECUTE): fault, ("GET", "/api/jobs"): job_list})


@pytest.mark.parametrize(
    "fault",
    [
        drop,
        reset,
        shorten(CREATED, 10),
        *(
            lambda *_, status=status: answer({"detail": "broken"}, status=status)
            for status in (500, 502, 504, 520, 524, 598, 599)
        ),
        lambda *_: answer(body=b"upstream: reset reason: timeout", status=503),
    ],
)
def test_job_is_sent_once_and_candidates_are_named_when_no_answer_comes(fault):
    with (
        with_fault(fault) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(SubmissionUnknownError) as caught,
    ):
        client.execute("p", {"a": 1})
    assert len(server.requests("POST")) == 1
    # One job of this process since then, by the server's clock.
    (candidate,) = caught.value.candidates
    assert isinstance(candidate, AsyncJob)
    assert candidate.id == "just-now"
    assert "not known whether the job started" in str(caught.value)
    assert "It may be just-now (running)" in str(caught.value)
    assert "No job was started" not in str(caught.value)
    (noted,) = recent_jobs()
    assert (noted.process_id, noted.state) == ("p", "unknown")


@pytest.mark.parametrize(
    ("jobs", "seen"),
    [
        (lambda *_: answer({"jobs": []}), "shows no new job of this process"),
        (lambda *_: answer(status=404), "list of jobs could not be read"),
    ],
)
def test_what_the_list_of_jobs_shows_is_said_when_the_server_broke(jobs, seen):
    problem = {"title": "Broken", "detail": "aoi: out of memory"}
    said = {
        ("POST", EXECUTE): lambda *_: answer(problem, status=500),
        ("GET", "/api/jobs"): jobs,
    }
    with processes_server(said) as server, Client(server.origin + "/api") as client:
        with pytest.raises(SubmissionUnknownError, match="out of memory") as caught:
            client.execute("p", {})
        assert len(server.requests("POST")) == 1
    assert seen in str(caught.value)
    assert caught.value.candidates == ()
    assert caught.value.problem == problem  # the form shows it at the fields


def test_own_earlier_jobs_are_no_candidates_when_the_next_answer_is_lost():
    replies = iter([CREATED, answer(status=502)])
    said = {
        ("POST", EXECUTE): lambda *_: next(replies),
        ("GET", "/api/jobs"): lambda *_: answer(
            {"jobs": [{"jobID": "j1", "processID": "p", "status": "running"}]}
        ),
    }
    with processes_server(said) as server, Client(server.origin + "/api") as client:
        client.execute("p", {})
        with pytest.raises(SubmissionUnknownError) as caught:
            client.execute("p", {})
    assert caught.value.candidates == ()


def test_candidates_are_told_from_other_jobs_when_the_list_holds_bare_ids():
    now = datetime.now(UTC)

    def status(process_id, seconds_ago):
        created = (now - timedelta(seconds=seconds_ago)).isoformat()
        return answer(
            {"jobID": "x", "processID": process_id, "status": "running",
             "created": created},
            headers={"Date": format_datetime(now, usegmt=True)},
        )  # fmt: skip

    said = {
        ("POST", EXECUTE): drop,
        ("GET", "/api/jobs"): lambda *_: answer({"jobs": ["new", "old", "other"]}),
        ("GET", "/api/jobs/new"): lambda *_: status("p", 2),
        ("GET", "/api/jobs/old"): lambda *_: status("p", 86_400),
        ("GET", "/api/jobs/other"): lambda *_: status("q", 2),
    }
    with (
        processes_server(said) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(SubmissionUnknownError) as caught,
    ):
        client.execute("p", {})
    assert [job.id for job in caught.value.candidates] == ["new"]


def test_new_job_is_a_candidate_when_the_list_is_read_for_a_minute(monkeypatch):
    began, clock = datetime(2026, 1, 1, 12, tzinfo=UTC), SimpleNamespace(s=0)
    own_time = SimpleNamespace(monotonic=lambda: clock.s)
    monkeypatch.setattr("ogc_widgets.client.execution.time", own_time)

    def slow_list(_connection, _received):
        clock.s += 60
        now = began + timedelta(seconds=clock.s)
        jobs = [
            {"jobID": name, "processID": "p", "status": "running",
             "created": (began + timedelta(seconds=after_s)).isoformat()}
            for name, after_s in (("new", 1), ("old", -60))
        ]  # fmt: skip
        return answer(
            {"jobs": jobs}, headers={"Date": format_datetime(now, usegmt=True)}
        )

    said = {("POST", EXECUTE): drop, ("GET", "/api/jobs"): slow_list}
    with (
        processes_server(said) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(SubmissionUnknownError) as caught,
    ):
        client.execute("p", {})
    assert [job.id for job in caught.value.candidates] == ["new"]


def test_recorded_bare_ids_are_candidates_unless_they_are_of_other_processes():
    with (
        replay("weaver-sync-unknown-candidates", "weaver-2026-08") as server,
        Client(server.url) as client,
    ):
        listed = server.exchanges[2].document["jobs"]
        with pytest.raises(SubmissionUnknownError) as caught:
            client.execute(
                "remote-slow", {"seconds": [25]}, mode="sync", response="document"
            )
    found = [job.id for job in caught.value.candidates]
    # The newest is not recorded any further; the files of another process are.
    assert found[0] == listed[0]
    assert "dec78e5e-1c02-4b34-bbbb-f81473fbabf1" in listed
    assert "dec78e5e-1c02-4b34-bbbb-f81473fbabf1" not in found


def test_fate_is_unknown_when_the_answer_drips_past_the_deadline(monkeypatch):
    monkeypatch.setattr("ogc_widgets.client.execution.ACCEPT_S", 0.3)
    with (
        with_fault(drip) as server,
        Client(server.origin + "/api", timeout_s=0.3) as client,
        pytest.raises(SubmissionUnknownError, match="No complete answer"),
    ):
        client.execute("p", {})
    assert len(server.requests("POST")) == 1


def test_nothing_was_sent_when_the_server_is_gone_before_submitting():
    with with_fault(drop) as server:
        client = Client(server.origin + "/api")
        client.process("p")
    with client, pytest.raises(ConnectionFailedError, match="Nothing was sent"):
        client.execute("p", {})
    (noted,) = recent_jobs()
    assert noted.state == "refused"


@pytest.mark.parametrize("status", [400, 413, 422, 429, 501, 503])
def test_job_is_not_sent_again_when_the_server_refuses(status):
    def refuse(_connection, _received):
        problem = {"title": "Bad area", "detail": "aoi: too large", "status": status}
        return answer(problem, status=status, headers={"Retry-After": "7"})

    with (
        with_fault(refuse) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(ProblemError, match="aoi: too large") as caught,
    ):
        client.execute("p", {})
    assert len(server.requests("POST")) == 1
    assert caught.value.status_code == status
    assert caught.value.problem["detail"] == "aoi: too large"
    assert "No job was started" in str(caught.value)


def test_new_connection_is_used_when_a_kept_one_may_be_stale():
    """A kept connection that the server closes must not cost us a submission."""

    def close_after(connection, _received):
        connection.sendall(answer({"id": "p", "inputs": {}}))
        time.sleep(0.05)  # the client has put the connection aside by now

    behaviours = {
        ("GET", "/api/processes/p"): close_after,
        ("POST", EXECUTE): lambda *_: CREATED,
    }
    with (
        processes_server(behaviours) as server,
        Client(server.origin + "/api") as client,
    ):
        for _ in range(5):
            client.process("p")
            assert client.execute("p", {}).id == "j1"


def test_history_is_private_and_without_inputs_when_written():
    with (
        with_fault(lambda *_: CREATED) as server,
        Client(server.origin + "/api", auth="canary-token") as client,
    ):
        client.execute("p", {"text": "canary-input"})
    path = history_path()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"canary" not in path.read_bytes()
    (noted,) = recent_jobs()
    assert noted.state == "answered"
    assert noted.job_id == "j1"
    assert noted.url == server.origin + "/api/jobs/j1"
    assert noted.server == server.origin + "/api"


def test_submission_is_still_known_when_the_kernel_dies_before_the_answer():
    arrived = []

    def hold(_connection, _received):
        arrived.append(1)
        time.sleep(60)

    script = """
        import sys
        from ogc_widgets.client import Client
        Client(sys.argv[1]).execute("p", {})
    """
    with with_fault(hold) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), server.origin + "/api"],
            env=os.environ.copy(),
        )
        wait_for(lambda: arrived)
        process.send_signal(signal.SIGKILL)
        process.wait()
    (noted,) = recent_jobs()
    assert (noted.process_id, noted.state, noted.job_id) == ("p", "sending", "")


def test_fate_is_noted_as_unknown_when_the_answer_makes_no_sense():
    said = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer({"hello": 1}, 201)
    }
    with processes_server(said) as server, Client(server.origin + "/api") as client:
        with pytest.raises(ProtocolError, match="names no job") as caught:
            client.execute("p", {})
        assert "It is not known whether the job started" in str(caught.value)
        assert len(server.requests("POST")) == 1
    (noted,) = recent_jobs()
    assert noted.state == "unknown"
