"""What servers write on a connection, and what is made of it."""

from __future__ import annotations

import gc
import socket
import ssl

import httpx
import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.client.http.exchange import place_of
from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import ConnectionFailedError, DeadlineError, TransportError
from ogc_widgets.protocol.requests.requests import Request, get

BODY = b'{"title": "T", "links": []}'
SIZE = b"Content-Length: %d\r\n" % len(BODY)


def landing_of(*said, **options):
    """What a client makes of answers, the last of which comes again and again."""
    turns = list(said)

    def behave(connection, _received):
        connection.sendall(turns.pop(0) if len(turns) > 1 else turns[0])
        connection.shutdown(socket.SHUT_WR)

    with RawServer(behave) as server, Client(server.origin, **options) as client:
        return client.landing_page().title


def chunked(*parts):
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


WHOLE = {
    "plain": b"HTTP/1.1 200 OK\r\n" + SIZE + b"\r\n" + BODY,
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "up to the end": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunked(BODY[:5], BODY[5:], b""),
    "in chunks, with more headers behind": b"HTTP/1.1 200 OK\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY) + b"0\r\nX-Sum: 1\r\n\r\n",
    "lines without CR": b"HTTP/1.1 200 OK\nX: y\n" + SIZE[:-2] + b"\n\n" + BODY,
    "without a reason": b"HTTP/1.1 200\r\n" + SIZE + b"\r\n" + BODY,
    "odd headers": b"HTTP/1.1 200 OK\r\nX-None:\r\nX-Odd: \xff\xc3\x28\x01\r\n"
    + SIZE + b"\r\n" + BODY,
    "hints before it": b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n"
    b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK\r\n" + SIZE + b"\r\n" + BODY,
    "more behind it": b"HTTP/1.1 200 OK\r\n" + SIZE + b"\r\n" + BODY + b"\0rest",
    "both lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY, b""),
}  # fmt: skip


@pytest.mark.parametrize("said", WHOLE.values(), ids=WHOLE)
def test_answer_is_read_however_it_is_written(said):
    assert landing_of(said) == "T"


WRONG = {
    "nothing": (b"", "without an answer"),
    "a page": (b"<html>\r\n", "no HTTP"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
    "half of a head": (b"HTTP/1.1 200 OK\r\nContent-", "without an answer"),
    "a line that is no header": (b"HTTP/1.1 200 OK\r\nNo header\r\n\r\n", "no HTTP"),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}1",
        "no HTTP",
    ),
    "a length below zero": (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", "HTTP"),
    "a short body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "whole answer"),
    "a wrong chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "no HTTP",
    ),
    "a switch": (
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        "something else than HTTP",
    ),
    "endless headers": (
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000,
        "headers of the answer are too large",
    ),
    "endless chunk sizes": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + b"x" * 300_000,
        "headers of the answer are too large",
    ),
}


@pytest.mark.parametrize(("said", "words"), WRONG.values(), ids=WRONG)
def test_wrong_answer_is_refused_in_words(said, words):
    with pytest.raises(TransportError, match=words) as caught:
        landing_of(said)
    assert "b'" not in str(caught.value)


def test_connection_is_used_again_only_when_the_answer_was_clean():
    clean = answer({"title": "T", "links": []})
    both = WHOLE["both lengths"]
    more = WHOLE["more behind it"]
    closing = answer({"title": "T", "links": []}, headers={"Connection": "close"})
    for said, connections in ((clean, 1), (both, 3), (more, 3), (closing, 3)):
        with RawServer(lambda *_, said=said: said) as server:
            with Client(server.origin) as client:
                for _ in range(3):
                    client.landing_page()
            assert server.connections == connections


def test_answer_that_nobody_asked_for_is_never_taken_for_one():
    def behave(_connection, received):
        stolen = answer({"title": "stolen", "links": []})
        return answer({"title": "T", "links": []}) + (
            b"" if received.number else stolen
        )

    with RawServer(behave) as server, Client(server.origin) as client:
        assert {client.landing_page().title for _ in range(4)} == {"T"}


def test_change_is_sent_on_a_connection_of_its_own():
    with RawServer(lambda *_: answer({})) as server, Client(server.origin) as client:
        for method in ("GET", "POST", "GET", "POST", "DELETE"):
            request = Request(method, f"{server.origin}/x", body=None)
            run(client.aio.connection.send, request)
        assert server.connections == 4
        (first, *_) = server.requests("POST")
        assert first.headers["content-length"] == "0"


def test_head_has_no_body():
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    with RawServer(lambda *_: said) as server, Client(server.origin) as client:
        reply = run(client.aio.connection.send, Request("HEAD", f"{server.origin}/x"))
    assert (reply.status_code, reply.body) == (200, b"")


def test_silence_in_the_middle_of_a_file_is_noticed(monkeypatch):
    monkeypatch.setattr("ogc_widgets.client.http.transport.SILENCE_S", 0.2)
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"

    async def whole(connection, url):
        async with connection.stream(get(url)) as stream:
            return await stream.read(100)

    def behave(connection, _received):
        connection.sendall(half)
        connection.recv(1)

    with (
        RawServer(behave) as server,
        Client(server.origin, timeout_s=0.2) as client,
        pytest.raises(DeadlineError, match=r"Silence for 0\.2 s"),
    ):
        run(whole, client.aio.connection, f"{server.origin}/x")


def test_what_came_with_an_answer_begins_no_header_of_ours():
    with RawServer(lambda *_: answer({})) as server, Client(server.origin) as client:
        for value in ("a\r\nX-Mine: b", "a\nb", "a\0", "\xe9"):
            request = Request("GET", f"{server.origin}/x", {"If-Range": value})
            with pytest.raises(ConnectionFailedError, match="Nothing was sent"):
                run(client.aio.connection.send, request)
        assert server.received == []


def test_nothing_is_left_open_when_a_connection_is_given_up_while_it_is_made():
    """The system accepts it, and nobody ever says a word of TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with (
            Client(url, timeout_s=0.2, verify=ssl.create_default_context()) as client,
            pytest.raises(DeadlineError),
        ):
            client.landing_page()
        gc.collect()  # an open one would be said by a warning, which fails the test


URLS = [
    "http://a.test", "http://a.test:80/", "https://a.test:443/x", "http://A.test:8080",
    "http://a.test/x y/é%20%zz?q=a b&c=é'\"<>`{}|^[]#f", "http://a.test/a/../b/./c/..",
    "http://a.test//x;y=1,2/'()*!$@:", "http://faß.test/", "http://[::1]:8/x",
    "http://user:pw@a.test/x", "http://a.test?x=1", "http://a.test/%7Bid%7D/{id}",
    "http://a.test./x", "http://1.2.3.4/~", "http://a.test/./a/./b",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_address_is_written_as_httpx_writes_it(url):
    place, there = place_of(url), httpx.URL(url)
    request = httpx.Request("GET", url)
    assert place.target.encode() == there.raw_path
    assert place.header == request.headers["host"]
    assert place.host.encode() == there.raw_host.strip(b"[]")
    usual = {"http": 80, "https": 443}[there.scheme]
    assert (place.scheme, place.port) == (there.scheme, there.port or usual)


def test_user_in_an_address_is_told_there():
    with RawServer(lambda *_: answer({})) as server, Client(server.origin) as client:
        there = server.origin.replace("//", "//me:p%40ss@")
        run(client.aio.connection.send, get(f"{there}/x"))
        sent = [one.headers.get("authorization") for one in server.received]
    assert sent == ["Basic bWU6cEBzcw=="]
