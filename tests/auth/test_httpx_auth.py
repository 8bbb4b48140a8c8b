"""Any ``httpx.Auth`` is a way to sign in, also one that blocks or reads the answer."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.client.http.loop import in_loop_thread
from ogc_widgets.errors import BodyTooLargeError, SignInError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SECRET = "canary-of-the-plugin-4711"  # of a test
Flow = "Generator[httpx.Request, httpx.Response, None]"


class PlainFlow(httpx.Auth):
    def auth_flow(self, request: httpx.Request) -> Flow:
        assert not in_loop_thread(), "it may block"
        request.headers["X-Signature"] = SECRET
        yield request


class SyncFlow(httpx.Auth):
    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        assert not in_loop_thread(), "it may block"
        request.headers["X-Signature"] = SECRET
        yield request


class AsyncFlow(httpx.Auth):
    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["X-Signature"] = SECRET
        yield request


class Challenged(httpx.Auth):
    """Reads from the refusal what it has to send."""

    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Flow:
        response = yield request
        if response.status_code == 401:
            request.headers["X-Signature"] = response.json()["send"]
            yield request


KINDS = [PlainFlow, SyncFlow, AsyncFlow, Challenged]
LANDING = {"title": "T", "links": []}


def behave(_connection: Any, request: Any) -> Any:
    if request.headers.get("x-signature") != SECRET:
        return answer({"send": SECRET}, status=401)
    if request.path.startswith("/api/processes"):
        return answer({"processes": [{"id": "p", "title": f"heard {SECRET}"}]})
    return answer(LANDING)


@pytest.mark.parametrize("kind", KINDS)
def test_server_is_told_who_asks_in_any_way_there_is(kind: type[httpx.Auth]) -> None:
    with RawServer(behave) as server:
        client = Client(f"{server.origin}/api", auth=kind())
        with client:
            (process,) = client.processes()
            assert client.credential_placeholders == {"X-Signature": "$TOKEN"}
            assert SECRET not in repr(vars(client.aio.connection))
    assert process.id == "p"
    assert SECRET not in str(process.raw), "what a server repeats is blanked out"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_is_told(kind: type[httpx.Auth]) -> None:
    def stranger(_connection: Any, _request: Any) -> Any:
        return answer({"processes": [{"id": "far"}]})

    with RawServer(stranger) as elsewhere:

        def redirecting(connection: Any, request: Any) -> Any:
            if request.path.startswith("/api/processes"):
                there = f"{elsewhere.origin}/processes"
                return answer({}, status=302, headers={"Location": there})
            return behave(connection, request)

        with (
            RawServer(redirecting) as server,
            Client(f"{server.origin}/api", auth=kind()) as client,
        ):
            assert [one.id for one in client.processes()] == ["far"]
        assert elsewhere.received
        assert SECRET not in repr([one.headers for one in elsewhere.received])


def test_key_in_the_query_is_sent_and_blanked_out() -> None:
    class QueryKey(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Flow:
            request.url = request.url.copy_merge_params({"key": SECRET})
            yield request

    def repeating(_connection: Any, request: Any) -> Any:
        if f"key={SECRET}" not in request.path:
            return answer({}, status=401)
        if request.path.startswith("/api/processes"):
            return answer({"processes": [{"id": "p", "title": f"for {SECRET}"}]})
        return answer(LANDING)

    with (
        RawServer(repeating) as server,
        Client(f"{server.origin}/api", auth=QueryKey()) as client,
    ):
        (process,) = client.processes()
    assert process.title == "for ***"


def test_user_who_has_signed_in_so_later_is_known() -> None:
    with RawServer(behave) as server, Client(f"{server.origin}/api") as client:
        with pytest.raises(SignInError):
            client.processes()
        client.sign_in(PlainFlow())
        assert [one.id for one in client.processes()] == ["p"]


def test_clock_stands_still_while_it_thinks() -> None:
    class Slow(PlainFlow):
        def auth_flow(self, request: httpx.Request) -> Flow:
            if not hasattr(self, "is_told"):
                self.is_told = threading.Event().wait(2.8) is False
            return super().auth_flow(request)

    with (
        RawServer(behave) as server,
        Client(f"{server.origin}/api", auth=Slow(), timeout_s=2.5) as client,
    ):
        started = time.monotonic()
        assert client.landing_page().title == "T"
        assert time.monotonic() - started > 2.5


@pytest.mark.parametrize("error", [ValueError, SystemExit, httpx.ConnectError])
def test_what_it_raises_is_said(error: type[BaseException]) -> None:
    class Broken(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Flow:
            raise error(SECRET)
            yield request

    with (
        RawServer(behave) as server,
        Client(f"{server.origin}/api", auth=Broken()) as client,
        pytest.raises(SignInError, match=f"Broken.*{error.__name__}") as caught,
    ):
        client.landing_page()
    assert SECRET not in str(caught.value)
    assert not server.received


def test_refusal_that_it_reads_is_bounded() -> None:
    def endless(_connection: Any, _request: Any) -> Any:
        return answer(body=b" " * (17 * 2**20), status=401)

    with (
        RawServer(endless) as server,
        Client(f"{server.origin}/api", auth=Challenged()) as client,
        pytest.raises(BodyTooLargeError),
    ):
        client.landing_page()
