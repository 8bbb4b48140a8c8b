from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import Future

import pytest
from raw_server import answer, drop, processes_server, reset
from waiting import wait_for, wait_for_silence

from ogc_widgets.client import Client
from ogc_widgets.errors import (
    JobFailedError,
    JobGoneError,
    JobTimeoutError,
    ProblemError,
    ResultsNotReadyError,
    SignInError,
)
from ogc_widgets.protocol import watching

JOB = "/api/jobs/j1"


def status(word="running", **members):
    return {"jobID": "j1", "status": word, "processID": "p", **members}


def said(word="running", status_code=200, **members):
    return lambda *_: answer(status(word, **members), status=status_code)


def fault(status_code, **headers):
    return lambda *_: answer({"title": "x"}, status=status_code, headers=headers)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """The same rules in less time."""
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    monkeypatch.setattr(watching, "LONGEST_DELAY_S", 0.02)
    monkeypatch.setattr(
        "ogc_widgets.client.results.results_reader.RESULT_DELAYS_S", (0.01, 0.01, 0.01)
    )


class Script:
    """Says one thing after the other, and the last for ever."""

    def __init__(self, *steps):
        self.steps = list(steps)

    def __call__(self, connection, received):
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return step(connection, received)


def job_server(script, **others):
    behaviours = {
        ("POST", "/api/processes/p/execution"): said(
            "accepted", status_code=201, message="queued"
        ),
        ("GET", JOB): script,
    }
    return processes_server(behaviours | others.get("also", {}))


def run_job(server, **options):
    client = Client(server.origin + "/api", **options)
    return client, client.execute("p", {"a": 1})


@pytest.mark.parametrize(
    "faults",
    [
        [fault(500), fault(502), fault(503), fault(504)],
        [drop, drop, reset, reset],
        [lambda *_: answer(body=b"<html>gateway</html>")],
        [lambda *_: answer({"unexpected": "document"})],
        [fault(404), fault(404)],
        [said("running"), fault(404), said("running")],
        [fault(429, **{"Retry-After": "0.01"})],
    ],
)
def test_job_reaches_its_end_when_faults_come_in_between(faults):
    views = []
    with job_server(Script(*faults, said("successful"))) as server:
        client, job = run_job(server)
        with client:
            stop = job.watch(views.append)
            assert job.wait(60) is job
            stop()
    assert job.status.status == "successful"
    assert {view.phase for view in views} <= {"accepted", "running", "successful"}
    assert views[-1].connection == "ok"


def test_job_is_lost_with_its_last_status_when_the_server_forgot_it():
    with job_server(Script(said("running", progress=23), fault(404))) as server:
        client, job = run_job(server)
        with client:
            with pytest.raises(JobGoneError, match="no longer knows job j1"):
                job.wait(60)
            assert job.view.phase == "lost"
            assert job.status.progress == 23
            assert job.inputs == {"a": 1}
            with pytest.raises(JobGoneError):
                job.results()


def test_waiting_ends_and_the_job_goes_on_when_patience_ends():
    with job_server(said("running")) as server:
        client, job = run_job(server)
        with client, pytest.raises(JobTimeoutError, match="keeps running") as caught:
            job.wait(0.1)
    assert isinstance(caught.value, TimeoutError)
    assert server.requests("DELETE") == []


def test_waiting_ends_and_the_job_goes_on_when_the_server_is_silent(monkeypatch):
    monkeypatch.setattr(watching, "SOFT_BUDGET_S", 0.1)
    with job_server(Script(said("running"), fault(503))) as server:
        client, job = run_job(server)
        with client:
            with pytest.raises(JobTimeoutError, match="not answered"):
                job.wait()
            assert job.view.connection == "paused"


def test_watch_goes_on_when_the_credentials_are_renewed():
    tokens = iter(["old", "new"])

    def guarded(connection, received):
        if received.headers["authorization"] != "Bearer new":
            return answer({"title": "expired"}, status=401)
        return answer(status("successful"))

    with job_server(Script(said("running"), guarded)) as server:
        client, job = run_job(server, auth=lambda: next(tokens))
        with client:
            job.wait(60)
    assert job.view.phase == "successful"


def test_watch_goes_on_when_the_user_signs_in_again():
    def guarded(connection, received):
        if received.headers["authorization"] != "Bearer new":
            return answer({"title": "expired"}, status=401)
        return answer(status("successful"))

    with job_server(Script(said("running"), guarded)) as server:
        client, job = run_job(server, auth="old")
        with client:
            with pytest.raises(SignInError, match="still running"):
                job.wait(60)
            assert (job.view.phase, job.view.connection) == ("running", "sign-in")
            client.sign_in("new")
            job.wait(60)
    assert job.view.phase == "successful"


def test_one_poller_asks_when_many_watch():
    done = threading.Event()

    def slowly(_connection, _received):
        time.sleep(0.05)
        return answer(status("successful" if done.is_set() else "running"))

    seen = [[] for _ in range(20)]
    with job_server(slowly) as server:
        client, job = run_job(server)
        with client:
            stops = [job.watch(views.append) for views in seen]
            wait_for(lambda: len(server.requests("GET", JOB)) > 3)
            done.set()
            job.wait(60)
            asked = len(server.requests("GET", JOB))
            for stop in stops:
                stop()
                stop()
    # Each answer is told to everybody, beside what was known at first.
    assert asked <= len(seen[0])
    assert server.most_in_flight == 1
    for views in seen:
        assert views[0].phase == "accepted"
        assert views[-1].phase == "successful"


