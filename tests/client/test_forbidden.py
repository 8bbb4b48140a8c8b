"""A 403 that has its own reason is no request to sign in."""

from __future__ import annotations

import threading

import pytest
from raw_server import RawServer, answer, processes_server
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.client import Client
from ogc_widgets.errors import ProblemError, SignInError
from ogc_widgets.panel import JobPanel
from ogc_widgets.protocol import watching

EXECUTE = ("POST", "/api/processes/p/execution")
LICENCE = {
    "type": "permission denied",
    "title": "required licences not accepted",
    "detail": "Please visit https://data.example/d?tab=download to accept them.",
}
QUOTA = {"title": "Quota exceeded", "detail": "1000 of 1000 credits are used.",
         "links": [{"rel": "help", "href": "https://data.example/plans"}]}  # fmt: skip
WALL = (
    b"<html><body><h1>Request blocked</h1>by our firewall. "
    b'<a href="https://data.example/why">Why?</a> Support ID: 17</body></html>'
)


def html(body, headers=None):
    return answer(
        body=body, status=403, headers={"Content-Type": "text/html", **(headers or {})}
    )


EXPLAINED = [
    (answer(LICENCE, 403), "https://data.example/d?tab=download"),
    (answer(QUOTA, 403), "https://data.example/plans"),
    (html(WALL), "https://data.example/why"),
    (
        answer({"error": "Your subscription has ended"}, 403),
        "Your subscription has ended",
    ),
]


@pytest.mark.parametrize("auth", [None, "token"])
@pytest.mark.parametrize(("reply", "shown"), EXPLAINED)
def test_reason_of_the_server_and_its_link_are_said_when_a_403_has_one(
    reply, shown, auth
):
    with (
        processes_server({EXECUTE: lambda *_: reply}) as server,
        Client(server.origin + "/api", auth=auth) as client,
    ):
        with pytest.raises(ProblemError) as caught:
            client.execute("p", {})
        panel = JobPanel()
        panel.not_started(caught.value, client.aio)
        box, lead = panel.sign_in, panel.state["failure"]["lead"]
        panel.close()
    assert not isinstance(caught.value, SignInError)
    assert caught.value.status_code == 403
    assert "No job was started" in str(caught.value)
    assert "client.sign_in" not in str(caught.value)
    assert shown in lead
    assert not box


ASKING = [
    answer({"title": "Forbidden"}, 403),
    answer({"detail": "You have to log in to use your quota."}, 403),
    answer({"title": "InvalidToken", "detail": "The token has expired"}, 403),
    answer({"detail": "You do not have permission to do this."}, 403),
    answer({"detail": "Licence"}, 403, {"WWW-Authenticate": "Bearer"}),
    html(b"<h1>403 Forbidden</h1><hr>nginx"),
    answer({"detail": "Licence"}, 401),
]


@pytest.mark.parametrize("reply", ASKING)
def test_box_is_offered_when_signing_in_may_help(reply):
    with (
        processes_server({EXECUTE: lambda *_: reply}) as server,
        Client(server.origin + "/api") as client,
    ):
        with pytest.raises(SignInError) as caught:
            client.execute("p", {})
        panel = JobPanel()
        panel.not_started(caught.value, client.aio)
        box = panel.sign_in
        panel.close()
    assert box


def test_no_box_is_offered_when_the_user_is_known_and_has_no_right():
    said = answer({"detail": "You do not have permission to do this."}, 403)
    with (
        processes_server({EXECUTE: lambda *_: said}) as server,
        Client(server.origin + "/api", auth="token") as client,
        pytest.raises(ProblemError, match="do not have permission") as caught,
    ):
        client.execute("p", {})
    assert not isinstance(caught.value, SignInError)


def test_app_says_the_reason_when_the_landing_page_is_forbidden_for_one():
    with (
        RawServer(lambda *_: answer(LICENCE, 403)) as server,
        pytest.raises(ProblemError, match="required licences not accepted"),
    ):
        App(server.origin + "/api")


@pytest.mark.parametrize(
    ("status", "said"), [(401, "Sign in"), (404, "Check the address")]
)
def test_address_is_only_doubted_when_the_landing_page_is_not_refused(status, said):
    with (
        RawServer(lambda *_: answer(status=status)) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(ProblemError) as caught,
    ):
        client.landing_page()
    assert said in caught.value.advice
    assert ("address" in caught.value.advice) is (status == 404)


def test_panel_tells_the_reason_when_a_running_job_may_not_be_looked_at(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    seen = iter([answer({"jobID": "1", "status": "running"})])
    said = {("GET", "/api/jobs/1"): lambda *_: next(seen, answer(QUOTA, 403))}
    with (
        processes_server(said) as server,
        Client(server.origin + "/api", auth="token") as client,
    ):
        job = client.job("1")
        came = threading.Event()
        panel = JobPanel(job)
        stop = job.watch(lambda view: view.connection != "ok" and came.set())
        assert came.wait(60)
        parts = wait_for(lambda: panel.state["notice"])["parts"]
        box = panel.sign_in
        stop()
        panel.close()
    assert parts[0] == "The server refuses to answer"
    assert "Quota exceeded: 1000 of 1000 credits are used." in parts[-1]
    assert not box
