"""What servers make the kernel connect to, seen by the sockets at the other end.

No address here is public, so one of this machine stands for them: what listens at
``STANDS_FOR_PUBLIC`` is on the internet, and what listens at 127.0.0.1 is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.client.auth.credentials import Credentials
from ogc_widgets.client.http import reach
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac.catalogue import Catalogue
from ogc_widgets.client.stac.stac_reader import StacInspector, StacReader
from ogc_widgets.errors import OgcError, PrivateAddressError
from ogc_widgets.protocol import watching
from ogc_widgets.protocol.addresses import read_ip
from ogc_widgets.protocol.requests import requests

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")

STANDS_FOR_PUBLIC = "127.0.0.2"
CANARY = "canary-77ab01-secret"
ITEM = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": None,
        "properties": {"datetime": None}, "links": [], "assets": {}}  # fmt: skip
NAMES = {
    "zoo.example.org": [STANDS_FOR_PUBLIC],
    "files.example.org": [STANDS_FOR_PUBLIC],
    "inner.example.org": ["127.0.0.1"],
    "both.example.org": [STANDS_FOR_PUBLIC, "127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "ex.org": [STANDS_FOR_PUBLIC],
}


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """Made-up names, and an address that counts as public."""
    known = {name: list(found) for name, found in NAMES.items()}
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *arguments, **options):
        host = host.decode() if isinstance(host, bytes) else host
        found = known.get(host, [host])
        if callable(found):
            found = found()
        return [
            entry
            for address in found
            for entry in look_up(address, *arguments, **options)
        ]

    def lifted(host):
        return read_ip("8.8.8.8" if host == STANDS_FOR_PUBLIC else host)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(reach, "read_ip", lifted)
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return known


@pytest.fixture
def inner():
    """Something that only this machine can reach."""
    with RawServer(lambda *_: answer(ITEM)) as server:
        yield server


@pytest.fixture
def elsewhere():
    """Another server on the internet, which leads to an address in the path."""

    def behave(_connection, received):
        child = {"rel": "item", "href": f"http:/{received.path}"}
        return answer({"type": "Catalog", "id": "c", "links": [child]})

    with RawServer(behave, STANDS_FOR_PUBLIC) as server:
        yield server


class Zoo:
    """A server that leads to a given address in every way there is."""

    def __init__(self, host=STANDS_FOR_PUBLIC, *, moved=""):
        self.there = moved
        self.server = RawServer(self, host)
        name = "zoo" if host == STANDS_FOR_PUBLIC else "inner"
        self.url = f"http://{name}.example.org:{self.server.port}/api"

    def __call__(self, _connection, received):
        link = {"href": self.there, "type": "application/geo+json"}
        asset = {"href": self.there, "type": "image/tiff"}
        log = {"rel": "log", "href": self.there, "type": "text/plain"}
        job = {"jobID": "j", "processID": "p", "status": "successful", "links": [log]}
        match received.path.partition("?")[0]:
            case "/api":
                return answer({"title": "Zoo", "links": []})
            case "/api/jobs/j" | "/api/jobs/with-item":
                return answer(job)
            case "/api/jobs/j/results":
                return answer({"linked": link})
            case "/api/jobs/with-asset":
                return answer(job | {"jobID": "with-asset"})
            case "/api/jobs/with-asset/results":
                return answer({"item": {"value": ITEM | {"assets": {"b1": asset}}}})
            case "/api/moved" | "/moved":
                return answer(status=302, headers={"Location": self.there})
        return answer({"title": "No such thing"}, 404)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()


def log(client, _zoo):
    client.job("j").logs()[0].text()


def linked_item(client, _zoo):
    client.job("j").results()


def asset(client, _zoo):
    client.job("with-asset").results().download(".")


def redirect(client, zoo):
    run(client.aio.connection.send, requests.get(f"{zoo.url}/moved"))


def field(client, zoo):
    reader = StacReader(client.aio.connection)
    try:
        found = run(StacInspector(reader).look, zoo.there)
        assert found.private
    finally:
        run(reader.close)


WAYS = [log, linked_item, asset, redirect, field]


@pytest.mark.parametrize("host", ["0x7f.1", "inner.example.org"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_connects_when_a_public_server_leads_to_a_private_address(
    way, host, inner, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with Zoo() as zoo, Client(zoo.url, auth=CANARY) as client:
        zoo.there = f"http://{host}:{inner.port}/item"
        client.landing_page()
        with contextlib.suppress(OgcError):
            way(client, zoo)
    assert inner.connections == 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_neighbours_are_read_when_the_server_is_near_itself(
    way, inner, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with Zoo("127.0.0.1") as zoo, Client(zoo.url, auth=CANARY) as client:
        zoo.there = f"http://127.1:{inner.port}/item"
        client.landing_page()
        with contextlib.suppress(AssertionError, OgcError):
            way(client, zoo)
    assert inner.received
    assert CANARY not in repr(inner.received)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "0177.1", "0x7f.1", "2130706433", "localhost",
        "both.example.org", "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]",
    ],
)  # fmt: skip
def test_refusal_says_who_led_where_in_every_spelling(host, inner):
    with Zoo() as zoo, Client(zoo.url, auth=CANARY) as client:
        there = f"http://{host}:{inner.port}/item?key=hidden"
        with pytest.raises(PrivateAddressError) as caught:
            run(client.aio.connection.send, requests.get(there))
    said = str(caught.value)
    assert said.startswith(f"zoo.example.org:{zoo.server.port} leads to http://{host}:")
    assert "nothing was read" in said
    assert "hidden" not in said
    assert inner.connections == 0


def test_nothing_is_sent_when_a_name_changes_between_look_up_and_connection(
    names, inner
):
    turns = iter([[STANDS_FOR_PUBLIC]])
    names["files.example.org"] = lambda: next(turns, ["127.0.0.1"])
    with Zoo() as zoo, Client(zoo.url, auth=CANARY) as client:
        there = f"http://files.example.org:{inner.port}/item"
        with pytest.raises(PrivateAddressError, match=r"leads to .* \(127\.0\.0\.1\)"):
            run(client.aio.connection.send, requests.get(there))
    assert inner.received == []


@pytest.mark.parametrize("home", ["127.0.0.1", STANDS_FOR_PUBLIC])
@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal"])
@pytest.mark.parametrize("way", [log, linked_item, redirect, field])
def test_secrets_of_the_machine_are_not_asked_for_wherever_the_server_is(
    way, host, home, monkeypatch
):
    connections = []
    connect = asyncio.BaseEventLoop.create_connection

    async def create_connection(loop, factory, host, *arguments, **options):
        connections.append(host)
        return await connect(loop, factory, host, *arguments, **options)

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", create_connection)
    with Zoo(home) as zoo, Client(zoo.url, auth=CANARY) as client:
        zoo.there = f"http://{host}:9/latest/meta-data/"
        client.landing_page()
        with contextlib.suppress(OgcError):
            way(client, zoo)
    assert set(connections) == {urlsplit(zoo.url).hostname}


def test_public_server_leads_nowhere_private_when_a_near_one_named_it(inner):
    """A kept connection to the same place does not help it either."""
    files = Zoo(STANDS_FOR_PUBLIC, moved=f"{inner.origin}/stolen")
    with files, Zoo("127.0.0.1") as zoo, Client(zoo.url) as client:
        client.landing_page()
        run(client.aio.connection.send, requests.get(f"{inner.origin}/item"))
        there = f"http://files.example.org:{files.server.port}/moved"
        with pytest.raises(PrivateAddressError, match=r"^files\.example\.org"):
            run(client.aio.connection.send, requests.get(there))
    assert [one.path for one in inner.received] == ["/item"]
    assert inner.connections == 1


def test_public_catalogue_leads_to_nothing_private_when_near_results_name_it(
    inner, elsewhere
):
    with Zoo("127.0.0.1") as zoo, Client(zoo.url) as client:
        here = f"files.example.org:{elsewhere.port}"
        zoo.there = f"http://{here}/127.0.0.1:{inner.port}/item"
        client.job("j").results()
    assert elsewhere.received
    assert inner.connections == 0


def test_address_is_read_when_the_user_gave_it(inner):
    with Zoo() as zoo, Client(zoo.url, auth=CANARY) as client:
        client.landing_page()
        reader = StacReader(client.aio.connection)
        assert (
            run(
                StacInspector(reader).look, f"{inner.origin}/item", insist=True
            ).facts.id
            == "a"
        )
        with pytest.raises(OgcError, match="no STAC API"):
            run(Catalogue(reader, inner.origin).open)
        asked = len(inner.received)
        with pytest.raises(PrivateAddressError, match=r"^zoo\.example\.org"):
            run(Catalogue(reader, inner.origin, is_offered=True).open)
        run(reader.close)
        given = client.aio.connection.reach.judge("http://169.254.9.9/item", "")
    assert given.bound is reach.Bound.ANYWHERE
    assert asked == len(inner.received) == 2
    assert CANARY not in repr(inner.received)


@pytest.mark.parametrize(
    ("host", "goes"),
    [
        ("files.example.org", True), ("0x7f.1", False), ("[::ffff:10.0.0.7]", False),
        ("localhost", False), ("intranet", False), ("a.svc", False),
        ("a.cluster", False), ("a.internal", False), ("a.local", False),
    ],
)  # fmt: skip
def test_names_are_judged_when_a_proxy_looks_them_up(host, goes, monkeypatch):
    with RawServer(lambda *_: answer(ITEM)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        # What the environment says is not for this machine itself.
        monkeypatch.setattr(
            "ogc_widgets.client.http.pools.is_loopback", lambda _: False
        )
        with Client("http://zoo.example.org/api") as client:
            with contextlib.suppress(OgcError):
                client.landing_page()
            before = len(proxy.received)
            with (
                contextlib.nullcontext() if goes else pytest.raises(PrivateAddressError)
            ):
                run(client.aio.connection.send, requests.get(f"http://{host}/item"))
    assert before > 0
    assert len(proxy.received) - before == goes


# -- what else leads elsewhere


@pytest.mark.parametrize(
    "url",
    [
        "http://ex.org.evil.example/x",
        "http://ex.org@evil.example/x",
        "http://ex.org:8080/x",
        "http://ex.orga/x",
        "http://ex.org:80@evil.example/x",
        "https://ex.org/x",
    ],
)
def test_secret_stays_when_an_address_begins_with_that_of_the_server(url, monkeypatch):
    credentials = Credentials("http://ex.org", CANARY, {"X-Key": CANARY}, {"k": CANARY})
    assert credentials.headers_for("http://ex.org/x")
    assert credentials.way_for("http://ex.org/x")
    assert (credentials.headers_for(url), credentials.way_for(url)) == ({}, None)
    assert credentials.with_params(url) == url
    with RawServer(lambda *_: answer(ITEM)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        options = {"headers": {"X-Key": CANARY}, "params": {"k": CANARY}}
        with Client("http://ex.org", auth=CANARY, **options) as client:
            run(client.aio.connection.send, requests.get("http://ex.org/own"))
            with contextlib.suppress(OgcError):
                run(client.aio.connection.send, requests.get(url))
    own, *others = proxy.received
    assert CANARY in repr(own)
    assert CANARY not in repr(others)


@pytest.mark.parametrize("kind", ["processes", "jobs", "items", "collections"])
def test_next_page_is_not_asked_for_when_it_is_on_another_server(kind, elsewhere):
    elsewhere_url = f"http://files.example.org:{elsewhere.port}"

    def behave(_connection, received):
        path = received.path.partition("?")[0]
        member = path.rpartition("/")[2]
        following = {"rel": "next", "href": f"{elsewhere_url}{path}?page=2"}
        match member:
            case "processes":
                return answer({"processes": [{"id": "p"}], "links": [following]})
            case "jobs":
                job = {"jobID": "j", "status": "running"}
                return answer({"jobs": [job], "links": [following]})
            case "collections":
                return answer({"collections": [{"id": "c"}], "links": [following]})
            case "search":
                found = {"type": "FeatureCollection", "features": [ITEM]}
                return answer(found | {"links": [following]})
        search = {"rel": "search", "href": f"{server.origin}/api/search"}
        return answer({"title": "T", "id": "t", "links": [search]})

    async def pages(client):
        reader = StacReader(client)
        catalogue = Catalogue(reader, f"{server.origin}/api")
        try:
            if kind == "collections":
                return await catalogue.collections()
            found = await catalogue.search(reader_query)
            return found + await catalogue.more()
        finally:
            await reader.close()

    from ogc_widgets.client.stac.item_search import ItemQuery

    reader_query = ItemQuery()
    with RawServer(behave) as server, Client(f"{server.origin}/api") as client:
        if kind == "processes":
            found = list(client.processes())
        elif kind == "jobs":
            found = list(client.jobs(5))
        else:
            found = run(pages, client.aio.connection)
    assert len(found) == 1
    assert elsewhere.connections == 0
