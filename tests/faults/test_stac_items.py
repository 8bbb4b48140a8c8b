"""Addresses of STAC items that lead to everything else, on real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest
from raw_server import RawServer, answer, drip, drop

from ogc_widgets.client import Client
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac import stac_reader as client_stac
from ogc_widgets.client.stac.stac_reader import StacInspector, StacReader

CANARY = "canary-5d1e77-secret"
ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "S2B_10TFK",
    "geometry": None,
    "properties": {"datetime": "2021-07-13T19:03:00Z"},
    "assets": {},
}


def look(url, server="http://127.0.0.1:9/api", **options):
    """Look at an address as the client of a server would."""
    with Client(server, auth=CANARY) as client:
        reader = StacReader(client.aio.connection)
        try:
            return run(StacInspector(reader).look, url, **options)
        finally:
            run(reader.close)


def serving(said):
    return RawServer(said if callable(said) else lambda *_: said)


def test_item_is_recognised_when_it_comes_as_text():
    body = json.dumps(ITEM).encode()
    with serving(answer(body=body, headers={"Content-Type": "text/plain"})) as server:
        found = look(f"{server.origin}/item")
    assert (found.facts.kind, found.facts.id) == ("item", "S2B_10TFK")
    assert found.facts.date == "13 Jul 2021"
    assert found.why_not == ""


HTML = answer(
    body=b"<!doctype html><title>Sign in</title>",
    headers={"Content-Type": "text/html"},
)
PICTURE = answer(body=b"II*\x00", headers={"Content-Type": "image/tiff"})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer({"title": "gone"}, status=404), "nothing at this address (404)"),
        (answer(status=401), "wants you to sign in (401)"),
        (answer(status=500), "answers with an error (500)"),
        (HTML, "There is a web page, not a STAC document."),
        (PICTURE, "A file is there (image/tiff)."),
        (answer(body=b"hello"), "There is no JSON document"),
        (answer({"type": "Point", "coordinates": [0, 0]}), "not a STAC document"),
        (answer([ITEM]), "not a STAC document"),
        (answer(body=b"[" * 100_000), "no JSON document"),
        (drop, "127.0.0.1 does not give a complete answer."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_look_says_why_not_when_there_is_no_item(said, words):
    with serving(said) as server:
        found = look(f"{server.origin}/item")
    assert words in found.why_not
    assert found.facts.kind == ""


def test_look_says_so_when_nobody_listens():
    with serving(answer()) as server:
        origin = server.origin
    assert look(f"{origin}/item").why_not == "127.0.0.1 does not answer."


def test_look_ends_when_the_server_only_drips(monkeypatch):
    monkeypatch.setattr(client_stac, "LOOK_S", 0.5)
    started = time.monotonic()
    with serving(drip) as server:
        found = look(f"{server.origin}/item")
    assert found.why_not == "127.0.0.1 did not answer in time."
    assert time.monotonic() - started < 60


def test_look_stops_when_a_document_is_huge():
    padding = b" " * (client_stac.DOCUMENT_BYTES + 1)
    with serving(answer(body=json.dumps(ITEM).encode() + padding)) as server:
        found = look(f"{server.origin}/item")
    assert found.why_not == "The document is larger than 4 MB."
    assert found.answered


def test_token_stays_at_home_when_an_item_is_elsewhere():
    with serving(answer(ITEM)) as home, serving(answer(ITEM)) as other:
        look(f"{other.origin}/item", home.origin)
        look(f"{home.origin}/item", home.origin)
    assert CANARY not in repr(other.received)
    assert CANARY in repr(home.received)


def test_token_stays_at_home_when_an_item_redirects():
    with serving(answer(ITEM)) as other:
        there = {"Location": f"{other.origin}/moved"}
        with serving(answer(status=302, headers=there)) as home:
            found = look(f"{home.origin}/item", home.origin)
    assert found.facts.id == "S2B_10TFK"
    assert CANARY not in repr(other.received)


@pytest.mark.parametrize("insist", [False, True])
def test_private_address_is_read_only_when_the_user_insists(insist):
    with serving(answer(ITEM)) as inner:
        found = look(f"{inner.origin}/item", "https://ogc.example.org", insist=insist)
    assert found.private is not insist
    assert len(inner.received) == insist
    assert ("only machines near yours" in found.why_not) is not insist


@pytest.mark.parametrize(
    "address", ["s3://bucket/item", "file:///etc/passwd", "javascript:alert(1)", "a b"]
)
def test_nothing_is_sent_when_it_is_no_web_address(address):
    assert look(address).why_not == "This is not a web address."


def test_four_items_are_read_at_a_time_when_there_are_many():
    gate, four = threading.Event(), threading.Event()

    def slow(_connection, _received):
        if server.in_flight == 4:
            four.set()
        gate.wait(30)
        return answer(ITEM)

    async def all_of(reader, origin):
        look = StacInspector(reader).look
        tasks = [asyncio.create_task(look(f"{origin}/{n}")) for n in range(12)]
        assert await asyncio.to_thread(four.wait, 30)
        await asyncio.sleep(0.2)  # a fifth would have arrived by then
        waiting = len(server.received)
        gate.set()
        return waiting, await asyncio.gather(*tasks)

    with serving(slow) as server, Client("http://127.0.0.1:9/api") as client:
        reader = StacReader(client.aio.connection)
        waiting, found = run(all_of, reader, server.origin)
        run(reader.close)
    assert waiting == 4
    assert server.most_in_flight == 4
    assert [one.facts.id for one in found] == ["S2B_10TFK"] * 12
