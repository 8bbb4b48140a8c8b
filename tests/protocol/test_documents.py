from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.errors import DialectWarning, ProtocolError
from ogc_widgets.protocol import (
    Conformance,
    LandingPage,
    Problem,
    Process,
    StatusInfo,
)
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.documents.paging import read_page
from ogc_widgets.protocol.documents.processes import processes_on
from ogc_widgets.protocol.documents.status import jobs_on
from ogc_widgets.protocol.notices import silent

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("SUCCEEDED", "successful"), ("finished", "successful"), ("Failed", "failed"),
        ("rejected", "failed"), ("cancelled", "dismissed"), ("queued", "queued"),
        ("paused", "paused"), ("accepted", "accepted"),
    ],
)  # fmt: skip
def test_status_word_is_understood_when_written_otherwise(word, status):
    said = {"jobID": "1", "status": word}
    if word == status == "accepted":
        info = StatusInfo.from_json(said)
    else:
        with pytest.warns(DialectWarning, match=f"{word!r} is not of the standard"):
            info = StatusInfo.from_json(said)
    assert (info.status, info.word) == (status, word)


@pytest.mark.parametrize(
    ("progress", "read"),
    [
        (23, 23.0), ("45%", 45.0), ("7", 7.0), (0.45, 0.45), (-1, 0.0), (150, 100.0),
        (None, None), ("soon", None), (True, None), ([], None), (float("nan"), None),
    ],
)  # fmt: skip
def test_progress_is_a_percentage_or_nothing_when_read(progress, read):
    said = {"id": "1", "status": "running", "progress": progress}
    if progress in (23, 0.45, None):
        info = StatusInfo.from_json(said)
    else:
        with pytest.warns(DialectWarning, match="progress .* is not 0 to 100"):
            info = StatusInfo.from_json(said)
    assert info.progress == read


def test_draft_2_status_is_read_with_the_same_names():
    info = StatusInfo.from_json(
        {
            "id": "a1",
            "status": "failed",
            "processingEntityType": "process",
            "processID": "https://srv.test/processes/water-bodies?f=json",
            "exception": {"title": "No scene", "detail": "The area is empty."},
            "created": "2026-01-01T00:00:00",
            "finished": "2026-01-01T00:01:30Z",
        }
    )
    assert info.job_id == "a1"
    assert info.process_id == "water-bodies"
    assert info.message == "No scene: The area is empty."
    assert info.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert info.took_s == 90.0


def test_status_is_refused_when_it_is_about_something_else():
    with pytest.raises(ProtocolError, match="neither a status nor a job id"):
        StatusInfo.from_json({"title": "Welcome"})


def test_conformance_finds_parts_of_any_version():
    declared = Conformance.from_json(
        {
            "conformsTo": [
                "https://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/"
                "deploy-replace-undeploy",
                "http://www.opengis.net/spec/ogcapi-processes-1/2.0/conf/dismiss",
                "http://www.opengis.net/spec/ogcapi-processes/0.9/conf/job-list",
                "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
            ]
        }
    )
    assert declared.versions == {1: ("2.0", "0.9"), 2: ("1.0",)}
    assert declared.has("deploy-replace-undeploy")
    assert declared.has("dismiss")
    assert not declared.has("core")


def test_odd_member_of_conformance_gives_a_warning():
    with pytest.warns(DialectWarning, match="not text"):
        assert Conformance.from_json({"conformsTo": [3]}).uris == ()


def test_bare_job_ids_are_listed_when_the_server_gives_no_more():
    page = read_page({"jobs": ["a", "b"], "total": 2}, "jobs", "")
    assert [job.job_id for job in jobs_on(page)] == ["a", "b"]
    assert page.total == 2


def test_occurrences_follow_the_standard_when_absent_or_unbounded():
    process = Process.from_json(
        {
            "id": "p",
            "inputs": {
                "one": {"schema": {"type": "string"}},
                "some": {"minOccurs": 0, "maxOccurs": "unbounded"},
                "wps": {"minOccurs": "2", "maxOccurs": 9223372036854775807},
            },
        }
    )
    bounds = {k: (i.min_occurs, i.max_occurs) for k, i in process.inputs.items()}
    assert bounds == {"one": (1, 1), "some": (0, None), "wps": (2, None)}


