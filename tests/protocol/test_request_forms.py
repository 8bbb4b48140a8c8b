"""What is sent, as code and in older forms, member by member."""

from __future__ import annotations

import json

import pytest

from ogc_widgets.errors import InputError
from ogc_widgets.protocol import ExecuteRequest, Process
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.package_code import as_package
from ogc_widgets.protocol.requests.packages import (
    Package,
    cwl_version,
    deploy_request,
    is_address,
    read_package,
    version_problem,
)
from ogc_widgets.protocol.requests.requests import (
    delete,
    execute_request,
    get,
    start_job_request,
    update_job_request,
)
from ogc_widgets.protocol.requests.snippets import as_curl, as_httpx

URL = "http://srv.test/processes/p"
TIFF = {"schema": {"type": "string", "contentMediaType": "image/tiff"}}
TEXT = {"schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("outputs", "wanted", "response"),
    [
        ({"a": TEXT}, None, "document"),
        ({"a": TIFF}, None, None),
        ({"a": TEXT, "b": TIFF}, None, None),
        ({"a": TEXT, "b": TIFF}, ["a"], "document"),
        ({"a": TEXT, "b": TIFF}, ["b"], None),
        ({"b": TIFF}, {"b": "reference"}, "document"),
        ({"b": TIFF}, {"b": "value"}, None),
        ({"b": TIFF}, {"b": {"format": {"mediaType": "text/csv"}}}, "document"),
        ({"a": TEXT}, {"a": {"format": {"mediaType": "image/png"}}}, None),
    ],
)
def test_document_is_asked_for_unless_bytes_would_go_into_it(outputs, wanted, response):
    process = Process.from_json({"id": "p", "outputs": outputs})
    body = json.loads(execute_request(URL, {}, wanted, process=process).body)
    assert body.get("response") == response
    old = execute_request(URL, {}, wanted, process=process, has_response=False)
    assert "response" not in json.loads(old.body)
    said = execute_request(URL, {}, wanted, process=process, response="raw")
    assert json.loads(said.body)["response"] == "raw"


def test_unknown_response_is_refused():
    with pytest.raises(InputError, match="Unknown response 'later'"):
        execute_request(URL, {}, response="later")


def test_plain_requests_ask_for_json_and_say_what_they_do():
    accept = {"Accept": "application/json"}
    assert (get(URL).method, get(URL).headers, get(URL).is_safe) == (
        "GET", accept, True
    )  # fmt: skip
    assert get(URL, accept="text/plain").headers == {"Accept": "text/plain"}
    gone = delete(URL)
    assert (gone.method, gone.url, gone.headers) == ("DELETE", URL, accept)
    assert not gone.is_safe
    started = start_job_request("http://srv.test/jobs/j")
    assert (started.method, started.url) == ("POST", "http://srv.test/jobs/j/results")
    assert started.headers == accept
    changed = update_job_request("http://srv.test/jobs/j", {"inputs": {}})
    assert (changed.method, changed.body) == ("PATCH", b'{"inputs": {}}')
    both = {**accept, "Content-Type": "application/json"}
    assert changed.headers == both
    assert execute_request(URL, {}, mode="sync").headers == both


@pytest.mark.parametrize("name", ["process", "processID", "identifier"])
def test_request_of_others_is_read_in_the_mapping_form(name):
    read = ExecuteRequest.from_json({name: "p", "inputs": {"a": 1}})
    assert (read.process_id, read.inputs, read.outputs) == ("p", {"a": 1}, None)
    assert ExecuteRequest.from_json({"outputs": {"o": {}}}).outputs == {"o": {}}


