"""Part 2: application packages are deployed, replaced and undeployed."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from lab_api import PACKAGES, Api
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART2 = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0/"
YAML_TYPE = {"Content-Type": "application/cwl+yaml"}

HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: {id}
label: {label}
baseCommand: [echo, hello]
inputs: {{}}
outputs: {{out: stdout}}
"""


def hello(process_id: str, label: str = "Hello") -> str:
    return HELLO.format(id=process_id, label=label)


def as_json(text: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return document


@pytest.fixture
def web() -> Iterator[tuple[str, dict[str, str]]]:
    """A small web server: its address, and the texts by path that it gives out."""
    texts: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = texts.get(self.path)
            self.send_response(404 if text is None else 200)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", texts
        server.shutdown()
        thread.join()


def check_deployed(api: Api, answer: Any, process_id: str) -> None:
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{api.url}/processes/{process_id}"
    summary = answer.json()
    assert summary["id"] == process_id
    assert summary["mutable"] is True
    job = api.run(process_id, {})
    assert api.get(f"{job}/results/out").text == "hello\n"
    assert api.delete(f"/processes/{process_id}").status_code == 204


@pytest.mark.parametrize("kind", ["application/cwl", "application/cwl+yaml"])
def test_package_runs_when_it_was_deployed_as_yaml(api: Api, kind: str) -> None:
    answer = api.post(
        "/processes", content=hello("yaml-hello"), headers={"Content-Type": kind}
    )
    check_deployed(api, answer, "yaml-hello")


@pytest.mark.parametrize("kind", ["application/cwl+json", "application/json"])
def test_package_runs_when_it_was_deployed_as_json(api: Api, kind: str) -> None:
    answer = api.post(
        "/processes",
        content=json.dumps(as_json(hello("json-hello"))),
        headers={"Content-Type": kind},
    )
    check_deployed(api, answer, "json-hello")


@pytest.mark.parametrize("form", ["value", "unit", "bare", "list", "text"])
def test_package_runs_when_it_was_deployed_inside_an_execution_unit(
    api: Api, form: str
) -> None:
    package = as_json(hello("unit-hello"))
    unit: Any = {
        "value": {"value": package, "mediaType": "application/cwl+json"},
        "unit": {"unit": package, "type": "application/cwl+json"},
        "bare": package,
        "list": [{"unit": package}],
        "text": {"value": hello("unit-hello")},
    }[form]
    answer = api.post(
        "/processes",
        json={
            "processDescription": {"title": "Given", "version": "7"},
            "executionUnit": unit,
        },
        headers={"Content-Type": "application/ogcapppkg+json"},
    )
    assert (answer.json()["title"], answer.json()["version"]) == ("Given", "7")
    check_deployed(api, answer, "unit-hello")


def test_package_runs_when_it_was_deployed_by_reference(
    api: Api, web: tuple[str, dict[str, str]]
) -> None:
    address, texts = web
    texts["/hello.cwl"] = hello("far-hello")
    answer = api.post(
        "/processes",
        json={
            "processDescription": {"id": "renamed"},
            "executionUnit": {
                "href": f"{address}/hello.cwl",
                "type": "application/cwl",
            },
        },
        headers={"Content-Type": "application/ogcapppkg+json"},
    )
    check_deployed(api, answer, "renamed")


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("{web}/missing.cwl", "404"),
        ("http://127.0.0.1:9/x.cwl", "could not be fetched"),
        ("file:///etc/passwd", "not an http"),
    ],
)
def test_problem_names_the_address_when_the_package_cannot_be_fetched(
    api: Api, web: tuple[str, dict[str, str]], href: str, words: str
) -> None:
    answer = api.post(
        "/processes",
        json={"executionUnit": {"href": href.format(web=web[0])}},
        headers={"Content-Type": "application/ogcapppkg+json"},
    )
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_description_says_what_the_package_says_when_deployed(api: Api) -> None:
    answer = api.deploy("chain.cwl")
    process = api.get("/processes/chain").json()
    assert process["title"] == "Letters"
    assert process["description"] == "Counts the letters of words, then adds them up."
    assert process["version"] == "2.1.0"
    assert process["keywords"] == ["letters", "counting"]
    words, repeat = process["inputs"]["words"], process["inputs"]["repeat"]
    assert (words["title"], words["description"]) == ("Words", "What to count")
    assert words["schema"] == {"type": "array", "items": {"type": "string"}}
    assert (words["minOccurs"], repeat["minOccurs"]) == (1, 0)
    assert repeat["schema"]["default"] == [1, 2]
    # Zero is a default like any other.
    assert process["inputs"]["pause"]["schema"]["default"] == 0
    assert set(process["outputs"]) == {"report", "counts"}
    assert answer.status_code in {201, 409}


