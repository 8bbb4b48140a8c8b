"""Every recorded document of real servers is read, and nothing of it is thrown away."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ogc_widgets.errors import (
    DialectWarning,
    NoSuchJobError,
    ProblemError,
    StrictError,
)
from ogc_widgets.protocol import (
    Conformance,
    ExecuteRequest,
    LandingPage,
    Problem,
    Process,
    ProcessSummary,
    StatusInfo,
)
from ogc_widgets.protocol.answers.job_replies import read_submitted
from ogc_widgets.protocol.answers.replies import Reply, problem_error
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.documents.paging import read_page
from ogc_widgets.protocol.documents.processes import processes_on
from ogc_widgets.protocol.documents.status import jobs_on, log_links
from ogc_widgets.protocol.links import Rebase, absolute
from ogc_widgets.protocol.notices import silent, strict
from ogc_widgets.protocol.requests.packages import read_package
from ogc_widgets.protocol.requests.requests import execute_request

pytestmark = pytest.mark.corpus

JSON = {"content-type": "application/json"}

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def files(folder):
    found = sorted((CORPUS / folder).glob("*.json"))
    if not found:
        reason = "the folder of recorded documents is not beside the repository"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(path, id=path.stem) for path in found]


def load(path):
    document = json.loads(path.read_text("utf-8"))
    # Some were recorded together with their status code.
    if isinstance(document, dict) and set(document) == {"status", "body"}:
        return document["body"], document["status"]
    return document, None


def tolerant(read):
    """Read; what is told as an oddity is an error under ``strict``, and only that."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = read()
    assert all(issubclass(one.category, DialectWarning) for one in told)
    with strict():
        if told:
            with pytest.raises(StrictError) as caught:
                read()
            assert caught.value.what == str(told[0].message)
        else:
            assert read() == found
    with strict(ignore=DialectWarning):
        assert read() == found
    return found


@pytest.mark.parametrize("path", files("landing-conformance"))
def test_landing_and_conformance_are_read_when_recorded(path):
    document, _ = load(path)
    if "conformsTo" in document:
        read = tolerant(lambda: Conformance.from_json(document))
        texts = [uri for uri in document["conformsTo"] if isinstance(uri, str)]
        assert list(read.uris) == texts
        assert read.has("core") is any("ogcapi-processes-1" in uri for uri in texts)
    else:
        read = tolerant(lambda: LandingPage.from_json(document, "http://server.test/"))
        assert len(read.links) == len(document["links"])
    assert read.raw == document


@pytest.mark.parametrize("path", files("process-lists"))
def test_process_list_is_read_when_recorded(path):
    document, _ = load(path)
    url = "http://server.test/processes"
    read = tolerant(lambda: processes_on(read_page(document, "processes", url)))
    ids = [p.get("id") or p.get("identifier") for p in document["processes"]]
    assert [process.id for process in read] == ids


@pytest.mark.parametrize("path", files("process-descriptions"))
def test_description_keeps_every_input_and_output_when_recorded(path):
    document, _ = load(path)
    process = tolerant(lambda: Process.from_json(document, "http://server.test/p/x"))
    bare = document.get("process", document)
    for member, read in (("inputs", process.inputs), ("outputs", process.outputs)):
        given = bare.get(member) or {}
        names = (
            list(given)
            if isinstance(given, dict)
            else [item.get("id") or item.get("identifier") for item in given]
        )
        assert list(read) == names
    assert process.raw == document


@pytest.mark.parametrize("path", files("status"))
def test_status_is_read_when_recorded(path):
    document, _ = load(path)
    if document is None:
        pytest.skip("an empty answer; read as a reply elsewhere")
    if "jobs" in document:
        url = "http://server.test/jobs"
        jobs = tolerant(lambda: jobs_on(read_page(document, "jobs", url)))
        assert len(jobs) == len(document["jobs"])
        assert all(job.job_id for job in jobs)
        return
    status = tolerant(
        lambda: StatusInfo.from_json(document, "http://server.test/jobs/1")
    )
    assert status.job_id == document["jobID"]
    assert status.word == document["status"]
    assert status.raw == document
    assert status.progress is None or 0 <= status.progress <= 100


