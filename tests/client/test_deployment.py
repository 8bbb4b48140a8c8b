"""Deploying: the forms that are offered, queued deployments, and the look before."""

from __future__ import annotations

import importlib.util
import json

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.errors import InputError, ProblemError

HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: hello
label: Say hello
baseCommand: [echo, hello]
inputs:
  name: {type: string, label: Who}
  times: {type: int, default: 1}
outputs: {out: stdout}
"""
TWO = """cwlVersion: v1.2
$graph:
  - class: Workflow
    id: first
    label: The first
    inputs: {a: string}
    outputs: {}
    steps: {}
  - class: Workflow
    id: second
    inputs: {b: int}
    outputs: {}
    steps: {}
"""


class DeployServer(RawServer):
    """Takes packages of some media types, at once, queued, or through a job."""

    def __init__(self, takes, how="201"):
        super().__init__(self._serve_one)
        self.takes = takes
        self.how = how
        self.looks = 0

    def _serve_one(self, _connection, received):
        path = received.path.partition("?")[0]
        process = {"id": "hello", "title": "Hello"}
        match received.method, path:
            case "GET", "/" | "":
                return answer({"title": "Deploy", "links": []})
            case "POST", "/processes":
                return self._deploy(received, process)
            case "GET", "/processes/hello":
                self.looks += 1
                missing = answer({"title": "NoSuchProcess"}, 404)
                return answer(process) if self.looks > 2 else missing
            case "GET", "/jobs/7":
                self.looks += 1
                state = "running" if self.looks < 3 else "successful"
                if self.how == "failing job":
                    state = "failed"
                return answer(
                    {"jobID": "7", "status": state, "message": "no such image",
                     "processID": "hello"}
                )  # fmt: skip
        return answer({"title": "NotFound"}, 404)

    def _deploy(self, received, process):
        kind = received.headers["content-type"]
        if kind not in self.takes:
            return answer({"title": "Unsupported", "detail": kind}, 415)
        if self.how == "201":
            return answer(process, 201)
        where = "/jobs/7" if "job" in self.how else "/processes/hello"
        return answer(status=202, headers={"Location": where})


@pytest.mark.parametrize(
    ("package", "takes", "sent"),
    [
        (HELLO, "application/cwl+yaml", [1]),
        (HELLO, "application/cwl", [1, 2]),
        (HELLO, "application/ogcapppkg+json", [1, 2, 3]),
        ({"cwlVersion": "v1.2"}, "application/ogcapppkg+json", [1, 2, 3]),
        ("https://a.test/x.cwl", "application/ogcapppkg+json", [1]),
        ("https://a.test/x.cwl", "application/json", [1, 2]),
    ],
)
def test_package_is_sent_in_another_form_when_its_type_is_refused(package, takes, sent):
    with DeployServer({takes}) as server, Client(server.origin) as client:
        assert client.deploy(package).id == "hello"
        posts = server.requests("POST")
        assert len(posts) == len(sent)
        assert posts[-1].headers["content-type"] == takes


def test_server_is_told_of_by_the_first_refusal_when_it_takes_no_form():
    with DeployServer(set()) as server, Client(server.origin) as client:
        with pytest.raises(ProblemError, match=r"cwl\+yaml") as caught:
            client.deploy(HELLO)
        assert caught.value.status_code == 415
        assert len(server.requests("POST")) == 3


@pytest.mark.parametrize("how", ["202", "202 job"])
def test_queued_deployment_is_waited_for(how):
    every = {"application/cwl+yaml"}
    with DeployServer(every, how) as server, Client(server.origin) as client:
        assert client.deploy(HELLO, workflow="main").title == "Hello"
        assert server.requests("POST")[0].path == "/processes?w=main"


def test_queued_deployment_that_fails_says_why():
    every = {"application/cwl+yaml"}
    with (
        DeployServer(every, "failing job") as server,
        Client(server.origin) as client,
        pytest.raises(ProblemError, match="no such image"),
    ):
        client.deploy(HELLO)


# -- the look before -----------------------------------------------------------------


@pytest.fixture
def client():
    # The check never asks the server, so it need not be there.
    with Client("http://127.0.0.1:9") as client:
        yield client


def test_check_shows_the_process_and_its_inputs(client):
    check = client.check_package(HELLO)
    assert (check.problem, check.note) == ("", "")
    assert check.cwl_version == "v1.2"
    assert (check.process.id, check.process.title) == ("hello", "Say hello")
    found = {name: one.min_occurs for name, one in check.process.inputs.items()}
    assert found == {"name": 1, "times": 0}


def test_check_lists_the_workflows_and_describes_the_chosen_one(client):
    assert client.check_package(TWO).process.id == "first"
    check = client.check_package(TWO, workflow="second")
    assert check.workflows == {"first": "The first", "second": ""}
    assert (check.process.id, list(check.process.inputs)) == ("second", ["b"])
    missing = client.check_package(TWO, workflow="third")
    assert "first, second" in missing.problem
    assert missing.package is not None


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ("hello: world\n", "names no cwlVersion"),
        ('{"cwlVersion": ', "it is not"),
        ("/no/such/file.cwl", "cannot be read"),
        ({"inputs": {}}, "not an application package"),
        ("cwlVersion: draft-3\nclass: Workflow\n", "v1.0 to v1.2"),
        ("cwlVersion: v1.2\nclass: Wrkflow\ninputs: []\noutputs: []\n", "Wrkflow"),
        ("cwlVersion: v1.2\nclass: [\n", "not YAML"),
    ],
)
def test_check_says_what_is_wrong(client, package, words):
    check = client.check_package(package)
    assert words in check.problem
    assert check.process is None


@pytest.mark.parametrize("wrapper", ["value", "unit", "list", "text"])
def test_check_looks_into_a_package_document(client, wrapper):
    cwl = {"cwlVersion": "v1.2", "class": "CommandLineTool", "id": "inner",
           "inputs": {"a": "string"}, "outputs": {}, "baseCommand": "true"}  # fmt: skip
    unit = {
        "value": {"value": cwl, "mediaType": "application/cwl+json"},
        "unit": {"unit": cwl},
        "list": [{"unit": cwl}],
        "text": {"value": json.dumps(cwl)},
    }[wrapper]
    check = client.check_package({"executionUnit": unit})
    assert check.problem == ""
    assert check.process.id == "inner"


def test_check_fetches_a_package_that_is_given_by_its_address(client):
    def behave(_connection, received):
        if received.path == "/hello.cwl":
            return answer(body=HELLO.encode(), headers={"Content-Type": "text/plain"})
        return answer(status=404)

    with RawServer(behave) as web:
        check = client.check_package(f"{web.origin}/hello.cwl")
        assert (check.address, check.process.id) == (f"{web.origin}/hello.cwl", "hello")
        assert check.cwl == HELLO
        lost = client.check_package(f"{web.origin}/lost.cwl")
    assert lost.problem == ""
    assert "404" in lost.note
    assert "the server may reach it" in lost.note
    assert lost.package is not None


def test_check_says_plainly_that_the_libraries_are_missing(client, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "cwl2ogc" else find(name, *rest),
    )
    check = client.check_package(HELLO)
    assert (check.problem, check.cwl_version, check.process) == ("", "v1.2", None)
    assert 'pip install "ogc-widgets[lab]"' in check.note


@pytest.mark.corpus
def test_check_says_so_when_what_describes_packages_fails(client, monkeypatch):
    monkeypatch.setattr("ogc_widgets.client.package_check._DESCRIBER", "no.such")
    check = client.check_package(HELLO)
    assert check.note.startswith("The package could not be converted: ")
    assert "no.such" in check.note or "No module named" in check.note
    assert check.process is None
    assert not check.problem


def test_every_recorded_package_is_looked_at_without_an_exception(client, corpus):
    paths = sorted((corpus / "cwl").glob("eoap-mastering__*.json"))
    assert paths
    for path in paths[:6]:
        check = client.check_package(path)
        assert check.package is not None
        assert check.cwl_version.startswith("v1.")
    for path in sorted((corpus / "deploy-requests").glob("*.json")):
        try:
            document = json.loads(path.read_text("utf-8"))
            assert client.check_package({"executionUnit": document}) is not None
        except InputError as error:
            pytest.fail(f"{path.name}: {error}")
