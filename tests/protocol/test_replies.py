from __future__ import annotations

import json

import pytest

from ogc_widgets.errors import (
    NoSuchJobError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    ResultsNotReadyError,
    SignInError,
)
from ogc_widgets.protocol import StatusInfo
from ogc_widgets.protocol.answers.job_replies import read_dismissed, read_submitted
from ogc_widgets.protocol.answers.replies import Reply, problem_error, retry_after_s
from ogc_widgets.protocol.links import Rebase
from ogc_widgets.protocol.notices import silent

BASE = "http://srv.test/acme/ogc-api"
JOBS = BASE + "/jobs"
EXECUTE = BASE + "/processes/p/execution"


def reply(status_code, document=None, method="POST", **headers):
    body = b"" if document is None else json.dumps(document).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status_code, names, body, EXECUTE, method)


def submitted(answer):
    with silent():
        return read_submitted(answer, JOBS, Rebase(BASE))


RUNNING = {"jobID": "j1", "status": "running", "processID": "p"}
MONITOR = {"rel": "monitor", "href": JOBS + "/j1", "type": "application/json"}


@pytest.mark.parametrize(
    "answer",
    [
        reply(201, RUNNING, location=JOBS + "/j1"),
        reply(201, RUNNING),
        reply(200, {"id": "j1", "status": "accepted"}),
        reply(201, {"id": "j1", "links": [MONITOR]}),
        reply(202, {"jobID": "j1", "status": "accepted",
                    "links": [{"rel": "monitor", "href": "/acme/ogc-api/jobs/j1"}]}),
        reply(201, location=JOBS + "/j1"),
        reply(201, location="/acme/ogc-api/jobs/j1"),
        reply(201, location="../../jobs/j1"),
        Reply(201, {"location": JOBS + "/j1"}, b"null", EXECUTE, "POST"),
        Reply(200, {"location": JOBS + "/j1"}, b"null", EXECUTE, "POST"),
        reply(204, location=JOBS + "/j1"),
        reply(303, location=JOBS + "/j1"),
    ],
)  # fmt: skip
def test_job_is_found_when_the_answer_names_it_in_any_way(answer):
    found = submitted(answer)
    assert (found.job_id, found.job_url) == ("j1", JOBS + "/j1")
    assert found.status is not None
    assert not found.has_results


@pytest.mark.parametrize(
    "location",
    ["http://localhost:8080/acme/ogc-api/jobs/j1", "https://other.test/v2/jobs/j1"],
)
def test_job_is_found_on_the_base_when_the_server_names_another_host(location):
    found = submitted(reply(201, RUNNING, location=location))
    assert found.job_url == JOBS + "/j1"


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"out": {"value": 1}}),
        reply(200, [1, 2]),
        reply(200, {"id": "echo", "value": "Hello"}),
        reply(200, {"id": "S2B", "type": "Feature", "properties": {"status": "x"}}),
        Reply(200, {"content-type": "image/tiff"}, b"II*\0", EXECUTE, "POST"),
        reply(204),
    ],
)
def test_answer_is_the_result_when_no_job_was_made(answer):
    found = submitted(answer)
    assert found.has_results
    assert found.job_id == ""


def test_job_is_known_when_a_result_names_its_monitor():
    found = submitted(reply(200, {"out": 1}, link=f"<{JOBS}/j1>; rel=monitor"))
    assert (found.has_results, found.job_url) == (True, JOBS + "/j1")


def test_results_are_elsewhere_when_the_server_sends_us_there():
    found = submitted(reply(303, location="/acme/collections/c1"))
    assert found.results_url == "http://srv.test/acme/collections/c1"


@pytest.mark.parametrize("answer", [reply(201), reply(202, {"ok": True}), reply(200)])
def test_error_shows_the_body_when_there_is_neither_job_nor_result(answer):
    with pytest.raises(ProtocolError, match="names no job and holds no result"):
        submitted(answer)


@pytest.mark.parametrize(
    ("status_code", "problem", "error"),
    [
        (404, {"type": "http://x/1.0/no-such-process"}, NoSuchProcessError),
        (404, {"type": "http://x/1.0/no-such-job"}, NoSuchJobError),
        (404, {"code": "ResultNotReady", "description": "soon"}, ResultsNotReadyError),
        (401, None, SignInError),
        (403, {"detail": "no"}, SignInError),
        (403, {"type": "http://x/immutable-process"}, ProblemError),
        (501, {"detail": "NoApplicableCode"}, ProblemError),
    ],
)
def test_refusal_is_the_right_error_when_the_server_says_so(
    status_code, problem, error
):
    with pytest.raises(error) as caught:
        submitted(reply(status_code, problem))
    assert type(caught.value) is error
    assert "No job was started" in str(caught.value)


def test_message_names_when_to_try_again_when_the_server_is_busy():
    error = problem_error(reply(503, None, retry_after="30"))
    assert "in 30 s" in str(error)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("30", "", 30.0),
        ("1.5", "", 1.5),
        ("1000000000", "", 300.0),
        ("-5", "", None),
        ("soon", "", None),
        ("", "", None),
        ("Mon, 21 Oct 2024 14:36:54 GMT", "Mon, 21 Oct 2024 14:35:54 GMT", 60.0),
        ("Mon, 21 Oct 2024 14:30:54 GMT", "Mon, 21 Oct 2024 14:35:54 GMT", 0.0),
        ("Mon, 21 Oct 2024 14:36:54 GMT", "", None),
        ("Mon, 99 Oct 2024 14:36:54 GMT", "Mon, 21 Oct 2024 14:35:54 GMT", None),
    ],
)
def test_retry_after_is_measured_by_the_servers_clock(value, date, seconds):
    assert retry_after_s({"retry-after": value, "date": date}) == seconds


LAST = StatusInfo("j1", "running", "running", "p")


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"jobID": "j1", "status": "dismissed"}, "DELETE"),
        reply(200, {"message": "Job dismissed"}, "DELETE"),
        reply(204, None, "DELETE"),
        reply(410, {"code": "JobDismissed", "description": "gone"}, "DELETE"),
        Reply(200, {"content-type": "text/html"}, b'{"status": "dismissed"}', EXECUTE),
    ],
)
def test_job_is_dismissed_when_the_server_says_so_in_any_way(answer):
    status = read_dismissed(answer, LAST)
    assert (status.job_id, status.status) == ("j1", "dismissed")


def test_job_is_watched_further_when_the_wish_was_only_accepted():
    assert read_dismissed(reply(202, {"status": "running"}, "DELETE"), LAST) is None


def test_advice_is_to_stop_watching_when_the_server_cannot_cancel():
    with pytest.raises(ProblemError, match="cannot cancel jobs"):
        read_dismissed(reply(405, None, "DELETE"), LAST)
