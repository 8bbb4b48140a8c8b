from __future__ import annotations

import logging
import pickle

import pytest
from raw_server import RawServer, answer, processes_server
from secret_senders import AUTHS, CANARY, ENCODED, carries_secret

from ogc_widgets.client import Client, recent_jobs
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import (
    InputError,
    InsecureRedirectError,
    OgcError,
    RedirectError,
    SignInError,
)


@pytest.fixture
def stranger():
    with RawServer(lambda *_: answer({"title": "Stranger", "links": []})) as server:
        yield server


@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_secret_stays_when_a_page_redirects_to_another_server(status, auth, stranger):
    def behave(_connection, _received):
        return answer(status=status, headers={"Location": stranger.origin + "/"})

    with RawServer(behave) as server, Client(server.origin, **auth) as client:
        assert client.landing_page().title == "Stranger"
    assert carries_secret(server.received[0])
    assert len(stranger.received) == 1
    assert not carries_secret(stranger.received[0])


@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS)
def test_secret_goes_along_when_the_redirect_stays_on_the_server(auth):
    def behave(_connection, received):
        if received.path == "/api":
            return answer(status=307, headers={"Location": "/api/"})
        return answer({"title": "Same", "links": []})

    with (
        RawServer(behave) as server,
        Client(server.origin + "/api", **auth) as client,
    ):
        assert client.landing_page().title == "Same"
    assert all(carries_secret(one) for one in server.received)


@pytest.mark.parametrize("status", [307, 308])
def test_job_is_not_submitted_elsewhere_when_the_server_redirects(status, stranger):
    def behave(_connection, _received):
        return answer(status=status, headers={"Location": stranger.origin + "/x"})

    path = ("POST", "/api/processes/p/execution")
    with (
        processes_server({path: behave}) as server,
        Client(server.origin + "/api", auth=CANARY) as client,
        pytest.raises(RedirectError, match="another server") as caught,
    ):
        client.execute("p", {"secret input": 1})
    assert stranger.received == []
    assert server.origin in str(caught.value)
    assert stranger.origin in str(caught.value)


def test_redirect_is_refused_when_it_leads_from_https_to_http():
    import asyncio

    from ogc_widgets.client.auth.credentials import Credentials
    from ogc_widgets.client.http.transport import Transport
    from ogc_widgets.protocol.requests.requests import get

    class Got:
        status_code = 302
        url = "https://srv.test/api"
        headers = {"location": "http://srv.test/api"}  # noqa: RUF012

    async def ask():
        transport = Transport(Got.url, Credentials(Got.url), timeout_s=1, verify=True)
        await transport._redirect(get(Got.url), Got())

    with pytest.raises(InsecureRedirectError, match="not encrypted"):
        asyncio.run(ask())


@pytest.mark.parametrize(
    "location",
    ["javascript:alert(1)", "file:///etc/passwd", "http://", "ftp://x.test/"],
)
def test_redirect_is_refused_when_it_is_no_web_address(location):
    said = answer(status=302, headers={"Location": location})
    with (
        RawServer(lambda *_: said) as server,
        Client(server.origin) as client,
        pytest.raises(RedirectError),
    ):
        client.landing_page()


def test_redirects_end_when_they_go_in_circles():
    def behave(_connection, received):
        return answer(status=302, headers={"Location": received.path})

    with (
        RawServer(behave) as server,
        Client(server.origin) as client,
        pytest.raises(RedirectError, match="More than 5 redirects"),
    ):
        client.landing_page()
    assert len(server.received) <= 8


def test_each_client_sends_its_own_token_when_there_are_two():
    with (
        RawServer(lambda *_: answer({"links": []})) as server,
        Client(server.origin, auth="token-one") as one,
        Client(server.origin, auth="token-two") as two,
        Client(server.origin) as three,
    ):
        for client in (one, two, three, two, one):
            client.landing_page()
    sent = [received.headers.get("authorization") for received in server.received]
    assert sent == [
        "Bearer token-one", "Bearer token-two", None, "Bearer token-two",
        "Bearer token-one",
    ]  # fmt: skip


