from __future__ import annotations

import gzip
import threading
import time
import tracemalloc

import pytest
from raw_server import RawServer, answer, drip, drop, processes_server, reset, shorten

from ogc_widgets.client import Client
from ogc_widgets.errors import (
    BodyTooLargeError,
    ConnectionFailedError,
    DeadlineError,
    ProtocolError,
    TransportError,
)

LANDING = {"title": "Fine", "links": []}


def landing_of(behave, **options):
    with RawServer(behave) as server, Client(server.origin, **options) as client:
        return client.landing_page(), server


def test_call_ends_at_its_deadline_when_the_server_drips():
    started = time.monotonic()
    with pytest.raises(DeadlineError, match=r"within 0\.4 s"):
        landing_of(drip, timeout_s=0.4)
    assert time.monotonic() - started < 60


def test_call_ends_at_its_deadline_when_the_server_says_nothing():
    hold = threading.Event()
    with pytest.raises(DeadlineError):
        landing_of(lambda *_: hold.wait(5) and None, timeout_s=0.3)
    hold.set()


@pytest.mark.parametrize("fault", [drop, reset, shorten(answer(LANDING), 5)])
def test_reading_is_tried_once_more_when_the_connection_breaks(fault):
    def behave(connection, received):
        if received.number == 0:
            return fault(connection, received)
        return answer(LANDING)

    page, server = landing_of(behave)
    assert page.title == "Fine"
    assert len(server.received) == 2


@pytest.mark.parametrize("fault", [drop, reset, shorten(answer(LANDING), 5)])
def test_error_says_so_when_the_connection_breaks_each_time(fault):
    with pytest.raises(TransportError, match="broke before a complete answer"):
        landing_of(fault)


def test_body_is_not_trusted_when_it_is_cut_and_has_no_length():
    whole = answer(LANDING, headers={"Content-Length": None, "Connection": "close"})

    def behave(connection, _received):
        connection.sendall(whole[:-7])

    with pytest.raises(ProtocolError, match="is not"):
        landing_of(behave)


def test_body_is_refused_when_it_is_a_gzip_bomb():
    bomb = gzip.compress(b" " * 100_000_000)
    assert len(bomb) < 150_000
    said = answer(body=bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLargeError, match="larger than 16 MiB"):
            landing_of(lambda *_: said)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20


def test_body_is_read_when_it_is_compressed_although_not_asked_for():
    def behave(_connection, received):
        assert received.headers["accept-encoding"] == "identity"
        packed = gzip.compress(b'{"title": "Packed", "links": []}')
        return answer(body=packed, headers={"Content-Encoding": "gzip"})

    assert landing_of(behave)[0].title == "Packed"


def test_error_says_so_when_the_compression_is_unknown():
    said = answer(body=b"xx", headers={"Content-Encoding": "br"})
    with pytest.raises(ProtocolError, match="encoded as 'br'"):
        landing_of(lambda *_: said)


@pytest.mark.parametrize("length", [str(17 * 2**20), None])
def test_body_is_refused_when_it_is_too_large(length):
    def behave(connection, _received):
        headers = {"Content-Length": length, "Connection": "close"}
        connection.sendall(answer(body=b"", headers=headers))
        for _ in range(20):
            connection.sendall(b" " * 2**20)

    with pytest.raises(BodyTooLargeError):
        landing_of(behave)


def test_error_says_nothing_was_sent_when_nobody_listens():
    server = RawServer(drop)
    server.close()
    with Client(server.origin) as client, pytest.raises(ConnectionFailedError) as e:
        client.landing_page()
    assert "Connection refused" in str(e.value)
    assert "Nothing was sent" in str(e.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><h1>Welcome</h1>", "is not the landing page"),
        (b"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY l 'lol'>]><x>&l;</x>",
         "is not the landing page"),
        (b"[1, 2]", "is not the landing page"),
    ],
)  # fmt: skip
def test_error_says_what_to_do_when_the_address_is_wrong(body, said):
    with pytest.raises(ProtocolError, match=said) as caught:
        landing_of(lambda *_: answer(body=body, headers={"Content-Type": "text/html"}))
    assert "https://example.org/acme/ogc-api" in str(caught.value)


def test_four_requests_at_most_are_in_flight_when_many_are_made():
    def slowly(_connection, _received):
        time.sleep(0.05)
        return answer({"id": "p", "inputs": {}})

    behaviours = {("GET", f"/api/processes/p{n}"): slowly for n in range(12)}
    with (
        processes_server(behaviours) as server,
        Client(server.origin + "/api") as one,
        Client(server.origin + "/api") as two,
    ):
        threads = [
            threading.Thread(target=client.process, args=[f"p{n}"])
            for n in range(12)
            for client in (one, two)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests("GET", "/api/processes/p")) == 24
    assert 2 <= server.most_in_flight <= 4