@pytest.mark.parametrize("path", files("exceptions"))
def test_refusal_becomes_an_error_with_its_words_when_recorded(path):
    document, status = load(path)
    if isinstance(document, dict) and document.get("status") == "running":
        assert StatusInfo.from_json(document).status == "running"
        return
    body = document if isinstance(document, str) else json.dumps(document)
    error = problem_error(
        Reply(status or 400, {}, body.encode(), "http://server.test/x?token=1")
    )
    assert isinstance(error, ProblemError)
    assert "token" not in str(error)
    said = str(error)
    if isinstance(document, dict):
        assert (document.get("detail") or document["description"])[:200] in said
        assert error.problem == document
        kind = Problem.from_json(document).kind
        assert isinstance(error, NoSuchJobError) is (kind == "nosuchjob")
    elif isinstance(document, str):
        assert "500 Internal Server Error" in said
        assert "<h1>" not in said
    else:
        assert document[0]["Text"] in said


@pytest.mark.parametrize("path", files("results"))
def test_results_are_read_when_recorded(path):
    body = path.read_bytes()
    document = tolerant(
        lambda: read_results(Reply(200, JSON, body, "http://server.test/r"))
    )
    assert document.raw == json.loads(body)
    assert document.outputs
    expected = json.dumps(document.raw).count('"stac_version"')
    collections = json.dumps(document.raw).count('"type": "Collection"')
    assert len(document.items) == expected - collections


@pytest.mark.parametrize("path", files("execute-requests"))
def test_execute_request_is_sent_as_it_was_when_recorded(path):
    document, _ = load(path)
    read = tolerant(lambda: ExecuteRequest.from_json(document))
    assert read.raw == document
    given = document["inputs"]
    if isinstance(given, dict):
        assert read.inputs == given
    else:
        names = [item.get("id") or item.get("identifier") for item in given]
        assert list(read.inputs) == list(dict.fromkeys(names))
        for item in given:
            if "href" in item:
                assert item["href"] in json.dumps(read.inputs)
    request = execute_request(
        "http://server.test/processes/p", read.inputs, read.outputs
    )
    assert request.body is not None
    sent = json.loads(request.body)
    assert sent["inputs"] == read.inputs
    if isinstance(document.get("outputs"), dict):
        assert sent["outputs"] == document["outputs"]


@pytest.mark.parametrize("path", files("deploy-requests"))
def test_package_or_its_answer_is_read_when_recorded(path):
    document, _ = load(path)
    if "executionUnit" in document:
        package = read_package(document)
        assert json.loads(package.body) == document
        assert package.media_type == "application/ogcapppkg+json"
    if "processDescription" in document or "id" in document:
        summary = tolerant(lambda: ProcessSummary.from_json(document))
        assert summary.id


@pytest.mark.parametrize("path", files("headers"))
def test_location_leads_to_the_resource_when_recorded(path):
    document = json.loads(path.read_text("utf-8"))
    headers = {k.lower(): v for k, v in document.get("headers", document).items()}
    reply = Reply(201, headers, b"null", "http://server.test/acme/ogc-api/x", "POST")
    assert reply.headers == headers
    location = headers.get("location", "")
    if "/jobs/" in location:
        base = "http://server.test" + urlsplit(location).path.partition("/jobs/")[0]
        with silent():
            found = read_submitted(reply, f"{base}/jobs", Rebase(base))
        assert found.job_id == location.rpartition("/")[2]
        assert found.job_url == f"{base}/jobs/{found.job_id}"
    elif location:
        assert absolute(location) == location


def test_logs_are_grouped_by_step_when_the_tutorials_job_has_ended(corpus):
    path = corpus / "status" / "eoap-zoo__execute-monitor-process-L203.json"
    status = StatusInfo.from_json(json.loads(path.read_text("utf-8")))
    steps: dict[str, list[int]] = {}
    for log in log_links(status):
        steps.setdefault(log.step, []).append(log.number)
    assert steps == {
        "crop": [1, 2, 3, 4],
        "normalized_difference": [1, 2],
        "otsu": [1, 2],
        "stac": [1],
        "stage_out": [1],
    }
