"""Links of every kind that lead to another server: no secret goes along."""

from __future__ import annotations

import pytest
from raw_server import RawServer, answer
from secret_senders import AUTHS, carries_secret

from ogc_widgets.client import Client
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol import watching

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")

ITEM = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": None,
        "properties": {}, "links": []}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.02)


@pytest.fixture
def stranger():
    """Answers anything with something that a client might want."""
    said = {"jobID": "j1", "status": "successful", "jobs": [], "processes": [],
            **ITEM}  # fmt: skip
    with RawServer(lambda *_: answer(said)) as server:
        yield server


class Linking:
    """A server all of whose links lead to another one."""

    def __init__(self, other, kind):
        self.other, self.kind = other, kind

    def link(self, rel, path, **members):
        href = self.other + path if rel == self.kind else path
        return {"rel": rel, "href": href, "type": "application/json", **members}

    def __call__(self, _connection, received):
        path = received.path.partition("?")[0]
        status = {
            "jobID": "j1",
            "processID": "p",
            "status": "successful",
            "links": [
                self.link("monitor", "/api/jobs/j1"),
                self.link("results", "/api/jobs/j1/results"),
                self.link("inputs", "/api/jobs/j1/inputs"),
                self.link("log", "/api/crop.log", type="text/plain"),
            ],
        }
        process = {
            "id": "p",
            "jobControlOptions": ["async-execute"],
            "inputs": {},
            "links": [self.link("execute", "/api/processes/p/execution")],
        }
        match received.method, path:
            case "GET", "/api":
                names = ("conformance", "processes", "job-list")
                paths = ("/api/conformance", "/api/processes", "/api/jobs")
                links = map(self.link, names, paths)
                return answer({"title": "Links", "links": list(links)})
            case "GET", "/api/conformance":
                return answer({"conformsTo": []})
            case "GET", "/api/processes":
                following = [self.link("next", "/api/processes?page=2")]
                return answer({"processes": [process], "links": following})
            case "GET", "/api/processes/p":
                return answer(process)
            case "POST", "/api/processes/p/execution":
                place = self.link("location", "/api/jobs/j1")["href"]
                return answer(status | {"links": []}, 201, {"Location": place})
            case "GET", "/api/jobs":
                following = [self.link("next", "/api/jobs?page=2")]
                return answer({"jobs": [status], "links": following})
            case "GET", "/api/jobs/j1":
                return answer(status)
            case "GET", "/api/jobs/j1/inputs":
                return answer({"inputs": {}})
            case "GET", "/api/jobs/j1/results":
                linked = self.link(
                    "item", "/api/item.json", type="application/geo+json"
                )
                return answer({"stac": linked})
            case "GET", "/api/crop.log":
                return answer(body=b"log", headers={"Content-Type": "text/plain"})
            case "GET", "/api/item.json":
                return answer(ITEM)
        return answer({"title": "NoSuch"}, 404)


@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS)
@pytest.mark.parametrize(
    "kind",
    [
        "conformance", "processes", "job-list", "next", "execute", "location",
        "monitor", "results", "inputs", "log", "item",
    ],
)  # fmt: skip
def test_secret_stays_when_a_link_leads_to_another_server(kind, auth, stranger):
    behave = Linking(stranger.origin, kind)
    with RawServer(behave) as server, Client(server.origin + "/api", **auth) as client:
        client.capabilities()
        client.jobs(5)
        job = client.execute("p", {})
        job.wait(60)
        for log in job.logs():
            log.text()
        client.job("j1").request()
        try:
            job.results()
        except OgcError:
            assert kind == "results"
        assert all(carries_secret(one) for one in server.received)
        assert not any(carries_secret(one) for one in stranger.received)
        # Nothing is ever sent to another server, only read from it.
        assert {one.method for one in stranger.received} <= {"GET"}


@pytest.mark.parametrize("where", ["outputs", "catalogue"])
def test_at_most_200_linked_items_are_fetched(where):
    def behave(_connection, received):
        path = received.path.partition("?")[0]
        number = path.rpartition("/")[2]
        if "/items/" in path:
            return answer({**ITEM, "id": number})
        links = [{"rel": "item", "href": f"/items/{n}"} for n in range(300)]
        if path == "/catalogue":
            return answer({"type": "Catalog", "id": "c", "stac_version": "1.0.0",
                           "description": "d", "links": links})  # fmt: skip
        kind = "application/geo+json"
        hrefs = [f"/items/{n}" for n in range(300)]
        if where == "catalogue":
            hrefs = ["/catalogue"]
        files = [{"href": server.origin + href, "type": kind} for href in hrefs]
        return answer({"out": files})

    with RawServer(behave) as server, Client(server.origin) as client:
        job = client.execute("p", {}, mode="sync")
        assert len(job.results().items) == 200
    assert len(server.requests("GET", "/items/")) == 200
