from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ogc_widgets.errors import InputError
from ogc_widgets.protocol import Process
from ogc_widgets.protocol.requests.package_code import as_each_with_each, as_package
from ogc_widgets.protocol.requests.packages import deploy_request, read_package
from ogc_widgets.protocol.requests.requests import (
    create_job_request,
    execute_request,
    execution_url,
    jobs_request,
)
from ogc_widgets.protocol.requests.snippets import as_curl, as_httpx

URL = "http://srv.test/acme/ogc-api/processes/water-bodies"
PLACEHOLDERS = {"Authorization": "Bearer $TOKEN", "X-Api-Key": "$TOKEN"}


def process(*options, execute=""):
    link = {"rel": "http://www.opengis.net/def/rel/ogc/1.0/execute", "href": execute}
    return Process.from_json(
        {"id": "water-bodies", "jobControlOptions": list(options), "links": [link]},
        URL,
    )


def test_request_asks_for_a_job_and_a_document_when_nothing_else_is_said():
    request = execute_request(URL, {"aoi": "1,2,3,4"})
    assert request.method == "POST"
    assert request.url == URL + "/execution"
    assert request.headers["Prefer"] == "respond-async"
    assert request.headers["Accept"] == "application/json"
    assert json.loads(request.body) == {
        "inputs": {"aoi": "1,2,3,4"},
        "response": "document",
    }


@pytest.mark.parametrize("outputs", [None, {}])
def test_outputs_are_left_out_when_none_is_named(outputs):
    body = execute_request(URL, {}, outputs, response=None).body
    assert json.loads(body) == {"inputs": {}}


@pytest.mark.parametrize(
    ("wish", "is_document"),
    [
        ({"format": {"mediaType": "image/tiff"}}, False),
        ({"format": {"mediaType": "text/csv"}}, True),
        (
            {"format": {"mediaType": "image/tiff"}, "transmissionMode": "reference"},
            True,
        ),
    ],
)
def test_bytes_come_bare_when_their_format_is_asked_for(wish, is_document):
    body = json.loads(execute_request(URL, {}, {"mask": wish}).body)
    assert ("response" in body) == is_document


def described(*outputs):
    document = {"id": "p", "outputs": {name: {"schema": {}} for name in outputs}}
    return Process.from_json(document, URL)


def test_outputs_are_wanted_by_name_when_the_process_has_them():
    request = execute_request(
        URL, {}, ["mask", "log"], process=described("mask", "log")
    )
    assert json.loads(request.body)["outputs"] == {"mask": {}, "log": {}}


def test_output_that_the_process_does_not_have_is_refused_with_those_that_it_has():
    with pytest.raises(InputError, match="no output 'maks'") as refused:
        execute_request(URL, {}, "maks", process=described("mask"))
    assert "It has: mask" in str(refused.value)


def test_output_that_a_description_forgot_is_sent_when_it_is_given_as_a_mapping():
    wanted = {"hidden": "reference", "mask": None}
    body = json.loads(execute_request(URL, {}, wanted, process=described("mask")).body)
    assert body["outputs"] == {"hidden": {"transmissionMode": "reference"}, "mask": {}}


@pytest.mark.parametrize("outputs", [None, ["mask"]])
def test_job_is_made_without_being_started_when_the_server_has_part_4(outputs):
    request = create_job_request("http://srv.test/jobs", URL, {"n": 1}, outputs)
    assert (request.method, request.url) == ("POST", "http://srv.test/jobs")
    assert json.loads(request.body) == {
        "process": URL,
        "inputs": {"n": 1},
        "status": "create",
        **({"outputs": {"mask": {}}} if outputs else {}),
    }


@pytest.mark.parametrize(
    ("mode", "options", "asks_for_job"),
    [
        ("auto", (), True),
        ("auto", ("async-execute", "sync-execute"), True),
        ("auto", ("sync-execute",), False),
        ("async", ("sync-execute",), True),
        ("sync", ("async-execute",), False),
    ],
)
def test_job_is_asked_for_when_mode_and_process_allow(mode, options, asks_for_job):
    request = execute_request(URL, {}, mode=mode, process=process(*options))
    assert ("Prefer" in request.headers) is asks_for_job


