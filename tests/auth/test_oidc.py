"""OpenID Connect against a real provider on a real socket, and against faulty ones."""

from __future__ import annotations

import contextlib
import json
import threading
import time

import pytest
from oidc_provider import NOTEBOOK, ROBOT
from raw_server import RawServer, answer

import ogc_widgets as ogc
from ogc_widgets.client import Client
from ogc_widgets.client.auth import oidc
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    OgcError,
    ProtocolError,
    SignInError,
)
from ogc_widgets.protocol import watching


def robot(provider, secret=ROBOT[1], **options):
    return ogc.auth.client_credentials(provider.issuer, ROBOT[0], secret, **options)


def student(provider, **options):
    """A device flow whose code is typed by the student as soon as it is shown."""

    def show(code):
        assert str(code.user_code) in str(code)
        shown.append(code)
        typing = threading.Thread(
            target=provider.type_code, args=(code.address, code.user_code)
        )
        typing.start()
        typed.append(typing)

    shown, typed = [], []
    auth = ogc.auth.device(provider.issuer, NOTEBOOK, **({"show": show} | options))
    return auth, shown, typed


@pytest.fixture(autouse=True)
def _hour(provider):
    yield
    provider.tokens_last(3600)


def sent_tokens(server):
    return [
        one.headers["authorization"].removeprefix("Bearer ")
        for one in server.received
        if "authorization" in one.headers
    ]


def test_program_signs_in_with_its_secret(provider, guarded):
    server = guarded()
    with Client(server.origin + "/api", auth=robot(provider)) as client:
        assert [process.id for process in client.processes()] == ["p"]
    assert len(set(sent_tokens(server))) == 1


def test_secret_of_a_program_can_come_from_the_environment(
    provider, guarded, monkeypatch
):
    monkeypatch.setenv("ROBOT_SECRET", ROBOT[1])
    auth = robot(provider, ogc.auth.env("ROBOT_SECRET"), scope="processes")
    with Client(guarded().origin + "/api", auth=auth) as client:
        assert client.processes()


def test_wrong_secret_is_told_as_such_and_not_repeated(provider, guarded, canary):
    server = guarded()
    with (
        Client(server.origin + "/api", auth=robot(provider, canary)) as client,
        pytest.raises(SignInError, match="client id and its secret") as caught,
    ):
        client.processes()
    assert canary not in str(caught.value) + repr(vars(caught.value))
    assert server.received == []


def test_token_is_renewed_before_it_runs_out(provider, guarded):
    provider.tokens_last(2)
    server = guarded()
    with Client(server.origin + "/api", auth=robot(provider)) as client:
        deadline_s = time.monotonic() + 60
        while len(set(sent_tokens(server))) < 3 and time.monotonic() < deadline_s:
            client.landing_page()
            time.sleep(0.1)
    assert len(set(sent_tokens(server))) >= 3
    said = [one for one in server.received if one.path == "/api"]
    assert len(said) < 200


def test_token_that_was_taken_back_is_replaced_after_the_refusal(provider, guarded):
    server = guarded()
    with Client(server.origin + "/api", auth=robot(provider)) as client:
        client.landing_page()
        provider.take_all_tokens_back()
        client.landing_page()
    assert len(set(sent_tokens(server))) == 2


def test_student_signs_in_with_a_code(provider, guarded, capsys):
    auth, shown, typed = student(provider, scope="openid processes")
    server = guarded()
    with Client(server.origin + "/api", auth=auth) as client:
        assert client.processes()
        client.landing_page()
    typed[0].join()
    assert len(shown) == len(typed) == 1
    assert shown[0].address == f"{provider.issuer}/device/"
    assert shown[0].user_code in shown[0].address_with_code
    assert provider.accepts(sent_tokens(server)[0])


def test_code_is_printed_when_nobody_says_how_to_show_it(provider, guarded, capfd):
    auth = ogc.auth.device(provider.issuer, NOTEBOOK)
    with Client(guarded().origin + "/api", auth=auth) as client:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(client.processes()))
        asking.start()
        printed = ""
        deadline_s = time.monotonic() + 30
        while "valid for" not in printed and time.monotonic() < deadline_s:
            printed += capfd.readouterr().out
        assert f"open {provider.issuer}/device/" in printed
        assert "valid for 30 minutes" in printed
        code = printed.partition("the code ")[2].partition(" ")[0]
        provider.type_code(f"{provider.issuer}/device/", code)
        asking.join(60)
    assert answers


def test_sign_in_shows_the_code_before_anything_is_asked_of_the_server(
    provider, guarded
):
    auth, shown, _ = student(provider)
    server = guarded()
    with Client(server.origin + "/api") as client:
        client.sign_in(auth)
        assert len(shown) == 1
        assert server.received == []
        assert client.processes()
        client.sign_in()
        assert len(shown) == 2


