"""Results as servers really give them, over a socket: bytes, names, what is gone."""

from __future__ import annotations

import base64
import json

import pytest
from raw_server import answer, processes_server
from replay import replay

from ogc_widgets import Client
from ogc_widgets.errors import (
    DialectWarning,
    JobGoneError,
    NoSuchJobError,
    ProtocolError,
    ResultsGoneError,
    SignInError,
)

PNG_START = b"\x89PNG\r\n\x1a\n"
PYGEOAPI = "pygeoapi-0.24-tinydb"
ZOO = "zoo-kernel-2026-07"
BOX = {"bbox": [8, 46, 9, 47]}
JOB = "/api/jobs/1"


def client_of(server):
    return Client(f"{server.origin}/api")


# -- recorded ----------------------------------------------------------------------


def test_picture_comes_when_pygeoapi_is_not_asked_for_a_document():
    with (
        replay("pygeoapi-binary-document-400", PYGEOAPI) as server,
        Client(server.url) as client,
    ):
        job = client.execute("image", BOX, mode="sync")
        assert server.bodies("/execution") == [{"inputs": BOX}]
        results = job.results()
        assert results.outputs["image"].startswith(PNG_START)
        assert results.media_types == {"image": "image/png"}
        assert job.output("image") is results.outputs["image"]
        assert not server.requests("GET", "/jobs")
        client.execute("geo", BOX, mode="sync")
        assert server.bodies("/execution")[-1] == {
            "inputs": BOX,
            "response": "document",
        }


def test_output_named_features_is_the_whole_collection_also_of_a_job_of_others():
    with (
        replay("pygeoapi-featurecollection-named-features", PYGEOAPI) as server,
        Client(server.url) as client,
    ):
        synchronous = client.execute("geo", BOX, mode="sync")
        (whole,) = synchronous.results().outputs.items()
        assert whole[0] == "features"
        assert whole[1]["type"] == "FeatureCollection"
        assert len(whole[1]["features"]) == 1
        assert synchronous.output("features") == whole[1]
    with (
        replay("pygeoapi-featurecollection-named-features", PYGEOAPI) as server,
        Client(server.url) as client,
    ):
        job = client.execute("geo", BOX).wait(60)
        assert job.results().outputs == dict([whole])
        with Client(server.url) as other:
            assert other.job(job.id).results().outputs == dict([whole])
            assert other.job(job.id).output("features") == whole[1]


def test_picture_of_zoo_comes_in_a_document_and_without_one():
    names = "zoo-binary-nested-format", ZOO
    with replay(*names) as server, Client(server.url) as client:
        wrapped = client.execute("picture", {}, mode="sync", response="document")
        picture = wrapped.results().outputs["image"]
        assert picture.startswith(PNG_START)
        assert wrapped.output("image") is picture
        bare = client.execute("picture", {}, mode="sync")
        with pytest.warns(DialectWarning, match="says that it is application/json"):
            results = bare.results()
        assert results.outputs == {"image": picture}
        assert results.media_types == {"image": "image/png"}


# -- what is asked for -------------------------------------------------------------

BYTES = {"schema": {"type": "string", "contentMediaType": "image/tiff"}}
TEXT = {"schema": {"type": "string", "contentMediaType": "text/csv"}}
EITHER = {"schema": {"oneOf": [BYTES["schema"], TEXT["schema"]]}}
BOTH = {"picture": BYTES, "table": TEXT}
OLD = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"
NEW = "http://www.opengis.net/spec/ogcapi-processes-1/2.0/conf/core"


@pytest.mark.parametrize(
    ("described", "options", "declared", "response"),
    [
        ({"picture": BYTES}, {}, [OLD], None),
        ({"table": TEXT}, {}, [OLD], "document"),
        (BOTH, {}, [OLD], None),
        (BOTH, {"outputs": ["table"]}, [OLD], "document"),
        (BOTH, {"outputs": ["picture"]}, [OLD], None),
        (BOTH, {"outputs": {"picture": "reference"}}, [OLD], "document"),
        ({"e": EITHER}, {}, [], None),
        ({"e": EITHER}, {"outputs": {"e": {"format": {"mediaType": "text/csv"}}}}, [],
         "document"),
        ({"table": TEXT}, {}, [NEW], None),
        ({"table": TEXT}, {}, [NEW, OLD], "document"),
        ({"table": TEXT}, {}, None, "document"),
        ({"table": TEXT}, {"response": "raw"}, [OLD], "raw"),
        ({"table": TEXT}, {"response": None}, [OLD], None),
        ({"picture": BYTES}, {"response": "document"}, [NEW], "document"),
    ],
)  # fmt: skip
def test_response_is_asked_for_where_it_helps(described, options, declared, response):
    process = {"id": "p", "jobControlOptions": ["async-execute"], "outputs": described}
    done = {"jobID": "1", "status": "successful"}
    says = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            done, 201, {"Location": JOB}
        ),
    }
    if declared is not None:
        says["GET", "/api/conformance"] = lambda *_: answer({"conformsTo": declared})
    with processes_server(says) as server, client_of(server) as client:
        client.execute("p", {}, **options)
        client.execute("p", {}, **options)
        bodies = [json.loads(one.body) for one in server.requests("POST")]
        assert [body.get("response") for body in bodies] == [response] * 2
        assert len(server.requests("GET", "/api/conformance")) <= 1


# -- read once ---------------------------------------------------------------------

TIFF = b"II*\x00" + bytes(range(256))
DONE = {"jobID": "1", "status": "successful", "processID": "p", "type": "process"}