@pytest.mark.parametrize(
    ("execute", "used"),
    [
        (URL + "/execution?f=json", URL + "/execution?f=json"),
        (URL + "/jobs", URL + "/jobs"),
        # Another host, and a link that forgot the tenant: not used.
        ("http://localhost:8080/acme/ogc-api/processes/water-bodies/execution",
         URL + "/execution"),
        ("http://srv.test/ogc-api/processes/water-bodies/execution",
         URL + "/execution"),
        ("http://srv.test/acme/ogc-api-evil/x", URL + "/execution"),
        ("", URL + "/execution"),
    ],
)  # fmt: skip
def test_execute_link_is_used_when_it_stays_on_the_server(execute, used):
    assert execution_url(URL, process(execute=execute)) == used


def test_inputs_are_refused_when_json_cannot_hold_them():
    with pytest.raises(InputError, match="cannot be written as JSON"):
        execute_request(URL, {"when": object()})


@pytest.mark.parametrize(
    "extra",
    [{"inputs": {"a": 2}}, {"outputs": {"b": {}}}, {"response": "raw"}, ["queue"]],
)
def test_extra_members_are_refused_when_they_contradict_the_request(extra):
    with pytest.raises(InputError, match="extra") as caught:
        execute_request(URL, {"a": 1}, ["a"], response="document", extra=extra)
    assert "Nothing was sent" in str(caught.value)


def test_extra_member_may_say_the_same_once_more():
    request = execute_request(URL, {"a": 1}, extra={"inputs": {"a": 1}, "tag": None})
    assert json.loads(request.body)["inputs"] == {"a": 1}
    assert json.loads(request.body)["tag"] is None


def test_mode_is_refused_when_unknown():
    with pytest.raises(InputError, match="Unknown mode"):
        execute_request(URL, {}, mode="later")


def test_jobs_are_asked_for_with_limit_and_filters():
    url = jobs_request("http://srv.test/jobs?f=json", limit=5, processID="a b").url
    assert url == "http://srv.test/jobs?f=json&limit=5&processID=a+b"


@pytest.mark.parametrize(
    ("package", "media_type"),
    [
        ({"cwlVersion": "v1.2"}, "application/cwl+json"),
        ({"executionUnit": {"href": "http://a.test/x.cwl"}},
         "application/ogcapppkg+json"),
        ("cwlVersion: v1.2\nclass: Workflow\n", "application/cwl+yaml"),
        ('{"cwlVersion": "v1.2"}', "application/cwl+json"),
        (b"cwlVersion: v1.2\nlabel: L\xe4ngs\n", "application/cwl+yaml"),
        ("https://a.test/app.cwl", "application/ogcapppkg+json"),
    ],
)  # fmt: skip
def test_package_gets_its_media_type_when_given_in_any_form(package, media_type):
    ready = read_package(package)
    assert ready.media_type == media_type
    request = deploy_request("http://srv.test/processes", ready, workflow="main")
    assert request.url == "http://srv.test/processes?w=main"
    assert request.headers["Content-Type"] == media_type


@pytest.mark.parametrize("package", ["hello", {}, "{", None, 7])
def test_package_is_refused_when_it_is_none(package):
    with pytest.raises(InputError):
        read_package(package)


