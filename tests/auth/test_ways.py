"""Every kind of ``auth=``: what is sent, when it is asked for again, what is hidden."""

from __future__ import annotations

import base64
import contextlib
import inspect
import pickle
import subprocess
import sys
import threading
from copy import deepcopy

import pytest
from raw_server import RawServer, answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.client import Client
from ogc_widgets.client.history.store import history_path
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import InputError, MissingExtraError, OgcError, SignInError
from ogc_widgets.protocol import watching

SECRET = "s3cret-of-a-test"
BASIC = base64.b64encode(f"me:{SECRET}".encode()).decode()


async def coroutine():
    return SECRET


WAYS = {
    "text": (SECRET, "authorization", f"Bearer {SECRET}"),
    "with its first word": (f"Bearer {SECRET} ", "authorization", f"Bearer {SECRET}"),
    "function": (lambda: SECRET, "authorization", f"Bearer {SECRET}"),
    "coroutine": (coroutine, "authorization", f"Bearer {SECRET}"),
    "env": (ogc.auth.env("OGCW_TEST"), "authorization", f"Bearer {SECRET}"),
    "basic": (("me", SECRET), "authorization", f"Basic {BASIC}"),
    "basic from env": (
        ("me", ogc.auth.env("OGCW_TEST")), "authorization", f"Basic {BASIC}"
    ),
    "key": (ogc.auth.api_key("X-Api-Key", SECRET), "x-api-key", SECRET),
    "key from a function": (
        ogc.auth.api_key("X-Api-Key", lambda: SECRET), "x-api-key", SECRET
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _secret_in_environment(monkeypatch):
    monkeypatch.setenv("OGCW_TEST", SECRET)


@pytest.fixture
def server():
    with processes_server({}) as server:
        yield server


@pytest.mark.parametrize(("auth", "header", "value"), WAYS.values(), ids=WAYS)
def test_secret_is_sent_in_its_header(auth, header, value, server):
    with Client(server.origin + "/api", auth=auth) as client:
        client.processes()
    assert {one.headers[header] for one in server.received} == {value}


@pytest.mark.parametrize("auth", [way[0] for way in WAYS.values()], ids=WAYS)
def test_secret_is_not_to_be_seen_in_anything_that_holds_it(auth, server):
    with Client(server.origin + "/api", auth=auth) as client:
        client.processes()
        credentials = client.aio.connection.credentials
        things = [client, client.aio, client.aio.connection, credentials,
                  credentials.source]  # fmt: skip
        if not isinstance(auth, str | tuple):
            things.append(auth)
        for thing in things:
            seen = [repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))]
            if not inspect.isroutine(thing):
                seen += [repr(value) for _, value in inspect.getmembers(thing)]
            assert SECRET not in "".join(seen)
            assert BASIC not in "".join(seen)
        for thing in (credentials, credentials.source):
            with pytest.raises(TypeError, match="not pickled"):
                pickle.dumps(thing)
            with pytest.raises(TypeError, match="not pickled"):
                deepcopy(thing)


@pytest.mark.parametrize("auth", [way[0] for way in WAYS.values()], ids=WAYS)
def test_secret_is_blanked_out_when_the_server_repeats_it(auth):
    def echo(_connection, received):
        return answer({"title": "No", "detail": repr(received.headers)}, status=400)

    with (
        RawServer(echo) as server,
        Client(server.origin, auth=auth) as client,
        pytest.raises(OgcError, match=r"\*\*\*") as caught,
    ):
        client.landing_page()
    text = str(caught.value) + repr(caught.value.problem)
    assert SECRET not in text
    assert BASIC not in text