def test_netrc_is_not_read_when_there_is_one(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {CANARY}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    with (
        RawServer(lambda *_: answer({"links": []})) as server,
        Client(server.origin) as client,
    ):
        client.landing_page()
    assert "authorization" not in server.received[0].headers


def test_own_machine_is_reached_directly_when_a_proxy_is_set(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with (
        RawServer(lambda *_: answer({"title": "Direct"})) as server,
        Client(server.origin) as client,
    ):
        assert client.landing_page().title == "Direct"


def test_callable_is_asked_once_more_when_its_token_was_refused():
    tokens = iter(["old", "new"])

    def behave(_connection, received):
        if received.headers.get("authorization") != "Bearer new":
            return answer({"title": "expired"}, status=401)
        return answer({"title": "In", "links": []})

    with (
        RawServer(behave) as server,
        Client(server.origin, auth=lambda: next(tokens)) as client,
    ):
        assert client.landing_page().title == "In"
        assert client.landing_page().title == "In"
    sent = [received.headers["authorization"] for received in server.received]
    assert sent == ["Bearer old", "Bearer new", "Bearer new"]


def test_error_says_sign_in_when_the_new_token_is_refused_too():
    asked = []

    def token():
        asked.append(1)
        return f"token-{len(asked)}"

    with (
        RawServer(lambda *_: answer(status=401)) as server,
        Client(server.origin, auth=token) as client,
        pytest.raises(SignInError, match="sign_in"),
    ):
        client.landing_page()
    assert len(asked) == 2


def test_token_can_come_from_a_coroutine():
    async def token():
        return "from-coroutine"

    with (
        RawServer(lambda *_: answer({"links": []})) as server,
        Client(server.origin, auth=token) as client,
    ):
        client.landing_page()
    assert server.received[0].headers["authorization"] == "Bearer from-coroutine"


@pytest.mark.parametrize("auth", [7, ("a",), "", " ", "line\nbreak", object()])
def test_credentials_are_refused_when_they_cannot_be_sent(auth):
    with pytest.raises(InputError):
        Client("http://srv.test", auth=auth)


def test_user_and_password_in_the_address_are_used_and_hidden():
    with RawServer(lambda *_: answer({"links": []})) as server:
        url = server.origin.replace("//", f"//me:{CANARY}@")
        with Client(url) as client:
            client.landing_page()
            assert CANARY not in repr(client) + client.url
    assert server.received[0].headers["authorization"] == f"Basic {ENCODED}"


@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS)
def test_secret_is_nowhere_to_be_seen_when_everything_goes_wrong(auth, caplog, capsys):
    """A server that echoes what it gets, refuses, and puts secrets into addresses."""
    caplog.set_level(logging.DEBUG)

    def echo(_connection, received):
        said = {"title": "Refused", "detail": repr(received.headers)}
        return answer(said, status=400)

    def redirect(_connection, received):
        return answer(status=302, headers={"Location": f"/api/echo?sig={CANARY}"})

    behaviours = {
        ("POST", "/api/processes/p/execution"): echo,
        ("GET", "/api/jobs/1"): redirect,
        ("GET", "/api/echo"): echo,
    }
    seen = []
    with (
        processes_server(behaviours) as server,
        Client(server.origin + "/api", **auth) as client,
    ):
        with pytest.raises(OgcError) as refused:
            client.execute("p", {})
        with pytest.raises(OgcError) as redirected:
            client.job("1")
        for error in (refused.value, redirected.value):
            seen += [str(error), repr(error), repr(vars(error))]
        aio = client.aio
        for thing in (
            client,
            aio,
            aio.connection,
            aio.connection.credentials,
        ):
            seen += [repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))]
        for thing in (client, aio, aio.connection.credentials):
            with pytest.raises(TypeError):
                pickle.dumps(thing)
        assert client.credential_placeholders
        seen.append(repr(client.credential_placeholders))
    seen += [record.getMessage() for record in caplog.records]
    seen += [repr(vars(record)) for record in caplog.records]
    seen += [
        history_path().read_bytes().decode("latin-1"),
        repr(recent_jobs()),
        *capsys.readouterr(),
    ]
    for text in seen:
        assert CANARY not in text
        assert ENCODED not in text
    assert any(carries_secret(one) for one in server.received)


def test_log_lines_of_others_are_left_alone(caplog):
    caplog.set_level(logging.INFO)
    with RawServer(lambda *_: answer({"links": []})) as server:
        with Client(server.origin) as client:
            client.landing_page()
        import httpx

        httpx.get(server.origin + "/mine?q=1", trust_env=False)
    assert any("/mine?q=1" in record.getMessage() for record in caplog.records)