def test_curl_runs_in_a_shell_when_values_hold_quotes_and_secrets(tmp_path):
    import subprocess

    inputs = {"text": 'it\'s "$(rm -rf /)" `x`', "n": Decimal("0.12345678901234567890")}
    command = as_curl(execute_request(URL, inputs), PLACEHOLDERS)
    # A stand-in for curl that notes its arguments.
    stand_in = tmp_path / "curl"
    stand_in.write_text(
        '#!/bin/sh\nfor a in "$@"; do printf "%s\\0" "$a"; done >> "$0.args"\n'
    )
    stand_in.chmod(0o755)
    subprocess.run(
        ["/bin/sh", "-c", command],
        env={"PATH": f"{tmp_path}:/bin:/usr/bin", "TOKEN": "s3cret"},
        check=True,
    )
    arguments = (tmp_path / "curl.args").read_text().split("\0")
    assert "Authorization: Bearer s3cret" in arguments
    assert "X-Api-Key: s3cret" in arguments
    body = json.loads(arguments[arguments.index("--data") + 1], parse_float=Decimal)
    assert body["inputs"] == inputs


def test_httpx_code_sends_the_same_request_when_run(monkeypatch):
    import httpx

    inputs = {"text": 'it\'s "quoted"\n', "list": [1, 2.5, None, True], "o": {"a": {}}}
    request = execute_request(URL, inputs)
    monkeypatch.setenv("TOKEN", "s3cret")
    sent = []

    def record(_transport, asked):
        sent.append(asked)
        return httpx.Response(201, json={})

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", record)
    exec(as_httpx(request, PLACEHOLDERS), {})
    (asked,) = sent
    assert str(asked.url) == request.url
    assert json.loads(asked.content) == json.loads(request.body)
    expected = {
        **request.headers, "Authorization": "Bearer s3cret", "X-Api-Key": "s3cret"
    }  # fmt: skip
    assert {name: asked.headers[name] for name in expected} == expected


def test_package_code_makes_the_same_run_when_run(monkeypatch):
    import ogc_widgets

    inputs = {"aoi": "1,2,3,4", "n": Decimal("0.12345678901234567890"), "deep": [[{}]]}
    code = as_package(
        "http://srv.test/acme", "water-bodies", inputs, outputs={"out": {}},
        extra={"queue": "fast"}, mode="sync", placeholders=PLACEHOLDERS,
    )  # fmt: skip
    made = {}

    class Job:
        def wait(self):
            return self

        def results(self):
            return None

    class Client:
        def __init__(self, url, **options):
            made.update(options, url=url)

        def execute(self, process_id, inputs, **options):
            made.update(options, process_id=process_id, inputs=inputs)
            return Job()

    monkeypatch.setenv("TOKEN", "s3cret")
    monkeypatch.setattr(ogc_widgets, "Client", Client, raising=False)
    exec(code, {})
    assert repr(made.pop("auth")) == "<environment variable TOKEN>"
    assert made == {
        "url": "http://srv.test/acme",
        "headers": {"X-Api-Key": "s3cret"},
        "process_id": "water-bodies",
        "inputs": inputs,
        "outputs": {"out": {}},
        "extra": {"queue": "fast"},
        "mode": "sync",
    }


def test_variables_of_a_batch_are_called_like_its_inputs():
    keys = ("date", "class", "2nd", "jobs", "--")
    columns = [(key, [("x", 1), ("y", 2)]) for key in keys]
    code = as_each_with_each("http://srv.test", "p", {}, columns)
    names = {}
    exec(code[code.index("shared =") : code.index("batch =")], names)  # ours
    found = [name.removesuffix("_values") for name in names if name.endswith("_values")]
    assert found == ["date", "input_class", "input_2nd", "input_jobs", "__"]
    assert next(iter(names["jobs"].values())) == dict.fromkeys(keys, 1)


def test_inputs_whose_names_differ_in_signs_only_are_two_variables():
    columns = [(key, [("x", f"{key}1"), ("x", f"{key}2")]) for key in ("a-b", "a.b")]
    code = as_each_with_each("http://srv.test", "p", {}, columns)
    names = {}
    exec(code[code.index("shared =") : code.index("batch =")], names)  # ours
    assert [*names["jobs"].values()][1] == {"a-b": "a-b1", "a.b": "a.b2"}
    assert [*names["jobs"]] == ["x, x", "x, x (2)", "x (2), x", "x (2), x (2)"]
