"""What a refusal, or an answer that is none, means and says."""

from __future__ import annotations

import contextlib
import json
import warnings
from dataclasses import replace

import pytest

from ogc_widgets.errors import (
    DialectWarning,
    NoSuchJobError,
    ProblemError,
    ProtocolError,
    ResultsGoneError,
    ResultsNotReadyError,
    SignInError,
)
from ogc_widgets.protocol import Problem, StatusInfo
from ogc_widgets.protocol.answers.job_replies import (
    read_dismissed,
    read_status,
    read_submitted,
    reason_in,
    told,
)
from ogc_widgets.protocol.answers.replies import (
    Reply,
    may_have_worked,
    problem_error,
    refuse_login_page,
)
from ogc_widgets.protocol.links import Rebase

BASE = "http://srv.test/api"
URL = f"{BASE}/processes/p/execution"
JSON = {"content-type": "application/json"}


def refusal(code, document=None, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(code, {**JSON, **headers}, body if document else b"", URL, "POST")


@pytest.mark.parametrize(
    "name",
    [
        "detail", "description", "message", "text", "Text", "reason",
        "error_description", "error", "exception",
    ],
)  # fmt: skip
def test_what_happened_is_read_under_every_name(name):
    for said in ("no scene", {"message": "no scene"}, [{"msg": "no scene"}],
                 [{"message": "no scene"}]):  # fmt: skip
        problem = Problem.from_json({name: said, "status": 400})
        assert (problem.detail, problem.status) == ("no scene", 400)


@pytest.mark.parametrize("name", ["code", "Code", "title", "type"])
def test_kind_is_read_under_every_name(name):
    assert Problem.from_json({name: "x/NoSuch-Job"}).kind == "nosuchjob"
    for nothing in ("about:blank", "None", "http://a.test/blank"):
        said = {"type": nothing, "title": nothing, "code": "NoSuchJob"}
        assert Problem.from_json(said).kind == "nosuchjob"


@pytest.mark.parametrize(
    ("said", "summary"),
    [
        ({"title": "T", "detail": "T"}, "T"),
        ({"title": "T", "detail": "D."}, "T: D."),
        ({"detail": "D.", "cause": "C"}, "D: C"),
        ({"detail": "D: C", "cause": "C"}, "D: C"),
        ({"cause": "C"}, "C"),
        ({"detail": "D", "cause": {"title": "I", "detail": "C"}}, "D: I: C"),
        ({"detail": "D", "cause": {"a": "is D; new", "b": "D"}}, "D: a: is D; new"),
        ({"detail": "bad a", "cause": {"a": "bad a", "b": "bad a; worse"}},
         "bad a: b: worse"),
        ({"detail": "D", "cause": "line\n  ^~~\nend"}, "D: line\nend"),
    ],
)  # fmt: skip
def test_summary_says_title_detail_and_cause_once(said, summary):
    assert Problem.from_json(said).summary == summary
    assert Problem.from_json([said]).summary == summary


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (404, {"code": "ResultsNotReady"}, ResultsNotReadyError),
        (404, {"code": "ResultNotAvailable"}, ResultsGoneError),
        (404, {"code": "ResultsNotAvailable"}, ResultsGoneError),
        (404, None, NoSuchJobError),
        (410, None, NoSuchJobError),
        (405, None, ProblemError),
        (400, {"detail": "no"}, ProblemError),
        (401, {"detail": "no"}, SignInError),
    ],
)
def test_plain_404_means_what_was_asked_for(code, said, kind):
    error = problem_error(refusal(code, said), missing=NoSuchJobError)
    assert type(error) is kind
    assert (error.status_code, error.problem) == (code, said or {})


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "Sign in:"), (404, "Check the address"), (410, "Check the address"),
        (413, "by reference"), (429, "in a while"), (503, "in a while"),
        (500, "operators"), (504, "operators"), (400, ""), (409, ""),
    ],
)  # fmt: skip
def test_advice_follows_the_status_code(code, advice):
    found = problem_error(refusal(code)).advice
    assert advice in found
    assert bool(found) is bool(advice)
    assert problem_error(refusal(code), advice="Wait.").advice == "Wait."


QUOTA = {"detail": "the quota is used up"}
HELP = "http://srv.test/plans"


