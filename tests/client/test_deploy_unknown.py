"""A server that breaks while it deploys, replaces or removes: look, then say."""

from __future__ import annotations

import pytest
from raw_server import answer, drop, processes_server
from replay import replay

from ogc_widgets.client import Client
from ogc_widgets.errors import ProblemError, ServerError

PACKAGE = """cwlVersion: v1.2
class: CommandLineTool
id: hello
baseCommand: [echo, hello]
inputs: {}
outputs: {}
"""
BROKEN = answer(body=b"<h1>Internal Server Error</h1>", status=500)


def test_process_that_is_there_all_the_same_is_named_when_deploying_gave_500():
    with replay("zoo-dru-deploy-500-but-deployed", "zoo-kernel-2026-07") as server:
        package = server.exchanges[1].body
        with Client(server.url) as client:
            client.processes()
            with pytest.raises(ProblemError) as caught:
                client.deploy(package)
        assert len(server.requests("POST")) == 1
    assert caught.value.status_code == 500
    assert "No process was changed" not in str(caught.value)
    assert "water-bodies is new on the server" in caught.value.safe


@pytest.mark.parametrize("fault", [lambda *_: BROKEN, drop])
@pytest.mark.parametrize(
    ("after", "replaced", "removed"),
    [
        (answer({"id": "p", "inputs": {}}), "whether it is the old one", "is still on"),
        (answer({"id": "p", "title": "New"}), "has changed since", "is still on"),
        (answer(status=404), "There is no process p", "is no longer on"),
        (answer(status=500), "not known whether", "not known whether"),
    ],
)
def test_what_is_there_is_said_when_a_change_breaks(fault, after, replaced, removed):
    path = "/api/processes/p"
    now = [answer({"id": "p", "inputs": {}})]

    def break_down(connection, received):
        now[:] = [after]
        return fault(connection, received)

    said = {
        ("GET", path): lambda *_: now[0],
        ("PUT", path): break_down,
        ("DELETE", path): break_down,
    }
    with processes_server(said) as server, Client(server.origin + "/api") as client:
        client.process("p")
        with pytest.raises(ServerError) as caught:
            client.replace("p", PACKAGE)
        assert replaced in caught.value.safe
        assert len(server.requests("PUT")) == 1
        with pytest.raises(ServerError) as caught:
            client.undeploy("p")
        assert removed in caught.value.safe
        assert len(server.requests("DELETE")) == 1


def test_nothing_was_changed_when_the_server_is_only_busy():
    said = {("PUT", "/api/processes/p"): lambda *_: answer(status=503)}
    with (
        processes_server(said) as server,
        Client(server.origin + "/api") as client,
        pytest.raises(ProblemError, match="No process was changed"),
    ):
        client.replace("p", PACKAGE)


@pytest.mark.parametrize(
    ("listed", "status", "said"),
    [
        (["p", "hello"], 404, "There is a process hello on the server; whether it is"),
        (["p"], 200, "There is a process hello on the server; whether it is"),
        (["p"], 404, "There is no process hello on the server so far."),
    ],
)
def test_what_is_there_is_said_when_deploying_breaks(listed, status, said):
    names = [{"id": name} for name in listed]
    found = answer({"id": "hello", "inputs": {}}, status)
    behaviours = {
        ("GET", "/api/processes"): lambda *_: answer({"processes": names}),
        ("GET", "/api/processes/hello"): lambda *_: found,
        ("POST", "/api/processes"): lambda *_: BROKEN,
    }
    with (
        processes_server(behaviours) as server,
        Client(server.origin + "/api") as client,
    ):
        client.processes()
        with pytest.raises(ProblemError) as caught:
            client.deploy(PACKAGE)
    assert caught.value.safe.startswith(said)