def test_declined_code_is_told_as_such(provider, guarded):
    def decline(code):
        provider.type_code(code.address, code.user_code, action="deny")

    auth, _, _ = student(provider, show=decline)
    with (
        Client(guarded().origin + "/api", auth=auth) as client,
        pytest.raises(SignInError, match="declined"),
    ):
        client.processes()


def test_refresh_token_renews_without_the_student(provider, guarded):
    provider.tokens_last(3)
    auth, shown, _ = student(provider)
    server = guarded()
    with Client(server.origin + "/api", auth=auth) as client:
        client.landing_page()
        provider.tokens_last(3600)
        deadline_s = time.monotonic() + 60
        while len(set(sent_tokens(server))) < 2 and time.monotonic() < deadline_s:
            client.landing_page()
            time.sleep(0.2)
    # One more if the first had run out when it arrived, for the machine was busy.
    assert len(set(sent_tokens(server))) in (2, 3)
    assert len(shown) == 1


def test_student_is_asked_to_sign_in_again_when_the_sign_in_has_run_out(
    provider, guarded
):
    auth, shown, _ = student(provider)
    with Client(guarded().origin + "/api", auth=auth) as client:
        client.landing_page()
        provider.take_all_tokens_back()
        for _ in range(2):
            with pytest.raises(SignInError, match=r"has run out.*(?s:.)*sign_in"):
                client.landing_page()
        assert len(shown) == 1
        client.sign_in()
        client.landing_page()
    assert len(shown) == 2


def test_job_is_watched_to_its_end_when_the_token_runs_out_on_the_way(
    provider, guarded, monkeypatch
):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.2)
    monkeypatch.setattr(watching, "LONGEST_DELAY_S", 0.2)
    is_done = threading.Event()

    def job(*_):
        word = "successful" if is_done.is_set() else "running"
        return answer({"jobID": "1", "status": word})

    server = guarded({("GET", "/api/jobs/1"): job})
    auth, shown, _ = student(provider)
    views = []
    with Client(server.origin + "/api", auth=auth) as client:
        watched = client.job("1")
        watched.watch(views.append)
        first = sent_tokens(server)[0]
        provider.end_time_of_tokens()
        assert not provider.accepts(first)
        deadline_s = time.monotonic() + 30
        while len(set(sent_tokens(server))) < 2 and time.monotonic() < deadline_s:
            time.sleep(0.05)
        is_done.set()
        assert watched.wait(60).status.status == "successful"
    assert {view.connection for view in views} == {"ok"}
    assert len(set(sent_tokens(server))) == 2
    assert len(shown) == 1


def test_kept_sign_in_needs_no_code_in_the_next_session(
    provider, guarded, system_keyring
):
    server = guarded()
    first, shown, _ = student(provider, keep=True)
    with Client(server.origin + "/api", auth=first) as client:
        client.landing_page()
    again, shown_again, _ = student(provider, keep=True)
    with Client(server.origin + "/api", auth=again) as client:
        client.landing_page()
    assert (len(shown), len(shown_again)) == (1, 0)
    assert not set(system_keyring.kept.values()) & set(sent_tokens(server))
    ogc.auth.forget(provider.issuer, NOTEBOOK)
    assert system_keyring.kept == {}


def test_nothing_is_kept_when_nobody_asks_for_it(provider, guarded, system_keyring):
    auth, _, _ = student(provider)
    with Client(guarded().origin + "/api", auth=auth) as client:
        client.landing_page()
    assert system_keyring.kept == {}


def test_tokens_are_not_to_be_seen(provider, guarded, caplog, capfd):
    caplog.set_level("DEBUG")
    server = guarded()
    auth, _, _ = student(provider)
    program = robot(provider)
    seen = []
    for way in (auth, program):
        with Client(server.origin + "/api", auth=way) as client:
            client.landing_page()
            seen += [repr(client), repr(client.aio), repr(way), repr(way.provider)]
            seen += [repr(vars(client.aio)), repr(vars(way.provider))]
            seen.append(repr(client.credential_placeholders))
    seen += [repr(vars(record)) for record in caplog.records]
    seen += [*capfd.readouterr()]
    text = "".join(seen)
    secrets = {*sent_tokens(server), *auth.known(), *program.known(), ROBOT[1]}
    assert len(secrets) == 4
    assert not [secret for secret in secrets if secret in text]


def test_what_belongs_to_the_sign_in_server_stays_there(provider, guarded, canary):
    server = guarded()
    auth, _, _ = student(provider)
    for way in (auth, robot(provider)):
        with Client(
            server.origin + "/api", auth=way, headers={"X-Tenant": canary}
        ) as client:
            client.processes()
    api = repr(server.received)
    assert canary in api
    assert ROBOT[1] not in api
    refresh = auth.known() - set(sent_tokens(server))
    assert len(refresh) == 1
    assert refresh.pop() not in api


