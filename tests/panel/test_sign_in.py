"""The sign-in box from Python's side: real servers, messages as the page sends them."""

from __future__ import annotations

import contextlib
import json
import threading

import ipywidgets
import pytest
from oidc_provider import NOTEBOOK
from raw_server import RawServer, answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import InputError, ServerError
from ogc_widgets.protocol import watching

WAYS = {
    "token": ({"secret": "good"}, "Bearer good"),
    "password": ({"user": "me", "secret": "good"}, "Basic bWU6Z29vZA=="),
}


@contextlib.contextmanager
def server_that_wants(
    accepted=("Bearer good",), challenge="Bearer", behaviours=None, header=""
):
    """A server whose every page wants one of these values of a header."""
    header = header or "authorization"
    server = processes_server(behaviours or {})
    behave = server.behave

    def guard(connection, received):
        if received.headers.get(header) not in accepted:
            fields = {"WWW-Authenticate": challenge} if challenge else {}
            return answer({"title": "Who are you?"}, 401, fields)
        return behave(connection, received)

    server.behave = guard
    with server:
        yield server


def looked(box):
    wait_for(lambda: box.sign_in.get("busy") == "")
    return box.sign_in


def type_in(box, way=0, **typed):
    box._receive(None, {"type": "sign_in", "way": way, **typed}, None)


def saved(box):
    """What a notebook would hold of a box, without its script and style sheet."""
    state = box.get_state()
    return json.dumps({k: v for k, v in state.items() if k not in ("_esm", "_css")})


def kinds(box):
    return [way["kind"] for way in looked(box)["ways"]]


@pytest.fixture
def boxes():
    """Makes boxes; closes them and their clients."""
    made = []

    def make(url, auth=None, **options):
        client = ogc.Client(url, auth=auth)
        box = ogc.SignIn(client, **options)
        made.append((box, client))
        return box, client

    yield make
    for box, client in made:
        box.close()
        client.close()


@pytest.mark.parametrize(
    ("challenge", "offered"),
    [
        ("Bearer", ["token"]),
        ('Basic realm="a, b"', ["password"]),
        ('Bearer realm="x", Basic realm="y"', ["token", "password"]),
        ('ApiKey name="X-Key", in="header"', ["api-key"]),
        ("", ["token", "password"]),
        ("Negotiate", ["token", "password"]),
    ],
)
def test_box_offers_what_the_server_names(challenge, offered, boxes):
    with server_that_wants(challenge=challenge) as server:
        box, _ = boxes(server.origin + "/api")
        assert kinds(box) == offered


def test_box_offers_what_the_openapi_document_declares(boxes):
    schemes = {
        "one": {"type": "apiKey", "in": "header", "name": "X-Gateway-APIKey"},
        "two": {"type": "http", "scheme": "basic"},
        "three": {"type": "apiKey", "in": "query", "name": "key"},
    }
    document = {"openapi": "3.0.3", "components": {"securitySchemes": schemes}}
    with processes_server(
        {
            ("GET", "/api"): lambda *_: answer(
                {"links": [{"rel": "service-desc", "href": "/open.json",
                            "type": "application/vnd.oai.openapi+json;version=3.0"}]}
            ),
            ("GET", "/open.json"): lambda *_: answer(document),
        }
    ) as server:  # fmt: skip
        box, _ = boxes(server.origin + "/api")
        assert kinds(box) == ["password", "api-key"]
        assert box.sign_in["ways"][1]["header"] == "X-Gateway-APIKey"


@pytest.mark.parametrize("kind", WAYS)
def test_what_is_typed_signs_in_and_is_kept_in_no_trait(kind, boxes):
    typed, value = WAYS[kind]
    challenge = {"token": "Bearer", "password": "Basic"}[kind]
    done = []
    with server_that_wants([value], challenge) as server:
        box, client = boxes(server.origin + "/api", on_done=lambda: done.append(1))
        assert kinds(box) == [kind]
        type_in(box, **typed)
        wait_for(lambda: done)
        assert box.sign_in["is_signed_in"]
        assert client.processes()
    assert "good" not in saved(box)


def test_key_signs_in_in_a_header_that_the_user_names(boxes):
    with server_that_wants(["good"], "ApiKey", header="x-own-key") as server:
        box, client = boxes(server.origin + "/api")
        assert kinds(box) == ["api-key"]
        type_in(box, header="bad header", secret="good")
        wait_for(lambda: "name of a header" in box.sign_in["problem"])
        type_in(box, header="X-Own-Key", secret="good")
        wait_for(lambda: box.sign_in["is_signed_in"])
        assert client.processes()