def test_variable_is_read_when_it_is_needed_and_again_when_refused(monkeypatch):
    def behave(_connection, received):
        good = received.headers.get("authorization") == "Bearer new"
        return answer({"links": []}, status=200 if good else 401)

    monkeypatch.delenv("OGCW_TEST")
    with (
        RawServer(behave) as server,
        Client(server.origin, auth=ogc.auth.env("OGCW_TEST")) as client,
    ):
        with pytest.raises(InputError, match="OGCW_TEST is not set"):
            client.landing_page()
        assert server.received == []
        monkeypatch.setenv("OGCW_TEST", "old")
        with pytest.raises(SignInError):
            client.landing_page()
        monkeypatch.setenv("OGCW_TEST", "new")
        client.sign_in()
        client.landing_page()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ogc.auth.env(""), "environment variable"),
        (lambda: ogc.auth.env("A=B"), "environment variable"),
        (lambda: ogc.auth.api_key("X Key", SECRET), "name of a header"),
        (lambda: ogc.auth.api_key("", SECRET), "name of a header"),
        (lambda: ogc.auth.api_key("X-Key", ""), "empty"),
        (lambda: ogc.auth.api_key("X-Key", "schlüssel"), "cannot carry"),
        (lambda: ogc.auth.api_key("X-Key", "line\nbreak"), "cannot carry"),
        (lambda: ogc.auth.api_key("X-Key", 7), "cannot be a int"),
        (lambda: ogc.Client("http://srv.test", auth=("a:b", "c")), "without a colon"),
        (lambda: ogc.auth.device("http://login.test", "me"), "https://"),
        (lambda: ogc.auth.device("https://me:pw@login.test", "me"), "https://"),
        (lambda: ogc.auth.device("login.test", "me"), "https://"),
        (lambda: ogc.auth.device("https://login.test", " "), "client id"),
        (lambda: ogc.auth.client_credentials("https://login.test", "me", ""), "empty"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once_and_not_repeated(make, said):
    with pytest.raises(InputError, match=said) as caught:
        make()
    assert SECRET not in str(caught.value)
    assert "pw" not in str(caught.value)


def test_password_may_hold_any_characters(server):
    with Client(server.origin + "/api", auth=("ö", " pä:ß ")) as client:
        client.landing_page()
    sent = server.received[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == "ö: pä:ß "


def test_function_that_raises_is_named_and_its_text_is_not(server):
    def broken():
        raise KeyError(SECRET)

    with (
        Client(server.origin + "/api", auth=broken) as client,
        pytest.raises(SignInError, match="raised KeyError") as caught,
    ):
        client.processes()
    assert SECRET not in str(caught.value)
    assert server.received == []


def test_a_slow_function_is_waited_for_beyond_the_deadline_of_a_request(server):
    asked = threading.Event()

    def slow():
        asked.wait(2.8)
        return SECRET

    with Client(server.origin + "/api", auth=slow, timeout_s=2.5) as client:
        assert client.processes()


def test_clock_of_a_request_stands_still_while_a_token_is_renewed():
    asked = []

    def token():
        asked.append(1)
        if len(asked) > 1:
            threading.Event().wait(2.8)
        return f"token-{len(asked)}"

    def behave(_connection, received):
        is_old = received.headers.get("authorization") == "Bearer token-1"
        return answer({}, status=401) if is_old else answer({"title": "T"})

    with (
        RawServer(behave) as slow,
        Client(slow.origin, auth=token, timeout_s=2.5) as client,
    ):
        assert client.landing_page().title == "T"
    assert len(asked) == 2


def test_401_is_asked_about_once_a_minute_and_403_once(server):
    """A function that lets somebody type must not be called with every look."""
    for status in (401, 403):
        asked = []

        def token(asked=asked):
            asked.append(1)
            return f"token-{len(asked)}"

        said = answer({"title": "no"}, status=status)
        with (
            RawServer(lambda *_, said=said: said) as refusing,
            Client(refusing.origin, auth=token) as client,
        ):
            for _ in range(5):
                with pytest.raises(SignInError):
                    client.landing_page()
        assert len(asked) == 2
        assert len(refusing.received) == 6


def test_what_changes_something_is_not_sent_again_after_a_403():
    tokens = iter(["one", "two", "three"])
    behaviours = {
        ("DELETE", "/api/processes/p"): lambda *_: answer({"title": "no"}, status=403)
    }
    with (
        processes_server(behaviours) as server,
        Client(server.origin + "/api", auth=lambda: next(tokens)) as client,
    ):
        with pytest.raises(OgcError):
            client.undeploy("p")
        assert len(server.requests("DELETE")) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_job_is_watched_on_when_a_newer_token_is_accepted(status, monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    tokens = iter(["old", "new"])
    is_expired = threading.Event()

    def job(_connection, received):
        if is_expired.is_set() and received.headers["authorization"] != "Bearer new":
            return answer({"title": "expired"}, status=status)
        word = "successful" if is_expired.is_set() else "running"
        return answer({"jobID": "1", "status": word})

    views = []
    with (
        processes_server({("GET", "/api/jobs/1"): job}) as server,
        Client(server.origin + "/api", auth=lambda: next(tokens)) as client,
    ):
        watched = client.job("1")
        watched.watch(views.append)
        is_expired.set()
        watched.wait(60)
    assert watched.status.status == "successful"
    assert {view.phase for view in views} <= {"running", "successful"}
    assert {view.connection for view in views} == {"ok"}


def test_job_goes_on_when_no_token_can_be_had(monkeypatch):
    """Not the job's failure, and not the end of the watching either."""
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    answers = iter([SECRET])

    def once():
        return next(answers)

    is_expired = threading.Event()

    def job(_connection, received):
        good = received.headers["authorization"] == "Bearer mine"
        if is_expired.is_set() and not good:
            return answer(status=401)
        return answer({"jobID": "1", "status": "successful" if good else "running"})

    with (
        processes_server({("GET", "/api/jobs/1"): job}) as server,
        Client(server.origin + "/api", auth=once) as client,
    ):
        watched = client.job("1")
        is_expired.set()
        with pytest.raises(SignInError, match="still running"):
            watched.wait(60)
        assert (watched.view.phase, watched.view.connection) == ("running", "sign-in")
        client.sign_in("mine")
        assert watched.wait(60).status.status == "successful"


def test_sign_in_needs_something_to_sign_in_with(server):
    with (
        Client(server.origin) as client,
        pytest.raises(InputError, match="nothing to sign in with"),
    ):
        client.sign_in()


def test_usual_ways_are_offered_where_no_server_answers():
    with Client("http://127.0.0.1:9/api") as client:
        ways = run(client.aio.signing_in.ways_to_sign_in)
    assert [way.kind for way in ways] == ["token", "password"]


def test_secret_is_in_no_file_log_or_traceback(server, canary, caplog):
    caplog.set_level("DEBUG")
    said = []
    for auth in (canary, ("me", canary), ogc.auth.api_key("X-Key", lambda: canary)):
        with Client(server.origin + "/api", auth=auth) as client:
            with pytest.raises(OgcError) as caught:
                client.execute("p", {})
            said += [str(caught.value), repr(vars(caught.value)), repr(client.aio)]
    said += [repr(vars(record)) for record in caplog.records]
    said.append(history_path().read_bytes().decode("latin-1"))
    assert canary not in "".join(said)


def test_secret_in_the_keyring_is_kept_used_and_forgotten(system_keyring, server):
    ogc.auth.remember("my server", SECRET)
    with Client(server.origin + "/api", auth=ogc.auth.keyring("my server")) as client:
        client.processes()
        assert SECRET not in repr(client.aio.signing_in.source)
    assert server.received[0].headers["authorization"] == f"Bearer {SECRET}"
    ogc.auth.forget("my server")
    ogc.auth.forget("my server")
    assert system_keyring.kept == {}
    with (
        Client(server.origin + "/api", auth=ogc.auth.keyring("my server")) as client,
        pytest.raises(InputError, match="holds nothing"),
    ):
        client.processes()


def test_secret_for_the_keyring_is_asked_for_where_it_is_not_given(
    system_keyring, monkeypatch
):
    monkeypatch.setattr("getpass.getpass", lambda prompt: SECRET)
    ogc.auth.remember("typed")
    assert list(system_keyring.kept.values()) == [SECRET]


def test_system_without_a_keyring_is_told_so(monkeypatch):
    import keyring
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(InputError, match=r"cannot be used.*(?s:.)*auth\.env"):
            ogc.auth.remember("x", SECRET)
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("authlib", lambda: ogc.auth.device("https://login.test", "me")),
        ("authlib", lambda: ogc.auth.client_credentials("https://a.test", "me", "x")),
        ("keyring", lambda: ogc.auth.keyring("x")),
        ("keyring", lambda: ogc.auth.remember("x", "y")),
    ],
    ids=["device", "client_credentials", "keyring", "remember"],
)
def test_error_names_the_extra_when_a_package_is_missing(package, call, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r'pip install "ogc-widgets\[auth\]"'):
        call()
    assert issubclass(MissingExtraError, InputError)


def test_packages_of_the_extra_are_loaded_only_when_they_are_asked_for(server):
    code = f"""
import sys, ogc_widgets as ogc
client = ogc.Client({server.origin + "/api"!r}, auth="t")
client.processes()
print(sorted({{"authlib", "keyring"}} & set(sys.modules)))
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_two_waiting_requests_share_one_new_token():
    asked = []
    lock = threading.Lock()

    def token():
        with lock:
            asked.append(1)
        return f"token-{len(asked)}"

    def behave(_connection, received):
        good = received.headers["authorization"] == "Bearer token-2"
        return answer({"links": []}, status=200 if good else 401)

    with (
        RawServer(behave) as server,
        Client(server.origin, auth=token) as client,
        contextlib.ExitStack() as stack,
    ):
        threads = [threading.Thread(target=client.landing_page) for _ in range(4)]
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
    assert len(asked) == 2