@pytest.mark.parametrize("name", ["id", "identifier", "name"])
def test_request_of_others_is_read_in_the_list_form(name):
    inputs = [
        {name: "a", "value": 1},
        {name: "b", "data": "x"},
        {name: "c", "href": "http://a.test/x"},
        {name: "d", "value": 1, "mediaType": "text/csv"},
        {name: "e", "value": 1},
        {name: "e", "value": 2},
    ]
    said = {"inputs": inputs, "outputs": [{name: "o", "format": {}}, "p"]}
    with silent():
        read = ExecuteRequest.from_json(said)
    assert read.inputs == {
        "a": 1, "b": "x", "c": {"href": "http://a.test/x"},
        "d": {"value": 1, "mediaType": "text/csv"}, "e": [1, 2],
    }  # fmt: skip
    assert read.outputs == {"o": {"format": {}}, "p": {}}
    assert ExecuteRequest.from_json({"outputs": "o"}).outputs == {"o": {}}
    with silent():
        assert ExecuteRequest.from_json({"outputs": 3}).outputs == {}


# Packages.

CWL = '{"cwlVersion": "v1.2"}'


def test_package_has_other_forms_for_servers_that_refuse_the_first():
    one, other = read_package({"cwlVersion": "v1.2"}).other_forms
    assert (one.media_type, json.loads(one.body)) == (
        "application/cwl",
        json.loads(CWL),
    )
    assert other.media_type == "application/ogcapppkg+json"
    assert json.loads(other.body) == {
        "executionUnit": {
            "value": {"cwlVersion": "v1.2"}, "mediaType": "application/cwl+json"
        }
    }  # fmt: skip
    _, yaml = read_package("cwlVersion: v1.2").other_forms
    assert json.loads(yaml.body)["executionUnit"] == {
        "value": "cwlVersion: v1.2", "mediaType": "application/cwl+yaml"
    }  # fmt: skip
    (plain,) = read_package("http://a.test/x.cwl").other_forms
    assert plain.media_type == "application/json"


@pytest.mark.parametrize(
    ("unit", "cwl"),
    [
        ({"href": "http://a.test/x.cwl"}, ("", "http://a.test/x.cwl")),
        ({"href": "s3://a/x.cwl"}, ("", "")),
        ([{"href": "http://a.test/x.cwl"}], ("", "http://a.test/x.cwl")),
        ({"value": {"cwlVersion": "v1.2"}}, (CWL, "")),
        ({"unit": {"cwlVersion": "v1.2"}}, (CWL, "")),
        ({"cwlVersion": "v1.2"}, (CWL, "")),
        ({"value": "cwlVersion: v1.2"}, ("cwlVersion: v1.2", "")),
        ([], ("", "")),
        (3, ("", "")),
    ],
)
def test_cwl_is_found_in_a_package_of_any_dialect(unit, cwl):
    assert read_package({"executionUnit": unit}).cwl == cwl
    assert Package(b"text", "application/cwl+yaml").cwl == ("text", "")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("#!/bin/cwl\ncwlVersion: v1.0", "v1.0"), ("  'cwlVersion' : \"v1.1\"", "v1.1"),
        (CWL, "v1.2"), (f"x {CWL}", ""), ('{"a": 1, "cwlVersion": "v1.2"}', "v1.2"),
        ("class: Workflow", ""),
    ],
)  # fmt: skip
def test_version_of_cwl_is_read_without_reading_yaml(text, version):
    assert cwl_version(text) == version


def test_version_of_cwl_is_refused_unless_it_is_1():
    assert version_problem("v1.2") == ""
    assert "is CWL v2.0" in version_problem("v2.0")
    assert "no cwlVersion" in version_problem("")


def test_address_of_a_package_is_told_from_the_package():
    assert is_address(" https://a.test/x.cwl\n")
    assert not is_address("https://a.test/x\nb")
    assert not is_address("s3://a/x.cwl")
    body = json.loads(read_package(" https://a.test/x.cwl ").body)
    assert body == {
        "executionUnit": {"href": "https://a.test/x.cwl", "type": "application/cwl"}
    }
    assert read_package({"$graph": []}).media_type == "application/cwl+json"
    assert read_package(CWL.encode("utf-8-sig")).media_type == "application/cwl+json"
    request = deploy_request(URL, read_package(CWL), method="PUT")
    assert (request.method, request.url, request.body) == ("PUT", URL, CWL.encode())
    assert request.headers["Accept"] == "application/json"


# Code.

BASIC = {"Authorization": "Basic $TOKEN"}
BEARER = {"Authorization": "Bearer $TOKEN"}


