"""A large document of one server does not hold up the requests of all others."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from raw_server import answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.protocol import wire

MANY = 6_000


def jobs():
    return [
        {
            "jobID": f"j{n}",
            "processID": "p",
            "status": "successful",
            "message": "x" * 80,
        }
        for n in range(MANY)
    ]


def described():
    one = {"title": "x" * 40, "schema": {"type": "string"}}
    inputs = {f"i{n}": one for n in range(MANY)}
    return {"id": "p", "inputs": inputs}


DOCUMENTS = {
    "jobs": (
        "/api/jobs",
        {"jobs": jobs(), "links": []},
        lambda client: len(client.jobs(MANY)) == MANY,
    ),
    "description": (
        "/api/processes/p",
        described(),
        lambda client: len(client.process("p").inputs) == MANY,
    ),
    "results": (
        "/api/jobs/j/results",
        {"out": {"value": [{"a": n, "b": "x" * 40} for n in range(MANY)]}},
        lambda client: len(client.job("j").results().outputs["out"]) == MANY,
    ),
}


@pytest.mark.parametrize(
    ("path", "document", "reads"), DOCUMENTS.values(), ids=DOCUMENTS
)
def test_others_are_answered_while_a_large_document_is_read(
    monkeypatch, path, document, reads
):
    body = json.dumps(document).encode()
    is_reading, may_go_on = threading.Event(), threading.Event()
    read = wire.read_quickly

    def slowly(body):
        if len(body) > 300_000:
            is_reading.set()
            assert may_go_on.wait(30)
        return read(body)

    done = {"jobID": "j", "processID": "p", "status": "successful"}
    behaviours = {
        ("GET", "/api/jobs/j"): lambda *_: answer(done),
        ("GET", path): lambda *_: answer(body=body),
    }
    monkeypatch.setattr(wire, "read_quickly", slowly)
    with (
        processes_server(behaviours) as server,
        processes_server({}) as other,
        ogc.Client(f"{server.origin}/api") as client,
        ogc.Client(f"{other.origin}/api") as quick,
        ThreadPoolExecutor(2) as pool,
    ):
        reading = pool.submit(reads, client)
        try:
            assert is_reading.wait(30)
            # In the shared loop this would wait until the document has been read.
            assert [one.id for one in pool.submit(quick.processes).result(20)] == ["p"]
        finally:
            may_go_on.set()
        assert reading.result(60)