def server_with(results, status=DONE, outputs=None):
    process = {"id": "p", "outputs": outputs or {"picture": BYTES}}
    return processes_server(
        {
            ("GET", "/api/processes/p"): lambda *_: answer(process),
            ("GET", JOB): lambda *_: answer(status),
            ("GET", f"{JOB}/results"): lambda *_: results,
        }
    )


def test_bytes_are_fetched_once_and_are_the_same_everywhere():
    document = {"picture": {"value": base64.encodebytes(TIFF).decode(),
                            "format": {"encoding": "base64"}}}  # fmt: skip
    with server_with(answer(document)) as server, client_of(server) as client:
        job = client.job("1")
        results = job.results()
        assert results.outputs == {"picture": TIFF}
        assert results.media_types == {"picture": "image/tiff"}
        assert job.output("picture") is results.outputs["picture"]
        assert job.results().outputs["picture"] is results.outputs["picture"]
        assert len(server.requests("GET", f"{JOB}/results")) == 1


def test_one_output_of_many_is_named_as_it_was_asked_for():
    png = answer(body=PNG_START, headers={"Content-Type": "image/png"})
    outputs = {"a": BYTES, "b": BYTES}
    with server_with(png, outputs=outputs) as server, client_of(server) as client:
        inner = server.behave
        server.behave = lambda connection, received: (
            png if received.method == "POST" else inner(connection, received)
        )
        job = client.execute("p", {}, outputs=["b"], mode="sync")
        assert job.results().outputs == {"b": PNG_START}


def test_page_is_no_result_of_a_job():
    page = answer(body=b"<!DOCTYPE html><title>Jobs</title>",
                  headers={"Content-Type": "text/html"})  # fmt: skip
    outputs = {"report": {"schema": {"contentMediaType": "text/html"}}}
    with server_with(page) as server, client_of(server) as client:
        job = client.job("1")
        with pytest.raises(ProtocolError, match="web page where the results"):
            job.results()
    with server_with(page, outputs=outputs) as server, client_of(server) as client:
        report = client.job("1").results().outputs["report"]
        assert report.startswith("<!DOCTYPE html>")


# -- gone --------------------------------------------------------------------------

GONE = {"type": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
                "result-not-available", "detail": "Kept for 7 days."}  # fmt: skip
OLD_NEWS = {**DONE, "finished": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(GONE, 404), DONE),
        (answer(GONE, 410), DONE),
        (answer(None, 410), DONE),
        (answer({"title": "Not found"}, 404,
                {"Date": "Sat, 28 Nov 2026 20:00:00 GMT"}), OLD_NEWS),
        (answer({"type": "NoSuchJob"}, 404,
                {"Date": "Sat, 28 Nov 2026 20:00:00 GMT"}), OLD_NEWS),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["results", "output", "save_results"])
def test_results_that_have_expired_say_so(said, status, verb, tmp_path):
    arguments = {"output": ["picture"], "save_results": [tmp_path / "r"]}.get(verb, [])
    with server_with(said, status) as server, client_of(server) as client:
        job = client.job("1")
        with pytest.raises(ResultsGoneError) as caught:
            getattr(job, verb)(*arguments)
    words = str(caught.value)
    assert "no results" in words
    assert "address" not in words
    assert ("Kept for 7 days." in words) is (b"7 days" in said)
    assert not [*tmp_path.iterdir()]


def test_job_that_is_gone_with_its_results_says_that():
    gone = answer({"type": "NoSuchJob"}, 404)
    with server_with(answer(GONE, 404)) as server, client_of(server) as client:
        job = client.job("1")
        inner = server.behave
        server.behave = lambda connection, received: (
            gone if received.path == JOB else inner(connection, received)
        )
        with pytest.raises(JobGoneError, match="no longer knows job 1") as caught:
            job.results()
    assert "address" not in str(caught.value)
    assert not isinstance(caught.value, NoSuchJobError)


# -- sign in again ---------------------------------------------------------------------

LOGIN = b"""<!DOCTYPE html><html><head><title>Keycloak</title></head><body>
<form action="x"><input name="username"><input type='password' name=p></form></html>"""


def page(body):
    return answer(body=body, headers={"Content-Type": "text/html"})


@pytest.mark.parametrize("outputs", [None, {"r": {"schema": {"type": "string"}}}])
@pytest.mark.parametrize("verb", ["results", "output", "save_results"])
def test_page_to_sign_in_is_no_result_but_says_to_sign_in(verb, outputs, tmp_path):
    arguments = {"output": ["r"], "save_results": [tmp_path / "r.json"]}.get(verb, [])
    with (
        server_with(page(LOGIN), outputs=outputs) as server,
        client_of(server) as client,
    ):
        job = client.job("1")
        with pytest.raises(SignInError, match="wants you to sign in") as caught:
            getattr(job, verb)(*arguments)
    assert "Sign in" in caught.value.advice
    assert not [*tmp_path.iterdir()]


def test_redirect_to_a_page_to_sign_in_is_seen_by_its_address(tmp_path):
    there = "/realms/x/protocol/openid-connect/auth?state=1"
    moved = answer(None, 302, {"Location": there})
    with server_with(moved) as server, client_of(server) as client:
        inner = server.behave
        server.behave = lambda connection, received: (
            page(b"<!DOCTYPE html><script>start()</script>")
            if received.path == there else inner(connection, received)
        )  # fmt: skip
        job = client.job("1")
        for read in (job.results, lambda: job.save_results(tmp_path / "r")):
            with pytest.raises(SignInError, match="wants you to sign in"):
                read()
        assert not [*tmp_path.iterdir()]
        # Once signed in, the same job gives its results.
        server.behave = lambda connection, received: (
            answer({"picture": 7}) if received.path.endswith("/results")
            else inner(connection, received)
        )  # fmt: skip
        assert job.results().outputs == {"picture": 7}
