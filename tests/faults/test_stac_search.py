"""Catalogues that do everything wrong, on real sockets."""

from __future__ import annotations

import datetime as dt
import json
import time
from urllib.parse import urlsplit

import numpy as np
import pytest
import shapely
from raw_server import RawServer, answer, drip

import ogc_widgets as ogc
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac import catalogue as client_catalogue
from ogc_widgets.client.stac.catalogue import Catalogue
from ogc_widgets.client.stac.stac_reader import StacReader
from ogc_widgets.errors import (
    BodyTooLargeError,
    ConnectionFailedError,
    DeadlineError,
    InputError,
    ProblemError,
    ProtocolError,
    RedirectError,
    SignInError,
)

CANARY = "canary-9c01ab-secret"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def item(name, **members):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": None,
        "properties": {"datetime": "2021-07-13T00:00:00Z"},
        "assets": {},
        "links": [{"rel": "self", "href": f"items/{name}"}],
        **members,
    }


def page(*items, **link):
    links = [{"rel": "next", **link}] if link else []
    return {"type": "FeatureCollection", "features": list(items), "links": links}


def catalogue(search, **paths):
    """A STAC API; ``search(received)`` answers the search."""

    def behave(connection, received):
        path = urlsplit(received.path).path
        if path == "/stac":
            return answer(
                {
                    "type": "Catalog",
                    "stac_version": "1.0.0",
                    "id": "root",
                    "links": [{"rel": "search", "href": "/search", "method": "POST"}],
                }
            )
        if path == "/search":
            said = search(received)
            return said(connection, received) if callable(said) else said
        return paths.get(path, answer({"detail": path}, status=404))

    return RawServer(behave)


def found(server, **options):
    return ogc.search_items(f"{server.origin}/stac", **options)


def test_days_boxes_and_shapes_are_taken_as_people_have_them():
    texts = {"start": "2021-07-01", "end": "2021-07-31"}
    shape = shapely.box(10, 40, 12, 42)
    same = [
        {**texts, "bbox": [10, 40, 12, 42]},
        {
            "start": dt.date(2021, 7, 1),
            "end": dt.datetime(2021, 7, 31, 12, tzinfo=dt.UTC),
            "bbox": "10,40,12,42",
        },
        {
            "start": np.datetime64("2021-07-01"),
            "end": dt.datetime(
                2021, 8, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))
            ),
            "bbox": np.array([10, 40, 12, 42]),
            "max_cloud_percent": np.int64(20),
        },
        {**texts, "intersects": shapely.geometry.mapping(shape)},
        {**texts, "intersects": shape},
        {**texts, "intersects": shape.wkt},
    ]
    with catalogue(lambda _: answer(page(item("a")))) as server:
        for options in same:
            found(server, **options)
    sent = [json.loads(one.body) for one in server.requests("POST")]
    assert {one["datetime"] for one in sent} == {
        "2021-07-01T00:00:00Z/2021-07-31T23:59:59Z"
    }
    assert [one["bbox"] for one in sent[:3]] == [[10, 40, 12, 42]] * 3
    assert all(shapely.geometry.shape(s["intersects"]).equals(shape) for s in sent[3:])


def test_addresses_of_items_are_absolute_when_they_came_relative():
    with catalogue(lambda _: answer(page(item("a")))) as server:
        (only,) = found(server)
    assert only["links"][0] == {"rel": "self", "href": f"{server.origin}/items/a"}


def test_all_pages_are_read_up_to_the_limit():
    def search(received):
        number = json.loads(received.body).get("token", 0)
        link = {"href": "/search", "method": "POST", "body": {"token": number + 1}}
        return answer(page(item(f"{number}a"), item(f"{number}b"), **link))

    with catalogue(search) as server:
        names = [one["id"] for one in found(server, limit=5)]
    assert names == ["0a", "0b", "1a", "1b", "2a"]
    assert len(server.requests("POST")) == 3


@pytest.mark.parametrize("tokens", [1, 2])
def test_paging_ends_when_pages_lead_in_a_circle(tokens):
    def search(received):
        number = json.loads(received.body).get("token", 0)
        link = {
            "href": "/search",
            "method": "POST",
            "body": {"token": number % tokens + 1},
        }
        return answer(page(item(f"{number}"), **link))

    with catalogue(search) as server:
        assert len(found(server, limit=1000)) == tokens + 1


def test_next_page_is_not_followed_when_it_is_on_another_server():
    with RawServer(lambda *_: answer(page(item("stranger")))) as other:
        link = {"href": f"{other.origin}/search"}
        with catalogue(lambda _: answer(page(item("a"), **link))) as server:
            assert [one["id"] for one in found(server, auth=CANARY)] == ["a"]
    assert other.received == []
    assert CANARY in repr(server.received)