def test_old_list_of_inputs_and_language_maps_are_read():
    said = {
        "process": {
            "identifier": "hello",
            "title": {"en": "Hello", "de": "Hallo"},
            "inputs": [{"identifier": "name", "title": "Your name"}],
        }
    }
    with pytest.warns(DialectWarning, match="inputs are a list, as in old drafts"):
        process = Process.from_json(said)
    assert process.raw == said
    assert (process.id, process.title) == ("hello", "Hello")
    assert process.inputs["name"].title == "Your name"


def test_input_is_kept_when_its_description_is_not_an_object():
    with pytest.warns(DialectWarning, match="'x' is text"):
        process = Process.from_json({"id": "p", "inputs": {"x": "a string"}})
    assert process.inputs["x"].schema == {}


def test_input_gets_a_name_when_the_list_gives_it_none():
    said = {"id": "p", "inputs": [{"id": "a"}, {"title": "b"}]}
    with pytest.warns(DialectWarning) as told:
        process = Process.from_json(said)
    assert any("no id and is called 'input2'" in str(one.message) for one in told)
    titles = {key: one.title for key, one in process.inputs.items()}
    assert titles == {"a": "", "input2": "b"}


def test_input_has_a_schema_when_it_is_described_as_literal_data():
    ranges = [{"minimumValue": "1", "maximumValue": "9", "rangeClosure": "open"}]
    domain = {"dataType": "integer", "valueDefinition": ranges, "uom": "m"}
    described = {"literalDataDomains": [domain], "maxOccurs": None}
    process = Process.from_json({"id": "p", "inputs": {"x": described}})
    found = process.inputs["x"]
    bounds = {"exclusiveMinimum": 1, "exclusiveMaximum": 9}
    assert found.schema == {"type": "integer", **bounds}
    assert (found.unit, found.max_occurs) == ("m", None)


def test_abilities_follow_the_job_control_options():
    def process(*options):
        return Process.from_json({"id": "p", "jobControlOptions": list(options)})

    assert process().can_run_async
    assert not process("sync-execute").can_run_async
    assert not process("async-execute", "dismiss").can_run_sync


@pytest.mark.parametrize(
    ("document", "kind", "summary"),
    [
        ({"title": "NoSuchJob", "type": "http://x/no-such-job", "detail": "d"},
         "nosuchjob", "NoSuchJob: d"),
        ({"code": "NoSuchJob", "type": "NoSuchJob", "description": "d"},
         "nosuchjob", "NoSuchJob: d"),
        ({"title": "None", "type": "None", "detail": "mutable"}, "", "mutable"),
        ([{"Code": "NoApplicableCode", "Text": "see log"}],
         "noapplicablecode", "NoApplicableCode: see log"),
        ({"detail": [{"loc": ["body", "aoi"], "msg": "missing"}]}, "",
         "body.aoi: missing"),
        ("plain words", "", "plain words"),
        (None, "", ""),
    ],
)  # fmt: skip
def test_problem_is_understood_when_written_in_any_dialect(document, kind, summary):
    problem = Problem.from_json(document)
    assert (problem.kind, problem.summary) == (kind, summary)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "id", "jobID", "status", "links", "href", "rel", "type", "title",
                "inputs", "outputs", "schema", "processes", "jobs", "conformsTo",
                "progress", "created", "message", "metadata", "maxOccurs", "value",
                "features", "stac_version", "exception", "detail", "process",
            ]
        )
        | st.text(max_size=5),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


READERS = [
    LandingPage.from_json, Conformance.from_json, Process.from_json,
    StatusInfo.from_json, Problem.from_json,
    lambda document: processes_on(read_page(document, "processes", "")),
    lambda document: jobs_on(read_page(document, "jobs", "")),
]  # fmt: skip


@settings(deadline=None)
@given(document=_json)
def test_reading_raises_only_our_error_when_the_document_is_anything(document):
    for read in READERS:
        with silent(), contextlib.suppress(ProtocolError):
            read(document)


@settings(deadline=None)
@given(document=_json.map(lambda value: json.dumps(value).encode()))
def test_results_raise_only_our_error_when_they_are_anything(document):
    with silent():
        try:
            found = read_results(Reply(200, JSON, document))
        except ProtocolError:
            return
    assert isinstance(found.outputs, dict)
    assert isinstance(found.items, list)
    assert isinstance(found.catalogs, list)
