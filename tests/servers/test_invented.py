"""Any mixture of dialects is gone through: list, describe, run, watch, stop, errors."""

from __future__ import annotations

import pytest
from contract import VERBS, WORKS, Subject, outcome
from dialects import STANDARD, Dialect, error_forms, result_shapes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_server import ScriptedServer
from subjects import scripted

from ogc_widgets.client import Client
from ogc_widgets.protocol import watching

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")

# The screen is built in test_contract.py; here it would take most of the time.
_VERBS = [verb for verb in VERBS if verb not in ("app", "fill in the form")]

_WORDS = [
    STANDARD,
    ("queued", "executing", "Succeeded", "FAILED", "cancelled"),
    ("Accepted", "Running", "finished", "exception", "revoked"),
]

dialects = st.builds(
    Dialect,
    base=st.sampled_from(["", "/ogc-api", "/acme/ogc-api", "/a%20b/v1"]),
    own_host=st.sampled_from(["", "http://localhost:1", "http://zoo.svc:8080"]),
    landing=st.booleans(),
    id_keys=st.sampled_from([("jobID",), ("id",), ("jobID", "id"), ("jobId",)]),
    location=st.sampled_from(["absolute", "relative", ""]),
    accepted=st.sampled_from([200, 201, 202]),
    accepted_body=st.sampled_from(["status", "id"]),
    words=st.sampled_from(_WORDS),
    progress=st.sampled_from(
        ["int", "float", "text", "percentCompleted", "while running", "null", ""]
    ),
    links=st.sampled_from(["list", "mapping", ""]),
    results=st.sampled_from(sorted(result_shapes)),
    modes=st.sampled_from(["both", "async"]),
    dismiss=st.sampled_from([200, 202, 204, 405]),
    gone=st.sampled_from([404, 410]),
    paging=st.sampled_from(["next", "cursor", "page", "repeated", ""]),
    bare=st.booleans(),
    errors=st.sampled_from(sorted(error_forms)),
    bad_inputs=st.sampled_from([0, 400, 422]),
    deploy=st.sampled_from(["", "201", "location", "202"]),
    slash=st.booleans(),
    young_404=st.sampled_from([0, 0, 1]),
    results_at=st.sampled_from(["results", "outputs"]),
    lies=st.sampled_from(["", "text/html", "application/json; charset=UTF-8", "x/y"]),
    bom=st.booleans(),
    flat=st.booleans(),
    relation=st.sampled_from(["{}", "[ogc-rel:{}]", "http://x.test/rel/{}"]),
)


@settings(
    max_examples=20,
    deadline=None,
    # The same mixtures in every run; raise the number to look for more.
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(dialects)
def test_any_mixture_of_dialects_is_understood(monkeypatch, dialect):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    # Without links there is no next page, and no other place for the results.
    if not dialect.links and (dialect.paging or dialect.results_at != "results"):
        return
    with ScriptedServer(dialect) as server, Client(server.url) as client:
        subject: Subject = scripted("invented", server)
        for verb in _VERBS:
            result = outcome(verb, subject, client)
            assert result == subject.expected.get(verb, WORKS), verb


def test_list_of_jobs_ends_when_its_pages_lead_in_a_circle():
    dialect = Dialect(paging="circle")
    with ScriptedServer(dialect) as server, Client(server.url) as client:
        for _ in range(5):
            client.execute("say", {"word": "hi"}, mode="async")
        with pytest.warns(match="repeat"):
            listed = client.jobs()
        assert len(listed) == 2
        assert len(server.requests("GET", "/jobs?")) <= 2