def test_nobody_asks_when_the_last_watcher_has_gone():
    with job_server(said("running")) as server:
        client, job = run_job(server)
        with client:
            stop = job.watch(lambda view: None)
            wait_for(lambda: len(server.requests("GET", JOB)) > 1)
            stop()
            wait_for_silence(lambda: len(server.requests("GET", JOB)))
    assert server.requests("DELETE") == []


def test_other_watchers_are_told_when_one_raises(caplog):
    told = []

    def bad(_view):
        raise ValueError("mine")

    with job_server(Script(said("running"), said("successful"))) as server:
        client, job = run_job(server)
        with client:
            stops = [job.watch(bad), job.watch(told.append)]
            job.wait(60)
            for stop in stops:
                stop()
    assert told[-1].phase == "successful"
    assert "A watcher of job j1 raised" in caplog.text


def test_failed_work_of_a_watcher_is_waited_for_and_not_said_twice(caplog):
    """A watcher tells its user itself; asyncio would log its error once more."""
    works = [Future()]

    def look(view):
        if view.is_final:
            threading.Timer(0.1, works[0].set_exception, [ValueError("mine")]).start()
            return works[0]
        return None

    with job_server(Script(said("running"), said("successful"))) as server:
        client, job = run_job(server)
        with client:
            stop = job.watch(look)
            job.wait(60)
            assert works[0].done()
            stop()
    works.clear()  # asyncio would say it when nobody can look any more
    gc.collect()
    assert "mine" not in caplog.text


def test_results_are_awaited_when_they_come_a_moment_after_the_end():
    also = {
        ("GET", JOB + "/results"): Script(
            fault(404), fault(503), lambda *_: answer({"out": 7})
        )
    }
    with job_server(said("successful"), also=also) as server:
        client, job = run_job(server)
        with client:
            assert job.wait(60).results().outputs == {"out": 7}


def test_results_are_refused_when_the_job_runs():
    with job_server(said("running")) as server:
        client, job = run_job(server)
        with client, pytest.raises(ResultsNotReadyError, match=r"job\.wait\(\)"):
            job.results()


@pytest.mark.parametrize(
    ("word", "message", "said_why"),
    [
        ("failed", "No scene in the area", "failed: No scene in the area"),
        ("failed", "", "failed: NoApplicableCode: disk full"),
        ("dismissed", "", "was dismissed"),
    ],
)
def test_error_says_why_when_a_job_ended_without_results(word, message, said_why):
    problem = {"title": "NoApplicableCode", "detail": "disk full"}
    also = {("GET", JOB + "/results"): lambda *_: answer(problem, status=500)}
    with job_server(said(word, message=message), also=also) as server:
        client, job = run_job(server)
        with client:
            assert job.wait(60).status.status == word
            with pytest.raises(JobFailedError, match=said_why):
                job.results()


def dismiss_server(get, reply):
    return job_server(get, also={("DELETE", JOB): reply})


def test_job_is_dismissed_when_it_runs():
    with dismiss_server(said("running"), said("dismissed")) as server:
        client, job = run_job(server)
        with client:
            assert job.dismiss().status == "dismissed"
            assert job.view.phase == "dismissed"
            assert job.wait(1).status.status == "dismissed"


def test_results_are_kept_when_the_job_ended_just_before_stop_was_pressed():
    with dismiss_server(said("successful"), said("dismissed")) as server:
        client, job = run_job(server)
        with client:
            assert job.view.phase == "accepted"
            assert job.dismiss().status == "successful"
    assert server.requests("DELETE") == []


def test_job_is_removed_when_it_is_known_to_have_ended():
    with dismiss_server(said("successful"), said("dismissed")) as server:
        client, job = run_job(server)
        with client:
            job.wait(60)
            assert job.dismiss().status == "dismissed"
            assert job.view.phase == "dismissed"
            assert job.view.removed
    assert len(server.requests("DELETE")) == 1


@pytest.mark.parametrize("status_code", [405, 501])
def test_job_goes_on_when_the_server_cannot_cancel(status_code):
    with dismiss_server(said("running"), fault(status_code)) as server:
        client, job = run_job(server)
        with client:
            with pytest.raises(ProblemError, match="cannot cancel jobs"):
                job.dismiss()
            assert job.view.phase == "running"


def test_job_is_stopped_when_its_status_cannot_be_read():
    with dismiss_server(fault(503), said("dismissed")) as server:
        client, job = run_job(server)
        with client:
            assert job.dismiss().status == "dismissed"


def test_job_is_gone_when_it_was_removed_before_stop_arrived():
    with dismiss_server(said("running"), fault(404)) as server:
        client, job = run_job(server)
        with client, pytest.raises(JobGoneError):
            job.dismiss()


def test_job_is_watched_on_when_the_server_only_takes_note():
    get = Script(said("running"), said("running"), said("dismissed"))
    with dismiss_server(get, said("running", status_code=202)) as server:
        client, job = run_job(server)
        with client:
            assert job.dismiss().status == "running"
            assert job.wait(60).status.status == "dismissed"