def test_shell_commands_wait_for_the_job_only_where_there_is_one():
    asynchronous = execute_request(URL, {"a": 1}, mode="async")
    synchronous = execute_request(f"{URL}?f=json", {"a": 1}, mode="sync")
    waits = as_curl(asynchronous, BASIC, ["the key"])
    assert "job=http://srv.test/jobs/$job" in waits
    assert f'curl -sSi -X POST {URL}/execution"?the%20key=$PARAM_THE_KEY" \\\n' in waits
    assert '"$job/results?the%20key=$PARAM_THE_KEY"' in waits
    assert waits.count('--user "$USERNAME:$TOKEN"') == 3
    assert "curl -sSf -H 'Accept: application/json' --user" in waits
    once = as_curl(synchronous)
    assert once.startswith(f"curl -sS -X POST {URL}/execution \\\n  -H 'Accept: app")
    assert "$job" not in once
    assert "PARAM" not in as_curl(asynchronous)
    assert '"$job/results"' in as_curl(asynchronous)


def test_python_code_has_what_it_uses_and_no_more():
    asynchronous = as_httpx(execute_request(URL, {"a": 1}, mode="async"), BASIC, ["k"])
    assert asynchronous.startswith(
        "import os\nimport re\nimport time\n\nimport httpx\n"
    )
    assert 'auth=(os.environ["USERNAME"], os.environ["TOKEN"]),' in asynchronous
    assert 'params={"k": os.environ["PARAM_K"]},' in asynchronous
    assert "timeout=60," in asynchronous
    assert 'headers={"Prefer": "respond-async"},' in asynchronous
    assert 'job = "http://srv.test/jobs/" + made[1]' in asynchronous
    once = as_httpx(execute_request(URL, {"a": 1}, mode="sync"))
    assert once.startswith("import httpx\n\nclient = httpx.Client(\n    headers=")
    assert "timeout=600," in once
    assert 'json={"inputs": {"a": 1}, "response": "document"},' in once
    assert 'Content-Type":' not in once
    assert "jobs" not in once
    half = as_httpx(execute_request(URL, {"a": "\ud800"}, mode="sync"))
    assert "    content='" in half
    assert 'headers={"Content-Type": "application/json"},' in half


@pytest.mark.parametrize(
    ("placeholders", "arguments"),
    [
        ({}, ""),
        (BEARER, ', auth=ogc.auth.env("TOKEN")'),
        (BASIC, ', auth=(os.environ["USERNAME"], ogc.auth.env("TOKEN"))'),
        (
            {"X-Key": "$TOKEN"},
            ', auth=ogc.auth.api_key("X-Key", ogc.auth.env("TOKEN"))',
        ),
        ({"X-Key": "Key $TOKEN"}, ', headers={"X-Key": "Key " + os.environ["TOKEN"]}'),
        ({**BEARER, "X-A": "b"}, ', auth=ogc.auth.env("TOKEN"), headers={"X-A": "b"}'),
    ],
)
def test_package_code_identifies_the_user_as_the_request_did(placeholders, arguments):
    code = as_package(URL, "p", {}, placeholders=placeholders)
    assert f'client = ogc.Client("{URL}"{arguments})\n' in code
    assert ("import os\n" in code) is ("os.environ" in arguments)


def test_package_code_has_the_arguments_that_differ_from_what_is_usual():
    plain = as_package(URL, "p", {"a": "it's"})
    assert plain.startswith("import ogc_widgets as ogc\n\n")
    assert '    "p",\n    {"a": "it\'s"},\n)\njob.wait()\n' in plain
    full = as_package(
        URL, "p", {"a": ["x" * 40, "y" * 40]}, outputs={"o": {}}, extra={"q": 1},
        mode="async", response="raw", params=["k"],
    )  # fmt: skip
    for line in (
        'params={"k": os.environ["PARAM_K"]})', '    outputs={"o": {}},',
        '    extra={"q": 1},', '    mode="async",', '    response="raw",',
    ):  # fmt: skip
        assert f"{line}\n" in full
    # What is too long for a line is on one for each item.
    long = f'    {{\n        "a": [\n            "{"x" * 40}",\n'
    assert long in full