def test_press_of_run_is_not_unknown_when_the_provider_is_down(provider, guarded):
    """The request was never sent, so nothing may have started."""
    server = guarded()
    with RawServer(lambda *_: answer({})) as gone:
        issuer = gone.origin
    auth = ogc.auth.client_credentials(issuer, "me", "secret")
    with (
        Client(server.origin + "/api", auth=auth) as client,
        pytest.raises(ConnectionFailedError, match="No token could be had"),
    ):
        client.execute("p", {})
    assert server.received == []


@contextlib.contextmanager
def provider_of_tokens(*, lasts_s, gives=None):
    """A provider whose tokens last so long; after some it does not answer any more.

    Gives its address, and what grows whenever it is asked.
    """
    token = {"access_token": "good", "token_type": "Bearer", "expires_in": lasts_s}

    def tokens(_connection, received):
        if received.path.endswith("configuration"):
            return answer(discovery(fake.origin))
        asked.append(1)
        return answer(token) if gives is None or len(asked) <= gives else None

    asked = []
    with RawServer(tokens) as fake:
        yield fake.origin, asked


def test_token_that_is_still_good_is_used_while_the_provider_is_down(guarded):
    with (
        provider_of_tokens(lasts_s=60, gives=1) as (issuer, asked),
        RawServer(lambda *_: answer({"links": []})) as server,
    ):
        auth = ogc.auth.client_credentials(issuer, "me", "secret")
        with Client(server.origin, auth=auth) as client:
            client.landing_page()
            auth._due_s = time.monotonic()  # and still valid for some seconds
            client.landing_page()
    assert len(asked) > 1
    assert set(sent_tokens(server)) == {"good"}


def test_token_that_lasts_for_seconds_only_serves_several_requests():
    with (
        provider_of_tokens(lasts_s=25) as (issuer, asked),
        RawServer(lambda *_: answer({"links": []})) as server,
    ):
        auth = ogc.auth.client_credentials(issuer, "me", "secret")
        with Client(server.origin, auth=auth) as client:
            for _ in range(3):
                client.landing_page()
    assert len(asked) == 1
    assert sent_tokens(server) == ["good"] * 3


def discovery(origin, **members):
    return {
        "issuer": origin,
        "token_endpoint": f"{origin}/token",
        "device_authorization_endpoint": f"{origin}/code",
        **members,
    }


CODE = {
    "device_code": "the-device-code", "user_code": "ABCD-EFGH", "expires_in": 300,
    "verification_uri": "https://login.test/device", "interval": 0.01,
}  # fmt: skip
TOKENS = {"access_token": "an-access-token", "token_type": "bearer"}


def fake_provider(*answers, code=CODE, **members):
    """A provider that gives these answers one after the other for tokens."""
    left = list(answers)

    def behave(_connection, received):
        if received.path.endswith("/openid-configuration"):
            return answer(discovery(server.origin, **members))
        if received.path == "/code":
            return answer(code)
        return left.pop(0) if len(left) > 1 else left[0]

    server = RawServer(behave)
    return server


def refused(code, **members):
    return answer({"error": code, **members}, status=400)


def test_code_is_asked_about_slower_when_the_provider_says_so(monkeypatch):
    monkeypatch.setattr(oidc, "_SLOWER_S", 0.3)
    with fake_provider(
        refused("authorization_pending"), refused("slow_down"),
        refused("authorization_pending"), answer(TOKENS),
    ) as server:  # fmt: skip
        auth = ogc.auth.device(server.origin, "me", show=lambda code: None)
        with Client("http://127.0.0.1:9") as client:
            started_s = time.monotonic()
            client.sign_in(auth)
    assert time.monotonic() - started_s >= 0.6
    asked = server.requests("POST", "/token")
    assert len(asked) == 4
    assert b"device_code=the-device-code" in asked[0].body
    assert b"client_id=me" in asked[0].body
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (refused("expired_token"), "ABCD-EFGH was not entered in time"),
        (refused("access_denied"), "declined"),
        (refused("invalid_client"), "Check the client id"),
        (refused("other", error_description="because <b>"), "because <b>"),
        (answer(status=400), "refused"),
        (answer({"error": "x"}, status=500), "answered 500"),
        (answer({"error": "x"}, status=429), "answered 429"),
    ],
)
def test_sign_in_with_a_code_ends_with_a_reason(last, said):
    with fake_provider(refused("authorization_pending"), last) as server:
        auth = ogc.auth.device(server.origin, "me", show=lambda code: None)
        with (
            Client("http://127.0.0.1:9") as client,
            pytest.raises(OgcError, match=said),
        ):
            client.sign_in(auth)
        assert client.aio.signing_in.source is None