@pytest.mark.parametrize(
    "said",
    [
        *({**QUOTA, name: HELP} for name in (
            "help", "link", "url", "more_info", "moreInfo", "documentation", "type")),
        {**QUOTA, "links": [{"rel": "self", "href": f"{HELP}/self"},
                            {"rel": "monitor", "href": f"{HELP}/monitor"},
                            {"rel": "up", "href": f"{HELP}/up"},
                            {"rel": "alternate", "href": f"{HELP}/alternate"},
                            {"rel": "help", "href": "/plans"}]},
        {**QUOTA, "type": "http://www.opengis.net/def/quota", "help": HELP},
        {**QUOTA, "help": "ftp://srv.test/x", "link": HELP},
        b"<p>The quota is used up</p> <a class='a' href='ftp://x.test/'>no</a>"
        b"<a href='/plans'>see</a>",
    ],
)  # fmt: skip
def test_advice_is_to_look_where_a_refusal_is_explained(said):
    error = problem_error(refusal(403, said))
    assert type(error) is ProblemError
    assert error.advice == f"See {HELP}"
    assert problem_error(refusal(400, said)).advice == ""


def test_link_is_not_said_twice_and_the_kind_of_the_standard_is_no_help():
    said = {"detail": f"the quota is used up, see {HELP}", "help": HELP}
    assert problem_error(refusal(403, said)).advice.startswith("Signing in does not")
    said = {**QUOTA, "type": "http://www.opengis.net/def/quota"}
    assert problem_error(refusal(403, said)).advice.startswith("Signing in does not")


@pytest.mark.parametrize(
    ("answer", "may_have"),
    [
        (refusal(500), True), (refusal(502), True), (refusal(504), True),
        (refusal(499), False), (refusal(501), False), (refusal(503), False),
        (refusal(503, b"upstream timed out"), True),
        (refusal(503, b"upstream timed out", **{"retry-after": "3"}), False),
    ],
)  # fmt: skip
def test_what_broke_may_have_been_done_before(answer, may_have):
    assert may_have_worked(answer) is may_have
    with pytest.raises(ProblemError) as caught:
        read_submitted(answer, f"{BASE}/jobs", Rebase(BASE))
    unknown = "It is not known whether the job started."
    assert (caught.value.safe == unknown) is may_have


@pytest.mark.parametrize(
    ("kind", "body", "address", "is_refused"),
    [
        ("text/html", b'<form><input name="p" type="password">', URL, True),
        ("text/plain", b"<!doctype html><p><input type=password>", URL, True),
        ("text/html", b"Who are you?", "https://idp.test/login?to=x", True),
        ("text/html", b"Welcome", "https://other.test/", False),
        ("text/html", b"Who are you?", f"{URL}?f=json", False),
        ("text/plain", b"<input type=password>", URL, False),
    ],
)
def test_page_to_sign_in_is_told_from_other_pages(kind, body, address, is_refused):
    page = Reply(200, {"content-type": kind}, body, address)
    with pytest.raises(SignInError) if is_refused else contextlib.nullcontext():
        refuse_login_page(URL, page)
    refuse_login_page(URL, replace(page, status_code=404))


def told_of(read):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", DialectWarning)
        read()
    return " ".join(str(one.message) for one in heard)


def test_document_that_is_not_labelled_as_one_is_told():
    page = Reply(200, {"content-type": "text/html"}, b"{}", f"{BASE}?key=1")
    assert told_of(page.json) == (
        f"The answer from {BASE} is JSON, but its media type says text/html."
    )
    assert told_of(Reply(200, {}, b"{}", BASE).json).endswith("says nothing.")
    assert told_of(Reply(200, {"content-type": "a/x+JSON"}, b"{}").json) == ""


def test_answer_without_an_address_or_a_status_is_told():
    job = {"jobID": "j", "status": "accepted"}

    def read(code, document, **headers):
        answer = refusal(code, document, **headers)
        return told_of(lambda: read_submitted(answer, f"{BASE}/jobs", Rebase(BASE)))

    where = f"{BASE}/jobs/j"
    assert read(201, job, location=where) == ""
    assert "has no Location header" in read(201, job)
    assert "holds nothing instead" in read(201, None, location=where)
    assert "holds ok instead of a status" in read(201, b"ok", location=where)
    with pytest.raises(ProtocolError, match=r"names no job and holds no result: '.ok'"):
        read(201, b"\xffok")
    assert read(200, job) == ""


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"null", {}),
        (b"<html><body>made</body></html>", {}),
        (b'{"out": 1}', {"preference-applied": "wait=5, Respond-Async"}),
    ],
)
def test_job_is_followed_when_what_came_beside_its_address_is_no_result(body, headers):
    answer = refusal(200, body, location=f"{BASE}/jobs/j", **headers)
    found = read_submitted(answer, f"{BASE}/jobs", Rebase(BASE))
    assert (found.job_id, found.job_url) == ("j", f"{BASE}/jobs/j")
    assert not found.has_results