@pytest.mark.parametrize("status", [307, 308])
def test_search_is_not_sent_elsewhere_when_the_catalogue_redirects(status):
    with RawServer(lambda *_: answer(page(item("stranger")))) as other:
        there = {"Location": f"{other.origin}/search"}
        with (
            catalogue(lambda _: answer(status=status, headers=there)) as server,
            pytest.raises(RedirectError, match="does not answer as it should"),
        ):
            found(server, auth=CANARY)
    assert other.received == []


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (
            answer({"code": "Bad", "description": "bbox is wrong"}, status=400),
            ProblemError,
            "refuses this search: bbox is wrong",
        ),
        (answer(status=401), SignInError, "wants you to sign in"),
        (answer({"detail": "oops"}, status=500), ProblemError, "500"),
        (answer({"type": "Polygon"}), ProtocolError, "list of items"),
        (answer(body=b"<html>"), ProtocolError, "not JSON"),
    ],
    ids=["400", "401", "500", "geometry", "html"],
)
def test_search_says_why_when_the_catalogue_refuses(said, error, words):
    with catalogue(lambda _: said) as server, pytest.raises(error, match=words):
        found(server)


def test_search_ends_when_the_catalogue_only_drips(monkeypatch):
    monkeypatch.setattr(client_catalogue, "SEARCH_S", 0.5)
    started = time.monotonic()
    with (
        catalogue(lambda _: drip) as server,
        pytest.raises(DeadlineError, match=r"did not answer within 0.5 s"),
    ):
        found(server)
    assert time.monotonic() - started < 60


def test_search_stops_when_a_page_is_huge(monkeypatch):
    monkeypatch.setattr(client_catalogue, "SEARCH_BYTES", 10_000)
    big = page(item("a", properties={"text": "x" * 20_000}))
    with catalogue(lambda _: answer(big)) as server, pytest.raises(BodyTooLargeError):
        found(server)


def test_search_says_so_when_there_is_no_catalogue():
    with (
        catalogue(lambda _: answer(page())) as server,
        pytest.raises(ProblemError, match=r"no catalogue at this address \(404\)"),
    ):
        ogc.search_items(f"{server.origin}/nowhere")
    with pytest.raises(ConnectionFailedError, match=r"127.0.0.1 does not answer"):
        found(server)
    with pytest.raises(InputError, match="not the address"):
        ogc.search_items("not an address")


def test_page_for_people_is_named_when_it_answers_instead():
    html = {"Content-Type": "text/html"}
    with (
        RawServer(lambda *_: answer(body=b"<!doctype html>", headers=html)) as server,
        pytest.raises(ProtocolError, match="There is a web page at this address"),
    ):
        found(server)


def test_server_of_processes_leads_to_its_catalogue():
    def behave(connection, received):
        if received.path == "/ogc":
            link = {"rel": "related", "title": "STAC API", "href": "/stac"}
            return answer({"title": "Processes", "links": [link]})
        return inner.behave(connection, received)

    with (
        catalogue(lambda _: answer(page(item("a")))) as inner,
        RawServer(behave) as server,
    ):
        assert len(ogc.search_items(f"{server.origin}/ogc")) == 1


def test_clouds_are_judged_here_when_the_catalogue_does_not():
    clear = item("clear", properties={"eo:cloud_cover": 5})
    cloudy = item("cloudy", properties={"eo:cloud_cover": 95})
    with catalogue(lambda _: answer(page(clear, cloudy))) as server:
        names = [one["id"] for one in found(server, max_cloud_percent=10)]
    assert names == ["clear"]


def picture_of(said, at="/thumb", url=None):
    """What comes of the thumbnail of an item; ``url`` is that of the catalogue."""
    picture = RawServer(lambda *_: said)
    with picture:
        href = f"{picture.origin}{at}"
        assets = {"thumbnail": {"href": href, "type": "image/png"}}

        async def one():
            connection = Connection(url or picture.origin, auth=CANARY)
            reader = StacReader(connection)
            try:
                return await Catalogue(reader, connection.url).picture(
                    item("a", assets=assets)
                )
            finally:
                await reader.close()
                await connection.close()

        return run(one), picture.received


def test_thumbnail_is_known_by_its_bytes_not_by_its_name():
    svg = {"Content-Type": "image/png"}
    assert picture_of(answer(body=PNG))[0] == (PNG, "image/png")
    assert picture_of(answer(body=b"<svg onload=x>", headers=svg))[0] is None
    assert picture_of(answer(body=PNG, status=404))[0] is None


def test_thumbnail_is_left_out_when_it_is_large():
    body = PNG + b"\0" * client_catalogue.PICTURE_BYTES
    assert picture_of(answer(body=body))[0] is None


def test_thumbnail_is_not_fetched_when_a_public_catalogue_names_a_private_one():
    found_, asked = picture_of(answer(body=PNG), url="https://stac.example.org/v1")
    assert (found_, asked) == (None, [])


def test_lab_can_be_searched_as_pystac_client_does(lab_server):
    """The same search by another program finds the same, and goes into the field."""
    pystac_client = pytest.importorskip("pystac_client")
    box = [-121.399, 39.834, -120.74, 40.472]
    ours = ogc.search_items(lab_server.stac, bbox=box, start="2021-01-01")
    api = pystac_client.Client.open(lab_server.stac)
    theirs = list(api.search(bbox=box, datetime="2021-01-01/..").items())
    assert [one["id"] for one in ours] == [one.id for one in theirs]
    form = ogc.ProcessForm(
        {"id": "p", "inputs": {"stac_items": {"schema": {"type": "string"},
         "maxOccurs": "unbounded"}}}
    )  # fmt: skip
    form.fields["stac_items"].add(theirs)
    assert form.inputs["stac_items"] == [one["links"][0]["href"] for one in ours]
    form.fields["stac_items"].add(ours)
    assert len(form.inputs["stac_items"]) == 2
    form.close()
