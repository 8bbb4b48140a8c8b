"""No document of a server, however wrong, ends in an error that is not ours."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from perturb import perturbed
from test_corpus_documents import files, load

from ogc_widgets.client.http.address import find_resources
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol import (
    Capabilities,
    Conformance,
    ExecuteRequest,
    LandingPage,
    Process,
)
from ogc_widgets.protocol.answers.job_replies import (
    read_dismissed,
    read_status,
    read_submitted,
)
from ogc_widgets.protocol.answers.replies import Reply, problem_error
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.documents.paging import read_page
from ogc_widgets.protocol.documents.processes import processes_on
from ogc_widgets.protocol.documents.status import jobs_on, log_links
from ogc_widgets.protocol.links import Rebase
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.packages import read_package
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.watching import phase_of

pytestmark = pytest.mark.corpus

JSON = {"content-type": "application/json"}

BASE = "http://server.test/acme/ogc-api"
FOLDERS = [
    "landing-conformance", "process-lists", "process-descriptions", "status", "results",
    "exceptions", "headers", "execute-requests", "deploy-requests",
]  # fmt: skip


def body_of(document):
    return json.dumps(document).encode()


def read_landing_or_conformance(document):
    if isinstance(document, dict) and "conformsTo" in document:
        declared = Conformance.from_json(document)
        assert declared.versions or not declared.names
        list(Capabilities.of(declared))
    page = LandingPage.from_json(document, BASE)
    found = find_resources(BASE, page)
    assert found.jobs_url.startswith("http://server.test/")


def read_processes(document):
    for process in processes_on(read_page(document, "processes", BASE)):
        Capabilities.of(processes=[process]).for_process(process)


def read_description(document):
    process = Process.from_json(document, BASE)
    assert process.raw is document
    assert process.id


def read_job(document):
    for code in (200, 201, 202):
        reply = Reply(code, {"location": "/jobs/7"}, body_of(document), BASE, "POST")
        read_submitted(reply, f"{BASE}/jobs", Rebase(BASE))
    read_dismissed(reply, None)
    if isinstance(document, dict) and "jobs" in document:
        for job in jobs_on(read_page(document, "jobs", BASE)):
            phase_of(job)
    status = read_status(Reply(200, {}, body_of(document), BASE))
    assert phase_of(status)
    assert status.progress is None or 0 <= status.progress <= 100
    log_links(status)


def read_outputs(document):
    for ids in ((), ("stac_catalog",), ("a", "b")):
        found = read_results(Reply(200, JSON, body_of(document)), ids)
        assert isinstance(found.outputs, dict)
        assert all(isinstance(name, str) for name in found.outputs)
        assert all(isinstance(item, dict) for item in [*found.items, *found.catalogs])


def read_refusal(document):
    error = problem_error(Reply(404, {}, body_of(document), f"{BASE}/jobs/7"))
    assert str(error)
    raise error


def read_headers(document):
    said = document.get("headers", document) if isinstance(document, dict) else {}
    if isinstance(said, dict):
        headers = {str(k).lower(): str(v) for k, v in said.items()}
        read_submitted(Reply(201, headers, b"", BASE, "POST"), BASE, Rebase(BASE))


def read_request(document):
    read = ExecuteRequest.from_json(document)
    execute_request(f"{BASE}/processes/p", read.inputs, read.outputs)


def read_deployment(document):
    read_package(document)


READERS = dict(
    zip(
        FOLDERS,
        [
            read_landing_or_conformance, read_processes, read_description, read_job,
            read_outputs, read_refusal, read_headers, read_request, read_deployment,
        ],
        strict=True,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        pytest.param(
            folder, *param.values, id=f"{folder}-{param.id}", marks=param.marks
        )
        for folder in FOLDERS
        for param in files(folder)
    ],
)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False))
def test_error_is_ours_when_a_recorded_document_is_made_wrong(folder, path, random):
    document = perturbed(load(path)[0], random)
    with silent(), contextlib.suppress(OgcError):
        READERS[folder](document)
