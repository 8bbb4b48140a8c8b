"""What is done with a document of each kind: read it, and show what was read."""

from __future__ import annotations

import json

from fake_job import FakeJob
from odd import wrong
from samples import DESCRIPTION, HERE

from ogc_widgets.client.http.address import find_resources
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.stac import item_search, stac_documents
from ogc_widgets.errors import OgcError
from ogc_widgets.form import ProcessForm
from ogc_widgets.map import ResultsMap
from ogc_widgets.panel import JobPanel
from ogc_widgets.panel.job.job_texts import text_for_operators
from ogc_widgets.protocol import (
    Capabilities,
    Conformance,
    ExecuteRequest,
    LandingPage,
    Process,
    StatusInfo,
    security,
)
from ogc_widgets.protocol.answers.job_replies import (
    read_dismissed,
    read_status,
    read_submitted,
)
from ogc_widgets.protocol.answers.replies import (
    Reply,
    may_have_worked,
    problem_error,
    retry_after_s,
)
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.documents.paging import read_page
from ogc_widgets.protocol.documents.processes import processes_on
from ogc_widgets.protocol.documents.status import jobs_on, log_links
from ogc_widgets.protocol.links import Rebase
from ogc_widgets.protocol.requests import requests
from ogc_widgets.protocol.requests.packages import read_package
from ogc_widgets.protocol.requests.snippets import as_curl, as_httpx, pretty_body
from ogc_widgets.protocol.watching import JobView, phase_of
from ogc_widgets.protocol.wire import dump_json


def landing(document):
    declared = Conformance.from_json(document)
    Capabilities.of(declared)
    page = LandingPage.from_json(document, HERE)
    find_resources(HERE, page)
    stac_documents.catalogue_link(document, HERE)


def processes(document):
    for process in processes_on(read_page(document, "processes", HERE)):
        Capabilities.of(processes=[process]).for_process(process)


def description(document):
    process = Process.from_json(document, HERE)
    Capabilities.of(processes=[process]).for_process(process)
    requests.execution_url(f"{HERE}/processes/x", process)


def form(document):
    """Also of a dict, which no reader of JSON has seen."""
    made = ProcessForm(document)
    try:
        look_at(made)
        made.fill_example()
        made.reset()
        for key in list(made.drafts)[:3]:
            made.fields[key].draft = "9" * 30
        made.show_errors()
        look_at(made)
        sent(document, made.inputs)
    finally:
        made.close()


def look_at(made):
    json.dumps(made.spec)
    made._repr_mimebundle_()
    assert isinstance(made.problems, list)
    made.sets.typed()
    dump_json(made.public_inputs, is_lenient=True)


def sent(document, inputs):
    request = requests.execute_request(
        f"{HERE}/processes/x", inputs, process=Process.from_json(document, HERE)
    )
    pretty_body(request)
    as_curl(request)
    as_httpx(request)


def status(document):
    body = json.dumps(document).encode()
    for code in (200, 201, 202):
        reply = Reply(code, {"location": "/jobs/7"}, body, HERE, "POST")
        read_submitted(reply, f"{HERE}/jobs", Rebase(HERE))
    read_dismissed(reply, None)
    if isinstance(document, dict) and "jobs" in document:
        for job in jobs_on(read_page(document, "jobs", HERE)):
            phase_of(job)
    found = read_status(Reply(200, {}, body, HERE))
    log_links(found)


def panel(document):
    found = StatusInfo.from_json(document, HERE)
    job = FakeJob(JobView(phase=phase_of(found), status=found), inputs={"a": document})
    shown = JobPanel(job)
    try:
        json.dumps(shown.state)
        shown._repr_mimebundle_()
        shown.stop()
        run(text_for_operators, job, job.view, [], None)
        none_broke(shown)
    finally:
        shown.close()


def results(document):
    for kind in ("application/json", "application/geo+json"):
        found = read_results(
            Reply(200, {"content-type": kind}, json.dumps(document).encode()), ("out",)
        )
        if found.items:
            on_map(found.items)


def refusal(document):
    for code in (400, 404, 500):
        reply = Reply(code, {}, json.dumps(document).encode(), f"{HERE}/jobs/7")
        str(problem_error(reply))
        may_have_worked(reply)


def headers(document):
    said = document.get("headers", document) if isinstance(document, dict) else {}
    if isinstance(said, dict):
        read = {str(k).lower(): str(v) for k, v in said.items()}
        reply = Reply(201, read, b"", HERE, "POST")
        assert reply.links is not None
        retry_after_s(read)
        security.read_challenges(read.get("www-authenticate", ""))
        read_submitted(reply, HERE, Rebase(HERE))


def request(document):
    """An execute request, and a set of inputs that was saved."""
    read = ExecuteRequest.from_json(document)
    requests.execute_request(f"{HERE}/processes/p", read.inputs, read.outputs)
    made = ProcessForm(
        {"id": "all", "inputs": {k: {"schema": {}} for k in read.inputs}}
    )
    try:
        made.load_request(document)
        look_at(made)
        made.compare_inputs(document)
        made.inputs = read.inputs
        look_at(made)
    finally:
        made.close()


def drafts(document, random):
    """What a form holds when a notebook was saved, put into it again."""
    made = ProcessForm(DESCRIPTION)
    try:
        for key in random.sample(list(DESCRIPTION["inputs"]), 3):
            made.fields[key].draft = wrong([made.drafts.get(key)], random)
            draft = wrong({"d": made.drafts.get(key)}, random)
            draft = draft.get("d") if isinstance(draft, dict) else draft
            made.fields[key].draft = draft
        look_at(made)
        for _ in range(3):
            key = random.choice(list(DESCRIPTION["inputs"]))
            made.inputs = {key: wrong([document], random)}
            look_at(made)
    finally:
        made.close()


def stac_document(document):
    stac_documents.kind_of(document)
    stac_documents.facts_of(document)
    item_search.read_collections(document)
    query = item_search.ItemQuery(max_cloud_percent=20, collections=("a",))
    if isinstance(document, dict):
        stac_documents.id_of(document)
        stac_documents.date_in_words(document)
        stac_documents.self_address(document, HERE)
        item_search.passes_clouds(document, 20)
        item_search.thumbnails_of(document)
    if stac_documents.kind_of(document) == "items":
        sent = requests.get(f"{HERE}/search")
        page = item_search.read_search_page(document, HERE, sent)
        for one in page.items:
            stac_document(one)
        return
    item_search.search_request(item_search.read_search_api(document, HERE), query)


def on_map(document):
    shown = ResultsMap(document)
    try:
        json.dumps([shown.table.rows(), shown.table.filter, shown.table.details])
        shown._repr_mimebundle_()
        for row in shown.table.rows(0, 2):
            shown.selected = row["id"]
        none_broke(shown.table)
    finally:
        shown.close()


def openapi(document):
    security.offered(security.ways_of_openapi(document))
    security.offered(security.ways_of_resource_metadata(document))


def package(document):
    read_package(document)


def none_broke(*views):
    """No view has caught an error that is not ours, to show its raw text."""
    for view in views:
        error = getattr(view, "last_error", None)
        if error is not None and not isinstance(error, (OgcError, OSError)):
            raise error


ACTIONS = {
    "landing": landing, "processes": processes, "description": description,
    "form": form, "status": status, "panel": panel, "results": results,
    "refusal": refusal, "headers": headers, "request": request, "stac": stac_document,
    "map": on_map, "openapi": openapi, "package": package,
}  # fmt: skip