def test_refused_token_is_told_and_the_one_before_is_kept(boxes, canary):
    with server_that_wants(["Bearer old"]) as server:
        box, client = boxes(server.origin + "/api", auth="old")
        looked(box)
        type_in(box, secret=canary)
        wait_for(lambda: box.sign_in["problem"])
        assert "did not accept" in box.sign_in["problem"]
        assert "Who are you?" in box.sign_in["problem"]
        assert client.processes()
    seen = saved(box) + repr(vars(box))
    assert canary not in seen


def test_token_that_the_server_repeats_is_blanked_out(boxes, canary):
    def echo(_connection, received):
        return answer({"title": "No", "detail": repr(received.headers)}, status=401)

    with RawServer(echo) as server:
        box, _ = boxes(server.origin + "/api")
        looked(box)
        type_in(box, way=1, user="me", secret=canary)
        wait_for(lambda: "***" in box.sign_in["problem"])
    encoded = server.received[-1].headers["authorization"].split()[1]
    assert canary not in saved(box)
    assert encoded not in saved(box)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"secret": ""}, "Enter the token"),
        ({"secret": "  "}, "Enter the token"),
        ({}, "Enter the token"),
        ({"secret": "schlüssel"}, "cannot carry"),
        ({"way": 7, "secret": "x"}, "Choose one"),
        ({"way": None, "secret": "x"}, "Choose one"),
        ({"secret": ["x"]}, "Enter the token"),
    ],
)
def test_what_cannot_be_sent_is_told_and_nothing_is_sent(typed, said, boxes):
    with server_that_wants() as server:
        box, _ = boxes(server.origin + "/api")
        looked(box)
        before = len(server.received)
        type_in(box, **typed)
        wait_for(lambda: said in box.sign_in["problem"])
        assert len(server.received) == before
    assert box.last_error is None


def test_server_that_is_gone_is_told(boxes):
    with server_that_wants() as server:
        box, _ = boxes(server.origin + "/api")
        looked(box)
    type_in(box, secret="good")
    wait_for(lambda: "No connection" in box.sign_in["problem"])


def test_box_is_done_when_python_signs_in(boxes):
    done = []
    with server_that_wants() as server:
        box, client = boxes(server.origin + "/api", on_done=lambda: done.append(1))
        looked(box)
        client.sign_in("good")
        assert box.sign_in["is_signed_in"]
        assert done == [1]
        box._receive(None, {"type": "sign_in_again"}, None)
        assert not looked(box)["is_signed_in"]


def test_code_is_shown_and_signs_in_when_it_was_typed(boxes, provider, guarded):
    auth = ogc.auth.device(provider.issuer, NOTEBOOK)
    box, client = boxes(guarded().origin + "/api", auth=auth)
    assert kinds(box) == ["device", "token"]
    assert box.sign_in["ways"][0]["client_id"] is False
    type_in(box)
    wait_for(lambda: box.sign_in["code"])
    code = box.sign_in["code"]
    assert code["address"] == f"{provider.issuer}/device/"
    assert 1700 < code["left_s"] <= 1800
    provider.type_code(code["href"], code["user_code"])
    wait_for(lambda: box.sign_in["is_signed_in"])
    assert client.processes()
    secrets = auth.known()
    state = saved(box)
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in state]


def test_sign_in_server_of_the_openapi_document_is_offered(boxes, provider, guarded):
    url = f"{provider.issuer}/.well-known/openid-configuration"
    schemes = {"a": {"type": "openIdConnect", "openIdConnectUrl": url}}
    server = guarded()
    check = server.behave

    def behave(connection, received):
        if received.path == "/api/api":
            return answer({"components": {"securitySchemes": schemes}})
        return check(connection, received)

    server.behave = behave
    box, client = boxes(server.origin + "/api")
    assert kinds(box) == ["device", "token"]
    assert box.sign_in["ways"][0]["client_id"] is True
    type_in(box, client_id="")
    assert "client id" in box.sign_in["problem"]
    type_in(box, client_id=NOTEBOOK)
    wait_for(lambda: box.sign_in["code"])
    provider.type_code(*[box.sign_in["code"][k] for k in ("address", "user_code")])
    wait_for(lambda: box.sign_in["is_signed_in"])
    assert client.processes()


