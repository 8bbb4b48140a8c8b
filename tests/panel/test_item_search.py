"""The search for STAC items, as its page shows it, on real servers."""

from __future__ import annotations

import json
import threading
from urllib.parse import urlsplit

import pytest
from raw_server import RawServer, answer
from waiting import wait_for

from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac.stac_reader import StacReader
from ogc_widgets.errors import InputError
from ogc_widgets.panel import item_search
from ogc_widgets.panel.item_search import PUBLIC_CATALOGUES, ItemSearch

BOX = (-121.399, 39.834, -120.74, 40.472)
AREA = {
    "type": "Polygon",
    "coordinates": [
        [[-121.399, 39.834], [-120.74, 39.834], [-120.74, 40.472], [-121.399, 39.834]]
    ],
}
IDS = ["S2A_10TFK_20220524_0_L2A", "S2B_10TFK_20210713_0_L2A"]


class Page:
    """A search, what its page would see, and what it tells the app."""

    def __init__(self, url):
        self.connection = Connection(url)
        self.reader = StacReader(self.connection)
        self.added = []
        self.outlined = []
        self.marked = []
        self.messages = []
        self.view = ItemSearch(
            self.reader,
            on_add=lambda path, items: self.added.append((path, items)),
            on_found=self._found,
        )
        self.view.send = lambda content, buffers=None: self.messages.append(
            (content, buffers)
        )

    def _found(self, features, marked):
        self.outlined, self.marked = [one["id"] for one in features], marked

    def show(self, offered="", **options):
        self.view.show("stac_items", "STAC items", takes_one=False, offered=offered)

    def press(self, kind, **members):
        self.view._receive(self.view, {"type": kind, **members}, None)

    def wait_for(self, *phases):
        """Wait until the search is in one of these phases."""
        arrived = threading.Event()

        def look(_change=None):
            if self.view.phase in phases:
                arrived.set()

        self.view.observe(look, "phase")
        look()
        wait_for(arrived.is_set, lambda: (self.view.phase, self.view.words))
        self.view.unobserve(look, "phase")

    def close(self):
        self.view.close()
        run(self.reader.close)
        run(self.connection.close)


@pytest.fixture
def open_page(monkeypatch):
    monkeypatch.setattr(item_search, "_last_address", "")
    pages = []

    def make(url):
        pages.append(Page(url))
        return pages[-1]

    yield make
    for page in pages:
        page.close()


@pytest.fixture
def page(open_page, lab_server):
    return open_page(lab_server.url)


def test_nobody_is_asked_when_no_catalogue_is_known(page):
    page.show()
    assert page.view.phase == "start"
    assert page.view.address == ""
    assert [address for address, _ in page.view.offers] == [
        address for address, _ in PUBLIC_CATALOGUES
    ]


def test_items_in_the_area_are_found_at_once_when_nothing_is_left_to_ask(
    page, lab_server
):
    page.view.set_area(AREA, BOX)
    page.show(offered=lab_server.stac)
    page.wait_for("found", "failed")
    assert page.view.words == "2 items"
    assert [row["id"] for row in page.view.rows] == IDS
    assert page.view.rows[0]["date"] == "24 May 2022"
    assert page.outlined == [row["key"] for row in page.view.rows]
    assert [one["id"] for one in page.view.items] == IDS
    assert page.view.catalogue["collections"][0][0] == "sentinel-2-l2a"


def test_search_waits_for_the_user_when_no_area_is_drawn(page, lab_server):
    page.show(offered=lab_server.stac)
    page.wait_for("ready", "failed")
    assert page.view.rows == []
    page.press("search", address=lab_server.stac)
    page.wait_for("found", "failed")
    assert len(page.view.rows) == 2


def test_days_clouds_and_area_limit_the_search(page, lab_server):
    page.view.open_catalogue(lab_server.stac)
    page.wait_for("ready", "failed")
    page.view.search(start="2022-01-01")
    page.wait_for("found", "failed")
    assert [row["id"] for row in page.view.rows] == IDS[:1]
    page.view.search(start="", end="2021-12-31", clouds="50 %")
    page.wait_for("found", "failed")
    assert [row["id"] for row in page.view.rows] == IDS[1:]
    page.view.set_area(AREA, (10, 50, 11, 51))
    page.view.search()
    page.wait_for("found", "failed")
    assert page.view.rows == []
    assert page.view.words.startswith("Nothing was found.")
    page.view.search(in_area=False)
    page.wait_for("found", "failed")
    assert len(page.view.rows) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"clouds": "many"}, "from 0 to 100"), ({"start": "2021"}, "like 2021-07-13")],
)
def test_search_says_what_is_wrong_when_it_makes_no_sense(
    page, lab_server, changes, words
):
    page.view.open_catalogue(lab_server.stac)
    page.wait_for("ready", "failed")
    page.view.search(**changes)
    assert page.view.phase == "failed"
    assert words in page.view.words
    with pytest.raises(InputError, match="no 'cloud'"):
        page.view.search(cloud=3)


def test_picked_items_are_added_and_the_form_comes_back(page, lab_server):
    page.view.set_area(AREA, BOX)
    page.show(offered=lab_server.stac)
    page.wait_for("found", "failed")
    page.view.picked = [page.view.rows[1]["key"]]
    assert page.marked == [page.view.rows[1]["key"]]
    page.press("add_picked")
    ((path, items),) = page.added
    assert path == "stac_items"
    assert [one["id"] for one in items] == IDS[1:]
    assert not page.view.is_open
    assert page.outlined == []
    # What was found is still there the next time, nothing is picked.
    page.show(offered=lab_server.stac)
    assert len(page.view.rows) == 2
    assert page.view.picked == []