def test_workflow_is_the_one_asked_for_when_the_package_has_several(api: Api) -> None:
    content = (PACKAGES / "kinds.cwl").read_bytes()
    api.delete("/processes/read")  # of another test
    answer = api.post("/processes?w=read", content=content, headers=YAML_TYPE)
    assert answer.json()["id"] == "read"
    assert set(api.get("/processes/read").json()["inputs"]) == {"file"}
    assert api.delete("/processes/read").status_code == 204
    answer = api.post("/processes?w=nothing", content=content, headers=YAML_TYPE)
    assert answer.status_code == 400
    assert answer.json()["type"] == f"{PART2}workflow-not-found"
    assert "kinds, read" in answer.json()["detail"]


def test_package_is_given_back_as_it_was_sent_when_asked(api: Api) -> None:
    api.deploy("chain.cwl")
    answer = api.get("/processes/chain/package")
    assert answer.headers["Content-Type"] == "application/cwl+yaml"
    assert answer.content == (PACKAGES / "chain.cwl").read_bytes()


def test_second_deployment_is_a_conflict_when_the_id_is_taken(api: Api) -> None:
    for status in (201, 409):
        answer = api.post("/processes", content=hello("twice"), headers=YAML_TYPE)
        assert answer.status_code == status
    assert answer.json()["type"] == f"{PART2}duplicated-process"
    api.delete("/processes/twice")


def test_process_is_another_when_it_was_replaced(api: Api) -> None:
    api.post("/processes", content=hello("changing"), headers=YAML_TYPE)
    answer = api.put(
        "/processes/changing", content=hello("changing", "New"), headers=YAML_TYPE
    )
    assert answer.status_code == 204
    assert api.get("/processes/changing").json()["title"] == "New"
    answer = api.put(
        "/processes/changing", content=hello("different"), headers=YAML_TYPE
    )
    assert answer.status_code == 400
    assert "different" in answer.json()["detail"]
    answer = api.put("/processes/none", content=hello("none"), headers=YAML_TYPE)
    assert answer.status_code == 404
    api.delete("/processes/changing")


def test_process_is_gone_when_it_was_undeployed(api: Api) -> None:
    api.post("/processes", content=hello("passing"), headers=YAML_TYPE)
    assert api.delete("/processes/passing").status_code == 204
    assert api.get("/processes/passing").status_code == 404
    assert api.delete("/processes/passing").status_code == 404


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_process_of_the_server_stays_when_someone_wants_to_change_it(
    api: Api, verb: str
) -> None:
    answer = api.http.request(
        verb, f"{api.url}/processes/echo", content=hello("echo"), headers=YAML_TYPE
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == f"{PART2}immutable-process"
    assert api.get("/processes/echo").json()["mutable"] is False


@pytest.mark.parametrize("kind", ["text/plain", "application/zip", ""])
def test_media_type_is_named_when_it_is_not_a_package(api: Api, kind: str) -> None:
    answer = api.post(
        "/processes", content=hello("x"), headers={"Content-Type": kind} if kind else {}
    )
    assert answer.status_code == 415
    assert answer.json()["type"] == f"{PART2}unsupported-media-type"
    assert "application/cwl" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: [", "YAML"),
        ("just text", "cwlVersion"),
        ("cwlVersion: v1.2\nclass: Workflow\nid: x\n", "valid package"),
        (hello("x").replace("id: x\n", ""), "id"),
        (hello("../x"), "id"),
        (hello("x").replace("inputs: {}", "inputs: {a: nonsense}"), "nonsense"),
        (hello("x").replace("v1.2", "v99"), "v99"),
        (hello("x").replace("CommandLineTool", "Hammer"), "Hammer"),
        (
            hello("x").replace(
                "inputs: {}", "inputs:\n  $import: http://localhost:9/x"
            ),
            "valid package",
        ),
    ],
)
def test_package_is_refused_with_a_reason_when_it_is_not_valid(
    api: Api, content: str, words: str
) -> None:
    answer = api.post("/processes", content=content, headers=YAML_TYPE)
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["detail"]
    assert "/tmp" not in answer.json()["detail"]
    assert api.get("/processes/x").status_code == 404


def test_running_job_keeps_its_package_when_the_process_is_replaced(api: Api) -> None:
    api.deploy("slow.cwl")
    job = api.start("slow", {"seconds": 60})
    api.follow(job, lambda status: status["message"] == "slow")
    assert api.delete("/processes/slow").status_code == 204
    assert api.get(job).json()["status"] == "running"
    api.delete(job)


@pytest.mark.corpus
def test_recorded_packages_are_described_when_they_need_no_other_file(
    corpus: Path,
) -> None:
    from ogc_widgets.lab.engines.describe import PackageError, describe
    from ogc_widgets.lab.engines.progress import expected_executions

    described = 0
    for path in sorted((corpus / "cwl").glob("*.json")):
        if '"$import"' in path.read_text():
            continue
        try:
            document = describe(path, validate=False)
        except PackageError:
            continue
        json.dumps(document)
        expected_executions(document["plan"], {})
        assert set(document["types"]) == set(document["inputs"])
        described += 1
    assert described > 30
