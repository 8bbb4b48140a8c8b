"""The panel with the real client and a real server, and with real documents."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import OgcError
from ogc_widgets.lab import lab
from ogc_widgets.panel import JobPanel
from ogc_widgets.panel.job.job_state import Surroundings, job_state
from ogc_widgets.panel.job.logs import StepBook, links_of
from ogc_widgets.protocol import JobView, StatusInfo
from ogc_widgets.protocol.watching import phase_of


def echo(client, pauses):
    return client.execute("echo", {"message": "hi", "pauses": pauses}, mode="async")


def test_real_job_runs_logs_and_stops_when_asked(lab_server):
    with ogc.Client(lab_server.url) as client:
        panel = JobPanel(echo(client, [0.3, 60.0]))
        wait_for(lambda: "pause" in panel.steps)
        panel.open_log("pause", 1)
        wait_for(lambda: "waiting 0.3 s" in panel.log_view["text"])
        assert panel.state["kind"] == "running"
        panel.stop()
        wait_for(lambda: panel.state["kind"] == "dismissed")
        assert panel.job.refresh().status == "dismissed"
        assert "waiting 0.3 s" in panel.report_text()
        panel.close()


def test_panel_reconnects_when_the_server_goes_away():
    with lab() as server, ogc.Client(server.url) as client:
        panel = JobPanel(echo(client, [60.0]))
        wait_for(lambda: panel.state["kind"] == "running")
        server.close()
        wait_for(lambda: panel.state["kind"] == "reconnecting")
        parts = panel.state["notice"]["parts"]
        assert parts[0] == "No answer"
        assert parts[-1] == ". The job keeps running on the server."
        panel.close()


def state_of(document):
    status = StatusInfo.from_json(document, "http://h/jobs/1")
    view = JobView(phase=phase_of(status), status=status)
    book = StepBook()
    book.see(links_of(view))
    around = Surroundings(now=0.0, job_id="1", steps=book.states(view.phase))
    return job_state(view, around)


@pytest.mark.corpus
@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.DialectWarning")
def test_every_recorded_status_can_be_drawn(corpus):
    drawn = 0
    for path in sorted((corpus / "status").glob("*.json")):
        document = json.loads(path.read_text())
        entries = document.get("jobs", [document]) if document else []
        for entry in entries:
            try:
                state = state_of(entry)
            except OgcError:
                continue
            assert json.loads(json.dumps(state)) == state
            drawn += 1
    assert drawn > 20


_TEXT = st.text(max_size=30)
_ANY = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")
@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "jobID": st.just("1"),
            "status": st.sampled_from(["running", "failed"]) | _ANY,
        },
        optional=dict.fromkeys(
            ("progress", "message", "created", "finished", "links"), _ANY
        ),
    )
)
def test_any_status_document_is_drawn_or_refused_by_our_own_error(document):
    try:
        state = state_of(document)
    except OgcError:
        return
    assert json.loads(json.dumps(state)) == state
    assert state["percent"] is None or 0 <= state["percent"] <= 100
