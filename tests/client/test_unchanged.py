"""What comes as it came before is not read again; what is said of it is said again."""

from __future__ import annotations

import json

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.errors import DialectWarning
from ogc_widgets.protocol import wire

PROCESS = {"id": "p", "title": "one", "inputs": {"x": {"schema": {"type": "string"}}}}
STATUS = {"jobID": "j", "processID": "p", "status": "running", "progress": 1}


@pytest.fixture
def read(monkeypatch):
    """The documents that were read."""
    found = []
    parse = wire.parse_json

    def noted(body, **options):
        found.append(json.loads(body))
        return parse(body, **options)

    monkeypatch.setattr("ogc_widgets.protocol.answers.replies.parse_json", noted)
    return found


def test_same_document_is_read_once_and_another_one_again(read):
    said, status = [PROCESS], [STATUS]
    jobs = {"jobs": [STATUS], "links": []}
    behaviours = {
        ("GET", "/api/processes/p"): lambda *_: answer(said[0]),
        ("GET", "/api/processes"): lambda *_: answer({"processes": said}),
        ("GET", "/api/jobs/j"): lambda *_: answer(status[0]),
        ("GET", "/api/jobs"): lambda *_: answer(jobs),
    }
    with (
        processes_server(behaviours) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j")

        def titles():
            assert [one.id for one in client.jobs()] == ["j"]
            assert job.refresh().progress == jobs["jobs"][0]["progress"]
            described = client.process("p")
            assert list(described.inputs) == ["x"]
            return described.title, [one.title for one in client.processes()]

        assert titles() == ("one", ["one"])
        before = len(read)
        assert titles() == ("one", ["one"])
        assert len(read) == before
        said[0] = PROCESS | {"title": "two"}
        status[0] = jobs["jobs"][0] = STATUS | {"progress": 2}
        assert titles() == ("two", ["two"])
        assert len(read) == before + 4


def test_oddity_is_said_each_time_although_nothing_has_changed():
    jobs = {"jobs": [STATUS, {"title": "none"}]}
    with (
        processes_server({("GET", "/api/jobs"): lambda *_: answer(jobs)}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        for _ in range(2):
            with pytest.warns(DialectWarning, match="not a status"):
                assert [one.id for one in client.jobs()] == ["j"]


def test_list_that_was_given_belongs_to_who_asked_for_it():
    with (
        processes_server({}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        client.processes().clear()
        assert [one.id for one in client.processes()] == ["p"]


def test_page_after_the_last_is_asked_for_once():
    """A list of ten may be cut; a server that repeats itself is not asked again."""
    listed = {"processes": [{"id": f"p{n}"} for n in range(10)]}
    with (
        processes_server({("GET", "/api/processes"): lambda *_: answer(listed)}) as s,
        ogc.Client(f"{s.origin}/api") as client,
    ):
        for _ in range(3):
            with pytest.warns(DialectWarning, match="may be more"):
                assert len(client.processes()) == 10
        assert len(s.requests(path="/api/processes")) == 4


def test_landing_page_is_asked_for_once_at_first_and_then_each_time():
    landing = {"title": "one", "links": []}
    with (
        processes_server({("GET", "/api"): lambda *_: answer(landing)}) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        assert client.landing_page().title == "one"
        client.processes()
        assert [each.path for each in server.received].count("/api") == 1
        landing["title"] = "two"
        assert client.landing_page().title == "two"
