"""What the abstract tests of OGC API - Processes ask and no other test of the lab does.

docs/conformance.md says of each abstract test which test of ours shows it.
"""

from __future__ import annotations

from email import message_from_bytes
from typing import Any

import jsonschema_rs
import pytest
from lab_api import ASYNC, Api

EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
YAML_TYPE = {"Content-Type": "application/cwl+yaml"}
AREA = """
cwlVersion: v1.2
class: CommandLineTool
id: area
requirements:
  InitialWorkDirRequirement:
    listing: [{entryname: cwl.output.json, entry: $(inputs)}]
baseCommand: 'true'
inputs:
  area:
    type: {type: record, fields: {bbox: 'double[]', crs: string?}}
outputs: {area: Any}
"""


def fits(api: Api, document: object, name: str) -> bool:
    """Whether a document is what the API's definition calls so."""
    schemas = api.get("/api").json()["components"]["schemas"]
    schema = {"$ref": f"#/components/schemas/{name}"}
    return jsonschema_rs.is_valid(
        schema | {"components": {"schemas": schemas}}, document
    )


def parameters(api: Api, path: str) -> dict[str, dict[str, Any]]:
    definition = api.get("/api").json()
    found = definition["components"]["parameters"]
    names = [
        each["$ref"].rpartition("/")[2]
        for each in definition["paths"][path]["get"]["parameters"]
    ]
    return {name: found[name] for name in names}


# -- documents ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "landingPage"),
        ("/conformance", "conformance"),
        ("/processes", "processList"),
        ("/processes/echo", "process"),
        ("/processes/water-bodies", "process"),
        ("/jobs", "jobList"),
    ],
)
def test_document_is_json_and_fits_its_schema(api: Api, path: str, name: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.http_version == "HTTP/1.1"
    assert answer.headers["Content-Type"] == "application/json"
    assert fits(api, answer.json(), name)


def test_list_links_to_itself_and_to_no_form_that_there_is_not(api: Api) -> None:
    for path in ("/processes", "/jobs"):
        links = api.get(f"{path}?limit=1").json()["links"]
        rels = [link["rel"] for link in links]
        assert rels.count("self") == 1
        assert "alternate" not in rels  # JSON is all that it claims


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("limit", {"type": "integer", "minimum": 1}),
        ("type", {"type": "array"}),
        ("processID", {"type": "array"}),
        ("status", {"type": "array"}),
        ("datetime", {"type": "string"}),
        ("minDuration", {"type": "integer"}),
        ("maxDuration", {"type": "integer"}),
    ],
)
def test_parameter_of_the_job_list_is_as_the_standard_has_it(
    api: Api, name: str, schema: dict[str, Any]
) -> None:
    found = parameters(api, "/jobs")[name]
    assert (found["in"], found.get("required", False)) == ("query", False)
    assert schema.items() <= found["schema"].items()
    if schema["type"] == "array":
        assert found["explode"] is False


def test_limit_of_a_list_is_kept(api: Api) -> None:
    assert parameters(api, "/processes")["limit"]["schema"]["minimum"] == 1
    for path, name in (("/processes", "processes"), ("/jobs", "jobs")):
        assert len(api.get(f"{path}?limit=1").json()[name]) <= 1
        assert len(api.get(f"{path}?limit=99999").json()[name]) <= 1000


@pytest.mark.parametrize("process_id", ["echo", "water-bodies"])
def test_description_names_each_input_and_output_with_a_schema(
    api: Api, process_id: str
) -> None:
    process = api.get(f"/processes/{process_id}").json()
    for group in ("inputs", "outputs"):
        assert process[group]
        for described in process[group].values():
            assert not {"minOccurs", "maxOccurs"} & described.keys() or (
                described["minOccurs"] <= described["maxOccurs"]
            )
            jsonschema_rs.meta.validate(described["schema"])


def test_description_of_a_mixed_type_has_its_alternatives(api: Api) -> None:
    api.deploy("kinds.cwl")
    process = api.get("/processes/kinds").json()
    either = process["inputs"]["either"]["schema"]
    kinds = {each["type"] for each in either.get("oneOf") or either["anyOf"]}
    assert {"integer", "string"} <= kinds


# -- results, at once and later ----------------------------------------------------


def results_of(api: Api, *, later: bool, **body: Any) -> Any:
    """The answer with the results, of either mode."""
    body = {"inputs": {"message": "m", "count": 2}, **body}
    if later:
        return api.get(
            f"{api.run('echo', **{'inputs': body.pop('inputs'), **body})}/results"
        )
    return api.post("/processes/echo/execution", json=body)


def parts_of(answer: Any) -> dict[str, Any]:
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/related")
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = message_from_bytes(head + answer.content)
    return {part["Content-ID"].strip("<>"): part for part in message.get_payload()}


BY_VALUE, BY_REFERENCE = (
    {"transmissionMode": "value"},
    {"transmissionMode": "reference"},
)
either_mode = pytest.mark.parametrize("later", [False, True], ids=["sync", "async"])


