"""What lies between this package and a server: patience, spellings, cookies, pages."""

from __future__ import annotations

import threading
from urllib.parse import parse_qsl, urlsplit

import pytest
from raw_server import RawServer, answer, processes_server
from replay import replay
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.recent import recent_jobs
from ogc_widgets.errors import (
    DeadlineError,
    DialectWarning,
    LinkWarning,
    RedirectError,
    ServerError,
    SignInError,
)

HTML = {"Content-Type": "text/html; charset=utf-8"}
LOGIN = b"""<!DOCTYPE html><html><title>Sign in</title><form method="post">
<input name="user"><input type="password" name="secret"></form></html>"""
LANDING = {"title": "T", "links": []}


# -- patience


def test_silence_of_35_s_is_borne_where_the_user_has_that_patience(silence_borne):
    """Run at once, list and results: each is answered after 35 s of silence."""
    wait_for(silence_borne.exists)
    assert silence_borne.read_text("utf-8") == "borne"


def test_silence_of_a_status_is_noticed_however_patient_the_user_is(monkeypatch):
    release = threading.Event()
    states = iter([{"jobID": "j", "status": "running"}])

    def status(_connection, _received):
        for state in states:
            return answer(state)
        release.wait(60)
        return answer({"jobID": "j", "status": "successful"})

    with (
        processes_server({("GET", "/api/jobs/j"): status}) as server,
        ogc.Client(f"{server.origin}/api", timeout_s=600) as client,
    ):
        job = client.job("j")
        monkeypatch.setattr("ogc_widgets.client.jobs.poller.POLL_S", 0.3)
        with pytest.raises(DeadlineError):
            job.refresh()
        release.set()


# -- spellings of an address


@pytest.mark.parametrize("typed", ["", "/"])
@pytest.mark.parametrize("knows", ["", "/"])
@pytest.mark.parametrize("status", [400, 404, 500])
def test_landing_page_is_found_with_and_without_a_slash(typed, knows, status):
    def behave(_connection, received):
        if received.path == f"/api{knows}":
            return answer(LANDING)
        return answer(body=b"<ows:ExceptionReport/>", status=status)

    with (
        RawServer(behave) as server,
        ogc.Client(f"{server.origin}/api{typed}") as client,
    ):
        assert client.landing_page().title == "T"
        # What was typed is tried as typed.
        assert server.received[0].path == f"/api{typed}"


def test_recorded_zoo_is_opened_by_its_address_without_a_slash():
    with (
        replay("zoo-landing-400-without-slash") as server,
        ogc.Client(server.url) as client,
    ):
        assert client.landing_page().title.startswith("The ZOO-Project with DRU")


# -- members of the query


def queries(server):
    return [dict(parse_qsl(urlsplit(one.path).query)) for one in server.received]


@pytest.mark.parametrize("way", ["address", "argument"])
def test_query_goes_along_with_every_request_and_is_shown_nowhere(
    way, canary, caplog, tmp_path
):
    job = {"jobID": "j", "processID": "p", "status": "successful", "links": []}

    def accepted(_connection, _received):
        return answer(job, 201, {"Location": f"/api/jobs/j?apikey={canary}"})

    behaviours = {
        ("POST", "/api/processes/p/execution"): accepted,
        ("GET", "/api/jobs"): lambda *_: answer({"jobs": [job]}),
        ("GET", "/api/jobs/j"): lambda *_: answer(job),
        ("GET", "/api/jobs/j/results"): lambda *_: answer({"title": canary}, 500),
    }
    members = {"map": "/maps/a b.qgs", "apikey": canary}
    with processes_server(behaviours) as server:
        url = f"{server.origin}/api"
        query = f"?map=%2Fmaps%2Fa%20b.qgs&apikey={canary}"
        client = (
            ogc.Client(url + query)
            if way == "address"
            else ogc.Client(url, params=members)
        )
        with client:
            client.processes()
            client.jobs()
            started = client.execute("p", {})
            started.wait(10)
            with pytest.raises(ServerError) as caught:
                started.results()
            shown = f"{client!r} {started!r} {caught.value} {client.url} {caplog.text}"
            shown += "".join(map(repr, recent_jobs()))
            assert client.url == url
        for one in queries(server):
            assert one["map"] == "/maps/a b.qgs"
            assert one["apikey"] == canary
    assert canary not in shown


def test_query_and_cookies_of_one_server_are_not_sent_to_another(tmp_path):
    other = {"Set-Cookie": "lb=other; Path=/"}
    with RawServer(lambda *_: answer(headers=other, body=b"II*\0data")) as stranger:
        link = {"href": f"{stranger.origin}/a.tif", "type": "image/tiff"}
        job = {"jobID": "j", "processID": "p", "status": "successful"}
        cookie = {"Set-Cookie": "lb=node1; Path=/"}
        behaviours = {
            ("GET", "/api/jobs/j"): lambda *_: answer(job, headers=cookie),
            ("GET", "/api/jobs/j/results"): lambda *_: answer({"out": link}),
        }
        with (
            processes_server(behaviours) as server,
            ogc.Client(f"{server.origin}/api", params={"apikey": "k123456"}) as client,
        ):
            client.job("j").results().download(tmp_path)
            client.job("j")
        (asked,) = stranger.received
        assert asked.path == "/a.tif"
        assert "cookie" not in asked.headers
        # A cookie jar alone makes no difference between two ports of one host.
        assert server.received[-1].headers["cookie"] == "lb=node1"


