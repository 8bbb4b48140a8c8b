"""Why a job failed, wherever its server says so: in the error, panel and report."""

from __future__ import annotations

import pytest
from raw_server import answer, processes_server
from replay import replay

from ogc_widgets.client import Client
from ogc_widgets.errors import JobFailedError, ProblemError
from ogc_widgets.panel import JobPanel
from ogc_widgets.protocol.answers.job_replies import says_nothing

JOB = "/api/jobs/j"
STALE = "ZOO-Kernel accepted to run your service!"
JOB_FAILED = {
    "title": "JobResultsFailed",
    "type": "NoApplicableCode",
    "detail": "Job results not available because execution failed.",
}
PROBLEM = {"title": "NoApplicableCode", "type": "NoApplicableCode"}


def failing_server(message, before="", **places):
    """A server whose job runs, then fails; other places of the job by their name."""
    statuses = iter(["running"] if before else [])

    def status(*_):
        word = next(statuses, "failed")
        said = before if word == "running" else message
        return answer({"jobID": "j", "status": word, "message": said})

    return processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(
                {"jobID": "j", "status": "accepted"}, 201, {"Location": JOB}
            ),
            ("GET", JOB): status,
            **{
                ("GET", f"{JOB}/{name}"): lambda *_, said=said: said
                for name, said in places.items()
            },
        }
    )


def why(server):
    """What the error and the report say."""
    with Client(server.origin + "/api") as client:
        job = client.execute("p", {}).wait(60)
        with pytest.raises(JobFailedError) as caught:
            job.results()
        panel = JobPanel(job)
        report = panel.report_text()
        panel.close()
    return caught.value.what, report


@pytest.mark.parametrize(
    "places",
    [
        {"results": answer({**PROBLEM, "detail": "band B99"})},
        {"results": answer({**PROBLEM, "detail": "band B99"}, 500)},
        {"results": answer({**JOB_FAILED, "cause": "band B99"}, 400)},
        {"results": answer({**PROBLEM, "cause": {"detail": "band B99"}}, 400)},
        {"exceptions": answer([{"Code": "NoApplicableCode", "Text": "band B99"}])},
        {"exceptions": answer(["builtins.ValueError: band B99"])},
        {
            "results": answer({**JOB_FAILED, "cause": "unknown"}, 400),
            "exceptions": answer([{"Code": "X", "Locator": "", "Text": "band B99"}]),
        },
    ],
)
def test_reason_is_found_wherever_it_is_when_the_message_says_nothing(places):
    with failing_server(STALE, **places) as server:
        what, report = why(server)
    assert "band B99" in what
    assert "accepted" not in what
    assert "Why it failed:" in report
    assert "band B99" in report


def test_reason_is_said_alone_when_the_message_was_there_before_the_failure():
    results = answer({**PROBLEM, "detail": "band B99"}, 500)
    with failing_server("Reading 31TCJ", "Reading 31TCJ", results=results) as server:
        what, _ = why(server)
    assert what == "Job j failed: NoApplicableCode: band B99"


def test_both_are_said_when_message_and_results_differ():
    said = answer({**PROBLEM, "detail": "band B99"}, 500)
    with failing_server("Step crop ended with 1", results=said) as server:
        what, _ = why(server)
    assert "Step crop ended with 1" in what
    assert "band B99" in what


@pytest.mark.parametrize(
    "results",
    [
        answer({"detail": "Not Found"}, 404),
        answer({"title": "ResultNotReady", "detail": "Result not ready"}, 404),
        answer({"out": {"value": 7}}),
        answer({"title": "Tiles", "detail": "Job failed"}, 400),
        answer(body=b"<h1>It works</h1>"),
    ],
)
def test_message_stands_alone_when_nothing_else_says_why(results):
    with failing_server("tile 31TCJ could not be read", results=results) as server:
        what, _ = why(server)
    assert what == "Job j failed: tile 31TCJ could not be read"


def test_no_reason_is_made_up_when_none_is_given():
    with failing_server(STALE) as server:
        what, report = why(server)
    assert what == "Job j failed."
    assert "Why it failed" not in report


@pytest.mark.parametrize(
    "text",
    [
        *("Job failed.", "failed", "ERROR", "The job has failed", "An error occurred"),
        *("Internal Server Error", "execution failed", "Unknown error", "None", STALE),
    ],
)
def test_message_says_nothing_when_it_only_repeats_the_state(text):
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text", ["error: disk full", "Job failed: no scene", "failed to read tile", "'B99'"]
)
def test_message_says_something_when_it_names_a_cause(text):
    assert not says_nothing(text)


def test_recorded_reason_is_shown_when_the_message_is_older_than_the_failure():
    job_id = "93d54692-eb52-11f1-ad02-02fc00000001"
    with (
        replay("zoo-failed-stale-message", "zoo-kernel-2026-07") as server,
        Client(server.url) as client,
    ):
        job = client.job(job_id)
        with pytest.raises(JobFailedError, match="unexpected band B99 <b>bold</b>"):
            job.results()
        panel = JobPanel(job)
        job.wait(60)
        failure = panel.state["failure"]
        assert "unexpected band B99" in panel.report_text()
        panel.close()
    assert "unexpected band B99 <b>bold</b>" in failure["lead"]
    assert "accepted" not in failure["lead"]


def test_line_and_column_are_said_when_a_package_is_faulty():
    with (
        replay("weaver-deploy-400-cause-hidden", "weaver-2026-08") as server,
        Client(server.url) as client,
    ):
        with pytest.raises(ProblemError, match="line 11, column 26") as caught:
            client.deploy(server.exchanges[0].body)
        with pytest.raises(ProblemError, match=r'"\{\}" is not iterable') as second:
            client.deploy(server.exchanges[1].body)
    assert "expected ',' or '}', but got '?'" in caught.value.what
    # What all alternatives have in common is said once.
    assert second.value.what.count("'DeployOGCRemoteProcess'") == 1