def test_pictures_come_once_and_again_when_a_page_asks(page, lab_server):
    page.view.set_area(AREA, BOX)
    page.show(offered=lab_server.stac)
    page.wait_for("found", "failed")
    wait_for(lambda: len(page.messages) == 2)
    kinds = {(one["type"], one["media_type"]) for one, _ in page.messages}
    assert kinds == {("picture", "image/png")}
    assert all(content.startswith(b"\x89PNG") for _, (content,) in page.messages)
    page.messages.clear()
    page.press("pictures")
    assert len(page.messages) == 2


def test_address_is_remembered_for_the_session_when_it_was_opened(
    open_page, lab_server
):
    first = open_page(lab_server.url)
    first.view.open_catalogue(lab_server.stac)
    first.wait_for("ready", "failed")
    other = open_page(lab_server.url)
    other.show()
    other.wait_for("ready", "failed")
    assert other.view.address == lab_server.stac


def test_search_says_why_when_the_address_is_no_catalogue(page, lab_server):
    page.press("open", address=f"{lab_server.url}/processes")
    page.wait_for("failed")
    assert "no STAC API" in page.view.words
    page.press("open", address="not an address")
    page.wait_for("failed")
    assert "not the address" in page.view.words
    # The same address is tried again when it is asked for again.
    page.press("open", address=lab_server.stac)
    page.wait_for("ready", "failed")
    assert page.view.words == ""


def catalogue(search):
    def behave(connection, received):
        path = urlsplit(received.path).path
        if path == "/stac":
            links = [
                {"rel": "search", "href": "/search", "method": "POST"},
                {"rel": "data", "href": "/collections"},
            ]
            return answer(
                {"type": "Catalog", "stac_version": "1", "id": "c", "links": links}
            )
        return search(received) if path == "/search" else answer(status=404)

    return RawServer(behave)


def many(received):
    body = json.loads(received.body)
    number = body.get("token", body.get("datetime", "")[:4])
    items = [
        {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": f"{number}-{n}",
            "geometry": None,
            "properties": {},
            "assets": {},
            "links": [{"rel": "self", "href": f"/items/{number}-{n}"}],
        }
        for n in range(3)
    ]
    body = {"token": f"{number}+"}
    link = {"rel": "next", "href": "/search", "method": "POST", "body": body}
    return answer(
        {
            "type": "FeatureCollection",
            "features": items,
            "links": [link],
            "numberMatched": 100,
        }
    )


def test_more_pages_come_on_demand_and_keep_what_is_picked(open_page):
    with catalogue(many) as server:
        page = open_page(server.origin)
        page.view.open_catalogue(f"{server.origin}/stac")
        page.wait_for("ready", "failed")
        page.view.search()
        page.wait_for("found", "failed")
        assert page.view.words == "3 of 100 items"
        page.view.picked = [page.view.rows[0]["key"]]
        page.press("more")
        page.wait_for("found", "failed")
        assert page.view.words == "6 of 100 items"
        assert page.view.picked == [page.view.rows[0]["key"]]
        assert len({row["key"] for row in page.view.rows}) == 6


def test_first_search_is_given_up_when_another_is_made(open_page):
    gate, asked = threading.Event(), threading.Event()

    def slow(received):
        if "eo:cloud_cover" not in repr(received.body) and not asked.is_set():
            asked.set()
            gate.wait(30)
        return many(received)

    with catalogue(slow) as server:
        page = open_page(server.origin)
        page.view.open_catalogue(f"{server.origin}/stac")
        page.wait_for("ready", "failed")
        page.view.search(start="2021-01-01")
        assert asked.wait(60)
        page.view.search(start="2022-01-01")
        page.wait_for("found", "failed")
        gate.set()
        page.press("more")
        page.wait_for("found", "failed")
        names = [row["id"] for row in page.view.rows]
        assert names == [f"2022{p}-{n}" for p in ("", "+") for n in range(3)]


def test_hostile_words_are_made_harmless(open_page):
    def hostile(_received):
        name = "<img src=x onerror=alert(1)>\u202e\x00" + "x" * 5_000
        return answer(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "stac_version": "1",
                        "id": name,
                        "geometry": {"type": "Nonsense"},
                        "properties": {"datetime": [1], "eo:cloud_cover": "x"},
                        "assets": [1],
                        "links": {"self": 5},
                    }
                ],
            }
        )

    with catalogue(hostile) as server:
        page = open_page(server.origin)
        page.view.open_catalogue(f"{server.origin}/stac")
        page.wait_for("ready", "failed")
        page.view.search()
        page.wait_for("found", "failed")
        (row,) = page.view.rows
    assert "\u202e" not in row["id"]
    assert len(row["id"]) < 200
    assert (row["date"], row["clouds"]) == ("", "")


def test_private_catalogue_is_not_asked_when_a_public_server_offers_it(open_page):
    with RawServer(lambda *_: answer({})) as inner:
        page = open_page("http://zoo.example.org/api")
        page.show(offered=inner.origin)
        page.wait_for("failed")
        assert "zoo.example.org leads to" in page.view.words
        assert inner.connections == 0