def test_sign_in_with_a_code_ends_when_its_time_is_over():
    soon = {**CODE, "expires_in": "0.2"}
    with fake_provider(refused("authorization_pending"), code=soon) as server:
        auth = ogc.auth.device(server.origin, "me", show=lambda code: None)
        with (
            Client("http://127.0.0.1:9") as client,
            pytest.raises(SignInError, match="not entered in time"),
        ):
            client.sign_in(auth)


@pytest.mark.parametrize(
    "members",
    [
        {"issuer": "https://another.test"},
        {"issuer": None},
        {"token_endpoint": "http://elsewhere.test/token"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"token_endpoint": None},
    ],
)
def test_secret_is_not_sent_to_a_provider_that_looks_wrong(members):
    with fake_provider(answer(TOKENS), **members) as server:
        auth = ogc.auth.client_credentials(server.origin, "me", "my-secret")
        with (
            Client("http://127.0.0.1:9/api", auth=auth) as client,
            pytest.raises(ProtocolError, match="Nothing secret was sent"),
        ):
            client.processes()
        assert server.requests("POST") == []
        assert "my-secret" not in repr(server.received)


@pytest.mark.parametrize(
    "code",
    [
        {**CODE, "verification_uri": "javascript:alert(1)"},
        {**CODE, "user_code": ""},
        {"device_code": "x"},
    ],
)
def test_code_without_a_page_to_type_it_on_is_refused(code):
    with fake_provider(answer(TOKENS), code=code) as server:
        shown = []
        auth = ogc.auth.device(server.origin, "me", show=shown.append)
        with (
            Client("http://127.0.0.1:9") as client,
            pytest.raises(ProtocolError, match="no page or no code"),
        ):
            client.sign_in(auth)
    assert shown == []


def test_provider_without_codes_is_told_as_such():
    with fake_provider(answer(TOKENS), device_authorization_endpoint=None) as server:
        auth = ogc.auth.device(server.origin, "me")
        with (
            Client("http://127.0.0.1:9") as client,
            pytest.raises(InputError, match="no sign-in with a code"),
        ):
            client.sign_in(auth)


def test_address_that_is_no_provider_is_told_as_such():
    with RawServer(lambda *_: answer({"title": "x"}, status=404)) as server:
        auth = ogc.auth.client_credentials(server.origin + "/realm/", "me", "x")
        with (
            Client("http://127.0.0.1:9", auth=auth) as client,
            pytest.raises(ProtocolError, match="not an OpenID Connect provider"),
        ):
            client.processes()
    assert server.received[0].path == "/realm/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("methods", "in_header"),
    [(None, True), (["client_secret_post"], False), (["client_secret_basic"], True)],
)
def test_secret_goes_where_the_provider_wants_it(methods, in_header):
    with (
        fake_provider(
            answer(TOKENS), token_endpoint_auth_methods_supported=methods
        ) as server,
        RawServer(lambda *_: answer({"links": []})) as api,
    ):
        auth = ogc.auth.client_credentials(
            server.origin, "me", "my-secret", scope="a b", audience="https://api.test"
        )
        with Client(api.origin, auth=auth) as client:
            client.landing_page()
    (asked,) = server.requests("POST", "/token")
    assert ("authorization" in asked.headers) == in_header
    assert (b"client_secret=my-secret" in asked.body) != in_header
    assert b"grant_type=client_credentials" in asked.body
    assert b"scope=a+b" in asked.body
    assert b"audience=https%3A%2F%2Fapi.test" in asked.body


def test_longer_sign_in_is_asked_for_where_the_provider_lists_it():
    with fake_provider(
        answer(TOKENS), scopes_supported=["openid", "offline_access"]
    ) as server:
        auth = ogc.auth.device(server.origin, "me", show=lambda code: None)
        with Client("http://127.0.0.1:9") as client:
            client.sign_in(auth)
    (asked,) = server.requests("POST", "/code")
    assert b"scope=openid+offline_access" in asked.body


def test_secret_that_the_provider_repeats_is_blanked_out():
    def echo(_connection, received):
        if received.path.endswith("configuration"):
            return answer(discovery(server.origin))
        told = json.dumps(received.headers) + received.body.decode()
        return answer({"error": "x", "error_description": told}, status=400)

    with RawServer(echo) as server:
        auth = ogc.auth.client_credentials(server.origin, "me", "my-secret")
        with (
            Client("http://127.0.0.1:9", auth=auth) as client,
            pytest.raises(SignInError) as caught,
        ):
            client.processes()
    encoded = server.requests("POST")[0].headers["authorization"].split()[1]
    assert "my-secret" not in str(caught.value)
    assert encoded not in str(caught.value)
