"""Results in every form that the standard has, and the files behind them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from lab_api import PACKAGES, Api

YAML_TYPE = {"Content-Type": "application/cwl+yaml"}


@pytest.fixture
def api_with_kinds(api: Api) -> Api:
    content = (PACKAGES / "kinds.cwl").read_bytes()
    api.deploy("kinds.cwl")
    api.post("/processes?w=read", content=content, headers=YAML_TYPE)
    return api


def document(api: Api, process_id: str, inputs: dict[str, Any], **body: Any) -> Any:
    answer = api.post(
        f"/processes/{process_id}/execution",
        json={"inputs": inputs, "response": "document", **body},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_values_come_back_as_sent_when_they_are_of_every_kind(
    api_with_kinds: Api,
) -> None:
    inputs = {
        "text": "ä\nb",
        "whole": -3,
        "number": 1e-3,
        "yes": True,
        "choice": "green",
        "many": [],
        "either": 4,
        "record": {"name": "n", "size": 2},
    }
    found = document(api_with_kinds, "kinds", inputs)
    # Objects are qualified, so that they cannot be taken for links or boxes.
    assert found.pop("record") == {"value": inputs.pop("record")}
    assert found == inputs


def test_defaults_of_the_package_are_used_when_inputs_are_left_out(
    api_with_kinds: Api,
) -> None:
    found = document(api_with_kinds, "kinds", {"text": "a"})
    assert found == {"text": "a", "whole": 0, "yes": False, "choice": "red"}


def test_single_value_is_taken_when_many_are_possible(api_with_kinds: Api) -> None:
    found = document(
        api_with_kinds, "kinds", {"text": {"value": "q"}, "many": "one", "either": "x"}
    )
    assert (found["text"], found["many"], found["either"]) == ("q", ["one"], "x")


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"record": {"size": 1}}, "record"),
        ({"record": {"name": 1}}, "record/name"),
        ({"record": {"name": "n", "colour": 1}}, "record"),
        ({"either": 1.5}, "either"),
        ({"file": 3}, "file"),
        ({"file": {"href": "file:///etc/passwd"}}, "file"),
        ({"file": {"class": "File", "path": "/etc/passwd"}, "many": 3}, "many/0"),
        ({"file": {"value": "%%", "encoding": "base64"}}, "file"),
        ({"files": [{"href": "/etc/passwd"}]}, "files/0"),
    ],
)
def test_part_of_an_input_is_named_when_it_is_refused(
    api_with_kinds: Api, inputs: dict[str, Any], path: str
) -> None:
    answer = api_with_kinds.post(
        "/processes/kinds/execution", json={"inputs": {"text": "a", **inputs}}
    )
    assert answer.status_code == 400
    assert path in [error["path"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"value": "qualified", "mediaType": "text/plain"}, "qualified"),
        (
            {"value": base64.b64encode(b"coded").decode(), "encoding": "base64"},
            "coded",
        ),
        (
            {"value": {"type": "Point"}, "mediaType": "application/json"},
            '{"type": "Point"}',
        ),
    ],
)
def test_file_reaches_the_step_when_it_was_sent_by_value(
    api_with_kinds: Api, value: Any, text: str
) -> None:
    answer = api_with_kinds.post(
        "/processes/read/execution", json={"inputs": {"file": value}}
    )
    assert answer.status_code == 200, answer.text
    assert answer.text == text
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_file_reaches_the_step_when_it_was_sent_by_reference(
    api_with_kinds: Api,
) -> None:
    address = f"{api_with_kinds.url}/conformance"
    answer = api_with_kinds.post(
        "/processes/read/execution", json={"inputs": {"file": {"href": address}}}
    )
    assert answer.json() == api_with_kinds.get("/conformance").json()


def test_catalogue_is_a_collection_of_items_when_it_is_a_result(api: Api) -> None:
    api.deploy("catalog.cwl")
    job = api.run("catalog", {})
    found = api.get(f"{job}/results").json()
    collection = found["stac_catalog"]["value"]
    assert collection["type"] == "FeatureCollection"
    items = {item["id"]: item for item in collection["features"]}
    assert set(items) == {"a", "b"}
    assets = items["a"]["assets"]
    assert assets["far"]["href"] == "https://example.org/x.tif"
    assert assets["outside"]["href"] == "/etc/hostname"
    links = {link["rel"]: link["href"] for link in items["a"]["links"]}
    assert set(links) == {"self", "via"}
    assert api.http.get(links["self"]).json()["id"] == "a"
    mask = api.http.get(assets["mask"]["href"])
    assert mask.content == b"II*\0twelve bytes"
    assert mask.headers["Content-Type"] == "image/tiff; application=geotiff"
    # A single output as it is, and a folder that is no catalogue.
    assert api.get(f"{job}/results/stac_catalog").json() == collection
    listing = api.http.get(found["plain"]["href"]).json()["files"]
    assert [each["name"] for each in listing] == ["hello.txt"]
    assert api.http.get(listing[0]["href"]).text == "hello\n"
    link = found["mask"]
    assert link["type"] == "image/tiff; application=geotiff"
    assert link["length"] == 16
    assert api.http.get(link["href"]).content == mask.content


def test_file_is_sent_in_parts_and_not_twice_when_asked(api: Api) -> None:
    api.deploy("catalog.cwl")
    job = api.run("catalog", {})
    found = api.get(f"{job}/results").json()
    address = found["mask"]["href"].removeprefix(api.url)
    whole = api.get(address)
    assert whole.headers["Content-Length"] == "16"
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = api.get(address, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, b"twelve")
    assert part.headers["Content-Range"] == "bytes 4-9/16"
    assert api.get(address, headers={"Range": "bytes=99-"}).status_code == 416
    again = api.get(address, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = api.http.head(api.url + address)
    assert (head.headers["Content-Length"], head.content) == ("16", b"")


@pytest.mark.parametrize(
    "path",
    ["../inputs.json", "..%2Finputs.json", "%2Fetc%2Fpasswd", "nothing", "a%00b"],
)
def test_file_is_not_found_when_it_is_no_result(api: Api, path: str) -> None:
    api.deploy("catalog.cwl")
    job = api.run("catalog", {})
    assert api.get(f"{job}/files/{path}").status_code == 404


def test_only_wanted_outputs_come_when_they_are_named(api: Api) -> None:
    inputs = {"message": "m", "count": 2, "words": ["a"]}
    wanted = {"outputs": {"count": {}, "words": {"transmissionMode": "value"}}}
    assert document(api, "echo", inputs, **wanted) == {"count": 2, "words": ["a"]}


def test_output_is_a_link_when_a_reference_is_wanted(api: Api) -> None:
    api.deploy("catalog.cwl")
    reference = {"transmissionMode": "reference"}
    found = document(
        api, "catalog", {}, outputs={"stac_catalog": reference, "mask": reference}
    )
    collection = api.http.get(found["stac_catalog"]["href"])
    assert collection.headers["Content-Type"] == found["stac_catalog"]["type"]
    assert collection.json()["type"] == "FeatureCollection"
    assert api.http.get(found["mask"]["href"]).status_code == 200


def test_file_is_inside_the_document_when_its_value_is_wanted(api: Api) -> None:
    api.deploy("catalog.cwl")
    found = document(
        api, "catalog", {}, outputs={"mask": {"transmissionMode": "value"}}
    )
    assert found["mask"]["encoding"] == "base64"
    assert base64.b64decode(found["mask"]["value"]) == b"II*\0twelve bytes"


def test_one_output_is_the_body_when_raw_is_wanted(api: Api) -> None:
    body = {"inputs": {"message": "m", "count": 2}, "response": "raw"}
    answer = api.post(
        "/processes/echo/execution", json={**body, "outputs": {"message": {}}}
    )
    assert answer.text == "m"
    assert answer.headers["Content-Type"].startswith("text/plain")
    answer = api.post(
        "/processes/echo/execution", json={**body, "outputs": {"count": {}}}
    )
    assert answer.json() == 2
    answer = api.post(
        "/processes/echo/execution", json={**body, "outputs": {"ratio": {}}}
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_several_outputs_are_parts_when_raw_is_wanted(api: Api) -> None:
    from email import message_from_bytes

    answer = api.post(
        "/processes/echo/execution",
        json={"inputs": {"message": "m", "count": 2}, "response": "raw"},
    )
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/related")
    message = message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + answer.content
    )
    parts = {
        part["Content-ID"].strip("<>"): part.get_payload(decode=True)
        for part in message.get_payload()  # type: ignore[union-attr]
    }
    assert parts == {"message": b"m", "count": b"2"}


def test_output_is_named_when_the_job_has_none_like_it(api: Api) -> None:
    job = api.run("echo", {"message": "m"})
    answer = api.get(f"{job}/results/nothing")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/no-such-output")


def test_scenes_are_open_and_sent_in_parts_when_read(api: Api, lab_server: Any) -> None:
    address = lab_server.scenes[0]
    item = api.http.get(address, headers={"Origin": "https://viewer.example"})
    assert item.headers["Access-Control-Allow-Origin"] == "*"
    href = str(item.url.join(item.json()["assets"]["green"]["href"]))
    part = api.http.get(href, headers={"Range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)
    assert part.headers["Content-Type"] == "image/tiff; application=geotiff"
    listing = api.http.get(address.rsplit("/", 2)[0] + "/").json()
    assert listing["items"] == lab_server.scenes
