"""What a server wants in the query of every request is sent, and shown nowhere."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ipywidgets.widgets.widget import _instances
from raw_server import RawServer, answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.store import history_path
from ogc_widgets.errors import OgcError

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "k-93f1c07a55"
JOB = {"jobID": "1", "processID": "p", "status": "running", "type": "process"}


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Lets nobody in without the member, and has it in each of its links."""

    def behave(_: Any, received: Any) -> bytes:
        parts = urlsplit(received.path)
        if parse_qs(parts.query).get("api-key") != [SECRET]:
            return answer({"title": "no key"}, 403)
        here = f"{server.origin}{parts.path}?api-key={SECRET}"
        links = [{"rel": "self", "href": here, "type": "application/json"}]
        process = {"id": "p", "version": "1", "links": links}
        documents = {
            "/api": {"title": "Keyed"},
            "/api/conformance": {"conformsTo": []},
            "/api/processes": {"processes": [process]},
            "/api/processes/p": {**process, "inputs": {"x": {"schema": {}}}},
            "/api/processes/p/execution": JOB,
            "/api/jobs": {"jobs": [{**JOB, "links": links}]},
            "/api/jobs/1": JOB,
        }
        found = documents.get(parts.path)
        if found is None:
            return answer({"title": f"no {here}"}, 404)
        is_made = received.method == "POST"
        headers = {"Location": here.replace("processes/p/execution", "jobs/1")}
        return answer(
            {"links": links, **found},
            201 if is_made else 200,
            headers if is_made else {},
        )

    with RawServer(behave) as server:
        yield server


@pytest.fixture
def app(server: RawServer) -> Iterator[ogc.App]:
    client = ogc.Client(f"{server.origin}/api", params={"api-key": SECRET})
    app = ogc.App(client, "p")
    yield app
    app.close()
    client.close()


def texts(app: ogc.App, tab: str) -> list[str]:
    app.header.tab = tab
    return [block["text"] for block in app.code.blocks]


def test_tabs_show_where_the_member_stands_when_the_server_wants_one(
    app: ogc.App,
) -> None:
    (request,) = texts(app, "json")
    assert "/api/processes/p/execution?api-key=$PARAM_API_KEY\n" in request
    assert all("PARAM_API_KEY" in text for text in texts(app, "code"))


def test_line_to_return_reads_the_member_from_the_environment(
    app: ogc.App, server: RawServer, tmp_path: Any
) -> None:
    app.job = app.client.job("1")
    panel = ogc.JobPanel(app.job)
    lines = {app.panel._again(), panel._again()}
    panel.close()
    assert len(lines) == 2
    for line in lines:
        before = len(server.received)
        ran = subprocess.run(
            [sys.executable, "-c", line],
            env={
                "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NO_PROXY": "*",
                "PARAM_API_KEY": SECRET,
            },
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert any("/jobs/1" in one.path for one in server.received[before:])


def test_member_is_nowhere_to_be_seen_when_a_server_has_it_in_its_links(
    app: ogc.App,
) -> None:
    for tab in ("json", "code", "jobs"):
        texts(app, tab)
    app.form.inputs = {"x": 1}
    app.run()
    card = app.client.server_card()
    app.header.card = "server"
    table = ogc.JobTable(app.client)
    wait_for(lambda: table.state["rows"])
    states = [
        {key: value for key, value in widget.get_state().items() if key[0] != "_"}
        for widget in list(_instances.values())
    ]
    bundle = app._repr_mimebundle_()[0]
    shown = json.dumps([states, bundle], default=str) + card.markdown() + card.html()
    shown += table._repr_mimebundle_()[0]["text/html"]
    table.close()
    assert len(states) > 10
    assert SECRET not in shown


def test_query_of_a_job_is_nowhere_to_be_seen_when_its_address_has_one(caplog) -> None:
    caplog.set_level("DEBUG")

    def accepted(*_: Any) -> bytes:
        here = {"Location": f"/api/jobs/1?sig={SECRET}"}
        return answer({**JOB, "status": "accepted"}, 201, here)

    def broken(*_: Any) -> bytes:
        return answer({"title": "no"}, 500)

    path = "/api/jobs/1"
    behaviours = {("POST", "/api/processes/p/execution"): accepted}
    behaviours |= {(way, path): broken for way in ("GET", "DELETE")}
    behaviours["GET", f"{path}/results"] = broken
    with processes_server(behaviours) as server:
        client = ogc.Client(f"{server.origin}/api")
        job = client.execute("p", {})
        panel = ogc.JobPanel(job)
        errors = [str(job.view.error)]
        for work in (job.refresh, job.results, job.dismiss):
            with pytest.raises(OgcError) as caught:
                work()
            errors.append(str(caught.value))
        shown = f"{errors} {job!r} {client!r} {panel.get_state()} {caplog.text}"
        shown += f"{panel._repr_mimebundle_()[0]} {ogc.recent_jobs()}"
        shown += history_path().read_bytes().decode("latin-1")
        # It is needed all the same.
        assert any(SECRET in one.path for one in server.requests("GET", path))
        panel.close()
        client.close()
    assert server.origin in shown
    assert SECRET not in shown