def test_waiting_for_a_code_can_be_stopped(boxes, provider, guarded):
    auth = ogc.auth.device(provider.issuer, NOTEBOOK)
    box, _ = boxes(guarded().origin + "/api", auth=auth)
    looked(box)
    type_in(box)
    wait_for(lambda: box.sign_in["code"])
    box._receive(None, {"type": "sign_in_stop"}, None)
    assert box.sign_in["code"] is None
    assert box.sign_in["busy"] == ""
    type_in(box)
    wait_for(lambda: box.sign_in["code"])


def test_panel_asks_to_sign_in_and_the_job_goes_on(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.05)
    monkeypatch.setattr(watching, "LONGEST_DELAY_S", 0.05)
    is_done = threading.Event()
    accepted = ["Bearer old"]

    def job(*_):
        word = "successful" if is_done.is_set() else "running"
        return answer({"jobID": "1", "status": word})

    with server_that_wants(
        accepted, behaviours={("GET", "/api/jobs/1"): job}
    ) as server:
        client = ogc.Client(server.origin + "/api", auth="old")
        panel = ogc.JobPanel(client.job("1"))
        assert panel.sign_in == {}
        accepted[:] = ["Bearer good"]
        wait_for(lambda: panel.sign_in.get("ways"))
        assert panel.state["kind"] == "sign-in"
        assert panel.state["word"] == "Sign in again"

        def type_again(change):
            if change["new"]["problem"]:
                panel.unobserve(type_again, "sign_in")
                type_in(panel, secret="good")

        # Whoever is quick types the right one while the other is just being refused.
        panel.observe(type_again, "sign_in")
        type_in(panel, secret="wrong")
        wait_for(lambda: panel.sign_in == {})
        wait_for(lambda: panel.state["kind"] == "running")
        is_done.set()
        wait_for(lambda: panel.state["kind"] == "successful")
        panel.close()
        client.close()


def test_panel_leaves_the_box_when_another_job_is_shown(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.05)
    accepted = ["Bearer old"]
    job = {
        ("GET", "/api/jobs/1"): lambda *_: answer({"jobID": "1", "status": "running"})
    }
    with server_that_wants(accepted, behaviours=job) as server:
        client = ogc.Client(server.origin + "/api", auth="old")
        panel = ogc.JobPanel(client.job("1"))
        accepted[:] = ["Bearer good"]
        wait_for(lambda: panel.sign_in.get("ways"))
        panel.job = None
        assert panel.sign_in == {}
        panel.close()
        client.close()


def test_app_shows_the_box_and_opens_when_the_user_has_signed_in():
    with server_that_wants() as server:
        app = ogc.App(server.origin + "/api")
        (box,) = app.children
        with pytest.raises(
            InputError, match=r"wants you to sign in.*(?s:.)*app\.sign_in"
        ):
            app.form  # noqa: B018 # the access is the test
        with pytest.raises(InputError):
            app.run()
        with pytest.raises(InputError):
            app.choose("p")
        assert "Sign in to" in app._repr_mimebundle_()[0]["text/plain"]
        looked(box)
        type_in(box, secret="good")
        wait_for(lambda: len(app.children) > 1)
        assert app.process.id == "p"
        assert app.form.inputs == {}
        app.close()


def test_app_can_be_signed_in_from_python_and_is_open_in_the_next_line():
    with server_that_wants() as server:
        app = ogc.App(server.origin + "/api", "p")
        app.sign_in("good")
        assert app.process.id == "p"
        assert len(app.children) > 1
        app.close()


def test_app_takes_auth_with_an_address_and_not_with_a_client():
    with server_that_wants() as server:
        app = ogc.App(server.origin + "/api", auth="good")
        assert app.process.id == "p"
        app.close()
        client = ogc.Client(server.origin + "/api", auth="good")
        with pytest.raises(InputError, match="already"):
            ogc.App(client, auth="good")
        client.close()


def test_app_with_a_code_shows_the_box_and_prints_nothing(provider, guarded, capfd):
    server = guarded()
    app = ogc.App(
        server.origin + "/api", auth=ogc.auth.device(provider.issuer, NOTEBOOK)
    )
    assert server.received == []
    (box,) = app.children
    looked(box)
    type_in(box)
    wait_for(lambda: box.sign_in["code"])
    provider.type_code(*[box.sign_in["code"][k] for k in ("address", "user_code")])
    wait_for(lambda: len(app.children) > 1)
    assert app.process.id == "p"
    assert capfd.readouterr().out == ""
    app.close()