@either_mode
def test_raw_value_is_the_body(api: Api, later: bool) -> None:
    answer = results_of(api, later=later, response="raw", outputs={"message": BY_VALUE})
    assert (answer.status_code, answer.text) == (200, "m")


@either_mode
def test_raw_values_are_parts(api: Api, later: bool) -> None:
    wanted = {"message": BY_VALUE, "count": BY_VALUE}
    answer = results_of(api, later=later, response="raw", outputs=wanted)
    assert answer.status_code == 200
    bodies = {name: part.get_payload() for name, part in parts_of(answer).items()}
    assert bodies == {"message": "m", "count": "2"}


@either_mode
def test_raw_references_are_link_headers_without_a_body(api: Api, later: bool) -> None:
    wanted = {"message": BY_REFERENCE, "count": BY_REFERENCE}
    answer = results_of(api, later=later, response="raw", outputs=wanted)
    assert (answer.status_code, answer.content) == (204, b"")
    links = answer.headers.get_list("Link", split_commas=True)
    addresses = [each.split(">")[0].strip(" <") for each in links if "results" in each]
    found = sorted(api.http.get(address).text for address in addresses)
    assert found == ["2", "m"]


@either_mode
def test_raw_parts_by_reference_are_empty_and_say_where(api: Api, later: bool) -> None:
    wanted = {"message": BY_VALUE, "count": BY_REFERENCE}
    answer = results_of(api, later=later, response="raw", outputs=wanted)
    assert answer.status_code == 200
    parts = parts_of(answer)
    assert parts["message"].get_payload() == "m"
    assert parts["count"].get_payload() == ""
    assert api.http.get(parts["count"]["Content-Location"]).text == "2"


@either_mode
def test_document_has_every_output_when_none_is_named(api: Api, later: bool) -> None:
    answer = results_of(api, later=later, response="document")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"message": "m", "count": 2}


def test_box_is_taken_where_the_description_wants_one(api: Api) -> None:
    description = {
        "id": "area",
        "inputs": {
            "area": {
                "schema": {
                    "allOf": [
                        {"format": "ogc-bbox"},
                        {
                            "$ref": "http://schemas.opengis.net/ogcapi/processes/part1/1.0"
                            "/openapi/schemas/bbox.yaml"
                        },
                    ]
                }
            }
        },
    }
    body = {"processDescription": description, "executionUnit": AREA}
    api.post("/processes", json=body)
    assert "ogc-bbox" in api.get("/processes/area").text
    box = {
        "bbox": [51.9, 7, 52, 7.1],
        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
    answer = api.post("/processes/area/execution", json={"inputs": {"area": box}})
    assert answer.json() == box
    api.delete("/processes/area")


# -- jobs ----------------------------------------------------------------------------


def test_job_fits_its_schema_while_it_runs_and_when_it_is_dismissed(api: Api) -> None:
    answer = api.post(
        "/processes/echo/execution",
        json={"inputs": {"message": "a", "pauses": [60]}},
        headers=ASYNC,
    )
    assert fits(api, answer.json(), "statusInfo")
    job = api.http.get(answer.headers["Location"])
    assert job.status_code == 200
    assert fits(api, job.json(), "statusInfo")
    answer = api.http.delete(str(job.url))
    assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
    assert fits(api, answer.json(), "statusInfo")


def test_every_job_of_the_list_names_its_process(api: Api) -> None:
    api.run("echo", {"message": "a"})
    jobs = api.get("/jobs?type=process").json()["jobs"]
    assert jobs
    assert all(job["processID"] and job["type"] == "process" for job in jobs)


def test_failure_is_an_exception_when_its_results_are_asked_for(api: Api) -> None:
    api.deploy("broken.cwl")
    job = api.start("broken", {"how": "said"})
    api.follow(job)
    answer = api.get(f"{job}/results")
    assert 400 <= answer.status_code < 600
    assert fits(api, answer.json(), "problem")
    assert answer.json()["type"].startswith(EXCEPTIONS)


# -- Part 2 ---------------------------------------------------------------------------


def test_every_process_says_whether_it_can_be_changed(api: Api) -> None:
    processes = api.get("/processes").json()["processes"]
    assert {"echo": False, "water-bodies": True}.items() <= {
        each["id"]: each["mutable"] for each in processes
    }.items()


def test_verbs_of_part_two_are_there(api: Api) -> None:
    headers = {"Content-Type": "text/plain"}
    assert api.post("/processes", content="x", headers=headers).status_code == 415
    there = {"PUT": 404, "DELETE": 404}
    for verb, status in there.items():
        address = f"{api.url}/processes/not-existing-process"
        answer = api.http.request(verb, address, headers=YAML_TYPE)
        assert answer.status_code == status
    process = f"{api.url}/processes/water-bodies"
    assert api.http.put(process, content="x", headers=headers).status_code == 415