# -- cookies


def test_cookies_stay_with_their_client_and_their_origin():
    def behave(_connection, received):
        if received.path == "/api":
            headers = {"Set-Cookie": "node=a1; Path=/; HttpOnly"}
            return answer(LANDING, headers=headers)
        return answer({"conformsTo": []})

    with RawServer(behave) as server, RawServer(behave) as other:
        with ogc.Client(f"{server.origin}/api") as client:
            client.conformance()
            client.conformance()
            assert server.received[-1].headers["cookie"] == "node=a1"
        with ogc.Client(f"{server.origin}/api") as client:
            client.landing_page()
            assert "cookie" not in server.received[-1].headers
        # The same host, another port: a cookie jar alone would send it there, too.
        with ogc.Client(f"{other.origin}/api") as client:
            client.landing_page()
            assert "cookie" not in other.received[-1].headers


def test_cookies_are_forgotten_when_somebody_else_signs_in():
    def behave(_connection, received):
        if received.path == "/api":
            return answer(LANDING, headers={"Set-Cookie": "session=me"})
        return answer({"conformsTo": [], "processes": [], "jobs": []})

    with RawServer(behave) as server, ogc.Client(f"{server.origin}/api") as client:
        client.conformance()
        client.sign_in("a-token")
        client.conformance()
        assert "cookie" not in server.received[-1].headers


# -- redirects


@pytest.mark.parametrize("inner", ["zookernel", "zoo.zoo-ns.svc.cluster.local:8080"])
def test_redirect_to_an_inner_name_is_brought_back(inner):
    def behave(_connection, received):
        if received.path == "/api/processes/p/":
            return answer({"id": "p", "inputs": {}})
        if received.path == "/api/processes/p":
            return answer(
                status=301, headers={"Location": f"http://{inner}/api/processes/p/"}
            )
        return answer(LANDING)

    with (
        RawServer(behave) as server,
        ogc.Client(f"{server.origin}/api", auth="token") as client,
    ):
        assert client.process("p").id == "p"
        assert server.received[-1].headers["authorization"] == "Bearer token"


def test_redirect_to_the_address_that_the_server_gives_itself_is_brought_back():
    own = "https://backend.example.org/inner"

    def behave(_connection, received):
        if received.path == "/api":
            return answer({"title": "T", "links": [{"rel": "self", "href": own}]})
        if received.path == "/api/processes/p/":
            return answer({"id": "p", "inputs": {}})
        return answer(status=302, headers={"Location": f"{own}/processes/p/"})

    with RawServer(behave) as server, ogc.Client(f"{server.origin}/api") as client:
        with pytest.warns(LinkWarning, match="calls itself"):
            client.landing_page()
        assert client.process("p").id == "p"


def test_redirect_in_a_circle_through_an_inner_name_ends():
    def behave(_connection, received):
        if received.path == "/api":
            return answer(LANDING)
        return answer(
            status=302, headers={"Location": f"http://zookernel{received.path}"}
        )

    with (
        RawServer(behave) as server,
        ogc.Client(f"{server.origin}/api") as client,
        pytest.raises(RedirectError),
    ):
        client.process("p")


# -- pages to sign in


def to_login(_connection, received):
    if received.path.startswith("/sso"):
        return answer(body=LOGIN, headers=HTML)
    location = f"/sso/login?redirect_uri={received.path}"
    return answer(status=302, headers={"Location": location})


@pytest.mark.parametrize(
    "verb",
    [
        lambda client: client.landing_page(),
        lambda client: client.processes(),
        lambda client: client.process("p"),
        lambda client: client.jobs(),
        lambda client: client.job("j"),
        lambda client: client.conformance(),
    ],
    ids=["landing", "processes", "process", "jobs", "job", "conformance"],
)
def test_redirect_to_a_login_page_asks_to_sign_in(verb):
    with (
        RawServer(to_login) as server,
        ogc.Client(f"{server.origin}/api") as client,
        pytest.raises(SignInError, match="sign-in page"),
    ):
        verb(client)