def test_app_needs_no_code_when_the_sign_in_was_kept(
    provider, guarded, system_keyring, capfd
):
    url = guarded().origin + "/api"
    for is_first in (True, False):
        auth = ogc.auth.device(provider.issuer, NOTEBOOK, keep=True)
        app = ogc.App(url, auth=auth)
        if is_first:
            (box,) = app.children
            looked(box)
            type_in(box)
            wait_for(lambda box=box: box.sign_in["code"])
            code = box.sign_in["code"]
            provider.type_code(code["address"], code["user_code"])
            wait_for(lambda app=app: len(app.children) > 1)
        assert app.process.id == "p"
        app.close()
    assert len(system_keyring.kept) == 1
    assert capfd.readouterr().out == ""


def test_app_that_cannot_open_after_the_sign_in_says_why():
    broken = {("GET", "/api/processes"): lambda *_: answer(status=500)}
    with server_that_wants(behaviours=broken) as server:
        app = ogc.App(server.origin + "/api")
        (box,) = app.children
        with pytest.raises(ServerError):
            app.sign_in("good")
        assert "500" in box.problem
        app.close()


def test_run_that_is_refused_asks_to_sign_in_and_can_be_pressed_again():
    accepted = ["Bearer old"]
    run = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            {"jobID": "1", "status": "successful"}, 201
        )
    }
    with server_that_wants(accepted, behaviours=run) as server:
        app = ogc.App(server.origin + "/api", auth="old")
        accepted[:] = ["Bearer good"]
        app.run_bar._receive(None, {"type": "run"}, None)
        wait_for(lambda: app.panel.sign_in.get("ways"))
        assert app.panel.state["kind"] == "not-started"
        type_in(app.panel, secret="good")
        wait_for(lambda: app.panel.state["message"] == "Signed in. You can go on.")
        assert app.panel.sign_in == {}
        app.run()
        assert len(server.requests("POST")) == 2
        app.close()


def test_results_come_after_the_user_has_signed_in_again():
    accepted = ["Bearer old"]

    def run(*_):
        accepted[:] = ["Bearer good"]
        return answer({"jobID": "1", "status": "successful"}, 201)

    pages = {
        ("POST", "/api/processes/p/execution"): run,
        ("GET", "/api/jobs/1/results"): lambda *_: answer({"out": {"value": 7}}),
    }
    with server_that_wants(accepted, behaviours=pages) as server:
        app = ogc.App(server.origin + "/api", auth="old")
        app.run()
        wait_for(lambda: app.panel.sign_in.get("ways"))
        assert app.results is None
        assert "401" in app._stage.head.problem
        type_in(app.panel, secret="good")
        wait_for(lambda: app.results is not None)
        # Each part of the screen is told by itself.
        wait_for(lambda: app._stage.head.problem == "" and app.panel.sign_in == {})
        assert app.panel.state["kind"] == "successful"
        app.close()


def test_other_process_that_is_refused_asks_to_sign_in():
    accepted = ["Bearer old"]
    with server_that_wants(accepted) as server:
        app = ogc.App(server.origin + "/api", auth="old")
        accepted[:] = ["Bearer good"]
        app.header._receive(None, {"type": "process", "id": "p"}, None)
        wait_for(lambda: app.panel.sign_in.get("ways"))
        assert "401" in app.header.problem
        type_in(app.panel, secret="good")
        wait_for(lambda: app.panel.sign_in == {})
        app.header._receive(None, {"type": "process", "id": "p"}, None)
        wait_for(lambda: not app.header.problem and not app.header.loading)
        app.close()


def test_closing_leaves_no_model_behind():
    before: set[str] = set()
    for _ in range(2):  # the scripts of the page stay, and are made once
        before = set(ipywidgets.widgets.widget._instances)
        with server_that_wants() as server:
            app = ogc.App(server.origin + "/api")
            looked(app.children[0])
            app.close()
            client = ogc.Client(server.origin + "/api")
            box = ogc.SignIn(client)
            looked(box)
            box.close()
            client.close()
    assert set(ipywidgets.widgets.widget._instances) <= before