@pytest.mark.parametrize("relation", ["monitor", "status"])
def test_result_comes_with_its_job_when_the_header_names_it(relation):
    answer = refusal(
        200, {"out": 1}, location=f"{BASE}/x", link=f"<{BASE}/jobs/j>; rel={relation}"
    )
    found = read_submitted(answer, f"{BASE}/jobs", Rebase(BASE))
    assert (found.has_results, found.job_id) == (True, "j")


@pytest.mark.parametrize("relation", ["monitor", "status", "self"])
def test_job_is_found_by_the_link_of_its_status(relation):
    links = [{"rel": relation, "href": f"{BASE}/jobs/j/status"}]
    answer = refusal(201, {"id": "j", "status": "accepted", "links": links})
    with pytest.warns(DialectWarning):
        found = read_submitted(answer, f"{BASE}/jobs", Rebase(BASE))
    assert found.job_url == f"{BASE}/jobs/j/status"


LAST = StatusInfo.from_json(
    {"jobID": "j", "status": "running", "processID": "p",
     "links": [{"rel": "self", "href": f"{BASE}/jobs/j"}]}
)  # fmt: skip


def test_dismissed_job_keeps_what_was_known_of_it():
    found = read_dismissed(refusal(200, {"message": "as you wish"}), LAST)
    assert (found.job_id, found.status, found.word) == ("j", "dismissed", "dismissed")
    assert (found.process_id, found.message) == ("p", "as you wish")
    assert (found.links, found.raw) == (LAST.links, {"message": "as you wish"})
    unknown = read_dismissed(refusal(204), None)
    assert (unknown.job_id, unknown.process_id, unknown.links) == ("", "", ())


def test_answer_to_a_dismissal_counts_unless_it_only_takes_the_wish():
    gone = {"status": "dismissed"}
    assert read_dismissed(refusal(202, gone), LAST).status == "dismissed"
    assert read_dismissed(refusal(202, {"status": "running"}), LAST) is None
    ended = {"status": "successful"}
    assert read_dismissed(refusal(200, ended), LAST).status == "successful"
    with pytest.raises(NoSuchJobError):
        read_dismissed(refusal(404), LAST)
    with pytest.raises(ProblemError, match="cannot cancel jobs"):
        read_dismissed(refusal(501), LAST)
    with pytest.raises(NoSuchJobError):
        read_status(refusal(404))


@pytest.mark.parametrize(
    ("code", "document", "reason"),
    [
        (500, {"title": "Failed", "detail": "No scene."}, "No scene"),
        (500, {"title": "NoScene", "detail": "Empty area."}, "NoScene: Empty area"),
        (500, {"title": "NoScene"}, ""),
        (500, {"detail": "a", "cause": "b"}, "a: b"),
        (200, {"code": "X", "description": "No scene"}, "X: No scene"),
        (200, {"description": "No scene"}, ""),
        (200, {"out": 1}, ""),
        (200, ["a", "b"], "a\nb"),
        (200, [{"Code": "X", "Text": "No scene"}], "X: No scene"),
        *((code, {"code": "X", "detail": "No"}, "")
          for code in (401, 403, 404, 405, 406, 410, 429, 501, 503)),
        (400, {"code": "X", "detail": "No"}, "X: No"),
        *((400, {"code": kind, "detail": "No"}, "") for kind in (
            "ResultNotReady", "ResultNotAvailable", "ResultsNotReady",
            "ResultsNotAvailable")),
        (500, None, ""),
    ],
)  # fmt: skip
def test_reason_is_read_from_what_stands_in_place_of_the_results(
    code, document, reason
):
    assert reason_in(refusal(code, document)) == reason


@pytest.mark.parametrize(
    ("message", "reason", "is_stale", "said"),
    [
        ("failed", "No scene", False, "No scene"),
        ("No scene.", "", False, "No scene."),
        ("Sorry: no scene.", "No  scene", False, "Sorry: no scene."),
        ("no scene", "X: No scene.", False, "X: No scene."),
        ("step 2", "No scene", True, "No scene"),
        ("step 2 broke", "No scene", False, "step 2 broke\nNo scene"),
    ],
)
def test_failure_is_told_once_and_not_with_an_old_message(
    message, reason, is_stale, said
):
    assert told(message, reason, is_stale=is_stale) == said