def test_panel_asks_to_sign_in_when_a_poll_ends_at_a_login_page():
    is_out = threading.Event()

    def status(connection, received):
        if is_out.is_set() and "authorization" not in received.headers:
            return answer(body=LOGIN, headers=HTML)
        word = "successful" if is_out.is_set() else "running"
        return answer({"jobID": "j", "status": word})

    with (
        processes_server({("GET", "/api/jobs/j"): status}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j")
        is_out.set()
        with pytest.raises(SignInError):
            job.refresh()
        assert job.view.connection == "sign-in"
        client.sign_in("token")
        assert job.wait(60).status.status == "successful"


def test_page_without_a_form_is_no_login_page():
    page = b"<html><body>The API is described <a href=/docs>here</a>.</body></html>"
    with (
        RawServer(lambda *_: answer(body=page, headers=HTML)) as server,
        ogc.Client(f"{server.origin}/api") as client,
        pytest.raises(ServerError) as caught,
    ):
        client.landing_page()
    assert not isinstance(caught.value, SignInError)


# -- whole lists


def cutting(count, most=10, *, knows=("limit", "offset"), total=False, refuses=False):
    """A server with so many processes that gives ten at once and says nothing of it."""

    def behave(_connection, received):
        parts = urlsplit(received.path)
        if parts.path != "/api/processes":
            return answer(LANDING)
        asked = dict(parse_qsl(parts.query))
        if refuses and asked:
            return answer({"title": "unknown parameter"}, 400)
        query = {k: int(v) for k, v in asked.items() if k in knows}
        start = query.get("offset", 0)
        end = start + min(query.get("limit", 10), most)
        ids = [f"p{number}" for number in range(count)][start:end]
        said = {"numberMatched": count} if total else {}
        return answer({"processes": [{"id": one} for one in ids], "links": [], **said})

    return RawServer(behave)


@pytest.mark.parametrize(
    "options",
    [
        {"most": 10_000},
        {"most": 50},
        {"most": 10, "knows": ("offset",)},
        {"most": 10, "knows": ("offset",), "total": True},
    ],
    ids=["as asked", "fifty at once", "offset only", "with a total"],
)
def test_all_processes_are_listed_when_the_server_cuts_the_list(options):
    with (
        cutting(137, **options) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert [p.id for p in client.processes()] == [f"p{n}" for n in range(137)]
        assert client.aio.discovery.processes_note == ""


def test_short_list_is_asked_for_once():
    with (
        cutting(7, most=10_000) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert len(client.processes()) == 7
        assert len(server.requests(path="/api/processes")) == 1


@pytest.mark.parametrize("total", [True, False])
def test_list_that_may_be_cut_says_so(total):
    with (
        cutting(137, knows=(), total=total) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        with pytest.warns(DialectWarning, match="there may be more"):
            assert len(client.processes()) == 10
        of = "10 of 137" if total else "10"
        assert client.aio.discovery.processes_note.startswith(
            f"The server lists {of} processes"
        )


def test_list_is_read_when_the_server_refuses_to_be_asked_for_more():
    with (
        cutting(7, refuses=True) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert len(client.processes()) == 7


# -- the newest jobs


def oldest_first(count, *, total=False, flips=True):
    """As pygeoapi with TinyDB: pages from the oldest, each with its newest first."""
    jobs = [
        {
            "jobID": f"j{n}",
            "status": "successful",
            "created": f"2026-01-{1 + n // 24:02d}T{n % 24:02d}:00:00Z",
        }
        for n in range(count)
    ]

    def behave(_connection, received):
        parts = urlsplit(received.path)
        if parts.path != "/api/jobs":
            return answer(LANDING)
        query = {k: int(v) for k, v in parse_qsl(parts.query)}
        start, size = query.get("offset", 0), query.get("limit", 10)
        page = jobs[start : start + size]
        links = []
        if start + size < count:
            href = f"/api/jobs?offset={start + size}&limit={size}"
            links = [{"rel": "next", "href": href, "type": "application/json"}]
        said = {"numberMatched": count} if total else {}
        page = page[::-1] if flips else page
        return answer({"jobs": page, "links": links, **said})

    return RawServer(behave)


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("flips", [True, False])
@pytest.mark.parametrize("count", [3, 11, 12, 100, 500])
def test_newest_jobs_come_first_whatever_the_server_begins_with(count, flips, total):
    newest = [f"j{n}" for n in reversed(range(count))]
    with (
        oldest_first(count, total=total, flips=flips) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert [job.id for job in client.jobs(5)] == newest[:5]
        # Found by doubling and halving, not by reading everything.
        assert len(server.requests(path="/api/jobs")) <= 20
        assert [job.id for job in client.jobs(30)] == newest[:30]


def test_recorded_jobs_of_pygeoapi_are_listed_newest_first():
    with (
        replay("pygeoapi-tinydb-jobs-order", "pygeoapi-0.24-tinydb") as server,
        ogc.Client(server.url) as client,
    ):
        created = [job.status.created for job in client.jobs(5)]
        everything = [job.status.created for job in client.jobs(100)]
        assert created == sorted(everything, reverse=True)[:5]


def test_job_just_started_is_in_the_table_although_the_list_does_not_know_it():
    new = {"jobID": "new", "processID": "p", "status": "running"}
    behaviours = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            new, 201, {"Location": "/api/jobs/new"}
        ),
        ("GET", "/api/jobs/new"): lambda *_: answer(new),
        ("GET", "/api/jobs"): lambda *_: answer({"jobs": []}),
    }
    with (
        processes_server(behaviours) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.execute("p", {})
        table = ogc.JobTable(client)
        wait_for(lambda: table.jobs)
        assert [one.id for one in table.jobs] == [job.id]
        table.close()
