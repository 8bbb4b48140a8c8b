"""How jobs end: in words outside the standard, and removed by whoever ran them."""

from __future__ import annotations

import pytest
from raw_server import answer, processes_server
from replay import replay
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import JobFailedError, JobGoneError
from ogc_widgets.protocol.documents.status import StatusInfo
from ogc_widgets.protocol.watching import phase_of

WORDS = ["done", "aborted", "timed_out", "complete_with_errors"]
ODD = "ignore:The job status:ogc_widgets.errors.DialectWarning"
ENDED = "2026-01-01T00:00:10Z"


def job_server(status, results=None, removed=404):
    """A job that has this status; ``results`` is None where there are none."""
    is_there = [True]

    def get_status(_connection, _received):
        if is_there[0]:
            return answer({"jobID": "j", "processID": "p", **status})
        return answer({"type": "no-such-job"}, removed)

    def get_results(_connection, _received):
        if results is None or not is_there[0]:
            return answer({"type": "result-not-available"}, 404)
        return answer(results)

    def delete(_connection, _received):
        is_there[0] = False
        return answer({"jobID": "j", **status})

    return processes_server(
        {
            ("GET", "/api/jobs/j"): get_status,
            ("GET", "/api/jobs/j/results"): get_results,
            ("DELETE", "/api/jobs/j"): delete,
            ("GET", "/api/jobs"): lambda *_: answer(
                {"jobs": [{"jobID": "j", **status}]}
            ),
        }
    )


# -- words of an end


@pytest.mark.filterwarnings(ODD)
@pytest.mark.parametrize("word", WORDS)
def test_unknown_word_ends_a_job_when_the_server_says_when_it_ended(word):
    with (
        job_server({"status": word, "finished": ENDED}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j").wait(60)
        assert job.view.is_final
        assert job.status.word == word
        with pytest.raises(JobFailedError, match=f"ended as '{word}'"):
            job.results()


@pytest.mark.filterwarnings(ODD)
def test_unknown_word_goes_on_when_no_end_is_said():
    for finished in ({}, {"finished": None}):
        document = {"jobID": "j", "status": "deferred", **finished}
        assert phase_of(StatusInfo.from_json(document)) == "running"


def test_known_word_means_what_it_means_whatever_the_times_say():
    document = {"jobID": "j", "status": "running", "finished": ENDED}
    assert phase_of(StatusInfo.from_json(document)) == "running"


@pytest.mark.filterwarnings(ODD)
def test_results_are_offered_when_a_job_of_an_unknown_end_has_some():
    status = {"status": "complete_with_errors", "finished": ENDED}
    with (
        job_server(status, {"out": 1}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j").wait(60)
        assert job.results().outputs == {"out": 1}
        panel = ogc.JobPanel(job)
        assert panel.state["word"] == "Complete_with_errors"
        panel.close()


@pytest.mark.filterwarnings(ODD)
def test_app_shows_the_results_of_an_unknown_end_and_no_error_without_any():
    for results, wanted in (({"out": 1}, {"out": 1}), (None, None)):
        status = {"status": "done", "finished": ENDED}
        with (
            job_server(status, results) as server,
            ogc.Client(f"{server.origin}/api") as client,
        ):
            app = ogc.App(client)
            app.job = client.job("j")
            app.job.wait(60)
            if wanted:
                wait_for(lambda app=app: app.results is not None)
            assert (app.results and app.results.outputs) == wanted
            app.close()


# -- removed means removed


@pytest.mark.parametrize("gone", [404, 410])
@pytest.mark.parametrize("word", ["successful", "failed"])
def test_job_is_removed_when_it_had_ended_and_is_dismissed(word, gone):
    with (
        job_server({"status": word}, {"out": 1}, removed=gone) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j").wait(60)
        panel = ogc.JobPanel(job)
        # The server repeats the last status, as some do.
        assert job.dismiss().status == "dismissed"
        assert "dismissed" in repr(job)
        assert job.view.removed
        with pytest.raises(JobGoneError, match="removed") as caught:
            job.results()
        assert "address" not in str(caught.value)
        asked = [one.path for one in server.received].count("/api/jobs/j")
        assert job.refresh().status == "dismissed"
        # Asked once: that it is gone is no fault to try again about.
        paths = [one.path for one in server.received]
        assert paths.count("/api/jobs/j") == asked + 1
        wait_for(lambda: panel.state["word"] == "Removed")
        panel.close()


def test_running_job_is_stopped_and_not_removed_when_it_is_dismissed():
    with (
        job_server({"status": "running"}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j")
        job.dismiss()
        assert not job.view.removed


def test_recorded_weaver_is_believed_when_it_says_dismissed():
    with (
        replay("weaver-dismissed-stays-successful", "weaver-2026-08") as server,
        ogc.Client(server.url) as client,
    ):
        job = next(j for j in client.jobs(20) if j.view.phase == "successful")
        assert job.dismiss().status == "dismissed"
        assert job.status.status == "dismissed"
        assert job.refresh().status == "dismissed"
